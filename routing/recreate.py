"""Recreate: everything in the bank goes back greedily, now and then blind to a round.

Greed alone never finds some plans: where there are few tasks, a delivery is now and then served at
a loss, or left out to give others room, and annealing judges.
"""

import numpy as np

from routing.compiling import compiled, inlined
from routing.serve import is_bold, place, place_apart
from routing.sight import BOUNDLESS
from routing.state import (
    BANK,
    BEST,
    KEEN,
    NOW,
    OFFERED,
    SAVED_BANK,
    STAMP,
    Search,
    chance,
    draw,
    is_idle,
)
from routing.tables import FAR, HAUL, KIND, PENALTY, SPAN, Tables
from routing.turn import keep_best, recall, start_turn

#: Chance, where tasks are few, that a delivery just taken out stays out. Larger problems got
#: worse by it.
WAIT = 0.03
#: Most deliveries of a full bank one recreation tries.
MOST_TRIED = 40
#: Longer banks are sorted by a library, shorter ones by hand.
MOST_SORTED = 60
#: Sorts behind everything.
NOT_NOW = 1e18


@compiled
def recreate(tables: Tables, search: Search, most: int) -> None:
    """Put the bank back into rounds, one delivery after the other in one of five orders.

    Once the plan is sure to cost `most` or more, the rest is left out.
    """
    numbers, random = search.numbers, search.random
    waiting = numbers[BANK]
    tried = MOST_TRIED / max(1, numbers[SAVED_BANK])
    wait = WAIT if is_bold(search) else 0.0
    list_rows(tables, search)
    for b in range(waiting):
        search.held[b] = search.bank[b]
        if b < numbers[SAVED_BANK]:
            search.keys[b] = tried < 1 and chance(random) >= tried
        else:
            search.keys[b] = wait > 0 and chance(random) < wait
    numbers[BANK] = 0
    _order(tables, search, waiting)
    left = most - numbers[NOW]
    for b in range(waiting):
        left += tables.deliveries[search.held[b], PENALTY]
    for b in range(waiting):
        delivery, before = search.held[b], numbers[NOW]
        is_placed = left > 0 and search.keys[b] < NOT_NOW and place(tables, search, delivery, left)
        left -= numbers[NOW] - before + tables.deliveries[delivery, PENALTY]
        if not is_placed:
            search.bank[numbers[BANK]] = delivery
            numbers[BANK] += 1


@compiled
def complete(tables: Tables, search: Search) -> None:
    """Serve what the best plan leaves though a round has room at less than its penalty."""
    numbers = search.numbers
    recall(tables, search)
    start_turn(search)
    list_rows(tables, search)
    numbers[KEEN], waiting = 1, numbers[BANK] + 1
    # What one delivery brings about may make room for another.
    while numbers[BANK] < waiting:
        waiting, numbers[BANK] = numbers[BANK], 0
        for b in range(waiting):
            delivery = search.bank[b]
            if not place_apart(tables, search, delivery, BOUNDLESS):
                search.bank[numbers[BANK]] = delivery
                numbers[BANK] += 1
    numbers[KEEN] = 0
    if numbers[NOW] < numbers[BEST]:
        keep_best(search)


@inlined
def list_rows(tables: Tables, search: Search) -> None:
    """List the rows that may be used, of the idle vehicles one of each kind."""
    numbers = search.numbers
    numbers[STAMP] += 1
    numbers[OFFERED] = 0
    for row in range(len(tables.vehicles)):
        if is_idle(tables, search, row):
            kind = tables.vehicles[row, KIND]
            if search.seen[kind] == numbers[STAMP]:
                continue
            search.seen[kind] = numbers[STAMP]
        search.offered[numbers[OFFERED]] = row
        numbers[OFFERED] += 1


@compiled
def _order(tables: Tables, search: Search, waiting: int) -> None:
    """Sort what is held in a random, far, near, tight or long-haul order; what waits goes last."""
    random, keys, held = search.random, search.keys, search.held
    pick = draw(random) % 12
    for b in range(waiting):
        delivery = tables.deliveries[held[b]]
        if keys[b] > 0:
            keys[b] = NOT_NOW
            continue
        keys[b] = chance(random)
        if pick < 2:
            keys[b] -= delivery[FAR]
        elif pick < 3:
            keys[b] += delivery[FAR]
        elif pick < 5:
            keys[b] += delivery[SPAN]
        elif pick < 7:
            keys[b] -= delivery[HAUL]
    if waiting > MOST_SORTED:
        order = np.argsort(keys[:waiting])
        keys[:waiting] = keys[order]
        held[:waiting] = held[order]
        return
    for b in range(1, waiting):
        key, delivery, at = keys[b], held[b], b
        while at > 0 and keys[at - 1] > key:
            keys[at], held[at] = keys[at - 1], held[at - 1]
            at -= 1
        keys[at], held[at] = key, delivery
