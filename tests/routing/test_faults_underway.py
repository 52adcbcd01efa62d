"""The referee knows what a vehicle on the road has done, and what it must still do."""

from dataclasses import replace

import pytest

from routing.fault import FaultCode
from routing.problem import Problem
from routing.vehicle import OnBoard, Underway, Vehicle
from tests.routing.plans import a_plan, assert_caught, assert_sound
from tests.routing.towns import a_problem, a_shipment, a_task, a_vehicle


def on_the_road(*on_board: OnBoard, **changes: object) -> Vehicle:
    """A vehicle that left at 0, fetched something at place 1, and is free at place 2 from 1200."""
    past = Underway(place=2, free_s=1200, departed_s=0, driven_m=2000, on_board=on_board)
    return a_vehicle(underway=past, **changes)


@pytest.fixture
def day() -> Problem:
    """A parcel for place 3 rides in vehicle 0 since 600; another waits at place 2 for place 4."""
    rider = on_the_road(OnBoard(shipment=0, left_s=(600,)))
    return a_problem([a_shipment(1, 3), a_shipment(2, 4)], [rider, a_vehicle()])


def test_a_vehicle_under_way_goes_on_and_comes_back(day: Problem) -> None:
    assert_sound(day, ((0, 1), (1, 0), (1, 1)))
    assert_sound(day, ((0, 1),), ((1, 0), (1, 1)))
    assert_sound(day, (), unserved=[0, 1])


def test_what_a_vehicle_did_before_is_paid_for_too(day: Problem) -> None:
    plan = a_plan(day, ((0, 1), (1, 0), (1, 1)))
    assert plan.cost == (1200 + 8 * 600) + (2000 + 8 * 1000)
    words = f"replaying comes to {plan.cost}"
    for forgotten in (1200, 2000):
        spoilt = replace(plan, cost=plan.cost - forgotten)
        assert_caught(day, spoilt, FaultCode.WRONG_COST, words)


def test_a_vehicle_under_way_left_on_the_road(day: Problem) -> None:
    spoilt = a_plan(day, None, ((1, 0), (1, 1)), unserved=[0])
    words = "vehicle 0 is under way and has no round to come back by"
    assert_caught(day, spoilt, FaultCode.NO_WAY_BACK, words)


def test_a_pickup_done_again(day: Problem) -> None:
    spoilt = a_plan(day, ((0, 0), (0, 1)), ((1, 0), (1, 1)))
    words = "task 0 of shipment 0 was done at 600"
    assert_caught(day, spoilt, FaultCode.ALREADY_DONE, words)


def test_a_parcel_on_board_of_one_vehicle_dropped_by_another(day: Problem) -> None:
    spoilt = a_plan(day, (), ((0, 1), (1, 0), (1, 1)))
    words = "shipment 0 is on board of vehicle 0, not of vehicle 1"
    assert_caught(day, spoilt, FaultCode.WRONG_VEHICLE, words)


def test_a_parcel_on_board_that_is_forgotten(day: Problem) -> None:
    spoilt = a_plan(day, ((1, 0), (1, 1)))
    words = "delivery 0 is neither served nor listed as unserved"
    assert_caught(day, spoilt, FaultCode.DELIVERY_MISSING, words)


def test_what_is_on_board_already_takes_room() -> None:
    rider = on_the_road(OnBoard(shipment=0, left_s=(600,)), capacity=(1,))
    problem = a_problem([a_shipment(1, 3), a_shipment(2, 4)], [rider])
    assert_sound(problem, ((0, 1), (1, 0), (1, 1)))
    words = "(2,) is on board of vehicle 0, which holds (1,)"
    spoilt = a_plan(problem, ((1, 0), (0, 1), (1, 1)))
    assert_caught(problem, spoilt, FaultCode.OVERLOADED, words)
    stays_on_board = a_plan(problem, ((1, 0), (1, 1)), unserved=[0])
    assert_caught(problem, stays_on_board, FaultCode.OVERLOADED, words)


def half_fetched(left_s: tuple[int | None, ...], **other: object) -> Problem:
    """A shipment of two shops, at places 1 and 3, for place 4."""
    two = a_shipment(1, 4, **other)
    two = replace(two, pickups=(a_task(1), a_task(3)), amounts=((1,), (2,)))
    return a_problem([two], [on_the_road(OnBoard(shipment=0, left_s=left_s), capacity=(3,))])


def test_a_shipment_fetched_in_part_is_fetched_whole() -> None:
    problem = half_fetched((600, None))
    assert_sound(problem, ((0, 1), (0, 2)))
    spoilt = a_plan(problem, ((0, 2),))
    words = "shipment 0 is served without its task 1"
    assert_caught(problem, spoilt, FaultCode.TASK_MISSING, words)
    spoilt = a_plan(problem, ((0, 2), (0, 1)))
    words = "shipment 0 is dropped before its task 1"
    assert_caught(problem, spoilt, FaultCode.DROPOFF_FIRST, words)


def test_goods_on_board_ride_since_they_were_fetched() -> None:
    """Fetched at 600, they are at place 3 at 1800."""
    rider = on_the_road(OnBoard(shipment=0, left_s=(600,)))
    assert_sound(a_problem([a_shipment(1, 3, longest_ride_s=1200)], [rider]), ((0, 1),))
    problem = a_problem([a_shipment(1, 3, longest_ride_s=1199)], [rider])
    words = "shipment 0 rides longer than 1199 s"
    assert_caught(problem, a_plan(problem, ((0, 1),)), FaultCode.RIDE_TOO_LONG, words)
    assert_sound(problem, (), unserved=[0])


def test_no_waiting_shortens_the_ride_of_goods_on_board() -> None:
    shipment = a_shipment(1, a_task(3, 3000), longest_ride_s=2399)
    problem = a_problem([shipment], [on_the_road(OnBoard(shipment=0, left_s=(600,)))])
    words = "shipment 0 rides longer than 2399 s"
    assert_caught(problem, a_plan(problem, ((0, 1),)), FaultCode.RIDE_TOO_LONG, words)


def test_the_first_parcel_on_board_rides_longest() -> None:
    problem = half_fetched((600, 1200), longest_ride_s=1800)
    assert_sound(problem, ((0, 2),))
    problem = half_fetched((599, 1200), longest_ride_s=1800)
    words = "shipment 0 rides longer than 1800 s"
    assert_caught(problem, a_plan(problem, ((0, 2),)), FaultCode.RIDE_TOO_LONG, words)


def test_waiting_for_a_cold_pickup_lengthens_the_ride_of_goods_on_board() -> None:
    """The door at place 4 opens at 6000, so that its parcel may not be fetched before 4800."""
    cold = a_shipment(2, a_task(4, 6000), longest_ride_s=1200)
    rider = on_the_road(OnBoard(shipment=0, left_s=(600,)))
    problem = a_problem([a_shipment(1, 3, longest_ride_s=4000), cold], [rider])
    assert_sound(problem, ((0, 1), (1, 0), (1, 1)))
    spoilt = a_plan(problem, ((1, 0), (0, 1), (1, 1)))
    words = "shipment 1 rides longer than 1200 s, whatever the waiting"
    assert_caught(problem, spoilt, FaultCode.RIDE_TOO_LONG, words)


def test_nothing_is_reached_before_the_vehicle_is_free() -> None:
    rider = on_the_road(OnBoard(shipment=0, left_s=(600,)))
    problem = a_problem([a_shipment(1, a_task(3, 0, 1799))], [rider])
    words = "service starts at 1800, after 1799"
    assert_caught(problem, a_plan(problem, ((0, 1),)), FaultCode.TOO_LATE, words)


def test_a_vehicle_under_way_is_back_in_its_working_period() -> None:
    rider = on_the_road(OnBoard(shipment=0, left_s=(600,)), latest_s=3599)
    problem = a_problem([a_shipment(1, 3)], [rider])
    words = "vehicle 0 is back at 3600, after 3599"
    assert_caught(problem, a_plan(problem, ((0, 1),)), FaultCode.WORKING_PERIOD, words)
