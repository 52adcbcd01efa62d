"""The times a round is given."""

from routing.problem import Problem
from routing.solution import Round, Schedule, Visit, schedule
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
