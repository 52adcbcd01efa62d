"""Rows of parcels as they are labelled, scanned and typed at a counter."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow, class_row

from delivery.orders import Fulfilment, OrderState
from delivery.parcels import Parcel, Size, Temperature

#: More orders than this behind what was typed are not shown: type more of it.
MOST_FOUND = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptParcel:
    """A parcel with what its label says: `code`, and its place among its order's parcels."""

    order_id: int
    code: str
    number: int
    count: int
    parcel: Parcel


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A parcel and all that stands on its label; no place and no slot for the shop's counter."""

    kept: KeptParcel
    shop: str
    reference: str
    recipient: str
    fulfilment: Fulfilment
    ready_at: datetime | None
    place: str | None
    slot_starts_at: datetime | None
    slot_ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An order behind what was scanned or typed; `code` is its parcel's, where one was meant."""

    order_id: int
    code: str | None


def of_orders(conn: Connection[TupleRow], order_ids: Iterable[int]) -> dict[int, list[KeptParcel]]:
    """Return the parcels of these orders, by order, in the order of their labels."""
    found: dict[int, list[KeptParcel]] = {}
    for row in conn.execute(
        """
        SELECT order_id, code, row_number() OVER of_order,
               count(*) OVER (PARTITION BY order_id), size, weight_g, volume_l, temperature,
               fragile, age_check
          FROM parcels
         WHERE order_id = ANY(%(ids)s)
        WINDOW of_order AS (PARTITION BY order_id ORDER BY id)
         ORDER BY order_id, id
        """,
        {"ids": sorted(set(order_ids))},
    ):
        kept = _kept(row)
        found.setdefault(kept.order_id, []).append(kept)
    return found


def to_label(
    conn: Connection[TupleRow],
    shop_id: int,
    *,
    order_id: int | None = None,
    states: Iterable[OrderState] = OrderState,
    due_since: datetime | None = None,
) -> list[Labelled]:
    """Return what a shop's labels say, by slot then order, narrowed by order, state and time."""
    rows = conn.execute(
        """
        SELECT orders.id, parcels.code, row_number() OVER of_order,
               count(*) OVER (PARTITION BY orders.id), size, weight_g, volume_l, temperature,
               fragile, age_check, shops.name, reference, recipient_name, orders.fulfilment,
               ready_at, label, slots.starts_at, slots.ends_at
          FROM orders
          JOIN parcels ON parcels.town_id = orders.town_id AND parcels.order_id = orders.id
          JOIN shops ON shops.town_id = orders.town_id AND shops.id = orders.shop_id
          LEFT JOIN deliveries ON deliveries.town_id = orders.town_id
                              AND deliveries.id = orders.delivery_id
          LEFT JOIN slots ON slots.town_id = deliveries.town_id
                         AND slots.id = deliveries.slot_id
         WHERE shop_id = %(shop_id)s
           AND (%(order_id)s::bigint IS NULL OR orders.id = %(order_id)s)
           AND orders.state = ANY(%(states)s)
           AND (%(due_since)s::timestamptz IS NULL
                OR coalesce(slots.ends_at, ready_at, received_at) >= %(due_since)s)
        WINDOW of_order AS (PARTITION BY orders.id ORDER BY parcels.id)
         ORDER BY coalesce(slots.starts_at, ready_at) NULLS LAST, orders.id, parcels.id
        """,
        {
            "shop_id": shop_id,
            "order_id": order_id,
            "states": [state.value for state in states],
            "due_since": due_since,
        },
    ).fetchall()
    return [_labelled(row) for row in rows]


def find(conn: Connection[TupleRow], code: str) -> KeptParcel | None:
    """Return the parcel with this whole code, or None where no label says it."""
    order_id = orders_of(conn, [code]).get(code)
    if order_id is None:
        return None
    return next(kept for kept in of_orders(conn, [order_id])[order_id] if kept.code == code)


def orders_of(conn: Connection[TupleRow], codes: Iterable[str]) -> dict[str, int]:
    """Return the orders of the parcels with these whole codes, by code."""
    rows = conn.execute(
        "SELECT code, order_id FROM parcels WHERE code = ANY(%(codes)s) ORDER BY code",
        {"codes": sorted(set(codes))},
    ).fetchall()
    return {str(code): int(order_id) for code, order_id in rows}


def beginning(conn: Connection[TupleRow], digits: str) -> list[Found]:
    """Return the parcels whose code begins with these digits, of orders that are not over.

    Digits are those of a code, `0` to `9` and `A` to `F`.
    """
    with conn.cursor(row_factory=class_row(Found)) as cursor:
        return cursor.execute(
            """
            SELECT order_id, parcels.code
              FROM parcels
              JOIN orders ON orders.town_id = parcels.town_id AND orders.id = parcels.order_id
             WHERE parcels.code >= %(digits)s
               AND parcels.code < %(digits)s || 'G'
               AND state <> ALL (%(over)s)
             ORDER BY parcels.code
             LIMIT %(most)s
            """,
            {"digits": digits, "over": _OVER, "most": MOST_FOUND},
        ).fetchall()


def referenced(conn: Connection[TupleRow], reference: str) -> list[Found]:
    """Return the orders that any channel sent under this reference and that are not over."""
    with conn.cursor(row_factory=class_row(Found)) as cursor:
        return cursor.execute(
            """
            SELECT orders.id AS order_id, NULL AS code
              FROM channels
              JOIN orders ON orders.town_id = channels.town_id
                         AND orders.channel_id = channels.id
                         AND orders.reference = %(reference)s
             WHERE state <> ALL (%(over)s)
             ORDER BY orders.id
             LIMIT %(most)s
            """,
            {"reference": reference, "over": _OVER, "most": MOST_FOUND},
        ).fetchall()


_OVER = [
    state.value
    for state in (
        OrderState.DELIVERED,
        OrderState.HANDED_OVER,
        OrderState.REFUSED,
        OrderState.CANCELLED,
        OrderState.RETURNED,
    )
]


def _kept(row: TupleRow) -> KeptParcel:
    order_id, code, number, count, size, weight_g, volume_l, temperature, fragile, age_check = row
    return KeptParcel(
        order_id=order_id,
        code=code,
        number=number,
        count=count,
        parcel=Parcel(
            size=Size(size),
            weight_g=weight_g,
            volume_l=volume_l,
            temperature=Temperature(temperature),
            fragile=fragile,
            age_check=age_check,
        ),
    )


def _labelled(row: TupleRow) -> Labelled:
    shop, reference, recipient, fulfilment, ready_at, place, starts_at, ends_at = row[10:]
    return Labelled(
        kept=_kept(row[:10]),
        shop=shop,
        reference=reference,
        recipient=recipient,
        fulfilment=Fulfilment(fulfilment),
        ready_at=ready_at,
        place=place,
        slot_starts_at=starts_at,
        slot_ends_at=ends_at,
    )
