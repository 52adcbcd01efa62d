"""The next act of a courier, whatever was reported and in whatever order."""

import itertools
from datetime import datetime, timedelta

import pytest

from delivery.proofs import Event, EventKind
from delivery.riding import Act, Errand, Next, next_act, on_board, pending
from delivery.rounds import RoundState, TaskKind, TaskState
from tests.builders import NOON, an_event

#: A shop (stop 1) and a second (2) for delivery 1, whose door is stop 3; delivery 2 goes from the
#: first shop to stop 4.
ROUND = (
    (11, 1, 1, TaskKind.PICKUP),
    (12, 1, 2, TaskKind.PICKUP),
    (21, 2, 1, TaskKind.PICKUP),
    (31, 3, 1, TaskKind.DROPOFF),
    (41, 4, 2, TaskKind.DROPOFF),
)
DONE, FAILED, SKIPPED = TaskState.DONE, TaskState.FAILED, TaskState.SKIPPED


def errands(states: dict[int, TaskState] | None = None) -> list[Errand]:
    return [
        Errand(
            id=id_,
            stop_id=stop,
            delivery_id=delivery,
            kind=kind,
            state=(states or {}).get(id_, TaskState.TO_DO),
        )
        for id_, stop, delivery, kind in ROUND
    ]


def told(task_id: int, minute: int, kind: EventKind = EventKind.ARRIVED) -> Event:
    return an_event(kind, task_id=task_id, device_at=NOON + timedelta(minutes=minute))


def said(
    states: dict[int, TaskState] | None = None,
    *events: Event,
    state: RoundState = RoundState.STARTED,
    now: datetime = NOON,
) -> Next:
    return next_act(state, errands(states), events, departs_at=NOON, now=now)


def test_before_the_round_one_leaves_the_hub() -> None:
    assert said(state=RoundState.PUBLISHED) == Next(act=Act.DEPART, stop_id=1)


def test_long_before_the_round_one_waits() -> None:
    at = NOON - timedelta(hours=4, minutes=1)
    assert said(state=RoundState.PUBLISHED, now=at).act is Act.WAIT


def test_after_leaving_one_rides_to_the_first_stop() -> None:
    assert said() == Next(act=Act.RIDE, stop_id=1)


def test_having_arrived_one_serves_the_stop() -> None:
    assert said(None, told(11, 1)) == Next(act=Act.SERVE, stop_id=1, last_stop_id=1)


def test_a_stop_half_done_is_served_to_its_end() -> None:
    next_ = said({11: DONE}, told(11, 1, EventKind.PICKED_UP))
    assert next_ == Next(act=Act.SERVE, stop_id=1, last_stop_id=1)


def test_a_stop_that_is_done_leads_to_the_next() -> None:
    next_ = said({11: DONE, 12: DONE}, told(12, 1, EventKind.PICKED_UP))
    assert next_ == Next(act=Act.RIDE, stop_id=2, last_stop_id=1)


def test_a_failed_task_is_not_in_the_way() -> None:
    next_ = said({11: DONE, 12: DONE, 21: FAILED}, told(21, 1, EventKind.FAILED))
    assert next_ == Next(act=Act.RIDE, stop_id=3, last_stop_id=2)


def test_a_stop_that_was_called_off_is_passed_by() -> None:
    next_ = said({11: DONE, 12: DONE, 21: SKIPPED}, told(12, 1))
    assert next_ == Next(act=Act.RIDE, stop_id=3, last_stop_id=1)


def test_a_stop_left_behind_comes_first_once_the_present_one_is_done() -> None:
    states = {11: DONE, 12: DONE, 31: DONE}
    assert said(states, told(31, 1)) == Next(act=Act.RIDE, stop_id=2, last_stop_id=3)


def test_who_arrives_out_of_turn_serves_where_they_stand() -> None:
    assert said({11: DONE, 12: DONE}, told(41, 1)).stop_id == 4


def test_a_door_nothing_was_fetched_for_is_not_ridden_to() -> None:
    states = {11: FAILED, 21: SKIPPED, 12: DONE}
    assert [errand.id for errand in pending(errands(states))] == [41]
    assert said(states, told(21, 1)).stop_id == 4


def test_a_door_something_was_fetched_for_is() -> None:
    states = {11: FAILED, 21: DONE, 12: DONE}
    assert [errand.id for errand in pending(errands(states))] == [31, 41]


def test_a_dropoff_whose_parcels_another_round_fetched_is_ridden_to() -> None:
    alone = [each for each in errands() if each.id == 31]
    assert pending(alone) == tuple(alone)


def test_when_all_is_settled_one_returns() -> None:
    states = dict.fromkeys((11, 12, 21), DONE) | {31: DONE, 41: FAILED}
    assert said(states, told(41, 5)) == Next(act=Act.RETURN, last_stop_id=4)


def test_a_round_of_which_all_was_called_off_can_be_ended() -> None:
    states = dict.fromkeys((11, 12, 21, 31, 41), SKIPPED)
    assert said(states, state=RoundState.PUBLISHED).act is Act.RETURN


@pytest.mark.parametrize("state", [RoundState.FINISHED, RoundState.CLOSED])
def test_a_round_that_is_over_asks_for_nothing(state: RoundState) -> None:
    assert said(None, told(11, 1), state=state).act is Act.REST


def test_what_was_taken_and_not_given_is_still_on_board() -> None:
    states = {11: DONE, 12: DONE, 21: FAILED, 31: FAILED, 41: DONE}
    assert [errand.id for errand in on_board(errands(states))] == [11]


def test_the_order_in_which_word_arrives_changes_nothing() -> None:
    events = [told(11, 1), told(31, 3), told(21, 2)]
    answers = {said(None, *order) for order in itertools.permutations(events)}
    assert answers == {Next(act=Act.SERVE, stop_id=3, last_stop_id=3)}
