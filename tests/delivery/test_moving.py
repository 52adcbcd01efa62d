"""A delivery moved between rounds by hand: the rounds as they stand, the price, what breaks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import time

import pytest

from delivery import planning
from delivery.fleet import WorkingPeriod
from delivery.loading import Consignment
from delivery.moving import KeptRound, Moved, MovingDay, NothingToCarry, ShopShut, passable
from delivery.orders import OrderState
from delivery.parcels import HEAVIEST_G, Size, Temperature, parcel
from delivery.planning import Trip
from delivery.rounds import PlannedTask, PlanOutdated, StopKind
from routing.fault import FaultCode
from tests import builders
from tests.delivery.test_planning import (
    DAY,
    SHOPS,
    a_consignment,
    a_place,
    a_trip,
    drafted,
    solved,
    travel,
    travel_without,
)


def another_trip() -> Trip:
    trip = a_trip()
    return Trip(vehicle=replace(trip.vehicle, id=8, name="Vélo 2"), period=trip.period)


def tasks_of(consignments: Sequence[Consignment]) -> list[tuple[PlannedTask, ...]]:
    """Plan each delivery in a round of its own; return the rounds' tasks."""
    rounds = []
    for consignment in consignments:
        draft = drafted(consignment)
        (round_,) = planning.rounds(draft, *solved(draft))
        rounds.append(tuple(task for stop in round_.stops for task in stop.tasks))
    return rounds


def a_moving_day(
    consignments: Sequence[Consignment],
    kept: Sequence[tuple[PlannedTask, ...]],
    trips: Sequence[Trip] = (),
    **other: object,
) -> MovingDay:
    trips = trips or (a_trip(), another_trip())
    draft = drafted(*consignments, trips=trips, **other)
    posed = planning.posed(draft, {each: travel(draft.points) for each in draft.profiles})
    return MovingDay(
        draft,
        posed,
        [KeptRound(trip=trip, tasks=tasks) for trip, tasks in zip(trips, kept, strict=True)],
    )


def test_two_doors_of_one_street_ride_cheaper_together() -> None:
    both = a_consignment(1), a_consignment(2)
    day = a_moving_day(both, tasks_of(both))
    moved = day.move(2, source=1, target=0)
    assert moved.after.cost_millicents < moved.before.cost_millicents
    assert moved.after.distance_m < moved.before.distance_m
    assert (moved.breaches, moved.standing) == ((), ())
    assert [len(moved.rounds[trip].visits) for trip in (0, 1)] == [4, 0]
    (stop,) = [
        stop
        for stop in day.planned(moved.rounds[0]).stops
        if stop.kind is StopKind.DOOR and stop.label.startswith("2")
    ]
    assert stop.tasks[0].planned_at == moved.after.arrives_at
    assert DAY.at(time(10)) <= stop.tasks[0].planned_at <= DAY.at(time(12))


def test_there_and_back_costs_what_it_cost() -> None:
    both = a_consignment(1, 1, 2), a_consignment(2)
    there = a_moving_day(both, tasks_of(both))
    moved = there.move(2, source=1, target=0)
    kept = [
        tuple(task for stop in there.planned(moved.rounds[0]).stops for task in stop.tasks),
        (),
    ]
    back = a_moving_day(both, kept).move(2, source=0, target=1)
    assert back.after.cost_millicents == moved.before.cost_millicents
    assert back.before.cost_millicents == moved.after.cost_millicents


def test_a_delivery_taken_out_costs_nothing_and_arrives_nowhere() -> None:
    one = (a_consignment(1),)
    moved = a_moving_day(one, tasks_of(one), [a_trip()]).move(1, source=0, target=None)
    assert (moved.after.cost_millicents, moved.after.arrives_at) == (0, None)
    assert moved.before.arrives_at is not None


def test_a_delivery_whose_street_was_closed_can_be_taken_out_of_its_round() -> None:
    both, trips = (a_consignment(1), a_consignment(2)), (a_trip(), another_trip())
    draft = drafted(*both, trips=trips)
    closed = {"cargo_bike": travel_without(draft.points, a_place(2).point)}
    kept = [
        KeptRound(trip=trip, tasks=tasks) for trip, tasks in zip(trips, tasks_of(both), strict=True)
    ]
    day = MovingDay(draft, planning.posed(draft, passable(closed)), kept)
    out = day.move(2, source=1, target=None)
    assert (out.breaches, out.after.cost_millicents) == ((), 0)
    moved = day.move(2, source=1, target=0)
    assert {(each.code, each.delivery_id) for each in moved.breaches} == {
        (FaultCode.TOO_LATE, 2),
        (FaultCode.WORKING_PERIOD, None),
    }


def late_door() -> tuple[MovingDay, Moved]:
    """A round that may only leave when the slot of the delivery to move is nearly over."""
    both = a_consignment(1), a_consignment(2)
    late = WorkingPeriod(starts=time(11, 59), ends=time(12, 20))
    trips = [a_trip(), Trip(vehicle=another_trip().vehicle, period=late)]
    day = a_moving_day(both, [tasks_of(both)[0], ()], trips)
    return day, day.move(2, source=None, target=1)


def test_a_missed_window_is_told_with_its_stop_and_by_how_much() -> None:
    day, moved = late_door()
    (breach,) = moved.breaches
    assert (breach.code, breach.vehicle) == (FaultCode.TOO_LATE, "Vélo 2")
    assert (breach.label, breach.kind, breach.delivery_id) == ("2 rue du Port", StopKind.DOOR, 2)
    assert breach.latest_at == DAY.at(time(12))
    assert breach.planned_at == moved.after.arrives_at
    assert breach.excess == (breach.planned_at - breach.latest_at).total_seconds() > 0
    assert len(day.planned(moved.rounds[1]).stops) == 2


def test_what_was_late_already_stands_and_is_no_news() -> None:
    day, moved = late_door()
    kept = tuple(task for stop in day.planned(moved.rounds[1]).stops for task in stop.tasks)
    both = a_consignment(1), a_consignment(2)
    again = a_moving_day(both, [tasks_of(both)[0], kept], [each for each in day.draft.trips])
    out = again.move(1, source=0, target=None)
    assert (out.breaches, out.standing) == ((), ())
    joined = again.move(1, source=0, target=1)
    assert FaultCode.TOO_LATE in {each.code for each in joined.breaches}


def test_a_working_period_that_ends_too_early_is_told() -> None:
    both = a_consignment(1), a_consignment(2)
    short = WorkingPeriod(starts=time(9), ends=time(9, 59))
    trips = [a_trip(), Trip(vehicle=another_trip().vehicle, period=short)]
    moved = a_moving_day(both, [tasks_of(both)[0], ()], trips).move(2, source=None, target=1)
    (breach,) = moved.breaches
    assert breach.code is FaultCode.WORKING_PERIOD
    assert breach.latest_at == DAY.at(time(9, 59))
    assert breach.planned_at is not None and breach.planned_at > DAY.at(time(10))


def test_too_much_on_board_is_told_in_its_unit() -> None:
    heavy = (parcel(Size.BULKY, weight_g=HEAVIEST_G),) * 7
    order = builders.a_kept_order(20, 1, delivery_id=2, parcels=heavy)
    both = a_consignment(1), replace(a_consignment(2), orders=(order,))
    moved = a_moving_day(both, [tasks_of(both[:1])[0], ()]).move(2, source=None, target=1)
    (breach,) = moved.breaches
    assert (breach.code, breach.dimension) == (FaultCode.OVERLOADED, "weight_g")
    assert breach.excess == 7 * HEAVIEST_G - 180_000


def test_cold_goods_that_ride_too_long_are_told() -> None:
    """The shop shuts at half past eight, the slot opens at ten: an hour and a half in the box."""
    early = {
        **SHOPS,
        1: builders.a_kept_shop(1, opening_hours=builders.all_day(time(8), time(8, 30))),
    }
    cold = builders.a_kept_order(
        10, 1, parcels=(parcel(Size.SMALL, temperature=Temperature.FROZEN),)
    )
    one = (replace(a_consignment(1), orders=(cold,)),)
    moved = a_moving_day(one, [()], [a_trip()], shops=early).move(1, source=None, target=0)
    (breach,) = moved.breaches
    assert (breach.code, breach.label) == (FaultCode.RIDE_TOO_LONG, "1 rue du Port")
    assert 40 * 60 < breach.excess < 45 * 60


def test_a_called_off_order_leaves_its_round_unasked() -> None:
    both = a_consignment(1, 1, 2), a_consignment(2)
    kept = tasks_of(both)
    alive = tuple(order for order in both[0].orders if order.shop_id == 1)
    assert all(order.state is OrderState.ACCEPTED for order in alive)
    day = a_moving_day((replace(both[0], orders=alive), both[1]), kept)
    assert len(day.rounds[0].visits) == 2
    assert len(a_moving_day((both[1],), kept).rounds[0].visits) == 0


def test_an_order_that_joined_since_makes_the_plan_outdated() -> None:
    kept = tasks_of([a_consignment(1, 1)])
    with pytest.raises(PlanOutdated):
        a_moving_day([a_consignment(1, 1, 2)], kept, [a_trip()])


def test_what_needs_no_ride_and_what_no_shop_can_give_cannot_be_moved() -> None:
    shut = {**SHOPS, 1: builders.a_kept_shop(1, opening_hours=())}
    consignments = a_consignment(1), a_consignment(2, 2)
    kept = [tasks_of(consignments[1:])[0]]
    day = a_moving_day(consignments, kept, [a_trip()], shops=shut)
    with pytest.raises(ShopShut):
        day.move(1, source=None, target=0)
    with pytest.raises(NothingToCarry):
        day.move(9, source=None, target=0)
    with pytest.raises(PlanOutdated):
        a_moving_day(consignments, tasks_of(consignments[:1]), [a_trip()], shops=shut)
