"""The plan under way: its rounds, the bank of deliveries beside them, and the best so far."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.compiling import inlined
from routing.rows import COST, LENGTH, Rounds, open_rounds
from routing.tables import (
    CHOICES,
    DEPARTED,
    OPTIONS,
    PENALTY,
    Int64s,
    Tables,
)
from routing.timing import retime

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
    NEAR,
    KEEN,
) = range(16)
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
        Counters and costs, named by the constants above: `MOST` rounds may leave; `NEAR` is the
        last turn one delivery was left over; while `KEEN` nothing is overlooked.
    pick
        (4,): row, place and blind eye of the last cheapest insertion found.
    tries
        (5, shipments): `pick` for each shipment of an option in the order they were tried, and
        the shipment.
    leaving
        (tasks,): room for the deliveries of a string, or of a row.
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
    numbers = np.zeros(16, np.int64)
    numbers[BANK] = numbers[BEST_BANK] = deliveries
    numbers[NOW] = tables.deliveries[:, PENALTY].sum() + rounds.values[:vehicles, COST].sum()
    numbers[BEST] = numbers[NOW]
    numbers[VERSIONS] = numbers[MOST] = vehicles
    known = np.zeros((shipments, vehicles, 4), np.int64)
    known[:, :, 2] = -1
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
        known=known,
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
def options_of(tables: Tables, delivery: int) -> tuple[int, int]:
    """Return the first option of a delivery, and the one behind its last."""
    wanted = tables.deliveries[delivery]
    return wanted[OPTIONS], wanted[OPTIONS] + wanted[CHOICES]
