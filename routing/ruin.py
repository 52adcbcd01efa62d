"""Ruin: a neighbourhood leaves its rounds.

Most often it is strings of neighbouring visits, with the rest of their shipments; now and then the
deliveries whose dropoffs are nearest, whatever round they are in (Shaw 1998): a whole hamlet then
may go to another vehicle.
"""

from routing.compiling import inlined, lean
from routing.rows import LENGTH, TASK
from routing.sight import NEVER
from routing.state import BANK, MOST, TOUCHED, TURN, USED, Search, chance, draw
from routing.tables import DELIVERY, DEPARTED, LAST, SHIPMENT, Int32s, Tables
from routing.turn import settle, start_turn, to_bank

#: Chance that the nearest dropoffs go instead of strings; how many go, and the chance to stay.
NEAREST, FEWEST, MOST_NEAREST, STAYS = 0.3, 3, 18, 0.1
#: Tasks an average ruin removes by strings, and the longest string.
RUINED = 15
LONGEST_STRING = 10
#: Half of the strings keep a visit in their middle; it widens by one more at this chance.
SPLIT, WIDEN = 0.5, 0.01


@lean
def ruin(tables: Tables, search: Search) -> None:
    """Remove strings or dropoffs near a random task."""
    if search.numbers[BANK] == len(tables.deliveries):
        return
    near = tables.near[draw(search.random) % len(tables.tasks)]
    if chance(search.random) < NEAREST:
        _remove_nearest(tables, search, near)
    else:
        _remove_strings(tables, search, near)
    settle(tables, search)


@inlined
def _remove_nearest(tables: Tables, search: Search, near: Int32s) -> None:
    most = FEWEST + draw(search.random) % (MOST_NEAREST - FEWEST)
    for n in range(len(near)):
        if most == 0:
            break
        shipment = tables.tasks[near[n], SHIPMENT]
        row = search.row_of[shipment]
        if row < 0 or tables.tasks[near[n], LAST] == 0:
            continue
        if chance(search.random) >= STAYS:
            to_bank(tables, search, tables.shipments[shipment, DELIVERY])
            most -= 1


@inlined
def _remove_strings(tables: Tables, search: Search, near: Int32s) -> None:
    """Remove a string of each of the rounds that come first near a task."""
    rounds, numbers, random = search.rounds, search.numbers, search.random
    served = len(tables.deliveries) - numbers[BANK]
    average = served * len(tables.tasks) / len(tables.deliveries) / numbers[USED]
    longest = min(LONGEST_STRING, average)
    strings = int(1 + chance(random) * (4 * RUINED / (1 + longest) - 1))
    for n in range(len(near)):
        if numbers[TOUCHED] >= strings:
            break
        task = near[n]
        row = search.row_of[tables.tasks[task, SHIPMENT]]
        if row < 0 or search.turn_of[row] == numbers[TURN]:
            continue
        most = min(rounds.values[row, LENGTH], longest)
        _remove_string(tables, search, row, task, int(1 + chance(random) * most))


@inlined
def _remove_string(tables: Tables, search: Search, row: int, task: int, length: int) -> None:
    """Remove `length` visits around a task, keeping a gap in their middle half of the time."""
    rounds, random = search.rounds, search.random
    visits, size = rounds.visits[row], rounds.values[row, LENGTH]
    length = min(length, size)
    gap, span = 0, length
    if length > 1 and length < size and chance(random) < SPLIT:
        gap = 1
        while length + gap < size and chance(random) < WIDEN:
            gap += 1
        span = length + gap
    position = 1
    while visits[position, TASK] != task:
        position += 1
    low, high = max(1, position - span + 1), min(position, size - span + 1)
    first = low + draw(random) % (high - low + 1)
    spared = first + 1 + draw(random) % (length - 1) if gap > 0 else 0
    leaving = search.leaving
    count = 0
    for i in range(first, first + span):
        if not spared <= i < spared + gap:
            leaving[count] = tables.shipments[tables.tasks[visits[i, TASK], SHIPMENT], DELIVERY]
            count += 1
    for n in range(count):
        if search.option_of[leaving[n]] >= 0:
            to_bank(tables, search, leaving[n])


@lean
def close_one(tables: Tables, search: Search) -> bool:
    """Empty the round whose deliveries were absent least often, and allow one round fewer.

    False where only vehicles under way are left, which cannot be saved.
    """
    values, visits, best, least = search.rounds.values, search.rounds.visits, -1, NEVER
    for row in range(len(tables.vehicles)):
        if values[row, LENGTH] == 0 or tables.vehicles[row, DEPARTED] >= 0:
            continue
        total = 0
        for i in range(1, values[row, LENGTH] + 1):
            shipment = tables.tasks[visits[row, i, TASK], SHIPMENT]
            total += search.absent[tables.shipments[shipment, DELIVERY]]
        if total < least:
            best, least = row, total
    if best < 0:
        return False
    search.numbers[MOST] = search.numbers[USED] - 1
    start_turn(search)
    while values[best, LENGTH] > 0:
        shipment = tables.tasks[visits[best, 1, TASK], SHIPMENT]
        to_bank(tables, search, tables.shipments[shipment, DELIVERY])
    settle(tables, search)
    return True
