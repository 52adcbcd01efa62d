"""The kernel: the cheapest feasible place for a shipment in a round.

Most shipments are a pickup and its dropoff (`pair`). Of others only the dropoff is left, as all
was fetched before (`single`), or there are several pickups (`spread`). What one more task adds
between two visits is reckoned in constant time (`detour`), because `timing` keeps what each prefix
and suffix of a round need to be joined.

A look for a place may be blind to some positions (`sight`).
"""

from routing.compiling import lean
from routing.errand import lay_out
from routing.laying import lay, slip_in
from routing.pair import best_pair
from routing.rows import COST, LENGTH, TASK, VEHICLE, Rounds
from routing.sight import NEVER
from routing.single import best_one
from routing.spread import best_spread
from routing.tables import ABLE, FIRST, ONLY, SHIPMENT, SKILLS, TASKS, Tables
from routing.timing import retime

type Place = tuple[int, int, int]


@lean
def cheapest(
    tables: Tables, rounds: Rounds, shipment: int, row: int, bound: int, blind: int
) -> Place:
    """Return the least a shipment adds to a row's cost, and the two numbers `insert` needs.

    Where nothing costs less than `bound`, the first is a lower bound of what it would cost, or
    `NEVER` where it fits nowhere, and the second is -1. The row must be timed; the spare rows are
    used. `blind` is `SEES_ALL`, or a bit set of positions not to look at.

    For one pickup, or none, no place that keeps the row sound is overlooked, whatever the travel
    times. Several pickups take one of the cheaper places, and may be refused where there is one.
    """
    wanted, values = tables.shipments[shipment], rounds.values[row]
    vehicle = values[VEHICLE]
    if tables.vehicles[vehicle, ABLE] & wanted[SKILLS] != wanted[SKILLS]:
        return NEVER, -1, 0
    if wanted[ONLY] >= 0 and wanted[ONLY] != vehicle:
        return NEVER, -1, 0
    most = NEVER if bound == NEVER else bound + values[COST]
    if wanted[TASKS] == 2:
        cost, i, j = best_pair(tables, rounds, row, wanted[FIRST], most, blind)
    elif wanted[TASKS] == 1:
        cost, i = best_one(tables, rounds, row, wanted[FIRST], values[LENGTH] + 1, blind)
        i, j = (i if cost < most else -1), 0
    else:
        cost, i, j = best_spread(tables, rounds, row, shipment, most, blind)
    return (NEVER if cost == NEVER else cost - values[COST]), i, j


@lean
def insert(
    tables: Tables, rounds: Rounds, shipment: int, row: int, i: int, j: int, blind: int
) -> None:
    """Put a shipment where `cheapest` found its place, and time the row."""
    wanted = tables.shipments[shipment]
    first, last = wanted[FIRST], wanted[FIRST] + wanted[TASKS] - 1
    if wanted[TASKS] == 2:
        slip_in(rounds, row, j, last)
        slip_in(rounds, row, i, first)
    elif wanted[TASKS] == 1:
        slip_in(rounds, row, i, last)
    else:
        lay_out(tables, rounds, row, shipment, (i, j), blind)
        lay(rounds, len(tables.vehicles), row)
    retime(tables, rounds, row)


@lean
def remove(tables: Tables, rounds: Rounds, shipment: int, row: int) -> None:
    """Take a shipment's tasks out of a row, leaving it untimed."""
    visits = rounds.visits[row]
    kept = 0
    for i in range(1, rounds.values[row, LENGTH] + 1):
        task = visits[i, TASK]
        if tables.tasks[task, SHIPMENT] != shipment:
            kept += 1
            visits[kept, TASK] = task
    rounds.values[row, LENGTH] = kept
