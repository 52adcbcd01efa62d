"""Rows as the dispatcher asks for them: what no round takes yet, and where one delivery rides."""

from collections.abc import Iterable
from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow


def unplanned(conn: Connection[TupleRow], start: datetime, end: datetime) -> list[int]:
    """Return the promised deliveries of slots in [start, end) that need a round and have none.

    What its shops bring to the drive needs none.
    """
    rows = conn.execute(
        """
        SELECT deliveries.id
          FROM deliveries
          JOIN slots ON slots.town_id = deliveries.town_id AND slots.id = deliveries.slot_id
         WHERE slots.starts_at >= %(start)s
           AND slots.starts_at < %(end)s
           AND deliveries.state = 'promised'
           AND NOT EXISTS (SELECT 1
                             FROM tasks
                            WHERE tasks.town_id = deliveries.town_id
                              AND tasks.delivery_id = deliveries.id
                              AND tasks.kind = 'dropoff'
                              AND tasks.state = 'to_do')
           AND EXISTS (SELECT 1
                         FROM orders
                         JOIN shops ON shops.town_id = orders.town_id
                                   AND shops.id = orders.shop_id
                        WHERE orders.town_id = deliveries.town_id
                          AND orders.delivery_id = deliveries.id
                          AND orders.state NOT IN ('cancelled', 'refused')
                          AND NOT (deliveries.fulfilment = 'drive' AND shops.brings_parcels))
         ORDER BY deliveries.id
        """,
        {"start": start, "end": end},
    ).fetchall()
    return [row[0] for row in rows]


def zone_names(conn: Connection[TupleRow]) -> dict[str, str]:
    """Return the zones' names by code, in the town's order."""
    return dict(conn.execute("SELECT code, name FROM zones ORDER BY position").fetchall())


def bringing(conn: Connection[TupleRow], shop_ids: Iterable[int]) -> set[int]:
    """Return those of the shops that bring their parcels to the hub or drive themselves."""
    rows = conn.execute(
        "SELECT id FROM shops WHERE id = ANY(%(ids)s) AND brings_parcels ORDER BY id",
        {"ids": sorted(set(shop_ids))},
    ).fetchall()
    return {row[0] for row in rows}


def recipients(conn: Connection[TupleRow], ids: Iterable[int]) -> dict[int, tuple[str, str | None]]:
    """Return the names and phone numbers of these recipients, by id."""
    rows = conn.execute(
        "SELECT id, name, phone FROM recipients WHERE id = ANY(%(ids)s) ORDER BY id",
        {"ids": sorted(set(ids))},
    ).fetchall()
    return {id_: (name, phone) for id_, name, phone in rows}
