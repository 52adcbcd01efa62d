"""The referee catches every kind of breach, each made by spoiling a good plan."""

from dataclasses import replace

import pytest

from routing.fault import FaultCode
from routing.problem import Problem
from routing.round import Round
from routing.shipment import Delivery, Shipment
from routing.solution import Relaxation, RelaxationKind, Solution, faults
from tests.routing.plans import a_plan, assert_caught, assert_sound, left, visits
from tests.routing.towns import a_problem, a_shipment, a_task, a_vehicle


@pytest.fixture
def problem() -> Problem:
    """Two vehicles and two shipments on a street of five places ten minutes apart."""
    return a_problem([a_shipment(1, 3), a_shipment(2, 4)], [a_vehicle(), a_vehicle()])


@pytest.fixture
def plan(problem: Problem) -> Solution:
    return a_plan(problem, ((0, 0), (1, 0), (0, 1), (1, 1)))


def test_a_sound_plan_has_no_fault(problem: Problem, plan: Solution) -> None:
    assert faults(problem, plan) == ()
    assert plan.cost == 8 * 600 + 8 * 1000


@pytest.mark.parametrize("vehicle", [-1, 2])
def test_a_vehicle_that_does_not_exist(problem: Problem, plan: Solution, vehicle: int) -> None:
    spoilt = replace(plan, rounds=(replace(plan.rounds[0], vehicle=vehicle),))
    words = f"there is no vehicle {vehicle}"
    assert_caught(problem, spoilt, FaultCode.OUT_OF_RANGE, words)


@pytest.mark.parametrize("pair", [(2, 0), (-1, 0), (0, 2), (0, -1)])
def test_a_task_that_does_not_exist(problem: Problem, pair: tuple[int, int]) -> None:
    spoilt = Solution(rounds=(Round(vehicle=0, visits=visits(pair)),), unserved=(), cost=0)
    words = f"there is no task {pair[1]} of shipment {pair[0]}"
    assert_caught(problem, spoilt, FaultCode.OUT_OF_RANGE, words)


@pytest.mark.parametrize("delivery", [-1, 2])
def test_an_unserved_delivery_that_does_not_exist(
    problem: Problem, plan: Solution, delivery: int
) -> None:
    spoilt = replace(plan, unserved=(left(delivery),))
    words = f"no delivery {delivery} to leave unserved"
    assert_caught(problem, spoilt, FaultCode.OUT_OF_RANGE, words)


def test_a_way_to_mend_with_a_vehicle_that_does_not_exist(problem: Problem) -> None:
    plan = a_plan(problem, ((0, 0), (0, 1)), unserved=[1])
    mending = Relaxation(kind=RelaxationKind.LATER, vehicle=2, cost=5, seconds=60)
    spoilt = replace(plan, unserved=(replace(plan.unserved[0], relaxations=(mending,)),))
    words = "no vehicle 2 to mend delivery 1 with"
    assert_caught(problem, spoilt, FaultCode.OUT_OF_RANGE, words)


def test_one_vehicle_cannot_drive_two_rounds(problem: Problem) -> None:
    plan = a_plan(problem, ((0, 0), (0, 1)), ((1, 0), (1, 1)))
    assert faults(problem, plan) == ()
    spoilt = replace(plan, rounds=tuple(replace(round_, vehicle=0) for round_ in plan.rounds))
    assert_caught(problem, spoilt, FaultCode.VEHICLE_TWICE, "vehicle 0 drives 2 rounds")


def test_a_round_that_visits_nothing(problem: Problem) -> None:
    spoilt = a_plan(problem, ((0, 0), (1, 0), (0, 1), (1, 1)), ())
    assert_caught(problem, spoilt, FaultCode.EMPTY_ROUND, "round 1 visits nothing")


def test_a_task_visited_twice(problem: Problem) -> None:
    spoilt = a_plan(problem, ((0, 0), (1, 0), (1, 0), (0, 1), (1, 1)))
    words = "task 0 of shipment 1 is visited 2 times"
    assert_caught(problem, spoilt, FaultCode.TASK_TWICE, words)


def test_a_shipment_picked_up_by_one_vehicle_and_dropped_by_another(problem: Problem) -> None:
    spoilt = a_plan(problem, ((0, 0), (1, 0), (1, 1)), ((0, 1),))
    words = "shipment 0 is spread over rounds [0, 1]"
    assert_caught(problem, spoilt, FaultCode.SPLIT, words)


@pytest.mark.parametrize("task", [0, 1])
def test_a_shipment_served_in_part(problem: Problem, task: int) -> None:
    spoilt = a_plan(problem, ((0, 0), (0, 1), (1, 1 - task)))
    words = f"shipment 1 is served without its task {task}"
    assert_caught(problem, spoilt, FaultCode.TASK_MISSING, words)


def test_a_forgotten_delivery(problem: Problem) -> None:
    spoilt = a_plan(problem, ((0, 0), (0, 1)))
    words = "delivery 1 is neither served nor listed as unserved"
    assert_caught(problem, spoilt, FaultCode.DELIVERY_MISSING, words)


def test_a_delivery_both_served_and_unserved(problem: Problem) -> None:
    spoilt = a_plan(problem, ((0, 0), (1, 0), (0, 1), (1, 1)), unserved=[1])
    words = "delivery 1 is served and listed as unserved"
    assert_caught(problem, spoilt, FaultCode.SERVED_AND_UNSERVED, words)


def test_a_delivery_unserved_twice(problem: Problem) -> None:
    spoilt = a_plan(problem, ((0, 0), (0, 1)), unserved=[1, 1])
    words = "delivery 1 is listed as unserved 2 times"
    assert_caught(problem, spoilt, FaultCode.UNSERVED_TWICE, words)


def test_a_dropoff_before_its_pickup(problem: Problem) -> None:
    spoilt = a_plan(problem, ((0, 1), (0, 0), (1, 0), (1, 1)))
    words = "shipment 0 is dropped before its task 0"
    assert_caught(problem, spoilt, FaultCode.DROPOFF_FIRST, words)


def test_a_dropoff_before_one_of_two_pickups() -> None:
    two = Shipment(pickups=(a_task(1), a_task(2)), amounts=((1,), (1,)), dropoff=a_task(3))
    problem = a_problem([two])
    assert_sound(problem, ((0, 1), (0, 0), (0, 2)))
    spoilt = a_plan(problem, ((0, 0), (0, 2), (0, 1)))
    words = "shipment 0 is dropped before its task 1"
    assert_caught(problem, spoilt, FaultCode.DROPOFF_FIRST, words)


def test_two_parcels_in_a_bag_for_one() -> None:
    small, large = (a_shipment(1, 3, amounts=((3, each),)) for each in (1, 2))
    problem = a_problem([small, large], [a_vehicle(capacity=(9, 2))])
    assert_sound(problem, ((0, 0), (0, 1), (1, 0), (1, 1)))
    spoilt = a_plan(problem, ((0, 0), (1, 0), (0, 1), (1, 1)))
    words = "(6, 3) is on board of vehicle 0, which holds (9, 2)"
    assert_caught(problem, spoilt, FaultCode.OVERLOADED, words)


def test_a_vehicle_without_the_skill() -> None:
    problem = a_problem([a_shipment(1, 2, skills=3)], [a_vehicle(skills=1)])
    spoilt = a_plan(problem, ((0, 0), (0, 1)))
    assert_caught(problem, spoilt, FaultCode.SKILL_LACKING, "vehicle 0 lacks skills 0b10")


def test_a_cost_that_is_a_millicent_off(problem: Problem, plan: Solution) -> None:
    spoilt = replace(plan, cost=plan.cost + 1)
    words = f"cost is given as {plan.cost + 1}, replaying comes to {plan.cost}"
    assert_caught(problem, spoilt, FaultCode.WRONG_COST, words)


def test_penalties_count() -> None:
    problem = a_problem([a_shipment(1, 3, penalty=77)])
    plan = Solution(rounds=(), unserved=(left(0),), cost=77)
    assert faults(problem, plan) == ()
    words = "cost is given as 0, replaying comes to 77"
    assert_caught(problem, replace(plan, cost=0), FaultCode.WRONG_COST, words)


@pytest.fixture
def choice() -> Problem:
    """One delivery straight from the shop, or to the hub at place 2 and from there to the door."""
    shipments = [a_shipment(1, 4), a_shipment(1, 2), a_shipment(2, 4)]
    offered = Delivery(options=((0,), (1, 2)), penalty=99)
    return replace(a_problem(shipments, [a_vehicle(), a_vehicle()]), deliveries=(offered,))


def test_any_one_option_serves_a_delivery(choice: Problem) -> None:
    assert_sound(choice, ((0, 0), (0, 1)))
    assert_sound(choice, ((1, 0), (1, 1), (2, 0), (2, 1)))
    assert_sound(choice, ((1, 0), (1, 1)), ((2, 0), (2, 1)))


def test_an_unserved_delivery_costs_its_own_penalty_once(choice: Problem) -> None:
    assert_sound(choice, unserved=[0])
    assert a_plan(choice, unserved=[0]).cost == 99


def test_a_delivery_served_by_two_of_its_options(choice: Problem) -> None:
    spoilt = a_plan(choice, ((0, 0), (0, 1)), ((1, 0), (1, 1), (2, 0), (2, 1)))
    words = "delivery 0 is served by options [0, 1], and needs one"
    assert_caught(choice, spoilt, FaultCode.SECOND_OPTION, words)


@pytest.mark.parametrize("shipment", [1, 2])
def test_an_option_served_in_part(choice: Problem, shipment: int) -> None:
    spoilt = a_plan(choice, ((shipment, 0), (shipment, 1)))
    words = f"option 1 of delivery 0 is served without its shipments [{3 - shipment}]"
    assert_caught(choice, spoilt, FaultCode.SHIPMENT_MISSING, words)


def test_a_part_of_a_second_option_is_one_too_many(choice: Problem) -> None:
    spoilt = a_plan(choice, ((0, 0), (0, 1)), ((2, 0), (2, 1)))
    codes = {fault.code for fault in faults(choice, spoilt)}
    assert codes == {FaultCode.SECOND_OPTION, FaultCode.SHIPMENT_MISSING}


def test_deliveries_are_told_by_their_own_numbers(problem: Problem) -> None:
    crossed = (Delivery(options=((1,),), penalty=1), Delivery(options=((0,),), penalty=2))
    crossing = replace(problem, deliveries=crossed)
    assert_sound(crossing, ((0, 0), (0, 1)), unserved=[0])
    spoilt = a_plan(crossing, ((0, 0), (0, 1)), unserved=[1])
    assert {fault.text for fault in faults(crossing, spoilt)} == {
        "delivery 0 is neither served nor listed as unserved",
        "delivery 1 is served and listed as unserved",
    }
