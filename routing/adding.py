"""What shipments add to the rounds of a finished plan, and would with one vehicle given more.

They are put in one after the other, each where it costs least, and taken out again.
"""

from collections.abc import Sequence

import numpy as np

from routing.compiling import inlined, lean
from routing.insertion import cheapest, insert, remove
from routing.round import Round
from routing.rows import LENGTH, TASK, Rounds, open_rounds
from routing.sight import NEVER, SEES_ALL
from routing.tables import Int64s, Tables
from routing.timing import retime
from routing.visits import rows_of


def wanted_of(shipments: Sequence[int]) -> Int64s:
    """Return shipments as `added` takes them."""
    return np.array([(shipment, -1) for shipment in shipments], np.int64)


def laid_out(tables: Tables, rounds: Sequence[Round]) -> Rounds:
    """Return sound rounds as the kernel walks on them, timed; other vehicles stay empty."""
    laid = open_rounds(tables)
    row_of = rows_of(tables)
    for round_ in rounds:
        order = [row_of[visit] for visit in round_.visits]
        laid.values[round_.vehicle, LENGTH] = len(order)
        laid.visits[round_.vehicle, 1 : len(order) + 1, TASK] = order
    assert _timed_all(tables, laid), "a plan is only mended when it is sound"
    return laid


@lean
def _timed_all(tables: Tables, rounds: Rounds) -> bool:
    sound = True
    for row in range(len(tables.vehicles)):
        sound = retime(tables, rounds, row) and sound
    return sound


@lean
def cheapest_gift(
    tables: Tables,
    given: Tables,
    rounds: Rounds,
    wanted: Int64s,
    rows: Int64s,
    vehicles: Int64s,
    hard: int,
) -> tuple[int, int]:
    """Return the least that shipments add where one of the vehicles is as `given`, and which."""
    best, best_vehicle = NEVER, -1
    for n in range(len(vehicles)):
        _swap(tables, given, vehicles[n])
        retime(tables, rounds, vehicles[n])
        cost = added(tables, rounds, wanted, rows, vehicles[n], hard)
        _swap(tables, given, vehicles[n])
        retime(tables, rounds, vehicles[n])
        if cost < best:
            best, best_vehicle = cost, vehicles[n]
    return best, best_vehicle


@inlined
def _swap(tables: Tables, given: Tables, vehicle: int) -> None:
    for c in range(tables.vehicles.shape[1]):
        kept = tables.vehicles[vehicle, c]
        tables.vehicles[vehicle, c] = given.vehicles[vehicle, c]
        given.vehicles[vehicle, c] = kept
    for d in range(tables.capacity.shape[1]):
        kept = tables.capacity[vehicle, d]
        tables.capacity[vehicle, d] = given.capacity[vehicle, d]
        given.capacity[vehicle, d] = kept


@lean
def added(
    tables: Tables, rounds: Rounds, wanted: Int64s, rows: Int64s, also: int, hard: int
) -> int:
    """Return what shipments add, each put where it costs least; `NEVER` where one fits nowhere.

    `wanted` is (shipments, 2): each shipment, then the row found for it. They may go to one row
    more, `also`, unless that is -1; the first `hard` of them then go nowhere else.
    """
    total = put = 0
    while total < NEVER and put < len(wanted):
        shipment = wanted[put, 0]
        is_hard = also >= 0 and put < hard
        cost, row, i, j = _cheapest_row(tables, rounds, shipment, rows, also, is_hard)
        total = NEVER if row < 0 else total + cost
        if row >= 0:
            insert(tables, rounds, shipment, row, i, j, int(SEES_ALL))
            wanted[put, 1] = row
            put += 1
    for n in range(put):
        remove(tables, rounds, wanted[n, 0], wanted[n, 1])
        retime(tables, rounds, wanted[n, 1])
    return total


@lean
def _cheapest_row(
    tables: Tables, rounds: Rounds, shipment: int, rows: Int64s, also: int, is_hard: bool
) -> tuple[int, int, int, int]:
    """Return what a shipment adds at least, to which row, and the numbers `insert` needs."""
    # Given as they stand, these two would have the whole kernel compiled for their very values.
    best, blind = int(NEVER), int(SEES_ALL)
    best_row, best_i, best_j = -1, 0, 0
    for n in range(-1, 0 if is_hard else len(rows)):
        row = also if n < 0 else rows[n]
        if row < 0 or (n >= 0 and row == also):
            continue
        cost, i, j = cheapest(tables, rounds, shipment, row, best, blind)
        if i >= 0 and cost < best:
            best, best_row, best_i, best_j = cost, row, i, j
    return best, best_row, best_i, best_j
