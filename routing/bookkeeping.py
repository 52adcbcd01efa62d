"""The referee counts: vehicles, tasks, shipments and deliveries over a whole plan."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from routing.fault import Fault, FaultCode
from routing.problem import Problem
from routing.round import Round, Visit
from routing.vehicle import OnBoard


def book_faults(
    problem: Problem, rounds: Sequence[Round], unserved: Sequence[int]
) -> Iterator[Fault]:
    """Yield what rounds and the list of unserved deliveries get wrong between them."""
    rounds_of = defaultdict(set)
    for index, round_ in enumerate(rounds):
        for visit in round_.visits:
            rounds_of[visit.shipment].add(index)
    yield from _vehicle_faults(problem, rounds)
    yield from _past_faults(problem, rounds)
    yield from _task_faults(problem, rounds, rounds_of)
    yield from _delivery_faults(problem, set(rounds_of), Counter(unserved))


def _vehicle_faults(problem: Problem, rounds: Sequence[Round]) -> Iterator[Fault]:
    driven = Counter(round_.vehicle for round_ in rounds)
    for index, vehicle in enumerate(problem.vehicles):
        if driven[index] > 1:
            text = f"vehicle {index} drives {driven[index]} rounds"
            yield Fault(code=FaultCode.VEHICLE_TWICE, text=text)
        if vehicle.underway is not None and not driven[index]:
            text = f"vehicle {index} is under way and has no round to come back by"
            yield Fault(code=FaultCode.NO_WAY_BACK, text=text)


def _on_board(problem: Problem) -> dict[int, tuple[int, OnBoard]]:
    """Return by shipment which vehicle has something of it on board, and what."""
    return {
        parcel.shipment: (index, parcel)
        for index, vehicle in enumerate(problem.vehicles)
        if vehicle.underway is not None
        for parcel in vehicle.underway.on_board
    }


def _past_faults(problem: Problem, rounds: Sequence[Round]) -> Iterator[Fault]:
    """Yield visits that forget what is on board already, and of whom."""
    on_board = _on_board(problem)
    for index, round_ in enumerate(rounds):
        for position, visit in enumerate(round_.visits):
            if visit.shipment not in on_board:
                continue
            vehicle, parcel = on_board[visit.shipment]
            if vehicle != round_.vehicle:
                text = f"shipment {visit.shipment} is on board of vehicle {vehicle}"
                text += f", not of vehicle {round_.vehicle}"
                yield _at(FaultCode.WRONG_VEHICLE, text, index, position, visit)
            if _is_done(parcel, visit.task):
                text = f"task {visit.task} of shipment {visit.shipment} was done"
                text += f" at {parcel.left_s[visit.task]}"
                yield _at(FaultCode.ALREADY_DONE, text, index, position, visit)


def _is_done(parcel: OnBoard, task: int) -> bool:
    return task < len(parcel.left_s) and parcel.left_s[task] is not None


def _at(code: FaultCode, text: str, index: int, position: int, visit: Visit) -> Fault:
    return Fault(code=code, text=text, round=index, shipment=visit.shipment, position=position)


def _task_faults(
    problem: Problem, rounds: Sequence[Round], rounds_of: dict[int, set[int]]
) -> Iterator[Fault]:
    visits = Counter(visit for round_ in rounds for visit in round_.visits)
    on_board = _on_board(problem)
    for index in sorted(rounds_of):
        here = f"shipment {index}"
        if len(rounds_of[index]) > 1:
            text = f"{here} is spread over rounds {sorted(rounds_of[index])}"
            yield Fault(code=FaultCode.SPLIT, text=text, shipment=index)
        for task in range(len(problem.shipments[index].tasks)):
            times = visits[Visit(shipment=index, task=task)]
            is_done = index in on_board and _is_done(on_board[index][1], task)
            if times == 0 and not is_done:
                text = f"{here} is served without its task {task}"
                yield Fault(code=FaultCode.TASK_MISSING, text=text, shipment=index)
            if times > 1:
                text = f"task {task} of {here} is visited {times} times"
                yield Fault(code=FaultCode.TASK_TWICE, text=text, shipment=index)


def _delivery_faults(problem: Problem, served: set[int], unserved: Counter[int]) -> Iterator[Fault]:
    """Yield deliveries of which not exactly one option is served whole, or none and listed."""
    for index, delivery in enumerate(problem.deliveries):
        here, listed = f"delivery {index}", unserved[index]
        begun = [number for number, option in enumerate(delivery.options) if served & {*option}]
        if not begun and not listed:
            text = f"{here} is neither served nor listed as unserved"
            yield Fault(code=FaultCode.DELIVERY_MISSING, text=text, delivery=index)
        if begun and listed:
            text = f"{here} is served and listed as unserved"
            yield Fault(code=FaultCode.SERVED_AND_UNSERVED, text=text, delivery=index)
        if listed > 1:
            text = f"{here} is listed as unserved {listed} times"
            yield Fault(code=FaultCode.UNSERVED_TWICE, text=text, delivery=index)
        if len(begun) > 1:
            text = f"{here} is served by options {begun}, and needs one"
            yield Fault(code=FaultCode.SECOND_OPTION, text=text, delivery=index)
        for number in begun:
            missing = [each for each in delivery.options[number] if each not in served]
            if missing:
                text = f"option {number} of {here} is served without its shipments {missing}"
                yield Fault(code=FaultCode.SHIPMENT_MISSING, text=text, delivery=index)
