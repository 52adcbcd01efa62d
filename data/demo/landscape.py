"""What lies between the streets: water, walls, woods, fields, steps and paths on foot."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from shapely import LineString, Point, Polygon
from shapely.affinity import rotate, translate

from data.demo import blocks
from data.demo.names import RIVER_NAME
from data.demo.network import PARK_SPOT
from data.demo.plane import Spot, curve, gap, polar, snapped
from data.demo.skeleton import Skeleton
from data.demo.streets import Way

STEPS = 6
#: The commercial estate beyond the ring road, on the road to Saint-Gwen.
COMMERCE = Polygon([(-1_000, -200), (-1_800, -250), (-1_800, -800), (-1_000, -620)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A line, or a closed line for an area, with its tags."""

    spots: tuple[Spot, ...]
    tags: dict[str, str]


def features(bones: Skeleton, ways: Sequence[Way], *, seed: int) -> list[Feature]:
    """Return everything of the map that is not a street."""
    rng = random.Random(f"landscape {seed}")
    found = [
        _area(bones.river, {"natural": "water", "water": "river", "name": RIVER_NAME}),
        _area(bones.rampart, {"barrier": "city_wall", "name": "Remparts", "historic": "citywalls"}),
    ]
    town = blocks.faces([way.edge.line for way in ways])
    for face in town:
        middle = face.representative_point()
        if face.contains(Point(PARK_SPOT)):
            found.append(
                _area(face.buffer(-9), {"leisure": "park", "name": "Jardin de la Duchesse"})
            )
            found += _park_paths(face, ways)
        elif face.area < 120_000 and not bones.river.contains(middle):
            use = "commercial" if COMMERCE.contains(middle) else "residential"
            found.append(_area(face, {"landuse": use}))
    found += _steps(town, bones, rng)
    found += _woods(bones, ways, rng)
    return found


def _area(shape: Polygon, tags: dict[str, str]) -> Feature:
    spots = [snapped((x, y)) for x, y in shape.exterior.coords]
    return Feature(spots=tuple(spots), tags=tags)


def _park_paths(face: Polygon, ways: Sequence[Way]) -> list[Feature]:
    """Cross the park on foot: from its corners to the bandstand in the middle."""
    kiosk = snapped((face.centroid.x, face.centroid.y))
    corners = _corners(face, ways)
    paths = []
    for bearing in (20, 140, 220, 320):
        far = polar(300, bearing)
        aim = kiosk[0] + far[0], kiosk[1] + far[1]
        corner = min(corners, key=lambda spot: gap(spot, aim))
        bend = snapped(((corner[0] + kiosk[0]) / 2 + 14, (corner[1] + kiosk[1]) / 2 - 11))
        tags = {"highway": "footway", "surface": "compacted"}
        paths.append(Feature(spots=(corner, bend, kiosk), tags=tags))
    return paths


def _corners(face: Polygon, ways: Sequence[Way]) -> list[Spot]:
    """Return the spots of streets around the face, where a path can begin."""
    return [
        spot
        for way in ways
        if way.edge.line.distance(face) < 1
        for spot in way.edge.spots
        if face.exterior.distance(Point(spot)) < 0.2
    ]


def _steps(town: Sequence[Polygon], bones: Skeleton, rng: random.Random) -> list[Feature]:
    """Return stairs between the terraces above the port, from street to street."""
    slope = [
        face
        for face in town
        if 190 < face.centroid.x < 420 and -350 < face.centroid.y < 420
        and not face.contains(Point(PARK_SPOT)) and not bones.rampart.intersects(face.centroid)
        and not bones.river.intersects(face.representative_point())
    ]  # fmt: skip
    inside = [face for face in town if bones.rampart.contains(face) and face.area > 2_500]
    found: list[Feature] = []
    for face in [*sorted(slope, key=lambda face: -face.area), *rng.sample(inside, len(inside))]:
        spots = [snapped((x, y)) for x, y in face.exterior.coords[:-1]]
        pairs = [
            (one, other)
            for one in spots
            for other in spots
            if one < other and 30 < gap(one, other) < 110 and _saves(face, one, other)
        ]
        if pairs and len(found) < STEPS:
            top, foot = min(pairs, key=lambda pair: gap(*pair))
            tags = {"highway": "steps", "incline": "down", "step_count": "48"}
            found.append(Feature(spots=(top, foot), tags={**tags, "surface": "stone"}))
    return found


def _saves(face: Polygon, one: Spot, other: Spot) -> bool:
    """Say whether stairs through the block spare a long way round it."""
    edge = face.exterior
    around_m = abs(edge.line_locate_point(Point(one)) - edge.line_locate_point(Point(other)))
    around_m = min(around_m, edge.length - around_m)
    stairs = LineString([one, other])
    return around_m > 2.6 * stairs.length and bool(face.contains(stairs))


def _woods(bones: Skeleton, ways: Sequence[Way], rng: random.Random) -> list[Feature]:
    """Scatter woods and meadows over the country, clear of streets and water."""
    streets = shapely.union_all([way.edge.line for way in ways])
    found: list[Feature] = []
    for _ in range(260):
        middle = polar(rng.uniform(1_250, 4_200), rng.uniform(0, 360))
        radius = rng.uniform(70, 260)
        long, turn = rng.uniform(0.45, 1.0), rng.uniform(0, 180)
        knots = [polar(radius * rng.uniform(0.75, 1.2), bearing) for bearing in range(0, 360, 30)]
        flat = Polygon(curve([(x, long * y) for x, y in knots], closed=True, pace_m=25))
        shape = translate(rotate(flat, turn, origin=(0, 0)), *middle).buffer(0)
        free = shape.distance(streets) > 25 and shape.distance(bones.river) > 25
        clear = all(shape.distance(Polygon(other.spots)) > 10 for other in found)
        if free and clear and isinstance(shape, Polygon):
            wood = rng.random() < 0.55
            tags = {"landuse": "forest"} if wood else {"landuse": "meadow"}
            found.append(_area(shape, tags))
    return found
