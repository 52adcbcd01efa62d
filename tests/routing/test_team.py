"""Several threads: each climbs for itself, and together they hand in the best plan."""

import time

import pytest

from routing.budget import Budget
from routing.climb import Climb
from routing.problem import Problem
from routing.solution import faults
from routing.solver import Progress, solve
from routing.state import begin
from routing.tables import tables_of
from routing.team import Team
from tests.routing.random_towns import a_town
from tests.routing.towns import a_random_problem


def a_climb(problem: Problem, seed: int, iterations: int = 200) -> Climb:
    flat = tables_of(problem)
    budget = Budget(seconds=None, iterations=iterations, clock=time.perf_counter, begun=0.0)
    return Climb(flat, begin(flat, seed), budget)


@pytest.mark.parametrize("seed", range(60))
def test_what_several_threads_make_of_a_plan_is_sound(seed: int) -> None:
    problem = a_town(seed)
    solution = solve(problem, iterations=240, seed=seed, threads=2 + seed % 3)
    assert faults(problem, solution) == ()


@pytest.mark.parametrize("seed", range(6))
def test_what_is_told_of_the_best_plan_never_gets_worse(seed: int) -> None:
    told: list[Progress] = []
    problem = a_random_problem(seed, shipments=40)
    solution = solve(problem, iterations=800, seed=seed, threads=2, progress=told.append)
    costs = [progress.cost for progress in told]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] == solution.cost


@pytest.mark.parametrize("seed", range(10))
def test_the_same_seed_and_threads_give_the_same_plan(seed: int) -> None:
    problem = a_town(seed)
    first, second = (solve(problem, iterations=400, seed=seed, threads=2) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("seed", range(10))
def test_everybody_ends_with_a_plan_no_dearer_than_the_best_before_the_last_meetings(
    seed: int,
) -> None:
    problem = a_random_problem(seed, shipments=30)
    climbs = [a_climb(problem, 3 * seed + n) for n in range(3)]
    seen: list[int] = []

    def tell() -> None:
        if climbs[0].budget.share < 0.8:
            seen.append(climbs[0].best)

    team = Team(climbs)
    team.climb(tell)
    assert seen
    assert max(climb.best for climb in climbs) <= min(seen)
    assert team.best.best == min(climb.best for climb in climbs)


def test_who_joins_another_goes_on_from_the_very_same_plan() -> None:
    problem = a_random_problem(5, shipments=30)
    here, there = a_climb(problem, 1), a_climb(problem, 2)
    here.until(1.0)
    there.until(0.5)
    there.join(here)
    assert there.best == here.best
    assert (there.state.best_ends == here.state.best_ends).all()
