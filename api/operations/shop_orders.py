"""What a shop sees at its counter: its orders of now, one of them, and what helps to write one."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.rows import TupleRow

import api.operations.days
import api.operations.intake
import api.operations.orders
import data.addresses
import data.database
import data.deliveries
import data.order_events
import data.orders
import data.shop_orders
import data.subsidies
import data.towns
from data.database import Pool
from data.order_events import OrderEvent
from data.shop_orders import Papers, Regular, Seller, ShopOrder
from data.subsidies import Subsidy, SubsidyState
from delivery.addresses import Address
from delivery.orders import CALLED_OFF, Order, Recipient
from delivery.pooling import Delivery, DeliveryState, recipient_key
from delivery.slots import Slot, SlotKind

#: What the courier could not deliver is shown for so long after.
FAILURES_STAY = timedelta(days=7)
#: An order that came in before is looked at only while it has not ended.
ORDERS_STAY = timedelta(days=60)
#: Orders on one page of a search.
PAGE = 30
#: Slots offered of each kind, and doors while one is written.
SLOTS_OFFERED = 8
DOORS_OFFERED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A shop and what it has to do with now."""

    seller: Seller
    orders: tuple[ShopOrder, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of a search, and whether another follows."""

    orders: tuple[ShopOrder, ...]
    has_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a shop needs to write an order down: what its town offers, and slots by kind."""

    seller: Seller
    slots: dict[SlotKind, tuple[Slot, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSheet:
    """Everything about one order of a shop.

    `code` is None where another shop's order opened the delivery; `is_pooled` says that the
    delivery carries orders of others too.
    """

    seller: Seller
    order: Order
    listed: ShopOrder
    papers: Papers
    code: str | None
    delivery: Delivery | None
    subsidy: Subsidy | None
    is_pooled: bool
    story: tuple[OrderEvent, ...]

    @property
    def is_planned(self) -> bool:
        """Whether a courier has it in a round already."""
        return self.delivery is not None and self.delivery.state is not DeliveryState.PROMISED


def board(pool: Pool, town_id: int, shop_id: int, *, now: datetime) -> Board:
    """Return what a shop has to do with now: what has not ended, or has today."""
    with data.database.scoped(pool, town_id) as conn:
        timezone = ZoneInfo(data.towns.by_id(conn, town_id).timezone)
        today = datetime.combine(now.astimezone(timezone).date(), time(), tzinfo=timezone)
        orders = data.shop_orders.current(
            conn,
            shop_id,
            ended_since=today,
            failed_since=today - FAILURES_STAY,
            received_since=now - ORDERS_STAY,
        )
        return Board(seller=data.shop_orders.seller(conn, shop_id), orders=tuple(orders))


def search(pool: Pool, town_id: int, shop_id: int, text: str, *, page: int) -> Found:
    """Return a page of the shop's orders, newest first; pages begin at 1.

    `text` is part of a reference, of a recipient's name or of a phone number.
    """
    with data.database.scoped(pool, town_id) as conn:
        found = data.shop_orders.search(
            conn, shop_id, text.strip(), most=PAGE + 1, skip=PAGE * (page - 1)
        )
    return Found(orders=tuple(found[:PAGE]), has_more=len(found) > PAGE)


def regular(pool: Pool, town_id: int, shop_id: int, phone: str) -> Regular | None:
    """Return what the shop's own orders tell of whoever has this number, in E.164."""
    key = recipient_key(Recipient(name="-", phone=phone), "")
    with data.database.scoped(pool, town_id) as conn:
        return data.shop_orders.regular(conn, shop_id, key)


def doors(pool: Pool, town_id: int, text: str) -> list[Address]:
    """Return the doors somebody may be writing, best first."""
    with data.database.scoped(pool, town_id) as conn:
        return data.addresses.complete(conn, text, DOORS_OFFERED)


def desk(pool: Pool, town_id: int, shop_id: int, *, now: datetime) -> Desk:
    """Return what a shop needs to write an order down."""
    with data.database.scoped(pool, town_id) as conn:
        return Desk(
            seller=data.shop_orders.seller(conn, shop_id), slots=_slots(conn, town_id, now=now)
        )


def _slots(
    conn: Connection[TupleRow], town_id: int, *, now: datetime
) -> dict[SlotKind, tuple[Slot, ...]]:
    timezone = ZoneInfo(data.towns.by_id(conn, town_id).timezone)
    free = {
        kind: [
            slot
            for slot in api.operations.days.offered(conn, timezone, kind, now=now)
            if slot.left > 0
        ]
        for kind in SlotKind
    }
    return {kind: tuple(slots[:SLOTS_OFFERED]) for kind, slots in free.items()}


def sheet(pool: Pool, town_id: int, shop_id: int, order_id: int) -> OrderSheet:
    """Return everything about one order of the shop.

    Raises NotFound.
    """
    with data.database.scoped(pool, town_id) as conn:
        order = api.operations.orders.of_shop(conn, shop_id, order_id)
        listed = data.shop_orders.by_id(conn, order_id)
        assert listed is not None
        delivery, subsidy, is_pooled = None, None, False
        if order.delivery_id is not None:
            delivery = data.deliveries.by_id(conn, order.delivery_id)
            assert delivery is not None
            subsidy = data.subsidies.find(conn, delivery.id)
            orders = data.orders.of_delivery(conn, delivery.id)
            is_pooled = any(each.id != order_id and each.state not in CALLED_OFF for each in orders)
        return OrderSheet(
            seller=data.shop_orders.seller(conn, shop_id),
            order=order,
            listed=listed,
            papers=data.shop_orders.papers(conn, order_id),
            code=api.operations.intake.code_for(conn, order),
            delivery=delivery,
            subsidy=None if _is_void(subsidy) else subsidy,
            is_pooled=is_pooled,
            story=tuple(data.order_events.of_order(conn, order_id)),
        )


def _is_void(subsidy: Subsidy | None) -> bool:
    return subsidy is not None and subsidy.state is SubsidyState.RELEASED
