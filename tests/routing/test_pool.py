"""Rounds kept from the search: known by what they serve, the cheapest order of each, bounded."""

import numpy as np

from routing.pool import LINE, PRICE, SHELF, keep_rounds, merged
from routing.state import TOUCHED
from tests.routing.seen import Seen
from tests.routing.towns import a_problem, a_shipment, a_street, a_vehicle


def a_pool(*, bikes: int = 2, size: int = 64, shipments: int = 4, **other: object) -> Seen:
    on_a_street = [a_shipment(1 + n % 4, 1 + (n + 1) % 4) for n in range(shipments)]
    return Seen(a_problem(on_a_street, [a_vehicle(**other)] * bikes, a_street()), size=size)


def prices(seen: Seen) -> list[int]:
    return sorted(seen.pool.values[seen.pool.keys > 0, PRICE].tolist())


def test_the_cheaper_order_of_a_round_is_kept_whichever_came_first() -> None:
    dear, cheap = [2, 3, 0, 1], [0, 1, 2, 3]
    for orders in ([dear, cheap], [cheap, dear]):
        seen = a_pool()
        for order in orders:
            seen.drive_tasks(0, order)
        kept = np.flatnonzero(seen.pool.keys)
        assert prices(seen) == [6 * 1600]
        assert seen.pool.values[kept, LINE].tolist() == [4]
        assert seen.pool.tasks[kept[0], :4].tolist() == cheap


def test_vehicles_alike_share_their_rounds_and_others_do_not() -> None:
    alike = a_pool()
    alike.drive(0, 0)
    alike.drive(1, 0)
    assert len(prices(alike)) == 1
    shipments = [a_shipment(1, 2)]
    unlike = Seen(a_problem(shipments, [a_vehicle(), a_vehicle(cost_per_m=2)]), size=64)
    unlike.drive(0, 0)
    unlike.drive(1, 0)
    assert prices(unlike) == [4 * 1600, 4 * 2600]


def test_rounds_of_other_shipments_are_other_rounds() -> None:
    seen = a_pool()
    for shipments in ([0], [1], [0, 1], [1, 0], [0, 1, 2]):
        seen.drive(0, *shipments)
    assert len(prices(seen)) == 4


def test_a_vehicle_that_stays_at_home_is_not_kept() -> None:
    seen = a_pool()
    seen.search.numbers[TOUCHED] = 2
    seen.search.touched[:] = [0, 1]
    keep_rounds(seen.tables, seen.search, seen.pool)
    assert prices(seen) == []


def test_of_what_two_searches_saw_the_cheaper_order_counts() -> None:
    one, other = a_pool(), a_pool()
    one.drive_tasks(0, [2, 3, 0, 1])
    one.drive(0, 3)
    other.drive_tasks(0, [0, 1, 2, 3])
    for pools in ([one.pool, other.pool], [other.pool, one.pool]):
        both = merged(pools)
        assert sorted(both.values[:, PRICE].tolist()) == sorted([6 * 1600, *prices(one)])[:2]
        assert len(both.keys) == 2
        assert [0, 1, 2, 3] in both.tasks[:, :4].tolist()


def test_in_a_full_pool_what_was_not_seen_for_longest_makes_room() -> None:
    seen = a_pool(bikes=1, size=SHELF, shipments=SHELF + 1, cost_use=0)
    keys = [{0}]
    for shipment in range(SHELF):
        seen.drive(0, shipment)
        keys.append(set(seen.pool.keys.tolist()) - set().union(*keys))
    seen.drive(0, 0)
    assert len(prices(seen)) == SHELF
    seen.drive(0, SHELF)
    left = set(seen.pool.keys.tolist())
    assert 0 not in left
    assert keys[1] <= left
    assert not keys[2] & left
    assert all(key <= left for key in keys[3:])


def test_what_a_search_saw_fits_the_problem_and_costs_what_it_says() -> None:
    seen = a_pool(shipments=12)
    seen.wander(50)
    kept = np.flatnonzero(seen.pool.keys)
    assert len(kept) > 10
    for place in kept.tolist():
        length, price = seen.pool.values[place, [LINE, PRICE]].tolist()
        again = a_pool(shipments=12)
        again.drive_tasks(0, seen.pool.tasks[place, :length].tolist())
        assert prices(again) == [price]
