"""Prices proven by the referee: the problem with that one thing given up has such a plan."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import permutations

from routing.adding import laid_out
from routing.insertion import cheapest, insert
from routing.problem import Problem
from routing.reasons import unserved
from routing.round import Round
from routing.rows import LENGTH, TASK
from routing.shipment import LATEST_S, MOST_SKILLS, Shipment
from routing.sight import NEVER, SEES_ALL
from routing.solution import Relaxation, RelaxationKind, Solution, Unserved, cost, faults
from routing.tables import NUMBER, SHIPMENT, tables_of
from tests.routing.plans import a_round

BOUNDLESS = 1 << 40


def left_out(problem: Problem, *rounds: Round) -> Unserved:
    """Return the one delivery left out, each of its prices proven."""
    found = unserved(problem, tables_of(problem), rounds)
    assert len(found) == 1
    prove(problem, rounds, found)
    return found[0]


def prove(problem: Problem, rounds: Sequence[Round], found: Sequence[Unserved]) -> None:
    """Assert that every relaxed problem has a sound plan that costs so much more."""
    plan = Solution(rounds=tuple(rounds), unserved=tuple(found), cost=cost(problem, rounds, found))
    assert faults(problem, plan) == ()
    before = cost(problem, rounds, ())
    for left in found:
        others = tuple(each for each in found if each is not left)
        prices = [each.cost for each in left.relaxations]
        assert prices == sorted(prices)
        assert len({each.kind for each in left.relaxations}) == len(prices)
        for relaxation in left.relaxations:
            more = replace(problem, **relaxed(problem, left.delivery, relaxation))
            assert any(
                cost(more, after, ()) == before + relaxation.cost and is_sound(more, after, others)
                for after in mended(more, rounds, left.delivery, given_to(problem, relaxation))
            ), relaxation


def is_sound(problem: Problem, rounds: tuple[Round, ...], left: tuple[Unserved, ...]) -> bool:
    total = cost(problem, rounds, left)
    return faults(problem, Solution(rounds=rounds, unserved=left, cost=total)) == ()


def given_to(problem: Problem, relaxation: Relaxation) -> int:
    if relaxation.kind is RelaxationKind.ANOTHER_ROUND:
        return len(problem.vehicles)
    return relaxation.vehicle


def relaxed(problem: Problem, delivery: int, relaxation: Relaxation) -> dict[str, object]:
    """Return what differs in a problem with one thing given up."""
    seconds, vehicles = relaxation.seconds, list(problem.vehicles)
    vehicle = vehicles[relaxation.vehicle]
    match relaxation.kind:
        case RelaxationKind.PAY_MORE:
            return {}
        case RelaxationKind.LATER | RelaxationKind.LONGER_RIDE:
            patient = {
                index: patiently(problem.shipments[index], relaxation)
                for index in problem.deliveries[delivery].shipments
            }
            every = enumerate(problem.shipments)
            return {"shipments": tuple(patient.get(index, each) for index, each in every)}
        case RelaxationKind.ANOTHER_ROUND:
            vehicles.append(replace(vehicle, underway=None, earliest_s=vehicle.from_s))
        case RelaxationKind.LONGER_PERIOD:
            longer = replace(vehicle, latest_s=min(vehicle.latest_s + seconds, LATEST_S))
            vehicles[relaxation.vehicle] = longer
        case RelaxationKind.SKILL_WAIVED:
            vehicles[relaxation.vehicle] = replace(vehicle, skills=(1 << MOST_SKILLS) - 1)
        case RelaxationKind.MORE_CAPACITY:
            boundless = (BOUNDLESS,) * len(vehicle.capacity)
            vehicles[relaxation.vehicle] = replace(vehicle, capacity=boundless)
    return {"vehicles": tuple(vehicles)}


def patiently(shipment: Shipment, relaxation: Relaxation) -> Shipment:
    if relaxation.kind is RelaxationKind.LONGER_RIDE:
        if shipment.longest_ride_s is None:
            return shipment
        return replace(shipment, longest_ride_s=shipment.longest_ride_s + relaxation.seconds)
    *pickups, dropoff = (
        replace(task, latest_s=min(task.latest_s + relaxation.seconds, LATEST_S))
        for task in shipment.tasks
    )
    return replace(shipment, pickups=tuple(pickups), dropoff=dropoff)


def mended(
    problem: Problem, rounds: Sequence[Round], delivery: int, vehicle: int
) -> Iterator[tuple[Round, ...]]:
    """Yield plans with an option of a delivery put in, shipment by shipment, in any order."""
    fleet = range(len(problem.vehicles))
    first = sorted(fleet, key=lambda each: each != vehicle)
    for option in problem.deliveries[delivery].options:
        for order in permutations(option):
            for rows in ([vehicle], first, fleet) if vehicle in fleet else (fleet,):
                yield from put_in(problem, rounds, order, rows)


def put_in(
    problem: Problem, rounds: Sequence[Round], shipments: Sequence[int], rows: Sequence[int]
) -> Iterator[tuple[Round, ...]]:
    """Yield the rounds with each shipment where it costs least; nothing if one fits nowhere."""
    tables = tables_of(problem)
    laid = laid_out(tables, rounds)
    for shipment in shipments:
        tried = [(*cheapest(tables, laid, shipment, row, NEVER, SEES_ALL), row) for row in rows]
        added, i, j, row = min(tried, key=lambda each: each[0])
        if added == NEVER:
            return
        insert(tables, laid, shipment, row, i, j, SEES_ALL)
    after = []
    for row, vehicle in enumerate(problem.vehicles):
        order = tables.tasks[laid.visits[row, 1 : laid.values[row, LENGTH] + 1, TASK]]
        visits = a_round(*order[:, [SHIPMENT, NUMBER]].tolist(), vehicle=row)
        if visits.visits or vehicle.underway is not None:
            after.append(visits)
    yield tuple(after)
