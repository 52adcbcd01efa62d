"""A shipment of several pickups in a round: one walk along it that fetches them in any order.

Wherever the walk has come it knows, for each set of pickups, the cheapest trip that has fetched
them (a dynamic programme over sets, as Held and Karp 1962), and goes on with each: to the next
visit, to one pickup more or, with all on board, to the dropoff. What this adds in seconds and
metres is least; but a trip hides dearer ones that would have been in time.

Where a longest ride matters, what was fetched too soon must not hide what is fetched in time: the
walk begins anew at every half of the ride. Of more than `TOGETHER` pickups the others then go, one
by one, to their best place.
"""

from typing import NamedTuple

from routing.compiling import inlined, lean
from routing.detour import Stop, bare_cost, joined_cost, stop_of
from routing.dropoff import dropoff_detours
from routing.laying import lay, slip_in
from routing.reach import carries, left_by, passed_by, reached_by
from routing.rows import (
    AHEAD,
    AT,
    COST,
    ENDS,
    LATE,
    LENGTH,
    LIMITED,
    METRES,
    MOVED,
    SLACK,
    TOGETHER,
    VEHICLE,
    Rounds,
)
from routing.sight import EYES, NEVER
from routing.single import best_one
from routing.tables import (
    FIRST,
    NO_LIMIT,
    PROFILE,
    RIDE,
    SERVICE,
    SHIPMENT,
    TASKS,
    USE,
    Int64s,
    Tables,
)
from routing.timing import retime
from routing.trips import (
    LEFT,
    LEG,
    PICKUP,
    Trip,
    fetching,
    forget,
    going_on,
    keep,
    kept,
    standing,
)

#: The last trip of a set: the one to go on with.
ONWARD = ENDS - 1


class Errand(NamedTuple):
    """A shipment as the vehicle of one row sees it.

    So many `pickups`, from task `first` on, are fetched in any order, between the positions
    `soonest` and `latest`; the dropoff goes between `nearest` and `furthest`.
    """

    row: int
    first: int
    pickups: int
    door: Stop
    ride_s: int
    soonest: int
    latest: int
    nearest: int
    furthest: int
    blind: int


class Leg(NamedTuple):
    """The way from position `i` to the next, and what the round costs from there on.

    What costs `most` or more is of no use.
    """

    i: int
    after: Int64s
    rest: int
    most: int


@lean
def best_spread(
    tables: Tables, rounds: Rounds, row: int, shipment: int, most: int, blind: int
) -> tuple[int, int, int]:
    """Return the least cost found of a round with a shipment of several pickups, and where.

    A lower bound and -1 where nothing costs less than `most`.
    """
    errand = _errand(tables, rounds, row, shipment, blind)
    visits = rounds.visits[row]
    dropoff_detours(rounds, row, errand.door, (errand.nearest, errand.furthest), blind)
    _load_up(tables, rounds, errand)
    best, best_i, best_j, floor = most, -1, 0, NEVER
    begins = errand.soonest
    while begins <= errand.latest:
        until = errand.latest + 1
        if errand.ride_s < NO_LIMIT:
            enough = visits[begins, MOVED] + errand.ride_s // 2
            until = begins + 1
            while until <= errand.latest and visits[until, MOVED] <= enough:
                until += 1
        cost, i, j = _walk(tables, rounds, errand, begins, until, best)
        if i >= 0:
            best, best_i, best_j = cost, i, j
        else:
            floor = min(floor, cost)
        begins = until
    if best_i >= 0 and tables.shipments[shipment, TASKS] - 1 > TOGETHER:
        best = spread(tables, rounds, row, shipment, (best_i, best_j), blind)
        if best >= most:
            best_i, floor = -1, best
    return (best if best_i >= 0 else floor), best_i, best_j


@lean
def spread(
    tables: Tables, rounds: Rounds, row: int, shipment: int, place: tuple[int, int], blind: int
) -> int:
    """Lay out, in the first spare row, a row with a shipment where `best_spread` found its place.

    Return its cost, or `NEVER` where it breaks.
    """
    (i, j), spare = place, len(tables.vehicles)
    wanted = tables.shipments[shipment]
    first, count = wanted[FIRST], wanted[TASKS] - 1
    together = min(count, TOGETHER)
    lay(rounds, row, spare)
    end = j & (1 << LEG) - 1
    slip_in(rounds, spare, end, first + count)
    for n in range(together - 1, -1, -1):
        pickup = j >> (LEG + PICKUP * n) & (1 << PICKUP) - 1
        slip_in(rounds, spare, i >> (LEG * n) & (1 << LEG) - 1, first + pickup)
    end += together + 1
    for pickup in range(first + together, first + count):
        if not retime(tables, rounds, spare):
            return NEVER
        _, behind = best_one(tables, rounds, spare, pickup, end, blind)
        if behind < 0:
            return NEVER
        slip_in(rounds, spare, behind, pickup)
        end += 1
    return rounds.values[spare, COST] if retime(tables, rounds, spare) else NEVER


@inlined
def _errand(tables: Tables, rounds: Rounds, row: int, shipment: int, blind: int) -> Errand:
    values, visits, wanted = rounds.values[row], rounds.visits[row], tables.shipments[shipment]
    length, first = values[LENGTH], wanted[FIRST]
    door = stop_of(tables, values[VEHICLE], first + wanted[TASKS] - 1)
    count = min(wanted[TASKS] - 1, TOGETHER)
    soonest, latest, opens = length + 1, -1, door.opens
    for n in range(count):
        shop = stop_of(tables, values[VEHICLE], first + n)
        soonest = min(soonest, reached_by(visits, length, shop.opens + shop.service))
        latest = max(latest, left_by(visits, length, shop.closes))
        opens = max(opens, shop.opens + shop.service)
    nearest = reached_by(visits, length, opens + door.service)
    soonest = max(soonest, reached_by(visits, length, door.opens - wanted[RIDE]))
    furthest = passed_by(visits, length, door.closes)
    latest = min(latest, furthest)
    ride_s = wanted[RIDE]
    return Errand(row, first, count, door, ride_s, soonest, latest, nearest, furthest, blind)


@inlined
def _load_up(tables: Tables, rounds: Rounds, errand: Errand) -> None:
    """Reckon what each set of pickups weighs."""
    fetched = rounds.fetched
    for d in range(fetched.shape[1]):
        fetched[0, d] = 0
        for n in range(errand.pickups):
            for others in range(1 << n):
                weight = tables.amounts[errand.first + n, d]
                fetched[1 << n | others, d] = fetched[others, d] + weight


@lean
def _walk(
    tables: Tables, rounds: Rounds, errand: Errand, begins: int, until: int, most: int
) -> tuple[int, int, int]:
    """Walk along a round, the first pickup behind a position from `begins` to before `until`."""
    values, visits, trips = rounds.values[errand.row], rounds.visits[errand.row], rounds.trips
    vehicle, door = tables.vehicles[values[VEHICLE]], errand.door
    end, least = visits[values[LENGTH] + 1, METRES], rounds.detour[1]
    base = bare_cost(tables, rounds, errand.row)
    best, best_i, best_j, floor = most, -1, 0, NEVER
    everything, met = (1 << errand.pickups) - 1, 0
    forget(trips, (everything + 1) * ENDS)
    for i in range(begins, errand.furthest + 1):
        after = visits[i + 1]
        rest = vehicle[USE] + door.per_s * after[AHEAD] + door.per_m * (end - after[METRES])
        leg = Leg(i, after, rest, best)
        # To bring what has more pickups on the way costs no less than to come from nowhere.
        if i < until and base + least[max(i, errand.nearest)] >= best:
            floor = min(floor, base + least[max(i, errand.nearest)])
            until = i
        if i < until:
            trip = standing(visits[i])
            keep(trips, 0, trip, _cost(trip, door))
            met |= 1
        carried = 0
        for fetched in range(everything + 1):
            if met >> fetched & 1 == 0:
                continue
            for at in range(fetched * ENDS, fetched * ENDS + errand.pickups + 1):
                if trips[at, 0] == NEVER:
                    continue
                if trips[at, 0] + rest >= best:
                    floor = min(floor, trips[at, 0] + rest)
                    trips[at, 0] = NEVER
                    continue
                trip = kept(trips, at)
                if fetched < everything:
                    met |= _fetch(tables, rounds, errand, leg, fetched, trip)
                elif errand.blind >> (EYES + i % EYES) & 1 == 0:
                    cost = _delivered(tables, rounds, errand, leg, trip, best)
                    if cost < best:
                        best, best_i, best_j = cost, trip.legs, trip.order << LEG | i
                    else:
                        floor = min(floor, cost)
                if fetched > 0:
                    _go_on(tables, rounds, errand, leg, fetched, trip)
                trips[at, 0] = NEVER
            at = fetched * ENDS + ONWARD
            if trips[at, 0] < NEVER:
                keep(trips, fetched * ENDS, kept(trips, at), trips[at, 0])
                trips[at, 0] = NEVER
                carried |= 1 << fetched
        met, until = _choose(tables, rounds, errand, leg, carried, until)
        if met == 0 and i + 1 >= until:
            break
    return (best if best_i >= 0 else floor), best_i, best_j


@inlined
def _choose(
    tables: Tables, rounds: Rounds, errand: Errand, leg: Leg, carried: int, until: int
) -> tuple[int, int]:
    """Drop sets that lag: with one pickup more, left no sooner, the trip costs its service at most.

    Return the sets that go on, and where the first pickup goes no more.
    """
    trips, door, after = rounds.trips, errand.door, leg.after
    is_tied = errand.ride_s < NO_LIMIT
    for fetched in range(1 if is_tied else 0, 1 << errand.pickups):
        if fetched > 0 and carried >> fetched & 1 == 0:
            continue
        cost = door.per_s * after[MOVED] + door.per_m * after[METRES]
        if fetched > 0:
            cost = trips[fetched * ENDS, 0]
        for n in range(errand.pickups):
            more = fetched | 1 << n
            if more == fetched or carried >> more & 1 == 0:
                continue
            if is_tied and trips[more * ENDS, LEFT] < trips[fetched * ENDS, LEFT]:
                continue
            service = tables.tasks[errand.first + n, SERVICE]
            if trips[more * ENDS, 0] <= cost + door.per_s * service:
                trips[fetched * ENDS, 0] = NEVER
                carried &= ~(1 << fetched)
                until = min(until, leg.i + 1) if fetched == 0 else until
    return carried, until


@inlined
def _cost(trip: Trip, door: Stop) -> int:
    return door.per_s * trip.walk.moved + door.per_m * trip.metres


@inlined
def _fetch(
    tables: Tables, rounds: Rounds, errand: Errand, leg: Leg, fetched: int, trip: Trip
) -> int:
    """Go on to each pickup that is not fetched yet; return the sets that are then, as bits."""
    vehicle, loads = rounds.values[errand.row, VEHICLE], rounds.loads[errand.row]
    before = met = 0
    for n in range(errand.pickups):
        before += fetched >> n & 1
    for n in range(errand.pickups):
        both = fetched | 1 << n
        # Each pickup is blind to other positions.
        if both == fetched or errand.blind >> ((leg.i + 7 * n) % EYES) & 1 == 1:
            continue
        stop = stop_of(tables, vehicle, errand.first + n)
        more = fetching(trip, stop, n, before, leg.i)
        cost = _cost(more, errand.door)
        if more.walk.start > stop.closes or cost + leg.rest >= leg.most:
            continue
        if carries(loads, leg.i, rounds.fetched[both], tables.capacity[vehicle]):
            keep(rounds.trips, both * ENDS + 1 + n, more, cost)
            met |= 1 << both
    return met


@inlined
def _go_on(
    tables: Tables, rounds: Rounds, errand: Errand, leg: Leg, fetched: int, trip: Trip
) -> None:
    """Go on to the next visit of the round, if that is soon enough for it and for the dropoff."""
    visits, loads, door = rounds.visits[errand.row], rounds.loads[errand.row], errand.door
    vehicle, after, bears = rounds.values[errand.row, VEHICLE], leg.after, visits[leg.i, SLACK]
    onward = tables.travel[tables.vehicles[vehicle, PROFILE], trip.walk.at, after[AT]]
    more = going_on(trip, onward, after, bears)
    start = more.walk.start
    if start > min(after[LATE], door.closes) or more.walk.moved - more.left > errand.ride_s:
        return
    cost = _cost(more, door)
    ahead = rounds.detour[1, max(leg.i + 1, errand.nearest)]
    if more.began - trip.began > bears or ahead >= leg.most - leg.rest - cost:
        return
    if carries(loads, leg.i + 1, rounds.fetched[fetched], tables.capacity[vehicle]):
        keep(rounds.trips, fetched * ENDS + ONWARD, more, cost)


@lean
def _delivered(
    tables: Tables, rounds: Rounds, errand: Errand, leg: Leg, trip: Trip, most: int
) -> int:
    """Return what the round costs with the dropoff next; exact where it is less than `most`."""
    door, walk, after = errand.door, trip.walk, leg.after
    moved = walk.moved + walk.stay + door.to[walk.at, 0]
    if moved - trip.left > errand.ride_s:
        return NEVER
    moved += door.service + door.onward[after[AT], 0]
    metres = trip.metres + door.to[walk.at, 1] + door.onward[after[AT], 1]
    bare = leg.rest + door.per_s * moved + door.per_m * metres
    cost = joined_cost(walk, door, after, bare)
    is_limited = rounds.values[errand.row, LIMITED] > 0 or errand.ride_s < NO_LIMIT
    if cost >= most or not is_limited:
        return cost
    late, bears = moved - after[MOVED], rounds.visits[errand.row, leg.i, SLACK]
    if late - trip.began > bears:
        return NEVER
    is_sure = trip.is_sure == 1 and trip.began <= late <= bears
    if is_sure and cost == bare and door.per_s > 0:
        return cost
    place = (trip.legs, trip.order << LEG | leg.i)
    shipment = tables.tasks[errand.first, SHIPMENT]
    return spread(tables, rounds, errand.row, shipment, place, errand.blind)
