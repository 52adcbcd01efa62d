"""Rounds under way as rows of numbers, the columns named: what the kernel reads and writes."""

from typing import NamedTuple

import numpy as np

from routing.tables import Int64s, Tables

AT, STAY, OPEN, SOONEST, MOVED, METRES, LATE, DEPART = range(8)
TASK, BY, RETURN, AHEAD, PASSED, HELD, SLACK, COLUMNS = 8, 9, 10, 11, 12, 13, 14, 16
#: Rows behind the vehicles' for trying things out.
SPARE = 3
VEHICLE, LENGTH, COST, VERSION, LIMITED, CULPRIT, RIDES = range(7)
ON, OFF, LONGEST = range(3)
#: So many pickups of one shipment are fetched in any order.
TOGETHER = 4
#: The trips of a set of pickups: at a visit of the round, at each pickup, and the next to go on.
ENDS = TOGETHER + 2


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
        (vehicles + 3, 7): vehicle, number of visits, cost, version, how many of its visits belong
        to shipments with a longest ride, the visit that came too late in the last timing, how many
        of the `rides` were listed.
    position
        (tasks,): where a task stood in the row last walked.
    detour
        (2, tasks + 2): what a dropoff adds behind each position, and the least from there on.
    rides
        (tasks, 3): of the row last walked, the visits a longest ride is between, and the most
        seconds between their starts.
    ahead
        (pickups, tasks + 2): what the way to each of several pickups adds at least from there on.
    trips, fetched
        Room for the ways to fetch several pickups, and (sets of pickups, dimensions) their loads.
    """

    visits: Int64s
    loads: Int64s
    values: Int64s
    position: Int64s
    detour: Int64s
    rides: Int64s
    ahead: Int64s
    trips: Int64s
    fetched: Int64s


def open_rounds(tables: Tables) -> Rounds:
    """Return one empty round a vehicle."""
    vehicles, tasks = len(tables.vehicles), len(tables.tasks)
    rows = vehicles + SPARE
    values = np.zeros((rows, 7), np.int64)
    values[:vehicles, VEHICLE] = np.arange(vehicles)
    values[:vehicles, VERSION] = np.arange(1, vehicles + 1)
    return Rounds(
        visits=np.zeros((rows, tasks + 2, COLUMNS), np.int64),
        loads=np.zeros((rows, tasks + 2, tables.capacity.shape[1]), np.int64),
        values=values,
        position=np.zeros(tasks, np.int64),
        detour=np.zeros((2, tasks + 2), np.int64),
        rides=np.zeros((tasks, 3), np.int64),
        ahead=np.zeros((TOGETHER, tasks + 2), np.int64),
        trips=np.zeros((ENDS << TOGETHER, 12), np.int64),
        fetched=np.zeros((1 << TOGETHER, tables.capacity.shape[1]), np.int64),
    )
