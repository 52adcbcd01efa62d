"""A bounded pool of rounds seen inside the search, from which plans are recombined.

A round is known by its kind of vehicle and its set of shipments; of each the cheapest order is
kept. Its key is the exclusive or of random numbers, one a shipment and one a kind (Zobrist 1970).
Each key has a shelf of few places: where all are taken, the round not seen for longest makes room.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.compiling import inlined, lean
from routing.rows import COST, LENGTH, TASK
from routing.state import TOUCHED, TURN, Search
from routing.tables import KIND, LAST, SHIPMENT, Int32s, Int64s, Tables

type UInt64s = NDArray[np.uint64]

#: Rounds kept at most.
SIZE = 1 << 15
#: Places on a shelf.
SHELF = 8
#: Longer rounds are not kept: there is hardly a second one that goes with them.
MOST_VISITS = 512

PRICE, MODEL, LINE, SEEN = range(4)


class Pool(NamedTuple):
    """Rounds seen, each good for any vehicle of its kind.

    Parameters
    ----------
    marks
        (shipments + vehicles,): the random number of each shipment, then of each kind.
    keys
        (size,): the key of each place, 0 for a free one.
    values
        (size, 4): cost, kind, number of visits, the turn the round was last seen.
    tasks
        (size, most visits) int32: its tasks in order.
    """

    marks: UInt64s
    keys: UInt64s
    values: Int64s
    tasks: Int32s


def open_pool(tables: Tables, *, size: int = SIZE) -> Pool:
    """Return an empty pool; its size is a power of 2, no less than a shelf."""
    marks = np.random.default_rng(0).integers(
        1, 1 << 64, len(tables.shipments) + len(tables.vehicles), np.uint64
    )
    return Pool(
        marks=marks,
        keys=np.zeros(size, np.uint64),
        values=np.zeros((size, 4), np.int64),
        tasks=np.zeros((size, min(MOST_VISITS, len(tables.tasks))), np.int32),
    )


def merged(pools: Sequence[Pool]) -> Pool:
    """Return what several pools hold, of each round the cheapest order, to be read only."""
    keys = np.concatenate([pool.keys for pool in pools])
    values = np.concatenate([pool.values for pool in pools])
    order = np.lexsort((values[:, PRICE], keys))
    own = order[np.flatnonzero(np.diff(keys[order], prepend=np.uint64(0)))]
    size = len(pools[0].keys)
    tasks = np.empty((len(own), pools[0].tasks.shape[1]), np.int32)
    for n, pool in enumerate(pools):
        is_here = own // size == n
        tasks[is_here] = pool.tasks[own[is_here] % size]
    return Pool(marks=pools[0].marks, keys=keys[own], values=values[own], tasks=tasks)


@lean
def keep_rounds(tables: Tables, search: Search, pool: Pool) -> None:
    """Keep the rounds that this turn changed."""
    for t in range(search.numbers[TOUCHED]):
        row = search.touched[t]
        if 0 < search.rounds.values[row, LENGTH] <= pool.tasks.shape[1]:
            _keep(tables, search, pool, row)


@inlined
def _keep(tables: Tables, search: Search, pool: Pool, row: int) -> None:
    """Keep one round, unless it is there at no higher a cost."""
    length, cost = search.rounds.values[row, LENGTH], search.rounds.values[row, COST]
    visits, values = search.rounds.visits[row], pool.values
    key = _key(tables, search, pool, row)
    place = _place(pool, key)
    values[place, SEEN] = search.numbers[TURN]
    if pool.keys[place] == key and values[place, PRICE] <= cost:
        return
    pool.keys[place] = key
    values[place, PRICE], values[place, LINE] = cost, length
    values[place, MODEL] = tables.vehicles[row, KIND]
    for i in range(length):
        pool.tasks[place, i] = visits[i + 1, TASK]


@inlined
def _key(tables: Tables, search: Search, pool: Pool, row: int) -> np.uint64:
    visits = search.rounds.visits[row]
    key = pool.marks[len(tables.shipments) + tables.vehicles[row, KIND]]
    for i in range(1, search.rounds.values[row, LENGTH] + 1):
        task = visits[i, TASK]
        if tables.tasks[task, LAST] == 1:
            key ^= pool.marks[tables.tasks[task, SHIPMENT]]
    return key if key != 0 else np.uint64(1)


@inlined
def _place(pool: Pool, key: np.uint64) -> int:
    """Return where a key stands, else a free place on its shelf, else the one to make room."""
    shelf = int(key & np.uint64(len(pool.keys) // SHELF - 1)) * SHELF
    oldest = shelf
    for place in range(shelf, shelf + SHELF):
        if pool.keys[place] == key:
            return place
        if pool.keys[place] == 0:
            if pool.keys[oldest] != 0:
                oldest = place
        elif pool.keys[oldest] != 0 and pool.values[place, SEEN] < pool.values[oldest, SEEN]:
            oldest = place
    return oldest
