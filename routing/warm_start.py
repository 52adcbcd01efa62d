"""A search that begins with rounds somebody planned before."""

from collections.abc import Sequence

from routing.round import Round
from routing.state import Search
from routing.tables import (
    ABLE,
    CHOICES,
    COUNT,
    FIRST,
    MEMBERS,
    ONLY,
    OPTIONS,
    SHIPMENT,
    SKILLS,
    TASKS,
    Tables,
)
from routing.turn import adopt, keep_best, mend, recall, start_turn
from routing.visits import rows_of

#: Tasks of each vehicle in order, by their rows in the tables.
type Rows = list[list[int]]


def resume(tables: Tables, search: Search, rounds: Sequence[Round]) -> None:
    """Make the rounds given the best plan of a search that has none yet.

    A delivery stays if all shipments of one option are there, each whole, in order and in a
    vehicle that may serve it; where a round is late or overloaded all the same, the delivery at
    that place leaves it.

    Raises
    ------
    ValueError
        A round's vehicle is none of the problem's or has two rounds, or a visit is unknown, given
        twice, or past.
    """
    rows = _rows(tables, rounds)
    kept = _whole(tables, rows)
    ends = 0
    for vehicle, row in enumerate(rows):
        for task in row:
            if int(tables.tasks[task, SHIPMENT]) in kept:
                search.best[ends] = task
                ends += 1
        search.best_ends[vehicle] = ends
    recall(tables, search)
    start_turn(search)
    mend(tables, search)
    keep_best(search)
    adopt(tables, search, search.best, search.best_ends)


def _rows(tables: Tables, rounds: Sequence[Round]) -> Rows:
    known = rows_of(tables)
    rows: Rows = [[] for _ in tables.vehicles]
    driven = set()
    for round_ in rounds:
        if not 0 <= round_.vehicle < len(rows) or round_.vehicle in driven:
            raise ValueError(f"start: vehicle {round_.vehicle} is unknown or has two rounds")
        driven.add(round_.vehicle)
        for visit in round_.visits:
            task = known.pop(visit, None)
            if task is None:
                raise ValueError(
                    f"start: task {visit.task} of shipment {visit.shipment} is unknown, "
                    "given twice or past"
                )
            rows[round_.vehicle].append(task)
    return rows


def _whole(tables: Tables, rows: Rows) -> set[int]:
    """Return the shipments of the first option of each delivery that is whole."""
    visited: dict[int, list[int]] = {}
    for vehicle, row in enumerate(rows):
        for task in row:
            visited.setdefault(int(tables.tasks[task, SHIPMENT]), [vehicle]).append(task)
        for shipment in {int(tables.tasks[task, SHIPMENT]) for task in row}:
            if visited[shipment][0] != vehicle or not _is_whole(tables, shipment, visited):
                visited[shipment] = [-1]
    kept: set[int] = set()
    for delivery in tables.deliveries.tolist():
        for option in range(delivery[OPTIONS], delivery[OPTIONS] + delivery[CHOICES]):
            first = tables.options[option, MEMBERS]
            own = tables.members[first : first + tables.options[option, COUNT]].tolist()
            if all(visited.get(shipment, [-1])[0] >= 0 for shipment in own):
                kept.update(own)
                break
    return kept


def _is_whole(tables: Tables, shipment: int, visited: dict[int, list[int]]) -> bool:
    asked = tables.shipments[shipment]
    vehicle, *tasks = visited[shipment]
    able = tables.vehicles[vehicle, ABLE] & asked[SKILLS] == asked[SKILLS]
    own = range(asked[FIRST], asked[FIRST] + asked[TASKS])
    return bool(
        able
        and asked[ONLY] in {-1, vehicle}
        and sorted(tasks) == list(own)
        and tasks[-1] == own[-1]
    )
