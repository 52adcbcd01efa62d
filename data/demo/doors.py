"""Doors along the streets, odd on the left and even on the right, and shops behind some."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from shapely import Point, Polygon, STRtree

from data.demo import trades
from data.demo.names import POSTCODE, TOWN
from data.demo.plane import Spot, beside, gap, snapped
from data.demo.streets import Way
from data.demo.traffic import INSIDE

DOORS = 2_000
#: Metres of street a house number stands for, by what was drawn.
PITCH_M = {"lane": 9, "wall_lane": 9, "gate": 9, "steep": 8, "quay": 11, "country": 30, "farm": 30}
#: How many of the possible doors are in the file, by what was drawn.
SHARE = {"lane": 0.9, "gate": 0.9, "steep": 0.9, "boulevard": 0.5, "country": 0.12, "ring": 0.2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A numbered door and the place of its way in the list of ways."""

    number: str
    street: str
    way: int
    spot: Spot

    @property
    def tags(self) -> dict[str, str]:
        """The address as OSM keeps it."""
        return {
            "addr:housenumber": self.number,
            "addr:street": self.street,
            "addr:postcode": POSTCODE,
            "addr:city": TOWN,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """A shop at a door."""

    door: Door
    name: str
    kind: trades.Kind
    opening_hours: str


def doors(ways: Sequence[Way], river: Polygon, *, seed: int) -> list[Door]:
    """Number every street and keep about `DOORS` of its doors."""
    rng = random.Random(f"doors {seed}")
    tree = STRtree([way.edge.line for way in ways])
    found: dict[tuple[str, str], Door] = {}
    for street in _walks(ways):
        start_m = 0.0
        for index, forward in street:
            way = ways[index]
            pitch = PITCH_M.get(way.edge.kind, 14)
            line = way.edge.line if forward else way.edge.line.reverse()
            for step in range(int(line.length // pitch)):
                for side in (1, -1):
                    along = (step + rng.uniform(0.2, 0.8)) * pitch
                    spot = snapped(beside(line, along, side * rng.uniform(8, 12)))
                    number = 2 * int((start_m + along) // pitch) + (1 if side > 0 else 2)
                    door = _door(number, way, index, spot, rng)
                    if rng.random() < _share(way) and _is_free(spot, way, ways, tree, river):
                        found.setdefault((door.number, door.street), door)
            start_m += line.length
    kept = list(found.values())
    places = sorted(rng.sample(range(len(kept)), min(DOORS, len(kept))))
    return [kept[place] for place in places]


def _door(number: int, way: Way, index: int, spot: Spot, rng: random.Random) -> Door:
    suffix = rng.choice((" bis", " bis", " ter")) if rng.random() < 0.03 else ""
    return Door(number=f"{number}{suffix}", street=way.tags["name"], way=index, spot=spot)


def _share(way: Way) -> float:
    usual = SHARE.get(way.edge.kind, 0.42)
    middle = way.edge.line.centroid
    is_far = gap((0, 0), (middle.x, middle.y)) > 1_400
    return 0.05 if way.edge.kind == "radial" and is_far else usual


def _is_free(spot: Spot, way: Way, ways: Sequence[Way], tree: STRtree, river: Polygon) -> bool:
    """Say whether the spot is dry, off every street, and its own street is the nearest."""
    here = Point(spot)
    nearest = ways[int(tree.nearest(here))]
    clear = nearest.edge.line.distance(here) > 6 and nearest.street == way.street
    return clear and river.distance(here) > 3 and nearest.edge.kind != "bridge"


def _walks(ways: Sequence[Way]) -> list[list[tuple[int, bool]]]:
    """Walk each street from end to end: the places of its ways, and whether as drawn."""
    members: dict[int, list[int]] = defaultdict(list)
    for index, way in enumerate(ways):
        members[way.street].append(index)
    return [_walk(ways, mine) for _, mine in sorted(members.items())]


def _walk(ways: Sequence[Way], mine: list[int]) -> list[tuple[int, bool]]:
    at: dict[Spot, list[int]] = defaultdict(list)
    for index in mine:
        for spot in ways[index].edge.ends:
            at[spot].append(index)
    ends = [spot for spot, meeting in at.items() if len(meeting) == 1] or list(at)
    here = min(ends, key=lambda spot: (gap((0, 0), spot), spot))
    walk: list[tuple[int, bool]] = []
    left = set(mine)
    while left:
        ahead = sorted(index for index in at[here] if index in left)
        if not ahead:
            here = ways[min(left)].edge.ends[0]
            continue
        start, end = ways[ahead[0]].edge.ends
        walk.append((ahead[0], start == here))
        here = end if start == here else start
        left.discard(ahead[0])
    return walk


def fronts(ways: Sequence[Way], found: Sequence[Door], *, seed: int) -> list[Front]:
    """Open the town's shops behind its doors: most in the old town, some out to the hamlets."""
    rng = random.Random(f"fronts {seed}")
    kinds = [kind for kind in trades.KINDS for _ in range(kind.share)]
    rng.shuffle(kinds)
    order = sorted(found, key=lambda door: rng.random() / _attraction(ways[door.way], door.spot))
    chosen: list[Door] = []
    for door in order:
        if len(chosen) < len(kinds) and all(gap(door.spot, other.spot) > 9 for other in chosen):
            chosen.append(door)
    taken: set[str] = set()
    fronts = []
    for door, kind in zip(chosen, kinds, strict=False):
        name = trades.sign(kind, rng=rng, taken=taken)
        fronts.append(Front(door=door, name=name, kind=kind, opening_hours=rng.choice(kind.hours)))
    return fronts


def _attraction(way: Way, spot: Spot) -> float:
    """Return how much a shopkeeper likes a door here."""
    if way.edge.kind in INSIDE:
        return 8.0 if way.tags["highway"] in ("pedestrian", "living_street") else 2.5
    radius = gap((0, 0), spot)
    if way.edge.kind in ("steep", "quay"):
        return 2.0
    if way.edge.kind in ("radial", "boulevard"):
        return 1.2 if radius < 800 else 0.3
    return 0.8 if way.edge.kind == "hamlet" else 0.03
