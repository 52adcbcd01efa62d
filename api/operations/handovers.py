"""Parcels change hands at a counter: prepared, dropped off, received, handed over by code."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow

import data.database
import data.deliveries
import data.orders
from api.operations.proofs import prove, require_patience
from data.database import Pool
from delivery.errors import NotFound
from delivery.orders import (
    CALLED_OFF,
    Fulfilment,
    Order,
    OrderState,
    OrderStep,
    StepRefused,
    step,
    steps_to,
)
from delivery.pooling import Delivery
from delivery.proofs import NotAllHere, Outcome, ProofKind, WrongCode
from delivery.rounds import TaskState


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A code said at a counter."""

    code: str
    now: datetime
    actor: str


def of_shop(pool: Pool, town_id: int, shop_id: int) -> list[Order]:
    """Return the shop's orders, by id."""
    with data.database.scoped(pool, town_id) as conn:
        return data.orders.of_shop(conn, shop_id)


def prepare(pool: Pool, town_id: int, shop_id: int, order_id: int, *, now: datetime) -> Order:
    """Mark an order packed.

    Raises NotFound where the shop has no such order, StepRefused where it is past that.
    """
    return _step_of_shop(pool, town_id, shop_id, order_id, OrderStep.PREPARE, now)


def drop_off(pool: Pool, town_id: int, shop_id: int, order_id: int, *, now: datetime) -> Order:
    """Note that the shop brought an order to the hub or drive itself.

    Raises NotFound, StepRefused.
    """
    return _step_of_shop(pool, town_id, shop_id, order_id, OrderStep.DROP_OFF, now)


def reopen(
    pool: Pool, town_id: int, shop_id: int, order_id: int, undone: OrderState, *, now: datetime
) -> Order:
    """Take back the shop's step that led to `undone`; a second click changes nothing.

    Raises NotFound, StepRefused once somebody else has the order or it went further.
    """
    before = step(undone, OrderStep.REOPEN)

    def check(order: Order) -> None:
        if order.shop_id != shop_id:
            raise NotFound(field="order_id")
        if order.state not in (undone, before):
            raise StepRefused(
                field="order_id", state=order.state.value, step=OrderStep.REOPEN.value
            )

    with data.database.scoped(pool, town_id) as conn:
        order = _locked(conn, order_id, check)
        if order.state is undone:
            data.orders.save_step(
                conn,
                order_id,
                step=OrderStep.REOPEN,
                state=before,
                at=now,
                actor=f"shop:{shop_id}",
            )
        return _order(conn, order_id)


def _step_of_shop(
    pool: Pool, town_id: int, shop_id: int, order_id: int, taken: OrderStep, now: datetime
) -> Order:
    def check(order: Order) -> None:
        if order.shop_id != shop_id:
            raise NotFound(field="order_id")
        if taken is OrderStep.DROP_OFF and order.fulfilment is Fulfilment.COUNTER:
            raise StepRefused(field="order_id", state=order.state.value, step=taken.value)

    with data.database.scoped(pool, town_id) as conn:
        order = _locked(conn, order_id, check)
        _take(conn, order, taken, now=now, actor=f"shop:{shop_id}")
        return _order(conn, order_id)


def receive(pool: Pool, town_id: int, order_id: int, *, now: datetime) -> Order:
    """Note that the hub's agent has an order: on the drive's shelf, or at the hub for a round.

    Raises NotFound, StepRefused.
    """
    with data.database.scoped(pool, town_id) as conn:
        order = _locked(conn, order_id, lambda _: None)
        take_in(conn, order, now=now, actor="hub")
        return _order(conn, order_id)


def take_in(conn: Connection[TupleRow], order: Order, *, now: datetime, actor: str) -> None:
    """Note that the hub's agent has an order, which the caller has locked.

    Raises StepRefused.
    """
    is_for_drive = order.fulfilment is Fulfilment.DRIVE
    taken = OrderStep.RECEIVE_AT_DRIVE if is_for_drive else OrderStep.RECEIVE_AT_HUB
    _take(conn, order, taken, now=now, actor=actor)


#: Where a step leads: asked for a second time, it has nothing left to do.
_THERE = {
    OrderStep.PREPARE: OrderState.READY,
    OrderStep.DROP_OFF: OrderState.DROPPED_OFF,
    OrderStep.RECEIVE_AT_HUB: OrderState.AT_HUB,
    OrderStep.RECEIVE_AT_DRIVE: OrderState.AT_DRIVE,
}


def _take(
    conn: Connection[TupleRow], order: Order, taken: OrderStep, *, now: datetime, actor: str
) -> None:
    """Take a step; one that was taken already, as by a second click, changes nothing."""
    if order.state is not _THERE[taken]:
        state = step(order.state, taken)
        data.orders.save_step(conn, order.id, step=taken, state=state, at=now, actor=actor)


def hand_over_at_counter(
    pool: Pool, town_id: int, shop_id: int, order_id: int, attempt: Attempt
) -> Order:
    """Hand a click-and-collect order over to whoever says its code.

    Raises NotFound, StepRefused, WrongCode, TooManyAttempts.
    """

    def check(order: Order) -> None:
        if order.shop_id != shop_id or order.code is None:
            raise NotFound(field="order_id")

    with data.database.scoped(pool, town_id) as conn:
        order = _locked(conn, order_id, check)
        way = steps_to(order.state, OrderStep.HAND_OVER)
        assert order.code is not None
        is_right = _tried(conn, attempt, order.code, order_id=order_id)
        for taken, state in way if is_right else ():
            data.orders.save_step(
                conn, order_id, step=taken, state=state, at=attempt.now, actor=attempt.actor
            )
        handed = _order(conn, order_id)
    if not is_right:
        raise WrongCode(field="code")
    return handed


def hand_over_at_drive(pool: Pool, town_id: int, delivery_id: int, attempt: Attempt) -> list[Order]:
    """Hand a whole delivery over at the drive to whoever says its code: that is its proof.

    Orders that their shops never gave out are not waited for.

    Raises NotFound, StepRefused, NotAllHere, WrongCode, TooManyAttempts.
    """
    with data.database.scoped(pool, town_id) as conn:
        found = data.deliveries.lock(conn, [delivery_id])
        if not found or found[0].fulfilment is not Fulfilment.DRIVE:
            raise NotFound(field="delivery_id")
        delivery = found[0]
        data.orders.lock(conn, [o.id for o in data.orders.of_delivery(conn, delivery_id)])
        orders = [
            order
            for order in data.orders.of_delivery(conn, delivery_id)
            if order.state not in CALLED_OFF | {OrderState.FAILED, OrderState.RETURNED}
        ]
        if any(order.state is OrderState.HANDED_OVER for order in orders):
            raise StepRefused(
                field="delivery_id", state=OrderState.HANDED_OVER.value, step="hand_over"
            )
        missing = [order for order in orders if order.state is not OrderState.AT_DRIVE]
        if missing or not orders:
            raise NotAllHere(field="delivery_id", shops=[order.shop_code for order in missing])
        is_right = _tried(conn, attempt, delivery.code, delivery_id=delivery_id)
        if is_right:
            _hand_over(conn, delivery, orders, attempt)
        handed = data.orders.of_delivery(conn, delivery_id)
    if not is_right:
        raise WrongCode(field="code")
    return handed


def _hand_over(
    conn: Connection[TupleRow], delivery: Delivery, orders: list[Order], attempt: Attempt
) -> None:
    for order in orders:
        state = step(order.state, OrderStep.HAND_OVER)
        data.orders.save_step(
            conn,
            order.id,
            step=OrderStep.HAND_OVER,
            state=state,
            at=attempt.now,
            actor=attempt.actor,
        )
    fingerprint = f"{delivery.id}|{attempt.code}|{attempt.now.isoformat()}|{attempt.actor}"
    prove(
        conn,
        delivery,
        Outcome(
            state=TaskState.DONE,
            at=attempt.now,
            proof=ProofKind.CODE,
            proof_sha256=hashlib.sha256(fingerprint.encode()).hexdigest(),
        ),
    )


def _tried(
    conn: Connection[TupleRow],
    attempt: Attempt,
    code: str,
    *,
    delivery_id: int | None = None,
    order_id: int | None = None,
) -> bool:
    """Compare a code; remember a wrong one, which therefore must not be rolled back."""
    require_patience(conn, now=attempt.now, delivery_id=delivery_id, order_id=order_id)
    if attempt.code == code:
        return True
    data.deliveries.add_failed_attempt(
        conn, at=attempt.now, delivery_id=delivery_id, order_id=order_id
    )
    return False


def _locked(conn: Connection[TupleRow], order_id: int, check: Callable[[Order], None]) -> Order:
    data.orders.lock(conn, [order_id])
    order = _order(conn, order_id)
    check(order)
    return order


def _order(conn: Connection[TupleRow], order_id: int) -> Order:
    order = data.orders.by_id(conn, order_id)
    if order is None:
        raise NotFound(field="order_id")
    return order
