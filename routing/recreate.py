"""Recreate: everything in the bank goes back greedily, now and then blind to a round."""

import numpy as np

from routing.compiling import compiled, lean
from routing.insertion import cheapest, insert
from routing.tables import FAR, HAUL, KIND, PENALTY, SPAN, Int64s, Tables
from routing.timing import COST, LENGTH, VERSION
from routing.underway import (
    BANK,
    MOST,
    NOW,
    SAVED_BANK,
    STAMP,
    Search,
    chance,
    draw,
    open_count,
    touch,
)

#: Chance that recreating overlooks a round.
BLINK = 0.01
#: Most shipments of a full bank one recreation tries.
MOST_TRIED = 40


@compiled
def recreate(tables: Tables, search: Search) -> None:
    """Put the bank back into rounds, one shipment after the other in one of five orders."""
    numbers, rounds, random = search.numbers, search.rounds, search.random
    waiting = numbers[BANK]
    held = search.bank[:waiting].copy()
    order = _order(tables, search)
    open_rows = open_count(search)
    tried = MOST_TRIED / max(1, numbers[SAVED_BANK])
    numbers[BANK] = 0
    for b in order:
        shipment = held[b]
        row = -1
        if b >= numbers[SAVED_BANK] or tried >= 1 or chance(random) < tried:
            row = _best_row(tables, search, shipment, open_rows < numbers[MOST])
        if row < 0:
            search.bank[numbers[BANK]] = shipment
            numbers[BANK] += 1
            continue
        open_rows += rounds.values[row, LENGTH] == 0
        touch(search, row)
        numbers[NOW] -= rounds.values[row, COST] + tables.shipments[shipment, PENALTY]
        insert(
            tables,
            rounds,
            shipment,
            row,
            search.known[shipment, row, 2],
            search.known[shipment, row, 3],
        )
        numbers[NOW] += rounds.values[row, COST]
        search.row_of[shipment] = row


@compiled
def _order(tables: Tables, search: Search) -> Int64s:
    """Return positions in the bank in a random, far, near, tight or long-haul order."""
    random = search.random
    waiting = search.numbers[BANK]
    keys = np.empty(waiting, np.float64)
    pick = draw(random) % 12
    for b in range(waiting):
        shipment = tables.shipments[search.bank[b]]
        keys[b] = chance(random)
        if pick < 2:
            keys[b] -= shipment[FAR]
        elif pick < 3:
            keys[b] += shipment[FAR]
        elif pick < 5:
            keys[b] += shipment[SPAN]
        elif pick < 7:
            keys[b] -= shipment[HAUL]
    return np.argsort(keys)


@lean
def _best_row(tables: Tables, search: Search, shipment: int, may_open: bool) -> int:
    """Return the row a shipment is cheapest in, -1 where none is worth its penalty."""
    numbers, values, known = search.numbers, search.rounds.values, search.known[shipment]
    numbers[STAMP] += 1
    best, best_row = tables.shipments[shipment, PENALTY], -1
    for row in range(len(tables.vehicles)):
        if values[row, LENGTH] == 0:
            kind = tables.vehicles[row, KIND]
            if not may_open or search.seen[kind] == numbers[STAMP]:
                continue
            search.seen[kind] = numbers[STAMP]
        elif chance(search.random) < BLINK:
            continue
        if known[row, 0] != values[row, VERSION]:
            cost, i, j = cheapest(tables, search.rounds, shipment, row)
            known[row, 0] = values[row, VERSION]
            known[row, 1], known[row, 2], known[row, 3] = cost, i, j
        if known[row, 1] < best:
            best, best_row = known[row, 1], row
    return best_row
