"""Who gets where: the edges a van cannot drive to and come back from."""

from collections import defaultdict
from collections.abc import Sequence

from data.demo.plane import Spot
from data.demo.streets import Way


def cut_off(ways: Sequence[Way]) -> set[int]:
    """Return the places in `ways` of open streets outside the largest strongly connected part."""
    ahead: dict[Spot, list[Spot]] = defaultdict(list)
    back: dict[Spot, list[Spot]] = defaultdict(list)
    open_ways = [(index, way) for index, way in enumerate(ways) if way.is_open_to_cars]
    for way in (way for _, way in open_ways if way.is_through):
        start, end = way.edge.ends
        oneway = way.tags.get("oneway")
        if oneway != "-1":
            ahead[start].append(end)
            back[end].append(start)
        if oneway != "yes":
            ahead[end].append(start)
            back[start].append(end)
    seat = max((way for _, way in open_ways), key=lambda way: way.edge.kind == "ring")
    start = seat.edge.ends[0]
    inside = _reached(start, ahead) & _reached(start, back)
    return {index for index, way in open_ways if not inside.issuperset(way.edge.ends)}


def _reached(start: Spot, ahead: dict[Spot, list[Spot]]) -> set[Spot]:
    seen = {start}
    waiting = [start]
    while waiting:
        for spot in ahead[waiting.pop()]:
            if spot not in seen:
                seen.add(spot)
                waiting.append(spot)
    return seen
