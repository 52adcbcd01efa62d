"""A delivery takes another slot: places, orders and money move together, or nothing does."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.rows import TupleRow

import api.operations.subsidies
import data.database
import data.deliveries
import data.envelope
import data.orders
import data.slots
import data.towns
from api.operations.locking import Held, hold
from data.database import Pool
from delivery.errors import NotFound
from delivery.orders import CALLED_OFF, Order, OrderStep, step
from delivery.pooling import Delivery, DeliveryState, DeliveryStep
from delivery.pooling import step as delivery_step
from delivery.slots import (
    Slot,
    SlotKind,
    SlotUnknown,
    book,
    check_open,
    check_ready,
    release,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Move:
    """A delivery with the orders that go with it, the slot it leaves and the one it takes."""

    delivery: Delivery
    orders: tuple[Order, ...]
    left: Slot
    taken: Slot
    now: datetime
    timezone: ZoneInfo

    @property
    def is_same_day(self) -> bool:
        """Whether the town's rules see the same day."""
        days = {slot.starts_at.astimezone(self.timezone).date() for slot in (self.left, self.taken)}
        return len(days) == 1


def change(
    pool: Pool, town_id: int, order_id: int, slot_starts_at: datetime, *, now: datetime, actor: str
) -> Delivery:
    """Move an order's whole delivery to the slot of its kind that begins then; return it.

    Where the recipient has a delivery promised there already, at the same place, both become one:
    one place is given back and one drop saved. The town's grant stays on the same day; for another
    day it is given back and asked for anew. The slot it has already changes nothing.

    Raises NotFound for an order nobody brings anywhere, SlotUnknown, SlotFull, SlotClosed past the
    cut-off of either slot, ReadyTooLate, StepRefused for an order called off or gone,
    DeliveryStepRefused once it lies in a published round, and what `subsidies.promise` raises.
    """
    with data.database.scoped(pool, town_id) as conn:
        return move(conn, town_id, order_id, slot_starts_at, now=now, actor=actor)


def move(
    conn: Connection[TupleRow],
    town_id: int,
    order_id: int,
    slot_starts_at: datetime,
    *,
    now: datetime,
    actor: str,
) -> Delivery:
    """Do what `change` does, within the caller's transaction."""
    data.slots.share_intake(conn)
    slot_id = _asked(conn, order_id, slot_starts_at)
    held = hold(conn, order_id, into=slot_id)
    assert held.delivery is not None
    if held.delivery.slot_id == slot_id:
        return held.delivery
    timezone = ZoneInfo(data.towns.by_id(conn, town_id).timezone)
    asked = _checked(conn, held, slot_id, now, timezone)
    moved_id = _moved(conn, asked, held.twin)
    _tell(conn, asked, actor)
    moved = data.deliveries.by_id(conn, moved_id)
    assert moved is not None
    return moved


def _asked(conn: Connection[TupleRow], order_id: int, starts_at: datetime) -> int:
    order = data.orders.by_id(conn, order_id)
    if order is None or order.delivery_id is None:
        raise NotFound(field="order_id")
    kind = SlotKind(order.fulfilment.value)
    slot_id = data.slots.id_at(conn, kind, starts_at)
    if slot_id is None:
        raise SlotUnknown(field="slot_starts_at", starts_at=starts_at, fulfilment=kind.value)
    return slot_id


def _checked(
    conn: Connection[TupleRow], held: Held, slot_id: int, now: datetime, timezone: ZoneInfo
) -> _Move:
    """Return the move that is asked for, where nothing but a lack of places or money forbids it."""
    delivery = held.delivery
    assert delivery is not None
    step(held.order.state, OrderStep.MOVE_SLOT)
    delivery_step(delivery.state, DeliveryStep.MOVE_SLOT)
    left, taken = (data.slots.lock(conn, each) for each in (delivery.slot_id, slot_id))
    for slot in (left, taken):
        check_open(slot, now=now)
    orders = data.orders.of_delivery(conn, delivery.id)
    alive = tuple(order for order in orders if order.state not in CALLED_OFF)
    for order in alive:
        check_ready(taken, order.ready_at)
    return _Move(
        delivery=delivery, orders=alive, left=left, taken=taken, now=now, timezone=timezone
    )


def _moved(conn: Connection[TupleRow], move: _Move, twin: Delivery | None) -> int:
    """Move the orders and return the delivery they are in now: the twin's, or still their own."""
    data.slots.save(conn, release(move.left))
    if twin is not None and twin.state is DeliveryState.PROMISED:
        _join(conn, move, twin)
        return twin.id
    data.slots.save(conn, book(move.taken, now=move.now))
    data.deliveries.move(conn, move.delivery.id, move.taken.id)
    if not move.is_same_day:
        _fund_anew(conn, move.delivery.id, move.delivery.id, at=move.now)
    return move.delivery.id


def _join(conn: Connection[TupleRow], move: _Move, twin: Delivery) -> None:
    """Pool the orders into the delivery that is there, which keeps its own grant."""
    data.orders.join(conn, [order.id for order in move.orders], twin.id)
    state = delivery_step(move.delivery.state, DeliveryStep.CANCEL)
    data.deliveries.save_state(conn, move.delivery.id, state)
    _fund_anew(conn, move.delivery.id, twin.id, at=move.now)


def _fund_anew(conn: Connection[TupleRow], left_id: int, joined_id: int, *, at: datetime) -> None:
    """Give one grant back, then ask for the other; every envelope is locked before money moves."""
    data.envelope.lock_all(conn)
    api.operations.subsidies.withdraw(conn, delivery_id=left_id, at=at)
    api.operations.subsidies.promise(conn, delivery_id=joined_id, at=at)


def _tell(conn: Connection[TupleRow], move: _Move, actor: str) -> None:
    moments = {"from": move.left.starts_at, "to": move.taken.starts_at}
    for order in move.orders:
        data.orders.add_event(
            conn,
            order.id,
            step=OrderStep.MOVE_SLOT,
            state=step(order.state, OrderStep.MOVE_SLOT),
            at=move.now,
            actor=actor,
            detail={name: moment.isoformat() for name, moment in moments.items()},
        )
