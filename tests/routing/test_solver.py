"""Plans as a whole: sound, the same for the same seed, and no worse than a hand's."""

import itertools
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.solution import RelaxationKind, UnservedReason, faults
from routing.solver import Progress, solve
from routing.vehicle import Underway
from tests.routing.random_towns import a_town
from tests.routing.towns import (
    HOUR,
    a_problem,
    a_random_problem,
    a_shipment,
    a_street,
    a_task,
    a_vehicle,
)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_plan_passes_the_referee(seed: int) -> None:
    problem = a_random_problem(seed, shipments=12)
    solution = solve(problem, iterations=150, seed=seed)
    assert faults(problem, solution) == ()


@pytest.mark.parametrize("seed", range(5))
def test_the_same_seed_gives_the_same_plan(seed: int) -> None:
    problem = a_random_problem(seed, shipments=30)
    first, second = (solve(problem, iterations=400, seed=seed) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("seed", range(3))
def test_the_same_seed_gives_the_same_plan_on_two_threads(seed: int) -> None:
    problem = a_random_problem(seed, shipments=30)
    first, second = (solve(problem, iterations=400, seed=seed, threads=2) for _ in range(2))
    assert first == second
    assert faults(problem, first) == ()


def test_no_thread_plans_nothing() -> None:
    with pytest.raises(ValueError, match="at least one thread"):
        solve(a_problem([a_shipment(1, 2)]), iterations=1, threads=0)


def test_who_stops_a_search_stops_all_its_threads() -> None:
    def stop(_: Progress) -> None:
        raise KeyboardInterrupt

    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        solve(a_random_problem(1, shipments=20), seconds=2.0, threads=2, progress=stop)
    assert threading.active_count() == before


def test_a_short_street_is_driven_there_and_back() -> None:
    problem = a_problem([a_shipment(1, 3), a_shipment(2, 4), a_shipment(4, 1)])
    solution = solve(problem, iterations=300)
    assert solution.cost == 8 * 600 + 8 * 1000
    assert solution.unserved == ()


def test_one_bike_does_what_two_could() -> None:
    bikes = [a_vehicle(cost_use=1_000_000)] * 2
    solution = solve(a_problem([a_shipment(1, 2), a_shipment(3, 4)], bikes), iterations=200)
    assert len(solution.rounds) == 1


def test_the_cheaper_vehicle_goes() -> None:
    fleet = [a_vehicle(cost_per_m=5), a_vehicle(cost_per_m=1), a_vehicle(cost_per_m=3)]
    solution = solve(a_problem([a_shipment(1, 2)], fleet), iterations=50)
    assert [round_.vehicle for round_ in solution.rounds] == [1]


def test_a_delivery_dearer_than_its_penalty_is_left() -> None:
    solution = solve(a_problem([a_shipment(1, 4, penalty=100)]), iterations=50)
    assert [left.reason for left in solution.unserved] == [UnservedReason.TOO_DEAR]
    assert solution.cost == 100


@pytest.mark.parametrize("seed", range(40))
def test_nothing_a_round_has_room_for_below_its_penalty_is_left(seed: int) -> None:
    problem = a_town(seed)
    for left in solve(problem, iterations=3, seed=seed).unserved:
        delivery = problem.deliveries[left.delivery]
        if all(len(option) == 1 for option in delivery.options):
            more = [each.cost for each in left.relaxations if each.kind is RelaxationKind.PAY_MORE]
            assert min(more, default=delivery.penalty) >= delivery.penalty


def test_a_long_search_puts_rounds_it_saw_together_and_stays_the_same() -> None:
    problem = a_random_problem(2, shipments=4, pickups=1)
    first, second = (solve(problem, iterations=340_000, seed=1, threads=2) for _ in range(2))
    assert faults(problem, first) == ()
    assert first == second


def reasons(shipment: object, **vehicle: object) -> list[UnservedReason]:
    problem = a_problem([shipment], [a_vehicle(**vehicle)])
    solution = solve(problem, iterations=20)
    assert faults(problem, solution) == ()
    return [left.reason for left in solution.unserved]


def test_a_shipment_nobody_is_skilled_for_says_so() -> None:
    assert reasons(a_shipment(1, 2, skills=4), skills=3) == [UnservedReason.NO_SKILLED_VEHICLE]


def test_a_shipment_larger_than_the_bike_says_so() -> None:
    assert reasons(a_shipment(1, 2, amounts=((11,),))) == [UnservedReason.TOO_LARGE]


def test_a_door_out_of_reach_says_so() -> None:
    assert reasons(a_shipment(1, a_task(4, 0, 600))) == [UnservedReason.OUT_OF_REACH]


def test_goods_that_would_ride_too_long_say_so() -> None:
    assert reasons(a_shipment(1, 4, longest_ride_s=1799)) == [UnservedReason.RIDE_TOO_LONG]


def test_a_full_hour_says_so() -> None:
    there, door = a_task(2, HOUR, HOUR), a_task(4, 0, HOUR + 1200)
    far = a_task(0, HOUR, HOUR), a_task(3, 0, 2 * HOUR)
    problem = a_problem([a_shipment(there, door), a_shipment(*far)])
    solution = solve(problem, iterations=50)
    assert [left.reason for left in solution.unserved] == [UnservedReason.NO_ROOM]


def test_no_shipments_no_rounds() -> None:
    solution = solve(a_problem([]), iterations=10)
    assert (solution.rounds, solution.unserved, solution.cost) == ((), (), 0)


def test_a_vehicle_on_the_road_with_nothing_to_do_drives_back() -> None:
    past = Underway(place=2, free_s=HOUR, departed_s=0)
    problem = a_problem([], [a_vehicle(underway=past), a_vehicle()])
    solution = solve(problem, iterations=10)
    assert faults(problem, solution) == ()
    assert [round_.vehicle for round_ in solution.rounds] == [0]


def test_vehicles_on_the_road_cannot_be_saved() -> None:
    past = Underway(place=0, free_s=HOUR, departed_s=0)
    fleet = [a_vehicle(underway=past, cost_use=9_000_000, capacity=(1,))] * 2
    problem = a_problem([a_shipment(1, 2), a_shipment(3, 4)], fleet)
    solution = solve(problem, iterations=200)
    assert faults(problem, solution) == ()
    assert solution.unserved == ()


def test_no_vehicles_leave_everything_unserved() -> None:
    problem = a_problem([a_shipment(1, 2, penalty=5)], [])
    solution = solve(problem, seconds=0.01)
    assert [left.reason for left in solution.unserved] == [UnservedReason.NO_SKILLED_VEHICLE]
    assert faults(problem, solution) == ()


@pytest.mark.parametrize("budget", [{}, {"seconds": 1.0, "iterations": 1}, {"iterations": -1}])
def test_a_solve_takes_one_budget(budget: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"seconds|negative"):
        solve(a_problem([]), **budget)


def test_a_solve_stops_by_its_clock() -> None:
    ticks = itertools.count()
    solution = solve(a_random_problem(1), seconds=100.0, seed=1, clock=lambda: float(next(ticks)))
    assert 100 <= next(ticks) < 110
    assert solution.rounds or solution.unserved


def test_progress_is_told_and_never_gets_worse() -> None:
    told: list[Progress] = []
    solution = solve(
        a_random_problem(3, shipments=20), iterations=500, seed=3, progress=told.append
    )
    costs = [step.cost for step in told]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] == solution.cost
    assert told[-1].share == 1.0
    assert told[-1].unserved == len(solution.unserved)


def test_a_longer_street_is_shared_between_two_vans() -> None:
    shipments = [a_shipment(place, place + 1) for place in range(1, 9)]
    vans = [a_vehicle(latest_s=5 * HOUR, capacity=(2,))] * 3
    problem = a_problem(shipments, vans, a_street(places=10))
    solution = solve(problem, iterations=300)
    assert faults(problem, solution) == ()
    assert solution.unserved == ()


def test_however_short_the_time_a_delivery_that_fits_is_served() -> None:
    jumps = itertools.chain([0.0], itertools.repeat(1_000.0))
    problem = a_problem([a_shipment(1, 2), a_shipment(3, 4)])
    solution = solve(problem, seconds=0.1, clock=lambda: next(jumps))
    assert solution.unserved == ()
    assert faults(problem, solution) == ()
