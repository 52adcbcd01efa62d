"""A shipment of several pickups in a round: pickup by pickup, each to its best place.

A pickup goes first, with the dropoff (`pair`), and each has its turn at that; the others then go,
one by one, before the dropoff. Where that finds no room the dropoff goes first, behind each
position in turn, and all pickups before it.

Every step must keep the round sound, which one that breaks triangles can ask too much.
"""

from typing import NamedTuple

from routing.compiling import inlined, lean
from routing.detour import stop_of
from routing.laying import lay, slip_in
from routing.pair import best_pair
from routing.rows import AT, COST, LATE, LENGTH, SOONEST, STAY, VEHICLE, Rounds
from routing.sight import ALL_BLIND, BACKWARDS, EYES, NEVER, SEES_ALL
from routing.single import best_one
from routing.tables import FIRST, SHIPMENT, TASKS, Tables
from routing.timing import retime

#: The pickup that goes first; and 0 where the dropoff goes with it, else 1 more than the position
#: the dropoff goes behind alone.
type Way = tuple[int, int]


class Left(NamedTuple):
    """Pickups still to be put before their dropoff, which is at position `end`.

    They are counted from `lead` on; `placed` of them are in already.
    """

    lead: int
    placed: int
    dropoff: int
    end: int


@lean
def best_spread(
    tables: Tables, rounds: Rounds, row: int, shipment: int, most: int, blind: int
) -> tuple[int, int, int]:
    """Return the least cost found of a round with a shipment of several pickups, and the way.

    A lower bound and -1 where nothing costs less than `most`.
    """
    first = tables.shipments[shipment, FIRST]
    last = first + tables.shipments[shipment, TASKS] - 1
    best, best_i, best_j, floor = most, -1, 0, NEVER
    for lead in range(first, last):
        cost = spread(tables, rounds, row, (lead, 0), best, blind)
        if cost < best:
            best, best_i = cost, lead
        else:
            floor = min(floor, cost)
    if blind != SEES_ALL or (floor == NEVER and best_i < 0):
        lead = first + blind % (last - first)
        for j in range(rounds.values[row, LENGTH] + 1):
            if blind >> (EYES + j % EYES) & 1 == 1 or not _reaches(tables, rounds, row, last, j):
                continue
            cost = spread(tables, rounds, row, (lead, j + 1), best, blind)
            if cost < best:
                best, best_i, best_j = cost, lead, j + 1
            else:
                floor = min(floor, cost)
    return (best if best_i >= 0 else floor), best_i, best_j


@lean
def spread(tables: Tables, rounds: Rounds, row: int, way: Way, most: int, blind: int) -> int:
    """Lay out, in the first spare row, a row with a shipment of several pickups; its cost.

    A lower bound, and nothing laid out, where it does not cost less than `most`.
    """
    lead, after = way
    spare = len(tables.vehicles)
    wanted = tables.shipments[tables.tasks[lead, SHIPMENT]]
    dropoff = wanted[FIRST] + wanted[TASKS] - 1
    if after > 0:
        lay(rounds, row, spare)
        slip_in(rounds, spare, after - 1, dropoff)
        return _fetch(tables, rounds, Left(lead, 0, dropoff, after), most, blind)
    cost, i, j = best_pair(tables, rounds, row, lead, most, blind)
    if i < 0:
        return cost
    lay(rounds, row, spare)
    slip_in(rounds, spare, j, dropoff)
    slip_in(rounds, spare, i, lead)
    return _fetch(tables, rounds, Left(lead, 1, dropoff, j + 2), most, blind)


@inlined
def _reaches(tables: Tables, rounds: Rounds, row: int, task: int, i: int) -> bool:
    """Tell whether a task behind position i is in time, and the next visit after it."""
    here, after = rounds.visits[row, i], rounds.visits[row, i + 1]
    stop = stop_of(tables, rounds.values[row, VEHICLE], task)
    start = max(here[SOONEST] + here[STAY] + stop.to[here[AT], 0], stop.opens)
    onward = stop.service + stop.onward[after[AT], 0]
    return bool(start <= min(stop.closes, after[LATE] - onward))


@lean
def _fetch(tables: Tables, rounds: Rounds, left: Left, most: int, blind: int) -> int:
    """Put pickups, one by one, to their best place in the first spare row; return its cost.

    Stops, at a lower bound, where the cost is `most`.
    """
    spare = len(tables.vehicles)
    first = tables.shipments[tables.tasks[left.dropoff, SHIPMENT], FIRST]
    count = left.dropoff - first
    step = count - 1 if blind >> BACKWARDS & 1 == 1 else 1
    eye = blind if blind >> ALL_BLIND & 1 == 1 else SEES_ALL
    end = left.end
    for n in range(left.placed, count):
        pickup = first + (left.lead - first + n * step) % count
        if not retime(tables, rounds, spare):
            return NEVER
        floor: int = rounds.values[spare, COST]
        if floor >= most:
            return floor
        _, i = best_one(tables, rounds, spare, pickup, end, eye)
        if i < 0:
            return NEVER
        slip_in(rounds, spare, i, pickup)
        end += 1
        # The next pickup is blind to other positions.
        eye ^= eye >> 7
    return rounds.values[spare, COST] if retime(tables, rounds, spare) else NEVER
