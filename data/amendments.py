"""Rows of orders that are written anew while their shop still has them."""

from collections.abc import Iterable
from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow

from delivery.parcels import Parcel, Size, Temperature


def rewrite(
    conn: Connection[TupleRow],
    order_id: int,
    *,
    basket_cents: int,
    note: str,
    ready_at: datetime | None,
) -> None:
    """Write what the order came to; what its channel sent is still known by its own hash."""
    conn.execute(
        """
        UPDATE orders
           SET basket_cents = %(basket_cents)s, note = %(note)s, ready_at = %(ready_at)s
         WHERE id = %(id)s
        """,
        {"id": order_id, "basket_cents": basket_cents, "note": note, "ready_at": ready_at},
    )


def parcels(conn: Connection[TupleRow], order_id: int) -> list[tuple[int, Parcel]]:
    """Return the order's parcels with their ids, which labels are printed for."""
    rows = conn.execute(
        """
        SELECT id, size, weight_g, volume_l, temperature, fragile, age_check
          FROM parcels
         WHERE order_id = %(order_id)s
         ORDER BY id
        """,
        {"order_id": order_id},
    ).fetchall()
    return [
        (
            id_,
            Parcel(
                size=Size(size),
                weight_g=weight_g,
                volume_l=volume_l,
                temperature=Temperature(temperature),
                fragile=fragile,
                age_check=age_check,
            ),
        )
        for id_, size, weight_g, volume_l, temperature, fragile, age_check in rows
    ]


def drop_parcels(conn: Connection[TupleRow], parcel_ids: Iterable[int]) -> None:
    """Take parcels out of their order."""
    conn.execute("DELETE FROM parcels WHERE id = ANY(%(ids)s)", {"ids": sorted(parcel_ids)})


def hand_link_on(conn: Connection[TupleRow], from_order: int, to_order: int) -> None:
    """Let the recipient's link lead to the order that takes the place of another."""
    row = conn.execute(
        "SELECT tracking_token FROM orders WHERE id = %(id)s", {"id": from_order}
    ).fetchone()
    assert row is not None
    conn.execute(
        "UPDATE orders SET tracking_token = gen_random_uuid() WHERE id = %(id)s",
        {"id": from_order},
    )
    conn.execute(
        "UPDATE orders SET tracking_token = %(token)s WHERE id = %(id)s",
        {"id": to_order, "token": row[0]},
    )
