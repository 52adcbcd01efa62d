"""A town on flat paper: metres east and north of its middle, and the lines drawn there."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from pyproj import Transformer
from shapely import LineString, Point

#: Metres east and north of the plane's origin.
type Spot = tuple[float, float]

#: Everything drawn lies on a grid this fine, so that lines that touch share a node.
GRID_M = 0.1


class Plane:
    """The local metric projection around one point (azimuthal equidistant on WGS84)."""

    def __init__(self, origin: Point) -> None:
        """Lay the paper so that `origin` is (0, 0)."""
        local = f"+proj=aeqd +lat_0={origin.y} +lon_0={origin.x} +datum=WGS84 +units=m"
        self._there = Transformer.from_crs("EPSG:4326", local, always_xy=True)
        self._back = Transformer.from_crs(local, "EPSG:4326", always_xy=True)

    def spot(self, point: Point) -> Spot:
        """Return the metres east and north of a WGS84 point."""
        east, north = self._there.transform(point.x, point.y)
        return float(east), float(north)

    def point(self, spot: Spot) -> Point:
        """Return the WGS84 point of a spot, to the centimetre."""
        lon, lat = self._back.transform(*spot)
        return Point(round(float(lon), 7), round(float(lat), 7))


def snapped(spot: Spot) -> Spot:
    """Return the nearest spot of the grid."""
    return round(spot[0], 1) + 0.0, round(spot[1], 1) + 0.0


def gap(one: Spot, other: Spot) -> float:
    """Return the metres between two spots."""
    return math.hypot(other[0] - one[0], other[1] - one[1])


def polar(radius: float, degrees: float) -> Spot:
    """Return the spot at this distance, `degrees` counted from east towards north."""
    angle = math.radians(degrees)
    return radius * math.cos(angle), radius * math.sin(angle)


def curve(knots: Sequence[Spot], *, pace_m: float = 30, closed: bool = False) -> list[Spot]:
    """Draw a smooth line through the knots, a spot about every `pace_m` (Catmull-Rom spline)."""
    around = [knots[-1], *knots, knots[0], knots[1]] if closed else [knots[0], *knots, knots[-1]]
    spots: list[Spot] = []
    for before, start, end, after in zip(around, around[1:], around[2:], around[3:], strict=False):
        count = max(1, round(gap(start, end) / pace_m))
        spots += [_on_spline(before, start, end, after, step / count) for step in range(count)]
    return [snapped(spot) for spot in [*spots, knots[0] if closed else knots[-1]]]


def _on_spline(before: Spot, start: Spot, end: Spot, after: Spot, share: float) -> Spot:
    def blend(axis: int) -> float:
        p0, p1, p2, p3 = before[axis], start[axis], end[axis], after[axis]
        linear = (p2 - p0) * share
        square = (2 * p0 - 5 * p1 + 4 * p2 - p3) * share**2
        cubic = (3 * p1 - p0 - 3 * p2 + p3) * share**3
        return 0.5 * (2 * p1 + linear + square + cubic)

    return blend(0), blend(1)


def beside(line: LineString, along_m: float, offset_m: float) -> Spot:
    """Return the spot `offset_m` to the left of the line (negative: right) at `along_m`."""
    here = line.interpolate(along_m)
    back = line.interpolate(max(0.0, along_m - 2))
    ahead = line.interpolate(min(line.length, along_m + 2))
    run = gap((back.x, back.y), (ahead.x, ahead.y)) or 1.0
    left = (back.y - ahead.y) / run, (ahead.x - back.x) / run
    return here.x + left[0] * offset_m, here.y + left[1] * offset_m


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """One line drawn on the plane; `kind` decides what street it becomes."""

    kind: str
    spots: tuple[Spot, ...]
    name: str = ""

    @property
    def line(self) -> LineString:
        """The stroke as a shape."""
        return LineString(self.spots)


def shaken(spot: Spot, rng: random.Random, by_m: float) -> Spot:
    """Move a spot by up to `by_m` either way."""
    return snapped((spot[0] + rng.uniform(-by_m, by_m), spot[1] + rng.uniform(-by_m, by_m)))
