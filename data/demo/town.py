"""The demo's fictional town, as an OSM file that goes through the same import as a real one."""

from pathlib import Path

from shapely import Point

from data.demo import turns
from data.demo.doors import doors, fronts
from data.demo.landscape import features
from data.demo.names import POSTCODE, TOWN
from data.demo.network import network
from data.demo.osm_xml import OsmFile
from data.demo.plane import Plane
from data.demo.skeleton import Skeleton, skeleton
from data.demo.streets import Way, ways
from data.demo.traffic import regulated

#: The middle of the old town: open country between two real villages of inland Brittany.
MIDDLE = Point(-2.0312, 48.4127)
REMARK = f"{TOWN} is a fictional town made by Colporteur: no such place, street or shop exists."


def write_town(path: Path, *, seed: int) -> None:
    """Write the town's OSM XML file; the same seed gives the same bytes."""
    bones = skeleton(seed=seed)
    streets = regulated(ways(network(bones, seed=seed), seed=seed), seed=seed)
    file = OsmFile(plane=Plane(MIDDLE), remark=REMARK)
    file.node(
        (0.0, 0.0),
        {"place": "town", "name": TOWN, "postal_code": POSTCODE, "note": REMARK},
    )
    for hamlet in bones.hamlets:
        spot = hamlet.spot[0] + 12, hamlet.spot[1] + 9
        file.node(spot, {"place": "hamlet", "name": hamlet.name})
    _draw_streets(file, streets, seed=seed)
    _draw_gates(file, bones)
    for feature in features(bones, streets, seed=seed):
        file.way(feature.spots, feature.tags)
    _draw_doors(file, streets, bones, seed=seed)
    file.write(path)


def _draw_streets(file: OsmFile, streets: list[Way], *, seed: int) -> None:
    numbers = [file.way(way.edge.spots, way.tags) for way in streets]
    rules = turns.restrictions(streets, seed=seed)
    for rule in rules:
        via = (
            ("way", numbers[rule.via], "via")
            if isinstance(rule.via, int)
            else ("node", file.node(rule.via), "via")
        )
        members = [("way", numbers[rule.origin], "from"), via, ("way", numbers[rule.target], "to")]
        file.relation(members, {"type": "restriction", "restriction": rule.kind})
    for spot in (way.bollard for way in streets if way.bollard):
        file.node(spot, {"barrier": "bollard", "bicycle": "yes"})
    for spot in turns.lights(streets):
        file.node(spot, {"highway": "traffic_signals"})


def _draw_gates(file: OsmFile, bones: Skeleton) -> None:
    for name, spot in bones.gates:
        beside = spot[0] + 7, spot[1] + 7
        file.node(beside, {"historic": "city_gate", "name": name})


def _draw_doors(file: OsmFile, streets: list[Way], bones: Skeleton, *, seed: int) -> None:
    found = doors(streets, bones.river, seed=seed)
    for door in found:
        file.node(door.spot, door.tags)
    for front in fronts(streets, found, seed=seed):
        shop = {"shop": front.kind.osm, "name": front.name, "opening_hours": front.opening_hours}
        file.node(front.door.spot, shop)
