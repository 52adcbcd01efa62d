"""The times a round is given."""

from dataclasses import replace

from routing.problem import Problem
from routing.round import Round, Visit
from routing.schedule import Schedule, price, schedule
from routing.vehicle import OnBoard, Underway, Vehicle
from tests.routing.towns import HOUR, a_problem, a_shipment, a_task, a_vehicle


def times(problem: Problem, *pairs: tuple[int, int]) -> Schedule:
    visits = tuple(Visit(shipment=shipment, task=task) for shipment, task in pairs)
    return schedule(problem, Round(vehicle=0, visits=visits))


def test_a_bike_leaves_its_base_in_time_for_the_shop_to_open() -> None:
    shop, door = a_task(1, 9 * HOUR, 12 * HOUR, service_s=60), a_task(2, service_s=120)
    problem = a_problem([a_shipment(shop, door)], [a_vehicle(earliest_s=8 * HOUR)])
    plan = times(problem, (0, 0), (0, 1))
    assert plan.departure_s == 9 * HOUR - 600
    assert [visit.arrival_s for visit in plan.visits] == [9 * HOUR, 9 * HOUR + 660]
    assert [visit.leave_s for visit in plan.visits] == [9 * HOUR + 60, 9 * HOUR + 780]
    assert plan.return_s == 9 * HOUR + 780 + 1200
    assert plan.paid_s == 600 + 60 + 600 + 120 + 1200
    assert plan.distance_m == 4000


def test_set_up_is_spent_once_a_stop_and_before_the_window_opens() -> None:
    problem = a_problem(
        [a_shipment(a_task(1, 9 * HOUR, 9 * HOUR), 3), a_shipment(1, 3)], setup_s=120
    )
    plan = times(problem, (0, 0), (1, 0), (0, 1), (1, 1))
    first, second, third, fourth = plan.visits
    assert (first.arrival_s, first.start_s) == (9 * HOUR - 120, 9 * HOUR)
    assert second.arrival_s == second.start_s == 9 * HOUR
    assert third.start_s - third.arrival_s == 120
    assert fourth.start_s == fourth.arrival_s
    assert plan.return_s - fourth.leave_s == 3 * 600


def test_a_first_visit_at_the_start_place_takes_no_set_up() -> None:
    plan = times(a_problem([a_shipment(0, 1)], setup_s=120), (0, 0), (0, 1))
    assert plan.paid_s == 600 + 120 + 600


def test_a_courier_waits_before_the_cold_shop_rather_than_behind_it() -> None:
    early = a_shipment(a_task(0, 8 * HOUR, 8 * HOUR), a_task(4))
    cold = a_shipment(a_task(1), a_task(2, 10 * HOUR, 11 * HOUR), longest_ride_s=900)
    plan = times(a_problem([early, cold]), (0, 0), (1, 0), (1, 1), (0, 1))
    assert plan.departure_s == 8 * HOUR
    assert plan.visits[1].arrival_s == 8 * HOUR + 600
    assert plan.visits[1].start_s == 10 * HOUR - 900
    assert plan.visits[2].start_s == 10 * HOUR


def test_a_round_that_cannot_be_kept_is_timed_all_the_same() -> None:
    late = a_shipment(a_task(4, 0, 60), a_task(1), longest_ride_s=1)
    plan = times(a_problem([late]), (0, 0), (0, 1))
    assert [visit.start_s for visit in plan.visits] == [2400, 4200]


def on_the_road(*on_board: OnBoard, departed_s: int = HOUR, **changes: object) -> Vehicle:
    """A vehicle at place 2, free from two o'clock, five kilometres behind it."""
    past = Underway(
        place=2, free_s=2 * HOUR, departed_s=departed_s, driven_m=5000, on_board=on_board
    )
    return a_vehicle(underway=past, **changes)


def test_a_vehicle_under_way_has_departed_and_goes_on_when_it_is_free() -> None:
    problem = a_problem([a_shipment(a_task(3, 5 * HOUR), 4)], [on_the_road()])
    plan = times(problem, (0, 0), (0, 1))
    assert plan.departure_s == HOUR
    assert plan.visits[0].arrival_s == 2 * HOUR + 600
    assert [visit.start_s for visit in plan.visits] == [5 * HOUR, 5 * HOUR + 600]
    assert plan.return_s == 5 * HOUR + 600 + 2400
    assert plan.paid_s == 4 * HOUR + 600 + 2400
    assert plan.distance_m == 5000 + 2000 + 4000


def test_a_vehicle_under_way_with_nothing_left_to_do_drives_back() -> None:
    rider = on_the_road(cost_use=7, cost_per_s=2, cost_per_m=3)
    problem = a_problem([], [rider], setup_s=120)
    plan = times(problem)
    assert (plan.visits, plan.return_s) == ((), 2 * HOUR + 1200)
    assert price(rider, plan) == 7 + 2 * (HOUR + 1200) + 3 * (5000 + 2000)


def test_a_vehicle_under_way_spends_no_set_up_where_it_is() -> None:
    problem = a_problem([a_shipment(2, 3)], [on_the_road()], setup_s=120)
    plan = times(problem, (0, 0), (0, 1))
    assert [visit.start_s for visit in plan.visits] == [2 * HOUR, 2 * HOUR + 600 + 120]


def test_a_vehicle_under_way_waits_before_the_cold_shop() -> None:
    cold = a_shipment(2, a_task(3, 5 * HOUR), longest_ride_s=900)
    plan = times(a_problem([cold], [on_the_road()]), (0, 0), (0, 1))
    assert [visit.start_s for visit in plan.visits] == [5 * HOUR - 900, 5 * HOUR]
    assert plan.departure_s == HOUR


def test_goods_on_board_make_no_vehicle_wait() -> None:
    """Their ride counts from when they were fetched; the other shop's goods may wait there."""
    cold = a_shipment(1, a_task(4, 5 * HOUR), longest_ride_s=4 * HOUR)
    both = replace(cold, pickups=(a_task(1), a_task(3)), amounts=((1,), (1,)))
    rider = on_the_road(OnBoard(shipment=0, left_s=(HOUR, None)))
    plan = times(a_problem([both], [rider]), (0, 1), (0, 2))
    assert [visit.start_s for visit in plan.visits] == [2 * HOUR + 600, 5 * HOUR]
    chilled = replace(both, longest_ride_s=4 * HOUR - 1)
    late = times(a_problem([chilled], [rider]), (0, 1), (0, 2))
    assert late == plan


def test_a_round_costs_its_use_its_time_and_its_way() -> None:
    bike = a_vehicle(cost_use=7, cost_per_s=2, cost_per_m=3)
    plan = times(a_problem([a_shipment(1, 2)], [bike]), (0, 0), (0, 1))
    assert price(bike, plan) == 7 + 2 * 2400 + 3 * 4000
