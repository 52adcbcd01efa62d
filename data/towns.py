"""Rows of towns, of their hubs and of their zones."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from psycopg import Connection
from psycopg.errors import UniqueViolation
from psycopg.rows import TupleRow, class_row
from shapely import MultiPolygon, Point, Polygon
from shapely.geometry import mapping, shape

from delivery.errors import Refusal
from delivery.fleet import Hub
from zones.zone import Zone, ZoneKind


class SlugTaken(Refusal):
    """A town of another name has this web address. Parameters: name, slug."""

    code = "slug_taken"


class TownNameTaken(Refusal):
    """Another town has this name. Parameters: name."""

    code = "town_name_taken"


class TimezoneHeld(Refusal):
    """Slots were published by the town's clocks: they cannot be set otherwise any more."""

    code = "timezone_held"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTown:
    """A town to serve; `osm_sha256` names the OpenStreetMap file its streets come from."""

    slug: str
    name: str
    timezone: str
    osm_sha256: str
    fictional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Town(NewTown):
    """A town Colporteur serves."""

    id: int


def lock_slug(conn: Connection[TupleRow], slug: str) -> None:
    """Let nobody else bring in a town of this web address until the transaction ends."""
    conn.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('colporteur.town.' || %(slug)s, 0))",
        {"slug": slug},
    )


def add(conn: Connection[TupleRow], town: NewTown) -> Town:
    """Add a town.

    Raises SlugTaken where there is one of this web address.
    """
    try:
        with conn.transaction(), conn.cursor(row_factory=class_row(Town)) as cursor:
            row = cursor.execute(
                """
                INSERT INTO towns (slug, name, timezone, fictional, osm_sha256)
                     VALUES (%(slug)s, %(name)s, %(timezone)s, %(fictional)s, %(osm_sha256)s)
                  RETURNING id, slug, name, timezone, fictional, osm_sha256
                """,
                {
                    "slug": town.slug,
                    "name": town.name,
                    "timezone": town.timezone,
                    "fictional": town.fictional,
                    "osm_sha256": town.osm_sha256,
                },
            ).fetchone()
    except UniqueViolation as error:
        if error.diag.constraint_name == "town_slug_once":
            raise SlugTaken(field="name", slug=town.slug) from error
        raise
    assert row is not None
    return row


def renew(conn: Connection[TupleRow], *, osm_sha256: str, timezone: str) -> Town:
    """Give the transaction's town new streets; its time zone holds once it has a slot."""
    with conn.cursor(row_factory=class_row(Town)) as cursor:
        row = cursor.execute(
            """
               UPDATE towns
                  SET osm_sha256 = %(osm_sha256)s,
                      timezone = CASE WHEN EXISTS (SELECT 1
                                                     FROM slots
                                                    WHERE slots.town_id = towns.id)
                                      THEN timezone
                                      ELSE %(timezone)s
                                 END
                WHERE id = current_town()
            RETURNING id, slug, name, timezone, fictional, osm_sha256
            """,
            {"osm_sha256": osm_sha256, "timezone": timezone},
        ).fetchone()
    assert row is not None
    return row


def listed(conn: Connection[TupleRow]) -> list[Town]:
    """Return every town, by slug."""
    with conn.cursor(row_factory=class_row(Town)) as cursor:
        return cursor.execute(
            """
            SELECT id, slug, name, timezone, fictional, osm_sha256
              FROM towns
             ORDER BY slug
            """
        ).fetchall()


def by_slug(conn: Connection[TupleRow], slug: str) -> Town | None:
    """Return the town of this web address, or None when there is none."""
    with conn.cursor(row_factory=class_row(Town)) as cursor:
        return cursor.execute(
            """
            SELECT id, slug, name, timezone, fictional, osm_sha256
              FROM towns
             WHERE slug = %(slug)s
            """,
            {"slug": slug},
        ).fetchone()


def by_name(conn: Connection[TupleRow], name: str) -> Town | None:
    """Return the first town of this name, in whatever letters, or None when there is none."""
    with conn.cursor(row_factory=class_row(Town)) as cursor:
        return cursor.execute(
            """
            SELECT id, slug, name, timezone, fictional, osm_sha256
              FROM towns
             WHERE lower(name) = lower(%(name)s)
             ORDER BY id
             LIMIT 1
            """,
            {"name": name},
        ).fetchone()


def change(conn: Connection[TupleRow], *, name: str, timezone: str) -> None:
    """Give the transaction's town a name and a time zone; its web address stays."""
    conn.execute(
        """
        UPDATE towns
           SET name = %(name)s, timezone = %(timezone)s
         WHERE id = current_town()
        """,
        {"name": name, "timezone": timezone},
    )


def by_id(conn: Connection[TupleRow], town_id: int) -> Town:
    """Return the town with this id; it must exist."""
    with conn.cursor(row_factory=class_row(Town)) as cursor:
        town = cursor.execute(
            """
            SELECT id, slug, name, timezone, fictional, osm_sha256
              FROM towns
             WHERE id = %(id)s
            """,
            {"id": town_id},
        ).fetchone()
    assert town is not None
    return town


def set_hub(conn: Connection[TupleRow], hub: Hub) -> None:
    """Give the town its hub, in place of the one it had."""
    conn.execute("DELETE FROM hubs")
    conn.execute(
        """
        INSERT INTO hubs (name, lon, lat, has_drive, setup_s)
             VALUES (%(name)s, %(lon)s, %(lat)s, %(has_drive)s, %(setup_s)s)
        """,
        {
            "name": hub.name,
            "lon": hub.point.x,
            "lat": hub.point.y,
            "has_drive": hub.has_drive,
            "setup_s": hub.setup_s,
        },
    )


def hub(conn: Connection[TupleRow]) -> Hub | None:
    """Return the town's hub, if it has one."""
    row = conn.execute("SELECT name, lon, lat, has_drive, setup_s FROM hubs ORDER BY id").fetchone()
    if row is None:
        return None
    name, lon, lat, has_drive, setup_s = row
    return Hub(name=name, point=Point(lon, lat), has_drive=has_drive, setup_s=setup_s)


def replace_zones(conn: Connection[TupleRow], zones: Iterable[Zone]) -> None:
    """Set the town's zones; the order given decides overlaps."""
    conn.execute("DELETE FROM zones")
    with conn.cursor() as cursor:
        cursor.executemany(
            """
            INSERT INTO zones (code, name, kind, position, area)
                 VALUES (%(code)s, %(name)s, %(kind)s, %(position)s, %(area)s)
            """,
            [
                {
                    "code": zone.code,
                    "name": zone.name,
                    "kind": zone.kind.value,
                    "position": position,
                    "area": json.dumps(mapping(zone.area)),
                }
                for position, zone in enumerate(zones)
            ],
        )


def zones(conn: Connection[TupleRow]) -> list[Zone]:
    """Return the town's zones in the order that decides overlaps."""
    rows = conn.execute("SELECT code, name, kind, area FROM zones ORDER BY position").fetchall()
    return [
        Zone(code=code, name=name, kind=ZoneKind(kind), area=_area(shape(area)))
        for code, name, kind, area in rows
    ]


def _area(geometry: object) -> Polygon | MultiPolygon:
    if not isinstance(geometry, Polygon | MultiPolygon):
        raise ValueError(f"a zone is a polygon, not {geometry!r}")
    return geometry
