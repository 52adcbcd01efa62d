"""Who may use a street and which way: the pedestrian centre, the steep lane, one-way streets."""

import math
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from data.demo import reach
from data.demo.network import Edge
from data.demo.plane import gap
from data.demo.streets import Way, radius_m

#: Dinan's network has so many directed edges (osmnx).
DIRECTED_EDGES = 1_621
#: Kinds of old-town streets, which may be closed to cars.
INSIDE = {"lane", "gate", "wall_lane"}
#: So many streets have a bollard in the middle.
BOLLARDS = 5
#: Kinds that may be one-way, over so many edges at most; of these, some let bikes ride back.
ONE_WAY_KINDS = {*INSIDE, "street"}
LONGEST_ONE_WAY = 7
CONTRAFLOW_SHARE = {"lane": 0.9, "gate": 1.0, "wall_lane": 0.9, "street": 0.5}


def regulated(found: Sequence[Way], *, seed: int) -> list[Way]:
    """Put up the signs, so that every street stays within reach of every other."""
    rng = random.Random(f"traffic {seed}")
    calmed = _with_bollards(_steep_lane(_with_pedestrian_centre(found, rng)), rng)
    return _with_one_ways(calmed, rng)


def _with_pedestrian_centre(found: Sequence[Way], rng: random.Random) -> list[Way]:
    """Close the middle of the old town to cars, and slow down the streets around it."""
    closed = []
    for way in found:
        middle = way.edge.line.interpolate(0.5, normalized=True)
        radius = gap((-40, 20), (middle.x, middle.y * 0.85))
        tags = dict(way.tags)
        if way.edge.kind in INSIDE and radius < 115:
            tags["highway"] = "pedestrian"
            tags["bicycle"] = "yes" if rng.random() < 0.75 else "dismount"
            del tags["maxspeed"]
        elif way.edge.kind in INSIDE and radius < 190:
            tags["highway"] = "living_street"
        if way.edge.kind in INSIDE and rng.random() < 0.3:
            tags["surface"] = rng.choice(("paving_stones", "cobblestone"))
        closed.append(replace(way, tags=tags))
    cut_off = reach.cut_off(closed)
    return [
        replace(way, tags={**way.tags, "highway": "pedestrian", "bicycle": "yes"})
        if index in cut_off
        else way
        for index, way in enumerate(closed)
    ]


def _steep_lane(found: list[Way]) -> list[Way]:
    """Point the steep lane downhill, towards the river in the east, and say how steep it is."""
    steep = []
    for way in found:
        if way.edge.kind == "steep":
            spots = way.edge.spots
            down = spots if spots[0][0] < spots[-1][0] else tuple(reversed(spots))
            tags = {**way.tags, "incline": "-14%"}
            steep.append(replace(way, edge=replace(way.edge, spots=down), tags=tags))
        else:
            steep.append(way)
    return steep


def _with_bollards(found: list[Way], rng: random.Random) -> list[Way]:
    """Stand bollards in old-town streets that vans need not drive through."""
    inside = [
        index
        for index, way in enumerate(found)
        if way.is_open_to_cars and way.edge.kind in INSIDE and len(way.edge.spots) > 2
    ]
    for index in rng.sample(inside, len(inside)):
        spots = found[index].edge.spots
        tried = list(found)
        tried[index] = replace(found[index], bollard=spots[len(spots) // 2])
        standing = sum(way.bollard is not None for way in found)
        if standing < BOLLARDS and not reach.cut_off(tried):
            found = tried
    return found


def _with_one_ways(found: list[Way], rng: random.Random) -> list[Way]:
    """Make streets one-way, whole streets first and then pieces, while all stays in reach."""
    surplus = 2 * len(found) - DIRECTED_EDGES
    against = True
    for mine in _candidates(found, rng):
        if len(mine) > surplus or any("oneway" in found[index].tags for index in mine):
            continue
        tried = list(found)
        contraflow = rng.random() < CONTRAFLOW_SHARE[found[mine[0]].edge.kind]
        axis = _axis([found[index].edge for index in mine])
        for index in mine:
            tried[index] = _one_way(found[index], axis, contraflow=contraflow, against=against)
        if not reach.cut_off(tried):
            found, surplus = tried, surplus - len(mine)
            against = against and all(found[index].tags["oneway"] != "-1" for index in mine)
    return found


def _candidates(found: Sequence[Way], rng: random.Random) -> list[list[int]]:
    """Return groups of ways that could be one-way, from the old town outwards."""
    by_street: dict[int, list[int]] = defaultdict(list)
    for index, way in enumerate(found):
        if way.is_through and way.edge.kind in ONE_WAY_KINDS:
            by_street[way.street].append(index)

    def far_m(mine: list[int]) -> float:
        return min(radius_m(found[index].edge) for index in mine) + rng.uniform(0, 500)

    whole = [mine for mine in by_street.values() if len(mine) <= LONGEST_ONE_WAY]
    pieces = [[index] for mine in by_street.values() for index in mine]
    return [*sorted(whole, key=far_m), *sorted(pieces, key=far_m)]


def _one_way(way: Way, axis: tuple[float, float], *, contraflow: bool, against: bool) -> Way:
    """Make one edge one-way along the axis; `against` keeps how it was drawn and says -1."""
    start, end = way.edge.ends
    forward = (end[0] - start[0]) * axis[0] + (end[1] - start[1]) * axis[1] >= 0
    tags = {**way.tags, "oneway": "yes" if forward or not against else "-1"}
    if contraflow:
        tags["oneway:bicycle"] = "no"
    spots = way.edge.spots if forward or against else tuple(reversed(way.edge.spots))
    return replace(way, edge=replace(way.edge, spots=spots), tags=tags)


def _axis(mine: list[Edge]) -> tuple[float, float]:
    """Return the direction of the whole street, from its end nearer to the old town outwards."""
    ends = [spot for edge in mine for spot in edge.ends]
    far = max(ends, key=lambda spot: gap(spot, ends[0]))
    other = max(ends, key=lambda spot: gap(spot, far))
    start, end = sorted((far, other), key=lambda spot: (gap((0, 0), spot), spot))
    length = math.hypot(end[0] - start[0], end[1] - start[1]) or 1.0
    sense = 1 if round(start[0] + start[1]) % 2 else -1
    return sense * (end[0] - start[0]) / length, sense * (end[1] - start[1]) / length
