"""What one turn changes of the plan under way, and the way back.

Only touched rounds are saved and restored; every change gives a round a new version, by which
what an insertion costs is remembered.
"""

from routing.compiling import inlined, lean
from routing.insertion import insert, remove
from routing.rows import COST, CULPRIT, LENGTH, TASK, VERSION, Rounds
from routing.state import (
    BANK,
    BEST,
    BEST_BANK,
    MOST,
    NOW,
    SAVED_BANK,
    SAVED_USED,
    TOUCHED,
    TURN,
    USED,
    VERSIONS,
    Search,
)
from routing.tables import COUNT, DELIVERY, MEMBERS, OPTION, PENALTY, SHIPMENT, Int64s, Tables
from routing.timing import retime


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
            steady = _relieve(tables, search, search.touched[t]) and steady
    for t in range(numbers[TOUCHED]):
        row = search.touched[t]
        numbers[NOW] += rounds.values[row, COST] - search.saved.values[row, COST]
        emptied = rounds.values[row, LENGTH] == 0 and search.saved.values[row, LENGTH] > 0
        numbers[USED] -= emptied


@lean
def mend(tables: Tables, search: Search) -> None:
    """Relieve every row of what it cannot serve in time, leaving costs uncounted."""
    steady = False
    while not steady:
        steady = True
        for row in range(len(tables.vehicles)):
            steady = _relieve(tables, search, row) and steady


@lean
def _relieve(tables: Tables, search: Search, row: int) -> bool:
    """Time a row; deliveries leave it until it can be driven. False where one did."""
    rounds = search.rounds
    steady = True
    while not retime(tables, rounds, row):
        late = min(rounds.values[row, CULPRIT], rounds.values[row, LENGTH])
        shipment = tables.tasks[rounds.visits[row, late, TASK], SHIPMENT]
        to_bank(tables, search, tables.shipments[shipment, DELIVERY])
        steady = False
    return steady


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


def adopt(tables: Tables, search: Search, tasks: Int64s, ends: Int64s) -> None:
    """Make a plan, its tasks row by row and where each row ends, the best one; go on from it."""
    search.best[: len(tasks)] = tasks
    search.best_ends[:] = ends
    recall(tables, search)
    search.numbers[BEST], search.numbers[BEST_BANK] = search.numbers[NOW], search.numbers[BANK]
