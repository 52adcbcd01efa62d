"""Orders a shop writes down at its own counter: numbered, and taken once however often sent."""

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.rows import TupleRow
from shapely import Point

import api.operations.orders
import data.answers
import data.channels.registry
import data.database
import data.shop_orders
import data.towns
from api.operations import intake
from data.answers import Answer
from data.channels.registry import Channel
from data.database import Pool
from data.shop_orders import Seller
from delivery.orders import AlreadyEntered, Fulfilment, NewOrder, Recipient
from delivery.parcels import Parcel

#: How the channel of a shop's own counter is named: with the shop's code after it.
CHANNEL = "comptoir:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An order as its shop writes it; without a `reference` it gets the shop's next number."""

    recipient: Recipient
    fulfilment: Fulfilment
    basket_cents: int
    parcels: tuple[Parcel, ...]
    reference: str | None = None
    address: str | None = None
    point: Point | None = None
    slot_starts_at: datetime | None = None
    ready_at: datetime | None = None
    note: str = ""

    def order(self, shop: str, reference: str) -> NewOrder:
        """Return the record of the trade."""
        return NewOrder(
            reference=reference,
            shop=shop,
            recipient=self.recipient,
            fulfilment=self.fulfilment,
            basket_cents=self.basket_cents,
            parcels=self.parcels,
            address=self.address,
            point=self.point,
            slot_starts_at=self.slot_starts_at,
            ready_at=self.ready_at,
            note=self.note,
        )


def enter(pool: Pool, town_id: int, shop_id: int, entry: Entry, *, key: str, now: datetime) -> int:
    """Take an order its shop wrote down; return its id. The same form again is the same order.

    `key` names the form. Only what was taken is remembered, so that what was refused can be
    mended and sent again.

    Raises AlreadyEntered, and what `intake.take_order` raises.
    """
    with data.database.scoped(pool, town_id) as conn:
        data.shop_orders.lock_counter(conn, shop_id)
        seller = data.shop_orders.seller(conn, shop_id)
        channel = own_channel(conn, seller)
        kept = data.answers.find(conn, channel.id, key)
        body_sha256 = intake.content_sha256(entry.order(seller.code, entry.reference or "-"))
        if kept is not None:
            return _entered(conn, shop_id, kept, body_sha256)
        timezone = ZoneInfo(data.towns.by_id(conn, town_id).timezone)
        reference = entry.reference or next_reference(
            conn, channel, year=now.astimezone(timezone).year
        )
        counter = intake.counter(conn, None)
        order = entry.order(seller.code, reference)
        taken = intake.take_order(conn, counter, channel, order, now=now)
        body = api.operations.orders.shown(taken)
        answer = Answer(body_sha256=body_sha256, status=201, body=body)
        data.answers.add(conn, channel.id, key, answer, at=now)
        return taken.order_id


def _entered(conn: Connection[TupleRow], shop_id: int, kept: Answer, body_sha256: str) -> int:
    order_id = kept.body["order_id"]
    assert isinstance(order_id, int)
    if kept.body_sha256 != body_sha256:
        order = api.operations.orders.of_shop(conn, shop_id, order_id)
        raise AlreadyEntered(reference=order.reference, order_id=order_id)
    return order_id


def own_channel(conn: Connection[TupleRow], seller: Seller) -> Channel:
    """Return the channel of a shop's own counter; lock that counter first."""
    return data.channels.registry.ensure(conn, f"{CHANNEL}{seller.code}", shop_id=seller.id)


def next_reference(conn: Connection[TupleRow], channel: Channel, *, year: int) -> str:
    """Return the next number of the shop's year; lock its counter first."""
    start = f"C-{year}-"
    return f"{start}{data.shop_orders.last_number(conn, channel.id, start) + 1:04d}"


def reference_after(conn: Connection[TupleRow], channel: Channel, reference: str) -> str:
    """Return the reference of an order that takes another's place: the same, or `/2` after it."""
    first = re.sub(r"/\d+$", "", reference)
    taken = set(data.shop_orders.references(conn, channel.id, first))
    tries = (first, *(f"{first}/{number}" for number in range(2, len(taken) + 3)))
    return next(each for each in tries if each not in taken)
