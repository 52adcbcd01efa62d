"""Labels of a shop's orders, and what a scanned one leads to."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import data.database
import data.hub
import data.orders
import data.parcels
import data.shops
from data.database import Pool
from data.parcels import Labelled
from delivery.errors import NotFound
from delivery.orders import Order, OrderState

#: What a shop still has to pack.
TO_PREPARE = (OrderState.RECEIVED, OrderState.ACCEPTED)
#: What was due longer ago and is still not packed was forgotten: it is printed by itself.
LATE = timedelta(days=7)
_CODE = re.compile(r"[0-9A-Fa-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """The order of a scanned parcel, its shop's name, and a vehicle's round and stop for it."""

    order: Order
    shop: str
    stop: tuple[int, int] | None


def of_order(pool: Pool, town_id: int, shop_id: int, order_id: int) -> list[Labelled]:
    """Return what the labels of a shop's order say.

    Raises NotFound where the shop has no such order.
    """
    with data.database.scoped(pool, town_id) as conn:
        found = data.parcels.to_label(conn, shop_id, order_id=order_id)
    if not found:
        raise NotFound(field="order_id")
    return found


def to_prepare(pool: Pool, town_id: int, shop_id: int, *, now: datetime) -> list[Labelled]:
    """Return what the labels of all orders say that a shop has to pack, by slot."""
    with data.database.scoped(pool, town_id) as conn:
        return data.parcels.to_label(conn, shop_id, states=TO_PREPARE, due_since=now - LATE)


def scanned(pool: Pool, town_id: int, code: str, *, vehicle_id: int | None = None) -> Scanned:
    """Return the order of the parcel with this code, and where a vehicle meets it.

    Raises NotFound where no label of the town says the code.
    """
    if not _CODE.fullmatch(code):
        raise NotFound(field="code")
    with data.database.scoped(pool, town_id) as conn:
        kept = data.parcels.find(conn, code.upper())
        order = None if kept is None else data.orders.by_id(conn, kept.order_id)
        if order is None:
            raise NotFound(field="code")
        stop = None if vehicle_id is None else data.hub.stop_of(conn, order.id, vehicle_id)
        shop = data.shops.names(conn, [order.shop_id])[order.shop_id]
    return Scanned(order=order, shop=shop, stop=stop)
