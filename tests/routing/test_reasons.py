"""Every reason by hand, and every price by the referee: the relaxed problem has such a plan."""

from dataclasses import replace

import pytest

from routing.problem import Problem
from routing.reasons import MOST_MENDED, unserved
from routing.round import Round
from routing.shipment import Delivery, Shipment
from routing.solution import Relaxation, RelaxationKind, Unserved, UnservedReason
from routing.solver import solve
from routing.tables import tables_of
from routing.vehicle import OnBoard, Underway
from tests.routing.mending import left_out
from tests.routing.plans import a_round
from tests.routing.random_towns import a_town
from tests.routing.towns import HOUR, a_problem, a_shipment, a_task, a_vehicle


def kinds(left: Unserved) -> dict[RelaxationKind, tuple[int, int]]:
    return {each.kind: (each.seconds, each.cost) for each in left.relaxations}


def test_a_delivery_dearer_than_its_penalty_says_its_price() -> None:
    problem = a_problem([a_shipment(1, 4, penalty=100)])
    left = left_out(problem)
    assert left.reason is UnservedReason.TOO_DEAR
    # Four places there and four back, of 600 s and 1000 m each.
    paid = Relaxation(kind=RelaxationKind.PAY_MORE, vehicle=0, cost=8 * 1600)
    assert left.relaxations == (paid,)


def test_on_a_round_that_goes_there_anyway_it_costs_but_the_detour() -> None:
    problem = a_problem([a_shipment(1, 3), a_shipment(2, 4, penalty=100)])
    left = left_out(problem, a_round((0, 0), (0, 1)))
    assert left.relaxations == (Relaxation(kind=RelaxationKind.PAY_MORE, vehicle=0, cost=2 * 1600),)


def test_where_nobody_is_skilled_the_nearest_is_named() -> None:
    far = a_vehicle(start_place=4, end_place=4, skills=2)
    near = a_vehicle(start_place=1, end_place=1)
    left = left_out(a_problem([a_shipment(1, 2, skills=5)], [far, near]))
    assert left.reason is UnservedReason.NO_SKILLED_VEHICLE
    waived = Relaxation(kind=RelaxationKind.SKILL_WAIVED, vehicle=1, cost=2 * 1600)
    assert left.relaxations == (waived,)


def test_goods_larger_than_every_bike_ask_for_a_larger_one() -> None:
    left = left_out(a_problem([a_shipment(1, 2, amounts=((11,),))]))
    assert left.reason is UnservedReason.TOO_LARGE
    assert kinds(left) == {RelaxationKind.MORE_CAPACITY: (0, 4 * 1600)}


def test_two_parcels_that_no_single_bike_holds_are_too_large() -> None:
    shops = (a_task(0), a_task(1))
    both = Shipment(pickups=shops, amounts=((6,), (5,)), dropoff=a_task(2), penalty=1)
    left = left_out(a_problem([both]))
    assert left.reason is UnservedReason.TOO_LARGE
    assert kinds(left) == {RelaxationKind.MORE_CAPACITY: (0, 4 * 1600)}


def test_goods_that_would_ride_a_second_too_long_may_ride_five_minutes_more() -> None:
    left = left_out(a_problem([a_shipment(1, 4, longest_ride_s=1799)]))
    assert left.reason is UnservedReason.RIDE_TOO_LONG
    assert kinds(left) == {RelaxationKind.LONGER_RIDE: (300, 8 * 1600)}


def test_a_door_out_of_reach_is_reached_later() -> None:
    # Place 4 is reached after 2400 s; half an hour more is the least that suffices.
    left = left_out(a_problem([a_shipment(0, a_task(4, 0, 1000))]))
    assert left.reason is UnservedReason.OUT_OF_REACH
    assert kinds(left) == {RelaxationKind.LATER: (1800, 8 * 1600)}


def test_a_day_that_ends_too_soon_is_made_longer() -> None:
    left = left_out(a_problem([a_shipment(0, 4)], [a_vehicle(latest_s=HOUR)]))
    assert left.reason is UnservedReason.OUT_OF_REACH
    # There and back takes 4800 s.
    assert kinds(left) == {RelaxationKind.LONGER_PERIOD: (1800, 8 * 1600)}


def test_an_hour_more_than_two_is_never_asked_for() -> None:
    left = left_out(a_problem([a_shipment(0, a_task(4, 0, 0))], [a_vehicle(earliest_s=2 * HOUR)]))
    assert left.reason is UnservedReason.OUT_OF_REACH
    assert left.relaxations == ()


def a_full_hour() -> tuple[Problem, Round]:
    """Return a bike that must be at place 2 at one, and a parcel for place 4 by ten past."""
    appointment = a_shipment(0, a_task(2, HOUR, HOUR))
    far = a_shipment(0, a_task(4, 0, HOUR + 600))
    bike = a_vehicle(earliest_s=1800, latest_s=2 * HOUR, cost_use=5)
    return a_problem([appointment, far], [bike]), a_round((0, 0), (0, 1))


def test_a_full_hour_is_served_later_or_by_another_bike() -> None:
    problem, round_ = a_full_hour()
    left = left_out(problem, round_)
    assert left.reason is UnservedReason.NO_ROOM
    # Place 4 is two places beyond the appointment, reached 1200 s after it.
    assert kinds(left) == {
        RelaxationKind.LATER: (900, 4 * 1600),
        RelaxationKind.ANOTHER_ROUND: (0, 8 * 1600 + 5),
    }


def test_a_full_morning_ends_half_an_hour_later() -> None:
    # Either takes the bike 4800 s at most; both together take it 20 minutes more.
    long_talk, far = a_shipment(0, a_task(1, service_s=1200)), a_shipment(0, 4)
    problem = a_problem([long_talk, far], [a_vehicle(latest_s=4800)])
    left = left_out(problem, a_round((0, 0), (0, 1)))
    assert left.reason is UnservedReason.NO_ROOM
    assert kinds(left) == {
        RelaxationKind.LONGER_PERIOD: (1800, 6 * 1600),
        RelaxationKind.ANOTHER_ROUND: (0, 8 * 1600),
    }


def test_an_idle_bike_of_the_same_sort_is_no_other_round() -> None:
    problem, round_ = a_full_hour()
    twice = replace(problem, vehicles=problem.vehicles * 2)
    left = left_out(twice, round_)
    assert left.reason is UnservedReason.TOO_DEAR
    assert kinds(left) == {
        RelaxationKind.PAY_MORE: (0, 8 * 1600 + 5),
        RelaxationKind.LATER: (900, 4 * 1600),
    }


def an_option_of_two(problem: Problem, *options: tuple[int, ...]) -> Problem:
    named = {shipment for option in options for shipment in option}
    alone = [
        Delivery(options=((index,),), penalty=0)
        for index in range(len(problem.shipments))
        if index not in named
    ]
    return replace(problem, deliveries=(*alone, Delivery(options=options, penalty=1)))


def test_all_shipments_of_an_option_count_in_its_price() -> None:
    collection, out = a_shipment(4, a_task(2, 0, 6 * HOUR)), a_shipment(a_task(2, 11 * HOUR), 1)
    problem = an_option_of_two(a_problem([collection, out], [a_vehicle()] * 2), (0, 1))
    left = left_out(problem)
    assert left.reason is UnservedReason.TOO_DEAR
    # One bike collects and another brings, rather than one that waits five hours at the hub.
    assert kinds(left) == {RelaxationKind.PAY_MORE: (0, 8 * 1600 + 4 * 1600)}


def test_the_option_nearest_to_being_served_gives_the_reason() -> None:
    unskilled, late = a_shipment(0, 1, skills=1), a_shipment(0, a_task(4, 0, 2000))
    left = left_out(an_option_of_two(a_problem([unskilled, late]), (0,), (1,)))
    assert left.reason is UnservedReason.OUT_OF_REACH
    assert kinds(left) == {
        RelaxationKind.SKILL_WAIVED: (0, 2 * 1600),
        RelaxationKind.LATER: (900, 8 * 1600),
    }


def test_one_shipment_nobody_is_skilled_for_bars_the_option() -> None:
    skilled, plain = a_shipment(0, 1, skills=1), a_shipment(0, 2)
    left = left_out(an_option_of_two(a_problem([plain, skilled]), (0, 1)))
    assert left.reason is UnservedReason.NO_SKILLED_VEHICLE
    assert kinds(left) == {RelaxationKind.SKILL_WAIVED: (0, 4 * 1600)}


def on_the_road(shipment: Shipment, **other: object) -> Problem:
    """Return one bike at place 2 with the shipment on board since eight, and one at home."""
    fetched = OnBoard(shipment=0, left_s=(8 * HOUR,))
    past = Underway(place=2, free_s=9 * HOUR, departed_s=8 * HOUR, on_board=(fetched,))
    return a_problem([shipment], [a_vehicle(underway=past, **other), a_vehicle(skills=1)])


def test_what_is_on_board_waits_for_its_own_bike_alone() -> None:
    problem = on_the_road(a_shipment(0, 3, skills=1))
    left = left_out(problem, a_round())
    assert left.reason is UnservedReason.NO_SKILLED_VEHICLE
    waived = Relaxation(kind=RelaxationKind.SKILL_WAIVED, vehicle=0, cost=2 * 1600)
    assert left.relaxations == (waived,)


def test_what_was_long_on_board_rides_longer_and_no_later_window_helps() -> None:
    problem = on_the_road(a_shipment(0, 4, longest_ride_s=HOUR))
    left = left_out(problem, a_round())
    assert left.reason is UnservedReason.RIDE_TOO_LONG
    assert kinds(left) == {RelaxationKind.LONGER_RIDE: (1800, 4 * 1600)}


@pytest.mark.parametrize(("closes", "another"), [(9 * HOUR, True), (9 * HOUR - 1, False)])
def test_another_bike_does_not_set_out_in_the_past(closes: int, another: bool) -> None:
    road = on_the_road(a_shipment(0, 3), cost_use=7)
    shop = a_shipment(a_task(0, 0, closes), 1)
    shipments, vehicles = (*road.shipments, shop), road.vehicles[:1]
    problem = replace(road, shipments=shipments, vehicles=vehicles, deliveries=())
    left = left_out(problem, a_round((0, 1)))
    # The bike itself is free at nine, twenty minutes from the shop.
    expected = {RelaxationKind.LATER: (1800, 4 * 1600)}
    if another:
        expected[RelaxationKind.ANOTHER_ROUND] = (0, 2 * 1600 + 7)
    assert kinds(left) == expected


def test_without_vehicles_nobody_is_skilled() -> None:
    found = unserved(a_problem([a_shipment(1, 2)], []), None, ())
    assert [left.reason for left in found] == [UnservedReason.NO_SKILLED_VEHICLE]


def test_a_full_plan_leaves_nothing_to_explain() -> None:
    problem = a_problem([a_shipment(1, 2)])
    assert unserved(problem, tables_of(problem), [a_round((0, 0), (0, 1))]) == ()


def test_the_dearest_to_leave_are_told_what_would_mend_them() -> None:
    shipments = [a_shipment(0, a_task(4, 0, 2000), penalty=place) for place in range(60)]
    problem = a_problem(shipments)
    found = unserved(problem, tables_of(problem), ())
    assert {left.reason for left in found} == {UnservedReason.OUT_OF_REACH}
    mended_ones = [left.delivery for left in found if left.relaxations]
    assert mended_ones == list(range(60 - MOST_MENDED, 60))


def test_explaining_changes_no_table() -> None:
    problem = a_town(3)
    flat = tables_of(problem)
    before = [table.copy() for table in flat]
    rounds = solve(problem, iterations=100, seed=3).rounds
    first = unserved(problem, flat, rounds)
    assert all((table == kept).all() for table, kept in zip(flat, before, strict=True))
    assert unserved(problem, flat, rounds) == first
