"""What an order of tasks breaks, in seconds, and the place for a shipment that breaks least."""

from typing import NamedTuple

import numpy as np

from routing.compiling import compiled, lean
from routing.sight import NEVER
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
)

#: A visit that overloads its vehicle is as bad as being so many seconds late: goods that do not
#: fit stay behind, goods that are late arrive.
OVERLOAD_S = 28_800

#: What is broken, in seconds, and when the vehicle is back.
type Harm = tuple[int, int]


class Draft(NamedTuple):
    """An order of tasks a vehicle may do; `left` and `load` are room to count in."""

    vehicle: int
    order: Int64s
    left: Int64s
    load: Int64s


@compiled
def least_broken(tables: Tables, vehicle: int, tasks: Int64s, shipment: int) -> Int64s:
    """Return tasks with a shipment's: a pickup and the dropoff first, then the other pickups.

    Where nothing is left to be fetched, the dropoff goes alone.
    """
    first = tables.shipments[shipment, FIRST]
    drop = first + tables.shipments[shipment, TASKS] - 1
    order = np.empty(len(tasks) + tables.shipments[shipment, TASKS], np.int64)
    order[: len(tasks)] = tasks
    left, load = np.zeros(len(order), np.int64), np.zeros(tables.capacity.shape[1], np.int64)
    draft = Draft(vehicle, order, left, load)
    count = end = len(tasks)
    if drop == first:
        _put_one(tables, draft, count, end, drop)
        return order
    end = _put_pair(tables, draft, count, first, drop)
    count += 2
    for pickup in range(first + 1, drop):
        _put_one(tables, draft, count, end, pickup)
        count += 1
        end += 1
    return order


@lean
def _put_pair(tables: Tables, draft: Draft, count: int, pickup: int, dropoff: int) -> int:
    """Put a pickup and its dropoff where they harm least; return the dropoff's position."""
    order = draft.order
    best, best_i, best_j = (NEVER, NEVER), 0, 0
    for i in range(count + 1):
        for j in range(i, count + 1):
            _slip_in(order, count, j, dropoff)
            _slip_in(order, count + 1, i, pickup)
            harm = _harm(tables, draft, count + 2, best)
            if harm < best:
                best, best_i, best_j = harm, i, j
            _take_out(order, count + 2, i)
            _take_out(order, count + 1, j)
    _slip_in(order, count, best_j, dropoff)
    _slip_in(order, count + 1, best_i, pickup)
    return best_j + 1


@lean
def _put_one(tables: Tables, draft: Draft, count: int, end: int, task: int) -> None:
    """Put a task where it harms least, at position `end` or before."""
    best, best_i = (NEVER, NEVER), 0
    for i in range(end + 1):
        _slip_in(draft.order, count, i, task)
        harm = _harm(tables, draft, count + 1, best)
        if harm < best:
            best, best_i = harm, i
        _take_out(draft.order, count + 1, i)
    _slip_in(draft.order, count, best_i, task)


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
def _harm(tables: Tables, draft: Draft, count: int, least: Harm) -> Harm:
    """Return the harm of the first `count` tasks; stops where it is worse than the least so far."""
    facts, order, left = tables.vehicles[draft.vehicle], draft.order, draft.left
    travel = tables.travel[facts[PROFILE]]
    at, clock, harm = facts[START], facts[OPENS], 0
    for d in range(draft.load.shape[0]):
        draft.load[d] = tables.aboard[draft.vehicle, d]
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
        if not _holds(tables, draft, order[i]):
            harm += OVERLOAD_S
        if harm > least[0]:
            return NEVER, NEVER
        clock += task[SERVICE]
        left[i] = clock
        at = task[PLACE]
    clock += travel[at, facts[END], 0]
    return harm + max(0, clock - facts[CLOSES]), clock


@lean
def _holds(tables: Tables, draft: Draft, task: int) -> bool:
    """Take parcels on board or off; tell whether the vehicle holds what it has now."""
    load, holds = draft.load, True
    for d in range(load.shape[0]):
        load[d] += tables.amounts[task, d]
        holds = holds and load[d] <= tables.capacity[draft.vehicle, d]
    return holds
