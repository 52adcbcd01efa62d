"""Eject: a delivery that fits nowhere takes the place of others that are placed more easily.

Guided ejection search (Nagata and Kobayashi 2010): every time all rounds refuse a delivery its
counter rises; it then goes in for one or two others whose counters add up to least.
"""

from routing.compiling import inlined, lean
from routing.insertion import cheapest
from routing.recreate import list_rows
from routing.rows import COST, LENGTH, TASK, VEHICLE
from routing.serve import place_apart
from routing.sight import BOUNDLESS, NEVER, SEES_ALL
from routing.state import BANK, MET, NOW, OFFERED, Search, draw, options_of
from routing.tables import COUNT, DELIVERY, MEMBERS, PENALTY, SHIPMENT, Tables
from routing.timing import retime
from routing.turn import put, settle, start_turn, to_bank


@lean
def eject(tables: Tables, search: Search) -> None:
    """Serve the delivery that came into the bank last, whatever has to make room for it."""
    numbers = search.numbers
    start_turn(search)
    list_rows(tables, search)
    numbers[BANK] -= 1
    delivery = search.bank[numbers[BANK]]
    if place_apart(tables, search, delivery, BOUNDLESS):
        return
    search.refused[delivery] += 1
    # What was tried is undone: rows get a version of their own when deliveries leave them.
    start_turn(search)
    first, end = options_of(tables, delivery)
    option = first + draw(search.random) % (end - first)
    if tables.options[option, COUNT] > 1 or not _take_the_place(tables, search, delivery, option):
        search.bank[numbers[BANK]] = delivery
        numbers[BANK] += 1


@lean
def _take_the_place(tables: Tables, search: Search, delivery: int, option: int) -> bool:
    """Put an option's only shipment where the least refused make room; False where none does."""
    numbers, out, sees_all, never = search.numbers, search.out, SEES_ALL, NEVER
    shipment = tables.members[tables.options[option, MEMBERS]]
    least, dearest, chosen = never, never, -1
    offset = draw(search.random) % max(1, numbers[OFFERED])
    for n in range(numbers[OFFERED]):
        row = search.offered[(n + offset) % numbers[OFFERED]]
        if search.rounds.values[row, LENGTH] == 0:
            continue
        crew = search.leaving
        count = _list_crew(tables, search, row)
        for a in range(count):
            if search.refused[crew[a]] > least:
                break
            for b in range(a, count):
                total = search.refused[crew[a]] + (b > a) * search.refused[crew[b]]
                if total > least:
                    break
                most = never if total < least else dearest
                cost = _without(tables, search, row, shipment, crew[a], crew[b], most)
                if cost < most:
                    least, dearest, chosen = total, cost, row
                    out[0], out[1] = crew[a], crew[b]
    if chosen < 0:
        return False
    for n in range(2):
        if search.option_of[out[n]] >= 0:
            to_bank(tables, search, out[n])
    settle(tables, search)
    _, i, j = cheapest(tables, search.rounds, shipment, chosen, never, sees_all)
    if i < 0:
        return False
    put(tables, search, shipment, chosen, i, j, sees_all)
    search.option_of[delivery] = option
    numbers[NOW] -= tables.deliveries[delivery, PENALTY]
    return True


@inlined
def _list_crew(tables: Tables, search: Search, row: int) -> int:
    """List the deliveries of a row in `leaving`, least refused first; return how many."""
    crew, refused, numbers = search.leaving, search.refused, search.numbers
    numbers[MET] += 1
    count = 0
    for i in range(1, search.rounds.values[row, LENGTH] + 1):
        shipment = tables.tasks[search.rounds.visits[row, i, TASK], SHIPMENT]
        delivery = tables.shipments[shipment, DELIVERY]
        if search.met[delivery] == numbers[MET]:
            continue
        search.met[delivery] = numbers[MET]
        at = count
        while at > 0 and refused[crew[at - 1]] > refused[delivery]:
            crew[at] = crew[at - 1]
            at -= 1
        crew[at] = delivery
        count += 1
    return count


@inlined
def _without(
    tables: Tables, search: Search, row: int, shipment: int, a: int, b: int, most: int
) -> int:
    """Return what a row costs more with a shipment in and two deliveries out, if below `most`."""
    rounds, sees_all, never = search.rounds, SEES_ALL, NEVER
    spare = len(tables.vehicles) + 2
    rounds.values[spare, VEHICLE] = rounds.values[row, VEHICLE]
    kept = 0
    for i in range(1, rounds.values[row, LENGTH] + 1):
        task = rounds.visits[row, i, TASK]
        delivery = tables.shipments[tables.tasks[task, SHIPMENT], DELIVERY]
        if delivery not in (a, b):
            kept += 1
            rounds.visits[spare, kept, TASK] = task
    rounds.values[spare, LENGTH] = kept
    if not retime(tables, rounds, spare):
        return never
    saved = rounds.values[row, COST] - rounds.values[spare, COST]
    bound = never if most == never else most + saved
    cost, i, _ = cheapest(tables, rounds, shipment, spare, bound, sees_all)
    return cost - saved if i >= 0 else never
