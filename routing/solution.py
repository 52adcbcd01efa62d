"""A plan, and the referee that believes nothing until it has replayed every round.

Plain Python, independent of the kernel: it shares no code with what searches. `course` lays a
round out in time, `replay` judges it, `bookkeeping` counts over the whole plan.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from routing.bookkeeping import book_faults
from routing.course import course_of
from routing.fault import Fault, FaultCode
from routing.problem import Problem
from routing.replay import round_faults
from routing.round import Round, Visit
from routing.schedule import price, schedule


class UnservedReason(Enum):
    """Why a delivery is in no round."""

    #: No vehicle has the skills it asks for.
    NO_SKILLED_VEHICLE = "no_skilled_vehicle"
    #: It is larger than every vehicle that may carry it.
    TOO_LARGE = "too_large"
    #: Even an empty vehicle cannot reach its places within the windows.
    OUT_OF_REACH = "out_of_reach"
    #: An empty vehicle could, but the goods would ride too long.
    RIDE_TOO_LONG = "ride_too_long"
    #: It could be served alone, but the fleet has no room left at its hours.
    NO_ROOM = "no_room"
    #: There is room, at a higher cost than its penalty.
    TOO_DEAR = "too_dear"


class RelaxationKind(Enum):
    """What could be given up so that a delivery is served."""

    #: Nothing but money: serve it though it costs more than its penalty.
    PAY_MORE = "pay_more"
    #: Its windows close `seconds` later.
    LATER = "later"
    #: The vehicle works `seconds` longer.
    LONGER_PERIOD = "longer_period"
    #: Another vehicle like this one drives a round.
    ANOTHER_ROUND = "another_round"
    #: The vehicle may carry what it has no skill for.
    SKILL_WAIVED = "skill_waived"
    #: The goods may ride `seconds` longer.
    LONGER_RIDE = "longer_ride"
    #: The vehicle holds more.
    MORE_CAPACITY = "more_capacity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """One way to serve a delivery after all: what to give up for which vehicle, and its price.

    `cost` is what the rounds would cost more, in millicents, penalty saved not counted.
    """

    kind: RelaxationKind
    vehicle: int
    cost: int
    seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """A delivery left out, why, and what would mend it, cheapest first."""

    delivery: int
    reason: UnservedReason
    relaxations: tuple[Relaxation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """Rounds, what they leave unserved, and the cost in millicents (penalties included)."""

    rounds: tuple[Round, ...]
    unserved: tuple[Unserved, ...]
    cost: int


def cost(problem: Problem, rounds: Iterable[Round], unserved: Iterable[Unserved]) -> int:
    """Return what rounds and penalties cost, in millicents."""
    penalties = sum(problem.deliveries[left.delivery].penalty for left in unserved)
    return penalties + sum(
        price(problem.vehicles[round_.vehicle], schedule(problem, round_)) for round_ in rounds
    )


def faults(problem: Problem, solution: Solution) -> tuple[Fault, ...]:
    """Replay a plan and return every breach; a sound plan has none.

    Whatever names something that does not exist cannot be replayed: then only that is returned.
    """
    missing = tuple(_out_of_range(problem, solution))
    if missing:
        return missing
    unserved = [left.delivery for left in solution.unserved]
    found = [*book_faults(problem, solution.rounds, unserved)]
    for index, round_ in enumerate(solution.rounds):
        found += round_faults(problem, index, round_, course_of(problem, round_))
    replayed = cost(problem, solution.rounds, solution.unserved)
    if replayed != solution.cost:
        text = f"cost is given as {solution.cost}, replaying comes to {replayed}"
        found.append(Fault(code=FaultCode.WRONG_COST, text=text))
    return tuple(found)


def _out_of_range(problem: Problem, solution: Solution) -> Iterator[Fault]:
    code, vehicles = FaultCode.OUT_OF_RANGE, range(len(problem.vehicles))
    for index, round_ in enumerate(solution.rounds):
        if round_.vehicle not in vehicles:
            yield Fault(code=code, text=f"there is no vehicle {round_.vehicle}", round=index)
        for position, visit in enumerate(round_.visits):
            if not _exists(problem, visit):
                text = f"there is no task {visit.task} of shipment {visit.shipment}"
                yield Fault(code=code, text=text, round=index, position=position)
    for left in solution.unserved:
        if left.delivery not in range(len(problem.deliveries)):
            yield Fault(code=code, text=f"there is no delivery {left.delivery} to leave unserved")
        for each in left.relaxations:
            if each.vehicle not in vehicles:
                text = f"there is no vehicle {each.vehicle} to mend delivery {left.delivery} with"
                yield Fault(code=code, text=text)


def _exists(problem: Problem, visit: Visit) -> bool:
    if visit.shipment not in range(len(problem.shipments)):
        return False
    return visit.task in range(len(problem.shipments[visit.shipment].tasks))
