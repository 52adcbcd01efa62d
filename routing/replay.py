"""The referee drives one round: order, load, hours and rides, visit by visit."""

from collections.abc import Iterator, Sequence

from routing.course import Course, kept_rides, starts_of
from routing.fault import Fault, FaultCode
from routing.problem import Problem
from routing.round import Round, Visit
from routing.vehicle import Vehicle


def round_faults(problem: Problem, index: int, round_: Round, course: Course) -> Iterator[Fault]:
    """Yield what a round breaks by itself; `index` is its place in the plan."""
    if not round_.visits and course.vehicle.underway is None:
        yield Fault(code=FaultCode.EMPTY_ROUND, text=f"round {index} visits nothing", round=index)
        return
    yield from _order_faults(problem, index, round_)
    yield from _load_faults(problem, index, round_)
    yield from _time_faults(index, round_, course)
    yield from _ride_faults(problem, index, course)


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
    """Weigh what is on board on every leg; a dropoff takes off all that was picked up."""
    vehicle = problem.vehicles[round_.vehicle]
    load = _load_at_start(problem, vehicle)
    for position, visit in enumerate(round_.visits):
        shipment = problem.shipments[visit.shipment]
        if visit.task == len(shipment.pickups):
            load = [on_board - value for on_board, value in _pairs(load, shipment.amount)]
        else:
            load = [
                on_board + value for on_board, value in _pairs(load, shipment.amounts[visit.task])
            ]
        if any(on_board > most for on_board, most in _pairs(load, vehicle.capacity)):
            text = f"{tuple(load)} is on board of vehicle {round_.vehicle}"
            text += f", which holds {vehicle.capacity}"
            yield _at(FaultCode.OVERLOADED, text, index, position, visit)


def _load_at_start(problem: Problem, vehicle: Vehicle) -> list[int]:
    """Return what was picked up before; what is left unserved of it is never taken off."""
    load = [0] * len(vehicle.capacity)
    for parcel in vehicle.underway.on_board if vehicle.underway else ():
        amounts = problem.shipments[parcel.shipment].amounts
        for amount, left_s in zip(amounts, parcel.left_s, strict=True):
            if left_s is not None:
                load = [on_board + value for on_board, value in _pairs(load, amount)]
    return load


def _pairs(load: Sequence[int], amount: Sequence[int]) -> Iterator[tuple[int, int]]:
    return zip(load, amount, strict=True)


def _time_faults(index: int, round_: Round, course: Course) -> Iterator[Fault]:
    starts = starts_of(course)
    for position, (visit, task) in enumerate(zip(round_.visits, course.tasks, strict=True)):
        start = starts[position + 1]
        if start > task.latest_s:
            text = f"service starts at {start}, after {task.latest_s}"
            yield _at(FaultCode.TOO_LATE, text, index, position, visit)
    back, latest_s = starts[-1], course.vehicle.latest_s
    if back > latest_s:
        text = f"vehicle {round_.vehicle} is back at {back}, after {latest_s}"
        yield Fault(code=FaultCode.WORKING_PERIOD, text=text, round=index)


def _ride_faults(problem: Problem, index: int, course: Course) -> Iterator[Fault]:
    for shipment in kept_rides(course)[1]:
        text = f"shipment {shipment} rides longer than "
        text += f"{problem.shipments[shipment].longest_ride_s} s, whatever the waiting"
        yield Fault(code=FaultCode.RIDE_TOO_LONG, text=text, round=index, shipment=shipment)


def _at(code: FaultCode, text: str, index: int, position: int, visit: Visit) -> Fault:
    return Fault(code=code, text=text, round=index, shipment=visit.shipment, position=position)
