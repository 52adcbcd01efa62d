"""Orders of tasks laid out in rows, to be timed there."""

from routing.compiling import inlined, lean
from routing.rows import COST, LENGTH, TASK, VEHICLE, Rounds
from routing.sight import NEVER
from routing.tables import Tables
from routing.timing import retime

#: A position of a row as it is, and the task that goes behind it.
type Seat = tuple[int, int]

#: Nothing goes in here.
NO_SEAT = (-1, -1)


@inlined
def lay(rounds: Rounds, source: int, target: int) -> None:
    """Copy a row's order into another row."""
    rounds.values[target, VEHICLE] = rounds.values[source, VEHICLE]
    rounds.values[target, LENGTH] = rounds.values[source, LENGTH]
    for i in range(1, rounds.values[source, LENGTH] + 1):
        rounds.visits[target, i, TASK] = rounds.visits[source, i, TASK]


@inlined
def slip_in(rounds: Rounds, row: int, after: int, task: int) -> None:
    """Put a task behind position `after`, untimed."""
    visits = rounds.visits[row]
    for i in range(rounds.values[row, LENGTH], after, -1):
        visits[i + 1, TASK] = visits[i, TASK]
    visits[after + 1, TASK] = task
    rounds.values[row, LENGTH] += 1


@lean
def timed(tables: Tables, rounds: Rounds, row: int, head: Seat, tail: Seat) -> int:
    """Return the exact cost of a row with one or two tasks more, `NEVER` where it breaks.

    It is laid out in the second spare row. The head goes first, unless it is `NO_SEAT`.
    """
    spare = len(tables.vehicles) + 1
    lay(rounds, row, spare)
    slip_in(rounds, spare, tail[0], tail[1])
    if head[0] >= 0:
        slip_in(rounds, spare, head[0], head[1])
    return rounds.values[spare, COST] if retime(tables, rounds, spare) else NEVER
