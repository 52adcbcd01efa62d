"""A problem as flat integer tables, the only thing the compiled kernel reads.

Rows are tasks, shipments, options, deliveries or vehicles; the constants name the columns. Each
distinct end place of a vehicle gets a column of its own at the right edge of `travel`, because
arriving there takes no set-up.

What a vehicle under way has fetched already is no task here: it is on board from the start, and
a longest ride that began with it closes the dropoff's window earlier.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.nearness import nearest
from routing.problem import Problem
from routing.shipment import Shipment

type Int64s = NDArray[np.int64]
type Int32s = NDArray[np.int32]

#: Longer than any ride: the shipment does not mind.
NO_LIMIT = 1 << 40

PLACE, EARLIEST, LATEST, SERVICE, SHIPMENT, LAST, NUMBER = range(7)
FIRST, TASKS, RIDE, SKILLS, ONLY, DELIVERY, OPTION = range(7)
MEMBERS, COUNT = range(2)
PENALTY, OPTIONS, CHOICES, FAR, HAUL, SPAN = range(6)
PROFILE, START, END, OPENS, CLOSES, ABLE, USE, PER_S, PER_M, KIND, DEPARTED, DRIVEN = range(12)


class Tables(NamedTuple):
    """What is asked, as arrays.

    Parameters
    ----------
    travel
        (profiles, places, places + ends, 2) int32: seconds until service can start (set-up
        included where the place changes), then metres.
    back
        (profiles, places, places, 2) int32: the same the other way round, `back[p, to, from]`, so
        that everything about one place lies together.
    tasks
        (tasks, 7): place, window, service, its shipment, 1 for a dropoff, its number in
        `Shipment.tasks`. A shipment's tasks follow one another, the dropoff last.
    amounts
        (tasks, dimensions): what a visit adds to the load, negative for a dropoff.
    shipments
        (shipments, 7): first task, number of tasks, longest ride, skills, the only vehicle that
        may serve it or -1, its delivery and its option.
    members
        (shipments,): shipments sorted by option.
    options
        (options, 2): first of its `members`, and how many.
    deliveries
        (deliveries, 6): penalty, first option and how many, then what recreating orders by:
        seconds from the nearest start, seconds from pickup to dropoff, the widths of its windows.
    vehicles, capacity, aboard
        (vehicles, 12) and (vehicles, dimensions) twice: `aboard` is the load at the start.
        `OPENS` is when what remains may begin; `DEPARTED` is -1 for a vehicle still at its start.
        Vehicles of one kind are alike in everything.
    near
        (tasks, k) int32: the task itself and the others, nearest first in place and time.
    """

    travel: Int32s
    back: Int32s
    tasks: Int64s
    amounts: Int64s
    shipments: Int64s
    members: Int64s
    options: Int64s
    deliveries: Int64s
    vehicles: Int64s
    capacity: Int64s
    aboard: Int64s
    near: Int32s


def tables_of(problem: Problem) -> Tables:
    """Lay a problem out as tables; tasks are numbered shipment by shipment."""
    ends = sorted({vehicle.end_place for vehicle in problem.vehicles})
    boarded = _boarded(problem)
    tasks, amounts, shipments = _task_rows(problem, boarded)
    members, options, deliveries = _delivery_rows(problem, tasks, shipments)
    travel, usual = _travel(problem, ends), _usual_seconds(problem)
    return Tables(
        travel=travel,
        back=travel[:, :, : travel.shape[1]].transpose(0, 2, 1, 3).copy(),
        tasks=tasks,
        amounts=amounts,
        shipments=shipments,
        members=members,
        options=options,
        deliveries=deliveries,
        vehicles=_vehicle_rows(problem, ends),
        capacity=_matrix([vehicle.capacity for vehicle in problem.vehicles], _dimensions(problem)),
        aboard=_aboard(problem, boarded),
        near=nearest(tasks[:, PLACE], *_likely_hours(tasks, shipments, usual), usual),
    )


def _dimensions(problem: Problem) -> int:
    return len(problem.vehicles[0].capacity)


def _matrix(rows: list[tuple[int, ...]], columns: int) -> Int64s:
    return np.array(rows, np.int64).reshape(len(rows), columns)


def _travel(problem: Problem, ends: list[int]) -> Int32s:
    places = problem.matrices[0].size
    travel = np.zeros((len(problem.matrices), places, places + len(ends), 2), np.int32)
    for profile, matrix in enumerate(problem.matrices):
        travel[profile, :, :places, 0] = matrix.duration_s + problem.setup_s[profile]
        np.fill_diagonal(travel[profile, :, :places, 0], 0)
        travel[profile, :, :places, 1] = matrix.distance_m
        travel[profile, :, places:, 0] = matrix.duration_s[:, ends]
        travel[profile, :, places:, 1] = matrix.distance_m[:, ends]
    return travel


type Boarded = dict[int, tuple[int, tuple[int | None, ...]]]


def _boarded(problem: Problem) -> Boarded:
    """Return, for each shipment on board, its vehicle and when service at its pickups ended."""
    return {
        parcel.shipment: (index, parcel.left_s)
        for index, vehicle in enumerate(problem.vehicles)
        if vehicle.underway is not None
        for parcel in vehicle.underway.on_board
    }


def _task_rows(problem: Problem, boarded: Boarded) -> tuple[Int64s, Int64s, Int64s]:
    tasks: list[tuple[int, ...]] = []
    amounts: list[tuple[int, ...]] = []
    rows: list[tuple[int, ...]] = []
    for index, shipment in enumerate(problem.shipments):
        only, left_s = boarded.get(index, (-1, (None,) * len(shipment.pickups)))
        first, last = len(tasks), len(shipment.pickups)
        for number, task in enumerate(shipment.tasks):
            if number < last and left_s[number] is not None:
                continue
            latest = task.latest_s if number < last else _dropoff_by(shipment, left_s)
            window = (task.earliest_s, latest)
            tasks.append((task.place, *window, task.service_s, index, number == last, number))
            change = tuple(-value for value in shipment.amount)
            amounts.append(shipment.amounts[number] if number < last else change)
        ride = NO_LIMIT if shipment.longest_ride_s is None else shipment.longest_ride_s
        ride = NO_LIMIT if None not in left_s else ride
        rows.append((first, len(tasks) - first, ride, shipment.skills, only, -1, -1))
    return _matrix(tasks, 7), _matrix(amounts, _dimensions(problem)), _matrix(rows, 7)


def _dropoff_by(shipment: Shipment, left_s: tuple[int | None, ...]) -> int:
    """Return the latest start of the dropoff, given when goods came on board."""
    latest = shipment.dropoff.latest_s
    if shipment.longest_ride_s is None:
        return latest
    return min([latest, *(s + shipment.longest_ride_s for s in left_s if s is not None)])


def _aboard(problem: Problem, boarded: Boarded) -> Int64s:
    aboard = np.zeros((len(problem.vehicles), _dimensions(problem)), np.int64)
    for shipment, (vehicle, left_s) in boarded.items():
        for amount, left in zip(problem.shipments[shipment].amounts, left_s, strict=True):
            if left is not None:
                aboard[vehicle] += amount
    return aboard


def _delivery_rows(
    problem: Problem, tasks: Int64s, shipments: Int64s
) -> tuple[Int64s, Int64s, Int64s]:
    """Number the options; write each shipment's delivery and option into its row."""
    seconds = _usual_seconds(problem)
    starts = sorted({vehicle.from_place for vehicle in problem.vehicles})
    nearest = seconds[starts].min(axis=0)
    members: list[int] = []
    options: list[tuple[int, ...]] = []
    rows: list[tuple[int, ...]] = []
    for index, delivery in enumerate(problem.deliveries):
        shape = [_shape(tasks, shipments[each], seconds, nearest) for each in delivery.shipments]
        far, haul, span = (max(column) for column in zip(*shape, strict=True))
        rows.append((delivery.penalty, len(options), len(delivery.options), far, haul, span))
        for option in delivery.options:
            shipments[list(option), DELIVERY] = index
            shipments[list(option), OPTION] = len(options)
            options.append((len(members), len(option)))
            members += option
    return np.array(members, np.int64), _matrix(options, 2), _matrix(rows, 6)


def _shape(
    tasks: Int64s, shipment: Int64s, seconds: Int32s, nearest: Int32s
) -> tuple[int, int, int]:
    own = tasks[shipment[FIRST] : shipment[FIRST] + shipment[TASKS]]
    span = (own[:, LATEST] - own[:, EARLIEST]).sum()
    haul = seconds[own[0, PLACE], own[-1, PLACE]]
    return int(nearest[own[:, PLACE]].min()), int(haul), int(span)


def _vehicle_rows(problem: Problem, ends: list[int]) -> Int64s:
    places = problem.matrices[0].size
    kinds = {vehicle: kind for kind, vehicle in enumerate(dict.fromkeys(problem.vehicles))}
    rows: list[tuple[int, ...]] = [
        (
            vehicle.profile,
            vehicle.from_place,
            places + ends.index(vehicle.end_place),
            vehicle.from_s,
            vehicle.latest_s,
            vehicle.skills,
            vehicle.cost_use,
            vehicle.cost_per_s,
            vehicle.cost_per_m,
            kinds[vehicle],
            -1 if vehicle.underway is None else vehicle.underway.departed_s,
            0 if vehicle.underway is None else vehicle.underway.driven_m,
        )
        for vehicle in problem.vehicles
    ]
    return _matrix(rows, 12)


def _usual_seconds(problem: Problem) -> Int32s:
    """Return travel by the profile most vehicles have."""
    profiles = [vehicle.profile for vehicle in problem.vehicles]
    usual = max(sorted(set(profiles)), key=profiles.count)
    return problem.matrices[usual].duration_s


def _likely_hours(tasks: Int64s, shipments: Int64s, seconds: Int32s) -> tuple[Int64s, Int64s]:
    """Return when each task starts, soonest and latest, given the way to or from its fellows."""
    earliest, latest = tasks[:, EARLIEST].copy(), tasks[:, LATEST].copy()
    for first, count, ride in shipments[:, [FIRST, TASKS, RIDE]].tolist():
        pickups, dropoff = slice(first, first + count - 1), first + count - 1
        service = tasks[pickups, SERVICE]
        away = seconds[tasks[pickups, PLACE], tasks[dropoff, PLACE]] + service
        latest[pickups] = np.minimum(latest[pickups], latest[dropoff] - away)
        earliest[dropoff] = max([earliest[dropoff], *(earliest[pickups] + away)])
        earliest[pickups] = np.maximum(earliest[pickups], earliest[dropoff] - ride - service)
    return earliest, latest
