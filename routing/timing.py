"""Rounds under way, timed and costed: what the kernel walks on.

Time runs thus: service starts at `max(arrival + setup, earliest_s)` and no later than `latest_s`;
arriving early means waiting. Set-up is spent on arrival wherever the place changes, so never
between two visits at one place, never at a first visit on the start place, and never at the end
place. A vehicle may also wait longer than it must where that shortens a ride.

A round costs its use, its paid seconds and its metres. Paid time is
`max(moving, soonest return - latest departure)`, where moving is travel, set-up and service
without any waiting: the least time between departure and return that the windows allow.

Each visit keeps what its prefix and its suffix need to be joined in constant time, as in
time-window segments (Savelsbergh 1992; Vidal et al. 2013): soonest start, seconds moved, latest
departure, metres and the latest opening behind it; latest start, soonest return and seconds ahead
of it. Nothing relies
on the triangle inequality, which rounded street times break: a visit that comes too late by one
neighbour may be in time by another.

A vehicle under way departed when it did, so the latest departure is that; what it drove and carries
already stands at position 0. Its round costs even where nothing is left but the way back.

Longest rides tie starts to one another across a round; `retime` is exact about them, while the
joined answer is only a bound. Each leg keeps how many more seconds the rides under way there can
bear, so that most of what would break one is never timed.
"""

from typing import NamedTuple

import numpy as np

from routing.compiling import inlined, lean
from routing.tables import (
    CLOSES,
    DEPARTED,
    DRIVEN,
    EARLIEST,
    END,
    FIRST,
    LAST,
    LATEST,
    NO_LIMIT,
    OPENS,
    PER_M,
    PER_S,
    PLACE,
    PROFILE,
    RIDE,
    SERVICE,
    SHIPMENT,
    START,
    USE,
    Int64s,
    Tables,
)

AT, STAY, OPEN, SOONEST, MOVED, METRES, LATE, DEPART = range(8)
TASK, BY, RETURN, AHEAD, PASSED, HELD, SLACK, COLUMNS = 8, 9, 10, 11, 12, 13, 14, 16
#: Rows behind the vehicles' for trying things out.
SPARE = 3
VEHICLE, LENGTH, COST, VERSION, LIMITED, CULPRIT = range(6)


class Rounds(NamedTuple):
    """Rounds under way: one row a vehicle, then spare rows for trying things out.

    Parameters
    ----------
    visits
        (vehicles + 3, tasks + 2, 16): position 0 is the start, position length + 1 the end. A
        visit fills two lines of the processor's cache, what is read most in the first.
    loads
        (vehicles + 3, tasks + 2, dimensions): what is on board after each visit.
    values
        (vehicles + 3, 6): vehicle, number of visits, cost, version, how many of its visits belong
        to shipments with a longest ride, the visit that came too late in the last timing.
    position
        (tasks,): where a task stands while a round is timed, else 0.
    detour
        (2, tasks + 2): what a dropoff adds behind each position, and the least from there on.
    """

    visits: Int64s
    loads: Int64s
    values: Int64s
    position: Int64s
    detour: Int64s


def open_rounds(tables: Tables) -> Rounds:
    """Return one empty round a vehicle."""
    vehicles, tasks = len(tables.vehicles), len(tables.tasks)
    rows = vehicles + SPARE
    values = np.zeros((rows, 6), np.int64)
    values[:vehicles, VEHICLE] = np.arange(vehicles)
    values[:vehicles, VERSION] = np.arange(1, vehicles + 1)
    return Rounds(
        visits=np.zeros((rows, tasks + 2, COLUMNS), np.int64),
        loads=np.zeros((rows, tasks + 2, tables.capacity.shape[1]), np.int64),
        values=values,
        position=np.zeros(tasks, np.int64),
        detour=np.zeros((2, tasks + 2), np.int64),
    )


@lean
def retime(tables: Tables, rounds: Rounds, row: int) -> bool:
    """Time a row whose order changed and cost it; False, naming the culprit, if it breaks."""
    values, visits = rounds.values[row], rounds.visits[row]
    vehicle = tables.vehicles[values[VEHICLE]]
    last = values[LENGTH] + 1
    values[COST] = 0
    values[LIMITED] = 0
    for d in range(tables.aboard.shape[1]):
        rounds.loads[row, 0, d] = tables.aboard[values[VEHICLE], d]
    _set_ends(vehicle, visits, last)
    idle = last == 1 and vehicle[DEPARTED] < 0
    if not _forward(tables, rounds, row) and not idle:
        return False
    _backward(rounds, row)
    if idle:
        return True
    soonest, latest = visits[last, SOONEST], visits[last, DEPART]
    if values[LIMITED] > 0:
        soonest, latest = _held(tables, rounds, row)
        if soonest < 0:
            return False
        _slacken(tables, rounds, row)
    paid = max(visits[last, MOVED], soonest - latest)
    values[COST] = vehicle[USE] + vehicle[PER_S] * paid + vehicle[PER_M] * visits[last, METRES]
    return True


@inlined
def _set_ends(vehicle: Int64s, visits: Int64s, last: int) -> None:
    """Write the start and end of a row, whose windows are the working period."""
    visits[0, AT] = vehicle[START]
    visits[last, AT] = vehicle[END]
    for position in (0, last):
        visits[position, TASK] = -1
        visits[position, STAY] = 0
        visits[position, OPEN], visits[position, BY] = vehicle[OPENS], vehicle[CLOSES]
    departed = vehicle[DEPARTED]
    visits[0, SOONEST] = vehicle[OPENS]
    visits[0, MOVED] = 0 if departed < 0 else vehicle[OPENS] - departed
    visits[0, DEPART] = vehicle[CLOSES] if departed < 0 else departed
    visits[0, METRES] = vehicle[DRIVEN]
    visits[0, PASSED] = vehicle[OPENS]
    visits[last, LATE] = vehicle[CLOSES]
    visits[last, RETURN] = vehicle[OPENS]
    visits[last, AHEAD] = 0


@inlined
def _forward(tables: Tables, rounds: Rounds, row: int) -> bool:
    values, visits, loads = rounds.values[row], rounds.visits[row], rounds.loads[row]
    travel = tables.travel[tables.vehicles[values[VEHICLE], PROFILE]]
    capacity = tables.capacity[values[VEHICLE]]
    dimensions = capacity.shape[0]
    last = values[LENGTH] + 1
    for i in range(1, last + 1):
        here, before = visits[i], visits[i - 1]
        values[CULPRIT] = i
        if i < last:
            task = tables.tasks[here[TASK]]
            here[AT], here[STAY], here[BY] = task[PLACE], task[SERVICE], task[LATEST]
            here[OPEN] = task[EARLIEST]
            values[LIMITED] += tables.shipments[task[SHIPMENT], RIDE] < NO_LIMIT
            for d in range(dimensions):
                loads[i, d] = loads[i - 1, d] + tables.amounts[here[TASK], d]
                if loads[i, d] > capacity[d]:
                    return False
        seconds = before[STAY] + travel[before[AT], here[AT], 0]
        here[SOONEST] = max(before[SOONEST] + seconds, here[OPEN])
        here[PASSED] = max(before[PASSED], here[OPEN])
        here[MOVED] = before[MOVED] + seconds
        here[DEPART] = min(before[DEPART], here[BY] - here[MOVED])
        here[METRES] = before[METRES] + travel[before[AT], here[AT], 1]
        if here[SOONEST] > here[BY]:
            return False
    return True


@inlined
def _backward(rounds: Rounds, row: int) -> None:
    values, visits = rounds.values[row], rounds.visits[row]
    for i in range(values[LENGTH], -1, -1):
        here, after = visits[i], visits[i + 1]
        seconds = after[MOVED] - here[MOVED]
        here[LATE] = min(here[BY], after[LATE] - seconds)
        here[AHEAD] = after[AHEAD] + seconds
        here[RETURN] = max(after[RETURN], here[OPEN] + here[AHEAD])


@lean
def _slacken(tables: Tables, rounds: Rounds, row: int) -> None:
    """Note behind each visit how many more seconds the rides under way there can bear at most."""
    visits, position = rounds.visits[row], rounds.position
    last = rounds.values[row, LENGTH] + 1
    for i in range(last):
        visits[i, SLACK] = NO_LIMIT
        if i > 0:
            position[visits[i, TASK]] = i
    for j in range(1, last):
        task = visits[j, TASK]
        shipment = tables.shipments[tables.tasks[task, SHIPMENT]]
        if tables.tasks[task, LAST] == 0 or shipment[RIDE] == NO_LIMIT:
            continue
        for pickup in range(shipment[FIRST], task):
            i = position[pickup]
            if i == 0:
                continue
            spare = shipment[RIDE] - (visits[j, MOVED] - visits[i, MOVED] - visits[i, STAY])
            for leg in range(i, j):
                visits[leg, SLACK] = min(visits[leg, SLACK], spare)
    for i in range(1, last):
        position[visits[i, TASK]] = 0


@lean
def _held(tables: Tables, rounds: Rounds, row: int) -> tuple[int, int]:
    """Return the soonest return and latest departure that rides allow; (-1, 0) if none do.

    Starts are the least, then the greatest, solution of a system of differences: a pickup is
    held back until its ride is short enough, a dropoff is called forward likewise.
    """
    visits, position = rounds.visits[row], rounds.position
    last = rounds.values[row, LENGTH] + 1
    for i in range(1, last):
        position[visits[i, TASK]] = i
    soonest, latest = -1, 0
    if _hold_pickups(tables, visits, position, last):
        soonest = visits[last, HELD]
        if _call_dropoffs(tables, visits, position, last):
            latest = min(visits[0, HELD], visits[0, DEPART])
        else:
            soonest = -1
    for i in range(1, last):
        position[visits[i, TASK]] = 0
    return soonest, latest


@lean
def _hold_pickups(tables: Tables, visits: Int64s, position: Int64s, last: int) -> bool:
    for i in range(last + 1):
        visits[i, HELD] = visits[i, SOONEST]
    for _ in range(last + 2):
        steady = True
        for j in range(1, last):
            task = visits[j, TASK]
            shipment = tables.shipments[tables.tasks[task, SHIPMENT]]
            if tables.tasks[task, LAST] == 0 or shipment[RIDE] == NO_LIMIT:
                continue
            for pickup in range(shipment[FIRST], task):
                i = position[pickup]
                moved = visits[j, MOVED] - visits[i, MOVED] - visits[i, STAY]
                if i > 0 and moved > shipment[RIDE]:
                    return False
                start = visits[j, HELD] - shipment[RIDE] - visits[i, STAY]
                if i > 0 and visits[i, HELD] < start:
                    visits[i, HELD] = start
                    steady = False
        for i in range(1, last + 1):
            seconds = visits[i, MOVED] - visits[i - 1, MOVED]
            visits[i, HELD] = max(visits[i, HELD], visits[i - 1, HELD] + seconds)
            if visits[i, HELD] > visits[i, BY]:
                return False
        if steady:
            return True
    return False


@lean
def _call_dropoffs(tables: Tables, visits: Int64s, position: Int64s, last: int) -> bool:
    for i in range(last + 1):
        visits[i, HELD] = visits[i, LATE]
    for _ in range(last + 2):
        steady = True
        for j in range(1, last):
            task = visits[j, TASK]
            shipment = tables.shipments[tables.tasks[task, SHIPMENT]]
            if tables.tasks[task, LAST] == 0 or shipment[RIDE] == NO_LIMIT:
                continue
            for pickup in range(shipment[FIRST], task):
                i = position[pickup]
                start = visits[i, HELD] + visits[i, STAY] + shipment[RIDE]
                if i > 0 and visits[j, HELD] > start:
                    visits[j, HELD] = start
                    steady = False
        for i in range(last - 1, -1, -1):
            seconds = visits[i + 1, MOVED] - visits[i, MOVED]
            visits[i, HELD] = min(visits[i, HELD], visits[i + 1, HELD] - seconds)
        if steady:
            return True
    return False
