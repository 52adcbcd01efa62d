"""The exact method against sums by hand, and against every plan the referee lets pass."""

from collections.abc import Iterator, Sequence
from itertools import permutations, product

import pytest

from routing.problem import Problem
from routing.round import Round, Visit
from routing.shipment import Delivery, Shipment
from routing.solution import Solution, Unserved, UnservedReason, cost, faults
from routing.vehicle import OnBoard, Underway
from tests.routing.exact import optimum
from tests.routing.random_towns import a_small_town
from tests.routing.towns import HOUR, a_problem, a_shipment, a_task, a_vehicle


def on_the_road(**other: object) -> Underway:
    values = {"place": 2, "free_s": 9 * HOUR, "departed_s": 8 * HOUR, **other}
    return Underway(**values)


def test_a_street_is_driven_there_and_back() -> None:
    problem = a_problem([a_shipment(1, 3), a_shipment(2, 4), a_shipment(4, 1)])
    assert optimum(problem) == 8 * 600 + 8 * 1000


def test_one_parcel_at_a_time_makes_the_way_twice() -> None:
    problem = a_problem([a_shipment(0, 2), a_shipment(0, 2)], [a_vehicle(capacity=(1,))])
    assert optimum(problem) == 8 * 600 + 8 * 1000


def test_a_delivery_dearer_than_its_penalty_is_left() -> None:
    assert optimum(a_problem([a_shipment(1, 4, penalty=100), a_shipment(1, 1)])) == 3300


def test_waiting_at_the_base_is_free_and_elsewhere_is_paid() -> None:
    shop, door = a_task(1, 10 * HOUR, 11 * HOUR), a_task(2, 12 * HOUR, 13 * HOUR)
    problem = a_problem([a_shipment(shop, door)], [a_vehicle(cost_per_m=0)])
    # The shop is left at 11:00 at the latest, the door served at 12:00 at the soonest.
    assert optimum(problem) == 600 + HOUR + 1200


def test_cold_goods_are_fetched_late() -> None:
    problem = a_problem(
        [
            a_shipment(a_task(0, 8 * HOUR, 8 * HOUR), 1),
            a_shipment(1, a_task(2, 10 * HOUR, 11 * HOUR), longest_ride_s=900),
        ],
        [a_vehicle(cost_per_m=0)],
    )
    assert optimum(problem) == 2 * HOUR + 1200


def test_ten_minutes_of_set_up_are_spent_once_a_stop() -> None:
    problem = a_problem([a_shipment(0, 2), a_shipment(0, 2)], [a_vehicle(cost_per_m=0)], None, 600)
    assert optimum(problem) == 1200 + 600 + 1200


def test_the_dearer_van_stays_at_home() -> None:
    fleet = [a_vehicle(cost_use=9), a_vehicle(cost_use=5, skills=1), a_vehicle(cost_use=7)]
    assert optimum(a_problem([a_shipment(0, 1)], fleet)) == 5 + 3200
    assert optimum(a_problem([a_shipment(0, 1, skills=2)], fleet)) == 10_000_000_000


def through_the_hub(**other: object) -> Problem:
    """Return a street with one delivery: from place 4 to 1 straight, or by a hub at place 2."""
    straight = a_shipment(4, 1, **other)
    collection = a_shipment(4, a_task(2, 0, 9 * HOUR))
    out = a_shipment(a_task(2, 11 * HOUR, 12 * HOUR), 1)
    fleet = [a_vehicle(start_place=4, end_place=4), a_vehicle(cost_use=50)]
    problem = a_problem([straight, collection, out], fleet)
    delivery = Delivery(options=((0,), (1, 2)), penalty=90_000)
    return Problem(
        matrices=problem.matrices,
        setup_s=problem.setup_s,
        shipments=problem.shipments,
        vehicles=problem.vehicles,
        deliveries=(delivery,),
    )


def test_the_cheaper_option_is_taken_in_full() -> None:
    assert optimum(through_the_hub()) == 6 * 1600
    # One bike collects and another brings, rather than one that waits two hours at the hub.
    assert optimum(through_the_hub(skills=1)) == 4 * 1600 + 4 * 1600 + 50


def test_a_bike_on_the_road_is_paid_since_it_left() -> None:
    bike = a_vehicle(cost_use=7, cost_per_m=2, underway=on_the_road(driven_m=300))
    assert optimum(a_problem([], [bike])) == 7 + HOUR + 1200 + 2 * (300 + 2000)


def test_what_is_on_board_waits_for_its_own_bike() -> None:
    fetched = OnBoard(shipment=0, left_s=(8 * HOUR,))
    bike = a_vehicle(cost_per_m=0, underway=on_the_road(on_board=(fetched,)))
    fleet = [bike, a_vehicle(cost_per_s=0, cost_per_m=0)]
    assert optimum(a_problem([a_shipment(0, 3)], fleet)) == HOUR + 600 + 1800
    late = a_problem([a_shipment(0, 3, longest_ride_s=HOUR, penalty=77)], fleet)
    assert optimum(late) == HOUR + 1200 + 77


def test_what_is_left_on_board_takes_its_room() -> None:
    fetched = OnBoard(shipment=0, left_s=(8 * HOUR,))
    bike = a_vehicle(cost_per_m=0, capacity=(1,), underway=on_the_road(on_board=(fetched,)))
    closed = a_shipment(0, a_task(3, 0, HOUR), penalty=5)
    problem = a_problem([closed, a_shipment(2, 1, penalty=7)], [bike])
    assert optimum(problem) == HOUR + 1200 + 5 + 7


def plans(problem: Problem) -> Iterator[Solution]:
    """Yield every plan that serves or leaves each delivery whole, sound or not."""
    for chosen in product(*((None, *each.options) for each in problem.deliveries)):
        left = tuple(
            Unserved(delivery=index, reason=UnservedReason.TOO_DEAR)
            for index, option in enumerate(chosen)
            if option is None
        )
        served = [shipment for option in chosen if option for shipment in option]
        for spread in product(range(len(problem.vehicles)), repeat=len(served)):
            loads = [
                [shipment for shipment, vehicle in zip(served, spread, strict=True) if vehicle == v]
                for v in range(len(problem.vehicles))
            ]
            for driven in product(*(orders(problem, v, load) for v, load in enumerate(loads))):
                rounds = tuple(
                    Round(vehicle=v, visits=visits)
                    for v, visits in enumerate(driven)
                    if visits or problem.vehicles[v].underway
                )
                yield Solution(rounds=rounds, unserved=left, cost=cost(problem, rounds, left))


def orders(problem: Problem, vehicle: int, load: Sequence[int]) -> list[tuple[Visit, ...]]:
    """Return every order of what is left to do of some shipments, dropoffs behind pickups."""
    past = problem.vehicles[vehicle].underway
    done = {
        Visit(shipment=parcel.shipment, task=task)
        for parcel in (past.on_board if past else ())
        for task, left_s in enumerate(parcel.left_s)
        if left_s is not None
    }
    visits = [
        visit
        for shipment in load
        for visit in everything(shipment, problem.shipments[shipment])
        if visit not in done
    ]
    last = {shipment: len(problem.shipments[shipment].pickups) for shipment in load}
    return [
        order
        for order in permutations(visits)
        if all(
            visit.shipment not in {later.shipment for later in order[position + 1 :]}
            for position, visit in enumerate(order)
            if visit.task == last[visit.shipment]
        )
    ]


def everything(index: int, shipment: Shipment) -> list[Visit]:
    return [Visit(shipment=index, task=task) for task in range(len(shipment.tasks))]


@pytest.mark.parametrize("seed", range(40))
def test_no_plan_of_all_is_cheaper_and_one_costs_as_little(seed: int) -> None:
    problem = a_small_town(seed, tasks=6)
    cheapest = sorted(plans(problem), key=lambda plan: plan.cost)
    sound = next(plan for plan in cheapest if not faults(problem, plan))
    assert optimum(problem) == sound.cost
