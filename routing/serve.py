"""Serve one delivery by its cheapest option, now and then blind to a round or half of its places.

Several options, or several shipments of one, are tried for real, one after the other.
"""

import math

import numpy as np

from routing.compiling import inlined, lean
from routing.insertion import cheapest
from routing.rows import VERSION
from routing.sight import NEVER, SEES_ALL
from routing.state import (
    BLIND,
    HEAD,
    KEEN,
    MOST,
    NOW,
    OFFERED,
    ROW,
    TAIL,
    USED,
    Search,
    chance,
    draw,
    is_idle,
    options_of,
)
from routing.tables import COUNT, KIND, MEMBERS, PENALTY, Tables
from routing.turn import put, take

#: Problems of fewer tasks are searched more boldly.
FEW_TASKS = 60
#: Chances that recreating overlooks a round or an option, or half of a round's positions.
BLINK, BLINK_OF_FEW = 0.01, 0.3
#: Rows looked at between two that are overlooked: times the logarithm of a chance.
BLINKS, BLINKS_OF_FEW = 1 / math.log(1 - BLINK), 1 / math.log(1 - BLINK_OF_FEW)
#: Chance, where tasks are few, that a delivery goes in whatever it costs.
LOSS = 0.05
#: A shipment should cost no more above what it did when last looked at than so many times that.
HOPED = 1
#: Bit of a blind eye that sees nothing of a round.
OVERLOOKED = 62


@lean
def place_apart(tables: Tables, search: Search, delivery: int, most: int) -> bool:
    """Serve a delivery as `place` does, compiled once for callers that are not in a hurry."""
    return place(tables, search, delivery, most)


@inlined
def place(tables: Tables, search: Search, delivery: int, most: int) -> bool:
    """Serve a delivery by its cheapest option; False where none costs less than its penalty.

    Now and then, where tasks are few, it is served all the same if it costs less than `most`.
    """
    penalty = tables.deliveries[delivery, PENALTY]
    at_a_loss = is_bold(search) and chance(search.random) < LOSS
    bound = most if at_a_loss else min(most, penalty)
    first, end = options_of(tables, delivery)
    if end - first == 1 and tables.options[first, COUNT] == 1:
        shipment = tables.members[tables.options[first, MEMBERS]]
        if pick_row(tables, search, shipment, bound) >= bound:
            return False
        _put_picked(tables, search, shipment)
        chosen = first
    else:
        chosen = _choose(tables, search, delivery, bound)
        if chosen < 0:
            return False
        _put_again(tables, search, chosen)
    search.option_of[delivery] = chosen
    search.numbers[NOW] -= penalty
    return True


@lean
def _choose(tables: Tables, search: Search, delivery: int, bound: int) -> int:
    """Try a delivery's options one after the other for real; return the cheapest, or -1."""
    best, chosen = bound, -1
    blink = BLINK_OF_FEW if is_bold(search) else BLINK
    first, end = options_of(tables, delivery)
    for option in range(first, end):
        if end - first > 1 and not search.numbers[KEEN] and chance(search.random) < blink:
            continue
        cost = _try_option(tables, search, option, best)
        if cost < best:
            best, chosen = cost, option
    return chosen


@lean
def _try_option(tables: Tables, search: Search, option: int, bound: int) -> int:
    """Insert an option's shipments and take them out again; return their cost, or `NEVER`.

    They go in from any of them on, forwards or backwards; where is kept in `tries`.
    """
    tries, pick, before = search.tries, search.pick, search.numbers[NOW]
    first = tables.options[option, MEMBERS]
    count = tables.options[option, COUNT]
    bits = draw(search.random) if count > 1 else 0
    lead, step = (bits >> 1) % count, 1 if bits & 1 == 0 else count - 1
    placed = 0
    while placed < count:
        shipment = tables.members[first + (lead + placed * step) % count]
        left = bound - (search.numbers[NOW] - before)
        if left <= 0 or pick_row(tables, search, shipment, left) >= left:
            break
        tries[4, first + placed] = shipment
        for n in range(4):
            tries[n, first + placed] = pick[n]
        _put_picked(tables, search, shipment)
        placed += 1
    cost = search.numbers[NOW] - before if placed == count else NEVER
    for n in range(first + placed - 1, first - 1, -1):
        take(tables, search, tries[4, n])
    return cost


@lean
def _put_again(tables: Tables, search: Search, option: int) -> None:
    """Put an option's shipments where they were tried; the rounds are what they were then."""
    tries = search.tries
    first = tables.options[option, MEMBERS]
    for n in range(first, first + tables.options[option, COUNT]):
        row, i, j, blind = tries[ROW, n], tries[HEAD, n], tries[TAIL, n], tries[BLIND, n]
        put(tables, search, tries[4, n], row, i, j, blind)


@inlined
def _put_picked(tables: Tables, search: Search, shipment: int) -> None:
    pick = search.pick
    was_idle = is_idle(tables, search, pick[ROW])
    put(tables, search, shipment, pick[ROW], pick[HEAD], pick[TAIL], pick[BLIND])
    if was_idle:
        _offer_another(tables, search, pick[ROW])


@inlined
def _offer_another(tables: Tables, search: Search, used: int) -> None:
    """Offer the next idle vehicle of the same kind."""
    numbers, kinds = search.numbers, tables.vehicles[:, KIND]
    for row in range(used + 1, len(kinds)):
        if kinds[row] == kinds[used] and is_idle(tables, search, row):
            if numbers[OFFERED] < len(search.offered):
                search.offered[numbers[OFFERED]] = row
                numbers[OFFERED] += 1
            return


@inlined
def pick_row(tables: Tables, search: Search, shipment: int, bound: int) -> int:
    """Find the row a shipment is cheapest in; return what it adds, at least `bound` if nowhere.

    Rows whose answer is known come first, then the one that was cheapest when last looked at, so
    that the others have less to beat.
    """
    numbers, values, known = search.numbers, search.rounds.values, search.known[shipment]
    best, stale, lead = bound, NEVER, -1
    blinked = next_blink(search, 0)
    for n in range(numbers[OFFERED]):
        row = search.offered[n]
        search.asked[n] = 0
        if numbers[USED] >= numbers[MOST] and is_idle(tables, search, row):
            continue
        if n == blinked:
            blinked = next_blink(search, n + 1)
            search.asked[n] = draw(search.random)
        elif known[row, 0] != values[row, VERSION] or known[row, 2] < 0:
            search.asked[n] = SEES_ALL - 1
            if known[row, 2] >= 0 and known[row, 1] < stale:
                stale, lead = known[row, 1], n
        elif known[row, 1] < best:
            best = known[row, 1]
            _pick(search, row, known[row, 2], known[row, 3], SEES_ALL)
    for m in range(-1 if lead >= 0 else 0, numbers[OFFERED]):
        n = lead if m < 0 else m
        row = search.offered[n]
        if search.asked[n] == 0:
            continue
        if known[row, 0] == values[row, VERSION] and known[row, 1] >= best:
            continue
        blind = max(search.asked[n], SEES_ALL)
        if blind >> OVERLOOKED & 1 == 1:
            continue
        most = min(best, stale + HOPED * abs(stale)) if m < 0 else best
        cost, i, j = cheapest(tables, search.rounds, shipment, row, most, blind)
        if i < 0 and cost < best:
            cost, i, j = cheapest(tables, search.rounds, shipment, row, best, blind)
        search.asked[n] = 0
        if blind == SEES_ALL:
            known[row, 0] = values[row, VERSION]
            known[row, 1], known[row, 2], known[row, 3] = cost, i, j
        if i >= 0 and cost < best:
            best = cost
            _pick(search, row, i, j, blind)
    return best


@inlined
def _pick(search: Search, row: int, i: int, j: int, blind: int) -> None:
    pick = search.pick
    pick[ROW], pick[HEAD], pick[TAIL], pick[BLIND] = row, i, j, blind


@inlined
def next_blink(search: Search, n: int) -> int:
    """Return which of the offered rows is overlooked next, from this one on."""
    if search.numbers[KEEN]:
        return len(search.offered)
    blinks = BLINKS_OF_FEW if is_bold(search) else BLINKS
    return n + int(np.log(chance(search.random)) * blinks)


@inlined
def is_bold(search: Search) -> bool:
    """Tell whether chance must help more often: few tasks have few rounds."""
    return len(search.leaving) < FEW_TASKS and not search.numbers[KEEN]
