"""When a round does what, and what that costs."""

from dataclasses import dataclass
from itertools import pairwise

from routing.course import Course, are_within, course_of, kept_rides, starts_of
from routing.problem import Problem
from routing.round import Round, Visit
from routing.starts import latest, soonest
from routing.vehicle import Vehicle


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
    """When a round does what, and how far it goes, what is driven already included."""

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
    A vehicle under way has departed, and goes on as soon as it is free.

    A van leaves its base at 08:50 for a shop that opens at 09:00, ten minutes away, though its
    working period begins at 08:00.
    """
    course = course_of(problem, round_)
    return _with_times(course, round_, _starts(course))


def price(vehicle: Vehicle, times: Schedule) -> int:
    """Return what a round costs, in millicents: use, paid time, metres."""
    moving = vehicle.cost_per_s * times.paid_s + vehicle.cost_per_m * times.distance_m
    return vehicle.cost_use + moving


def _starts(course: Course) -> list[int]:
    """Return the start at every node, leaving as late as the soonest return allows."""
    kept, _ = kept_rides(course)
    starts = starts_of(course, kept)
    if course.vehicle.underway is not None or not are_within(starts, course.bounds):
        return starts
    gaps = (*course.legs, *kept)
    departures = latest([*course.bounds[:-1], starts[-1]], gaps)
    assert departures is not None
    late = soonest([departures[0], *course.earliest[1:]], gaps)
    assert late is not None
    return late


def _with_times(course: Course, round_: Round, starts: list[int]) -> Schedule:
    matrix, past = course.matrix, course.vehicle.underway
    timed = []
    leave, here = starts[0], course.places[0]
    for visit, task, start in zip(round_.visits, course.tasks, starts[1:-1], strict=True):
        arrival = leave + int(matrix.duration_s[here, task.place])
        leave, here = start + task.service_s, task.place
        timed.append(
            TimedVisit(visit=visit, place=here, arrival_s=arrival, start_s=start, leave_s=leave)
        )
    metres = sum(int(matrix.distance_m[pair]) for pair in pairwise(course.places))
    return Schedule(
        departure_s=starts[0] if past is None else past.departed_s,
        return_s=starts[-1],
        distance_m=metres if past is None else past.driven_m + metres,
        visits=tuple(timed),
    )
