"""Longest rides of a timed row: what its legs can still bear, and when visits must be held back.

Each leg bears so many more seconds until a ride over it is too long, however the visits are timed.
Where the round needs no waiting that is all there is to it: a vehicle that leaves as late as it
can serves everybody without a pause. Otherwise the starts are the least, then the greatest,
solution of a system of differences: a pickup is held back until its ride is short enough, a
dropoff is called forward likewise.
"""

from routing.compiling import inlined, lean
from routing.rows import (
    BY,
    CULPRIT,
    DEPART,
    HELD,
    LATE,
    LENGTH,
    MOVED,
    SLACK,
    SOONEST,
    STAY,
    TASK,
    Rounds,
)
from routing.tables import FIRST, LAST, NO_LIMIT, RIDE, SHIPMENT, Int64s, Tables


@inlined
def _longest_ride(tables: Tables, task: int) -> int:
    """Return the longest ride a task ends, `NO_LIMIT` where it ends none."""
    if tables.tasks[task, LAST] == 0:
        return NO_LIMIT
    ride: int = tables.shipments[tables.tasks[task, SHIPMENT], RIDE]
    return ride


@inlined
def _fetched_at(rounds: Rounds, visits: Int64s, task: int, before: int) -> int:
    """Return where a task stands before a position, else 0; positions may be of another row."""
    i: int = rounds.position[task]
    return i if 0 < i < before and visits[i, TASK] == task else 0


@lean
def slacken(tables: Tables, rounds: Rounds, row: int) -> bool:
    """Note behind each visit how many more seconds its rides can bear.

    The row comes with `NO_LIMIT` noted everywhere. False, naming the culprit, if one is too long.
    """
    visits, position = rounds.visits[row], rounds.position
    for j in range(1, rounds.values[row, LENGTH] + 1):
        task = visits[j, TASK]
        position[task] = j
        ride = _longest_ride(tables, task)
        if ride == NO_LIMIT:
            continue
        for pickup in range(tables.shipments[tables.tasks[task, SHIPMENT], FIRST], task):
            i = _fetched_at(rounds, visits, pickup, j)
            if i == 0:
                continue
            bears = ride - (visits[j, MOVED] - visits[i, MOVED] - visits[i, STAY])
            if bears < 0:
                rounds.values[row, CULPRIT] = j
                return False
            for leg in range(j - 1, i - 1, -1):
                visits[leg, SLACK] = min(visits[leg, SLACK], bears)
    return True


@lean
def held(tables: Tables, rounds: Rounds, row: int) -> tuple[int, int]:
    """Return the soonest return and latest departure that rides allow; (-1, 0) if none do.

    The row has been slackened.
    """
    visits, last = rounds.visits[row], rounds.values[row, LENGTH] + 1
    if not _hold_pickups(tables, rounds, row):
        return -1, 0
    soonest = visits[last, HELD]
    if not _call_dropoffs(tables, rounds, row):
        return -1, 0
    return soonest, min(visits[0, HELD], visits[0, DEPART])


@lean
def _hold_pickups(tables: Tables, rounds: Rounds, row: int) -> bool:
    visits, last = rounds.visits[row], rounds.values[row, LENGTH] + 1
    for i in range(last + 1):
        visits[i, HELD] = visits[i, SOONEST]
    for _ in range(last + 2):
        steady = True
        for j in range(1, last):
            task = visits[j, TASK]
            ride = _longest_ride(tables, task)
            if ride == NO_LIMIT:
                continue
            for pickup in range(tables.shipments[tables.tasks[task, SHIPMENT], FIRST], task):
                i = _fetched_at(rounds, visits, pickup, j)
                start = visits[j, HELD] - ride - visits[i, STAY]
                if i > 0 and visits[i, HELD] < start:
                    visits[i, HELD] = start
                    steady = False
        for i in range(1, last + 1):
            seconds = visits[i, MOVED] - visits[i - 1, MOVED]
            visits[i, HELD] = max(visits[i, HELD], visits[i - 1, HELD] + seconds)
            if visits[i, HELD] > visits[i, BY]:
                rounds.values[row, CULPRIT] = i
                return False
        if steady:
            return True
    return False


@lean
def _call_dropoffs(tables: Tables, rounds: Rounds, row: int) -> bool:
    visits, last = rounds.visits[row], rounds.values[row, LENGTH] + 1
    for i in range(last + 1):
        visits[i, HELD] = visits[i, LATE]
    for _ in range(last + 2):
        steady = True
        for j in range(1, last):
            task = visits[j, TASK]
            ride = _longest_ride(tables, task)
            if ride == NO_LIMIT:
                continue
            for pickup in range(tables.shipments[tables.tasks[task, SHIPMENT], FIRST], task):
                i = _fetched_at(rounds, visits, pickup, j)
                start = visits[i, HELD] + visits[i, STAY] + ride
                if i > 0 and visits[j, HELD] > start:
                    visits[j, HELD] = start
                    steady = False
        for i in range(last - 1, -1, -1):
            seconds = visits[i + 1, MOVED] - visits[i, MOVED]
            visits[i, HELD] = min(visits[i, HELD], visits[i + 1, HELD] - seconds)
        if steady:
            return True
    return False
