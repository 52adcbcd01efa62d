"""One shipment put into one round by hand: where it costs least, else where it breaks least.

The kernel knows the cheapest place that breaks nothing. Where there is none, every place is tried
and the seconds it would be too late, ride too long or work too long are summed; what really breaks
at the best of them is the referee's to say.
"""

import numpy as np

from routing.compiling import compiled, lean
from routing.insertion import NEVER, SEES_ALL, cheapest, insert
from routing.problem import Problem
from routing.round import Round, Visit
from routing.tables import (
    CLOSES,
    EARLIEST,
    END,
    FIRST,
    LAST,
    LATEST,
    NO_LIMIT,
    OPENS,
    PLACE,
    PROFILE,
    RIDE,
    SERVICE,
    SHIPMENT,
    START,
    TASKS,
    Int64s,
    Tables,
    tables_of,
)
from routing.timing import LENGTH, TASK, open_rounds, retime

#: A visit that overloads its vehicle is as bad as being so many seconds late: goods that do not
#: fit stay behind, goods that are late arrive.
OVERLOAD_S = 28_800


class Placing:
    """A problem laid out once, to place shipments in its rounds one by one."""

    def __init__(self, problem: Problem) -> None:
        """Lay the problem out for the kernel."""
        self._flat = tables_of(problem)
        self._rounds = open_rounds(self._flat)

    def place(self, round_: Round, shipment: int) -> Round:
        """Return the round with a shipment it does not serve yet, the others in their order.

        An empty round is given as one without visits.
        """
        flat, vehicle = self._flat, round_.vehicle
        tasks = np.array(
            [flat.shipments[visit.shipment, FIRST] + visit.task for visit in round_.visits],
            np.int64,
        )
        placed = self._cheapest(vehicle, tasks, shipment)
        if placed is None:
            placed = _least_broken(flat, vehicle, tasks, shipment)
        return Round(vehicle=vehicle, visits=tuple(self._visit(task) for task in placed.tolist()))

    def _visit(self, task: int) -> Visit:
        shipment = int(self._flat.tasks[task, SHIPMENT])
        return Visit(shipment=shipment, task=task - int(self._flat.shipments[shipment, FIRST]))

    def _cheapest(self, vehicle: int, tasks: Int64s, shipment: int) -> Int64s | None:
        """Return the tasks with the shipment's at the cheapest place, None where nothing is sound.

        A round that is broken already has no sound place.
        """
        rounds = self._rounds
        rounds.values[vehicle, LENGTH] = len(tasks)
        rounds.visits[vehicle, 1 : len(tasks) + 1, TASK] = tasks
        if not retime(self._flat, rounds, vehicle):
            return None
        cost, i, j = cheapest(self._flat, rounds, shipment, vehicle, NEVER, SEES_ALL)
        if cost == NEVER:
            return None
        insert(self._flat, rounds, shipment, vehicle, i, j, SEES_ALL)
        return rounds.visits[vehicle, 1 : rounds.values[vehicle, LENGTH] + 1, TASK]


def without(round_: Round, shipment: int) -> Round:
    """Return the round without a shipment, the others in their order."""
    kept = tuple(visit for visit in round_.visits if visit.shipment != shipment)
    return Round(vehicle=round_.vehicle, visits=kept)


def warm(problem: Problem) -> None:
    """Compile what a hand needs on a tiny problem, or load what was compiled before."""
    Placing(problem).place(Round(vehicle=0, visits=()), 0)
    _least_broken(tables_of(problem), 0, np.zeros(0, np.int64), 0)


@compiled
def _least_broken(tables: Tables, vehicle: int, tasks: Int64s, shipment: int) -> Int64s:
    """Place the first pickup with the dropoff, then each other pickup before the dropoff."""
    first = tables.shipments[shipment, FIRST]
    drop = first + tables.shipments[shipment, TASKS] - 1
    count = len(tasks) + 2
    order = np.empty(len(tasks) + tables.shipments[shipment, TASKS], np.int64)
    order[: len(tasks)] = tasks
    left = np.zeros(len(order), np.int64)
    load = np.zeros(tables.capacity.shape[1], np.int64)
    best, best_i, best_j = (NEVER, NEVER), 0, 0
    for i in range(len(tasks) + 1):
        for j in range(i, len(tasks) + 1):
            _slip_in(order, len(tasks), j, drop)
            _slip_in(order, len(tasks) + 1, i, first)
            harm = _harm(tables, vehicle, order, count, best, left, load)
            if harm < best:
                best, best_i, best_j = harm, i, j
            _take_out(order, count, i)
            _take_out(order, count - 1, j)
    _slip_in(order, len(tasks), best_j, drop)
    _slip_in(order, len(tasks) + 1, best_i, first)
    end = best_j + 1
    for pickup in range(first + 1, drop):
        best, best_i = (NEVER, NEVER), 0
        for i in range(end + 1):
            _slip_in(order, count, i, pickup)
            harm = _harm(tables, vehicle, order, count + 1, best, left, load)
            if harm < best:
                best, best_i = harm, i
            _take_out(order, count + 1, i)
        _slip_in(order, count, best_i, pickup)
        count += 1
        end += 1
    return order


@lean
def _slip_in(order: Int64s, count: int, at: int, task: int) -> None:
    for i in range(count, at, -1):
        order[i] = order[i - 1]
    order[at] = task


@lean
def _take_out(order: Int64s, count: int, at: int) -> None:
    for i in range(at, count - 1):
        order[i] = order[i + 1]


@lean
def _harm(
    tables: Tables,
    vehicle: int,
    order: Int64s,
    count: int,
    least: tuple[int, int],
    left: Int64s,
    load: Int64s,
) -> tuple[int, int]:
    """Return what an order of tasks breaks, in seconds, and when the vehicle is back.

    Stops where it is worse than the least so far; `left` and `load` are room to count in.
    """
    facts = tables.vehicles[vehicle]
    travel = tables.travel[facts[PROFILE]]
    at, clock, harm = facts[START], facts[OPENS], 0
    load[:] = 0
    for i in range(count):
        task = tables.tasks[order[i]]
        clock = max(clock + travel[at, task[PLACE], 0], task[EARLIEST])
        harm += max(0, clock - task[LATEST])
        ride = tables.shipments[task[SHIPMENT], RIDE]
        if task[LAST] == 1 and ride < NO_LIMIT:
            for k in range(i):
                if tables.tasks[order[k], SHIPMENT] == task[SHIPMENT]:
                    harm += max(0, clock - left[k] - ride)
                    break
        if not _holds(tables, vehicle, order[i], load):
            harm += OVERLOAD_S
        if harm > least[0]:
            return NEVER, NEVER
        clock += task[SERVICE]
        left[i] = clock
        at = task[PLACE]
    clock += travel[at, facts[END], 0]
    return harm + max(0, clock - facts[CLOSES]), clock


@lean
def _holds(tables: Tables, vehicle: int, task: int, load: Int64s) -> bool:
    """Take parcels on board or off; tell whether the vehicle holds what it has now."""
    holds = True
    for d in range(load.shape[0]):
        load[d] += tables.amounts[task, d]
        holds = holds and load[d] <= tables.capacity[vehicle, d]
    return holds
