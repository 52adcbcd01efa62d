"""The drawn lines as one network: junctions, the streets between them, and what each is part of."""

import math
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from shapely import LineString, Point, Polygon, STRtree

from data.demo import blocks
from data.demo.blocks import Cutter
from data.demo.plane import GRID_M, Spot, Stroke, curve, gap, polar, snapped
from data.demo.skeleton import Skeleton

#: What the network is grown to: Dinan's has 760 junctions and 1,621 directed edges (osmnx).
JUNCTIONS = 760
#: Residential streets beyond the ring road: between which bearings, and how far out (ring = 1).
BEYOND_RING = ((98, 140, 1.30), (146, 172, 1.36), (192, 216, 1.34), (226, 250, 1.28))
#: Some dead ends end where a junction already was; so many times the missing ones are added.
DEAD_END_ROUNDS = 4
#: How many of a kind's streets are drawn and then left out.
LEFT_OUT = {"wall_lane": 0.5, "lane": 0.08, "street": 0.1}
#: Two junctions nearer than this are one.
SHORTEST_M = 10.0
#: Where no street is cut: the park below the ramparts.
PARK_SPOT = (290.0, 330.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A street between two junctions, drawn from the first to the last spot."""

    spots: tuple[Spot, ...]
    kind: str
    name: str

    @property
    def line(self) -> LineString:
        """The edge as a shape."""
        return LineString(self.spots)

    @property
    def ends(self) -> tuple[Spot, Spot]:
        """The junctions it joins."""
        return self.spots[0], self.spots[-1]


def network(bones: Skeleton, *, seed: int) -> list[Edge]:
    """Fill the faces between the bones with streets, and return every edge of the town."""
    rng = random.Random(f"network {seed}")
    strokes = [*bones.strokes, *_estates(bones.strokes, rng)]
    lines = [stroke.line for stroke in strokes]
    corners = _crossings(lines)
    old_town = bones.rampart
    new_town: list[Polygon] = []
    fields: list[Polygon] = []
    for face in blocks.faces(lines):
        middle = face.representative_point()
        if bones.river.contains(middle):
            continue
        if face.area < 900_000:
            new_town.append(face)
        else:
            fields.append(face)
    cutter = Cutter(rng=rng, block_m2=_block_m2, crook=_crook, corners=corners)
    country = Cutter(rng=rng, block_m2=lambda _: 480_000, crook=lambda _: 1.6, corners=corners)
    for face in new_town:
        inside = old_town.buffer(40).contains(face)
        if not face.contains(Point(PARK_SPOT)) and (inside or face.area > 20_000):
            cutter.divide(face)
    for face in fields:
        country.divide(face)
    strokes += [Stroke(kind="country", spots=tuple(cut.coords)) for cut in country.cuts]
    for cut in cutter.cuts:
        middle = cut.interpolate(0.5, normalized=True)
        kind = "lane" if old_town.contains(middle) else "street"
        strokes.append(Stroke(kind=kind, spots=tuple(cut.coords)))
    strokes = _thinned(edges(strokes), rng)
    for _ in range(DEAD_END_ROUNDS):
        strokes += _dead_ends(strokes, bones, rng)
    return edges(strokes)


def _block_m2(spot: Spot) -> float:
    """Return how large a block is here: small in the old town, larger outwards."""
    radius = gap((-40.0, 10.0), spot)
    if radius < 300:
        return 4_400
    return min(48_000.0, 13_000 + 40 * (radius - 300))


def _crook(spot: Spot) -> float:
    """Return how crooked streets are here: the old town's most."""
    return 2.0 if gap((-40.0, 10.0), spot) < 330 else 1.0


def _estates(strokes: Sequence[Stroke], rng: random.Random) -> list[Stroke]:
    """Return streets that enclose housing estates beyond the ring road, between two radials."""
    ring = next(stroke for stroke in strokes if stroke.kind == "ring").line
    estates = []
    for start, end, share in BEYOND_RING:
        spots: list[Spot] = []
        for bearing in range(start, end + 1, 6):
            ray = LineString([(0, 0), polar(3_000, bearing)])
            hit = ring.intersection(ray)
            if not hit.is_empty:
                at = hit.representative_point()
                swell = share + rng.uniform(-0.06, 0.06)
                outer = swell if start < bearing < end - 5 else 1.0
                spots.append(snapped((at.x * outer, at.y * outer)))
        estates.append(Stroke(kind="estate", spots=tuple(curve(spots))))
    return estates


def _crossings(lines: Sequence[LineString]) -> list[Spot]:
    """Return where more than two of the lines' pieces meet."""
    noded = shapely.unary_union(list(lines), grid_size=GRID_M)
    degree: dict[Spot, int] = defaultdict(int)
    for part in blocks.parts(noded):
        for spot in (part.coords[0], part.coords[-1]):
            degree[snapped((spot[0], spot[1]))] += 1
    return [spot for spot, count in degree.items() if count != 2]


def _thinned(drawn: Sequence[Edge], rng: random.Random) -> list[Stroke]:
    """Leave some streets out, so that blocks are of all shapes; the town stays in one piece."""
    left = list(drawn)
    for edge in drawn:
        if rng.random() < LEFT_OUT.get(edge.kind, 0.0):
            tried = [other for other in left if other is not edge]
            left = tried if _is_whole(tried) else left
    return [Stroke(kind=edge.kind, spots=edge.spots, name=edge.name) for edge in left]


def _is_whole(drawn: Sequence[Edge]) -> bool:
    near: dict[Spot, list[Spot]] = defaultdict(list)
    for edge in drawn:
        start, end = edge.ends
        near[start].append(end)
        near[end].append(start)
    seen = {drawn[0].ends[0]}
    waiting = list(seen)
    while waiting:
        fresh = [spot for spot in near[waiting.pop()] if spot not in seen]
        seen.update(fresh)
        waiting += fresh
    return len(seen) == len(near)


def _dead_ends(strokes: Sequence[Stroke], bones: Skeleton, rng: random.Random) -> list[Stroke]:
    """Return dead ends, the roomiest blocks first, until the town has its junctions."""
    lines = [stroke.line for stroke in strokes]
    junctions = {spot for edge in edges(strokes) for spot in edge.ends}
    missing = (JUNCTIONS - len(junctions)) // 2
    built = [face for face in blocks.faces(lines) if _is_built(face, bones)]
    built.sort(key=lambda face: (-face.area / _roomy_m2(face), face.centroid.x))
    found: list[Stroke] = []
    tries = 0
    while len(found) < missing and tries < 4 * len(built):
        block = built[tries % len(built)]
        mine = [stroke.line for stroke in found if block.intersects(stroke.line)]
        longest = 400 if block.area > 300_000 else 130
        line = blocks.dead_end(block, rng=rng, longest_m=longest)
        clear = line is not None and all(other.distance(line) > 30 for other in mine)
        if line is not None and clear:
            farm = block.area > 300_000
            found.append(Stroke(kind="farm" if farm else "dead_end", spots=tuple(line.coords)))
        tries += 1
    return found


def _roomy_m2(face: Polygon) -> float:
    middle = face.centroid
    return _block_m2((middle.x, middle.y))


def _is_built(face: Polygon, bones: Skeleton) -> bool:
    middle = face.representative_point()
    outside = not bones.rampart.buffer(45).intersects(middle)
    park = face.contains(Point(PARK_SPOT))
    return outside and not park and not bones.river.intersects(middle) and face.area > 5_000


def edges(strokes: Sequence[Stroke]) -> list[Edge]:
    """Node the strokes and return the pieces between junctions, each with its stroke's kind."""
    lines = [stroke.line for stroke in strokes]
    whole = shapely.unary_union(lines, grid_size=GRID_M)
    for _ in range(2):
        pieces = _contracted(blocks.parts(shapely.line_merge(whole)))
        whole = shapely.unary_union(pieces, grid_size=GRID_M)
    tree = STRtree(lines)
    found = []
    for part in blocks.parts(shapely.line_merge(whole)):
        spots = tuple(snapped((x, y)) for x, y in part.coords)
        middle = part.interpolate(0.5, normalized=True)
        near = sorted(int(index) for index in tree.query(middle.buffer(SHORTEST_M + 1)))
        owner = min(near, key=lambda index: (round(lines[index].distance(middle), 1), index))
        found.append(Edge(spots=spots, kind=strokes[owner].kind, name=strokes[owner].name))
    return sorted(found, key=lambda edge: edge.spots)


def _contracted(pieces: Sequence[LineString]) -> list[LineString]:
    """Draw pieces too short to be a street as one junction."""
    merged: dict[Spot, Spot] = {}

    def seat(spot: Spot) -> Spot:
        while spot in merged:
            spot = merged[spot]
        return spot

    kept = []
    for piece in sorted(pieces, key=lambda piece: (piece.length, piece.coords[0])):
        ends = [snapped((x, y)) for x, y in (piece.coords[0], piece.coords[-1])]
        if piece.length >= SHORTEST_M:
            kept.append(piece)
        elif seat(ends[0]) != seat(ends[1]):
            merged[seat(ends[1])] = seat(ends[0])
    moved = []
    for piece in kept:
        spots = [snapped((x, y)) for x, y in piece.coords]
        moved.append(LineString([seat(spots[0]), *spots[1:-1], seat(spots[-1])]))
    return moved


def deflection(arriving: Edge, leaving: Edge, at: Spot) -> float:
    """Return by how many degrees a rider turns at a junction both edges share (0: straight on)."""
    here = _heading(arriving, at)
    there = _heading(leaving, at)
    return abs((here + 180 - there + 180) % 360 - 180)


def _heading(edge: Edge, at: Spot) -> float:
    """Return the bearing in which the edge leaves the junction."""
    spots = edge.spots if edge.spots[0] == at else tuple(reversed(edge.spots))
    target = spots[1]
    return math.degrees(math.atan2(target[1] - at[1], target[0] - at[0]))
