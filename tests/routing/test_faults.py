"""The referee catches every kind of breach, each made by spoiling a good plan."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from routing.fault import FaultCode
from routing.problem import Problem
from routing.round import Round, Visit
from routing.shipment import Delivery, Shipment
from routing.solution import (
    Relaxation,
    RelaxationKind,
    Solution,
    Unserved,
    UnservedReason,
    cost,
    faults,
)
from routing.vehicle import OnBoard, Underway, Vehicle
from tests.routing.towns import HOUR, a_problem, a_shipment, a_task, a_vehicle

type Pairs = tuple[tuple[int, int], ...]


def visits(*pairs: tuple[int, int]) -> tuple[Visit, ...]:
    return tuple(Visit(shipment=shipment, task=task) for shipment, task in pairs)


def left(delivery: int) -> Unserved:
    return Unserved(delivery=delivery, reason=UnservedReason.NO_ROOM)


def a_plan(problem: Problem, *rounds: Pairs | None, unserved: Sequence[int] = ()) -> Solution:
    """Give vehicle k the visits of rounds[k], and the plan the cost it has; None stays at home."""
    driven = tuple(
        Round(vehicle=vehicle, visits=visits(*pairs))
        for vehicle, pairs in enumerate(rounds)
        if pairs is not None
    )
    out = tuple(left(delivery) for delivery in unserved)
    return Solution(rounds=driven, unserved=out, cost=cost(problem, driven, out))


def assert_sound(problem: Problem, *rounds: Pairs | None, unserved: Sequence[int] = ()) -> None:
    assert faults(problem, a_plan(problem, *rounds, unserved=unserved)) == ()


def assert_caught(problem: Problem, plan: Solution, code: FaultCode, words: str) -> None:
    """The referee says this, in these words, and nothing else."""
    found = [(fault.code, fault.text) for fault in faults(problem, plan)]
    assert [each for each, _ in found] == [code]
    assert words in found[0][1]


@pytest.fixture
def problem() -> Problem:
    """Two vehicles and two shipments on a street of five places ten minutes apart."""
    return a_problem([a_shipment(1, 3), a_shipment(2, 4)], [a_vehicle(), a_vehicle()])


@pytest.fixture
def plan(problem: Problem) -> Solution:
    return a_plan(problem, ((0, 0), (1, 0), (0, 1), (1, 1)))


def test_a_sound_plan_has_no_fault(problem: Problem, plan: Solution) -> None:
    assert faults(problem, plan) == ()
    assert plan.cost == 8 * 600 + 8 * 1000


@pytest.mark.parametrize("vehicle", [-1, 2])
def test_a_vehicle_that_does_not_exist(problem: Problem, plan: Solution, vehicle: int) -> None:
    spoilt = replace(plan, rounds=(replace(plan.rounds[0], vehicle=vehicle),))
    words = f"there is no vehicle {vehicle}"
    assert_caught(problem, spoilt, FaultCode.OUT_OF_RANGE, words)


@pytest.mark.parametrize("pair", [(2, 0), (-1, 0), (0, 2), (0, -1)])
def test_a_task_that_does_not_exist(problem: Problem, pair: tuple[int, int]) -> None:
    spoilt = Solution(rounds=(Round(vehicle=0, visits=visits(pair)),), unserved=(), cost=0)
    words = f"there is no task {pair[1]} of shipment {pair[0]}"
    assert_caught(problem, spoilt, FaultCode.OUT_OF_RANGE, words)


@pytest.mark.parametrize("delivery", [-1, 2])
def test_an_unserved_delivery_that_does_not_exist(
    problem: Problem, plan: Solution, delivery: int
) -> None:
    spoilt = replace(plan, unserved=(left(delivery),))
    words = f"no delivery {delivery} to leave unserved"
    assert_caught(problem, spoilt, FaultCode.OUT_OF_RANGE, words)


def test_a_way_to_mend_with_a_vehicle_that_does_not_exist(problem: Problem) -> None:
    plan = a_plan(problem, ((0, 0), (0, 1)), unserved=[1])
    mending = Relaxation(kind=RelaxationKind.LATER, vehicle=2, cost=5, seconds=60)
    spoilt = replace(plan, unserved=(replace(plan.unserved[0], relaxations=(mending,)),))
    words = "no vehicle 2 to mend delivery 1 with"
    assert_caught(problem, spoilt, FaultCode.OUT_OF_RANGE, words)


def test_one_vehicle_cannot_drive_two_rounds(problem: Problem) -> None:
    plan = a_plan(problem, ((0, 0), (0, 1)), ((1, 0), (1, 1)))
    assert faults(problem, plan) == ()
    spoilt = replace(plan, rounds=tuple(replace(round_, vehicle=0) for round_ in plan.rounds))
    assert_caught(problem, spoilt, FaultCode.VEHICLE_TWICE, "vehicle 0 drives 2 rounds")


def test_a_round_that_visits_nothing(problem: Problem) -> None:
    spoilt = a_plan(problem, ((0, 0), (1, 0), (0, 1), (1, 1)), ())
    assert_caught(problem, spoilt, FaultCode.EMPTY_ROUND, "round 1 visits nothing")


def test_a_task_visited_twice(problem: Problem) -> None:
    spoilt = a_plan(problem, ((0, 0), (1, 0), (1, 0), (0, 1), (1, 1)))
    words = "task 0 of shipment 1 is visited 2 times"
    assert_caught(problem, spoilt, FaultCode.TASK_TWICE, words)


def test_a_shipment_picked_up_by_one_vehicle_and_dropped_by_another(problem: Problem) -> None:
    spoilt = a_plan(problem, ((0, 0), (1, 0), (1, 1)), ((0, 1),))
    words = "shipment 0 is spread over rounds [0, 1]"
    assert_caught(problem, spoilt, FaultCode.SPLIT, words)


@pytest.mark.parametrize("task", [0, 1])
def test_a_shipment_served_in_part(problem: Problem, task: int) -> None:
    spoilt = a_plan(problem, ((0, 0), (0, 1), (1, 1 - task)))
    words = f"shipment 1 is served without its task {task}"
    assert_caught(problem, spoilt, FaultCode.TASK_MISSING, words)


def test_a_forgotten_delivery(problem: Problem) -> None:
    spoilt = a_plan(problem, ((0, 0), (0, 1)))
    words = "delivery 1 is neither served nor listed as unserved"
    assert_caught(problem, spoilt, FaultCode.DELIVERY_MISSING, words)


def test_a_delivery_both_served_and_unserved(problem: Problem) -> None:
    spoilt = a_plan(problem, ((0, 0), (1, 0), (0, 1), (1, 1)), unserved=[1])
    words = "delivery 1 is served and listed as unserved"
    assert_caught(problem, spoilt, FaultCode.SERVED_AND_UNSERVED, words)


def test_a_delivery_unserved_twice(problem: Problem) -> None:
    spoilt = a_plan(problem, ((0, 0), (0, 1)), unserved=[1, 1])
    words = "delivery 1 is listed as unserved 2 times"
    assert_caught(problem, spoilt, FaultCode.UNSERVED_TWICE, words)


def test_a_dropoff_before_its_pickup(problem: Problem) -> None:
    spoilt = a_plan(problem, ((0, 1), (0, 0), (1, 0), (1, 1)))
    words = "shipment 0 is dropped before its task 0"
    assert_caught(problem, spoilt, FaultCode.DROPOFF_FIRST, words)


def test_a_dropoff_before_one_of_two_pickups() -> None:
    two = Shipment(pickups=(a_task(1), a_task(2)), amounts=((1,), (1,)), dropoff=a_task(3))
    problem = a_problem([two])
    assert_sound(problem, ((0, 1), (0, 0), (0, 2)))
    spoilt = a_plan(problem, ((0, 0), (0, 2), (0, 1)))
    words = "shipment 0 is dropped before its task 1"
    assert_caught(problem, spoilt, FaultCode.DROPOFF_FIRST, words)


def test_two_parcels_in_a_bag_for_one() -> None:
    small, large = (a_shipment(1, 3, amounts=((3, each),)) for each in (1, 2))
    problem = a_problem([small, large], [a_vehicle(capacity=(9, 2))])
    assert_sound(problem, ((0, 0), (0, 1), (1, 0), (1, 1)))
    spoilt = a_plan(problem, ((0, 0), (1, 0), (0, 1), (1, 1)))
    words = "(6, 3) is on board of vehicle 0, which holds (9, 2)"
    assert_caught(problem, spoilt, FaultCode.OVERLOADED, words)


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


def test_a_vehicle_without_the_skill() -> None:
    problem = a_problem([a_shipment(1, 2, skills=3)], [a_vehicle(skills=1)])
    spoilt = a_plan(problem, ((0, 0), (0, 1)))
    assert_caught(problem, spoilt, FaultCode.SKILL_LACKING, "vehicle 0 lacks skills 0b10")


def test_a_cost_that_is_a_millicent_off(problem: Problem, plan: Solution) -> None:
    spoilt = replace(plan, cost=plan.cost + 1)
    words = f"cost is given as {plan.cost + 1}, replaying comes to {plan.cost}"
    assert_caught(problem, spoilt, FaultCode.WRONG_COST, words)


def test_penalties_count() -> None:
    problem = a_problem([a_shipment(1, 3, penalty=77)])
    plan = Solution(rounds=(), unserved=(left(0),), cost=77)
    assert faults(problem, plan) == ()
    words = "cost is given as 0, replaying comes to 77"
    assert_caught(problem, replace(plan, cost=0), FaultCode.WRONG_COST, words)


@pytest.fixture
def choice() -> Problem:
    """One delivery straight from the shop, or to the hub at place 2 and from there to the door."""
    shipments = [a_shipment(1, 4), a_shipment(1, 2), a_shipment(2, 4)]
    offered = Delivery(options=((0,), (1, 2)), penalty=99)
    return replace(a_problem(shipments, [a_vehicle(), a_vehicle()]), deliveries=(offered,))


def test_any_one_option_serves_a_delivery(choice: Problem) -> None:
    assert_sound(choice, ((0, 0), (0, 1)))
    assert_sound(choice, ((1, 0), (1, 1), (2, 0), (2, 1)))
    assert_sound(choice, ((1, 0), (1, 1)), ((2, 0), (2, 1)))


def test_an_unserved_delivery_costs_its_own_penalty_once(choice: Problem) -> None:
    assert_sound(choice, unserved=[0])
    assert a_plan(choice, unserved=[0]).cost == 99


def test_a_delivery_served_by_two_of_its_options(choice: Problem) -> None:
    spoilt = a_plan(choice, ((0, 0), (0, 1)), ((1, 0), (1, 1), (2, 0), (2, 1)))
    words = "delivery 0 is served by options [0, 1], and needs one"
    assert_caught(choice, spoilt, FaultCode.SECOND_OPTION, words)


@pytest.mark.parametrize("shipment", [1, 2])
def test_an_option_served_in_part(choice: Problem, shipment: int) -> None:
    spoilt = a_plan(choice, ((shipment, 0), (shipment, 1)))
    words = f"option 1 of delivery 0 is served without its shipments [{3 - shipment}]"
    assert_caught(choice, spoilt, FaultCode.SHIPMENT_MISSING, words)


def test_a_part_of_a_second_option_is_one_too_many(choice: Problem) -> None:
    spoilt = a_plan(choice, ((0, 0), (0, 1)), ((2, 0), (2, 1)))
    codes = {fault.code for fault in faults(choice, spoilt)}
    assert codes == {FaultCode.SECOND_OPTION, FaultCode.SHIPMENT_MISSING}


def test_deliveries_are_told_by_their_own_numbers(problem: Problem) -> None:
    crossed = (Delivery(options=((1,),), penalty=1), Delivery(options=((0,),), penalty=2))
    crossing = replace(problem, deliveries=crossed)
    assert_sound(crossing, ((0, 0), (0, 1)), unserved=[0])
    spoilt = a_plan(crossing, ((0, 0), (0, 1)), unserved=[1])
    assert {fault.text for fault in faults(crossing, spoilt)} == {
        "delivery 0 is neither served nor listed as unserved",
        "delivery 1 is served and listed as unserved",
    }


def on_the_road(*on_board: OnBoard, **changes: object) -> Vehicle:
    """A vehicle that left at 0, fetched something at place 1, and is free at place 2 from 1200."""
    past = Underway(place=2, free_s=1200, departed_s=0, driven_m=2000, on_board=on_board)
    return a_vehicle(underway=past, **changes)


@pytest.fixture
def day() -> Problem:
    """A parcel for place 3 rides in vehicle 0 since 600; another waits at place 2 for place 4."""
    rider = on_the_road(OnBoard(shipment=0, left_s=(600,)))
    return a_problem([a_shipment(1, 3), a_shipment(2, 4)], [rider, a_vehicle()])


def test_a_vehicle_under_way_goes_on_and_comes_back(day: Problem) -> None:
    assert_sound(day, ((0, 1), (1, 0), (1, 1)))
    assert_sound(day, ((0, 1),), ((1, 0), (1, 1)))
    assert_sound(day, (), unserved=[0, 1])


def test_what_a_vehicle_did_before_is_paid_for_too(day: Problem) -> None:
    plan = a_plan(day, ((0, 1), (1, 0), (1, 1)))
    assert plan.cost == (1200 + 8 * 600) + (2000 + 8 * 1000)
    words = f"replaying comes to {plan.cost}"
    for forgotten in (1200, 2000):
        spoilt = replace(plan, cost=plan.cost - forgotten)
        assert_caught(day, spoilt, FaultCode.WRONG_COST, words)


def test_a_vehicle_under_way_left_on_the_road(day: Problem) -> None:
    spoilt = a_plan(day, None, ((1, 0), (1, 1)), unserved=[0])
    words = "vehicle 0 is under way and has no round to come back by"
    assert_caught(day, spoilt, FaultCode.NO_WAY_BACK, words)


def test_a_pickup_done_again(day: Problem) -> None:
    spoilt = a_plan(day, ((0, 0), (0, 1)), ((1, 0), (1, 1)))
    words = "task 0 of shipment 0 was done at 600"
    assert_caught(day, spoilt, FaultCode.ALREADY_DONE, words)


def test_a_parcel_on_board_of_one_vehicle_dropped_by_another(day: Problem) -> None:
    spoilt = a_plan(day, (), ((0, 1), (1, 0), (1, 1)))
    words = "shipment 0 is on board of vehicle 0, not of vehicle 1"
    assert_caught(day, spoilt, FaultCode.WRONG_VEHICLE, words)


def test_a_parcel_on_board_that_is_forgotten(day: Problem) -> None:
    spoilt = a_plan(day, ((1, 0), (1, 1)))
    words = "delivery 0 is neither served nor listed as unserved"
    assert_caught(day, spoilt, FaultCode.DELIVERY_MISSING, words)


def test_what_is_on_board_already_takes_room() -> None:
    rider = on_the_road(OnBoard(shipment=0, left_s=(600,)), capacity=(1,))
    problem = a_problem([a_shipment(1, 3), a_shipment(2, 4)], [rider])
    assert_sound(problem, ((0, 1), (1, 0), (1, 1)))
    words = "(2,) is on board of vehicle 0, which holds (1,)"
    spoilt = a_plan(problem, ((1, 0), (0, 1), (1, 1)))
    assert_caught(problem, spoilt, FaultCode.OVERLOADED, words)
    stays_on_board = a_plan(problem, ((1, 0), (1, 1)), unserved=[0])
    assert_caught(problem, stays_on_board, FaultCode.OVERLOADED, words)


def half_fetched(left_s: tuple[int | None, ...], **other: object) -> Problem:
    """A shipment of two shops, at places 1 and 3, for place 4."""
    two = a_shipment(1, 4, **other)
    two = replace(two, pickups=(a_task(1), a_task(3)), amounts=((1,), (2,)))
    return a_problem([two], [on_the_road(OnBoard(shipment=0, left_s=left_s), capacity=(3,))])


def test_a_shipment_fetched_in_part_is_fetched_whole() -> None:
    problem = half_fetched((600, None))
    assert_sound(problem, ((0, 1), (0, 2)))
    spoilt = a_plan(problem, ((0, 2),))
    words = "shipment 0 is served without its task 1"
    assert_caught(problem, spoilt, FaultCode.TASK_MISSING, words)
    spoilt = a_plan(problem, ((0, 2), (0, 1)))
    words = "shipment 0 is dropped before its task 1"
    assert_caught(problem, spoilt, FaultCode.DROPOFF_FIRST, words)


def test_goods_on_board_ride_since_they_were_fetched() -> None:
    """Fetched at 600, they are at place 3 at 1800."""
    rider = on_the_road(OnBoard(shipment=0, left_s=(600,)))
    assert_sound(a_problem([a_shipment(1, 3, longest_ride_s=1200)], [rider]), ((0, 1),))
    problem = a_problem([a_shipment(1, 3, longest_ride_s=1199)], [rider])
    words = "shipment 0 rides longer than 1199 s"
    assert_caught(problem, a_plan(problem, ((0, 1),)), FaultCode.RIDE_TOO_LONG, words)
    assert_sound(problem, (), unserved=[0])


def test_no_waiting_shortens_the_ride_of_goods_on_board() -> None:
    shipment = a_shipment(1, a_task(3, 3000), longest_ride_s=2399)
    problem = a_problem([shipment], [on_the_road(OnBoard(shipment=0, left_s=(600,)))])
    words = "shipment 0 rides longer than 2399 s"
    assert_caught(problem, a_plan(problem, ((0, 1),)), FaultCode.RIDE_TOO_LONG, words)


def test_the_first_parcel_on_board_rides_longest() -> None:
    problem = half_fetched((600, 1200), longest_ride_s=1800)
    assert_sound(problem, ((0, 2),))
    problem = half_fetched((599, 1200), longest_ride_s=1800)
    words = "shipment 0 rides longer than 1800 s"
    assert_caught(problem, a_plan(problem, ((0, 2),)), FaultCode.RIDE_TOO_LONG, words)


def test_waiting_for_a_cold_pickup_lengthens_the_ride_of_goods_on_board() -> None:
    """The door at place 4 opens at 6000, so that its parcel may not be fetched before 4800."""
    cold = a_shipment(2, a_task(4, 6000), longest_ride_s=1200)
    rider = on_the_road(OnBoard(shipment=0, left_s=(600,)))
    problem = a_problem([a_shipment(1, 3, longest_ride_s=4000), cold], [rider])
    assert_sound(problem, ((0, 1), (1, 0), (1, 1)))
    spoilt = a_plan(problem, ((1, 0), (0, 1), (1, 1)))
    words = "shipment 1 rides longer than 1200 s, whatever the waiting"
    assert_caught(problem, spoilt, FaultCode.RIDE_TOO_LONG, words)


def test_nothing_is_reached_before_the_vehicle_is_free() -> None:
    rider = on_the_road(OnBoard(shipment=0, left_s=(600,)))
    problem = a_problem([a_shipment(1, a_task(3, 0, 1799))], [rider])
    words = "service starts at 1800, after 1799"
    assert_caught(problem, a_plan(problem, ((0, 1),)), FaultCode.TOO_LATE, words)


def test_a_vehicle_under_way_is_back_in_its_working_period() -> None:
    rider = on_the_road(OnBoard(shipment=0, left_s=(600,)), latest_s=3599)
    problem = a_problem([a_shipment(1, 3)], [rider])
    words = "vehicle 0 is back at 3600, after 3599"
    assert_caught(problem, a_plan(problem, ((0, 1),)), FaultCode.WORKING_PERIOD, words)
