"""A shipment of several pickups as a vehicle sees it, and laid out in the vehicle's round."""

from typing import NamedTuple

from routing.compiling import inlined, lean
from routing.detour import Stop, metres_added, seconds_added, stop_of
from routing.laying import lay, slip_in
from routing.reach import left_by, passed_by, reached_by
from routing.rows import AT, COST, LATE, LENGTH, SOONEST, STAY, TOGETHER, VEHICLE, Rounds
from routing.sight import NEVER
from routing.single import best_one
from routing.tables import FIRST, RIDE, SERVICE, TASKS, Tables
from routing.timing import retime
from routing.trips import LEG, PICKUP


class Errand(NamedTuple):
    """A shipment as the vehicle of one row sees it.

    So many `pickups`, from task `first` on, are fetched in any order, between the positions
    `soonest` and `latest`; the dropoff goes between `nearest` and `furthest`. `in_haste` it matters
    more to be soon than what it costs.
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
    in_haste: bool


@inlined
def errand_of(
    tables: Tables, rounds: Rounds, row: int, shipment: int, blind: int, in_haste: bool
) -> Errand:
    """Look at a shipment with the eyes of a row's vehicle."""
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
    return Errand(
        row, first, count, door, ride_s, soonest, latest, nearest, furthest, blind, in_haste
    )


@inlined
def weigh(tables: Tables, rounds: Rounds, errand: Errand) -> None:
    """Reckon what each set of pickups weighs, into `fetched`."""
    fetched = rounds.fetched
    for d in range(fetched.shape[1]):
        fetched[0, d] = 0
        for n in range(errand.pickups):
            for others in range(1 << n):
                weight = tables.amounts[errand.first + n, d]
                fetched[1 << n | others, d] = fetched[others, d] + weight


@inlined
def look_ahead(tables: Tables, rounds: Rounds, errand: Errand) -> None:
    """Reckon what each pickup's way adds at least from each position on, into `ahead`."""
    visits, vehicle = rounds.visits[errand.row], rounds.values[errand.row, VEHICLE]
    for n in range(errand.pickups):
        shop, ahead = stop_of(tables, vehicle, errand.first + n), rounds.ahead[n]
        ahead[errand.latest + 1] = NEVER
        for i in range(errand.latest, errand.soonest - 1, -1):
            here, after = visits[i], visits[i + 1]
            start = max(here[SOONEST] + here[STAY] + shop.to[here[AT], 0], shop.opens)
            onward = shop.service + shop.onward[after[AT], 0]
            cost = NEVER
            if start <= shop.closes and start + onward <= after[LATE]:
                travel = seconds_added(shop, here, after) - shop.service
                cost = shop.per_s * travel + shop.per_m * metres_added(shop, here, after)
            ahead[i] = min(ahead[i + 1], cost)


@inlined
def still_added(tables: Tables, rounds: Rounds, errand: Errand, fetched: int, i: int) -> int:
    """Return what is added from position i on at least where a set is fetched.

    Every service, and the longest of the ways there: two may be one.
    """
    per_s, service = errand.door.per_s, 0
    way = rounds.detour[1, max(i, errand.nearest)] - per_s * errand.door.service
    for n in range(errand.pickups):
        if fetched >> n & 1 == 0:
            service += tables.tasks[errand.first + n, SERVICE]
            way = max(way, rounds.ahead[n, min(i, errand.latest + 1)])
    more: int = per_s * (service + errand.door.service) + way
    return more


@lean
def lay_out(
    tables: Tables, rounds: Rounds, row: int, shipment: int, place: tuple[int, int], blind: int
) -> int:
    """Lay out, in the first spare row, a row with a shipment where `best_spread` found it a place.

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
