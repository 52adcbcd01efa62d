"""Who is late and who will be: told from what couriers reported and from the clock."""

from dataclasses import replace
from datetime import timedelta

from api.pages.dispatch_watch import concerns, delay
from api.pages.dispatch_words import DispatchWords
from data.rounds import Round, Stop, Task
from delivery.rounds import RoundState, StopKind, TaskKind, TaskState
from tests.builders import CENTRE, NOON, PARIS

WORDS = DispatchWords(language="fr", timezone=PARIS)
MINUTE = timedelta(minutes=1)


def a_stop(number: int, *, late: int | None = None, closes: int = 60, state: str = "") -> Stop:
    """A door planned for so many times ten minutes past noon, due an hour later."""
    planned_at = NOON + 10 * number * MINUTE
    settled_at = None if late is None else planned_at + late * MINUTE
    known = TaskState.TO_DO if late is None else TaskState.DONE
    task = Task(
        id=number,
        stop_id=number,
        delivery_id=number,
        kind=TaskKind.DROPOFF,
        state=TaskState(state) if state else known,
        order_ids=(number,),
        earliest_at=NOON,
        latest_at=planned_at + closes * MINUTE,
        planned_at=planned_at,
        settled_at=settled_at,
    )
    return Stop(
        id=number,
        kind=StopKind.DOOR,
        label=f"{number} rue du Port",
        point=CENTRE,
        arrives_at=planned_at,
        leaves_at=planned_at + MINUTE,
        tasks=(task,),
    )


def a_round(*stops: Stop, state: RoundState = RoundState.STARTED) -> Round:
    return Round(
        id=1,
        plan_id=1,
        vehicle_id=1,
        vehicle="Vélo 1",
        profile="cargo_bike",
        state=state,
        departs_at=NOON,
        returns_at=NOON + timedelta(hours=2),
        distance_m=1000,
        cost_millicents=1,
        legs=(),
        stops=stops,
    )


def kinds(round_: Round, minutes: int) -> list[tuple[str, int | None]]:
    found = concerns([round_], {}, WORDS, now=NOON + minutes * MINUTE)
    return [(each.kind, each.delivery_id) for each in found]


def test_a_round_is_as_late_as_its_last_report_or_as_the_clock_says() -> None:
    round_ = a_round(a_stop(1, late=4), a_stop(2))
    assert delay(round_, NOON + 15 * MINUTE) == 4 * MINUTE
    assert delay(round_, NOON + 35 * MINUTE) == 15 * MINUTE
    assert delay(a_round(a_stop(1, late=-3), a_stop(2)), NOON + 12 * MINUTE) == timedelta()
    assert delay(a_round(a_stop(1)), NOON + 8 * MINUTE) == timedelta()


def test_one_that_has_not_left_is_as_late_as_its_departure() -> None:
    waiting = a_round(a_stop(1), state=RoundState.PUBLISHED)
    assert delay(waiting, NOON + 7 * MINUTE) == 7 * MINUTE
    assert kinds(waiting, 5) == []
    assert kinds(waiting, 7) == [("not_left", None)]
    assert delay(replace(waiting, state=RoundState.DRAFT), NOON + 7 * MINUTE) == timedelta()


def test_a_door_is_at_risk_when_the_delay_passes_its_window() -> None:
    round_ = a_round(a_stop(1, late=8), a_stop(2, closes=7), a_stop(3, closes=9))
    assert kinds(round_, 19) == [("risk", 2)]


def test_a_door_whose_window_has_passed_is_overdue() -> None:
    round_ = a_round(a_stop(1, closes=5))
    assert kinds(round_, 16) == [("overdue", 1)]
    assert kinds(round_, 21) == [("overdue", 1), ("behind", None)]


def test_what_is_done_is_told_only_where_it_was_late_or_in_vain() -> None:
    failed = a_stop(3, late=0, state="failed")
    round_ = a_round(a_stop(1, late=2), a_stop(2, late=61), failed, state=RoundState.FINISHED)
    assert kinds(round_, 100) == [("failed", 3), ("late", 2)]


def test_a_draft_is_late_nowhere() -> None:
    assert kinds(a_round(a_stop(1), state=RoundState.DRAFT), 500) == []
