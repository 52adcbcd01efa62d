"""Every price in towns thrown by dice, held against the referee."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.matrix import TravelMatrix
from routing.problem import Problem
from routing.reasons import unserved
from routing.round import Round
from routing.solution import cost
from routing.solver import solve
from routing.tables import tables_of
from tests.routing.mending import prove, relaxed
from tests.routing.random_towns import a_town
from tests.routing.test_insertion import cost_if_sound, every_insertion
from tests.routing.towns import a_random_problem


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 100_000))
def test_every_price_in_a_town_is_true(seed: int) -> None:
    problem = a_town(seed)
    rounds = solve(problem, iterations=150, seed=seed).rounds
    prove(problem, rounds, unserved(problem, tables_of(problem), rounds))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 100_000))
def test_every_price_is_true_where_streets_break_triangles(seed: int) -> None:
    problem = a_random_problem(seed, shipments=14)
    rounds = solve(problem, iterations=100, seed=seed).rounds
    prove(problem, rounds, unserved(problem, tables_of(problem), rounds))


def by_shortest_ways(problem: Problem) -> Problem:
    """Return a problem where no way round is shorter; else the kernel may miss a place."""
    tables = [[each.duration_s, each.distance_m] for each in problem.matrices]
    for table in (table for pair in tables for table in pair):
        for via in range(len(table)):
            np.minimum(table, table[:, [via]] + table[[via], :], out=table)
    matrices = (TravelMatrix(duration_s=seconds, distance_m=m) for seconds, m in tables)
    return replace(problem, matrices=tuple(matrices))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 100_000))
def test_no_place_in_the_rounds_is_cheaper_than_the_price(seed: int) -> None:
    problem = by_shortest_ways(a_random_problem(seed, shipments=10, pickups=1))
    rounds = solve(problem, iterations=100, seed=seed).rounds
    driven = {round_.vehicle: round_ for round_ in rounds}
    for left in unserved(problem, tables_of(problem), rounds):
        for relaxation in left.relaxations:
            more = replace(problem, **relaxed(problem, left.delivery, relaxation))
            least = min(
                cost_if_sound(more, each) - cost(more, [round_] if round_.visits else [], ())
                for vehicle in range(len(more.vehicles))
                for round_ in [driven.get(vehicle, Round(vehicle=vehicle, visits=()))]
                for each in every_insertion(round_, left.delivery)
            )
            assert relaxation.cost == least
