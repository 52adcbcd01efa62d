"""Orders through a channel's API: taken once, however often they are sent; read; called off."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.rows import TupleRow

import api.errors
import api.operations.subsidies
import data.answers
import data.channels.registry
import data.database
import data.deliveries
import data.orders
import data.rounds
import data.slots
import data.towns
from api.errors import IdempotencyKeyReused
from api.operations import intake
from api.operations.intake import Taken
from api.operations.locking import Held, hold
from data.answers import Answer
from data.database import Pool
from delivery.errors import NotFound, Refusal
from delivery.orders import CALLED_OFF, NewOrder, Order, OrderStep, step
from delivery.pooling import Delivery, DeliveryStep
from delivery.pooling import step as delivery_step
from delivery.slots import release
from routing.streets import Streets


def take_once(
    pool: Pool,
    town_id: int,
    channel_id: int,
    order: NewOrder,
    *,
    key: str,
    body_sha256: str,
    streets: Streets | None,
    language: str,
    now: datetime,
) -> Answer:
    """Take an order under an idempotency key; a repetition gets the first answer, word for word.

    Refusals are kept as answers too, so that a retry cannot turn a no into a yes unseen. Order
    and answer are written in one transaction, before anything is answered.

    Raises IdempotencyKeyReused where the key came with another body before.
    """
    with data.database.scoped(pool, town_id) as conn:
        data.answers.lock(conn, channel_id, key)
        kept = data.answers.find(conn, channel_id, key)
        if kept is not None:
            if kept.body_sha256 != body_sha256:
                raise IdempotencyKeyReused(field="Idempotency-Key")
            return kept
        channel = data.channels.registry.by_id(conn, channel_id)
        timezone = ZoneInfo(data.towns.by_id(conn, town_id).timezone)
        counter = intake.counter(conn, streets)
        try:
            with conn.transaction():
                taken = intake.take_order(conn, counter, channel, order, now=now)
            answer = Answer(body_sha256=body_sha256, status=201, body=shown(taken))
        except Refusal as refusal:
            body = api.errors.problem(refusal, language, timezone=timezone)
            status = api.errors.status_of(refusal)
            answer = Answer(body_sha256=body_sha256, status=status, body=body)
        return data.answers.add(conn, channel_id, key, answer, at=now)


def shown(taken: Taken) -> dict[str, object]:
    """Shape what became of an order for its channel."""
    return {
        "order_id": taken.order_id,
        "delivery_id": taken.delivery_id,
        "code": taken.code,
        "pooled": taken.pooled,
        "state": taken.state.value,
    }


def read(pool: Pool, town_id: int, channel_id: int, order_id: int) -> Order:
    """Return an order of the channel's own.

    Raises NotFound where the channel has no such order.
    """
    with data.database.scoped(pool, town_id) as conn:
        return _own(conn, channel_id, order_id)


def _own(conn: Connection[TupleRow], channel_id: int, order_id: int) -> Order:
    order = data.orders.by_id(conn, order_id)
    if order is None or order.channel_id != channel_id:
        raise NotFound(field="order_id")
    return order


def cancel(pool: Pool, town_id: int, channel_id: int, order_id: int, *, now: datetime) -> Order:
    """Call an order off before it is collected; the last one gives slot and money back.

    A courier who has the round already sees that there is nothing to fetch.

    Raises NotFound, StepRefused once the order has left its shop, DeliveryStepRefused.
    """
    with data.database.scoped(pool, town_id) as conn:
        _own(conn, channel_id, order_id)
        call_off(conn, hold(conn, order_id), now=now, actor=f"channel:{channel_id}")
        return _own(conn, channel_id, order_id)


def cancel_of_shop(
    pool: Pool, town_id: int, shop_id: int, order_id: int, *, now: datetime
) -> Order:
    """Call an order of the shop's off, whatever channel it came through.

    Raises NotFound, StepRefused once it has left the shop, DeliveryStepRefused.
    """
    with data.database.scoped(pool, town_id) as conn:
        of_shop(conn, shop_id, order_id)
        call_off(conn, hold(conn, order_id), now=now, actor=f"shop:{shop_id}")
        return of_shop(conn, shop_id, order_id)


def of_shop(conn: Connection[TupleRow], shop_id: int, order_id: int) -> Order:
    """Return an order of the shop's own.

    Raises NotFound.
    """
    order = data.orders.by_id(conn, order_id)
    if order is None or order.shop_id != shop_id:
        raise NotFound(field="order_id")
    return order


def call_off(
    conn: Connection[TupleRow],
    held: Held,
    *,
    now: datetime,
    actor: str,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Call off an order that is held; a delivery without orders gives slot and money back.

    Raises StepRefused, DeliveryStepRefused.
    """
    state = step(held.order.state, OrderStep.CANCEL)
    data.orders.save_step(
        conn,
        held.order.id,
        step=OrderStep.CANCEL,
        state=state,
        at=now,
        actor=actor,
        detail=detail,
    )
    if held.delivery is not None:
        data.rounds.skip_tasks(conn, held.delivery.id)
        _call_off_empty(conn, held.delivery, now)


def _call_off_empty(conn: Connection[TupleRow], delivery: Delivery, now: datetime) -> None:
    orders = data.orders.of_delivery(conn, delivery.id)
    if not all(order.state in CALLED_OFF for order in orders):
        return
    state = delivery_step(delivery.state, DeliveryStep.CANCEL)
    data.deliveries.save_state(conn, delivery.id, state)
    data.slots.save(conn, release(data.slots.lock(conn, delivery.slot_id)))
    api.operations.subsidies.withdraw(conn, delivery_id=delivery.id, at=now)
