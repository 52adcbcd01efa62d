"""The kernel: the cheapest feasible place for a shipment in a round.

For a pickup and its dropoff: what the dropoff adds behind each position is reckoned first; then
from each position of the pickup one walk forward carries time and load and tries the dropoff behind
every visit passed; `timing` lets the rest of the round be judged in constant time. What the two
detours add, waiting apart, is a lower bound: whatever cannot beat the best is not walked.

Further pickups of the shipment then go, one by one, to their best place before the dropoff; each
pickup has its turn as the first. Where that finds no room the dropoff goes first, behind each
position in turn, and all pickups after it.

Where longest rides matter the judgement is only a bound; a candidate that beats the best is then
laid out in a spare row and timed exactly.
"""

from routing.compiling import inlined, lean
from routing.tables import (
    ABLE,
    EARLIEST,
    FIRST,
    LATEST,
    NO_LIMIT,
    ONLY,
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
    PASSED,
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
#: A blind eye sees every position.
SEES_ALL = 0
#: So many positions have a bit of their own in a blind eye, for pickups and for dropoffs.
EYES = 30
#: Bits of a blind eye: the further pickups go in backwards, and are blind as well.
BACKWARDS, ALL_BLIND = 60, 61

type Place = tuple[int, int, int]


@lean
def cheapest(
    tables: Tables, rounds: Rounds, shipment: int, row: int, bound: int, blind: int
) -> Place:
    """Return the least a shipment adds to a row's cost, and the two numbers `insert` needs.

    Where nothing costs less than `bound`, the first is a lower bound of what it would cost, or
    `NEVER` where it fits nowhere, and the second is -1. The row must be timed; the spare rows are
    used. `blind` is `SEES_ALL`, or a bit set of positions not to look at.
    """
    wanted, values = tables.shipments[shipment], rounds.values[row]
    vehicle = values[VEHICLE]
    if tables.vehicles[vehicle, ABLE] & wanted[SKILLS] != wanted[SKILLS]:
        return NEVER, -1, 0
    if wanted[ONLY] >= 0 and wanted[ONLY] != vehicle:
        return NEVER, -1, 0
    first, last = wanted[FIRST], wanted[FIRST] + wanted[TASKS] - 1
    most = NEVER if bound == NEVER else bound + values[COST]
    if wanted[TASKS] == 2:
        cost, i, j = _best_pair(tables, rounds, row, first, last, most, blind)
    elif wanted[TASKS] == 1:
        cost, i = _best_one(tables, rounds, row, last, values[LENGTH] + 1, most, blind)
        j = 0
    else:
        cost, i, j = _best_spread(tables, rounds, row, shipment, most, blind)
    return (NEVER if cost == NEVER else cost - values[COST]), i, j


@lean
def insert(
    tables: Tables, rounds: Rounds, shipment: int, row: int, i: int, j: int, blind: int
) -> None:
    """Put a shipment where `cheapest` found its place, and time the row."""
    wanted = tables.shipments[shipment]
    last = wanted[FIRST] + wanted[TASKS] - 1
    if wanted[TASKS] == 2:
        _slip_in(rounds, row, j, last)
        _slip_in(rounds, row, i, wanted[FIRST])
    elif wanted[TASKS] == 1:
        _slip_in(rounds, row, i, last)
    else:
        if j == 0:
            _spread(tables, rounds, row, i, last, NEVER, blind)
        else:
            _spread_before(tables, rounds, row, i, last, j - 1, NEVER, blind)
        lay(rounds, len(tables.vehicles), row)
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


@inlined
def _best_pair(
    tables: Tables, rounds: Rounds, row: int, pickup: int, dropoff: int, most: int, blind: int
) -> Place:
    """Return the least cost of the whole round with both tasks in, and behind which positions.

    Both positions are those of the round before insertion; the pickup goes first where equal.
    """
    values, visits, loads = rounds.values[row], rounds.visits[row], rounds.loads[row]
    vehicle = tables.vehicles[values[VEHICLE]]
    capacity, amount = tables.capacity[values[VEHICLE]], tables.amounts[pickup]
    task, drop = tables.tasks[pickup], tables.tasks[dropoff]
    place, opens, closes, stay = task[PLACE], task[EARLIEST], task[LATEST], task[SERVICE]
    door, length = drop[PLACE], values[LENGTH]
    to, onward = tables.back[vehicle[PROFILE], place], tables.travel[vehicle[PROFILE], place]
    from_door = tables.travel[vehicle[PROFILE], door]
    per_s, per_m = vehicle[PER_S], vehicle[PER_M]
    end = visits[length + 1]
    base = vehicle[USE] + per_s * end[MOVED] + per_m * end[METRES]
    first, last = _reached_by(visits, length, opens + stay), _left_by(visits, length, closes)
    by_door = _reached_by(visits, length, drop[EARLIEST] + drop[SERVICE])
    furthest = _passed_by(visits, length, drop[LATEST])
    _detours(tables, rounds, row, dropoff, max(first + 1, by_door), furthest, blind)
    least = rounds.detour[1]
    exact = values[LIMITED] > 0 or tables.shipments[task[SHIPMENT], RIDE] < NO_LIMIT
    best, best_i, best_j, floor = most, -1, 0, NEVER
    for i in range(first, min(last, furthest) + 1):
        if blind >> (i % EYES) & 1 == 1:
            continue
        here, after = visits[i], visits[i + 1]
        seconds = here[STAY] + to[here[AT], 0]
        start = max(here[SOONEST] + seconds, opens)
        if start > closes or not _carries(loads, i, amount, capacity):
            continue
        moved = here[MOVED] + seconds
        leg_s, leg_m = after[MOVED] - here[MOVED], after[METRES] - here[METRES]
        there_m = to[here[AT], 1]
        more = seconds + stay + onward[door, 0] + drop[SERVICE] + from_door[after[AT], 0]
        more_m = there_m + onward[door, 1] + from_door[after[AT], 1]
        joined = base + per_s * (more - leg_s) + per_m * (more_m - leg_m) if i >= by_door else NEVER
        more = seconds + stay + onward[after[AT], 0]
        more_m = there_m + onward[after[AT], 1]
        parted = base + per_s * (more - leg_s) + per_m * (more_m - leg_m)
        ahead = least[max(i + 1, by_door)] if i < furthest else NEVER
        apart = parted + ahead if ahead < NEVER else NEVER
        if min(joined, apart) >= best:
            floor = min(floor, min(joined, apart))
            continue
        depart = min(here[DEPART], closes - moved)
        cost, j = _best_dropoff(
            tables,
            rounds,
            row,
            (pickup, dropoff, i, by_door, furthest),
            (start, moved, depart),
            (joined, parted, best),
            exact,
        )
        if j >= 0:
            best, best_i, best_j = cost, i, j
        else:
            floor = min(floor, cost)
    return (best if best_i >= 0 else floor), best_i, best_j


@inlined
def _reached_by(visits: Int64s, length: int, time: int) -> int:
    """Return the first position whose next visit may start at this time or later."""
    low, high = 0, length + 1
    while low < high:
        middle = (low + high) // 2
        if visits[middle + 1, LATE] < time:
            low = middle + 1
        else:
            high = middle
    return low


@inlined
def _left_by(visits: Int64s, length: int, time: int) -> int:
    """Return the last position that can be left at this time or sooner, else -1."""
    low, high = 0, length + 1
    while low < high:
        middle = (low + high) // 2
        if visits[middle, SOONEST] + visits[middle, STAY] > time:
            high = middle
        else:
            low = middle + 1
    return low - 1


@inlined
def _passed_by(visits: Int64s, length: int, time: int) -> int:
    """Return the last position that opens, as all before it do, at this time or sooner, else -1."""
    low, high = 0, length + 1
    while low < high:
        middle = (low + high) // 2
        if visits[middle, PASSED] > time:
            high = middle
        else:
            low = middle + 1
    return low - 1


@inlined
def _detours(
    tables: Tables, rounds: Rounds, row: int, dropoff: int, first: int, last: int, blind: int
) -> None:
    """Reckon what a dropoff adds behind each position, and the least from there on.

    Positions that its window or the next visit's rules out, whatever comes before, add `NEVER`.
    """
    values, visits = rounds.values[row], rounds.visits[row]
    vehicle = tables.vehicles[values[VEHICLE]]
    per_s, per_m = vehicle[PER_S], vehicle[PER_M]
    drop = tables.tasks[dropoff]
    door, opens, closes, service = drop[PLACE], drop[EARLIEST], drop[LATEST], drop[SERVICE]
    to_door, from_door = tables.back[vehicle[PROFILE], door], tables.travel[vehicle[PROFILE], door]
    added, least = rounds.detour[0], rounds.detour[1]
    least[max(first, last + 1)] = NEVER
    for j in range(last, first - 1, -1):
        here, after = visits[j], visits[j + 1]
        added[j] = NEVER
        onward = service + from_door[after[AT], 0]
        seconds = here[STAY] + to_door[here[AT], 0]
        in_time = opens + onward <= after[LATE] and here[OPEN] + seconds <= closes
        if in_time and blind >> (EYES + j % EYES) & 1 == 0:
            more = seconds + onward - (after[MOVED] - here[MOVED])
            metres = to_door[here[AT], 1] + from_door[after[AT], 1]
            metres -= after[METRES] - here[METRES]
            added[j] = per_s * more + per_m * metres
        least[j] = min(least[j + 1], added[j])


@inlined
def _best_dropoff(
    tables: Tables,
    rounds: Rounds,
    row: int,
    tried: tuple[int, int, int, int, int],
    state: tuple[int, int, int],
    known: tuple[int, int, int],
    exact: bool,
) -> tuple[int, int]:
    """Walk forward from a pickup behind position i, trying its dropoff behind every visit.

    `tried` is the pickup, the dropoff, i and the first and last position worth trying; `state` is
    start, seconds moved and latest departure at the pickup; `known` is what the round costs,
    waiting apart, with both behind i, with the pickup alone behind it, and the cost to beat. Return
    the cost and position of the best, or a lower bound and -1 where nothing beats that cost.
    """
    pickup, dropoff, i, by_door, furthest = tried
    start, moved, depart = state
    joined, parted, best = known
    visits, loads = rounds.visits[row], rounds.loads[row]
    added, least = rounds.detour[0], rounds.detour[1]
    vehicle = tables.vehicles[rounds.values[row, VEHICLE]]
    per_s = vehicle[PER_S]
    capacity, amount = tables.capacity[rounds.values[row, VEHICLE]], tables.amounts[pickup]
    drop = tables.tasks[dropoff]
    door, opens, closes, service = drop[PLACE], drop[EARLIEST], drop[LATEST], drop[SERVICE]
    to_door, from_door = tables.back[vehicle[PROFILE], door], tables.travel[vehicle[PROFILE], door]
    at, stay = tables.tasks[pickup, PLACE], tables.tasks[pickup, SERVICE]
    leg = stay + tables.travel[vehicle[PROFILE], at, visits[i + 1, AT], 0]
    latest_leave = moved + stay + tables.shipments[drop[SHIPMENT], RIDE]
    best_j, floor = -1, NEVER
    for j in range(i, furthest + 1):
        if start + stay > closes or moved + stay > latest_leave:
            break
        after = visits[j + 1]
        bare = joined
        if j > i:
            bare = parted + added[j] if j >= by_door and added[j] < NEVER else NEVER
        if bare < best:
            seconds = stay + to_door[at, 0]
            if start + seconds <= closes:
                served = max(start + seconds, opens)
                onward = service + from_door[after[AT], 0]
                if served + onward <= after[LATE]:
                    cost = bare
                    if per_s > 0:
                        moving = moved + seconds + onward
                        leaving = min(depart, closes - moved - seconds, after[LATE] - moving)
                        back = max(after[RETURN], served + onward + after[AHEAD])
                        cost += per_s * max(0, back - leaving - moving - after[AHEAD])
                    if cost < best and exact:
                        cost = _timed(tables, rounds, row, pickup, dropoff, i, j)
                    if cost < best:
                        best, best_j = cost, j
                    else:
                        floor = min(floor, cost)
        else:
            floor = min(floor, bare)
        if j == furthest:
            break
        ahead = least[max(j + 1, by_door)]
        if ahead == NEVER:
            break
        if parted + ahead >= best:
            floor = min(floor, parted + ahead)
            break
        if not _carries(loads, j + 1, amount, capacity):
            break
        start = max(start + leg, after[OPEN])
        if start > after[BY]:
            break
        moved += leg
        depart = min(depart, after[BY] - moved)
        at, stay = after[AT], after[STAY]
        leg = visits[j + 2, MOVED] - after[MOVED]
    return (best if best_j >= 0 else floor), best_j


@inlined
def _carries(loads: Int64s, n: int, amount: Int64s, capacity: Int64s) -> bool:
    for d in range(capacity.shape[0]):  # noqa: SIM110 - all() over a generator is not compiled
        if loads[n, d] + amount[d] > capacity[d]:
            return False
    return True


@lean
def _timed(
    tables: Tables, rounds: Rounds, row: int, pickup: int, dropoff: int, i: int, j: int
) -> int:
    """Return the exact cost of a row with a pair in it, laid out in the second spare row.

    Without a pickup, -1, the dropoff alone goes behind i.
    """
    spare = len(tables.vehicles) + 1
    lay(rounds, row, spare)
    if pickup >= 0:
        _slip_in(rounds, spare, j, dropoff)
        _slip_in(rounds, spare, i, pickup)
    else:
        _slip_in(rounds, spare, i, dropoff)
    return rounds.values[spare, COST] if retime(tables, rounds, spare) else NEVER


@lean
def _best_spread(
    tables: Tables, rounds: Rounds, row: int, shipment: int, most: int, blind: int
) -> Place:
    """Return the least cost of a round with a shipment of several pickups, and how it came about.

    That is the pickup that went first, and 0 where the dropoff went with it, else 1 more than the
    position the dropoff went behind alone.
    """
    first = tables.shipments[shipment, FIRST]
    last = first + tables.shipments[shipment, TASKS] - 1
    best, best_i, best_j, floor = most, -1, 0, NEVER
    for lead in range(first, last):
        cost = _spread(tables, rounds, row, lead, last, best, blind)
        if cost < best:
            best, best_i = cost, lead
        else:
            floor = min(floor, cost)
    if blind != SEES_ALL or (floor == NEVER and best_i < 0):
        lead = first + blind % (last - first)
        for j in range(rounds.values[row, LENGTH] + 1):
            if blind >> (EYES + j % EYES) & 1 == 1 or not _reaches(tables, rounds, row, last, j):
                continue
            cost = _spread_before(tables, rounds, row, lead, last, j, best, blind)
            if cost < best:
                best, best_i, best_j = cost, lead, j + 1
            else:
                floor = min(floor, cost)
    return (best if best_i >= 0 else floor), best_i, best_j


@lean
def _spread(
    tables: Tables, rounds: Rounds, row: int, lead: int, dropoff: int, most: int, blind: int
) -> int:
    """Lay out, in the first spare row, a row with a shipment of several pickups; its cost.

    A pickup and the dropoff go first, to their best place.
    """
    spare = len(tables.vehicles)
    cost, i, j = _best_pair(tables, rounds, row, lead, dropoff, most, blind)
    if i < 0:
        return cost
    lay(rounds, row, spare)
    _slip_in(rounds, spare, j, dropoff)
    _slip_in(rounds, spare, i, lead)
    return _fetch(tables, rounds, spare, (lead, 1, dropoff, j + 2), most, blind)


@lean
def _spread_before(
    tables: Tables,
    rounds: Rounds,
    row: int,
    lead: int,
    dropoff: int,
    j: int,
    most: int,
    blind: int,
) -> int:
    """Lay out the same with the dropoff behind position j before any pickup, `lead` the first."""
    spare = len(tables.vehicles)
    lay(rounds, row, spare)
    _slip_in(rounds, spare, j, dropoff)
    return _fetch(tables, rounds, spare, (lead, 0, dropoff, j + 1), most, blind)


@inlined
def _reaches(tables: Tables, rounds: Rounds, row: int, task: int, i: int) -> bool:
    """Tell whether a task behind position i is in time, and the next visit after it."""
    here, after = rounds.visits[row, i], rounds.visits[row, i + 1]
    wanted = tables.tasks[task]
    travel = tables.travel[tables.vehicles[rounds.values[row, VEHICLE], PROFILE]]
    arrival = here[SOONEST] + here[STAY] + travel[here[AT], wanted[PLACE], 0]
    start = max(arrival, wanted[EARLIEST])
    onward = wanted[SERVICE] + travel[wanted[PLACE], after[AT], 0]
    return bool(start <= min(wanted[LATEST], after[LATE] - onward))


@lean
def _fetch(
    tables: Tables,
    rounds: Rounds,
    row: int,
    wanted: tuple[int, int, int, int],
    most: int,
    blind: int,
) -> int:
    """Put pickups, one by one, to their best place before their dropoff; return the cost.

    `wanted` is the pickup to start from, how many from there on are in already, the dropoff and
    its position. Stops, at a lower bound, where the cost is `most`.
    """
    lead, placed, dropoff, end = wanted
    first = tables.shipments[tables.tasks[dropoff, SHIPMENT], FIRST]
    count = dropoff - first
    step = count - 1 if blind >> BACKWARDS & 1 == 1 else 1
    eye = blind if blind >> ALL_BLIND & 1 == 1 else SEES_ALL
    for n in range(placed, count):
        pickup = first + (lead - first + n * step) % count
        if not retime(tables, rounds, row):
            return NEVER
        floor: int = rounds.values[row, COST]
        if floor >= most:
            return floor
        _, i = _best_one(tables, rounds, row, pickup, end, NEVER, eye)
        if i < 0:
            return NEVER
        _slip_in(rounds, row, i, pickup)
        end += 1
        # The next pickup is blind to other positions.
        eye ^= eye >> 7
    return rounds.values[row, COST] if retime(tables, rounds, row) else NEVER


@inlined
def _best_one(
    tables: Tables, rounds: Rounds, row: int, task: int, end: int, most: int, blind: int
) -> tuple[int, int]:
    """Return the cost of a round with one more task before position `end`, and behind which.

    What it adds to the load is carried up to there. A lower bound and -1 where nothing costs less
    than `most`.
    """
    values, visits, loads = rounds.values[row], rounds.visits[row], rounds.loads[row]
    vehicle = tables.vehicles[values[VEHICLE]]
    travel = tables.travel[vehicle[PROFILE]]
    capacity, amount = tables.capacity[values[VEHICLE]], tables.amounts[task]
    wanted = tables.tasks[task]
    place, service = wanted[PLACE], wanted[SERVICE]
    exact = values[LIMITED] > 0
    last = visits[values[LENGTH] + 1]
    base = vehicle[USE] + vehicle[PER_S] * last[MOVED] + vehicle[PER_M] * last[METRES]
    best, best_i, floor = most, -1, NEVER
    for i in range(end - 1, -1, -1):
        if not _carries(loads, i, amount, capacity):
            break
        if blind >> (i % EYES) & 1 == 1:
            continue
        here, after = visits[i], visits[i + 1]
        seconds = here[STAY] + travel[here[AT], place, 0]
        start = max(here[SOONEST] + seconds, wanted[EARLIEST])
        onward = service + travel[place, after[AT], 0]
        if start > wanted[LATEST] or start + onward > after[LATE]:
            continue
        moving = here[MOVED] + seconds + onward
        leaving = min(here[DEPART], wanted[LATEST] - here[MOVED] - seconds, after[LATE] - moving)
        back = max(after[RETURN], start + onward + after[AHEAD])
        metres = travel[here[AT], place, 1] + travel[place, after[AT], 1]
        metres -= after[METRES] - here[METRES]
        more = seconds + onward - (after[MOVED] - here[MOVED])
        cost = base + vehicle[PER_S] * more + vehicle[PER_M] * metres
        cost += vehicle[PER_S] * max(0, back - leaving - moving - after[AHEAD])
        if cost < best and exact:
            cost = _timed(tables, rounds, row, -1, task, i, 0)
        if cost < best:
            best, best_i = cost, i
        else:
            floor = min(floor, cost)
    return (best if best_i >= 0 else floor), best_i


@inlined
def lay(rounds: Rounds, source: int, target: int) -> None:
    """Copy a row's order into another row."""
    rounds.values[target, VEHICLE] = rounds.values[source, VEHICLE]
    rounds.values[target, LENGTH] = rounds.values[source, LENGTH]
    for i in range(1, rounds.values[source, LENGTH] + 1):
        rounds.visits[target, i, TASK] = rounds.visits[source, i, TASK]


@inlined
def _slip_in(rounds: Rounds, row: int, after: int, task: int) -> None:
    """Put a task behind position `after`, untimed."""
    visits = rounds.visits[row]
    for i in range(rounds.values[row, LENGTH], after, -1):
        visits[i + 1, TASK] = visits[i, TASK]
    visits[after + 1, TASK] = task
    rounds.values[row, LENGTH] += 1
