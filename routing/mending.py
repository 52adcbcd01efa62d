"""What a delivery would add to a finished plan, as it stands or with one thing given up.

Nothing in the plan is moved, so a price can be had at once, if perhaps not the least.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from routing.adding import added, cheapest_gift, laid_out, wanted_of
from routing.problem import Problem
from routing.round import Round
from routing.shipment import LATEST_S, MOST_SKILLS
from routing.sight import NEVER
from routing.solution import RelaxationKind
from routing.tables import (
    ABLE,
    CLOSES,
    DEPARTED,
    DRIVEN,
    FIRST,
    KIND,
    LATEST,
    NO_LIMIT,
    NUMBER,
    RIDE,
    START,
    TASKS,
    Int64s,
    Tables,
)


class Price(NamedTuple):
    """What the rounds would cost more, and the vehicle of the last shipment or given up for."""

    cost: int
    vehicle: int


#: Not even so.
UNPRICED = Price(NEVER, -1)


class FinishedPlan:
    """A plan laid out for the kernel, with one more vehicle of each sort behind its own."""

    def __init__(self, problem: Problem, flat: Tables, rounds: Sequence[Round]) -> None:
        """Lay the rounds out; they must be sound. `flat` is left as it is."""
        self._problem = problem
        self._like, self._tables = _with_more_vehicles(problem, flat)
        self._rounds = laid_out(self._tables, rounds)
        driven = {round_.vehicle for round_ in rounds}
        self._driven = sorted(driven)
        self._idle: dict[int, list[int]] = {}
        for vehicle in sorted(set(range(len(problem.vehicles))) - driven):
            self._idle.setdefault(int(flat.vehicles[vehicle, KIND]), []).append(vehicle)

    def price(self, option: Sequence[int], *, later_s: int = 0, ride_s: int = 0) -> Price:
        """Price an option whose windows close later, whose goods may ride longer."""
        tables = self._tables
        if later_s or ride_s:
            tables = with_patience(self._problem, tables, option, later_s=later_s, ride_s=ride_s)
        wanted = wanted_of(option)
        cost = added(tables, self._rounds, wanted, self._rows(len(option)), -1, 0)
        return Price(cost, int(wanted[-1, 1])) if cost < NEVER else UNPRICED

    def price_by_vehicle(
        self, option: Sequence[int], kind: RelaxationKind, seconds: int = 0
    ) -> Price:
        """Price an option where one vehicle, whichever makes it cheapest, is given something."""
        hard = [each for each in option if self.price((each,)).cost == NEVER]
        easy = [each for each in option if each not in hard]
        cost, row = cheapest_gift(
            self._tables,
            _with_gift(self._tables, kind, seconds),
            self._rounds,
            wanted_of([*hard, *easy]),
            self._rows(len(option)),
            self._vehicles(kind),
            # What goes nowhere else goes to that vehicle; and so does a shipment of its own.
            max(len(hard), 2 - len(option)),
        )
        return Price(cost, self._like[row]) if cost < NEVER else UNPRICED

    def _rows(self, shipments: int) -> Int64s:
        """Return the rows that so many shipments may go to: of idle vehicles alike, no more."""
        idle = [row for alike in self._idle.values() for row in alike[:shipments]]
        return np.array([*self._driven, *idle], np.int64)

    def _vehicles(self, kind: RelaxationKind) -> Int64s:
        if kind is RelaxationKind.ANOTHER_ROUND:
            return np.arange(len(self._problem.vehicles), len(self._like))
        return self._rows(1)


def _with_more_vehicles(problem: Problem, flat: Tables) -> tuple[list[int], Tables]:
    """Return which vehicle each row is like, and the tables with one more of each sort.

    Another vehicle starts where one under way did, but not before that one is free: that would be
    in the past.
    """
    more = flat.vehicles.copy()
    more[:, START] = [vehicle.start_place for vehicle in problem.vehicles]
    more[:, DEPARTED], more[:, DRIVEN], more[:, KIND] = -1, 0, -1
    sorts = np.unique(np.hstack([more, flat.capacity]), axis=0, return_index=True)[1]
    return [*range(len(more)), *sorts.tolist()], flat._replace(
        vehicles=np.vstack([flat.vehicles, more[sorts]]),
        capacity=np.vstack([flat.capacity, flat.capacity[sorts]]),
        aboard=np.vstack([flat.aboard, np.zeros_like(flat.aboard[sorts])]),
    )


def with_patience(
    problem: Problem, tables: Tables, option: Sequence[int], *, later_s: int, ride_s: int
) -> Tables:
    """Return tables where shipments may be served later, and ride longer."""
    tasks, shipments = tables.tasks.copy(), tables.shipments.copy()
    for index in option:
        row = shipments[index]
        if row[RIDE] < NO_LIMIT:
            row[RIDE] = min(row[RIDE] + ride_s, NO_LIMIT)
        shipment, last = problem.shipments[index], row[FIRST] + row[TASKS] - 1
        for task in tasks[row[FIRST] : last + 1]:
            task[LATEST] = min(shipment.tasks[task[NUMBER]].latest_s + later_s, LATEST_S)
        longest_s, since_s = shipment.longest_ride_s, _on_board_since(problem, index)
        if longest_s is not None and since_s is not None:
            tasks[last, LATEST] = min(tasks[last, LATEST], since_s + longest_s + ride_s)
    return tables._replace(tasks=tasks, shipments=shipments)


def _on_board_since(problem: Problem, shipment: int) -> int | None:
    """Return when the first goods of a shipment came on board, None where nothing has."""
    return min(
        (
            left_s
            for vehicle in problem.vehicles
            if vehicle.underway is not None
            for parcel in vehicle.underway.on_board
            if parcel.shipment == shipment
            for left_s in parcel.left_s
            if left_s is not None
        ),
        default=None,
    )


def _with_gift(tables: Tables, kind: RelaxationKind, seconds: int) -> Tables:
    """Return tables where every vehicle is given what only one will be."""
    vehicles, capacity = tables.vehicles.copy(), tables.capacity.copy()
    match kind:
        case RelaxationKind.LONGER_PERIOD:
            vehicles[:, CLOSES] = np.minimum(vehicles[:, CLOSES] + seconds, LATEST_S)
        case RelaxationKind.SKILL_WAIVED:
            vehicles[:, ABLE] = (1 << MOST_SKILLS) - 1
        case RelaxationKind.MORE_CAPACITY:
            capacity[:] = NO_LIMIT
        case _:
            assert kind is RelaxationKind.ANOTHER_ROUND
    return tables._replace(vehicles=vehicles, capacity=capacity)
