"""A pickup and its dropoff in a round: their best two positions.

What the dropoff adds behind each position is reckoned first; then from each position of the pickup
one walk forward carries time and load, and tries the dropoff behind every visit passed. What the
two detours add, waiting apart, is a lower bound: whatever cannot beat the best is not walked.

Where longest rides matter the judgement is only a bound; what beats the best is then timed exactly.
"""

from typing import NamedTuple

from routing.compiling import inlined
from routing.detour import (
    Stop,
    Walk,
    bare_cost,
    joined_cost,
    metres_added,
    seconds_added,
    stop_of,
)
from routing.dropoff import dropoff_detours
from routing.laying import timed
from routing.reach import carries, left_by, passed_by, reached_by
from routing.rows import (
    AT,
    BY,
    DEPART,
    LENGTH,
    LIMITED,
    METRES,
    MOVED,
    OPEN,
    SLACK,
    SOONEST,
    STAY,
    VEHICLE,
    Rounds,
)
from routing.sight import EYES, NEVER
from routing.tables import FIRST, NO_LIMIT, RIDE, SHIPMENT, TASKS, Int64s, Tables


class Pair(NamedTuple):
    """A pickup and its dropoff as the vehicle of one row sees them.

    The dropoff goes behind position `nearest` at the soonest and `furthest` at the latest.
    """

    pickup: Stop
    dropoff: Stop
    ride_s: int
    capacity: Int64s
    is_limited: bool
    nearest: int
    furthest: int


class Head(NamedTuple):
    """A pickup behind position i, and the walk that has come to it.

    `more` is what the pickup adds in seconds; `joined` is what the round costs with the dropoff
    there as well, `parted` with the pickup alone, both without paid waiting.
    """

    i: int
    more: int
    walk: Walk
    joined: int
    parted: int


@inlined
def best_pair(
    tables: Tables, rounds: Rounds, row: int, pickup: int, most: int, blind: int
) -> tuple[int, int, int]:
    """Return the least cost of a round with a pickup and its dropoff in, and behind which visits.

    Both positions are those of the round before insertion; the pickup goes first where equal. A
    lower bound and -1 where nothing costs less than `most`.
    """
    values, visits, loads = rounds.values[row], rounds.visits[row], rounds.loads[row]
    pair = _pair(tables, rounds, row, pickup)
    stop, nearest, furthest = pair.pickup, pair.nearest, pair.furthest
    saved = dropoff_detours(rounds, row, pair.dropoff, (nearest, furthest), blind)
    first = reached_by(visits, values[LENGTH], stop.opens + stop.service - saved)
    last = min(left_by(visits, values[LENGTH], stop.closes), furthest)
    base, least = bare_cost(tables, rounds, row), rounds.detour[1]
    best, best_i, best_j, floor = most, -1, 0, NEVER
    for i in range(first, last + 1):
        if blind >> (i % EYES) & 1 == 1:
            continue
        here, after = visits[i], visits[i + 1]
        seconds = here[STAY] + stop.to[here[AT], 0]
        start = max(here[SOONEST] + seconds, stop.opens)
        if start > stop.closes or not carries(loads, i, stop.amount, pair.capacity):
            continue
        more = seconds_added(stop, here, after)
        joined = base + _both_added(pair, here, after) if i >= nearest else NEVER
        parted = base + stop.per_s * more
        parted += stop.per_m * metres_added(stop, here, after)
        is_apart = i < furthest and more - saved <= here[SLACK]
        ahead = least[max(i + 1, nearest)] if is_apart else NEVER
        apart = parted + ahead if ahead < NEVER else NEVER
        if min(joined, apart) >= best:
            floor = min(floor, min(joined, apart))
            continue
        moved = here[MOVED] + seconds
        walk = Walk(stop.place, stop.service, start, moved, min(here[DEPART], stop.closes - moved))
        cost, j = _best_dropoff(
            tables, rounds, row, pair, Head(i, more, walk, joined, parted), best
        )
        if j >= 0:
            best, best_i, best_j = cost, i, j
        else:
            floor = min(floor, cost)
    return (best if best_i >= 0 else floor), best_i, best_j


@inlined
def _pair(tables: Tables, rounds: Rounds, row: int, pickup: int) -> Pair:
    """Look at a pickup and its dropoff with a vehicle's eyes."""
    values, visits = rounds.values[row], rounds.visits[row]
    wanted = tables.shipments[tables.tasks[pickup, SHIPMENT]]
    shop = stop_of(tables, values[VEHICLE], pickup)
    door = stop_of(tables, values[VEHICLE], wanted[FIRST] + wanted[TASKS] - 1)
    soonest = max(shop.opens + shop.service, door.opens) + door.service
    return Pair(
        shop,
        door,
        wanted[RIDE],
        tables.capacity[values[VEHICLE]],
        values[LIMITED] > 0 or wanted[RIDE] < NO_LIMIT,
        reached_by(visits, values[LENGTH], soonest),
        passed_by(visits, values[LENGTH], door.closes),
    )


@inlined
def _both_added(pair: Pair, here: Int64s, after: Int64s) -> int:
    """Return what pickup and dropoff one after the other cost between two visits."""
    shop, door = pair.pickup, pair.dropoff
    seconds = here[STAY] + shop.to[here[AT], 0] + shop.service + shop.onward[door.place, 0]
    seconds += door.service + door.onward[after[AT], 0] - (after[MOVED] - here[MOVED])
    metres = shop.to[here[AT], 1] + shop.onward[door.place, 1] + door.onward[after[AT], 1]
    metres -= after[METRES] - here[METRES]
    cost: int = shop.per_s * seconds + shop.per_m * metres
    return cost


@inlined
def _rides_bear(pair: Pair, head: Head, visits: Int64s, j: int) -> tuple[bool, bool]:
    """Tell whether rides over the pickup's or the dropoff's leg may, and surely do, bear both."""
    here, after = visits[j], visits[j + 1]
    if j == head.i:
        shop, door = pair.pickup, pair.dropoff
        seconds = here[STAY] + shop.to[here[AT], 0] + shop.service + shop.onward[door.place, 0]
        seconds += door.service + door.onward[after[AT], 0] - (after[MOVED] - here[MOVED])
        fits: bool = seconds <= here[SLACK]
        return fits, fits
    more, first = seconds_added(pair.dropoff, here, after), visits[head.i, SLACK]
    fits = head.more + min(0, more) <= first and more + min(0, head.more) <= here[SLACK]
    is_sure: bool = head.more + max(0, more) <= first and more + max(0, head.more) <= here[SLACK]
    return fits, is_sure


@inlined
def _best_dropoff(
    tables: Tables, rounds: Rounds, row: int, pair: Pair, head: Head, most: int
) -> tuple[int, int]:
    """Walk forward from a pickup, trying its dropoff behind every visit.

    Return the cost and position of the best, or a lower bound and -1 where nothing costs less than
    `most`.
    """
    visits, loads = rounds.visits[row], rounds.loads[row]
    added, least = rounds.detour[0], rounds.detour[1]
    shop, door, nearest, furthest = pair.pickup, pair.dropoff, pair.nearest, pair.furthest
    i, walk, parted = head.i, head.walk, head.parted
    leg = walk.stay + shop.onward[visits[i + 1, AT], 0]
    latest_leave = walk.moved + walk.stay + pair.ride_s
    best, best_j, floor = most, -1, NEVER
    for j in range(i, furthest + 1):
        if walk.start + walk.stay > door.closes or walk.moved + walk.stay > latest_leave:
            break
        after = visits[j + 1]
        bare = head.joined
        if j > i:
            bare = parted + added[j] if j >= nearest and added[j] < NEVER else NEVER
        if bare < best:
            cost = joined_cost(walk, door, after, bare)
            if cost < best and pair.is_limited:
                at_door = walk.moved + walk.stay + door.to[walk.at, 0]
                fits, is_sure = _rides_bear(pair, head, visits, j)
                if at_door > latest_leave or not fits:
                    cost = NEVER
                elif not (is_sure and cost == bare and door.per_s > 0):
                    cost = timed(tables, rounds, row, (i, shop.task), (j, door.task))
            if cost < best:
                best, best_j = cost, j
            else:
                floor = min(floor, cost)
        else:
            floor = min(floor, bare)
        if j == furthest:
            break
        ahead = least[max(j + 1, nearest)]
        if ahead == NEVER:
            break
        if parted + ahead >= best:
            floor = min(floor, parted + ahead)
            break
        if not carries(loads, j + 1, shop.amount, pair.capacity):
            break
        start = max(walk.start + leg, after[OPEN])
        if start > after[BY]:
            break
        moved = walk.moved + leg
        walk = Walk(after[AT], after[STAY], start, moved, min(walk.depart, after[BY] - moved))
        leg = visits[j + 2, MOVED] - after[MOVED]
    return (best if best_j >= 0 else floor), best_j
