"""Streets between the bones: faces cut again and again until they are blocks, then dead ends.

The cuts follow each face's short side with some slant and bow (after the block subdivision of
Parish and Müller, Procedural Modeling of Cities, 2001, and its many descendants).
"""

import itertools
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import shapely
from shapely import LineString, Point, Polygon

from data.demo.plane import GRID_M, Spot, gap, snapped

#: A cut that ends this near to a crossing runs into the crossing itself.
SNAP_M = 24
#: Streets of one block do not come nearer to each other than this.
CLEAR_M = 24


@dataclass(slots=True, kw_only=True)
class Cutter:
    """Cuts faces into blocks of `block_m2(spot)`; `corners` are the crossings so far.

    `crook(spot)` is 1 where streets are laid out and more where they grew.
    """

    rng: random.Random
    block_m2: Callable[[Spot], float]
    crook: Callable[[Spot], float]
    corners: list[Spot]
    cuts: list[LineString] = field(default_factory=list)

    def divide(self, face: Polygon) -> None:
        """Cut one face down to blocks."""
        waiting = [face]
        while waiting:
            block = waiting.pop()
            middle = block.centroid
            if block.area < self.block_m2((middle.x, middle.y)) * self.rng.uniform(1.2, 2.0):
                continue
            found = self._best_cut(block)
            if found is not None:
                cut, pieces = found
                self.cuts.append(cut)
                self.corners += [cut.coords[0], cut.coords[-1]]
                waiting += pieces

    def _best_cut(self, block: Polygon) -> tuple[LineString, list[Polygon]] | None:
        best, best_score = None, math.inf
        for _ in range(10):
            cut = self._cut(block)
            if cut is None:
                continue
            pieces = faces([block.exterior, cut])
            if len(pieces) != 2:
                continue
            score = abs(pieces[0].area - pieces[1].area) / block.area
            score += sum(1 - _roundness(piece) for piece in pieces)
            if score < best_score:
                best, best_score = (cut, pieces), score
        return best

    def _cut(self, block: Polygon) -> LineString | None:
        corners = list(block.minimum_rotated_rectangle.exterior.coords)
        sides = sorted(itertools.pairwise(corners), key=lambda side: gap(*side))
        (start, end), short = sides[-1], sides[0]
        share = self.rng.uniform(0.34, 0.66)
        across = math.atan2(end[1] - start[1], end[0] - start[0]) + math.pi / 2
        middle = block.minimum_rotated_rectangle.centroid
        across += self.rng.gauss(0, math.radians(9)) * self.crook((middle.x, middle.y))
        along = share - 0.5
        seat = (middle.x + along * (end[0] - start[0]), middle.y + along * (end[1] - start[1]))
        reach = 2 * gap(*short) + 50
        far = reach * math.cos(across), reach * math.sin(across)
        ray = LineString(
            [(seat[0] - far[0], seat[1] - far[1]), (seat[0] + far[0], seat[1] + far[1])]
        )
        inside = [part for part in parts(ray.intersection(block)) if part.length > CLEAR_M]
        if len(inside) != 1:
            return None
        ends = [self._settled(spot, block) for spot in inside[0].coords]
        return self._bowed(ends[0], ends[-1], block)

    def _settled(self, spot: tuple[float, ...], block: Polygon) -> Spot:
        """Return the crossing on the block's edge that is near, or the spot itself."""
        here = snapped((spot[0], spot[1]))
        near = [
            corner
            for corner in self.corners
            if gap(corner, here) < SNAP_M and block.exterior.distance(Point(corner)) < 2 * GRID_M
        ]
        return min(near, key=lambda corner: gap(corner, here), default=here)

    def _bowed(self, start: Spot, end: Spot, block: Polygon) -> LineString | None:
        length = gap(start, end)
        if length < CLEAR_M:
            return None
        crook = self.crook(start)
        bow = self.rng.gauss(0, 0.045) * length * crook
        count = max(2, round(length / 28))
        run, rise = end[0] - start[0], end[1] - start[1]
        spots = [start]
        for step in range(1, count):
            share = step / count
            lift = bow * math.sin(math.pi * share) + self.rng.uniform(-1.5, 1.5) * crook
            east = start[0] + share * run - lift * rise / length
            north = start[1] + share * rise + lift * run / length
            spots.append(snapped((east, north)))
        cut = LineString([*spots, end])
        core = LineString(cut.interpolate(share, normalized=True) for share in (0.2, 0.5, 0.8))
        edge = block.exterior
        if not block.buffer(GRID_M).contains(cut) or edge.distance(core) < CLEAR_M / 2:
            return None
        return cut


def dead_end(block: Polygon, *, rng: random.Random, longest_m: float) -> LineString | None:
    """Draw a street from the block's edge into its middle; None where it would not fit."""
    edge = block.exterior
    for _ in range(6):
        at = edge.interpolate(rng.random(), normalized=True)
        aim = block.centroid.buffer(12).exterior.interpolate(rng.random(), normalized=True)
        start = snapped((at.x, at.y))
        whole = LineString([start, (aim.x, aim.y)])
        length = min(whole.length, longest_m) * rng.uniform(0.75, 1.0)
        tip = whole.interpolate(length)
        halfway = whole.interpolate(length * 0.5)
        bend = snapped((halfway.x + rng.uniform(-4, 4), halfway.y + rng.uniform(-4, 4)))
        line = LineString([start, bend, snapped((tip.x, tip.y))])
        fits = length > 32 and edge.distance(Point(line.coords[-1])) > CLEAR_M
        if fits and edge.distance(Point(bend)) > 12 and block.buffer(GRID_M).contains(line):
            return line
    return None


def faces(lines: Sequence[LineString]) -> list[Polygon]:
    """Return the faces the lines enclose, noded on the grid."""
    noded = shapely.unary_union(list(lines), grid_size=GRID_M)
    return [
        face
        for face in shapely.get_parts(shapely.polygonize(parts(noded)))
        if isinstance(face, Polygon)
    ]


def parts(shape: shapely.Geometry) -> list[LineString]:
    """Return the lines of whatever an overlay returned."""
    return [part for part in shapely.get_parts(shape) if isinstance(part, LineString)]


def _roundness(block: Polygon) -> float:
    return float(4 * math.pi * block.area / block.length**2)
