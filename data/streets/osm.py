"""What a town's OpenStreetMap file says: addresses, shops, streets, water, green and walls.

One pass over the file keeps what the rest of the house asks for; a file that is not OpenStreetMap
is refused with the reader's own reason.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import osmium
import shapely
from osmium.osm.types import Area, Node, OSMEntity, TagList, Way
from shapely import LineString, MultiPolygon, Point, Polygon

from delivery.errors import NoStreet, NotOsm

#: A file says what it is in its first bytes; the suffix of an upload may lie.
_MAGIC = ((b"\x1f\x8b", "osm.gz"), (b"BZh", "osm.bz2"))

#: Tags that make a closed way or multipolygon an area of the base map, and its kind there.
_AREAS = {
    ("natural", "water"): "water",
    ("waterway", "riverbank"): "water",
    ("waterway", "dock"): "water",
    ("landuse", "reservoir"): "water",
    ("landuse", "basin"): "water",
    ("leisure", "park"): "park",
    ("leisure", "garden"): "park",
    ("landuse", "forest"): "wood",
    ("natural", "wood"): "wood",
    ("landuse", "grass"): "grass",
    ("landuse", "meadow"): "grass",
}
_LINES = {
    ("waterway", "river"): "river",
    ("waterway", "canal"): "river",
    ("waterway", "stream"): "stream",
    ("barrier", "city_wall"): "wall",
    ("historic", "citywalls"): "wall",
    ("railway", "rail"): "railway",
}
#: Kinds of highway that are planned, gone, or no way at all.
_NO_STREET = {"proposed", "construction", "abandoned", "razed", "platform", "elevator", "rest_area"}
_KEYS = ("highway", "addr:housenumber", "shop", "craft", *{key for key, _ in (*_AREAS, *_LINES)})
_WKB = osmium.geom.WKBFactory()


@dataclass(frozen=True, slots=True, kw_only=True)
class OsmAddress:
    """A numbered door in a street; a building's stands at its centre."""

    number: str
    street: str
    postcode: str
    city: str
    point: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class OsmShop:
    """A named shop or craft; `trade` is OSM's word (`bakery`), `osm_id` like `node/123`."""

    name: str
    trade: str
    point: Point
    opening_hours: str
    osm_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OsmStreet:
    """A highway of any kind, as drawn; one street has many pieces."""

    name: str
    kind: str
    line: LineString


@dataclass(frozen=True, slots=True, kw_only=True)
class OsmLine:
    """A `river`, `stream`, `wall` or `railway`."""

    name: str
    kind: str
    line: LineString


@dataclass(frozen=True, slots=True, kw_only=True)
class OsmArea:
    """A stretch of `water`, `park`, `wood` or `grass`."""

    name: str
    kind: str
    polygon: Polygon | MultiPolygon


@dataclass(frozen=True, slots=True, kw_only=True)
class TownMap:
    """All that was read of one file; `bounds` are west, south, east, north of its streets."""

    addresses: tuple[OsmAddress, ...]
    shops: tuple[OsmShop, ...]
    streets: tuple[OsmStreet, ...]
    lines: tuple[OsmLine, ...]
    areas: tuple[OsmArea, ...]
    bounds: tuple[float, float, float, float]


@dataclass(slots=True)
class _Gathering:
    """The town map while the file is being read."""

    addresses: list[OsmAddress] = field(default_factory=list)
    shops: list[OsmShop] = field(default_factory=list)
    streets: list[OsmStreet] = field(default_factory=list)
    lines: list[OsmLine] = field(default_factory=list)
    areas: list[OsmArea] = field(default_factory=list)


def read_town(path: Path) -> TownMap:
    """Read addresses, shops, streets and scenery of a town.

    Raises NotOsm where the file cannot be read to its end, NoStreet where it holds no highway.
    """
    town = _Gathering()
    with _refusing(path):
        reader = osmium.FileProcessor(osm_source(path)).with_areas(osmium.filter.KeyFilter(*_KEYS))
        for thing in reader.with_filter(osmium.filter.KeyFilter(*_KEYS)):
            _gather(thing, town)
    if not town.streets:
        raise NoStreet(file=path.name, profile="")
    west, south, east, north = shapely.total_bounds([street.line for street in town.streets])
    return TownMap(
        addresses=tuple(town.addresses),
        shops=tuple(town.shops),
        streets=tuple(town.streets),
        lines=tuple(town.lines),
        areas=tuple(town.areas),
        bounds=(float(west), float(south), float(east), float(north)),
    )


def street_points(path: Path, *, most: int) -> list[Point]:
    """Return up to `most` points on the file's streets, spread over its ways.

    Raises NotOsm where the file cannot be read to its end.
    """
    points = []
    with _refusing(path):
        reader = osmium.FileProcessor(osm_source(path)).with_locations()
        for thing in reader.with_filter(osmium.filter.KeyFilter("highway")):
            if isinstance(thing, Way) and thing.tags["highway"] not in _NO_STREET:
                spots = _spots(thing)
                if len(spots) >= 2:
                    points.append(Point(spots[len(spots) // 2]))
    every = max(1, math.ceil(len(points) / most))
    return points[::every]


def osm_source(path: Path) -> osmium.io.File:
    """Return the file in the format its first bytes show.

    Raises NotOsm where it is missing or holds nothing.
    """
    try:
        with path.open("rb") as file:
            head = file.read(64)
    except OSError as error:
        raise NotOsm(file=path.name, reason=error.strerror or str(error)) from error
    if not head:
        raise NotOsm(file=path.name, reason="the file is empty")
    return osmium.io.File(str(path), osm_format(head))


def osm_format(head: bytes) -> str:
    """Name the format of a file by its first bytes: `osm`, `osm.gz`, `osm.bz2` or `osm.pbf`."""
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    return "osm.pbf" if b"OSMHeader" in head else "osm"


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """Turn osmium's complaints into a refusal; it knows no other class than RuntimeError."""
    try:
        yield
    except RuntimeError as error:
        raise NotOsm(file=path.name, reason=str(error)) from error


def _gather(thing: OSMEntity, town: _Gathering) -> None:
    match thing:
        case Node():
            if thing.location.valid():
                _gather_door(thing, Point(thing.lon, thing.lat), town)
        case Way():
            spots = _spots(thing)
            if len(spots) < 2:
                return
            if len(spots) > 3 and thing.is_closed():
                _gather_door(thing, Polygon(spots).centroid, town)
            _gather_line(thing, LineString(spots), town)
        case Area():
            _gather_area(thing, town)


def _spots(way: Way) -> list[tuple[float, float]]:
    """Return the known places of a way: an extract cut at its edge lacks some nodes."""
    return [(node.lon, node.lat) for node in way.nodes if node.location.valid()]


def _gather_door(thing: Node | Way, point: Point, town: _Gathering) -> None:
    tags = thing.tags
    street = tags.get("addr:street") or tags.get("addr:place")
    if street and "addr:housenumber" in tags:
        address = OsmAddress(
            number=tags["addr:housenumber"],
            street=street,
            postcode=tags.get("addr:postcode") or "",
            city=tags.get("addr:city") or "",
            point=point,
        )
        town.addresses.append(address)
    trade = tags.get("shop") or tags.get("craft")
    if trade and trade not in ("no", "vacant") and "name" in tags:
        shop = OsmShop(
            name=tags["name"],
            trade=trade,
            point=point,
            opening_hours=tags.get("opening_hours") or "",
            osm_id=f"{'node' if isinstance(thing, Node) else 'way'}/{thing.id}",
        )
        town.shops.append(shop)


def _gather_line(way: Way, line: LineString, town: _Gathering) -> None:
    name = way.tags.get("name") or ""
    highway = way.tags.get("highway")
    if highway and highway not in _NO_STREET:
        town.streets.append(OsmStreet(name=name, kind=highway, line=line))
    elif kind := _kind(way.tags, _LINES):
        town.lines.append(OsmLine(name=name, kind=kind, line=line))


def _gather_area(area: Area, town: _Gathering) -> None:
    kind = _kind(area.tags, _AREAS)
    if kind and area.num_rings()[0]:
        polygon = shapely.from_wkb(_WKB.create_multipolygon(area))
        town.areas.append(OsmArea(name=area.tags.get("name") or "", kind=kind, polygon=polygon))


def _kind(tags: TagList, kinds: dict[tuple[str, str], str]) -> str | None:
    for (key, value), kind in kinds.items():
        if tags.get(key) == value:
            return kind
    return None
