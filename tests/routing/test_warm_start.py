"""Plans taken up again: kept where they hold, relieved where they do not, never made worse."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.problem import Problem
from routing.round import Round, Visit
from routing.shipment import Delivery
from routing.solution import faults
from routing.solver import solve
from routing.vehicle import OnBoard, Underway
from tests.routing.random_towns import a_town
from tests.routing.towns import HOUR, a_problem, a_shipment, a_task, a_vehicle

#: Too few turns to find anything: what is there comes from the start.
GLANCE = 1


def a_round(vehicle: int, *visits: tuple[int, int]) -> Round:
    return Round(
        vehicle=vehicle, visits=tuple(Visit(shipment=each, task=task) for each, task in visits)
    )


def served(problem: Problem, *rounds: Round, iterations: int = GLANCE) -> list[int]:
    solution = solve(problem, iterations=iterations, start=rounds)
    assert faults(problem, solution) == ()
    left = {each.delivery for each in solution.unserved}
    return [each for each in range(len(problem.deliveries)) if each not in left]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_plan_taken_up_again_is_never_made_dearer(seed: int) -> None:
    problem = a_town(seed)
    first = solve(problem, iterations=40, seed=seed)
    second = solve(problem, iterations=GLANCE, seed=seed + 1, start=first.rounds)
    assert faults(problem, second) == ()
    assert second.cost <= first.cost


def test_the_rest_of_the_day_is_planned_around_what_is_kept() -> None:
    problem = a_problem([a_shipment(1, 2), a_shipment(3, 4)])
    solution = solve(problem, iterations=50, start=[a_round(0, (0, 0), (0, 1))])
    assert solution.unserved == ()
    assert solution.cost == 8 * (600 + 1000)


def test_what_its_shop_hands_over_too_late_today_leaves_the_round() -> None:
    problem = a_problem(
        [a_shipment(1, 2), a_shipment(a_task(3, 23 * HOUR), a_task(4, 0, 23 * HOUR + 600))]
    )
    late = a_round(0, (1, 0), (0, 0), (1, 1), (0, 1))
    assert served(problem, late) == [0, 1]
    gone = replace(problem.shipments[1], dropoff=a_task(4, 0, HOUR))
    problem = replace(problem, shipments=(problem.shipments[0], gone))
    assert served(problem, late) == [0]


def test_both_shipments_of_a_delivery_leave_where_one_has_to() -> None:
    shipments = [a_shipment(1, 2), a_shipment(a_task(3, 2 * HOUR), a_task(2, 0, HOUR))]
    problem = replace(a_problem(shipments), deliveries=(Delivery(options=((0, 1),), penalty=10),))
    assert served(problem, a_round(0, (0, 0), (0, 1), (1, 0), (1, 1))) == []


def test_half_a_delivery_is_not_kept() -> None:
    problem = replace(
        a_problem([a_shipment(1, 2), a_shipment(3, 2)]),
        deliveries=(Delivery(options=((0, 1),), penalty=10),),
    )
    assert served(problem, a_round(0, (0, 0), (0, 1))) == []


@pytest.mark.parametrize(
    "visits", [((0, 0),), ((0, 1),), ((0, 1), (0, 0))], ids=["fetched only", "brought only", "back"]
)
def test_a_shipment_that_is_not_whole_and_in_order_is_not_kept(
    visits: tuple[tuple[int, int], ...],
) -> None:
    assert served(a_problem([a_shipment(1, 2, penalty=10)]), a_round(0, *visits)) == []


def test_a_vehicle_that_lost_its_cold_box_gives_chilled_goods_back() -> None:
    shipments = [a_shipment(1, 2, skills=1), a_shipment(1, 2)]
    fleet = [a_vehicle(skills=0), a_vehicle(latest_s=0)]
    visits = ((0, 0), (1, 0), (0, 1), (1, 1))
    assert served(a_problem(shipments, fleet), a_round(0, *visits)) == [1]


def test_what_is_on_board_stays_there() -> None:
    past = Underway(
        place=1,
        free_s=HOUR,
        departed_s=0,
        on_board=(OnBoard(shipment=0, left_s=(HOUR,)),),
    )
    problem = a_problem([a_shipment(1, 2)], [a_vehicle(underway=past), a_vehicle()])
    assert served(problem, a_round(0, (0, 1))) == [0]
    with pytest.raises(ValueError, match="task 0 of shipment 0 is unknown, given twice or past"):
        served(problem, a_round(0, (0, 0), (0, 1)))


@pytest.mark.parametrize(
    ("rounds", "wrong"),
    [
        ((a_round(0, (7, 0)),), "task 0 of shipment 7"),
        ((a_round(0, (0, 0), (0, 0)),), "task 0 of shipment 0"),
        ((a_round(3),), "vehicle 3 is unknown"),
        ((a_round(0), a_round(0)), "vehicle 0 is unknown or has two rounds"),
    ],
)
def test_a_start_that_is_none_of_this_problem_is_refused(
    rounds: tuple[Round, ...], wrong: str
) -> None:
    with pytest.raises(ValueError, match=wrong):
        solve(a_problem([a_shipment(1, 2)]), iterations=GLANCE, start=rounds)
