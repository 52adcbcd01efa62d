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
of it. None of this relies on the triangle inequality, which rounded street times break: a visit
that comes too late by one neighbour may be in time by another.

A vehicle under way departed when it did, so the latest departure is that; what it drove and carries
already stands at position 0. Its round costs even where nothing is left but the way back.

Longest rides (`rides`) tie starts to one another across a round; `retime` is exact about them,
while the joined answer is only a bound, unless nobody waits.
"""

from routing.compiling import inlined, lean
from routing.rides import held, slacken
from routing.rows import (
    AHEAD,
    AT,
    BY,
    COST,
    CULPRIT,
    DEPART,
    LATE,
    LENGTH,
    LIMITED,
    METRES,
    MOVED,
    OPEN,
    PASSED,
    RETURN,
    SLACK,
    SOONEST,
    STAY,
    TASK,
    VEHICLE,
    Rounds,
)
from routing.tables import (
    CLOSES,
    DEPARTED,
    DRIVEN,
    EARLIEST,
    END,
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
        if not slacken(tables, rounds, row):
            return False
        if soonest - latest > visits[last, MOVED]:
            soonest, latest = held(rounds, row)
            if soonest < 0:
                return False
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
    visits[0, SLACK] = NO_LIMIT
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
        here[SLACK] = NO_LIMIT
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
