"""Plans put together from rounds seen: sums by hand, and the referee over random towns."""

from dataclasses import replace

import numpy as np
import pytest

from routing.recombine import recombine
from routing.shipment import Delivery
from routing.solution import faults
from routing.state import BEST, BEST_BANK, NOW
from routing.turn import adopt
from routing.vehicle import OnBoard, Underway
from tests.routing.random_towns import a_town
from tests.routing.seen import Seen
from tests.routing.towns import HOUR, a_problem, a_shipment, a_vehicle

LEG = 600 + 1000


def recombined(seen: Seen) -> int | None:
    """Recombine and adopt; return the cost of the plan, None where there is none cheaper."""
    before = int(seen.search.numbers[BEST])
    plan = recombine(seen.tables, seen.search, seen.pool, effort=2.0)
    if plan is None:
        return None
    adopt(seen.tables, seen.search, plan.tasks, plan.ends)
    best = seen.best()
    assert faults(seen.problem, best) == ()
    assert best.cost == seen.search.numbers[BEST] == seen.search.numbers[NOW] < before
    assert len(best.unserved) == seen.search.numbers[BEST_BANK]
    return best.cost


def vehicles(seen: Seen) -> list[int]:
    return [round_.vehicle for round_ in seen.best().rounds]


def test_the_cheapest_rounds_that_serve_all_once_are_chosen() -> None:
    seen = Seen(a_problem([a_shipment(0, place) for place in (1, 2, 3, 4)], [a_vehicle()] * 4))
    for shipments in ([0], [3], [1, 2]):
        seen.drive_together(0, *shipments)
    assert recombined(seen) == (2 + 8 + 6) * LEG
    for shipments in ([1], [0, 1], [2, 3], [1, 2, 3]):
        seen.drive_together(0, *shipments)
    assert recombined(seen) == (2 + 8) * LEG
    assert recombined(seen) is None


def test_a_delivery_cheaper_to_leave_is_left() -> None:
    seen = Seen(a_problem([a_shipment(0, 1), a_shipment(0, 4, penalty=8 * LEG - 1)]))
    seen.drive(0, 0)
    seen.drive(0, 0, 1)
    assert recombined(seen) == 2 * LEG + 8 * LEG - 1
    assert [left.delivery for left in seen.best().unserved] == [1]


def test_no_more_vehicles_of_a_kind_drive_than_there_are() -> None:
    shipments = [a_shipment(0, 1, penalty=90_000), a_shipment(0, 2, penalty=90_000)]
    fleet = [a_vehicle(), a_vehicle(cost_per_m=9)]
    seen = Seen(a_problem(shipments, fleet))
    for vehicle in (0, 1):
        for shipment in (0, 1):
            seen.drive(vehicle, shipment)
    # The dearer bike takes the nearer door.
    assert recombined(seen) == 4 * LEG + 2 * (600 + 9000)
    assert vehicles(seen) == [0, 1]


def through_the_hub() -> Seen:
    """Return a delivery from place 4 to 1: straight, or collected and brought by way of place 2."""
    shipments = [a_shipment(4, 1), a_shipment(4, 2), a_shipment(2, 1)]
    problem = a_problem(shipments, [a_vehicle()] * 2)
    ways = Delivery(options=((0,), (1, 2)), penalty=20 * LEG)
    return Seen(replace(problem, deliveries=(ways,)))


def test_half_an_option_is_none() -> None:
    seen = through_the_hub()
    seen.drive(0, 1)
    assert recombined(seen) is None


def test_an_option_is_taken_in_full_and_the_cheaper_one_alone() -> None:
    seen = through_the_hub()
    seen.drive(0, 1)
    seen.drive(0, 2)
    assert recombined(seen) == (8 + 4) * LEG
    assert len(vehicles(seen)) == 2
    seen.drive(0, 0)
    assert recombined(seen) == 8 * LEG
    assert len(vehicles(seen)) == 1


def test_a_vehicle_on_the_road_drives_back_though_another_serves() -> None:
    bike = a_vehicle(underway=Underway(place=2, free_s=9 * HOUR, departed_s=8 * HOUR))
    seen = Seen(a_problem([a_shipment(0, 1)], [bike, a_vehicle()]))
    seen.drive(1, 0)
    assert recombined(seen) == HOUR + 2 * LEG + 2 * LEG
    assert vehicles(seen) == [0, 1]


def test_what_is_on_board_is_brought_by_its_own_vehicle() -> None:
    fetched = OnBoard(shipment=0, left_s=(8 * HOUR,))
    past = Underway(place=2, free_s=9 * HOUR, departed_s=8 * HOUR, on_board=(fetched,))
    fleet = [a_vehicle(), a_vehicle(underway=past)]
    seen = Seen(a_problem([a_shipment(0, 3), a_shipment(0, 1)], fleet))
    seen.drive(1, 0)
    seen.drive(0, 1)
    assert recombined(seen) == HOUR + LEG + 3 * LEG + 2 * LEG


def test_fewer_vehicles_are_found_where_their_use_is_dear() -> None:
    fleet = [a_vehicle(cost_use=1_000_000)] * 3
    seen = Seen(a_problem([a_shipment(0, place) for place in (1, 2, 3)], fleet))
    seen.drive(0, 0, 1, 2)
    assert recombined(seen) == 1_000_000 + (2 + 4 + 6) * LEG


def test_one_round_gives_way_to_two_that_are_cheaper_though_use_costs() -> None:
    fleet = [a_vehicle(cost_use=10), a_vehicle(cost_use=10, start_place=4, end_place=4)]
    seen = Seen(a_problem([a_shipment(0, 1), a_shipment(4, 3)], fleet))
    seen.drive(0, 0, 1)
    assert recombined(seen) == 10 + 8 * LEG
    seen.drive(0, 0)
    seen.drive(1, 1)
    assert recombined(seen) == 20 + 4 * LEG


def test_rounds_of_the_best_plan_stay_with_their_vehicles() -> None:
    shipments = [a_shipment(0, place) for place in (1, 2, 3)]
    seen = Seen(a_problem(shipments, [a_vehicle()] * 3))
    for shipment in range(3):
        seen.drive(0, shipment)
    assert recombined(seen) == 12 * LEG
    home = {round_.visits[0].shipment: round_.vehicle for round_ in seen.best().rounds}
    seen.drive_together(0, 1, 2)
    assert recombined(seen) == (2 + 6) * LEG
    after = {round_.visits[0].shipment: round_.vehicle for round_ in seen.best().rounds}
    assert after[0] == home[0]


def test_a_large_penalty_hides_no_difference_of_a_millicent() -> None:
    fleet = [a_vehicle(cost_use=10**9), a_vehicle(cost_use=10**9, cost_per_m=2)]
    seen = Seen(
        a_problem([a_shipment(0, 1, penalty=10**13), a_shipment(0, 2, penalty=10**13)], fleet)
    )
    seen.drive(1, 0, 1)
    assert recombined(seen) == 10**9 + 6 * 2600
    seen.drive(0, 0, 1)
    assert recombined(seen) == 10**9 + 6 * LEG


@pytest.mark.parametrize("seed", range(24))
def test_a_recombined_plan_is_sound_and_cheaper_and_the_same_again(seed: int) -> None:
    seen = Seen(a_town(seed, deliveries=12 + seed % 30), seed=seed)
    seen.wander(120)
    again, first = (recombine(seen.tables, seen.search, seen.pool, effort=0.3) for _ in range(2))
    assert (first is None) == (again is None)
    if first is not None and again is not None:
        assert np.array_equal(first.tasks, again.tasks)
        assert np.array_equal(first.ends, again.ends)
    recombined(seen)


def test_random_towns_give_something_to_recombine() -> None:
    gains = 0
    for seed in range(24):
        seen = Seen(a_town(seed, deliveries=12 + seed % 30), seed=seed)
        seen.wander(120)
        gains += recombined(seen) is not None
    assert gains > 3


def test_no_time_is_no_plan() -> None:
    seen = Seen(a_problem([a_shipment(0, 1)]))
    seen.drive(0, 0)
    assert recombine(seen.tables, seen.search, seen.pool, seconds=0.0) is None
