"""What may happen to an order, and what may not."""

from datetime import datetime

import pytest

from delivery.orders import (
    CALLED_OFF,
    ENDED,
    STEPS,
    NewOrder,
    OrderState,
    OrderStep,
    Recipient,
    StepRefused,
    step,
    steps_to,
)
from tests import builders

PAIRS = [(state, taken) for state in OrderState for taken in OrderStep]
#: Ways that imply a step nobody reported yet.
IMPLIED = {
    (OrderState.ACCEPTED, OrderStep.HAND_OVER): [OrderStep.PREPARE, OrderStep.HAND_OVER],
    **{
        (state, last): [OrderStep.COLLECT, last]
        for state in (
            OrderState.ACCEPTED,
            OrderState.READY,
            OrderState.DROPPED_OFF,
            OrderState.AT_HUB,
            OrderState.RESCHEDULED,
        )
        for last in (OrderStep.DELIVER, OrderStep.RECEIVE_AT_DRIVE)
        if (state, last) not in STEPS
    },
}


@pytest.mark.parametrize(("state", "taken"), PAIRS)
def test_a_step_leads_where_the_table_says_and_every_other_is_refused(
    state: OrderState, taken: OrderStep
) -> None:
    if (state, taken) in STEPS:
        assert step(state, taken) is STEPS[state, taken]
        return
    with pytest.raises(StepRefused) as refused:
        step(state, taken)
    assert refused.value.parameters == {"state": state.value, "step": taken.value}


@pytest.mark.parametrize(("state", "taken"), PAIRS)
def test_a_way_is_one_step_or_the_implied_one_before_it(
    state: OrderState, taken: OrderStep
) -> None:
    if (state, taken) in STEPS:
        assert steps_to(state, taken) == ((taken, STEPS[state, taken]),)
    elif (state, taken) in IMPLIED:
        way = steps_to(state, taken)
        assert [each for each, _ in way] == IMPLIED[state, taken]
        assert way[0][1] is step(state, way[0][0])
        assert way[1][1] is step(way[0][1], taken)
    else:
        with pytest.raises(StepRefused):
            steps_to(state, taken)


def test_what_has_ended_only_goes_on_after_a_failure_or_falls_back_to_one() -> None:
    going_on = {(state, taken) for state, taken in STEPS if state in ENDED - {OrderState.FAILED}}
    assert going_on == {(OrderState.DELIVERED, OrderStep.FAIL)}


def test_nothing_happens_to_an_order_that_was_called_off() -> None:
    assert not CALLED_OFF & {state for state, _ in STEPS}


def test_an_order_is_called_off_only_before_it_left_its_shop() -> None:
    assert {state for state, taken in STEPS if taken is OrderStep.CANCEL} == {
        OrderState.RECEIVED,
        OrderState.ACCEPTED,
        OrderState.READY,
    }


def test_a_shop_amends_what_it_still_has_and_takes_its_own_steps_back() -> None:
    amended = {state for state, taken in STEPS if taken is OrderStep.AMEND}
    assert amended == {OrderState.ACCEPTED, OrderState.READY}
    assert all(step(state, OrderStep.AMEND) is state for state in amended)
    reopened = {
        state: after for (state, taken), after in STEPS.items() if taken is OrderStep.REOPEN
    }
    assert reopened == {
        OrderState.READY: OrderState.ACCEPTED,
        OrderState.DROPPED_OFF: OrderState.READY,
    }


def test_every_state_can_be_reached() -> None:
    reached = {OrderState.RECEIVED}
    while True:
        further = reached | {after for (before, _), after in STEPS.items() if before in reached}
        if further == reached:
            break
        reached = further
    assert reached == set(OrderState)


@pytest.mark.parametrize(
    "changes",
    [
        {"reference": ""},
        {"basket_cents": -1},
        {"parcels": ()},
        {"slot_starts_at": datetime(2026, 11, 20, 14)},
        {"ready_at": datetime(2026, 11, 20, 14)},
    ],
)
def test_what_could_never_be_delivered_is_no_order(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        builders.an_order(**changes)


def test_a_recipient_has_a_name() -> None:
    with pytest.raises(ValueError):
        Recipient(name=" \t")


def test_an_order_for_a_counter_needs_neither_place_nor_slot() -> None:
    assert isinstance(builders.an_order(address=None, slot_starts_at=None), NewOrder)
