"""A plan, and the referee that believes nothing until it has replayed every round.

Plain Python, independent of the kernel: it shares no code with `insertion` or `search`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from routing.fault import Fault, FaultCode
from routing.problem import Problem, Task
from routing.starts import Gap, latest, soonest


class UnservedReason(Enum):
    """Why a shipment is in no round."""

    #: No vehicle has the skills it asks for.
    NO_SKILLED_VEHICLE = "no_skilled_vehicle"
    #: It is larger than every vehicle that may carry it.
    TOO_LARGE = "too_large"
    #: Even an empty vehicle cannot reach its places within the windows.
    OUT_OF_REACH = "out_of_reach"
    #: An empty vehicle could, but the goods would ride too long.
    RIDE_TOO_LONG = "ride_too_long"
    #: It could be served alone, but the fleet has no room left at its hours, or it costs more
    #: than its penalty.
    NO_ROOM = "no_room"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One task in a round's order: `task` is its index in `Shipment.tasks`."""

    shipment: int
    task: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one vehicle does: its visits in order. A vehicle without a round stays at home."""

    vehicle: int
    visits: tuple[Visit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """A shipment left out, and why."""

    shipment: int
    reason: UnservedReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """Rounds, what they leave unserved, and the cost in millicents (penalties included)."""

    rounds: tuple[Round, ...]
    unserved: tuple[Unserved, ...]
    cost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedVisit:
    """A visit with its times; set-up and waiting lie between arrival and start."""

    visit: Visit
    place: int
    arrival_s: int
    start_s: int
    leave_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a round does what, and how far it goes."""

    departure_s: int
    return_s: int
    distance_m: int
    visits: tuple[TimedVisit, ...]

    @property
    def paid_s(self) -> int:
        """Seconds from departure to return."""
        return self.return_s - self.departure_s


def schedule(problem: Problem, round_: Round) -> Schedule:
    """Time a round: least paid time, then soonest return, then every service as soon as may be.

    Service starts at `max(arrival + setup, earliest_s)`; set-up is spent where the place
    changes, never at a first visit on the start place nor at the end place. Where a longest ride
    asks for it, the vehicle waits before a pickup. A round that cannot keep its windows or
    rides is timed all the same, from the opening of the working period and without those rides.

    A van leaves its base at 08:50 for a shop that opens at 09:00, ten minutes away, though its
    working period begins at 08:00.
    """
    gaps = [*_legs(problem, round_), *_kept_rides(problem, round_)[0]]
    earliest, bounds = _windows(problem, round_)
    starts = soonest(earliest, gaps) or earliest
    if _within(starts, bounds):
        bounds[-1] = starts[-1]
        departures = latest(bounds, gaps) or bounds
        starts = soonest([departures[0], *earliest[1:]], gaps) or earliest
    return _with_times(problem, round_, starts)


def cost(problem: Problem, rounds: Iterable[Round], unserved: Iterable[Unserved]) -> int:
    """Return what rounds and penalties cost, in millicents."""
    total = sum(problem.shipments[left.shipment].penalty for left in unserved)
    for round_ in rounds:
        vehicle, times = problem.vehicles[round_.vehicle], schedule(problem, round_)
        total += vehicle.cost_use
        total += vehicle.cost_per_s * times.paid_s + vehicle.cost_per_m * times.distance_m
    return total


def faults(problem: Problem, solution: Solution) -> tuple[Fault, ...]:
    """Replay a plan and return every breach; a sound plan has none.

    Whatever names something that does not exist cannot be replayed: then only that is returned.
    """
    missing = tuple(_out_of_range(problem, solution))
    if missing:
        return missing
    found = [*_bookkeeping(problem, solution)]
    for index, round_ in enumerate(solution.rounds):
        found += _round_faults(problem, index, round_)
    replayed = cost(problem, solution.rounds, solution.unserved)
    if replayed != solution.cost:
        text = f"cost is given as {solution.cost}, replaying comes to {replayed}"
        found.append(Fault(code=FaultCode.WRONG_COST, text=text))
    return tuple(found)


def _out_of_range(problem: Problem, solution: Solution) -> Iterator[Fault]:
    code = FaultCode.OUT_OF_RANGE
    for index, round_ in enumerate(solution.rounds):
        if not 0 <= round_.vehicle < len(problem.vehicles):
            yield Fault(code=code, text=f"there is no vehicle {round_.vehicle}", round=index)
        for position, visit in enumerate(round_.visits):
            known = 0 <= visit.shipment < len(problem.shipments)
            if not known or not 0 <= visit.task < len(problem.shipments[visit.shipment].tasks):
                text = f"there is no task {visit.task} of shipment {visit.shipment}"
                yield Fault(code=code, text=text, round=index, position=position)
    for left in solution.unserved:
        if not 0 <= left.shipment < len(problem.shipments):
            yield Fault(code=code, text=f"there is no shipment {left.shipment} to leave unserved")


def _bookkeeping(problem: Problem, solution: Solution) -> Iterator[Fault]:
    """Count vehicles, tasks and shipments over the whole plan."""
    for vehicle, times in Counter(round_.vehicle for round_ in solution.rounds).items():
        if times > 1:
            text = f"vehicle {vehicle} drives {times} rounds"
            yield Fault(code=FaultCode.VEHICLE_TWICE, text=text)
    visits = Counter(visit for round_ in solution.rounds for visit in round_.visits)
    rounds_of = defaultdict(set)
    for index, round_ in enumerate(solution.rounds):
        for visit in round_.visits:
            rounds_of[visit.shipment].add(index)
    listed = Counter(left.shipment for left in solution.unserved)
    for index, shipment in enumerate(problem.shipments):
        here = f"shipment {index}"
        if index not in rounds_of and not listed[index]:
            text = f"{here} is neither served nor listed as unserved"
            yield Fault(code=FaultCode.SHIPMENT_MISSING, text=text, shipment=index)
        if index in rounds_of and listed[index]:
            text = f"{here} is served and listed as unserved"
            yield Fault(code=FaultCode.SERVED_AND_UNSERVED, text=text, shipment=index)
        if listed[index] > 1:
            text = f"{here} is listed as unserved {listed[index]} times"
            yield Fault(code=FaultCode.UNSERVED_TWICE, text=text, shipment=index)
        if len(rounds_of[index]) > 1:
            text = f"{here} is spread over rounds {sorted(rounds_of[index])}"
            yield Fault(code=FaultCode.SPLIT, text=text, shipment=index)
        for task in range(len(shipment.tasks)) if rounds_of[index] else ():
            times = visits[Visit(shipment=index, task=task)]
            if times == 0:
                text = f"{here} is served without its task {task}"
                yield Fault(code=FaultCode.TASK_MISSING, text=text, shipment=index)
            if times > 1:
                text = f"task {task} of {here} is visited {times} times"
                yield Fault(code=FaultCode.TASK_TWICE, text=text, shipment=index)


def _round_faults(problem: Problem, index: int, round_: Round) -> Iterator[Fault]:
    if not round_.visits:
        yield Fault(code=FaultCode.EMPTY_ROUND, text=f"round {index} visits nothing", round=index)
        return
    yield from _order_faults(problem, index, round_)
    yield from _load_faults(problem, index, round_)
    yield from _time_faults(problem, index, round_)


def _order_faults(problem: Problem, index: int, round_: Round) -> Iterator[Fault]:
    vehicle = problem.vehicles[round_.vehicle]
    dropped: set[int] = set()
    for position, visit in enumerate(round_.visits):
        shipment = problem.shipments[visit.shipment]
        if visit.task == len(shipment.pickups):
            dropped.add(visit.shipment)
            lacking = shipment.skills & ~vehicle.skills
            if lacking:
                text = f"vehicle {round_.vehicle} lacks skills {lacking:#b}"
                yield _at(FaultCode.SKILL_LACKING, text, index, position, visit)
        elif visit.shipment in dropped:
            text = f"shipment {visit.shipment} is dropped before its task {visit.task}"
            yield _at(FaultCode.DROPOFF_FIRST, text, index, position, visit)


def _load_faults(problem: Problem, index: int, round_: Round) -> Iterator[Fault]:
    """Weigh what is on board on every leg; a dropoff takes off what its round picked up."""
    capacity = problem.vehicles[round_.vehicle].capacity
    load = [0] * len(capacity)
    for position, visit in enumerate(round_.visits):
        shipment = problem.shipments[visit.shipment]
        dropoff = visit.task == len(shipment.pickups)
        change = shipment.amount if dropoff else shipment.amounts[visit.task]
        load = [
            (on_board - value) if dropoff else (on_board + value)
            for on_board, value in zip(load, change, strict=True)
        ]
        if any(on_board > most for on_board, most in zip(load, capacity, strict=True)):
            text = f"{tuple(load)} is on board of vehicle {round_.vehicle}, which holds {capacity}"
            yield _at(FaultCode.OVERLOADED, text, index, position, visit)


def _time_faults(problem: Problem, index: int, round_: Round) -> Iterator[Fault]:
    vehicle, tasks = problem.vehicles[round_.vehicle], _tasks(problem, round_)
    earliest, _ = _windows(problem, round_)
    starts = soonest(earliest, _legs(problem, round_)) or earliest
    for position, (visit, task) in enumerate(zip(round_.visits, tasks, strict=True)):
        if starts[position + 1] > task.latest_s:
            text = f"service starts at {starts[position + 1]}, after {task.latest_s}"
            yield _at(FaultCode.TOO_LATE, text, index, position, visit)
    if starts[-1] > vehicle.latest_s:
        text = f"vehicle {round_.vehicle} is back at {starts[-1]}, after {vehicle.latest_s}"
        yield Fault(code=FaultCode.WORKING_PERIOD, text=text, round=index)
    for shipment in _kept_rides(problem, round_)[1]:
        text = f"shipment {shipment} rides longer than "
        text += f"{problem.shipments[shipment].longest_ride_s} s, whatever the waiting"
        yield Fault(code=FaultCode.RIDE_TOO_LONG, text=text, round=index, shipment=shipment)


def _at(code: FaultCode, text: str, index: int, position: int, visit: Visit) -> Fault:
    return Fault(code=code, text=text, round=index, shipment=visit.shipment, position=position)


def _tasks(problem: Problem, round_: Round) -> list[Task]:
    return [problem.shipments[visit.shipment].tasks[visit.task] for visit in round_.visits]


def _windows(problem: Problem, round_: Round) -> tuple[list[int], list[int]]:
    """Return earliest and latest starts: departure, every visit, return."""
    vehicle, tasks = problem.vehicles[round_.vehicle], _tasks(problem, round_)
    earliest = [vehicle.earliest_s, *(task.earliest_s for task in tasks), vehicle.earliest_s]
    bounds = [vehicle.latest_s, *(task.latest_s for task in tasks), vehicle.latest_s]
    return earliest, bounds


def _places(problem: Problem, round_: Round) -> list[int]:
    vehicle = problem.vehicles[round_.vehicle]
    tasks = _tasks(problem, round_)
    return [vehicle.start_place, *(task.place for task in tasks), vehicle.end_place]


def _legs(problem: Problem, round_: Round) -> list[Gap]:
    """Return the least seconds between starts: service, travel, and set-up on arrival."""
    profile = problem.vehicles[round_.vehicle].profile
    seconds, places = problem.matrices[profile].duration_s, _places(problem, round_)
    service = [0, *(task.service_s for task in _tasks(problem, round_))]
    legs = []
    for before, stay in enumerate(service):
        here, there = places[before], places[before + 1]
        setup = int(problem.setup_s[profile, there]) if here != there else 0
        if before + 1 == len(places) - 1:
            setup = 0
        legs.append(Gap(before, before + 1, stay + int(seconds[here, there]) + setup))
    return legs


def _kept_rides(problem: Problem, round_: Round) -> tuple[list[Gap], list[int]]:
    """Return the rides a round can keep, as gaps, and the shipments whose ride it cannot.

    Where windows are missed anyway a ride is only blamed if moving alone takes too long.
    """
    legs = _legs(problem, round_)
    earliest, bounds = _windows(problem, round_)
    plain = soonest(earliest, legs) or earliest
    in_time = _within(plain, bounds)
    moved = [0]
    for leg in legs:
        moved.append(moved[-1] + leg.seconds)
    kept: list[Gap] = []
    broken = []
    for shipment, gaps in _rides(problem, round_):
        fits = all(moved[gap.before] - moved[gap.after] <= -gap.seconds for gap in gaps)
        starts = soonest(earliest, [*legs, *kept, *gaps]) if fits else None
        if starts is None or (in_time and not _within(starts, bounds)):
            broken.append(shipment)
        else:
            kept += gaps
    return kept, broken


def _within(starts: list[int], bounds: list[int]) -> bool:
    return all(start <= bound for start, bound in zip(starts, bounds, strict=True))


def _rides(problem: Problem, round_: Round) -> Iterator[tuple[int, list[Gap]]]:
    """Yield each shipment with a longest ride, and what ties its pickups to its dropoff."""
    node = {visit: position + 1 for position, visit in enumerate(round_.visits)}
    for visit, dropoff in node.items():
        shipment = problem.shipments[visit.shipment]
        if shipment.longest_ride_s is None or visit.task < len(shipment.pickups):
            continue
        gaps = []
        for number, task in enumerate(shipment.pickups):
            pickup = node.get(Visit(shipment=visit.shipment, task=number))
            if pickup is not None and pickup < dropoff:
                seconds = -(shipment.longest_ride_s + task.service_s)
                gaps.append(Gap(dropoff, pickup, seconds))
        yield visit.shipment, gaps


def _with_times(problem: Problem, round_: Round, starts: list[int]) -> Schedule:
    profile = problem.vehicles[round_.vehicle].profile
    matrix, places = problem.matrices[profile], _places(problem, round_)
    timed = []
    leave = starts[0]
    for position, (visit, task) in enumerate(
        zip(round_.visits, _tasks(problem, round_), strict=True), start=1
    ):
        arrival = leave + int(matrix.duration_s[places[position - 1], task.place])
        leave = starts[position] + task.service_s
        timed.append(
            TimedVisit(
                visit=visit,
                place=task.place,
                arrival_s=arrival,
                start_s=starts[position],
                leave_s=leave,
            )
        )
    metres = sum(int(matrix.distance_m[pair]) for pair in pairwise(places))
    return Schedule(
        departure_s=starts[0], return_s=starts[-1], distance_m=metres, visits=tuple(timed)
    )
