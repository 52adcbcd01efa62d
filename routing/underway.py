"""The plan under way: its rounds, the bank beside them, and the way back.

Every change gives a round a new version, by which what an insertion costs is remembered; only
touched rounds are saved and restored.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.compiling import lean
from routing.insertion import remove
from routing.tables import PENALTY, SHIPMENT, Int64s, Tables
from routing.timing import COST, LENGTH, TASK, VERSION, Rounds, open_rounds, retime

BANK, VERSIONS, TOUCHED, TURN, NOW, BEST, MOST, SAVED_BANK, BEST_BANK, STAMP = range(10)


class Search(NamedTuple):
    """A search between two calls.

    Parameters
    ----------
    rounds, saved
        The plan under way, and touched rounds as they were before this turn.
    row_of
        (shipments,): the row a shipment is in, -1 for the bank.
    bank, saved_bank
        (shipments,): the first `numbers[BANK]` are in no round.
    touched, turn_of
        Rows saved this turn, and the last turn each row was.
    known
        (shipments, vehicles, 4): version of the row, cost and place of an insertion into it.
    absent
        (shipments,): how often a turn ended with the shipment in the bank.
    best, best_ends
        The best plan's tasks row by row, and where each row ends.
    numbers
        Counters and costs, named by the constants above.
    leaving
        (tasks,): room for the shipments of a string.
    seen
        (vehicles,): the last stamp that met an empty vehicle of a kind.
    random
        (1,) the generator's state.
    """

    rounds: Rounds
    saved: Rounds
    row_of: Int64s
    bank: Int64s
    saved_bank: Int64s
    touched: Int64s
    turn_of: Int64s
    known: Int64s
    absent: Int64s
    best: Int64s
    best_ends: Int64s
    numbers: Int64s
    leaving: Int64s
    seen: Int64s
    random: NDArray[np.uint64]


def begin(tables: Tables, seed: int) -> Search:
    """Return a search with everything in the bank."""
    shipments, vehicles = len(tables.shipments), len(tables.vehicles)
    numbers = np.zeros(10, np.int64)
    numbers[BANK] = numbers[BEST_BANK] = shipments
    numbers[VERSIONS] = vehicles
    numbers[NOW] = numbers[BEST] = tables.shipments[:, PENALTY].sum()
    numbers[MOST] = vehicles
    rounds = open_rounds(tables)
    for row in range(vehicles):
        retime(tables, rounds, row)
    state = (seed * 0x9E3779B97F4A7C15 + 0xD1B54A32D192ED03) % (1 << 64)
    return Search(
        rounds=rounds,
        saved=open_rounds(tables),
        row_of=np.full(shipments, -1, np.int64),
        bank=np.arange(shipments, dtype=np.int64),
        saved_bank=np.zeros(shipments, np.int64),
        touched=np.zeros(vehicles, np.int64),
        turn_of=np.zeros(vehicles, np.int64),
        known=np.zeros((shipments, vehicles, 4), np.int64),
        absent=np.ones(shipments, np.int64),
        best=np.zeros(len(tables.tasks), np.int64),
        best_ends=np.zeros(vehicles, np.int64),
        numbers=numbers,
        leaving=np.zeros(len(tables.tasks), np.int64),
        seen=np.zeros(vehicles, np.int64),
        random=np.array([state or 1], np.uint64),
    )


@lean
def draw(random: NDArray[np.uint64]) -> int:
    """Return 63 random bits (xorshift64*, Vigna 2016)."""
    x = random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    random[0] = x
    return int(np.int64((x * np.uint64(2685821657736338717)) >> np.uint64(1)))


@lean
def chance(random: NDArray[np.uint64]) -> float:
    """Return a number above 0, at most 1."""
    return ((draw(random) >> 10) + 1) / 9007199254740992.0


@lean
def absences(search: Search) -> int:
    """Return how often the banked shipments were absent, summed."""
    total = 0
    for b in range(search.numbers[BANK]):
        total += search.absent[search.bank[b]]
    return total


@lean
def banked(tables: Tables, search: Search) -> int:
    """Return the penalty of the bank."""
    total = 0
    for b in range(search.numbers[BANK]):
        total += tables.shipments[search.bank[b], PENALTY]
    return total


@lean
def open_count(search: Search) -> int:
    """Count the rounds that leave."""
    count = 0
    for row in range(len(search.turn_of)):
        count += search.rounds.values[row, LENGTH] > 0
    return count


@lean
def start_turn(search: Search) -> None:
    """Keep the bank as it is, to come back to."""
    numbers = search.numbers
    numbers[TURN] += 1
    numbers[TOUCHED] = 0
    numbers[SAVED_BANK] = numbers[BANK]
    for b in range(numbers[BANK]):
        search.saved_bank[b] = search.bank[b]


@lean
def _copy(source: Rounds, target: Rounds, row: int) -> None:
    for i in range(source.values[row, LENGTH] + 2):
        for column in range(source.visits.shape[2]):
            target.visits[row, i, column] = source.visits[row, i, column]
        for d in range(source.loads.shape[2]):
            target.loads[row, i, d] = source.loads[row, i, d]
    for column in range(source.values.shape[1]):
        target.values[row, column] = source.values[row, column]


@lean
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


@lean
def to_bank(tables: Tables, search: Search, shipment: int) -> None:
    """Take a shipment out of its round, which is left untimed."""
    row = search.row_of[shipment]
    remove(tables, search.rounds, shipment, row)
    search.row_of[shipment] = -1
    search.bank[search.numbers[BANK]] = shipment
    search.numbers[BANK] += 1
    search.numbers[NOW] += tables.shipments[shipment, PENALTY]


@lean
def restore(tables: Tables, search: Search, cost: int) -> None:
    """Undo this turn."""
    numbers, rounds = search.numbers, search.rounds
    numbers[NOW] = cost
    numbers[BANK] = numbers[SAVED_BANK]
    for b in range(numbers[BANK]):
        search.bank[b] = search.saved_bank[b]
        search.row_of[search.bank[b]] = -1
    for t in range(numbers[TOUCHED]):
        row = search.touched[t]
        _copy(search.saved, rounds, row)
        for i in range(1, rounds.values[row, LENGTH] + 1):
            search.row_of[tables.tasks[rounds.visits[row, i, TASK], SHIPMENT]] = row


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
    for shipment in range(len(search.row_of)):
        search.row_of[shipment] = -1
    begins = 0
    cost = 0
    for row in range(len(tables.vehicles)):
        rounds.values[row, LENGTH] = search.best_ends[row] - begins
        for i in range(rounds.values[row, LENGTH]):
            task = search.best[begins + i]
            rounds.visits[row, i + 1, TASK] = task
            search.row_of[tables.tasks[task, SHIPMENT]] = row
        begins = search.best_ends[row]
        retime(tables, rounds, row)
        cost += rounds.values[row, COST]
        numbers[VERSIONS] += 1
        rounds.values[row, VERSION] = numbers[VERSIONS]
    numbers[BANK] = 0
    for shipment in range(len(tables.shipments)):
        if search.row_of[shipment] < 0:
            search.bank[numbers[BANK]] = shipment
            numbers[BANK] += 1
            cost += tables.shipments[shipment, PENALTY]
    numbers[NOW] = cost
    numbers[MOST] = len(tables.vehicles)
