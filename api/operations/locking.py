"""The order in which what hangs together is locked: slots, then deliveries, then orders.

A delivery changes its slot, and an order its delivery, only while both ends are locked. What moved
while we waited for its locks is let go and locked anew where it is now.
"""

from contextlib import suppress
from dataclasses import dataclass

from psycopg import Connection
from psycopg.rows import TupleRow

import data.deliveries
import data.orders
import data.slots
from delivery.errors import NotFound
from delivery.orders import Order
from delivery.pooling import Delivery


class _Moved(Exception):
    """It is no longer where it was when we asked for the locks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An order and its delivery as they are now; `twin` is the delivery it would join."""

    order: Order
    delivery: Delivery | None
    twin: Delivery | None = None


def hold(conn: Connection[TupleRow], order_id: int, *, into: int | None = None) -> Held:
    """Lock an order, its delivery with all its orders, and its slot until the transaction ends.

    `into` is the slot it shall take: that is locked too, with the delivery to the same recipient
    and place that is promised there.

    Raises NotFound where the town has no such order.
    """
    while True:
        with suppress(_Moved), conn.transaction():
            return _hold(conn, order_id, into)


def _hold(conn: Connection[TupleRow], order_id: int, into: int | None) -> Held:
    seen = _order(conn, order_id)
    if seen.delivery_id is None:
        data.orders.lock(conn, [order_id])
        return Held(order=_still(conn, seen), delivery=None)
    before = data.deliveries.by_id(conn, seen.delivery_id)
    assert before is not None
    for slot_id in sorted({before.slot_id, into or before.slot_id}):
        data.slots.lock(conn, slot_id)
    twin_id = None if into is None else data.deliveries.twins(conn, before).get(into)
    ids = {before.id, *([] if twin_id is None else [twin_id])}
    locked = {each.id: each for each in data.deliveries.lock(conn, ids)}
    if locked[before.id].slot_id != before.slot_id:
        raise _Moved
    data.orders.lock(conn, [each.id for each in data.orders.of_delivery(conn, before.id)])
    return Held(
        order=_still(conn, seen),
        delivery=locked[before.id],
        twin=None if twin_id is None else locked[twin_id],
    )


def _order(conn: Connection[TupleRow], order_id: int) -> Order:
    order = data.orders.by_id(conn, order_id)
    if order is None:
        raise NotFound(field="order_id")
    return order


def _still(conn: Connection[TupleRow], seen: Order) -> Order:
    """Return the order as it is now that it is locked.

    Raises _Moved where it went into another delivery meanwhile.
    """
    order = _order(conn, seen.id)
    if order.delivery_id != seen.delivery_id:
        raise _Moved
    return order
