"""A shipment put into a round by the kernel, reckoned by hand."""

import numpy as np

from routing.fault import FaultCode
from routing.insertion import cheapest, insert, remove
from routing.matrix import TravelMatrix
from routing.problem import Problem
from routing.round import Round, Visit
from routing.rows import LENGTH, TASK, Rounds, open_rounds
from routing.sight import NEVER, SEES_ALL
from routing.solution import Solution, cost, faults
from routing.tables import NUMBER, SHIPMENT, Int64s, Tables, tables_of
from routing.timing import retime
from tests.routing.towns import (
    HOUR,
    a_problem,
    a_shipment,
    a_street,
    a_task,
    a_vehicle,
)

#: What a plan of one round says nothing about.
ELSEWHERE = {
    FaultCode.DELIVERY_MISSING,
    FaultCode.NO_WAY_BACK,
    FaultCode.SECOND_OPTION,
    FaultCode.SHIPMENT_MISSING,
    FaultCode.WRONG_COST,
}


def timed_rounds(tables: Tables) -> Rounds:
    rounds = open_rounds(tables)
    for row in range(len(tables.vehicles)):
        retime(tables, rounds, row)
    return rounds


def round_in(tables: Tables, rounds: Rounds, row: int) -> Round:
    tasks = rounds.visits[row, 1 : rounds.values[row, LENGTH] + 1, TASK]
    return Round(vehicle=row, visits=visits_of(tables, tasks))


def visits_of(tables: Tables, tasks: Int64s) -> tuple[Visit, ...]:
    rows = tables.tasks[tasks][:, [SHIPMENT, NUMBER]].tolist()
    return tuple(Visit(shipment=shipment, task=number) for shipment, number in rows)


def cost_if_sound(problem: Problem, round_: Round) -> int:
    replayed = cost(problem, [round_], [])
    found = faults(problem, Solution(rounds=(round_,), unserved=(), cost=replayed))
    return NEVER if any(fault.code not in ELSEWHERE for fault in found) else replayed


def every_insertion(round_: Round, shipment: int, tasks: tuple[int, ...] = (0, 1)) -> list[Round]:
    """Return the round with a pickup and the dropoff, or the dropoff alone, at every place."""
    *pickup, dropoff = (Visit(shipment=shipment, task=task) for task in tasks)
    visits = round_.visits
    return [
        Round(
            vehicle=round_.vehicle,
            visits=(*visits[:i], *pickup, *visits[i:j], dropoff, *visits[j:]),
        )
        for i in range(len(visits) + 1)
        for j in (range(i, len(visits) + 1) if pickup else (i,))
    ]


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


def test_a_door_on_a_shorter_way_lets_the_shop_open_later() -> None:
    """An hour from everywhere to everywhere, but ten minutes from place to place in this order.

    From place 2 the van is at place 4 in an hour, and by way of place 3 in twenty minutes: only
    because the second dropoff is there can it wait for the shop at place 1 first.
    """
    minutes = np.full((5, 5), 60)
    np.fill_diagonal(minutes, 0)
    for place in range(4):
        minutes[place, place + 1] = 10
    seconds = (60 * minutes).astype(np.int32)
    matrix = TravelMatrix(duration_s=seconds, distance_m=seconds)
    shop = a_task(1, opens=70 * 60, closes=80 * 60)
    shipments = [a_shipment(2, a_task(4, closes=2 * HOUR)), a_shipment(shop, 3)]
    tables = tables_of(a_problem(shipments, matrix=matrix))
    rounds = timed_rounds(tables)
    for shipment in (0, 1):
        added, i, j = cheapest(tables, rounds, shipment, 0, NEVER, SEES_ALL)
        assert added < NEVER
        insert(tables, rounds, shipment, 0, i, j, SEES_ALL)
    assert [visit.shipment for visit in round_in(tables, rounds, 0).visits] == [1, 0, 1, 0]
