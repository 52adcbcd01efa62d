"""Several threads: they deal one plan out, and what they make of it fits together."""

import random
import time

import numpy as np
import pytest

from routing.budget import Budget
from routing.climb import Climb
from routing.dealing import dealt
from routing.problem import Problem
from routing.solution import faults
from routing.solver import Progress, solve
from routing.state import begin
from routing.tables import DELIVERY, SHIPMENT, tables_of
from tests.routing.random_towns import a_town
from tests.routing.towns import HOUR, a_problem, a_random_problem, a_shipment, a_task, a_vehicle


def a_climb(problem: Problem, seed: int, iterations: int = 200) -> Climb:
    flat = tables_of(problem)
    budget = Budget(seconds=None, iterations=iterations, clock=time.perf_counter, begun=0.0)
    climb = Climb(flat, begin(flat, seed), budget)
    climb.until(0.5)
    return climb


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


@pytest.mark.parametrize("seed", range(40))
def test_every_round_is_in_one_hand_with_all_that_shares_a_delivery(seed: int) -> None:
    climb = a_climb(a_town(seed), seed)
    owner = dealt(climb.flat, climb.plan, 2, pivot=seed % len(climb.flat.tasks))
    if owner is None:
        return
    hands_of: dict[int, set[int]] = {}
    for row, tasks in enumerate(climb.plan):
        for delivery in climb.flat.shipments[climb.flat.tasks[tasks, SHIPMENT], DELIVERY]:
            hands_of.setdefault(int(delivery), set()).add(int(owner[row]))
    assert all(len(hands) == 1 for hands in hands_of.values())
    assert {hand for hands in hands_of.values() for hand in hands} == {0, 1}


def test_many_towns_are_dealt_out() -> None:
    climbs = [a_climb(a_town(seed), seed) for seed in range(40)]
    owners = [dealt(climb.flat, climb.plan, 2, pivot=0) for climb in climbs]
    assert sum(owner is not None for owner in owners) >= 10


def a_street_of_short_shifts(seed: int) -> Problem:
    """Return more shipments than one bike can bring, for eight that work three hours each."""
    dice = random.Random(seed)
    ends = [
        [a_task(place, service_s=600) for place in dice.sample(range(1, 5), 2)] for _ in range(24)
    ]
    return a_problem([a_shipment(*each) for each in ends], [a_vehicle(latest_s=3 * HOUR)] * 8)


@pytest.mark.parametrize("seed", range(20))
def test_a_climb_leaves_the_rounds_of_others_as_they_are(seed: int) -> None:
    climb = a_climb(a_street_of_short_shifts(seed), seed)
    before = climb.plan
    owner = dealt(climb.flat, before, 2, pivot=0)
    assert owner is not None
    climb.work_on(before, owner == 1, 1, 2)
    began = climb.now
    climb.until(1.0)
    others = [row for row in range(len(owner)) if owner[row] == 0]
    assert all(np.array_equal(climb.plan[row], before[row]) for row in others)
    assert climb.best <= began
    pairs = zip(climb.plan, before, strict=True)
    assert not all(np.array_equal(now, then) for now, then in pairs)


@pytest.mark.parametrize("seed", range(10))
def test_hands_together_make_one_plan(seed: int) -> None:
    problem = a_street_of_short_shifts(seed)
    solution = solve(problem, iterations=400, seed=seed, threads=2)
    assert faults(problem, solution) == ()
    assert solution == solve(problem, iterations=400, seed=seed, threads=2)


def test_one_round_is_dealt_to_nobody() -> None:
    climb = a_climb(a_random_problem(1, shipments=4), 1)
    whole = [np.concatenate(climb.plan), *[np.zeros(0, np.int64) for _ in climb.plan[1:]]]
    assert dealt(climb.flat, whole, 2, pivot=0) is None
