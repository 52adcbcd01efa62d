"""One walk along a round that fetches several pickups in any order, and brings them.

Wherever the walk has come it knows, for each set of pickups, the cheapest trip that has fetched
them (a dynamic programme over sets, as Held and Karp 1962), and goes on with each: to the next
visit, to one pickup more or, with all on board, to the dropoff. What this adds in seconds and
metres is least where streets keep the triangle inequality; but a trip hides dearer ones that would
have been in time, and a set with one pickup more hides lighter ones.
"""

from typing import NamedTuple

from routing.compiling import inlined, lean
from routing.detour import Stop, bare_cost, joined_cost, stop_of
from routing.errand import Errand, lay_out, still_added
from routing.reach import carries
from routing.rows import (
    AHEAD,
    AT,
    ENDS,
    LATE,
    LENGTH,
    LIMITED,
    METRES,
    MOVED,
    SLACK,
    VEHICLE,
    Rounds,
)
from routing.sight import EYES, NEVER
from routing.tables import NO_LIMIT, PROFILE, SERVICE, SHIPMENT, USE, Int64s, Tables
from routing.trips import LEFT, LEG, Trip, fetching, forget, going_on, keep, kept, standing

#: The last trip of a set: the one to go on with.
ONWARD = ENDS - 1


class Leg(NamedTuple):
    """The way from position `i` to the next, and what the round costs from there on.

    What costs `most` or more is of no use.
    """

    i: int
    after: Int64s
    rest: int
    most: int


@lean
def walk(
    tables: Tables, rounds: Rounds, errand: Errand, begins: int, until: int, most: int
) -> tuple[int, int, int]:
    """Walk along a round, the first pickup behind a position from `begins` to before `until`.

    Return the least cost found and its place, `most` and -1 where nothing costs less.
    """
    values, visits, trips = rounds.values[errand.row], rounds.visits[errand.row], rounds.trips
    vehicle, door = tables.vehicles[values[VEHICLE]], errand.door
    end, base = visits[values[LENGTH] + 1, METRES], bare_cost(tables, rounds, errand.row)
    best, best_i, best_j = most, -1, 0
    everything, met = (1 << errand.pickups) - 1, 0
    forget(trips, (everything + 1) * ENDS)
    for i in range(begins, errand.furthest + 1):
        after = visits[i + 1]
        rest = vehicle[USE] + door.per_s * after[AHEAD] + door.per_m * (end - after[METRES])
        leg = Leg(i, after, rest, best)
        if i < until and base + still_added(tables, rounds, errand, 0, i) >= best:
            until = i
        if i < until:
            trip = standing(visits[i])
            keep(trips, 0, trip, _cost(trip, door), errand.in_haste)
            met |= 1
        carried = 0
        for fetched in range(everything + 1):
            if met >> fetched & 1 == 0:
                continue
            for at in range(fetched * ENDS, fetched * ENDS + errand.pickups + 1):
                if trips[at, 0] == NEVER:
                    continue
                if trips[at, 0] + rest >= best:
                    trips[at, 0] = NEVER
                    continue
                trip = kept(trips, at)
                if fetched < everything:
                    met |= _fetch(tables, rounds, errand, leg, fetched, trip)
                elif errand.blind >> (EYES + i % EYES) & 1 == 0:
                    cost = _delivered(tables, rounds, errand, leg, trip, best)
                    if cost < best:
                        best, best_i, best_j = cost, trip.legs, trip.order << LEG | i
                if fetched > 0:
                    _go_on(tables, rounds, errand, leg, fetched, trip)
                trips[at, 0] = NEVER
            at = fetched * ENDS + ONWARD
            if trips[at, 0] < NEVER:
                keep(trips, fetched * ENDS, kept(trips, at), trips[at, 0], errand.in_haste)
                trips[at, 0] = NEVER
                carried |= 1 << fetched
        met, until = _choose(tables, rounds, errand, leg, carried, until)
        if met == 0 and i + 1 >= until:
            break
    return best, best_i, best_j


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
            keep(rounds.trips, both * ENDS + 1 + n, more, cost, errand.in_haste)
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
    ahead = still_added(tables, rounds, errand, fetched, leg.i + 1)
    if more.began - trip.began > bears or ahead >= leg.most - leg.rest - cost:
        return
    if carries(loads, leg.i + 1, rounds.fetched[fetched], tables.capacity[vehicle]):
        keep(rounds.trips, fetched * ENDS + ONWARD, more, cost, errand.in_haste)


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
    return lay_out(tables, rounds, errand.row, shipment, place, errand.blind)
