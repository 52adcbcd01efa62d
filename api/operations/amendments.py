"""A shop writes an order anew while it still has it: in place, or as one that takes its place."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow

import data.amendments
import data.database
import data.envelope
import data.orders
import data.shop_orders
import data.slots
from api.operations import intake, slot_changes
from api.operations import orders as channel_orders
from api.operations.entries import Entry, own_channel, reference_after
from api.operations.intake import Taken
from api.operations.locking import Held, hold
from data.database import Pool
from delivery.orders import CourierKnows, Fulfilment, Order, OrderStep, step
from delivery.parcels import Parcel
from delivery.pooling import DeliveryState
from delivery.slots import SlotKind, check_ready


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """What of an order may change in place; `slot_starts_at` None leaves it its slot."""

    parcels: tuple[Parcel, ...]
    basket_cents: int
    note: str
    ready_at: datetime | None
    slot_starts_at: datetime | None = None


def amend(
    pool: Pool, town_id: int, shop_id: int, order_id: int, changes: Amendment, *, now: datetime
) -> Order:
    """Write an order anew while its shop still has it; all of it, or nothing.

    Parcels that stay keep their labels. A draft plan made from other parcels or another time can
    no longer be published.

    Raises NotFound, StepRefused once it left the shop, CourierKnows where a published round counts
    on what would change, ReadyTooLate, and what `slot_changes.move` raises.
    """
    with data.database.scoped(pool, town_id) as conn:
        fulfilment = channel_orders.of_shop(conn, shop_id, order_id).fulfilment
        data.slots.share_intake(conn)
        held = hold(conn, order_id, into=_slot_id(conn, fulfilment, changes.slot_starts_at))
        state = step(held.order.state, OrderStep.AMEND)
        _check(conn, held, changes)
        detail = _differences(held.order, changes)
        if detail:
            _write(conn, held.order, changes)
            data.orders.add_event(
                conn,
                order_id,
                step=OrderStep.AMEND,
                state=state,
                at=now,
                actor=f"shop:{shop_id}",
                detail=detail,
            )
        if changes.slot_starts_at is not None:
            actor = f"shop:{shop_id}"
            slot_changes.move(conn, town_id, order_id, changes.slot_starts_at, now=now, actor=actor)
        return channel_orders.of_shop(conn, shop_id, order_id)


def _check(conn: Connection[TupleRow], held: Held, changes: Amendment) -> None:
    """Refuse what the slot, or a courier who has the round already, could not bear."""
    delivery, order = held.delivery, held.order
    if delivery is None:
        return
    if delivery.state is not DeliveryState.PROMISED and _kinds(changes.parcels) != _kinds(
        order.parcels
    ):
        raise CourierKnows(field="parcels", reason="parcels")
    if changes.ready_at == order.ready_at or changes.ready_at is None:
        return
    slot = data.slots.lock(conn, delivery.slot_id)
    if changes.slot_starts_at in (None, slot.starts_at):
        check_ready(slot, changes.ready_at)
    listed = data.shop_orders.by_id(conn, order.id)
    assert listed is not None
    if listed.pickup_at is not None and changes.ready_at > listed.pickup_at:
        raise CourierKnows(field="ready_at", reason="ready_at", pickup_at=listed.pickup_at)


type Kind = tuple[str, str, bool, bool]


def _kind(parcel: Parcel) -> Kind:
    """Tell parcels apart as a shop does, whatever they weigh."""
    return parcel.size.value, parcel.temperature.value, parcel.fragile, parcel.age_check


def _kinds(parcels: Sequence[Parcel]) -> Counter[Kind]:
    return Counter(_kind(parcel) for parcel in parcels)


def _differences(order: Order, changes: Amendment) -> dict[str, object]:
    """Say from what to what; of a note, where people write names, only that it changed."""
    detail: dict[str, object] = {}
    if changes.basket_cents != order.basket_cents:
        detail["basket_cents"] = [order.basket_cents, changes.basket_cents]
    if changes.ready_at != order.ready_at:
        detail["ready_at"] = [
            moment.isoformat() if moment else None for moment in (order.ready_at, changes.ready_at)
        ]
    if _kinds(changes.parcels) != _kinds(order.parcels):
        detail["parcels"] = [
            sorted([*kind, count] for kind, count in _kinds(parcels).items())
            for parcels in (order.parcels, changes.parcels)
        ]
    if changes.note != order.note:
        detail["note"] = True
    return detail


def _write(conn: Connection[TupleRow], order: Order, changes: Amendment) -> None:
    data.amendments.rewrite(
        conn,
        order.id,
        basket_cents=changes.basket_cents,
        note=changes.note,
        ready_at=changes.ready_at,
    )
    wanted = _kinds(changes.parcels)
    dropped = []
    for parcel_id, parcel in data.amendments.parcels(conn, order.id):
        if wanted[_kind(parcel)] > 0:
            wanted[_kind(parcel)] -= 1
        else:
            dropped.append(parcel_id)
    added = []
    for parcel in changes.parcels:
        if wanted[_kind(parcel)] > 0:
            wanted[_kind(parcel)] -= 1
            added.append(parcel)
    data.amendments.drop_parcels(conn, dropped)
    data.orders.add_parcels(conn, order.id, added)


def replace_order(
    pool: Pool, town_id: int, shop_id: int, order_id: int, entry: Entry, *, now: datetime
) -> Taken:
    """Call an order off and take it anew for somebody or somewhere else, in one transaction.

    The recipient's link leads to the new one. A place that was never a door of the town's is kept
    where its words are.

    Raises NotFound, StepRefused, DeliveryStepRefused, and what `intake.take_order` raises.
    """
    with data.database.scoped(pool, town_id) as conn:
        data.shop_orders.lock_counter(conn, shop_id)
        before = channel_orders.of_shop(conn, shop_id, order_id)
        data.slots.share_intake(conn)
        channel = own_channel(conn, data.shop_orders.seller(conn, shop_id))
        reference = reference_after(conn, channel, before.reference)
        slot_id = _slot_id(conn, entry.fulfilment, entry.slot_starts_at)
        held = hold(conn, order_id, into=slot_id)
        data.envelope.lock_all(conn)
        channel_orders.call_off(
            conn,
            held,
            now=now,
            actor=f"shop:{shop_id}",
            detail={"replaced_by": reference},
        )
        order = _placed(entry, held).order(before.shop_code, reference)
        counter = intake.counter(conn, None)
        taken = intake.take_order(conn, counter, channel, order, now=now)
        data.amendments.hand_link_on(conn, order_id, taken.order_id)
        return taken


def _slot_id(
    conn: Connection[TupleRow], fulfilment: Fulfilment, starts_at: datetime | None
) -> int | None:
    if fulfilment is Fulfilment.COUNTER or starts_at is None:
        return None
    return data.slots.id_at(conn, SlotKind(fulfilment.value), starts_at)


def _placed(entry: Entry, held: Held) -> Entry:
    if held.delivery is None or entry.fulfilment is not Fulfilment.HOME:
        return entry
    place = held.delivery.place
    if place.key.startswith("point:") and entry.address == place.label:
        return replace(entry, point=place.point)
    return entry
