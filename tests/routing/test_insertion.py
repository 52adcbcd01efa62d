"""The kernel against every possible insertion, each replayed by the referee."""

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.fault import FaultCode
from routing.insertion import NEVER, SEES_ALL, cheapest, insert, remove
from routing.problem import Problem
from routing.round import Round, Visit
from routing.solution import Solution, cost, faults
from routing.tables import FIRST, SHIPMENT, Tables, tables_of
from routing.timing import COST, LENGTH, TASK, Rounds, open_rounds, retime
from tests.routing.towns import (
    HOUR,
    a_problem,
    a_random_problem,
    a_shipment,
    a_street,
    a_task,
    a_vehicle,
)

#: What a plan of one round says nothing about.
ELSEWHERE = {FaultCode.DELIVERY_MISSING, FaultCode.WRONG_COST}


def timed_rounds(tables: Tables) -> Rounds:
    rounds = open_rounds(tables)
    for row in range(len(tables.vehicles)):
        retime(tables, rounds, row)
    return rounds


def round_in(tables: Tables, rounds: Rounds, row: int) -> Round:
    tasks = rounds.visits[row, 1 : rounds.values[row, LENGTH] + 1, TASK].tolist()
    shipments = [int(tables.tasks[task, SHIPMENT]) for task in tasks]
    return Round(
        vehicle=row,
        visits=tuple(
            Visit(shipment=shipment, task=task - int(tables.shipments[shipment, FIRST]))
            for task, shipment in zip(tasks, shipments, strict=True)
        ),
    )


def cost_if_sound(problem: Problem, round_: Round) -> int:
    replayed = cost(problem, [round_], [])
    found = faults(problem, Solution(rounds=(round_,), unserved=(), cost=replayed))
    return NEVER if any(fault.code not in ELSEWHERE for fault in found) else replayed


def every_insertion(round_: Round, shipment: int) -> list[Round]:
    pickup, dropoff = (Visit(shipment=shipment, task=task) for task in (0, 1))
    visits = round_.visits
    return [
        Round(
            vehicle=round_.vehicle,
            visits=(*visits[:i], pickup, *visits[i:j], dropoff, *visits[j:]),
        )
        for i in range(len(visits) + 1)
        for j in range(i, len(visits) + 1)
    ]


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_cheapest_place_is_the_best_of_all_places(seed: int) -> None:
    problem = a_random_problem(seed, shipments=6, pickups=1)
    tables = tables_of(problem)
    rounds = timed_rounds(tables)
    for shipment, wanted in enumerate(problem.shipments):
        row = shipment % len(problem.vehicles)
        before = round_in(tables, rounds, row)
        already = cost(problem, [before], []) if before.visits else 0
        best = min(cost_if_sound(problem, after) for after in every_insertion(before, shipment))
        added, i, j = cheapest(tables, rounds, shipment, row, NEVER, SEES_ALL)
        assert added == (NEVER if best == NEVER else best - already), wanted
        if added < NEVER:
            insert(tables, rounds, shipment, row, i, j, SEES_ALL)
            assert cost_if_sound(problem, round_in(tables, rounds, row)) == best
            assert rounds.values[row, COST] == best


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_several_pickups_cost_what_the_referee_replays(seed: int) -> None:
    problem = a_random_problem(seed, shipments=8, pickups=4)
    tables = tables_of(problem)
    rounds = timed_rounds(tables)
    for shipment in range(len(problem.shipments)):
        row = shipment % len(problem.vehicles)
        already = int(rounds.values[row, COST])
        added, i, j = cheapest(tables, rounds, shipment, row, NEVER, SEES_ALL)
        if added < NEVER:
            insert(tables, rounds, shipment, row, i, j, SEES_ALL)
            replayed = cost_if_sound(problem, round_in(tables, rounds, row))
            assert replayed == already + added == rounds.values[row, COST]


def test_taking_a_shipment_out_leaves_the_others_in_order() -> None:
    problem = a_problem([a_shipment(1, 3), a_shipment(2, 4)])
    tables = tables_of(problem)
    rounds = timed_rounds(tables)
    for shipment in (0, 1):
        insert(
            tables,
            rounds,
            shipment,
            0,
            *cheapest(tables, rounds, shipment, 0, NEVER, SEES_ALL)[1:],
            SEES_ALL,
        )
    remove(tables, rounds, 0, 0)
    assert retime(tables, rounds, 0)
    assert round_in(tables, rounds, 0).visits == (
        Visit(shipment=1, task=0),
        Visit(shipment=1, task=1),
    )


def test_a_parcel_for_the_same_door_costs_no_second_set_up() -> None:
    vehicles = [a_vehicle(cost_per_s=1, cost_per_m=0)]
    shipments = [a_shipment(1, 3), a_shipment(1, 3)]
    tables = tables_of(a_problem(shipments, vehicles, setup_s=120))
    rounds = timed_rounds(tables)
    added, i, j = cheapest(tables, rounds, 0, 0, NEVER, SEES_ALL)
    assert added == 6 * 600 + 2 * 120
    insert(tables, rounds, 0, 0, i, j, SEES_ALL)
    assert cheapest(tables, rounds, 1, 0, NEVER, SEES_ALL)[0] == 0


def test_a_vehicle_leaves_as_late_as_the_windows_allow() -> None:
    vehicles = [a_vehicle(cost_per_s=1, cost_per_m=0, earliest_s=8 * HOUR)]
    shipments = [a_shipment(a_task(1, 10 * HOUR, 11 * HOUR), a_task(2, 10 * HOUR, 12 * HOUR))]
    tables = tables_of(a_problem(shipments, vehicles))
    assert cheapest(tables, timed_rounds(tables), 0, 0, NEVER, SEES_ALL)[0] == 4 * 600


def test_cold_goods_ride_no_longer_than_they_may() -> None:
    cold = a_shipment(1, a_task(3, 10 * HOUR, 11 * HOUR), longest_ride_s=1200)
    early = a_task(0, 8 * HOUR, 8 * HOUR)
    tables = tables_of(a_problem([a_shipment(early, 0), cold]))
    rounds = timed_rounds(tables)
    insert(tables, rounds, 0, 0, *cheapest(tables, rounds, 0, 0, NEVER, SEES_ALL)[1:], SEES_ALL)
    assert cheapest(tables, rounds, 1, 0, NEVER, SEES_ALL)[0] < NEVER
    colder = a_shipment(1, a_task(3, 10 * HOUR, 11 * HOUR), longest_ride_s=1199)
    tables = tables_of(a_problem([colder]))
    assert cheapest(tables, timed_rounds(tables), 0, 0, NEVER, SEES_ALL)[0] == NEVER


def test_two_shops_are_both_visited_before_the_door() -> None:
    both = a_shipment(1, 4)
    both = type(both)(
        pickups=(a_task(3), a_task(1)),
        amounts=((1,), (1,)),
        dropoff=a_task(4),
        penalty=1,
    )
    problem = a_problem([both], [a_vehicle(cost_per_s=0)], a_street(places=6))
    tables = tables_of(problem)
    rounds = timed_rounds(tables)
    added, i, j = cheapest(tables, rounds, 0, 0, NEVER, SEES_ALL)
    insert(tables, rounds, 0, 0, i, j, SEES_ALL)
    assert added == 8 * 1000
    assert [visit.task for visit in round_in(tables, rounds, 0).visits] == [1, 0, 2]
