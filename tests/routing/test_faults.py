"""The referee catches every kind of breach, each made by spoiling a good plan."""

from dataclasses import replace

import pytest

from routing.fault import Fault, FaultCode
from routing.problem import Problem
from routing.solution import Round, Solution, Unserved, UnservedReason, Visit, cost, faults
from tests.routing.towns import HOUR, a_problem, a_shipment, a_task, a_vehicle


def visits(*pairs: tuple[int, int]) -> tuple[Visit, ...]:
    return tuple(Visit(shipment=shipment, task=task) for shipment, task in pairs)


def a_plan(problem: Problem, *rounds: tuple[tuple[int, int], ...]) -> Solution:
    driven = tuple(
        Round(vehicle=vehicle, visits=visits(*pairs)) for vehicle, pairs in enumerate(rounds)
    )
    return Solution(rounds=driven, unserved=(), cost=cost(problem, driven, ()))


def codes(problem: Problem, solution: Solution) -> set[FaultCode]:
    found = faults(problem, solution)
    assert all(isinstance(fault, Fault) and fault.text for fault in found)
    return {fault.code for fault in found}


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
    assert codes(problem, spoilt) == {FaultCode.OUT_OF_RANGE}


@pytest.mark.parametrize("pair", [(2, 0), (-1, 0), (0, 2), (0, -1)])
def test_a_task_that_does_not_exist(problem: Problem, pair: tuple[int, int]) -> None:
    spoilt = Solution(rounds=(Round(vehicle=0, visits=visits(pair)),), unserved=(), cost=0)
    assert codes(problem, spoilt) == {FaultCode.OUT_OF_RANGE}


def test_an_unserved_shipment_that_does_not_exist(problem: Problem, plan: Solution) -> None:
    left = Unserved(shipment=7, reason=UnservedReason.NO_ROOM)
    assert codes(problem, replace(plan, unserved=(left,))) == {FaultCode.OUT_OF_RANGE}


def test_one_vehicle_cannot_drive_two_rounds(problem: Problem) -> None:
    plan = a_plan(problem, ((0, 0), (0, 1)), ((1, 0), (1, 1)))
    assert faults(problem, plan) == ()
    spoilt = replace(plan, rounds=tuple(replace(round_, vehicle=0) for round_ in plan.rounds))
    assert codes(problem, spoilt) == {FaultCode.VEHICLE_TWICE}


def test_a_round_that_visits_nothing(problem: Problem, plan: Solution) -> None:
    rounds = (*plan.rounds, Round(vehicle=1, visits=()))
    spoilt = replace(plan, rounds=rounds, cost=cost(problem, rounds, ()))
    assert codes(problem, spoilt) == {FaultCode.EMPTY_ROUND}


def test_a_task_visited_twice(problem: Problem) -> None:
    spoilt = a_plan(problem, ((0, 0), (1, 0), (1, 0), (0, 1), (1, 1)))
    assert codes(problem, spoilt) == {FaultCode.TASK_TWICE}


def test_a_shipment_picked_up_by_one_vehicle_and_dropped_by_another(problem: Problem) -> None:
    spoilt = a_plan(problem, ((0, 0), (1, 0), (1, 1)), ((0, 1),))
    assert codes(problem, spoilt) == {FaultCode.SPLIT}


def test_a_shipment_never_dropped(problem: Problem) -> None:
    spoilt = a_plan(problem, ((0, 0), (0, 1), (1, 0)))
    assert codes(problem, spoilt) == {FaultCode.TASK_MISSING}


def test_a_forgotten_shipment(problem: Problem) -> None:
    spoilt = a_plan(problem, ((0, 0), (0, 1)))
    assert codes(problem, spoilt) == {FaultCode.SHIPMENT_MISSING}


def test_a_shipment_both_served_and_unserved(problem: Problem, plan: Solution) -> None:
    left = (Unserved(shipment=1, reason=UnservedReason.NO_ROOM),)
    spoilt = replace(plan, unserved=left, cost=cost(problem, plan.rounds, left))
    assert codes(problem, spoilt) == {FaultCode.SERVED_AND_UNSERVED}


def test_a_shipment_unserved_twice(problem: Problem) -> None:
    plan = a_plan(problem, ((0, 0), (0, 1)))
    left = (Unserved(shipment=1, reason=UnservedReason.NO_ROOM),) * 2
    spoilt = replace(plan, unserved=left, cost=cost(problem, plan.rounds, left))
    assert codes(problem, spoilt) == {FaultCode.UNSERVED_TWICE}


def test_a_dropoff_before_its_pickup(problem: Problem) -> None:
    spoilt = a_plan(problem, ((0, 1), (0, 0), (1, 0), (1, 1)))
    assert codes(problem, spoilt) == {FaultCode.DROPOFF_FIRST}


def test_two_parcels_in_a_bag_for_one() -> None:
    problem = a_problem([a_shipment(1, 3), a_shipment(2, 4)], [a_vehicle(capacity=(1,))])
    assert faults(problem, a_plan(problem, ((0, 0), (0, 1), (1, 0), (1, 1)))) == ()
    spoilt = a_plan(problem, ((0, 0), (1, 0), (0, 1), (1, 1)))
    assert codes(problem, spoilt) == {FaultCode.OVERLOADED}


def test_a_shop_reached_after_it_closed() -> None:
    problem = a_problem([a_shipment(a_task(2, 0, 1199), 3)])
    assert codes(problem, a_plan(problem, ((0, 0), (0, 1)))) == {FaultCode.TOO_LATE}


def test_set_up_makes_a_visit_late() -> None:
    shipment = a_shipment(a_task(2, 0, 1200), 3)
    on_time = a_problem([shipment])
    assert faults(on_time, a_plan(on_time, ((0, 0), (0, 1)))) == ()
    problem = a_problem([shipment], setup_s=1)
    assert codes(problem, a_plan(problem, ((0, 0), (0, 1)))) == {FaultCode.TOO_LATE}


def test_a_vehicle_back_after_its_working_period() -> None:
    problem = a_problem([a_shipment(1, 2)], [a_vehicle(latest_s=2399)])
    assert codes(problem, a_plan(problem, ((0, 0), (0, 1)))) == {FaultCode.WORKING_PERIOD}


def test_cold_goods_taken_the_long_way() -> None:
    cold = a_shipment(1, 2, longest_ride_s=1200)
    problem = a_problem([cold, a_shipment(1, 3)])
    assert faults(problem, a_plan(problem, ((0, 0), (1, 0), (0, 1), (1, 1)))) == ()
    spoilt = a_plan(problem, ((0, 0), (1, 0), (1, 1), (0, 1)))
    assert codes(problem, spoilt) == {FaultCode.RIDE_TOO_LONG}


def test_cold_goods_that_windows_keep_on_board() -> None:
    late = a_task(2, 9 * HOUR, 9 * HOUR)
    problem = a_problem([a_shipment(a_task(1, 8 * HOUR, 8 * HOUR), late, longest_ride_s=3599)])
    assert codes(problem, a_plan(problem, ((0, 0), (0, 1)))) == {FaultCode.RIDE_TOO_LONG}
    problem = a_problem([a_shipment(a_task(1, 8 * HOUR, 8 * HOUR), late, longest_ride_s=3600)])
    assert faults(problem, a_plan(problem, ((0, 0), (0, 1)))) == ()


def test_a_vehicle_without_the_skill() -> None:
    problem = a_problem([a_shipment(1, 2, skills=2)], [a_vehicle(skills=1)])
    assert codes(problem, a_plan(problem, ((0, 0), (0, 1)))) == {FaultCode.SKILL_LACKING}


def test_a_cost_that_is_a_millicent_off(problem: Problem, plan: Solution) -> None:
    assert codes(problem, replace(plan, cost=plan.cost + 1)) == {FaultCode.WRONG_COST}


def test_penalties_count() -> None:
    problem = a_problem([a_shipment(1, 3, penalty=77)])
    left = (Unserved(shipment=0, reason=UnservedReason.NO_ROOM),)
    assert faults(problem, Solution(rounds=(), unserved=left, cost=77)) == ()
    assert codes(problem, Solution(rounds=(), unserved=left, cost=0)) == {FaultCode.WRONG_COST}
