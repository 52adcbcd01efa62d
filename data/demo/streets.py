"""Edges into streets: which belong together, and what each is and is called."""

from collections import defaultdict
from dataclasses import dataclass, replace

from data.demo.names import Signs
from data.demo.network import Edge, deflection
from data.demo.plane import Spot, gap

#: Two edges that turn less than this at a junction can be one street.
STRAIGHT_DEGREES = 38

#: OSM tags by what was drawn.
TAGS = {
    "ring": {"highway": "secondary", "maxspeed": "50"},
    "boulevard": {"highway": "tertiary", "maxspeed": "50"},
    "radial": {"highway": "tertiary", "maxspeed": "50"},
    "bridge": {"highway": "tertiary", "maxspeed": "50", "bridge": "yes", "layer": "1"},
    "quay": {"highway": "unclassified", "maxspeed": "30", "surface": "sett"},
    "steep": {"highway": "pedestrian", "bicycle": "yes", "surface": "cobblestone"},
    "gate": {"highway": "unclassified", "maxspeed": "20", "surface": "sett"},
    "lane": {"highway": "residential", "maxspeed": "20", "surface": "sett"},
    "wall_lane": {"highway": "residential", "maxspeed": "20", "surface": "sett"},
    "street": {"highway": "residential", "maxspeed": "30"},
    "estate": {"highway": "residential", "maxspeed": "30"},
    "dead_end": {"highway": "residential", "maxspeed": "30"},
    "hamlet": {"highway": "residential", "maxspeed": "30"},
    "country": {"highway": "unclassified", "maxspeed": "70"},
    "farm": {"highway": "unclassified", "maxspeed": "50"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """An edge with its tags, as OSM keeps it; `street` numbers the street it is part of.

    Bikes pass at its `bollard`, vans turn back there.
    """

    edge: Edge
    street: int
    tags: dict[str, str]
    bollard: Spot | None = None

    @property
    def is_open_to_cars(self) -> bool:
        """Whether a van may drive here."""
        return self.tags["highway"] != "pedestrian"

    @property
    def is_through(self) -> bool:
        """Whether a van can drive from one end to the other."""
        return self.is_open_to_cars and self.bollard is None


def ways(edges: list[Edge], *, seed: int) -> list[Way]:
    """Name every edge of the network and say what kind of street it is."""
    streets = _streets(edges)
    names = _names(edges, streets, Signs(seed=seed))
    found = [
        Way(edge=edge, street=street, tags={**TAGS[edge.kind], "name": names[street]})
        for edge, street in zip(edges, streets, strict=True)
    ]
    return [_with_country_speed(way) for way in found]


def _streets(edges: list[Edge]) -> list[int]:
    """Number the streets: edges that run straight on through a junction share a number."""
    parent = list(range(len(edges)))

    def root(index: int) -> int:
        while parent[index] != index:
            index = parent[index]
        return index

    at: dict[Spot, list[int]] = defaultdict(list)
    for index, edge in enumerate(edges):
        for spot in set(edge.ends):
            at[spot].append(index)
    pairs = []
    for spot, meeting in sorted(at.items()):
        for place, one in enumerate(meeting):
            for other in meeting[place + 1 :]:
                turn = deflection(edges[one], edges[other], spot)
                if turn < STRAIGHT_DEGREES and _family(edges[one]) == _family(edges[other]):
                    pairs.append((round(turn, 3), spot, one, other))
    used: set[tuple[Spot, int]] = set()
    for _, spot, one, other in sorted(pairs):
        if (spot, one) not in used and (spot, other) not in used:
            used |= {(spot, one), (spot, other)}
            parent[root(one)] = root(other)
    return [root(index) for index in range(len(edges))]


def _family(edge: Edge) -> str:
    if edge.name:
        return edge.name if radius_m(edge) > 1_150 else f"{edge.name} in town"
    return "lane" if edge.kind == "wall_lane" else edge.kind


def radius_m(edge: Edge) -> float:
    middle = edge.line.interpolate(0.5, normalized=True)
    return gap((0, 0), (middle.x, middle.y))


def _names(edges: list[Edge], streets: list[int], signs: Signs) -> dict[int, str]:
    """Name the streets, the longest first, then the dead ends after what they leave."""
    members: dict[int, list[Edge]] = defaultdict(list)
    for edge, street in zip(edges, streets, strict=True):
        members[street].append(edge)
    touching: dict[Spot, list[int]] = defaultdict(list)
    for edge, street in zip(edges, streets, strict=True):
        for spot in edge.ends:
            touching[spot].append(street)
    names: dict[int, str] = {}

    def order(item: tuple[int, list[Edge]]) -> tuple[bool, float, int]:
        street, mine = item
        is_end = all(edge.kind in ("dead_end", "farm") for edge in mine)
        return is_end, -sum(edge.line.length for edge in mine), street

    for street, mine in sorted(members.items(), key=order):
        around = [names[near] for edge in mine for spot in edge.ends for near in touching[spot]
                  if near in names]  # fmt: skip
        names[street] = _name(mine, around, signs)
    return names


def _name(mine: list[Edge], around: list[str], signs: Signs) -> str:
    first = mine[0]
    if first.name and (radius_m(first) > 1_150 or first.kind == "bridge"):
        if signs.claim(first.name):
            return first.name
        return signs.name("country", ("route",))
    match first.kind:
        case "dead_end" if around:
            side = signs.beside(around[0], ("impasse", "allée", "clos", "villa"))
            return side or signs.name("residential", ("impasse", "allée"))
        case "boulevard":
            return signs.name("avenue", ("boulevard", "promenade"))
        case "ring":
            return signs.name("avenue", ("boulevard", "avenue"))
        case "radial":
            return signs.name("avenue", ("rue", "avenue", "rue"))
        case "quay":
            return signs.name("port", ("quai",))
        case "steep":
            return signs.name("port", ("raidillon",))
        case "gate" | "lane" | "wall_lane":
            return signs.name("old", ("rue", "rue", "venelle", "rue", "passage"))
        case "country" | "farm" | "hamlet":
            return signs.name("country", ("chemin", "chemin", "route", "sente"))
        case _:
            near_port = gap((430, 0), first.spots[0]) < 330
            area = "port" if near_port else "faubourg" if radius_m(first) < 620 else "residential"
            return signs.name(area, ("rue", "rue", "rue", "allée"))


def _with_country_speed(way: Way) -> Way:
    if way.edge.kind == "radial" and radius_m(way.edge) > 1_350:
        return replace(way, tags={**way.tags, "maxspeed": "80"})
    return way
