"""One task alone: a dropoff whose goods are on board, or one more pickup of several."""

from routing.compiling import inlined
from routing.detour import bare_cost, joined_cost, metres_added, seconds_added, stop_of, walked
from routing.laying import NO_SEAT, timed
from routing.reach import carries
from routing.rows import LIMITED, SLACK, VEHICLE, Rounds
from routing.sight import EYES, NEVER
from routing.tables import FIRST, NO_LIMIT, RIDE, SHIPMENT, TASKS, Tables


@inlined
def best_one(
    tables: Tables, rounds: Rounds, row: int, task: int, end: int, blind: int
) -> tuple[int, int]:
    """Return the least cost of a round with one more task before position `end`, and behind which.

    What it adds to the load is carried up to there. `NEVER` and -1 where it fits nowhere.
    """
    values, visits, loads = rounds.values[row], rounds.visits[row], rounds.loads[row]
    stop = stop_of(tables, values[VEHICLE], task)
    capacity = tables.capacity[values[VEHICLE]]
    base = bare_cost(tables, rounds, row)
    shipment = tables.shipments[tables.tasks[task, SHIPMENT]]
    is_tied = task < shipment[FIRST] + shipment[TASKS] - 1 and shipment[RIDE] < NO_LIMIT
    best, best_i = NEVER, -1
    for i in range(end - 1, -1, -1):
        if not carries(loads, i, stop.amount, capacity):
            break
        if blind >> (i % EYES) & 1 == 1:
            continue
        here, after = visits[i], visits[i + 1]
        more = seconds_added(stop, here, after)
        bare = base + stop.per_s * more
        bare += stop.per_m * metres_added(stop, here, after)
        cost = joined_cost(walked(here), stop, after, bare)
        if cost < best and values[LIMITED] > 0:
            if more > here[SLACK]:
                cost = NEVER
            elif cost > bare or stop.per_s == 0 or is_tied:
                cost = timed(tables, rounds, row, NO_SEAT, (i, task))
        if cost < best:
            best, best_i = cost, i
    return best, best_i
