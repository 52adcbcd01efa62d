"""What recombining chooses from, as plain arrays, and the plan that comes of it.

Rounds are columns; a line is a shipment, or a delivery with several options. A plan meets each
line once: a shipment by a round, or by what says that nobody need bring it.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.pool import LINE, MODEL, PRICE, Pool
from routing.rows import COST, LENGTH, TASK, VEHICLE
from routing.state import Search
from routing.tables import (
    CHOICES,
    COUNT,
    DEPARTED,
    KIND,
    LAST,
    MEMBERS,
    OPTIONS,
    PENALTY,
    SHIPMENT,
    USE,
    Int64s,
    Tables,
)
from routing.timing import retime


class Plan(NamedTuple):
    """The tasks of all rounds row by row, and where each row ends."""

    tasks: Int64s
    ends: Int64s


class Columns(NamedTuple):
    """Rounds to choose from, those of the best plan first.

    Parameters
    ----------
    costs, kinds
        (rounds,) each.
    tasks, task_ends
        The tasks of all rounds one after the other, and where each round ends.
    shipments, shares
        The shipments of all rounds likewise; (rounds + 1,): where each round begins.
    homes
        The vehicles of the best plan's rounds.
    """

    costs: Int64s
    kinds: Int64s
    tasks: Int64s
    task_ends: Int64s
    shipments: Int64s
    shares: Int64s
    homes: Int64s

    def shipments_of(self, column: int) -> list[int]:
        """Return the shipments of one round."""
        own: list[int] = self.shipments[self.shares[column] : self.shares[column + 1]].tolist()
        return own

    def tasks_of(self, column: int) -> Int64s:
        """Return the tasks of one round in order."""
        begins = self.task_ends[column - 1] if column > 0 else 0
        return self.tasks[begins : self.task_ends[column]]


class Way(NamedTuple):
    """What may be decided beside rounds: to leave a delivery, or to take one of its options.

    It meets some lines itself, and asks rounds to meet others.
    """

    cost: int
    meets: list[int]
    asks: list[int]


def columns_of(tables: Tables, search: Search, pool: Pool) -> Columns:
    """Return the rounds of the best plan, ways straight back of vehicles under way, the pool."""
    rows = np.split(search.best, search.best_ends)[:-1]
    on_the_road = np.flatnonzero(tables.vehicles[:, DEPARTED] >= 0).tolist()
    homes = [v for v, row in enumerate(rows) if len(row) or v in on_the_road]
    driven = [rows[v] for v in homes] + [rows[v][:0] for v in on_the_road]
    vehicles = [*homes, *on_the_road]
    costs = [_cost(tables, search, *each) for each in zip(vehicles, driven, strict=True)]
    kept = np.flatnonzero(pool.keys)
    lengths = pool.values[kept, LINE]
    pooled = pool.tasks[kept][np.arange(pool.tasks.shape[1]) < lengths[:, None]]
    tasks = np.concatenate([*driven, pooled], dtype=np.int64)
    ends = np.cumsum([*map(len, driven), *lengths], dtype=np.int64)
    is_last = tables.tasks[tasks, LAST] == 1
    dropoffs = np.concatenate([[0], np.cumsum(is_last)])
    return Columns(
        costs=np.array([*costs, *pool.values[kept, PRICE]], np.int64),
        kinds=np.array([*tables.vehicles[vehicles, KIND], *pool.values[kept, MODEL]], np.int64),
        tasks=tasks,
        task_ends=ends,
        shipments=tables.tasks[tasks[is_last], SHIPMENT],
        shares=dropoffs[np.concatenate([[0], ends])],
        homes=np.array(homes, np.int64),
    )


def _cost(tables: Tables, search: Search, vehicle: int, tasks: Int64s) -> int:
    """Cost a round of the best plan in a spare row."""
    rounds, spare = search.rounds, len(tables.vehicles)
    rounds.values[spare, VEHICLE], rounds.values[spare, LENGTH] = vehicle, len(tasks)
    rounds.visits[spare, 1 : len(tasks) + 1, TASK] = tasks
    retime(tables, rounds, spare)
    return int(rounds.values[spare, COST])


def ways_of(tables: Tables) -> tuple[Way, ...]:
    """Return what may be decided beside rounds; the lines of options follow those of shipments."""
    ways = []
    line = len(tables.shipments)
    for delivery in tables.deliveries.tolist():
        first, end = delivery[OPTIONS], delivery[OPTIONS] + delivery[CHOICES]
        groups = [
            tables.members[option[MEMBERS] : option[MEMBERS] + option[COUNT]].tolist()
            for option in tables.options[first:end]
        ]
        if len(groups) == 1:
            ways.append(Way(delivery[PENALTY], groups[0], []))
        else:
            ways.append(Way(delivery[PENALTY], [line], []))
            ways += [Way(0, [line], group) for group in groups]
            line += 1
    return tuple(ways)


class Cover:
    """Rounds to choose from, what may be decided beside them, and the fleet that drives them.

    `counts` tells which columns are rounds that need not be driven; `now` of them are in the best
    plan, and `use` is the least that using a vehicle for one costs. `is_open` tells which lines no
    round of the best plan meets.
    """

    def __init__(self, tables: Tables, columns: Columns) -> None:
        """Lay out ways, the fleet of each kind, and which kinds are on the road."""
        self.columns = columns
        self.ways = ways_of(tables)
        self.lines = len(tables.shipments) + int((tables.deliveries[:, CHOICES] > 1).sum())
        kinds = tables.vehicles[:, KIND]
        self.fleet = np.bincount(kinds)
        self.is_out = np.zeros(len(self.fleet), bool)
        self.is_out[kinds[tables.vehicles[:, DEPARTED] >= 0]] = True
        self.counts = ~self.is_out[columns.kinds]
        self.now = int(self.counts[: len(columns.homes)].sum())
        use = tables.vehicles[tables.vehicles[:, DEPARTED] < 0, USE]
        self.use = int(use.min(initial=use.max(initial=0)))
        self.is_use_dear = bool(use.any())
        served = columns.shipments[: columns.shares[len(columns.homes)]]
        self.is_open = np.ones(self.lines, bool)
        self.is_open[served] = False

    def worth(self, prices: NDArray[np.generic]) -> NDArray[np.float64]:
        """Return what the lines each round meets are worth."""
        columns = self.columns
        sums = np.concatenate([[0], np.cumsum(prices[columns.shipments])])
        return np.asarray(sums[columns.shares[1:]] - sums[columns.shares[:-1]])


def plan_of(tables: Tables, columns: Columns, chosen: Sequence[int]) -> Plan:
    """Give rounds to vehicles of their kinds; those of the best plan stay where they are."""
    kinds = tables.vehicles[:, KIND].tolist()
    rows: dict[int, Int64s] = {}
    for column in sorted(chosen):
        vehicle = int(columns.homes[column]) if column < len(columns.homes) else -1
        if vehicle < 0 or vehicle in rows:
            kind = columns.kinds[column]
            vehicle = next(v for v, own in enumerate(kinds) if own == kind and v not in rows)
        rows[vehicle] = columns.tasks_of(column)
    driven = [rows.get(vehicle, columns.tasks[:0]) for vehicle in range(len(kinds))]
    return Plan(
        tasks=np.concatenate(driven), ends=np.cumsum([len(row) for row in driven], dtype=np.int64)
    )
