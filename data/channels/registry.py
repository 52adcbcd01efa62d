"""Rows of channels: by what ways a town's orders come in."""

from dataclasses import dataclass

from psycopg import Connection
from psycopg.rows import TupleRow, class_row


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A way orders come in; one that belongs to a shop orders for that shop only."""

    id: int
    name: str
    shop_id: int | None


def ensure(conn: Connection[TupleRow], name: str, *, shop_id: int | None = None) -> Channel:
    """Return the channel of this name, added where new; one that is known is not locked."""
    with conn.cursor(row_factory=class_row(Channel)) as cursor:
        known = cursor.execute(
            "SELECT id, name, shop_id FROM channels WHERE name = %(name)s", {"name": name}
        ).fetchone()
        if known is not None:
            return known
        channel = cursor.execute(
            """
            INSERT INTO channels (name, shop_id)
                 VALUES (%(name)s, %(shop_id)s)
            ON CONFLICT ON CONSTRAINT channel_name_once
              DO UPDATE SET name = EXCLUDED.name
              RETURNING id, name, shop_id
            """,
            {"name": name, "shop_id": shop_id},
        ).fetchone()
    assert channel is not None
    return channel


def listed(conn: Connection[TupleRow]) -> list[Channel]:
    """Return every channel of the town, by name."""
    with conn.cursor(row_factory=class_row(Channel)) as cursor:
        return cursor.execute("SELECT id, name, shop_id FROM channels ORDER BY name").fetchall()


def by_id(conn: Connection[TupleRow], channel_id: int) -> Channel:
    """Return the channel with this id; it must exist."""
    with conn.cursor(row_factory=class_row(Channel)) as cursor:
        channel = cursor.execute(
            "SELECT id, name, shop_id FROM channels WHERE id = %(id)s", {"id": channel_id}
        ).fetchone()
    assert channel is not None
    return channel
