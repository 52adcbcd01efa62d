"""What couriers report, applied to a real day: nothing depends on the order of arrival."""

import itertools
import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import api.operations.handovers
import api.operations.orders
import api.operations.rides
from api.operations.rides import Standing, Verdict
from data.database import Pool
from data.rounds import Round, Task
from data.streets.engine import StreetProcesses
from delivery.errors import NotFound
from delivery.orders import Fulfilment, OrderState, Recipient
from delivery.pooling import DeliveryState
from delivery.proofs import (
    Event,
    EventAhead,
    EventBehind,
    EventDiffers,
    EventKind,
    EventUnfit,
    TooManyAttempts,
    WrongCode,
)
from delivery.rounds import RoundState, TaskKind, TaskState
from delivery.slots import SlotKind
from tests.builders import a_slot, an_event, an_order
from tests.small_town import ENGAGED, Town, a_small_town

NUMBERS = itertools.count(1)
#: The day's afternoon, once every round has been ridden.
AFTERNOON = datetime.fromisoformat("2026-11-20T19:00:00+01:00")
NOTE = {"note": "remis en main propre"}


def publish(town: Town, streets: StreetProcesses) -> Town:
    """Take two shops for one door and one for the drive in, plan and publish them."""
    town.take(
        an_order("A-1"),
        an_order("A-2", shop="librairie"),
        an_order(
            "A-3",
            recipient=Recipient(name="Paul Le Goff", phone="+33639980002"),
            fulfilment=Fulfilment.DRIVE,
            address=None,
            slot_starts_at=a_slot(SlotKind.DRIVE, hour=15).starts_at,
        ),
    )
    town.plan(streets, iterations=20)
    town.publish()
    town.clock.moment = AFTERNOON
    return town


@pytest.fixture
def ridden(town: Town, streets: StreetProcesses) -> Town:
    return publish(town, streets)


def tasks(town: Town) -> list[tuple[Round, Task]]:
    """Return the day's tasks: the door's first."""
    found = [(round_, task) for round_ in town.rounds() for task in round_.tasks]
    return sorted(found, key=lambda each: (each[1].delivery_id, each[1].kind.value, each[1].id))


def at(town: Town, delivery: int, kind: TaskKind, number: int = 0) -> tuple[Round, Task]:
    """Return the n-th task of a kind, of the door's delivery (0) or the drive's (1)."""
    ids = sorted({task.delivery_id for _, task in tasks(town)})
    return [
        (round_, task)
        for round_, task in tasks(town)
        if task.delivery_id == ids[delivery] and task.kind is kind
    ][number]


def told(where: tuple[Round, Task | None], kind: EventKind, **changes: object) -> Event:
    round_, task = where
    return an_event(
        kind,
        **{
            "round_id": round_.id,
            "task_id": task.id if task else None,
            "device_at": AFTERNOON,
            **changes,
        },
    )


def record(town: Town, *events: Event, vehicle_id: int | None = None) -> list[Verdict]:
    vehicle = town.rounds()[0].vehicle_id if vehicle_id is None else vehicle_id
    return api.operations.rides.record(town.pool, town.id, vehicle, events, now=town.clock())


def states(town: Town) -> list[OrderState]:
    return [town.order(order.id).state for order in orders(town)]


def orders(town: Town) -> list[object]:
    return [
        order
        for shop in sorted(town.shops.values())
        for order in api.operations.handovers.of_shop(town.pool, town.id, shop)
    ]


DOOR_OUT, DOOR_IN = (0, TaskKind.PICKUP), (0, TaskKind.DROPOFF)


def test_a_proof_at_the_door_moves_orders_delivery_and_money(ridden: Town) -> None:
    where = at(ridden, *DOOR_IN)
    code = ridden.delivery(where[1].delivery_id).code
    (verdict,) = record(ridden, told(where, EventKind.DELIVERED, payload={"code": code}))
    assert verdict.standing is Standing.ACCEPTED
    delivery = ridden.delivery(where[1].delivery_id)
    assert (delivery.state, delivery.proven_at) == (DeliveryState.PROVEN, AFTERNOON)
    assert (delivery.proof_kind, len(delivery.proof_sha256 or "")) == ("code", 64)
    assert [ridden.order(each).state for each in where[1].order_ids] == [OrderState.DELIVERED] * 2
    envelope = ridden.envelope()
    assert (envelope.engaged_cents, envelope.service_fait_cents) == (ENGAGED, ENGAGED)


def test_a_pickup_takes_its_shops_order_on_board_and_no_other(ridden: Town) -> None:
    where = at(ridden, *DOOR_OUT)
    record(ridden, told(where, EventKind.PICKED_UP))
    (taken,) = where[1].order_ids
    assert ridden.order(taken).state is OrderState.COLLECTED
    assert ridden.delivery(where[1].delivery_id).state is DeliveryState.UNDER_WAY
    (other,) = at(ridden, *DOOR_OUT, 1)[1].order_ids
    assert ridden.order(other).state is OrderState.ACCEPTED


def test_what_is_left_at_the_drive_waits_there_unproven(ridden: Town) -> None:
    where = at(ridden, 1, TaskKind.DROPOFF)
    record(ridden, told(where, EventKind.DELIVERED))
    assert ridden.delivery(where[1].delivery_id).state is DeliveryState.UNDER_WAY
    assert [ridden.order(each).state for each in where[1].order_ids] == [OrderState.AT_DRIVE]
    assert ridden.envelope().service_fait_cents == 0


def test_a_failure_is_kept_with_its_reason_and_its_money_stays_engaged(ridden: Town) -> None:
    where = at(ridden, *DOOR_IN)
    record(ridden, told(where, EventKind.FAILED, payload={"reason": "absent"}))
    delivery = ridden.delivery(where[1].delivery_id)
    assert (delivery.state, delivery.failed_reason) == (DeliveryState.FAILED, "absent")
    assert ridden.envelope().engaged_cents == 2 * ENGAGED


def test_what_failed_first_and_was_delivered_then_is_proven(ridden: Town) -> None:
    where = at(ridden, *DOOR_IN)
    record(ridden, told(where, EventKind.FAILED, payload={"reason": "absent"}))
    record(ridden, told(where, EventKind.DELIVERED, payload=NOTE))
    delivery = ridden.delivery(where[1].delivery_id)
    assert (delivery.state, delivery.failed_reason) == (DeliveryState.PROVEN, None)


@pytest.mark.parametrize("minutes", [(3, 1), (1, 3)])
def test_of_two_proofs_the_earlier_stands_whichever_came_first(
    ridden: Town, minutes: tuple[int, int]
) -> None:
    where = at(ridden, *DOOR_IN)
    for minute in minutes:
        moment = AFTERNOON - timedelta(minutes=minute)
        record(ridden, told(where, EventKind.DELIVERED, payload=NOTE, device_at=moment))
    proven_at = ridden.delivery(where[1].delivery_id).proven_at
    assert proven_at == AFTERNOON - timedelta(minutes=3)
    assert ridden.envelope().service_fait_cents == ENGAGED


@pytest.mark.parametrize("minutes", [(3, 1), (1, 3)])
def test_of_two_failures_the_earlier_gives_the_reason(
    ridden: Town, minutes: tuple[int, int]
) -> None:
    where = at(ridden, *DOOR_IN)
    for minute in minutes:
        payload = {"reason": "unreachable" if minute == 3 else "absent"}
        moment = AFTERNOON - timedelta(minutes=minute)
        record(ridden, told(where, EventKind.FAILED, payload=payload, device_at=moment))
    assert ridden.delivery(where[1].delivery_id).failed_reason == "unreachable"


def test_a_wrong_code_is_refused_and_not_kept(ridden: Town) -> None:
    where = at(ridden, *DOOR_IN)
    code = ridden.delivery(where[1].delivery_id).code
    wrong = f"{(int(code) + 1) % 10_000:04d}"
    event = told(where, EventKind.DELIVERED, payload={"code": wrong})
    (verdict,) = record(ridden, event)
    assert isinstance(verdict.refusal, WrongCode)
    assert ridden.count("events") == 0
    assert ridden.rounds()[0].state is RoundState.PUBLISHED


def test_a_note_too_short_is_no_proof(ridden: Town) -> None:
    event = told(at(ridden, *DOOR_IN), EventKind.DELIVERED, payload={"note": "ok"})
    (verdict,) = record(ridden, event)
    assert isinstance(verdict.refusal, EventUnfit)
    assert ridden.count("events") == 0


def test_a_refused_event_does_not_hold_up_the_others(ridden: Town) -> None:
    bad = told(at(ridden, *DOOR_IN), EventKind.DELIVERED)
    good = told(at(ridden, *DOOR_OUT), EventKind.PICKED_UP)
    verdicts = record(ridden, bad, good)
    assert [each.standing for each in verdicts] == [Standing.REFUSED, Standing.ACCEPTED]
    assert [each.uuid for each in verdicts] == [bad.uuid, good.uuid]


def test_the_same_event_again_is_repeated(ridden: Town) -> None:
    event = told(at(ridden, *DOOR_OUT), EventKind.PICKED_UP)
    assert [each.standing for each in record(ridden, event, event)] == [
        Standing.ACCEPTED,
        Standing.REPEATED,
    ]
    assert record(ridden, event)[0].standing is Standing.REPEATED
    assert ridden.count("events") == 1


def test_another_event_under_a_uuid_that_was_used_is_refused(ridden: Town) -> None:
    uuid = uuid4()
    record(ridden, told(at(ridden, *DOOR_OUT), EventKind.PICKED_UP, uuid=uuid))
    (verdict,) = record(ridden, told(at(ridden, *DOOR_OUT, 1), EventKind.PICKED_UP, uuid=uuid))
    assert isinstance(verdict.refusal, EventDiffers)
    assert at(ridden, *DOOR_OUT, 1)[1].state is TaskState.TO_DO


def test_a_phone_that_runs_ahead_is_not_believed(ridden: Town) -> None:
    ahead = ridden.clock() + timedelta(minutes=6)
    (verdict,) = record(ridden, told(at(ridden, *DOOR_OUT), EventKind.PICKED_UP, device_at=ahead))
    assert isinstance(verdict.refusal, EventAhead)


def test_the_round_of_another_vehicle_does_not_exist(ridden: Town) -> None:
    mine = ridden.rounds()[0].vehicle_id
    other = next(each for each in ridden.vehicles if each != mine)
    event = told(at(ridden, *DOOR_OUT), EventKind.PICKED_UP)
    assert isinstance(record(ridden, event, vehicle_id=other)[0].refusal, NotFound)


def test_neither_does_a_draft_nor_a_round_or_task_that_never_was(
    town: Town, streets: StreetProcesses
) -> None:
    town.take(an_order())
    town.plan(streets, iterations=20)
    where = tasks(town)[0]
    town.clock.moment = AFTERNOON
    for event in (
        told(where, EventKind.PICKED_UP),
        told(where, EventKind.PICKED_UP, round_id=2**62),
    ):
        assert isinstance(record(town, event)[0].refusal, NotFound)
    town.publish()
    (verdict,) = record(town, told(where, EventKind.PICKED_UP, task_id=2**62))
    assert (type(verdict.refusal), verdict.refusal and verdict.refusal.field) == (
        NotFound,
        "task_id",
    )


def test_a_round_is_published_then_started_then_finished(ridden: Town) -> None:
    round_ = ridden.rounds()[0]
    assert round_.state is RoundState.PUBLISHED
    record(ridden, told((round_, None), EventKind.ROUND_STARTED))
    assert ridden.rounds()[0].state is RoundState.STARTED
    record(ridden, told((round_, None), EventKind.ROUND_FINISHED))
    assert ridden.rounds()[0].state is RoundState.FINISHED
    record(ridden, told(at(ridden, *DOOR_OUT), EventKind.PICKED_UP))
    assert ridden.rounds()[0].state is RoundState.FINISHED


def test_a_delivery_called_off_meanwhile_stays_so_and_the_batch_is_kept(ridden: Town) -> None:
    where = at(ridden, 1, TaskKind.PICKUP)
    (order_id,) = where[1].order_ids
    api.operations.orders.cancel(
        ridden.pool, ridden.id, ridden.channel.id, order_id, now=ridden.clock()
    )
    door = at(ridden, *DOOR_IN)
    verdicts = record(
        ridden,
        told(where, EventKind.PICKED_UP),
        told(at(ridden, 1, TaskKind.DROPOFF), EventKind.DELIVERED),
        told(door, EventKind.DELIVERED, payload=NOTE),
    )
    assert {each.standing for each in verdicts} == {Standing.ACCEPTED}
    assert ridden.order(order_id).state is OrderState.CANCELLED
    assert ridden.delivery(where[1].delivery_id).state is DeliveryState.CANCELLED
    assert ridden.delivery(door[1].delivery_id).state is DeliveryState.PROVEN


def test_a_door_called_off_meanwhile_is_not_paid(ridden: Town) -> None:
    where = at(ridden, *DOOR_IN)
    for order_id in where[1].order_ids:
        api.operations.orders.cancel(
            ridden.pool, ridden.id, ridden.channel.id, order_id, now=ridden.clock()
        )
    (verdict,) = record(ridden, told(where, EventKind.DELIVERED, payload=NOTE))
    assert verdict.standing is Standing.ACCEPTED
    assert ridden.delivery(where[1].delivery_id).state is DeliveryState.CANCELLED
    assert ridden.envelope().service_fait_cents == 0


def test_what_the_hub_received_after_a_failed_pickup_stays_on_its_shelf(ridden: Town) -> None:
    where = at(ridden, 1, TaskKind.PICKUP)
    (order_id,) = where[1].order_ids
    record(ridden, told(where, EventKind.FAILED, payload={"reason": "not_ready"}))
    api.operations.handovers.receive(ridden.pool, ridden.id, order_id, now=ridden.clock())
    record(ridden, told((where[0], None), EventKind.ROUND_FINISHED))
    assert ridden.order(order_id).state is OrderState.AT_DRIVE


# In any order


@dataclass(frozen=True)
class Report:
    """An event of a task, named by its place among the day's tasks; None is the round's own."""

    uuid: UUID
    task: int | None
    kind: EventKind
    minute: int
    payload: tuple[tuple[str, str], ...]
    seq: int

    def event(self, town: Town) -> Event:
        where: tuple[Round, Task | None] = (town.rounds()[0], None)
        if self.task is not None:
            where = tasks(town)[self.task]
        return told(
            where,
            self.kind,
            uuid=self.uuid,
            seq=self.seq,
            payload=dict(self.payload),
            device_at=AFTERNOON - timedelta(minutes=self.minute),
        )


#: Tasks as `tasks` sorts them: the door's dropoff and two pickups, the drive's dropoff and pickup.
DROPOFFS, PICKUPS = (0, 3), (1, 2, 4)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    task = draw(st.sampled_from([None, *DROPOFFS * 3, *PICKUPS]))
    payload: dict[str, str] = {}
    if task is None:
        kind = draw(st.sampled_from([EventKind.ROUND_STARTED, EventKind.ROUND_FINISHED]))
    else:
        done = EventKind.DELIVERED if task in DROPOFFS else EventKind.PICKED_UP
        kind = draw(st.sampled_from([EventKind.ARRIVED, *[EventKind.FAILED, done] * 2]))
        if kind is EventKind.FAILED:
            payload = {"reason": draw(st.sampled_from(["absent", "damaged"]))}
        elif kind is EventKind.DELIVERED:
            payload = {"note": draw(st.sampled_from(["au voisin", "à la porte"]))}
    return Report(
        uuid=draw(st.uuids()),
        task=task,
        kind=kind,
        minute=draw(st.integers(0, 3)),
        payload=tuple(payload.items()),
        seq=draw(st.integers(0, 1)),
    )


def came_to(town: Town) -> list[object]:
    """Return all that the events decided."""
    envelope = town.envelope()
    return [
        [(task.state, task.settled_at) for _, task in tasks(town)],
        [(each.state, each.proven_at, each.proof_kind, each.failed_reason)
         for each in town.deliveries()],
        states(town),
        [round_.state for round_ in town.rounds()],
        (envelope.engaged_cents, envelope.service_fait_cents),
    ]  # fmt: skip


def batched(events: list[Event], chance: random.Random) -> Iterable[list[Event]]:
    while events:
        size = chance.randint(1, len(events))
        yield events[:size]
        events = events[size:]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(reports(), min_size=3, max_size=12, unique_by=lambda report: report.uuid),
    st.randoms(use_true_random=False),
)
def test_the_same_events_come_to_the_same_in_any_order_batch_and_repetition(
    pool: Pool, streets: StreetProcesses, said: list[Report], chance: random.Random
) -> None:
    one, other = (publish(a_small_town(pool, f"essai-{next(NUMBERS)}"), streets) for _ in range(2))
    record(one, *(report.event(one) for report in said))
    muddled = [*said, *(chance.choice(said) for _ in said[:4])]
    chance.shuffle(muddled)
    for batch in batched([report.event(other) for report in muddled], chance):
        record(other, *batch)
    assert came_to(one) == came_to(other)


def wrong(town: Town, where: tuple[Round, Task], step: int = 1) -> Event:
    code = town.delivery(where[1].delivery_id).code
    return told(where, EventKind.DELIVERED, payload={"code": f"{(int(code) + step) % 10_000:04d}"})


def test_a_courier_cannot_try_every_code(ridden: Town) -> None:
    where = at(ridden, *DOOR_IN)
    guesses = [wrong(ridden, where, step) for step in range(1, 9)]
    codes = [verdict.refusal.code for verdict in record(ridden, *guesses) if verdict.refusal]
    assert sorted(codes) == ["too_many_attempts"] * 3 + ["wrong_code"] * 5
    right = told(
        where,
        EventKind.DELIVERED,
        payload={"code": ridden.delivery(where[1].delivery_id).code},
    )
    (verdict,) = record(ridden, right)
    assert isinstance(verdict.refusal, TooManyAttempts)
    ridden.clock.moment += timedelta(minutes=16)
    (verdict,) = record(ridden, right)
    assert verdict.standing is Standing.ACCEPTED


def test_a_wrong_code_sent_again_counts_once(ridden: Town) -> None:
    where = at(ridden, *DOOR_IN)
    event = wrong(ridden, where)
    for _ in range(8):
        (verdict,) = record(ridden, event)
        assert isinstance(verdict.refusal, WrongCode)
    assert ridden.count("code_attempts") == 1


def test_another_guess_under_the_same_uuid_is_no_new_try(ridden: Town) -> None:
    where = at(ridden, *DOOR_IN)
    event = wrong(ridden, where)
    record(ridden, event)
    code = ridden.delivery(where[1].delivery_id).code
    (verdict,) = record(ridden, replace(event, payload={"code": code}))
    assert isinstance(verdict.refusal, WrongCode)
    assert ridden.count("events") == 0


def test_what_was_accepted_stays_so_whatever_codes_are_tried_after(ridden: Town) -> None:
    where = at(ridden, *DOOR_IN)
    code = ridden.delivery(where[1].delivery_id).code
    right = told(where, EventKind.DELIVERED, payload={"code": code})
    record(ridden, right)
    record(ridden, *(wrong(ridden, where, step) for step in range(1, 7)))
    (verdict,) = record(ridden, right)
    assert verdict.standing is Standing.REPEATED


@pytest.mark.parametrize("pickup_first", [True, False])
def test_an_order_its_shop_did_not_have_is_not_delivered_with_the_other(
    ridden: Town, pickup_first: bool
) -> None:
    door = at(ridden, *DOOR_IN)
    events = [
        told(at(ridden, *DOOR_OUT), EventKind.PICKED_UP),
        told(at(ridden, *DOOR_OUT, 1), EventKind.FAILED, payload={"reason": "not_ready"}),
        told(door, EventKind.DELIVERED, payload=NOTE),
    ]
    for event in events if pickup_first else reversed(events):
        record(ridden, event)
    pooled = [ridden.order(order_id).state for order_id in door[1].order_ids]
    assert sorted(state.value for state in pooled) == ["delivered", "failed"]
    assert ridden.delivery(door[1].delivery_id).state is DeliveryState.PROVEN


def test_an_event_long_before_its_round_is_not_believed(ridden: Town) -> None:
    where = at(ridden, *DOOR_OUT)
    early = where[0].departs_at - timedelta(hours=5)
    (verdict,) = record(ridden, told(where, EventKind.PICKED_UP, device_at=early))
    assert isinstance(verdict.refusal, EventBehind)


def test_a_courier_sees_that_a_called_off_order_is_not_to_be_fetched(ridden: Town) -> None:
    _, dropoff = at(ridden, *DOOR_IN)
    first, second = dropoff.order_ids
    cancel = api.operations.orders.cancel
    cancel(ridden.pool, ridden.id, ridden.channel.id, first, now=ridden.clock())
    assert [at(ridden, *DOOR_OUT, n)[1].state for n in (0, 1)].count(TaskState.SKIPPED) == 1
    assert at(ridden, *DOOR_IN)[1].state is TaskState.TO_DO
    cancel(ridden.pool, ridden.id, ridden.channel.id, second, now=ridden.clock())
    assert at(ridden, *DOOR_IN)[1].state is TaskState.SKIPPED
