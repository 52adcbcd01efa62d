"""What couriers report, applied: tasks, orders, deliveries and money follow the events.

A batch is one transaction. Each event stands or is refused on its own; what the tasks came to is
then worked out anew from all events of the round, so that nothing depends on their order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

import data.database
import data.deliveries
import data.envelope
import data.orders
import data.proofs
import data.rounds
from api.operations.proofs import prove, require_patience
from data.database import Pool
from data.rounds import Round, Task
from delivery import proofs
from delivery.errors import NotFound, Refusal
from delivery.orders import ENDED, Fulfilment, Order, OrderState, OrderStep, steps_to
from delivery.pooling import STEPS as DELIVERY_STEPS
from delivery.pooling import Delivery, DeliveryState, DeliveryStep
from delivery.pooling import step as delivery_step
from delivery.proofs import (
    Event,
    EventDiffers,
    EventKind,
    Outcome,
    WrongCode,
)
from delivery.rounds import TASK_STEPS, RoundState, RoundStep, TaskKind
from delivery.rounds import step as round_step


class Standing(Enum):
    """What became of a reported event."""

    #: It is kept.
    ACCEPTED = "accepted"
    #: It was kept before.
    REPEATED = "repeated"
    #: It cannot be what it says, and is not kept.
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer to one event of a batch."""

    uuid: UUID
    standing: Standing
    refusal: Refusal | None = None


def record(
    pool: Pool, town_id: int, vehicle_id: int, events: Sequence[Event], *, now: datetime
) -> list[Verdict]:
    """Keep a courier's events and apply what they mean; answer each, in their order."""
    with data.database.scoped(pool, town_id) as conn:
        data.rounds.lock(conn, {event.round_id for event in events})
        rounds = {
            round_.id: round_
            for round_id in sorted({event.round_id for event in events})
            if (round_ := data.rounds.by_id(conn, round_id)) is not None
            and round_.vehicle_id == vehicle_id
            and round_.state is not RoundState.DRAFT
        }
        deliveries = _deliveries(conn, rounds.values())
        data.orders.lock(
            conn,
            {id_ for round_ in rounds.values() for task in round_.tasks for id_ in task.order_ids},
        )
        # In the order of their uuids, so that batches that share some never wait for each other.
        answers = {
            place: _keep(conn, events[place], rounds, deliveries, now)
            for place in sorted(range(len(events)), key=lambda place: (events[place].uuid, place))
        }
        verdicts = [answers[place] for place in range(len(events))]
        kept: dict[int, set[UUID]] = {}
        for event, verdict in zip(events, verdicts, strict=True):
            if verdict.standing is Standing.ACCEPTED:
                kept.setdefault(event.round_id, set()).add(event.uuid)
        if kept and any(event.kind is EventKind.DELIVERED for event in events):
            data.envelope.lock_all(conn)
        for round_id in sorted(kept):
            _settle(conn, rounds[round_id], kept[round_id])
    return verdicts


def _deliveries(conn: Connection[TupleRow], rounds: Iterable[Round]) -> dict[int, Delivery]:
    ids = {task.delivery_id for round_ in rounds for task in round_.tasks}
    return {delivery.id: delivery for delivery in data.deliveries.lock(conn, ids)}


def _keep(
    conn: Connection[TupleRow],
    event: Event,
    rounds: dict[int, Round],
    deliveries: dict[int, Delivery],
    now: datetime,
) -> Verdict:
    try:
        known = data.proofs.fingerprint(conn, event.uuid)
        if known is None:
            _check(conn, event, rounds, deliveries, now)
            known = data.proofs.add(conn, event, received_at=now)
            if known is None:
                return Verdict(uuid=event.uuid, standing=Standing.ACCEPTED)
        if known != event.content_sha256:
            raise EventDiffers(field="uuid", uuid=str(event.uuid))
    except Refusal as refusal:
        return Verdict(uuid=event.uuid, standing=Standing.REFUSED, refusal=refusal)
    return Verdict(uuid=event.uuid, standing=Standing.REPEATED)


def _check(
    conn: Connection[TupleRow],
    event: Event,
    rounds: dict[int, Round],
    deliveries: dict[int, Delivery],
    now: datetime,
) -> None:
    if event.round_id not in rounds:
        raise NotFound(field="round_id")
    round_ = rounds[event.round_id]
    proofs.check_clock(event, departs_at=round_.departs_at, now=now)
    task = _task(round_, event.task_id)
    if task is None:
        proofs.check(event, None, to_door=False, code="")
        return
    delivery = deliveries[task.delivery_id]
    if data.deliveries.was_attempted(conn, event.uuid):
        raise WrongCode(field="payload.code")
    if event.kind is EventKind.DELIVERED and "code" in event.payload:
        require_patience(conn, now=now, delivery_id=delivery.id)
    to_door = delivery.fulfilment is Fulfilment.HOME
    try:
        proofs.check(event, task.kind, to_door=to_door, code=delivery.code)
    except WrongCode:
        data.deliveries.add_failed_attempt(
            conn, at=now, delivery_id=delivery.id, event_uuid=event.uuid
        )
        raise


def _task(round_: Round, task_id: int | None) -> Task | None:
    if task_id is None:
        return None
    for task in round_.tasks:
        if task.id == task_id:
            return task
    raise NotFound(field="task_id")


def _settle(conn: Connection[TupleRow], round_: Round, news: set[UUID]) -> None:
    """Apply what a round's events come to, to the deliveries that the new ones speak of.

    The others are left alone: meanwhile the hub may have received what a courier reported failed.
    """
    events = data.proofs.of_rounds(conn, [round_.id])
    by_task: dict[int | None, list[Event]] = {}
    for event in events:
        by_task.setdefault(event.task_id, []).append(event)
    outcomes = {task.id: proofs.outcome(by_task.get(task.id, ())) for task in round_.tasks}
    by_delivery: dict[int, list[Task]] = {}
    told: set[int] = set()
    for task in round_.tasks:
        outcome = outcomes[task.id]
        if outcome is not None:
            is_news = (outcome.state, outcome.at) != (task.state, task.settled_at)
            if is_news and outcome.state in TASK_STEPS[task.state]:
                data.rounds.save_task(conn, task.id, outcome.state, outcome.at)
            if not news.isdisjoint(event.uuid for event in by_task[task.id]):
                told.add(task.delivery_id)
        by_delivery.setdefault(task.delivery_id, []).append(task)
    for delivery_id in sorted(told):
        _settle_delivery(conn, delivery_id, by_delivery[delivery_id], outcomes)
    is_over = any(event.kind is EventKind.ROUND_FINISHED for event in events)
    state = round_step(round_.state, RoundStep.FINISH if is_over else RoundStep.START)
    data.rounds.save_state(conn, round_.id, state)


def _settle_delivery(
    conn: Connection[TupleRow],
    delivery_id: int,
    tasks: Sequence[Task],
    outcomes: dict[int, Outcome | None],
) -> None:
    delivery = data.deliveries.by_id(conn, delivery_id)
    assert delivery is not None
    to_drive = delivery.fulfilment is Fulfilment.DRIVE
    pickups = [task for task in tasks if task.kind is TaskKind.PICKUP]
    dropoff = next(outcomes[task.id] for task in tasks if task.kind is TaskKind.DROPOFF)
    orders = {order.id: order for order in data.orders.of_delivery(conn, delivery_id)}
    for pickup in pickups:
        others = [outcomes[other.id] for other in pickups if other is not pickup]
        taken = proofs.order_step(outcomes[pickup.id], dropoff, to_drive=to_drive, others=others)
        for order_id in pickup.order_ids if taken else ():
            assert taken is not None
            _advance(conn, orders[order_id], *taken, actor=f"task:{pickup.id}")
    happened = proofs.delivery_step(
        [outcomes[pickup.id] for pickup in pickups], dropoff, to_drive=to_drive
    )
    if happened is not None:
        _advance_delivery(conn, delivery, *happened)


def _advance(
    conn: Connection[TupleRow], order: Order, step: OrderStep, outcome: Outcome, *, actor: str
) -> None:
    """Take an order where its round brought it, unless it is there, further, or called off."""
    if order.state in _THERE_OR_FURTHER[step]:
        return
    for taken, state in steps_to(order.state, step):
        data.orders.save_step(conn, order.id, step=taken, state=state, at=outcome.at, actor=actor)


_OVER = ENDED - {OrderState.FAILED}
_THERE_OR_FURTHER = {
    OrderStep.FAIL: ENDED - {OrderState.DELIVERED},
    OrderStep.COLLECT: _OVER | {OrderState.COLLECTED, OrderState.AT_DRIVE},
    OrderStep.RECEIVE_AT_DRIVE: _OVER | {OrderState.AT_DRIVE},
    OrderStep.DELIVER: _OVER,
}


def _advance_delivery(
    conn: Connection[TupleRow], delivery: Delivery, step: DeliveryStep, outcome: Outcome
) -> None:
    match step:
        case DeliveryStep.PROVE if delivery.state is not DeliveryState.CANCELLED:
            prove(conn, delivery, outcome)
        case DeliveryStep.FAIL if (
            delivery.state is DeliveryState.FAILED or (delivery.state, step) in DELIVERY_STEPS
        ):
            assert outcome.reason is not None
            reason = outcome.reason.value
            data.deliveries.save_state(
                conn, delivery.id, DeliveryState.FAILED, failed_reason=reason
            )
        case DeliveryStep.START if (delivery.state, step) in DELIVERY_STEPS:
            data.deliveries.save_state(conn, delivery.id, delivery_step(delivery.state, step))
        case _:
            return
