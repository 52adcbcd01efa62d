"""What a recipient is told: stages, a band within the slot, initials after a month."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.following import (
    BAND,
    GOING,
    SHOWN_FOR,
    WAYS,
    Dropoff,
    Stage,
    arrival,
    is_shown,
    masked,
    stage,
)
from delivery.orders import ENDED, Fulfilment, OrderState
from delivery.pooling import DeliveryState
from delivery.rounds import RoundState, TaskState
from tests import builders

SLOT = builders.a_kept_slot()


@pytest.mark.parametrize("fulfilment", Fulfilment)
@pytest.mark.parametrize("state", OrderState)
def test_every_state_is_a_stage_and_what_has_ended_is_no_longer_going(
    fulfilment: Fulfilment, state: OrderState
) -> None:
    reached = stage(fulfilment, state)
    assert (reached in GOING) is (state not in ENDED | {OrderState.RESCHEDULED})
    assert WAYS[fulfilment][-1] is Stage.DONE


def test_ready_at_the_counter_is_ready_to_be_fetched() -> None:
    assert stage(Fulfilment.COUNTER, OrderState.READY) is Stage.WAITING
    assert stage(Fulfilment.HOME, OrderState.READY) is Stage.READY


def test_what_a_closed_month_never_heard_of_is_told_as_such() -> None:
    closed = DeliveryState.CLOSED
    assert stage(Fulfilment.HOME, OrderState.ACCEPTED, closed) is Stage.UNHEARD
    assert stage(Fulfilment.HOME, OrderState.DELIVERED, closed) is Stage.DONE


@given(st.integers(min_value=0, max_value=7_200))
def test_the_band_lies_in_the_slot_holds_the_moment_and_begins_on_full_tens(second: int) -> None:
    planned_at = SLOT.starts_at + timedelta(seconds=second)
    band = arrival(planned_at, SLOT, now=SLOT.starts_at)
    assert band is not None
    start, end = band
    assert SLOT.starts_at <= start <= planned_at <= end <= SLOT.ends_at
    assert end - start == BAND
    assert start.minute % 10 == end.minute % 10 == start.second == 0


@pytest.mark.parametrize(
    ("planned", "told"),
    [((14, 23), ("14:10", "14:40")), ((14, 2), ("14:00", "14:30")), ((15, 59), ("15:30", "16:00"))],
)
def test_examples_of_bands(planned: tuple[int, int], told: tuple[str, str]) -> None:
    planned_at = SLOT.starts_at.replace(hour=planned[0], minute=planned[1])
    band = arrival(planned_at, SLOT, now=SLOT.starts_at)
    assert band is not None
    assert tuple(f"{each:%H:%M}" for each in band) == told


def test_a_band_that_is_over_is_no_longer_told() -> None:
    assert arrival(SLOT.starts_at, SLOT, now=SLOT.starts_at + BAND) is not None
    assert arrival(SLOT.starts_at, SLOT, now=SLOT.starts_at + BAND + timedelta(seconds=1)) is None


def test_a_courier_comes_while_the_round_runs_and_the_task_is_ahead() -> None:
    def ahead(state: TaskState, round_state: RoundState) -> bool:
        return Dropoff(planned_at=SLOT.starts_at, state=state, round_state=round_state).is_ahead

    assert ahead(TaskState.TO_DO, RoundState.PUBLISHED) and ahead(
        TaskState.TO_DO, RoundState.STARTED
    )
    assert not ahead(TaskState.TO_DO, RoundState.FINISHED)
    assert not ahead(TaskState.DONE, RoundState.STARTED)


def test_names_are_shown_for_a_month_after_the_end() -> None:
    over_at = datetime(2026, 11, 20, tzinfo=UTC)
    assert is_shown(None, now=over_at)
    assert is_shown(over_at, now=over_at + SHOWN_FOR)
    assert not is_shown(over_at, now=over_at + SHOWN_FOR + timedelta(seconds=1))
    assert masked("Anne  Moreau") == "A. M."
