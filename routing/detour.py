"""One more task between two visits of a round: what it adds in seconds, metres and waiting."""

from typing import NamedTuple

from routing.compiling import inlined
from routing.rows import (
    AHEAD,
    AT,
    DEPART,
    LATE,
    LENGTH,
    METRES,
    MOVED,
    RETURN,
    SOONEST,
    STAY,
    VEHICLE,
    Rounds,
)
from routing.sight import NEVER
from routing.tables import (
    EARLIEST,
    LATEST,
    PER_M,
    PER_S,
    PLACE,
    PROFILE,
    SERVICE,
    USE,
    Int32s,
    Int64s,
    Tables,
)


class Stop(NamedTuple):
    """A task as one vehicle sees it.

    `to` and `onward` are (places, 2): seconds and metres from each place to the task's, and from
    there to each place; `per_s` and `per_m` are what they cost.
    """

    task: int
    place: int
    opens: int
    closes: int
    service: int
    amount: Int64s
    to: Int32s
    onward: Int32s
    per_s: int
    per_m: int


class Walk(NamedTuple):
    """How far a walk along a round has come.

    `at`, `stay` and `start` are its last visit's place, service and soonest start; `moved` are the
    seconds moved up to there, `depart` is the latest departure.
    """

    at: int
    stay: int
    start: int
    moved: int
    depart: int


@inlined
def stop_of(tables: Tables, vehicle: int, task: int) -> Stop:
    """Return a task as a vehicle sees it."""
    facts, wanted = tables.vehicles[vehicle], tables.tasks[task]
    profile, place = facts[PROFILE], wanted[PLACE]
    return Stop(
        task,
        place,
        wanted[EARLIEST],
        wanted[LATEST],
        wanted[SERVICE],
        tables.amounts[task],
        tables.back[profile, place],
        tables.travel[profile, place],
        facts[PER_S],
        facts[PER_M],
    )


@inlined
def walked(here: Int64s) -> Walk:
    """Return a walk that has come to a visit of a timed round."""
    return Walk(here[AT], here[STAY], here[SOONEST], here[MOVED], here[DEPART])


@inlined
def bare_cost(tables: Tables, rounds: Rounds, row: int) -> int:
    """Return what a timed row costs without paid waiting, as if its vehicle never stayed."""
    values = rounds.values[row]
    vehicle, end = tables.vehicles[values[VEHICLE]], rounds.visits[row, values[LENGTH] + 1]
    cost: int = vehicle[USE] + vehicle[PER_S] * end[MOVED] + vehicle[PER_M] * end[METRES]
    return cost


@inlined
def seconds_added(stop: Stop, here: Int64s, after: Int64s) -> int:
    """Return what a stop between two visits adds to the seconds moved; less than 0 if it saves."""
    seconds = here[STAY] + stop.to[here[AT], 0] + stop.service + stop.onward[after[AT], 0]
    more: int = seconds - (after[MOVED] - here[MOVED])
    return more


@inlined
def metres_added(stop: Stop, here: Int64s, after: Int64s) -> int:
    """Return what a stop between two visits adds to the metres; less than 0 if it saves."""
    metres = stop.to[here[AT], 1] + stop.onward[after[AT], 1]
    more: int = metres - (after[METRES] - here[METRES])
    return more


@inlined
def joined_cost(walk: Walk, stop: Stop, after: Int64s, bare: int) -> int:
    """Return what a round costs whose walk goes on by a stop to a visit; `NEVER` if too late.

    `bare` is what it costs without paid waiting.
    """
    seconds = walk.stay + stop.to[walk.at, 0]
    start = max(walk.start + seconds, stop.opens)
    onward = stop.service + stop.onward[after[AT], 0]
    if start > stop.closes or start + onward > after[LATE]:
        return NEVER
    if stop.per_s == 0:
        return bare
    moving = walk.moved + seconds + onward
    leaving = min(walk.depart, stop.closes - walk.moved - seconds, after[LATE] - moving)
    back = max(after[RETURN], start + onward + after[AHEAD])
    waiting: int = max(0, back - leaving - moving - after[AHEAD])
    return bare + stop.per_s * waiting
