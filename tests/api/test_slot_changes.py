"""A recipient takes another slot: places, orders and money move together."""

from datetime import datetime, timedelta

import pytest

import api.operations.days
import data.slots
from data.database import scoped
from data.streets.engine import StreetProcesses
from delivery.ledger import Kind
from delivery.orders import OrderState, StepRefused
from delivery.pooling import DeliveryState
from delivery.rounds import PlanOutdated
from delivery.slots import SlotKind
from tests import builders
from tests.api.interrupted import Interrupted
from tests.api.slot_moves import (
    AFTERNOON,
    EVENING,
    MORNING,
    NEXT_DAY,
    PAUL,
    booked,
    cancel,
    change,
    check_whole,
    kinds,
    moves,
    orders_of,
    slots,
    starts_at,
    with_other_days,
)
from tests.builders import AT_DRIVE, a_slot, an_order, slot_at
from tests.small_town import ENGAGED, Town


@pytest.fixture
def town(town: Town) -> Town:
    """The small town with slots on other days too."""
    return with_other_days(town)


def test_on_the_same_day_the_place_moves_and_the_grant_stays(town: Town) -> None:
    one, other = town.take(an_order("A-1"), an_order("A-2", shop="librairie"))
    moved = change(town, other.order_id, MORNING)
    assert moved.id == one.delivery_id and starts_at(town, moved) == MORNING
    assert booked(town) == {MORNING: 1}
    assert kinds(town) == [Kind.ENGAGE]
    detail = {"from": AFTERNOON.isoformat(), "to": MORNING.isoformat()}
    told = [(id_, actor, {k: _utc(v) for k, v in told.items()}) for id_, actor, told in moves(town)]
    expected = {name: _utc(moment) for name, moment in detail.items()}
    assert told == [
        (one.order_id, "recipient", expected),
        (other.order_id, "recipient", expected),
    ]
    check_whole(town)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_on_another_day_the_grant_is_given_back_and_asked_for_anew(town: Town) -> None:
    (taken,) = town.take(an_order())
    moved = change(town, taken.order_id, NEXT_DAY)
    assert starts_at(town, moved) == NEXT_DAY
    assert booked(town) == {NEXT_DAY: 1}
    assert kinds(town) == [Kind.ENGAGE, Kind.RELEASE, Kind.ENGAGE]
    assert moved.engaged_cents == ENGAGED
    check_whole(town)
    back = change(town, taken.order_id, AFTERNOON)
    assert (back.id, booked(town)) == (taken.delivery_id, {AFTERNOON: 1})
    check_whole(town)


def test_for_the_drive_as_for_the_door(town: Town) -> None:
    (taken,) = town.take(an_order(**AT_DRIVE))
    moved = change(town, taken.order_id, NEXT_DAY)
    assert starts_at(town, moved) == NEXT_DAY
    assert slots(town)[moved.slot_id].kind is SlotKind.DRIVE
    check_whole(town)


def test_the_slot_it_has_already_changes_nothing(town: Town) -> None:
    (taken,) = town.take(an_order())
    town.clock.moment = a_slot().cutoff_at + timedelta(minutes=1)
    assert change(town, taken.order_id, AFTERNOON).id == taken.delivery_id
    assert (moves(town), kinds(town), booked(town)) == ([], [Kind.ENGAGE], {AFTERNOON: 1})


def test_what_a_shop_packed_or_brought_moves_too(town: Town) -> None:
    one, other = town.take(an_order("A-1"), an_order("A-2", shop="boulangerie"))
    with scoped(town.pool, town.id) as conn:
        for order, state in ((one, "ready"), (other, "dropped_off")):
            conn.execute("UPDATE orders SET state = %s WHERE id = %s", (state, order.order_id))
    change(town, one.order_id, MORNING)
    assert town.order(other.order_id).state is OrderState.DROPPED_OFF
    assert len(moves(town)) == 2


def test_an_order_called_off_before_is_no_part_of_it(town: Town) -> None:
    one, other = town.take(an_order("A-1"), an_order("A-2", shop="librairie"))
    cancel(town, other.order_id)
    change(town, one.order_id, MORNING)
    assert [order_id for order_id, _, _ in moves(town)] == [one.order_id]
    with pytest.raises(StepRefused):
        change(town, other.order_id, EVENING)
    check_whole(town)


def test_two_deliveries_to_one_door_become_one_paid_drop(town: Town) -> None:
    early, late = town.take(
        an_order("A-1", slot_starts_at=MORNING),
        an_order("A-2", shop="librairie", slot_starts_at=AFTERNOON),
    )
    assert town.envelope().engaged_cents == 2 * ENGAGED
    joined = change(town, late.order_id, MORNING)
    assert joined.id == early.delivery_id
    assert orders_of(town, joined.id) == ["accepted", "accepted"]
    emptied = town.delivery(late.delivery_id)
    assert (emptied.state, emptied.engaged_cents) == (DeliveryState.CANCELLED, 0)
    assert booked(town) == {MORNING: 1}
    assert town.envelope().engaged_cents == ENGAGED
    check_whole(town)


def test_a_full_slot_still_takes_in_who_has_a_place_there(town: Town) -> None:
    evening, late, _ = town.take(
        an_order("A-1", slot_starts_at=EVENING),
        an_order("A-2", shop="librairie"),
        an_order("A-3", address="20 rue du Port", recipient=PAUL, slot_starts_at=EVENING),
    )
    assert change(town, late.order_id, EVENING).id == evening.delivery_id
    assert booked(town) == {EVENING: 2}
    check_whole(town)


def test_another_person_or_another_door_stays_a_delivery_of_its_own(town: Town) -> None:
    one, other, elsewhere = town.take(
        an_order("A-1"),
        an_order("A-2", recipient=PAUL, slot_starts_at=MORNING),
        an_order("A-3", address="20 rue du Port", slot_starts_at=MORNING),
    )
    moved = change(town, one.order_id, MORNING)
    assert moved.id not in (other.delivery_id, elsewhere.delivery_id)
    assert booked(town) == {MORNING: 3}
    check_whole(town)


def test_an_order_called_off_long_ago_stays_where_it_was(town: Town) -> None:
    one, other, third = town.take(
        an_order("A-1", slot_starts_at=MORNING),
        an_order("A-2", shop="librairie"),
        an_order("A-3", shop="boulangerie"),
    )
    cancel(town, other.order_id)
    change(town, third.order_id, MORNING)
    assert town.order(third.order_id).delivery_id == one.delivery_id
    assert town.order(other.order_id).delivery_id == third.delivery_id
    cancel(town, third.order_id)
    cancel(town, one.order_id)
    assert (booked(town), town.envelope().engaged_cents) == ({}, 0)


@pytest.mark.parametrize("asked", [MORNING, NEXT_DAY])
def test_a_plan_drafted_before_is_outdated(
    town: Town, streets: StreetProcesses, asked: datetime
) -> None:
    (taken,) = town.take(an_order())
    town.plan(streets)
    change(town, taken.order_id, asked)
    with pytest.raises(PlanOutdated):
        town.publish()
    town.plan(streets)
    town.publish()
    is_today = asked == MORNING
    expected = DeliveryState.PLANNED if is_today else DeliveryState.PROMISED
    assert town.delivery(taken.delivery_id).state is expected


def test_a_drive_plan_drafted_before_is_outdated_too(town: Town, streets: StreetProcesses) -> None:
    with scoped(town.pool, town.id) as conn:
        data.slots.publish(conn, [slot_at(EVENING, SlotKind.DRIVE)])
    (taken,) = town.take(an_order(**AT_DRIVE))
    town.plan(streets)
    change(town, taken.order_id, EVENING)
    with pytest.raises(PlanOutdated):
        town.publish()


def test_a_change_while_the_solver_runs_makes_the_plan_outdated(
    town: Town, streets: StreetProcesses
) -> None:
    (taken,) = town.take(an_order())
    meddled = Interrupted(streets, lambda: change(town, taken.order_id, MORNING))
    with pytest.raises(PlanOutdated):
        town.plan(meddled)  # type: ignore[arg-type]
    assert town.count("plans") == 0


def test_the_slots_of_a_week_are_offered_while_they_are_open(town: Town) -> None:
    def offered(kind: SlotKind = SlotKind.HOME) -> list[datetime]:
        found = api.operations.days.open_slots(town.pool, town.id, kind, now=town.clock())
        return [slot.starts_at for slot in found]

    assert offered() == [MORNING, AFTERNOON, EVENING, NEXT_DAY]
    assert offered(SlotKind.DRIVE) == [a_slot(SlotKind.DRIVE, hour=15).starts_at, NEXT_DAY]
    town.take(
        *(an_order(f"A-{n}", address=f"{n} rue du Port", slot_starts_at=EVENING) for n in (20, 30))
    )
    assert offered() == [MORNING, AFTERNOON, NEXT_DAY]
    town.clock.moment = a_slot(hour=9).cutoff_at
    assert offered() == [AFTERNOON, NEXT_DAY]
    assert AFTERNOON.date() == builders.DAY
