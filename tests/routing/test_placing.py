"""A shipment put into a round by hand: the cheapest place, else the one that breaks least."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.fault import FaultCode
from routing.placing import Placing, without
from routing.problem import Problem
from routing.round import Round, Visit
from routing.schedule import schedule
from routing.shipment import Shipment
from routing.sight import NEVER
from routing.solution import Solution, cost, faults
from routing.vehicle import OnBoard, Underway, Vehicle
from tests.routing.random_towns import a_small_town
from tests.routing.test_insertion import ELSEWHERE, cost_if_sound, every_insertion
from tests.routing.towns import (
    HOUR,
    a_problem,
    a_random_problem,
    a_shipment,
    a_street,
    a_task,
    a_vehicle,
)

HOME = Round(vehicle=0, visits=())

#: What a hand may break.
BREACHES = {
    FaultCode.TOO_LATE,
    FaultCode.WORKING_PERIOD,
    FaultCode.RIDE_TOO_LONG,
    FaultCode.OVERLOADED,
    FaultCode.SKILL_LACKING,
}


def filled(problem: Problem, *shipments: int) -> Round:
    round_ = HOME
    placing = Placing(problem)
    for shipment in shipments:
        round_ = placing.place(round_, shipment)
    return round_


def codes(problem: Problem, round_: Round) -> set[FaultCode]:
    total = cost(problem, [round_], [])
    found = faults(problem, Solution(rounds=(round_,), unserved=(), cost=total))
    return {fault.code for fault in found} - {FaultCode.DELIVERY_MISSING}


def a_bike_on_the_road(*on_board: OnBoard) -> Vehicle:
    """Return a bike that is at place 0 at eight, with goods from before."""
    past = Underway(place=0, free_s=8 * HOUR, departed_s=7 * HOUR, on_board=on_board)
    return a_vehicle(underway=past)


def from_two_shops(amount: int, closes: int = 24 * HOUR) -> Shipment:
    """Return so much from each of places 1 and 2, for door 3."""
    one = a_shipment(1, a_task(3, closes=closes))
    shops = (a_task(1), a_task(2))
    return replace(one, pickups=shops, amounts=((amount,), (amount,)))


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_where_there_is_a_sound_place_the_cheapest_is_taken(seed: int) -> None:
    problem = a_random_problem(seed, shipments=5, pickups=1)
    placing = Placing(problem)
    round_ = HOME
    for shipment in range(5):
        best = min(cost_if_sound(problem, each) for each in every_insertion(round_, shipment))
        placed = placing.place(round_, shipment)
        if best < NEVER:
            assert cost_if_sound(problem, placed) == best
            round_ = placed


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_whatever_breaks_every_task_is_there_once_and_in_order(seed: int) -> None:
    problem = a_random_problem(seed, shipments=6, pickups=3)
    round_ = filled(problem, *range(6))
    assert codes(problem, round_) <= BREACHES
    assert len(round_.visits) == sum(len(each.tasks) for each in problem.shipments)


def test_what_is_taken_out_and_put_back_costs_what_it_cost() -> None:
    problem = a_problem([a_shipment(1, 3), a_shipment(2, 4), a_shipment(3, 1)], setup_s=60)
    before = filled(problem, 0, 1, 2)
    after = Placing(problem).place(without(before, 1), 1)
    assert cost(problem, [after], []) == cost(problem, [before], [])


def test_the_others_keep_their_order() -> None:
    problem = a_problem([a_shipment(0, 2), a_shipment(0, 4), a_shipment(0, 1)])
    before = filled(problem, 0, 1)
    after = filled(problem, 0, 1, 2)
    assert without(after, 2) == before


def test_a_door_that_closes_too_early_is_missed_by_as_little_as_can_be() -> None:
    """Ten minutes a place: door 2 by 0:20 and door 3 by 0:25 cannot both be, whoever is first."""
    problem = a_problem(
        [
            a_shipment(0, a_task(2, 0, 1200)),
            a_shipment(0, a_task(3, 0, 1500)),
        ]
    )
    round_ = filled(problem, 0, 1)
    assert codes(problem, round_) == {FaultCode.TOO_LATE}
    late = [
        visit.start_s - 1500
        for visit in schedule(problem, round_).visits
        if visit.visit == Visit(shipment=1, task=1)
    ]
    assert late == [300]


def test_a_few_minutes_late_is_better_than_an_overloaded_vehicle() -> None:
    """Both fit one after the other, the second ten minutes late; together they are too heavy."""
    problem = a_problem(
        [
            a_shipment(0, a_task(1, 0, HOUR), amounts=((6,),)),
            a_shipment(0, a_task(1, 0, 1200), amounts=((6,),)),
        ]
    )
    round_ = filled(problem, 0, 1)
    assert FaultCode.OVERLOADED not in codes(problem, round_)


def test_goods_no_vehicle_holds_are_placed_all_the_same() -> None:
    problem = a_problem([a_shipment(0, 1, amounts=((11,),))])
    assert codes(problem, filled(problem, 0)) == {FaultCode.OVERLOADED}


def test_a_round_that_was_broken_already_takes_more() -> None:
    problem = a_problem(
        [a_shipment(0, a_task(2, 0, 60)), a_shipment(0, 3)], [a_vehicle()], a_street()
    )
    broken = filled(problem, 0)
    assert codes(problem, broken) == {FaultCode.TOO_LATE}
    assert len(Placing(problem).place(broken, 1).visits) == 4


def test_a_bike_on_the_road_fetches_only_what_it_has_not_yet() -> None:
    half = OnBoard(shipment=0, left_s=(7 * HOUR, None))
    shipments = [from_two_shops(2), a_shipment(0, 4)]
    problem = a_problem(shipments, [a_bike_on_the_road(half)])
    round_ = filled(problem, 0, 1)
    assert codes(problem, round_) == set()
    assert {(visit.shipment, visit.task) for visit in round_.visits} == {
        (0, 1),
        (0, 2),
        (1, 0),
        (1, 1),
    }


def test_goods_on_board_go_to_a_door_that_has_closed_all_the_same() -> None:
    parcel = OnBoard(shipment=0, left_s=(7 * HOUR,))
    late = a_shipment(1, a_task(3, closes=8 * HOUR))
    problem = a_problem([late, a_shipment(4, 2)], [a_bike_on_the_road(parcel)])
    round_ = filled(problem, 0, 1)
    assert codes(problem, round_) == {FaultCode.TOO_LATE}
    assert round_.visits[0] == Visit(shipment=0, task=1)


def test_goods_half_fetched_are_brought_late_and_whole() -> None:
    half = OnBoard(shipment=0, left_s=(7 * HOUR, None))
    shipments = [from_two_shops(2, closes=8 * HOUR), a_shipment(3, 4)]
    problem = a_problem(shipments, [a_bike_on_the_road(half)])
    round_ = filled(problem, 0, 1)
    assert codes(problem, round_) == {FaultCode.TOO_LATE}
    assert [visit.task for visit in round_.visits if visit.shipment == 0] == [1, 2]


def test_a_full_bike_unloads_before_it_fetches_more() -> None:
    """Nothing is in time: to be at the shop first would be less late, but overload the bike."""
    parcel = OnBoard(shipment=0, left_s=(7 * HOUR,))
    bulky = a_shipment(1, 2, amounts=((6,),))
    shop = a_task(1, closes=8 * HOUR)
    problem = a_problem([bulky, replace(bulky, pickups=(shop,))], [a_bike_on_the_road(parcel)])
    round_ = filled(problem, 0, 1)
    assert codes(problem, round_) == {FaultCode.TOO_LATE}


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_whatever_a_vehicle_did_before_the_rest_is_placed_once_and_in_order(seed: int) -> None:
    problem = a_small_town(seed)
    placing = Placing(problem)
    parcels = {
        parcel.shipment: (index, parcel.left_s)
        for index, vehicle in enumerate(problem.vehicles)
        if vehicle.underway is not None
        for parcel in vehicle.underway.on_board
    }
    for vehicle in range(len(problem.vehicles)):
        round_, left = Round(vehicle=vehicle, visits=()), 0
        for index, shipment in enumerate(problem.shipments):
            whose, left_s = parcels.get(index, (vehicle, ()))
            if whose == vehicle:
                round_ = placing.place(round_, index)
                left += len(shipment.tasks) - sum(each is not None for each in left_s)
        assert len(round_.visits) == left
        assert left == 0 or codes(problem, round_) <= {*ELSEWHERE, *BREACHES}
