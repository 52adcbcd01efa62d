"""The kernel's cost of an insertion against the referee's, on random rounds of random problems.

Half the time a shipment goes not where the kernel would have it but to any place that the referee
has nothing against, so that rounds are not only what the kernel makes of them.
"""

import random
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.insertion import cheapest, insert, remove
from routing.problem import Problem
from routing.round import Round
from routing.rows import COST, LENGTH, TASK
from routing.sight import NEVER, SEES_ALL
from routing.solution import cost
from routing.tables import FIRST, NUMBER, SHIPMENT, TASKS, tables_of
from routing.timing import retime
from tests.routing.random_towns import a_small_town, a_town
from tests.routing.test_insertion import cost_if_sound, every_insertion, round_in, timed_rounds
from tests.routing.towns import a_random_problem

#: The referee tries all places of rounds no longer than this.
MOST_VISITS = 12


def a_town_of_shortcuts(seed: int) -> Problem:
    """One vehicle and 1 to 2 pickups; streets so uneven that a way round is often shorter."""
    problem = a_random_problem(seed, shipments=10, pickups=2)
    dice = np.random.default_rng(seed)
    shape = problem.matrices[0].duration_s.shape
    matrices = []
    for matrix in problem.matrices:
        seconds = dice.choice([30, 60, 900, 2400], size=shape).astype(np.int32)
        np.fill_diagonal(seconds, 0)
        matrices.append(replace(matrix, duration_s=seconds))
    vehicle = replace(problem.vehicles[0], skills=3, capacity=(9, 9))
    return replace(problem, matrices=tuple(matrices), vehicles=(vehicle,))


def a_morning(seed: int) -> Problem:
    """A town of few deliveries, so that the referee need not replay for long."""
    return a_town(seed, deliveries=8)


class Day:
    """Rounds of a problem, laid out for the kernel and told to the referee."""

    def __init__(self, problem: Problem, seed: int) -> None:
        self.problem = problem
        self.dice = random.Random(seed)
        self.tables = tables_of(problem)
        self.rounds = timed_rounds(self.tables)

    def shipments(self) -> list[tuple[int, int]]:
        """Return all shipments in any order, each with a row to try."""
        count, rows = len(self.problem.shipments), len(self.problem.vehicles)
        return [(each, self.dice.randrange(rows)) for each in self.dice.sample(range(count), count)]

    def round(self, row: int) -> Round:
        return round_in(self.tables, self.rounds, row)

    def cost(self, row: int) -> int:
        """Return what the referee has a round cost, nothing where the vehicle stays at home."""
        round_ = self.round(row)
        stays = not round_.visits and self.problem.vehicles[row].underway is None
        return 0 if stays else cost(self.problem, [round_], [])

    def length(self, row: int) -> int:
        return int(self.rounds.values[row, LENGTH])

    def left(self, shipment: int) -> tuple[int, ...]:
        """Return which tasks of a shipment are still to come."""
        first, count = self.tables.shipments[shipment, [FIRST, TASKS]]
        return tuple(self.tables.tasks[first : first + count, NUMBER].tolist())

    def cheapest(
        self, shipment: int, row: int, bound: int = NEVER, blind: int = SEES_ALL
    ) -> tuple[int, int, int]:
        return cheapest(self.tables, self.rounds, shipment, row, bound, blind)

    def insert(self, shipment: int, row: int, i: int, j: int, blind: int = SEES_ALL) -> None:
        insert(self.tables, self.rounds, shipment, row, i, j, blind)

    def remove(self, shipment: int, row: int) -> None:
        remove(self.tables, self.rounds, shipment, row)

    def drive(self, round_: Round) -> None:
        """Let a vehicle drive a round."""
        order = self.tables.tasks[:, [SHIPMENT, NUMBER]].tolist()
        tasks = [order.index([visit.shipment, visit.task]) for visit in round_.visits]
        self.rounds.values[round_.vehicle, LENGTH] = len(tasks)
        self.rounds.visits[round_.vehicle, 1 : len(tasks) + 1, TASK] = tasks
        assert retime(self.tables, self.rounds, round_.vehicle)


ANY = pytest.mark.parametrize(
    "make", [a_small_town, a_morning, a_random_problem, a_town_of_shortcuts]
)
SEEDS = st.integers(0, 100_000)


@ANY
@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_a_shipment_adds_what_the_referee_finds_it_adds(
    make: Callable[[int], Problem], seed: int
) -> None:
    day = Day(make(seed), seed)
    for shipment, row in day.shipments():
        blind = day.dice.choice([SEES_ALL, day.dice.getrandbits(62)])
        already = day.cost(row)
        added, i, j = day.cheapest(shipment, row, blind=blind)
        if added < NEVER:
            day.insert(shipment, row, i, j, blind)
            replayed = cost_if_sound(day.problem, day.round(row))
            assert replayed == already + added == day.rounds.values[row, COST]


@ANY
@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_of_all_places_for_one_pickup_none_is_cheaper(
    make: Callable[[int], Problem], seed: int
) -> None:
    day = Day(make(seed), seed)
    for shipment, row in day.shipments():
        added, i, j = day.cheapest(shipment, row)
        if len(day.left(shipment)) <= 2 and day.length(row) <= MOST_VISITS:
            places = every_insertion(day.round(row), shipment, day.left(shipment))
            costs = [cost_if_sound(day.problem, each) for each in places]
            assert added == (NEVER if min(costs) == NEVER else min(costs) - day.cost(row))
            if added < NEVER and day.dice.random() < 0.5:
                sound = [each for each, price in zip(places, costs, strict=True) if price < NEVER]
                day.drive(day.dice.choice(sound))
                continue
        if added < NEVER and day.length(row) <= MOST_VISITS:
            day.insert(shipment, row, i, j)


@ANY
@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_what_nobody_would_pay_is_never_said_to_cost_more_than_it_does(
    make: Callable[[int], Problem], seed: int
) -> None:
    day = Day(make(seed), seed)
    for shipment, row in day.shipments():
        added, i, j = day.cheapest(shipment, row)
        offer = (0 if added == NEVER else added) + day.dice.choice([-50_000, -1, 0, 1, 50_000])
        price, *place = day.cheapest(shipment, row, bound=offer)
        if len(day.left(shipment)) > 2:
            assert price <= max(added, offer)
        elif added < offer:
            assert (price, *place) == (added, i, j)
        else:
            assert offer <= price <= added
            assert place[0] == -1
        if added < NEVER:
            day.insert(shipment, row, i, j)


@ANY
@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_what_is_put_in_and_taken_out_again_leaves_the_round_as_it_was(
    make: Callable[[int], Problem], seed: int
) -> None:
    day = Day(make(seed), seed)
    for shipment, row in day.shipments():
        before, already = day.round(row), day.cost(row)
        added, i, j = day.cheapest(shipment, row)
        if added < NEVER:
            day.insert(shipment, row, i, j)
            day.remove(shipment, row)
            day.drive(day.round(row))
            assert day.round(row) == before
            assert day.rounds.values[row, COST] == already
            day.insert(shipment, row, i, j)
