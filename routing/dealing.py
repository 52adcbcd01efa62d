"""Which rounds go to whom, where several climbs anneal one plan at once."""

import numpy as np

from routing.tables import DELIVERY, SHIPMENT, Int64s, Tables

#: A plan as tasks, row by row.
type Plan = list[Int64s]


def dealt(tables: Tables, plan: Plan, hands: int, pivot: int) -> Int64s | None:
    """Return whose each row is: those with visits near a task go to one, far ones to another.

    Rows that share a delivery stay together. Everybody gets about as many tasks, and as many of
    the empty rows. None where somebody would get no task at all.
    """
    heaps = _heaps(tables, plan)
    rank = np.full(len(tables.tasks), tables.near.shape[1])
    rank[tables.near[pivot]] = np.arange(tables.near.shape[1])
    heaps.sort(key=lambda rows: float(rank[np.concatenate([plan[row] for row in rows])].mean()))
    owner = np.zeros(len(plan), np.int64)
    left, given, hand = sum(len(row) for row in plan), 0, 0
    for rows in heaps:
        owner[rows] = hand
        given += sum(len(plan[row]) for row in rows)
        if given * (hands - hand) >= left and hand < hands - 1:
            left, given, hand = left - given, 0, hand + 1
    if given == 0 or hand < hands - 1:
        return None
    empty = [row for row, tasks in enumerate(plan) if len(tasks) == 0]
    owner[empty] = (np.arange(len(empty)) + pivot) % hands
    return owner


def _heaps(tables: Tables, plan: Plan) -> list[list[int]]:
    """Return the rows with visits, those together that share a delivery."""
    heap = np.arange(len(plan))
    first: dict[int, int] = {}
    for row, tasks in enumerate(plan):
        for delivery in np.unique(tables.shipments[tables.tasks[tasks, SHIPMENT], DELIVERY]):
            other = first.setdefault(int(delivery), row)
            heap[heap == heap[row]] = heap[other]
    used = [row for row, tasks in enumerate(plan) if len(tasks) > 0]
    return [[row for row in used if heap[row] == each] for each in np.unique(heap[used])]
