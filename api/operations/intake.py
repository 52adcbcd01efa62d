"""Take an order in: find its shop, its door, its slot and its subsidy, or say what to mend."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow

import api.operations.subsidies
import data.addresses
import data.deliveries
import data.orders
import data.shops
import data.slots
import data.towns
from api.operations.places import find_place
from data.channels.registry import Channel
from delivery.fleet import Hub
from delivery.orders import (
    Fulfilment,
    NewOrder,
    Order,
    OrderState,
    ReferenceTaken,
    ShopLeft,
    ShopOfAnotherChannel,
    ShopUnknown,
)
from delivery.pooling import OutsideZones, Place, recipient_key
from delivery.slots import SlotKind, SlotMissing, SlotUnknown, book, check_open, check_ready
from routing.streets import Streets
from zones.atlas import Atlas


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of an order: its delivery, and whether it joined one that was already there.

    The delivery's code goes to the channel that opened it; none to one whose order joined it.
    """

    order_id: int
    delivery_id: int | None
    code: str | None
    state: OrderState
    pooled: bool
    repeated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """Where orders are taken: the town's zones, its hub, its streets."""

    atlas: Atlas
    hub: Hub | None
    streets: Streets | None


def counter(conn: Connection[TupleRow], streets: Streets | None) -> Counter:
    """Load what taking orders needs, once for many orders."""
    return Counter(atlas=Atlas(data.towns.zones(conn)), hub=data.towns.hub(conn), streets=streets)


def take_order(
    conn: Connection[TupleRow],
    counter: Counter,
    channel: Channel,
    order: NewOrder,
    *,
    now: datetime,
) -> Taken:
    """Promise one order, in the caller's transaction.

    The slot is locked before anything is read that its lock protects. An order the channel sent
    before, word for word, is answered as it was then, also when both came at once.

    Raises ShopUnknown, ShopLeft, ShopOfAnotherChannel, ReferenceTaken, AddressMissing,
    AddressUnknown, AddressAmbiguous, TooFarFromStreet, OutOfReach, OutsideZones, NoDrive,
    SlotMissing, SlotUnknown, SlotClosed, SlotFull, and what `subsidies.promise` raises.
    """
    content = content_sha256(order)
    repeated = _repeated(conn, channel, order, content)
    if repeated is not None:
        return repeated
    try:
        with conn.transaction():
            return _promise(conn, counter, channel, order, content, now)
    except ReferenceTaken:
        repeated = _repeated(conn, channel, order, content)
        if repeated is None:
            raise
        return repeated


def _promise(
    conn: Connection[TupleRow],
    counter: Counter,
    channel: Channel,
    order: NewOrder,
    content: str,
    now: datetime,
) -> Taken:
    data.slots.share_intake(conn)
    shop_id = _shop(conn, channel, order)
    place = (
        None
        if order.fulfilment is Fulfilment.COUNTER
        else find_place(conn, order, counter.hub, counter.streets)
    )
    recipient_id = data.deliveries.recipient(
        conn,
        key=recipient_key(order.recipient, _whereabouts(channel, order, place)),
        name=order.recipient.name,
        phone=order.recipient.phone,
    )
    code = f"{secrets.randbelow(10_000):04d}"
    delivery_id, pooled = (
        _deliver(conn, counter, order, place, recipient_id, code, now) if place else (None, False)
    )
    order_id = data.orders.add(
        conn,
        order,
        data.orders.Intake(
            channel_id=channel.id,
            shop_id=shop_id,
            recipient_id=recipient_id,
            delivery_id=delivery_id,
            code=None if place else code,
            content_sha256=content,
            received_at=now,
        ),
    )
    if delivery_id is not None:
        api.operations.subsidies.promise(conn, delivery_id=delivery_id, at=now)
    return Taken(
        order_id=order_id,
        delivery_id=delivery_id,
        code=None if pooled else code,
        state=OrderState.ACCEPTED,
        pooled=pooled,
        repeated=False,
    )


def _whereabouts(channel: Channel, order: NewOrder, place: Place | None) -> str:
    """Say where a name without a phone number is one person: at a door, not at the one drive."""
    if place is None or order.fulfilment is Fulfilment.DRIVE:
        return f"order:{channel.id}:{order.reference}"
    return place.key


def content_sha256(order: NewOrder) -> str:
    """Fingerprint everything the channel said about the order."""
    content = {
        "reference": order.reference,
        "shop": order.shop,
        "recipient": [order.recipient.name, order.recipient.phone],
        "fulfilment": order.fulfilment.value,
        "basket_cents": order.basket_cents,
        "parcels": [
            [p.size.value, p.weight_g, p.volume_l, p.temperature.value, p.fragile, p.age_check]
            for p in order.parcels
        ],
        "address": order.address,
        "point": [order.point.x, order.point.y] if order.point else None,
        "slot": order.slot_starts_at.timestamp() if order.slot_starts_at else None,
        "ready": order.ready_at.timestamp() if order.ready_at else None,
        "note": order.note,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _repeated(
    conn: Connection[TupleRow], channel: Channel, order: NewOrder, content: str
) -> Taken | None:
    known = data.orders.content_of(conn, channel.id, order.reference)
    if known is None:
        return None
    order_id, content_then = known
    if content_then != content:
        raise ReferenceTaken(field="reference", reference=order.reference)
    kept = data.orders.by_id(conn, order_id)
    assert kept is not None
    return Taken(
        order_id=order_id,
        delivery_id=kept.delivery_id,
        code=code_for(conn, kept),
        state=kept.state,
        pooled=False,
        repeated=True,
    )


def code_for(conn: Connection[TupleRow], order: Order) -> str | None:
    """Return an order's code: its own at the counter, else its delivery's for whoever opened it.

    The delivery's is for the order that opened it; other shops do not learn it.
    """
    if order.delivery_id is None:
        return order.code
    kept = data.deliveries.by_id(conn, order.delivery_id)
    first = data.orders.of_delivery(conn, order.delivery_id)[0]
    return kept.code if kept is not None and first.id == order.id else None


def _shop(conn: Connection[TupleRow], channel: Channel, order: NewOrder) -> int:
    found = data.shops.standing(conn, order.shop)
    if found is None:
        raise ShopUnknown(
            field="shop", shop=order.shop, suggestions=data.shops.like(conn, order.shop)
        )
    shop_id, is_partner = found
    if not is_partner:
        raise ShopLeft(field="shop", shop=order.shop)
    if channel.shop_id is not None and channel.shop_id != shop_id:
        raise ShopOfAnotherChannel(field="shop", shop=order.shop)
    return shop_id


def _deliver(
    conn: Connection[TupleRow],
    counter: Counter,
    order: NewOrder,
    place: Place,
    recipient_id: int,
    code: str,
    now: datetime,
) -> tuple[int, bool]:
    zone = counter.atlas.zone_at(place.point)
    if zone is None:
        raise OutsideZones(field="point" if order.point else "address", place=place.label)
    if order.slot_starts_at is None:
        raise SlotMissing(field="slot_starts_at", fulfilment=order.fulfilment.value)
    kind = SlotKind(order.fulfilment.value)
    slot_id = data.slots.id_at(conn, kind, order.slot_starts_at)
    if slot_id is None:
        raise SlotUnknown(
            field="slot_starts_at", starts_at=order.slot_starts_at, fulfilment=kind.value
        )
    slot = data.slots.lock(conn, slot_id)
    check_ready(slot, order.ready_at)
    joined = data.deliveries.promised(
        conn, slot_id=slot_id, recipient_id=recipient_id, place_key=place.key
    )
    if joined is not None:
        check_open(slot, now=now)
        return joined, True
    data.slots.save(conn, book(slot, now=now))
    new = data.deliveries.NewDelivery(
        slot_id=slot_id,
        recipient_id=recipient_id,
        fulfilment=order.fulfilment,
        place=place,
        zone_code=zone.code,
        code=code,
        promised_at=now,
    )
    return data.deliveries.add(conn, new), False
