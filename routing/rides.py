"""Longest rides of a timed row: what its legs can still bear, and when visits must be held back.

Each leg bears so many more seconds until a ride over it is too long, however the visits are timed.
Where the round needs no waiting that is all there is to it: a vehicle that leaves as late as it
can serves everybody without a pause. Otherwise the starts are the least, then the greatest,
solution of a system of differences: a pickup is held back until its ride is short enough, a
dropoff is called forward likewise.
"""

from routing.compiling import lean
from routing.rows import (
    BY,
    CULPRIT,
    DEPART,
    HELD,
    LATE,
    LENGTH,
    LONGEST,
    MOVED,
    OFF,
    ON,
    RIDES,
    SLACK,
    SOONEST,
    STAY,
    TASK,
    Rounds,
)
from routing.tables import FIRST, LAST, NO_LIMIT, RIDE, SHIPMENT, Tables


@lean
def slacken(tables: Tables, rounds: Rounds, row: int) -> bool:
    """List a row's rides, and note behind each visit how many more seconds they can bear.

    The row comes with `NO_LIMIT` noted everywhere. False, naming the culprit, if one is too long.
    """
    visits, position, rides = rounds.visits[row], rounds.position, rounds.rides
    count = 0
    for j in range(1, rounds.values[row, LENGTH] + 1):
        task = visits[j, TASK]
        position[task] = j
        shipment = tables.shipments[tables.tasks[task, SHIPMENT]]
        if tables.tasks[task, LAST] == 0 or shipment[RIDE] == NO_LIMIT:
            continue
        for pickup in range(shipment[FIRST], task):
            i = position[pickup]
            # Positions may still be those of another row.
            if not 0 < i < j or visits[i, TASK] != pickup:
                continue
            bears = shipment[RIDE] - (visits[j, MOVED] - visits[i, MOVED] - visits[i, STAY])
            if bears < 0:
                rounds.values[row, CULPRIT] = j
                return False
            for leg in range(j - 1, i - 1, -1):
                visits[leg, SLACK] = min(visits[leg, SLACK], bears)
            rides[count, ON], rides[count, OFF] = i, j
            rides[count, LONGEST] = shipment[RIDE] + visits[i, STAY]
            count += 1
    rounds.values[row, RIDES] = count
    return True


@lean
def held(rounds: Rounds, row: int) -> tuple[int, int]:
    """Return the soonest return and latest departure that rides allow; (-1, 0) if none do.

    The row was the last to be slackened.
    """
    visits, last = rounds.visits[row], rounds.values[row, LENGTH] + 1
    if not _hold_pickups(rounds, row):
        return -1, 0
    soonest = visits[last, HELD]
    if not _call_dropoffs(rounds, row):
        return -1, 0
    return soonest, min(visits[0, HELD], visits[0, DEPART])


@lean
def _hold_pickups(rounds: Rounds, row: int) -> bool:
    visits, rides, last = rounds.visits[row], rounds.rides, rounds.values[row, LENGTH] + 1
    for i in range(last + 1):
        visits[i, HELD] = visits[i, SOONEST]
    for _ in range(last + 2):
        steady = True
        for n in range(rounds.values[row, RIDES]):
            on, start = rides[n, ON], visits[rides[n, OFF], HELD] - rides[n, LONGEST]
            if visits[on, HELD] < start:
                visits[on, HELD] = start
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
def _call_dropoffs(rounds: Rounds, row: int) -> bool:
    visits, rides, last = rounds.visits[row], rounds.rides, rounds.values[row, LENGTH] + 1
    for i in range(last + 1):
        visits[i, HELD] = visits[i, LATE]
    for _ in range(last + 2):
        steady = True
        for n in range(rounds.values[row, RIDES]):
            off, start = rides[n, OFF], visits[rides[n, ON], HELD] + rides[n, LONGEST]
            if visits[off, HELD] > start:
                visits[off, HELD] = start
                steady = False
        for i in range(last - 1, -1, -1):
            seconds = visits[i + 1, MOVED] - visits[i, MOVED]
            visits[i, HELD] = min(visits[i, HELD], visits[i + 1, HELD] - seconds)
        if steady:
            return True
    return False
