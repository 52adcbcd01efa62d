"""The demo's delivery zones: the centre, the town and the country, grown round what is there."""

import math
from collections.abc import Sequence

import shapely
from shapely import MultiPoint, Point, Polygon

from data.demo.plane import Plane, Spot, gap
from zones.zone import Zone, ZoneKind

#: Round each door of a zone, this much belongs to it.
ROOM_M = 110
#: A zone holds at least the disc of this share of its radius, built up or not.
CORE_SHARE = 0.75
#: The country reaches this far beyond the last door.
MARGIN_M = 450


def areas(hub: Point, shops: Sequence[Point], doors: Sequence[Point]) -> tuple[Zone, ...]:
    """Return `centre`, `ville` and `campagne`; where they overlap, the first one holds."""
    plane = Plane(middle(shops))
    counters = sorted(gap((0, 0), plane.spot(point)) for point in shops)
    spots = [plane.spot(point) for point in [*doors, *shops, hub]]
    distances = sorted(gap((0, 0), spot) for spot in spots)
    centre_m = min(900.0, max(300.0, share_of(counters, 0.75)))
    town_m = max(1.6 * centre_m, share_of(distances, 0.9))
    town = _grown(spots, town_m)
    country = MultiPoint([*spots, *town.exterior.coords]).convex_hull.buffer(MARGIN_M)
    outlines = (
        ("centre", "Centre", _grown(spots, centre_m)),
        ("ville", "Ville", town),
        ("campagne", "Campagne", country.simplify(10)),
    )
    return tuple(
        Zone(code=code, name=name, kind=ZoneKind.DELIVERY, area=_on_earth(outline, plane))
        for code, name, outline in outlines
    )


def middle(points: Sequence[Point]) -> Point:
    """Return the point at the median longitude and latitude."""
    lons, lats = sorted(point.x for point in points), sorted(point.y for point in points)
    return Point(lons[len(lons) // 2], lats[len(lats) // 2])


def share_of(values: Sequence[float], share: float) -> float:
    """Return the value below which this share of the sorted values lies."""
    return values[min(len(values) - 1, math.floor(share * len(values)))]


def _grown(spots: Sequence[Spot], radius_m: float) -> Polygon:
    """Return one soft-edged area round the middle, with what lies within the radius."""
    rooms = [Point(spot).buffer(ROOM_M) for spot in spots if gap((0, 0), spot) <= radius_m]
    core = Point(0, 0).buffer(CORE_SHARE * radius_m)
    soft = shapely.union_all([core, *rooms]).buffer(160).buffer(-160)
    largest = max(shapely.get_parts(soft), key=lambda part: float(part.area))
    return Polygon(largest.exterior).simplify(6)


def _on_earth(outline: Polygon, plane: Plane) -> Polygon:
    return Polygon([plane.point((x, y)) for x, y in outline.exterior.coords])
