"""The plan under way: its rounds, the bank of deliveries beside them, and the way back.

Every change gives a round a new version, by which what an insertion costs is remembered; only
touched rounds are saved and restored.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.compiling import inlined, lean
from routing.insertion import insert, remove
from routing.tables import (
    CHOICES,
    COUNT,
    DELIVERY,
    DEPARTED,
    MEMBERS,
    OPTION,
    OPTIONS,
    PENALTY,
    SHIPMENT,
    Int64s,
    Tables,
)
from routing.timing import COST, CULPRIT, LENGTH, TASK, VERSION, Rounds, open_rounds, retime

(
    BANK,
    SAVED_BANK,
    BEST_BANK,
    NOW,
    BEST,
    USED,
    SAVED_USED,
    MOST,
    TOUCHED,
    TURN,
    VERSIONS,
    STAMP,
    OFFERED,
    MET,
) = range(14)
ROW, HEAD, TAIL, BLIND = range(4)


class Search(NamedTuple):
    """A search between two calls.

    Parameters
    ----------
    rounds, saved
        The plan under way, and touched rounds as they were before this turn.
    row_of
        (shipments,): the row a shipment is in, else -1.
    option_of
        (deliveries,): the option that is served, -1 for the bank.
    bank, saved_bank
        (deliveries,): the first `numbers[BANK]` are in no round.
    touched, turn_of
        Rows saved this turn, and the last turn each row was.
    known
        (shipments, vehicles, 4): version of the row, cost and place of an insertion into it; a
        place of -1 makes the cost a lower bound.
    absent
        (deliveries,): how often a turn ended with the delivery in the bank.
    best, best_ends
        The best plan's tasks row by row, and where each row ends.
    numbers
        Counters and costs, named by the constants above; `MOST` rounds may leave.
    pick
        (4,): row, place and blind eye of the last cheapest insertion found.
    tries
        (5, shipments): `pick` for each shipment of an option in the order they were tried, and
        the shipment.
    leaving
        (tasks,): room for the shipments of a string.
    held, keys
        (deliveries,): what is being put back, in which order.
    offered
        (2 * vehicles,): the first `numbers[OFFERED]` are rows that may be used.
    asked
        (2 * vehicles,): how to look at an offered row: 0 not, negative as it is, else blind.
    refused
        (deliveries,): how often every round refused the delivery when it was to eject others.
    met
        (deliveries,): the last `numbers[MET]` that listed the delivery.
    out
        (2,): the deliveries to be ejected.
    seen
        (vehicles,): the last stamp that met an empty vehicle of a kind.
    random
        (1,) the generator's state.
    """

    rounds: Rounds
    saved: Rounds
    row_of: Int64s
    option_of: Int64s
    bank: Int64s
    saved_bank: Int64s
    touched: Int64s
    turn_of: Int64s
    known: Int64s
    absent: Int64s
    best: Int64s
    best_ends: Int64s
    numbers: Int64s
    pick: Int64s
    tries: Int64s
    leaving: Int64s
    held: Int64s
    keys: NDArray[np.float64]
    offered: Int64s
    asked: Int64s
    refused: Int64s
    met: Int64s
    out: Int64s
    seen: Int64s
    random: NDArray[np.uint64]


def begin(tables: Tables, seed: int) -> Search:
    """Return a search with everything in the bank."""
    shipments, vehicles = len(tables.shipments), len(tables.vehicles)
    deliveries, tasks = len(tables.deliveries), len(tables.tasks)
    rounds = open_rounds(tables)
    for row in range(vehicles):
        retime(tables, rounds, row)
    numbers = np.zeros(14, np.int64)
    numbers[BANK] = numbers[BEST_BANK] = deliveries
    numbers[NOW] = tables.deliveries[:, PENALTY].sum() + rounds.values[:vehicles, COST].sum()
    numbers[BEST] = numbers[NOW]
    numbers[VERSIONS] = numbers[MOST] = vehicles
    state = (seed * 0x9E3779B97F4A7C15 + 0xD1B54A32D192ED03) % (1 << 64)
    return Search(
        rounds=rounds,
        saved=open_rounds(tables),
        row_of=np.full(shipments, -1, np.int64),
        option_of=np.full(deliveries, -1, np.int64),
        bank=np.arange(deliveries, dtype=np.int64),
        saved_bank=np.zeros(deliveries, np.int64),
        touched=np.zeros(vehicles, np.int64),
        turn_of=np.zeros(vehicles, np.int64),
        known=np.zeros((shipments, vehicles, 4), np.int64),
        absent=np.ones(deliveries, np.int64),
        best=np.zeros(tasks, np.int64),
        best_ends=np.zeros(vehicles, np.int64),
        numbers=numbers,
        pick=np.zeros(4, np.int64),
        tries=np.zeros((5, shipments), np.int64),
        leaving=np.zeros(tasks, np.int64),
        held=np.zeros(deliveries, np.int64),
        keys=np.zeros(deliveries, np.float64),
        offered=np.zeros(2 * vehicles, np.int64),
        asked=np.zeros(2 * vehicles, np.int64),
        refused=np.ones(deliveries, np.int64),
        met=np.zeros(deliveries, np.int64),
        out=np.zeros(2, np.int64),
        seen=np.zeros(vehicles, np.int64),
        random=np.array([state or 1], np.uint64),
    )


@inlined
def draw(random: NDArray[np.uint64]) -> int:
    """Return 63 random bits (xorshift64*, Vigna 2016)."""
    x = random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    random[0] = x
    return int(np.int64((x * np.uint64(2685821657736338717)) >> np.uint64(1)))


@inlined
def chance(random: NDArray[np.uint64]) -> float:
    """Return a number above 0, at most 1."""
    return ((draw(random) >> 10) + 1) / 9007199254740992.0


@inlined
def absences(search: Search) -> int:
    """Return how often the banked deliveries were absent, summed."""
    total = 0
    for b in range(search.numbers[BANK]):
        total += search.absent[search.bank[b]]
    return total


@inlined
def banked(tables: Tables, search: Search) -> int:
    """Return the penalty of the bank."""
    total = 0
    for b in range(search.numbers[BANK]):
        total += tables.deliveries[search.bank[b], PENALTY]
    return total


@inlined
def is_idle(tables: Tables, search: Search, row: int) -> bool:
    """Tell whether a vehicle stays at its start: nothing to do, and not under way."""
    return bool(search.rounds.values[row, LENGTH] == 0 and tables.vehicles[row, DEPARTED] < 0)


@inlined
def start_turn(search: Search) -> None:
    """Keep the bank as it is, to come back to."""
    numbers = search.numbers
    numbers[TURN] += 1
    numbers[TOUCHED] = 0
    numbers[SAVED_USED] = numbers[USED]
    numbers[SAVED_BANK] = numbers[BANK]
    for b in range(numbers[BANK]):
        search.saved_bank[b] = search.bank[b]


@inlined
def _copy(source: Rounds, target: Rounds, row: int) -> None:
    for i in range(source.values[row, LENGTH] + 2):
        for column in range(source.visits.shape[2]):
            target.visits[row, i, column] = source.visits[row, i, column]
        for d in range(source.loads.shape[2]):
            target.loads[row, i, d] = source.loads[row, i, d]
    for column in range(source.values.shape[1]):
        target.values[row, column] = source.values[row, column]


@inlined
def touch(search: Search, row: int) -> None:
    """Save a row unless this turn already did, and give it a new version."""
    numbers = search.numbers
    if search.turn_of[row] != numbers[TURN]:
        search.turn_of[row] = numbers[TURN]
        search.touched[numbers[TOUCHED]] = row
        numbers[TOUCHED] += 1
        _copy(search.rounds, search.saved, row)
    numbers[VERSIONS] += 1
    search.rounds.values[row, VERSION] = numbers[VERSIONS]


@inlined
def put(
    tables: Tables, search: Search, shipment: int, row: int, i: int, j: int, blind: int
) -> None:
    """Insert a shipment where the kernel found its place."""
    numbers, values = search.numbers, search.rounds.values
    touch(search, row)
    numbers[USED] += values[row, LENGTH] == 0
    numbers[NOW] -= values[row, COST]
    insert(tables, search.rounds, shipment, row, i, j, blind)
    numbers[NOW] += values[row, COST]
    search.row_of[shipment] = row


@lean
def take(tables: Tables, search: Search, shipment: int) -> None:
    """Take a shipment out again that was put last."""
    numbers, values = search.numbers, search.rounds.values
    row = search.row_of[shipment]
    touch(search, row)
    numbers[NOW] -= values[row, COST]
    remove(tables, search.rounds, shipment, row)
    retime(tables, search.rounds, row)
    numbers[NOW] += values[row, COST]
    numbers[USED] -= values[row, LENGTH] == 0
    search.row_of[shipment] = -1


@lean
def to_bank(tables: Tables, search: Search, delivery: int) -> None:
    """Take a delivery out of its rounds, which are left untimed, their costs not yet counted."""
    numbers = search.numbers
    option = tables.options[search.option_of[delivery]]
    for n in range(option[MEMBERS], option[MEMBERS] + option[COUNT]):
        shipment = tables.members[n]
        row = search.row_of[shipment]
        if search.turn_of[row] != numbers[TURN]:
            touch(search, row)
        remove(tables, search.rounds, shipment, row)
        search.row_of[shipment] = -1
    search.option_of[delivery] = -1
    search.bank[numbers[BANK]] = delivery
    numbers[BANK] += 1
    numbers[NOW] += tables.deliveries[delivery, PENALTY]


@lean
def settle(tables: Tables, search: Search) -> None:
    """Time every touched round; where leaving things out made one late, more leaves it.

    Street times break the triangle inequality, so a shortened round may be late.
    """
    numbers, rounds = search.numbers, search.rounds
    steady = False
    while not steady:
        steady = True
        for t in range(numbers[TOUCHED]):
            row = search.touched[t]
            while not retime(tables, rounds, row):
                late = min(rounds.values[row, CULPRIT], rounds.values[row, LENGTH])
                shipment = tables.tasks[rounds.visits[row, late, TASK], SHIPMENT]
                to_bank(tables, search, tables.shipments[shipment, DELIVERY])
                steady = False
    for t in range(numbers[TOUCHED]):
        row = search.touched[t]
        numbers[NOW] += rounds.values[row, COST] - search.saved.values[row, COST]
        emptied = rounds.values[row, LENGTH] == 0 and search.saved.values[row, LENGTH] > 0
        numbers[USED] -= emptied


@lean
def restore(tables: Tables, search: Search, cost: int) -> None:
    """Undo this turn."""
    numbers, rounds = search.numbers, search.rounds
    numbers[NOW] = cost
    numbers[USED] = numbers[SAVED_USED]
    for t in range(numbers[TOUCHED]):
        row = search.touched[t]
        for i in range(1, rounds.values[row, LENGTH] + 1):
            search.row_of[tables.tasks[rounds.visits[row, i, TASK], SHIPMENT]] = -1
    numbers[BANK] = numbers[SAVED_BANK]
    for b in range(numbers[BANK]):
        search.bank[b] = search.saved_bank[b]
        search.option_of[search.bank[b]] = -1
    for t in range(numbers[TOUCHED]):
        row = search.touched[t]
        _copy(search.saved, rounds, row)
        _settle_in(tables, search, row)


@inlined
def _settle_in(tables: Tables, search: Search, row: int) -> None:
    for i in range(1, search.rounds.values[row, LENGTH] + 1):
        shipment = tables.tasks[search.rounds.visits[row, i, TASK], SHIPMENT]
        search.row_of[shipment] = row
        search.option_of[tables.shipments[shipment, DELIVERY]] = tables.shipments[shipment, OPTION]


@lean
def keep_best(search: Search) -> None:
    """Keep the plan under way as the best."""
    ends = 0
    for row in range(len(search.best_ends)):
        for i in range(1, search.rounds.values[row, LENGTH] + 1):
            search.best[ends] = search.rounds.visits[row, i, TASK]
            ends += 1
        search.best_ends[row] = ends
    search.numbers[BEST] = search.numbers[NOW]
    search.numbers[BEST_BANK] = search.numbers[BANK]


@lean
def recall(tables: Tables, search: Search) -> None:
    """Go back to the best plan."""
    numbers, rounds = search.numbers, search.rounds
    search.row_of[:] = -1
    search.option_of[:] = -1
    begins = 0
    cost = 0
    numbers[USED] = 0
    for row in range(len(tables.vehicles)):
        rounds.values[row, LENGTH] = search.best_ends[row] - begins
        for i in range(rounds.values[row, LENGTH]):
            rounds.visits[row, i + 1, TASK] = search.best[begins + i]
        begins = search.best_ends[row]
        retime(tables, rounds, row)
        _settle_in(tables, search, row)
        cost += rounds.values[row, COST]
        numbers[USED] += rounds.values[row, LENGTH] > 0
        numbers[VERSIONS] += 1
        rounds.values[row, VERSION] = numbers[VERSIONS]
    numbers[BANK] = 0
    for delivery in range(len(tables.deliveries)):
        if search.option_of[delivery] < 0:
            search.bank[numbers[BANK]] = delivery
            numbers[BANK] += 1
            cost += tables.deliveries[delivery, PENALTY]
    numbers[NOW] = cost
    numbers[MOST] = len(tables.vehicles)


@inlined
def options_of(tables: Tables, delivery: int) -> tuple[int, int]:
    """Return the first option of a delivery, and the one behind its last."""
    wanted = tables.deliveries[delivery]
    return wanted[OPTIONS], wanted[OPTIONS] + wanted[CHOICES]
