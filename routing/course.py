"""A round laid out as nodes bound in time: its start, every visit, its end.

Node k + 1 is visit k. The referee judges rounds by it and schedules are made from it, in plain
Python; the kernel has its own way.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from routing.matrix import TravelMatrix
from routing.problem import Problem
from routing.round import Round, Visit
from routing.shipment import Shipment, Task
from routing.starts import Gap, soonest
from routing.vehicle import OnBoard, Vehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class Ride:
    """What a longest ride asks of a round that drops the shipment at node `dropoff`.

    `gaps` hold its pickups of this round back; `by_s` is when goods that were on board before
    must be dropped: no waiting shortens their ride.
    """

    shipment: int
    dropoff: int
    gaps: tuple[Gap, ...]
    by_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A round's nodes; `places`, `earliest` and `bounds` (latest starts) have a value for each.

    `legs` are the least seconds between starts: service, travel, and set-up on arrival.
    """

    vehicle: Vehicle
    matrix: TravelMatrix
    tasks: tuple[Task, ...]
    places: tuple[int, ...]
    earliest: tuple[int, ...]
    bounds: tuple[int, ...]
    legs: tuple[Gap, ...]
    rides: tuple[Ride, ...]


def course_of(problem: Problem, round_: Round) -> Course:
    """Lay a round out; one of a vehicle under way begins where and when that is free to go on."""
    vehicle = problem.vehicles[round_.vehicle]
    tasks = tuple(problem.shipments[visit.shipment].tasks[visit.task] for visit in round_.visits)
    places = (vehicle.from_place, *(task.place for task in tasks), vehicle.end_place)
    opens = (task.earliest_s for task in tasks)
    closes = (task.latest_s for task in tasks)
    return Course(
        vehicle=vehicle,
        matrix=problem.matrices[vehicle.profile],
        tasks=tasks,
        places=places,
        earliest=(vehicle.from_s, *opens, vehicle.earliest_s),
        bounds=(vehicle.latest_s, *closes, vehicle.latest_s),
        legs=tuple(_legs(problem, vehicle, places, tasks)),
        rides=tuple(_rides(problem, round_)),
    )


def _legs(
    problem: Problem, vehicle: Vehicle, places: Sequence[int], tasks: Sequence[Task]
) -> Iterator[Gap]:
    seconds = problem.matrices[vehicle.profile].duration_s
    setup_s = problem.setup_s[vehicle.profile]
    stays = [0, *(task.service_s for task in tasks)]
    for before, (stay, here, there) in enumerate(zip(stays, places, places[1:], strict=False)):
        is_stop = here != there and before < len(tasks)
        setup = int(setup_s[there]) if is_stop else 0
        yield Gap(before, before + 1, stay + int(seconds[here, there]) + setup)


def _rides(problem: Problem, round_: Round) -> Iterator[Ride]:
    past = problem.vehicles[round_.vehicle].underway
    on_board = {parcel.shipment: parcel for parcel in past.on_board} if past else {}
    node = {visit: position for position, visit in enumerate(round_.visits, start=1)}
    for visit, dropoff in node.items():
        shipment = problem.shipments[visit.shipment]
        if shipment.longest_ride_s is None or visit.task < len(shipment.pickups):
            continue
        yield Ride(
            shipment=visit.shipment,
            dropoff=dropoff,
            gaps=tuple(_gaps(visit.shipment, shipment, shipment.longest_ride_s, node, dropoff)),
            by_s=_by_s(on_board.get(visit.shipment), shipment.longest_ride_s),
        )


def _gaps(
    index: int, shipment: Shipment, longest_s: int, node: dict[Visit, int], dropoff: int
) -> Iterator[Gap]:
    for number, task in enumerate(shipment.pickups):
        pickup = node.get(Visit(shipment=index, task=number))
        if pickup is not None and pickup < dropoff:
            yield Gap(dropoff, pickup, -(longest_s + task.service_s))


def _by_s(parcel: OnBoard | None, longest_s: int) -> int | None:
    if parcel is None:
        return None
    return min(left_s for left_s in parcel.left_s if left_s is not None) + longest_s


def starts_of(course: Course, gaps: Sequence[Gap] = ()) -> list[int]:
    """Return the soonest starts at every node that keep the legs and these gaps besides.

    The gaps must be of rides that moving alone can keep.
    """
    starts = soonest(course.earliest, (*course.legs, *gaps))
    assert starts is not None
    return starts


def kept_rides(course: Course) -> tuple[list[Gap], list[int]]:
    """Return the rides a round can keep, as gaps, and the shipments whose ride it cannot.

    Where windows are missed anyway a ride is only blamed if moving alone takes too long.
    """
    moved = list(accumulate((leg.seconds for leg in course.legs), initial=0))
    starts = starts_of(course)
    in_time = are_within(starts, course.bounds)
    bounds = list(course.bounds)
    possible: list[Ride] = []
    broken: list[int] = []
    for ride in course.rides:
        in_hand = all(moved[gap.before] - moved[gap.after] <= -gap.seconds for gap in ride.gaps)
        if not in_hand or (ride.by_s is not None and starts[ride.dropoff] > ride.by_s):
            broken.append(ride.shipment)
            continue
        possible.append(ride)
        if ride.by_s is not None:
            bounds[ride.dropoff] = min(bounds[ride.dropoff], ride.by_s)
    together = [gap for ride in possible for gap in ride.gaps]
    if not in_time or not together or are_within(starts_of(course, together), bounds):
        return together, broken
    kept: list[Gap] = []
    for ride in possible:
        if are_within(starts_of(course, (*kept, *ride.gaps)), bounds):
            kept += ride.gaps
        else:
            broken.append(ride.shipment)
    return kept, broken


def are_within(starts: Sequence[int], bounds: Sequence[int]) -> bool:
    """Tell whether every start keeps its bound."""
    return all(start <= bound for start, bound in zip(starts, bounds, strict=True))
