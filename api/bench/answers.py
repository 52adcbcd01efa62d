"""What a peer answers, as rounds and as a plan the referee can judge."""

from collections.abc import Callable, Iterable

from routing.problem import Problem
from routing.round import Round, Visit
from routing.solution import Solution, Unserved, UnservedReason, cost

#: One way to ask a peer: the problem, a budget in seconds, a seed.
type Setting = Callable[[Problem, float, int], tuple[Round, ...]]


def as_rounds(routes: Iterable[list[int]]) -> tuple[Round, ...]:
    """Turn routes of task numbers, two a shipment, into rounds of vehicles in order."""
    return tuple(
        Round(
            vehicle=vehicle,
            visits=tuple(Visit(shipment=task // 2, task=task % 2) for task in route),
        )
        for vehicle, route in enumerate(route for route in routes if route)
    )


def as_solution(problem: Problem, rounds: tuple[Round, ...]) -> Solution:
    """Complete a peer's rounds to a plan: what they leave out is unserved.

    Each shipment must be a delivery of its own.
    """
    served = {visit.shipment for round_ in rounds for visit in round_.visits}
    unserved = tuple(
        Unserved(delivery=index, reason=UnservedReason.NO_ROOM)
        for index in range(len(problem.deliveries))
        if index not in served
    )
    total = cost(problem, rounds, unserved)
    return Solution(rounds=rounds, unserved=unserved, cost=total)
