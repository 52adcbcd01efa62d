"""What couriers report: what is believed, and what it comes to in any order."""

import random
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.orders import OrderStep
from delivery.pooling import DeliveryStep
from delivery.proofs import (
    MOST_AHEAD,
    MOST_EARLY,
    Event,
    EventAhead,
    EventBehind,
    EventKind,
    EventUnfit,
    FailureReason,
    Outcome,
    ProofKind,
    WrongCode,
    check,
    check_clock,
    delivery_step,
    order_step,
    outcome,
)
from delivery.rounds import TaskKind, TaskState
from tests import builders
from tests.builders import NOON, an_event

LATER = NOON + timedelta(minutes=9)
DONE = Outcome(state=TaskState.DONE, at=NOON)
FAILED = Outcome(state=TaskState.FAILED, at=NOON, reason=FailureReason.ABSENT)


def checked(event: Event, kind: TaskKind | None, *, to_door: bool = True) -> None:
    check(event, kind, to_door=to_door, code="1234")


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (an_event(EventKind.ROUND_STARTED, task_id=None), None),
        (an_event(EventKind.ARRIVED), TaskKind.PICKUP),
        (an_event(EventKind.ARRIVED), TaskKind.DROPOFF),
        (an_event(EventKind.PICKED_UP), TaskKind.PICKUP),
        (an_event(EventKind.DELIVERED, payload={"code": "1234"}), TaskKind.DROPOFF),
        (an_event(EventKind.DELIVERED, payload={"note": "mis"}), TaskKind.DROPOFF),
        (an_event(EventKind.FAILED, payload={"reason": "absent"}), TaskKind.DROPOFF),
        (an_event(EventKind.FAILED, payload={"reason": "not_ready"}), TaskKind.PICKUP),
    ],
)
def test_a_report_that_fits_its_task_is_believed(event: Event, kind: TaskKind | None) -> None:
    checked(event, kind)


@pytest.mark.parametrize(
    ("event", "kind", "reason"),
    [
        (an_event(EventKind.ARRIVED), None, "needs_task"),
        (an_event(EventKind.DELIVERED), None, "needs_task"),
        (an_event(EventKind.ROUND_STARTED), TaskKind.PICKUP, "has_task"),
        (an_event(EventKind.ROUND_FINISHED), TaskKind.DROPOFF, "has_task"),
        (an_event(EventKind.PICKED_UP), TaskKind.DROPOFF, "not_a_pickup"),
        (an_event(EventKind.DELIVERED), TaskKind.PICKUP, "not_a_dropoff"),
        (an_event(EventKind.DELIVERED), TaskKind.DROPOFF, "needs_proof"),
        (an_event(EventKind.DELIVERED, payload={"note": "  ok "}), TaskKind.DROPOFF, "needs_proof"),
        (an_event(EventKind.FAILED), TaskKind.DROPOFF, "needs_reason"),
        (an_event(EventKind.FAILED, payload={"reason": "rain"}), TaskKind.PICKUP, "needs_reason"),
    ],
)
def test_a_report_that_does_not_fit_its_task_is_refused_with_the_reason(
    event: Event, kind: TaskKind | None, reason: str
) -> None:
    with pytest.raises(EventUnfit) as unfit:
        checked(event, kind)
    assert unfit.value.parameters["reason"] == reason


@pytest.mark.parametrize("code", ["4321", "", "12345", " 1234"])
def test_a_wrong_code_is_refused_even_with_a_note(code: str) -> None:
    payload = {"code": code, "note": "remis en main propre"}
    with pytest.raises(WrongCode):
        checked(an_event(EventKind.DELIVERED, payload=payload), TaskKind.DROPOFF)


def test_the_drive_asks_for_no_proof_of_the_courier() -> None:
    checked(an_event(EventKind.DELIVERED), TaskKind.DROPOFF, to_door=False)


def test_a_phone_may_run_ahead_a_little() -> None:
    latest = NOON + MOST_AHEAD
    check_clock(an_event(EventKind.ARRIVED, device_at=latest), departs_at=NOON, now=NOON)
    ahead = an_event(EventKind.ARRIVED, device_at=latest + timedelta(seconds=1))
    with pytest.raises(EventAhead):
        check_clock(ahead, departs_at=NOON, now=NOON)


def test_an_event_may_come_days_late_but_not_from_long_before_its_round() -> None:
    event, now = an_event(EventKind.ARRIVED, device_at=NOON), NOON + timedelta(days=9)
    check_clock(event, departs_at=NOON + MOST_EARLY, now=now)
    with pytest.raises(EventBehind):
        check_clock(event, departs_at=NOON + MOST_EARLY + timedelta(seconds=1), now=now)


EVENT = an_event(EventKind.ARRIVED, uuid=UUID(int=1))


@pytest.mark.parametrize(
    "other",
    [
        replace(EVENT, uuid=UUID(int=2)),
        replace(EVENT, round_id=2),
        replace(EVENT, task_id=2),
        replace(EVENT, seq=1),
        replace(EVENT, device_at=LATER),
        replace(EVENT, monotonic_ms=1),
        replace(EVENT, kind=EventKind.PICKED_UP),
        replace(EVENT, payload={"note": "x"}),
    ],
)
def test_whatever_an_event_says_is_in_its_fingerprint(other: Event) -> None:
    assert other.content_sha256 != EVENT.content_sha256


def test_the_same_moment_in_another_time_zone_is_the_same_event() -> None:
    local = replace(EVENT, device_at=NOON.astimezone(builders.PARIS))
    assert local.content_sha256 == EVENT.content_sha256


def test_arriving_settles_nothing() -> None:
    assert outcome([]) is None
    assert outcome([an_event(EventKind.ARRIVED)]) is None


def test_done_beats_failed_whenever_it_was() -> None:
    failed = an_event(EventKind.FAILED, payload={"reason": "absent"}, device_at=NOON)
    done = an_event(EventKind.DELIVERED, payload={"code": "1234"}, device_at=LATER)
    found = outcome([failed, done])
    assert found == Outcome(
        state=TaskState.DONE, at=LATER, proof=ProofKind.CODE, proof_sha256=done.content_sha256
    )


def test_of_several_proofs_the_earliest_stands() -> None:
    late = an_event(EventKind.DELIVERED, payload={"code": "1234"}, device_at=LATER)
    early = an_event(EventKind.DELIVERED, payload={"note": "voisine"}, device_at=NOON, seq=7)
    found = outcome([late, early])
    assert found is not None
    assert (found.proof, found.at) == (ProofKind.NOTE, NOON)


def test_a_failure_keeps_its_reason() -> None:
    found = outcome([an_event(EventKind.FAILED, payload={"reason": "damaged"})])
    assert found == Outcome(state=TaskState.FAILED, at=NOON, reason=FailureReason.DAMAGED)


events = st.builds(
    an_event,
    st.sampled_from([EventKind.ARRIVED, EventKind.DELIVERED, EventKind.FAILED]),
    uuid=st.uuids(),
    seq=st.integers(0, 3),
    device_at=st.sampled_from([NOON, LATER]),
    payload=st.sampled_from([{"reason": "absent"}, {"reason": "refused", "code": "1234"}]),
)


@given(st.lists(events, max_size=8), st.randoms(use_true_random=False))
def test_what_a_task_came_to_does_not_depend_on_order_or_repetition(
    sent: list[Event], chance: random.Random
) -> None:
    arrived = sent + [chance.choice(sent) for _ in sent]
    chance.shuffle(arrived)
    assert outcome(arrived) == outcome(sent)


@pytest.mark.parametrize(
    ("pickup", "dropoff", "to_drive", "step"),
    [
        (None, None, False, None),
        (DONE, None, False, OrderStep.COLLECT),
        (FAILED, None, False, OrderStep.FAIL),
        (DONE, DONE, False, OrderStep.DELIVER),
        (None, DONE, False, OrderStep.DELIVER),
        (DONE, DONE, True, OrderStep.RECEIVE_AT_DRIVE),
        (DONE, FAILED, False, OrderStep.FAIL),
        (None, FAILED, True, OrderStep.FAIL),
    ],
)
def test_an_order_follows_its_tasks(
    pickup: Outcome | None, dropoff: Outcome | None, to_drive: bool, step: OrderStep | None
) -> None:
    found = order_step(pickup, dropoff, to_drive=to_drive)
    assert (found[0] if found else None) is step


@pytest.mark.parametrize(
    ("other", "step"),
    [(DONE, OrderStep.FAIL), (None, OrderStep.FAIL), (FAILED, OrderStep.DELIVER)],
)
def test_an_order_its_shop_did_not_have_is_not_delivered_with_the_others(
    other: Outcome | None, step: OrderStep
) -> None:
    found = order_step(FAILED, DONE, to_drive=False, others=[other])
    assert found is not None
    assert found[0] is step


@pytest.mark.parametrize(
    ("pickups", "dropoff", "to_drive", "step"),
    [
        ([None, None], None, False, None),
        ([FAILED, None], None, False, None),
        ([FAILED, DONE], None, False, DeliveryStep.START),
        ([FAILED, FAILED], None, False, DeliveryStep.FAIL),
        ([FAILED, DONE], DONE, False, DeliveryStep.PROVE),
        ([DONE], FAILED, False, DeliveryStep.FAIL),
        ([DONE], DONE, True, DeliveryStep.START),
    ],
)
def test_a_delivery_follows_its_tasks(
    pickups: list[Outcome | None],
    dropoff: Outcome | None,
    to_drive: bool,
    step: DeliveryStep | None,
) -> None:
    found = delivery_step(pickups, dropoff, to_drive=to_drive)
    assert (found[0] if found else None) is step
