"""A shipment of several pickups in a round: fetched in any order, then brought.

Where a longest ride matters, what is fetched too soon must not hide what is fetched in time: the
walk (`fetch`) begins anew at every half of the ride. Of more than `TOGETHER` pickups the others
then go, one by one, to their best place. An empty vehicle that finds nothing looks again in haste.
"""

from routing.compiling import lean
from routing.detour import bare_cost
from routing.dropoff import dropoff_detours
from routing.errand import errand_of, lay_out, look_ahead, weigh
from routing.fetch import walk
from routing.rows import LENGTH, MOVED, TOGETHER, Rounds
from routing.sight import NEVER
from routing.tables import NO_LIMIT, TASKS, Tables


@lean
def best_spread(
    tables: Tables, rounds: Rounds, row: int, shipment: int, most: int, blind: int
) -> tuple[int, int, int]:
    """Return the least cost found of a round with a shipment of several pickups, and where.

    A lower bound and -1 where nothing costs less than `most`.
    """
    errand = errand_of(tables, rounds, row, shipment, blind, in_haste=False)
    visits = rounds.visits[row]
    dropoff_detours(rounds, row, errand.door, (errand.nearest, errand.furthest), blind)
    least = bare_cost(tables, rounds, row) + rounds.detour[1, errand.nearest]
    if errand.soonest > errand.latest or least >= most:
        return (NEVER if errand.soonest > errand.latest else most), -1, 0
    look_ahead(tables, rounds, errand)
    weigh(tables, rounds, errand)
    best, best_i, best_j = most, -1, 0
    begins = errand.soonest
    while begins <= errand.latest:
        until = errand.latest + 1
        if errand.ride_s < NO_LIMIT:
            enough = visits[begins, MOVED] + errand.ride_s // 2
            until = begins + 1
            while until <= errand.latest and visits[until, MOVED] <= enough:
                until += 1
        cost, i, j = walk(tables, rounds, errand, begins, until, best)
        if i >= 0:
            best, best_i, best_j = cost, i, j
        begins = until
    if best_i < 0 and rounds.values[row, LENGTH] == 0:
        # Nobody else can serve it: the soonest trip may be in time where cheap ones are late.
        errand = errand_of(tables, rounds, row, shipment, blind, in_haste=True)
        best, best_i, best_j = walk(tables, rounds, errand, 0, 1, most)
    if best_i >= 0 and tables.shipments[shipment, TASKS] - 1 > TOGETHER:
        best = lay_out(tables, rounds, row, shipment, (best_i, best_j), blind)
        best_i = best_i if best < most else -1
    # Trips were dropped because of `most` alone: what was not found may cost as little as that.
    return (best if best_i >= 0 else most), best_i, best_j
