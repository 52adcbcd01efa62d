"""Plans written by hand: visits in order, what is left out, the cost they have."""

from collections.abc import Sequence

from routing.fault import FaultCode
from routing.problem import Problem
from routing.round import Round, Visit
from routing.solution import Solution, Unserved, UnservedReason, cost, faults

type Pairs = tuple[tuple[int, int], ...]


def visits(*pairs: tuple[int, int]) -> tuple[Visit, ...]:
    return tuple(Visit(shipment=shipment, task=task) for shipment, task in pairs)


def a_round(*pairs: tuple[int, int], vehicle: int = 0) -> Round:
    return Round(vehicle=vehicle, visits=visits(*pairs))


def left(delivery: int) -> Unserved:
    return Unserved(delivery=delivery, reason=UnservedReason.NO_ROOM)


def a_plan(problem: Problem, *rounds: Pairs | None, unserved: Sequence[int] = ()) -> Solution:
    """Give vehicle k the visits of rounds[k], and the plan the cost it has; None stays at home."""
    driven = tuple(
        a_round(*pairs, vehicle=vehicle)
        for vehicle, pairs in enumerate(rounds)
        if pairs is not None
    )
    out = tuple(left(delivery) for delivery in unserved)
    return Solution(rounds=driven, unserved=out, cost=cost(problem, driven, out))


def assert_sound(problem: Problem, *rounds: Pairs | None, unserved: Sequence[int] = ()) -> None:
    assert faults(problem, a_plan(problem, *rounds, unserved=unserved)) == ()


def assert_caught(problem: Problem, plan: Solution, code: FaultCode, words: str) -> None:
    """The referee says this, in these words, and nothing else."""
    found = [(fault.code, fault.text) for fault in faults(problem, plan)]
    assert [each for each, _ in found] == [code]
    assert words in found[0][1]
