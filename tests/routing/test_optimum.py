"""The search against the exact method on small towns, and the referee over larger ones."""

import os

import pytest

from routing.solution import faults
from routing.solver import solve
from tests.routing.exact import optimum
from tests.routing.random_towns import a_small_town, a_town

#: More of either may be asked for, to look further than a test run should.
SMALL_TOWNS = int(os.environ.get("SMALL_TOWNS", "320"))
TOWNS = int(os.environ.get("TOWNS", "80"))


@pytest.mark.parametrize("seed", range(SMALL_TOWNS))
def test_no_plan_of_a_small_town_is_cheaper(seed: int) -> None:
    problem = a_small_town(seed)
    solution = solve(problem, iterations=2000, seed=seed)
    assert faults(problem, solution) == ()
    least = optimum(problem)
    assert solution.cost == least


@pytest.mark.parametrize("seed", range(TOWNS))
def test_the_referee_finds_no_fault_and_the_same_seed_gives_the_same_plan(seed: int) -> None:
    problem = a_town(seed, deliveries=20 + seed % 41)
    first, second = (solve(problem, iterations=200, seed=seed) for _ in range(2))
    assert faults(problem, first) == ()
    assert first == second


def test_small_towns_have_everything_in_them() -> None:
    towns = [a_small_town(seed) for seed in range(100)]
    deliveries = [delivery for town in towns for delivery in town.deliveries]
    shipments = [shipment for town in towns for shipment in town.shipments]
    vehicles = [vehicle for town in towns for vehicle in town.vehicles]
    past = [vehicle.underway for vehicle in vehicles if vehicle.underway]
    parcels = [parcel for underway in past for parcel in underway.on_board]
    assert {len(delivery.options) for delivery in deliveries} == {1, 2, 3}
    assert {len(option) for each in deliveries for option in each.options} == {1, 2, 3}
    assert {len(shipment.pickups) for shipment in shipments} == {1, 2, 3}
    assert {len(town.vehicles) for town in towns} == {1, 2, 3}
    assert {len(underway.on_board) for underway in past} == {0, 1, 2}
    assert {None in parcel.left_s for parcel in parcels} == {True, False}
    assert {shipment.longest_ride_s is None for shipment in shipments} == {True, False}
    assert any(len(set(town.vehicles)) < len(town.vehicles) for town in towns)
    assert any(shipment.skills for shipment in shipments)
