"""A problem as flat integer tables, the only thing the compiled kernel reads.

Rows are tasks, shipments or vehicles; the constants name the columns. Each distinct end place of
a vehicle gets a column of its own at the right edge of `travel`, because arriving there takes no
set-up.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.problem import Problem

type Int64s = NDArray[np.int64]
type Int32s = NDArray[np.int32]

#: Longer than any ride: the shipment does not mind.
NO_LIMIT = 1 << 40
#: Ruins look for neighbours no farther than this.
MOST_NEAR = 500

PLACE, EARLIEST, LATEST, SERVICE, SHIPMENT, LAST = range(6)
FIRST, TASKS, RIDE, SKILLS, PENALTY, FAR, HAUL, SPAN = range(8)
PROFILE, START, END, OPENS, CLOSES, ABLE, USE, PER_S, PER_M, KIND = range(10)


class Tables(NamedTuple):
    """What is asked, as arrays.

    Parameters
    ----------
    travel
        (profiles, places, places + ends, 2) int32: seconds until service can start (set-up
        included where the place changes), then metres.
    tasks
        (tasks, 6): place, window, service, its shipment, 1 for a dropoff.
    amounts
        (tasks, dimensions): what a visit adds to the load, negative for a dropoff.
    shipments
        (shipments, 8): first task, number of tasks, longest ride, skills, penalty, then what
        recreating orders by: seconds from the nearest start place, seconds from first pickup to
        dropoff, the sum of its windows' widths.
    vehicles, capacity
        (vehicles, 10) and (vehicles, dimensions). Vehicles of one kind are alike in everything.
    near
        (tasks, k) int32: the other tasks, nearest first.
    """

    travel: Int32s
    tasks: Int64s
    amounts: Int64s
    shipments: Int64s
    vehicles: Int64s
    capacity: Int64s
    near: Int32s


def tables_of(problem: Problem) -> Tables:
    """Lay a problem out as tables; tasks are numbered shipment by shipment."""
    ends = sorted({vehicle.end_place for vehicle in problem.vehicles})
    tasks, amounts = _task_rows(problem)
    vehicles = _vehicle_rows(problem, ends)
    travel = _travel(problem, ends)
    profile = _usual_profile(problem)
    seconds = problem.matrices[profile].duration_s
    return Tables(
        travel=travel,
        tasks=tasks,
        amounts=amounts,
        shipments=_shipment_rows(problem, seconds),
        vehicles=vehicles,
        capacity=_matrix([vehicle.capacity for vehicle in problem.vehicles], _dimensions(problem)),
        near=_nearest(tasks[:, PLACE], seconds),
    )


def _dimensions(problem: Problem) -> int:
    return len(problem.vehicles[0].capacity)


def _matrix(rows: list[tuple[int, ...]], columns: int) -> Int64s:
    return np.array(rows, np.int64).reshape(len(rows), columns)


def _travel(problem: Problem, ends: list[int]) -> Int32s:
    places = problem.matrices[0].size
    travel = np.zeros((len(problem.matrices), places, places + len(ends), 2), np.int32)
    for profile, matrix in enumerate(problem.matrices):
        setup_s = np.broadcast_to(problem.setup_s[profile], (places, places)).copy()
        np.fill_diagonal(setup_s, 0)
        travel[profile, :, :places, 0] = matrix.duration_s + setup_s
        travel[profile, :, :places, 1] = matrix.distance_m
        travel[profile, :, places:, 0] = matrix.duration_s[:, ends]
        travel[profile, :, places:, 1] = matrix.distance_m[:, ends]
    return travel


def _task_rows(problem: Problem) -> tuple[Int64s, Int64s]:
    rows: list[tuple[int, ...]] = []
    amounts: list[tuple[int, ...]] = []
    for index, shipment in enumerate(problem.shipments):
        for position, task in enumerate(shipment.tasks):
            last = position == len(shipment.pickups)
            window = (task.earliest_s, task.latest_s)
            rows.append((task.place, *window, task.service_s, index, int(last)))
        amounts += [*shipment.amounts, tuple(-value for value in shipment.amount)]
    return _matrix(rows, 6), _matrix(amounts, _dimensions(problem))


def _shipment_rows(problem: Problem, seconds: Int32s) -> Int64s:
    starts = sorted({vehicle.start_place for vehicle in problem.vehicles})
    rows: list[tuple[int, ...]] = []
    first = 0
    for shipment in problem.shipments:
        tasks = shipment.tasks
        ride = NO_LIMIT if shipment.longest_ride_s is None else shipment.longest_ride_s
        span = sum(task.latest_s - task.earliest_s for task in tasks)
        haul = int(seconds[tasks[0].place, tasks[-1].place])
        far = min(int(seconds[starts, task.place].min()) for task in tasks)
        rows.append((first, len(tasks), ride, shipment.skills, shipment.penalty, far, haul, span))
        first += len(tasks)
    return _matrix(rows, 8)


def _vehicle_rows(problem: Problem, ends: list[int]) -> Int64s:
    places = problem.matrices[0].size
    kinds = {vehicle: kind for kind, vehicle in enumerate(dict.fromkeys(problem.vehicles))}
    rows: list[tuple[int, ...]] = [
        (
            vehicle.profile,
            vehicle.start_place,
            places + ends.index(vehicle.end_place),
            vehicle.earliest_s,
            vehicle.latest_s,
            vehicle.skills,
            vehicle.cost_use,
            vehicle.cost_per_s,
            vehicle.cost_per_m,
            kinds[vehicle],
        )
        for vehicle in problem.vehicles
    ]
    return _matrix(rows, 10)


def _usual_profile(problem: Problem) -> int:
    profiles = [vehicle.profile for vehicle in problem.vehicles]
    return max(sorted(set(profiles)), key=profiles.count)


def _nearest(places: Int64s, seconds: Int32s) -> Int32s:
    both = np.minimum(seconds, seconds.T)
    most = min(len(places), MOST_NEAR)
    near = np.empty((len(places), most), np.int32)
    for task, place in enumerate(places):
        apart = both[place, places].astype(np.int64)
        apart[task] = -1
        near[task] = np.argsort(apart, kind="stable")[:most]
    return near
