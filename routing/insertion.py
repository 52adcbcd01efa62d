"""The kernel: the cheapest feasible place for a shipment in a round.

For a pickup and its dropoff: from each position of the pickup one walk forward carries time and
load and tries the dropoff behind every visit passed; `timing` lets the rest of the round be
judged in constant time. Further pickups of the shipment then go, one by one, to their best place
before the dropoff; each pickup has its turn as the first.

Where longest rides matter that judgement is only a bound; a candidate that beats the best is then
laid out in a spare row and timed exactly.
"""

from routing.compiling import lean
from routing.tables import (
    ABLE,
    EARLIEST,
    FIRST,
    LATEST,
    NO_LIMIT,
    PER_M,
    PER_S,
    PLACE,
    PROFILE,
    RIDE,
    SERVICE,
    SHIPMENT,
    SKILLS,
    TASKS,
    USE,
    Int64s,
    Tables,
)
from routing.timing import (
    AHEAD,
    AHEAD_M,
    AT,
    BY,
    COST,
    DEPART,
    LATE,
    LENGTH,
    LIMITED,
    METRES,
    MOVED,
    OPEN,
    RETURN,
    SOONEST,
    STAY,
    TASK,
    VEHICLE,
    Rounds,
    retime,
)

#: What an insertion costs that cannot be.
NEVER = 1 << 62

type Place = tuple[int, int, int]


@lean
def cheapest(tables: Tables, rounds: Rounds, shipment: int, row: int) -> Place:
    """Return the least a shipment adds to a row's cost, and the two numbers `insert` needs.

    `(NEVER, 0, 0)` where it fits nowhere. The row must be timed; the spare rows are used.
    """
    wanted = tables.shipments[shipment]
    if tables.vehicles[rounds.values[row, VEHICLE], ABLE] & wanted[SKILLS] != wanted[SKILLS]:
        return NEVER, 0, 0
    first, last = wanted[FIRST], wanted[FIRST] + wanted[TASKS] - 1
    if wanted[TASKS] == 2:
        cost, i, j = _best_pair(tables, rounds, row, first, last)
        return (NEVER if cost == NEVER else cost - rounds.values[row, COST]), i, j
    best, lead = NEVER, 0
    for pickup in range(first, last):
        cost = _spread(tables, rounds, row, pickup, last)
        if cost < best:
            best, lead = cost, pickup
    return (NEVER if best == NEVER else best - rounds.values[row, COST]), lead, 0


@lean
def insert(tables: Tables, rounds: Rounds, shipment: int, row: int, i: int, j: int) -> None:
    """Put a shipment where `cheapest` found its place, and time the row."""
    wanted = tables.shipments[shipment]
    last = wanted[FIRST] + wanted[TASKS] - 1
    if wanted[TASKS] == 2:
        _slip_in(rounds, row, j, last)
        _slip_in(rounds, row, i, wanted[FIRST])
    else:
        _spread(tables, rounds, row, i, last)
        _lay(rounds, len(tables.vehicles), row)
    retime(tables, rounds, row)


@lean
def remove(tables: Tables, rounds: Rounds, shipment: int, row: int) -> None:
    """Take a shipment's tasks out of a row, leaving it untimed."""
    visits = rounds.visits[row]
    kept = 0
    for i in range(1, rounds.values[row, LENGTH] + 1):
        task = visits[i, TASK]
        if tables.tasks[task, SHIPMENT] != shipment:
            kept += 1
            visits[kept, TASK] = task
    rounds.values[row, LENGTH] = kept


@lean
def _best_pair(tables: Tables, rounds: Rounds, row: int, pickup: int, dropoff: int) -> Place:
    """Return the least cost of the whole round with both tasks in, and behind which positions.

    Both positions are those of the round before insertion; the pickup goes first where equal.
    """
    values, visits, loads = rounds.values[row], rounds.visits[row], rounds.loads[row]
    vehicle = tables.vehicles[values[VEHICLE]]
    travel = tables.travel[vehicle[PROFILE]]
    capacity, amount = tables.capacity[values[VEHICLE]], tables.amounts[pickup]
    task = tables.tasks[pickup]
    ride = tables.shipments[task[SHIPMENT], RIDE]
    exact = values[LIMITED] > 0 or ride < NO_LIMIT
    best, best_i, best_j = NEVER, 0, 0
    for i in range(values[LENGTH] + 1):
        leave = visits[i, SOONEST] + visits[i, STAY]
        if leave > task[LATEST]:
            break
        seconds = visits[i, STAY] + travel[visits[i, AT], task[PLACE], 0]
        start = max(visits[i, SOONEST] + seconds, task[EARLIEST])
        if start > task[LATEST] or not _carries(loads, i, amount, capacity):
            continue
        moved = visits[i, MOVED] + seconds
        depart = min(visits[i, DEPART], task[LATEST] - moved)
        metres = visits[i, METRES] + travel[visits[i, AT], task[PLACE], 1]
        cost, j = _best_dropoff(
            tables, rounds, row, (pickup, dropoff), (i, best), (start, moved, depart, metres), exact
        )
        if cost < best:
            best, best_i, best_j = cost, i, j
    return best, best_i, best_j


@lean
def _best_dropoff(
    tables: Tables,
    rounds: Rounds,
    row: int,
    pair: tuple[int, int],
    known: tuple[int, int],
    state: tuple[int, int, int, int],
    exact: bool,
) -> tuple[int, int]:
    """Walk forward from a pickup behind position i, trying its dropoff behind every visit.

    `known` is i and the cost to beat; `state` is start, seconds moved, latest departure and
    metres at the pickup.
    """
    pickup, dropoff = pair
    i, best = known
    start, moved, depart, metres = state
    visits, loads, last = rounds.visits[row], rounds.loads[row], rounds.values[row, LENGTH]
    vehicle = tables.vehicles[rounds.values[row, VEHICLE]]
    use, per_s, per_m = vehicle[USE], vehicle[PER_S], vehicle[PER_M]
    travel = tables.travel[vehicle[PROFILE]]
    capacity, amount = tables.capacity[rounds.values[row, VEHICLE]], tables.amounts[pickup]
    drop = tables.tasks[dropoff]
    door, opens, closes, service = drop[PLACE], drop[EARLIEST], drop[LATEST], drop[SERVICE]
    at, stay = tables.tasks[pickup, PLACE], tables.tasks[pickup, SERVICE]
    latest_leave = moved + stay + tables.shipments[drop[SHIPMENT], RIDE]
    best_j = -1
    for j in range(i, last + 1):
        if start + stay > closes or moved + stay > latest_leave:
            break
        n, there = j + 1, visits[j + 1, AT]
        seconds = stay + travel[at, door, 0]
        if start + seconds <= closes:
            served = max(start + seconds, opens)
            onward = service + travel[door, there, 0]
            if served + onward <= visits[n, LATE]:
                moving = moved + seconds + onward
                leaving = min(depart, closes - moved - seconds, visits[n, LATE] - moving)
                back = max(visits[n, RETURN], served + onward + visits[n, AHEAD])
                paid = max(moving + visits[n, AHEAD], back - leaving)
                length = metres + travel[at, door, 1] + travel[door, there, 1] + visits[n, AHEAD_M]
                cost = use + per_s * paid + per_m * length
                if cost < best and exact:
                    cost = _timed(tables, rounds, row, pair, i, j)
                if cost < best:
                    best, best_j = cost, j
        if j == last or not _carries(loads, n, amount, capacity):
            break
        seconds = stay + travel[at, there, 0]
        start = max(start + seconds, visits[n, OPEN])
        if start > visits[n, BY]:
            break
        moved += seconds
        depart = min(depart, visits[n, BY] - moved)
        metres += travel[at, there, 1]
        at, stay = there, visits[n, STAY]
    return (best if best_j >= 0 else NEVER), best_j


@lean
def _carries(loads: Int64s, n: int, amount: Int64s, capacity: Int64s) -> bool:
    for d in range(capacity.shape[0]):  # noqa: SIM110 - all() over a generator is not compiled
        if loads[n, d] + amount[d] > capacity[d]:
            return False
    return True


@lean
def _timed(tables: Tables, rounds: Rounds, row: int, pair: tuple[int, int], i: int, j: int) -> int:
    """Return the exact cost of a row with a pair in it, laid out in the second spare row."""
    spare = len(tables.vehicles) + 1
    _lay(rounds, row, spare)
    _slip_in(rounds, spare, j, pair[1])
    _slip_in(rounds, spare, i, pair[0])
    return rounds.values[spare, COST] if retime(tables, rounds, spare) else NEVER


@lean
def _spread(tables: Tables, rounds: Rounds, row: int, lead: int, dropoff: int) -> int:
    """Lay out, in the first spare row, a row with a shipment of several pickups; its cost."""
    spare = len(tables.vehicles)
    cost, i, j = _best_pair(tables, rounds, row, lead, dropoff)
    if cost == NEVER:
        return NEVER
    _lay(rounds, row, spare)
    _slip_in(rounds, spare, j, dropoff)
    _slip_in(rounds, spare, i, lead)
    end = j + 2
    shipment = tables.tasks[dropoff, SHIPMENT]
    for pickup in range(tables.shipments[shipment, FIRST], dropoff):
        if pickup == lead:
            continue
        retime(tables, rounds, spare)
        cost, i = _best_before(tables, rounds, pickup, end)
        if cost == NEVER:
            return NEVER
        _slip_in(rounds, spare, i, pickup)
        end += 1
    return rounds.values[spare, COST] if retime(tables, rounds, spare) else NEVER


@lean
def _best_before(tables: Tables, rounds: Rounds, pickup: int, end: int) -> tuple[int, int]:
    """Return the cheapest place in the first spare row for one more pickup before `end`."""
    row = len(tables.vehicles)
    values, visits, loads = rounds.values[row], rounds.visits[row], rounds.loads[row]
    vehicle = tables.vehicles[values[VEHICLE]]
    travel = tables.travel[vehicle[PROFILE]]
    capacity, amount = tables.capacity[values[VEHICLE]], tables.amounts[pickup]
    task = tables.tasks[pickup]
    best, best_i = NEVER, 0
    for i in range(end - 1, -1, -1):
        if not _carries(loads, i, amount, capacity):
            break
        here, after = visits[i], visits[i + 1]
        seconds = here[STAY] + travel[here[AT], task[PLACE], 0]
        start = max(here[SOONEST] + seconds, task[EARLIEST])
        onward = task[SERVICE] + travel[task[PLACE], after[AT], 0]
        if start > task[LATEST] or start + onward > after[LATE]:
            continue
        moving = here[MOVED] + seconds + onward
        leaving = min(here[DEPART], task[LATEST] - here[MOVED] - seconds, after[LATE] - moving)
        back = max(after[RETURN], start + onward + after[AHEAD])
        paid = max(moving + after[AHEAD], back - leaving)
        length = here[METRES] + travel[here[AT], task[PLACE], 1]
        length += travel[task[PLACE], after[AT], 1] + after[AHEAD_M]
        cost = vehicle[PER_S] * paid + vehicle[PER_M] * length
        if cost < best:
            best, best_i = cost, i
    return best, best_i


@lean
def _lay(rounds: Rounds, source: int, target: int) -> None:
    """Copy a row's order into another row."""
    rounds.values[target, VEHICLE] = rounds.values[source, VEHICLE]
    rounds.values[target, LENGTH] = rounds.values[source, LENGTH]
    for i in range(1, rounds.values[source, LENGTH] + 1):
        rounds.visits[target, i, TASK] = rounds.visits[source, i, TASK]


@lean
def _slip_in(rounds: Rounds, row: int, after: int, task: int) -> None:
    """Put a task behind position `after`, untimed."""
    visits = rounds.visits[row]
    for i in range(rounds.values[row, LENGTH], after, -1):
        visits[i + 1, TASK] = visits[i, TASK]
    visits[after + 1, TASK] = task
    rounds.values[row, LENGTH] += 1
