"""The referee catches what comes too late, and goods that ride too long."""

from routing.fault import FaultCode
from routing.problem import Problem
from tests.routing.plans import a_plan, assert_caught, assert_sound
from tests.routing.towns import HOUR, a_problem, a_shipment, a_task, a_vehicle


def test_a_shop_reached_after_it_closed() -> None:
    problem = a_problem([a_shipment(a_task(2, 0, 1199), 3)])
    spoilt = a_plan(problem, ((0, 0), (0, 1)))
    assert_caught(problem, spoilt, FaultCode.TOO_LATE, "service starts at 1200, after 1199")


def test_set_up_makes_a_visit_late() -> None:
    shipment = a_shipment(a_task(2, 0, 1200), 3)
    assert_sound(a_problem([shipment]), ((0, 0), (0, 1)))
    problem = a_problem([shipment], setup_s=1)
    spoilt = a_plan(problem, ((0, 0), (0, 1)))
    assert_caught(problem, spoilt, FaultCode.TOO_LATE, "service starts at 1201, after 1200")


def test_no_set_up_where_the_vehicle_starts_and_ends() -> None:
    problem = a_problem([a_shipment(a_task(0, 0, 0), a_task(0, 0, 0))], setup_s=60)
    assert_sound(problem, ((0, 0), (0, 1)))
    problem = a_problem([a_shipment(0, 1)], [a_vehicle(latest_s=1260)], setup_s=60)
    assert_sound(problem, ((0, 0), (0, 1)))


def test_a_vehicle_back_after_its_working_period() -> None:
    problem = a_problem([a_shipment(1, 2)], [a_vehicle(latest_s=2399)])
    spoilt = a_plan(problem, ((0, 0), (0, 1)))
    words = "vehicle 0 is back at 2400, after 2399"
    assert_caught(problem, spoilt, FaultCode.WORKING_PERIOD, words)


def test_cold_goods_taken_the_long_way() -> None:
    cold = a_shipment(1, 2, longest_ride_s=1200)
    problem = a_problem([cold, a_shipment(1, 3)])
    assert_sound(problem, ((0, 0), (1, 0), (0, 1), (1, 1)))
    spoilt = a_plan(problem, ((0, 0), (1, 0), (1, 1), (0, 1)))
    words = "shipment 0 rides longer than 1200 s"
    assert_caught(problem, spoilt, FaultCode.RIDE_TOO_LONG, words)


def test_cold_goods_that_windows_keep_on_board() -> None:
    shop, door = a_task(1, 8 * HOUR, 8 * HOUR), a_task(2, 9 * HOUR, 9 * HOUR)
    assert_sound(a_problem([a_shipment(shop, door, longest_ride_s=3600)]), ((0, 0), (0, 1)))
    problem = a_problem([a_shipment(shop, door, longest_ride_s=3599)])
    spoilt = a_plan(problem, ((0, 0), (0, 1)))
    words = "shipment 0 rides longer than 3599 s, whatever the waiting"
    assert_caught(problem, spoilt, FaultCode.RIDE_TOO_LONG, words)


def test_waiting_for_one_cold_parcel_must_not_spoil_another() -> None:
    """Fetched at 9:35 for a door that opens at ten, the second brings the first to its at 9:45."""

    def two_parcels(closes: int) -> Problem:
        first = a_shipment(a_task(1, 9 * HOUR, closes), 3, longest_ride_s=1800)
        second = a_shipment(2, a_task(4, 10 * HOUR), longest_ride_s=1500)
        return a_problem([first, second], [a_vehicle(), a_vehicle()])

    assert_sound(two_parcels(9 * HOUR + 900), ((0, 0), (1, 0), (0, 1), (1, 1)))
    problem = two_parcels(9 * HOUR + 899)
    assert_sound(problem, ((0, 0), (0, 1)), ((1, 0), (1, 1)))
    spoilt = a_plan(problem, ((0, 0), (1, 0), (0, 1), (1, 1)))
    words = "shipment 1 rides longer than 1500 s, whatever the waiting"
    assert_caught(problem, spoilt, FaultCode.RIDE_TOO_LONG, words)
