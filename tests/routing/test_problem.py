"""A problem that does not fit is refused, naming what is wrong."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from routing.matrix import LONGEST_TRAVEL_S, TravelMatrix
from routing.problem import Problem
from routing.shipment import LATEST_S, MOST_SKILLS, Delivery, Task
from routing.vehicle import OnBoard, Underway, Vehicle
from tests.routing.towns import HOUR, a_problem, a_shipment, a_street, a_task, a_vehicle


def refused(build: Callable[[], object], words: str) -> None:
    """Building this fails, and these words say why."""
    with pytest.raises(ValueError) as error:
        build()
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"earliest_s": 9, "latest_s": 5}, "window closes (5) before it opens (9)"),
        ({"service_s": -1}, "service_s is negative: -1"),
        ({"earliest_s": -1}, "earliest_s is negative: -1"),
        ({"latest_s": LATEST_S + 1}, f"latest_s exceeds {LATEST_S}"),
    ],
)
def test_a_task_out_of_time(changes: dict[str, int], words: str) -> None:
    values = {"place": 0, "earliest_s": 0, "latest_s": 9, **changes}
    refused(lambda: Task(**values), words)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"pickups": (), "amounts": ()}, "at least one pickup"),
        ({"amounts": ((1,), (1,))}, "1 pickups but 2 amounts"),
        ({"amounts": ((-1,),)}, "amounts hold a negative value: ((-1,),)"),
        (
            {"pickups": (a_task(0), a_task(1)), "amounts": ((1,), (1, 2))},
            "amounts differ in length: ((1,), (1, 2))",
        ),
        ({"penalty": -5}, "penalty is negative: -5"),
        ({"longest_ride_s": -1}, "longest_ride_s is negative: -1"),
        ({"skills": -1}, f"a bit set of at most {MOST_SKILLS} bits"),
        ({"skills": 1 << MOST_SKILLS}, f"a bit set of at most {MOST_SKILLS} bits"),
    ],
)
def test_a_shipment_nobody_could_carry(changes: dict[str, object], words: str) -> None:
    refused(lambda: replace(a_shipment(0, 1), **changes), words)


@pytest.mark.parametrize(
    ("options", "penalty", "words"),
    [
        ((), 0, "needs options, each of at least one shipment"),
        (((0,), ()), 0, "needs options, each of at least one shipment"),
        (((0,), (1, 0)), 0, "options name a shipment twice: ((0,), (1, 0))"),
        (((0,),), -3, "penalty is negative: -3"),
    ],
)
def test_a_delivery_without_a_fit_offer(
    options: tuple[tuple[int, ...], ...], penalty: int, words: str
) -> None:
    refused(lambda: Delivery(options=options, penalty=penalty), words)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"earliest_s": 9, "latest_s": 5}, "working period is unfit: 9 to 5"),
        ({"earliest_s": -1}, "working period is unfit: -1 to"),
        ({"latest_s": LATEST_S + 1}, "working period is unfit: 0 to"),
        ({"capacity": (3, -1)}, "capacity holds a negative value: (3, -1)"),
        ({"cost_use": -1}, "costs must not be negative"),
        ({"cost_per_s": -1}, "costs must not be negative"),
        ({"cost_per_m": -1}, "costs must not be negative"),
        ({"skills": -1}, f"a bit set of at most {MOST_SKILLS} bits"),
        ({"skills": 1 << MOST_SKILLS}, f"a bit set of at most {MOST_SKILLS} bits"),
        (
            {"earliest_s": 9, "underway": Underway(place=0, free_s=9, departed_s=8)},
            "departed before the working period, at 8",
        ),
    ],
)
def test_a_vehicle_nobody_could_drive(changes: dict[str, object], words: str) -> None:
    refused(lambda: a_vehicle(**changes), words)


@pytest.mark.parametrize(
    ("left_s", "words"),
    [
        ((), "nothing of shipment 4 is on board: ()"),
        ((None, None), "nothing of shipment 4 is on board: (None, None)"),
        ((None, -1), "left_s holds a negative time: (None, -1)"),
    ],
)
def test_what_is_on_board_was_fetched(left_s: tuple[int | None, ...], words: str) -> None:
    refused(lambda: OnBoard(shipment=4, left_s=left_s), words)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"departed_s": 11}, "departed at 11, free at 10"),
        ({"departed_s": -1}, "departed at -1, free at 10"),
        ({"driven_m": -1}, "driven_m is negative: -1"),
        ({"on_board": (OnBoard(shipment=4, left_s=(5,)),) * 2}, "on board twice: [4, 4]"),
        ({"on_board": (OnBoard(shipment=4, left_s=(None, 11)),)}, "fetched after free_s, 10"),
    ],
)
def test_a_past_runs_forwards(changes: dict[str, object], words: str) -> None:
    values = {"place": 0, "free_s": 10, "departed_s": 0, **changes}
    refused(lambda: Underway(**values), words)


@pytest.mark.parametrize("place", [9, -1])
def test_a_place_off_the_map_is_named(place: int) -> None:
    shipments = [a_shipment(0, 1), a_shipment(1, place)]
    refused(lambda: a_problem(shipments), f"shipment 1, task 1: place {place} is not one of 5")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"start_place": 5}, "vehicle 0, start: place 5"),
        ({"end_place": 5}, "vehicle 0, end: place 5"),
        (
            {"underway": Underway(place=5, free_s=0, departed_s=0)},
            "vehicle 0, under way: place 5",
        ),
    ],
)
def test_a_vehicle_off_the_map_is_named(changes: dict[str, object], words: str) -> None:
    refused(lambda: a_problem([], [a_vehicle(**changes)]), words)


def test_amounts_and_capacities_have_one_length() -> None:
    words = "amounts and capacities differ in length: [1, 2]"
    refused(lambda: a_problem([a_shipment(0, 1)], [a_vehicle(capacity=(1, 2))]), words)


@pytest.mark.parametrize("profile", [-1, 1])
def test_a_vehicle_needs_a_matrix_for_its_profile(profile: int) -> None:
    words = f"vehicle 0: no matrix for profile {profile}"
    refused(lambda: a_problem([], [a_vehicle(profile=profile)]), words)


def test_a_problem_needs_a_map() -> None:
    problem = a_problem([])
    refused(lambda: replace(problem, matrices=()), "at least one travel matrix")
    maps = (a_street(5), a_street(4))
    refused(lambda: replace(problem, matrices=maps), "travel matrices differ in size: [5, 4]")


@pytest.mark.parametrize(
    ("setup_s", "words"),
    [
        (np.zeros((1, 4), np.int32), "setup_s must be int32 of shape (1, 5)"),
        (np.zeros((1, 5), np.int64), "not int64 of (1, 5)"),
        (np.full((1, 5), -1, np.int32), "setup_s holds a negative value"),
    ],
)
def test_set_up_covers_every_place(setup_s: np.ndarray, words: str) -> None:
    problem = a_problem([])
    refused(lambda: replace(problem, setup_s=setup_s), words)


def test_travel_takes_no_less_than_no_time() -> None:
    matrix = a_street()
    backwards = matrix.duration_s.copy()
    backwards[1, 2] = -1
    refused(
        lambda: TravelMatrix(duration_s=backwards, distance_m=matrix.distance_m),
        "duration_s[1, 2] is negative",
    )


def no_way(*legs: tuple[int, int]) -> TravelMatrix:
    """The street of five places, without a way on these legs."""
    matrix = a_street()
    duration_s = matrix.duration_s.copy()
    for leg in legs:
        duration_s[leg] = LONGEST_TRAVEL_S
    return TravelMatrix(duration_s=duration_s, distance_m=matrix.distance_m)


@pytest.mark.parametrize("leg", [(0, 3), (3, 0)])
def test_a_place_without_a_way_there_or_back_is_named(leg: tuple[int, int]) -> None:
    shipments = [a_shipment(0, 1), a_shipment(3, 1)]
    words = "shipment 1, task 0: place 3 is reached by no vehicle there and back"
    refused(lambda: a_problem(shipments, matrix=no_way(leg)), words)


def test_one_vehicle_with_a_way_there_and_back_is_enough() -> None:
    shipments, matrix = [a_shipment(3, 1)], no_way((0, 3), (3, 2))
    way_there, way_back = a_vehicle(start_place=1, end_place=2), a_vehicle()
    words = "place 3 is reached by no vehicle there and back"
    refused(lambda: a_problem(shipments, [way_there, way_back], matrix), words)
    rider = a_vehicle(underway=Underway(place=4, free_s=0, departed_s=0))
    assert a_problem(shipments, [way_there, way_back, rider], matrix).vehicles[2] == rider


def test_a_place_off_every_street_matters_only_where_somebody_must_go() -> None:
    island = a_street(4).among([0, 1, 2, 3], size=5)
    assert a_problem([a_shipment(1, 3)], matrix=island).shipments
    words = "shipment 0, task 1: place 4 is reached by no vehicle there and back"
    refused(lambda: a_problem([a_shipment(1, 4)], matrix=island), words)
    fetched = on_the_road(OnBoard(shipment=0, left_s=(600,)))
    assert a_problem([a_shipment(4, 3)], [fetched], island).shipments


def test_each_shipment_is_a_delivery_of_its_own_where_nobody_says_otherwise() -> None:
    problem = a_problem([a_shipment(0, 1, penalty=3), a_shipment(1, 2, penalty=4)])
    assert problem.deliveries == (
        Delivery(options=((0,),), penalty=3),
        Delivery(options=((1,),), penalty=4),
    )


@pytest.mark.parametrize(
    ("deliveries", "words"),
    [
        ([((0,),), ((1,), (2,))], "delivery 1: there is no shipment 2"),
        ([((0,), (-1,)), ((1,),)], "delivery 0: there is no shipment -1"),
        ([((0, 1),), ((1,),)], "delivery 1: shipment 1 belongs to delivery 0 as well"),
        ([((1,),)], "shipment 0 belongs to no delivery"),
    ],
)
def test_every_shipment_belongs_to_one_delivery(
    deliveries: list[tuple[tuple[int, ...], ...]], words: str
) -> None:
    problem = a_problem([a_shipment(0, 1), a_shipment(1, 2)])
    offered = tuple(Delivery(options=options, penalty=1) for options in deliveries)
    refused(lambda: replace(problem, deliveries=offered), words)


def on_the_road(*on_board: OnBoard, place: int = 2, **changes: object) -> Vehicle:
    past = Underway(place=place, free_s=HOUR, departed_s=0, on_board=on_board)
    return a_vehicle(underway=past, **changes)


def a_day(*vehicles: Vehicle, matrix: TravelMatrix | None = None) -> Problem:
    """Shipment 0 is fetched at two shops, two and three of it; shipment 1 at one."""
    two = replace(a_shipment(0, 1), pickups=(a_task(0), a_task(1)), amounts=((2,), (3,)))
    return a_problem([two, a_shipment(1, 2)], list(vehicles), matrix)


def test_a_vehicle_under_way_comes_back_in_time() -> None:
    assert a_day(on_the_road(latest_s=HOUR + 1200)).vehicles
    words = "vehicle 1: is back at 4800, after its working period, 4799"
    refused(lambda: a_day(a_vehicle(), on_the_road(latest_s=HOUR + 1199)), words)


def test_a_vehicle_under_way_has_a_way_back() -> None:
    later = on_the_road(latest_s=LATEST_S)
    words = "vehicle 1: has no way from place 2 to its end"
    refused(lambda: a_day(a_vehicle(end_place=4), later, matrix=no_way((2, 0))), words)


def test_no_more_is_on_board_than_the_vehicle_holds() -> None:
    both, first = (OnBoard(shipment=0, left_s=left_s) for left_s in ((5, 9), (5, None)))
    assert a_day(on_the_road(first, capacity=(2,))).vehicles
    words = "vehicle 0: has (5,) on board and holds (4,)"
    refused(lambda: a_day(on_the_road(both, capacity=(4,))), words)
    other = OnBoard(shipment=1, left_s=(7,))
    words = "vehicle 0: has (3,) on board and holds (2,)"
    refused(lambda: a_day(on_the_road(first, other, capacity=(2,))), words)


@pytest.mark.parametrize("shipment", [2, -1])
def test_what_is_on_board_exists(shipment: int) -> None:
    words = f"vehicle 0: there is no shipment {shipment} to have on board"
    refused(lambda: a_day(on_the_road(OnBoard(shipment=shipment, left_s=(5,)))), words)


def test_what_is_on_board_was_fetched_where_it_is_fetched() -> None:
    words = "vehicle 0: shipment 0 has 2 pickups, not 1"
    refused(lambda: a_day(on_the_road(OnBoard(shipment=0, left_s=(5,)))), words)


def test_a_shipment_is_on_board_of_one_vehicle() -> None:
    rider = on_the_road(OnBoard(shipment=1, left_s=(5,)))
    words = "vehicle 1: shipment 1 is on board of another vehicle as well"
    refused(lambda: a_day(rider, rider), words)


@pytest.mark.parametrize("options", [((0,), (1,)), ((0, 1),)])
def test_what_is_on_board_has_no_other_way_to_come(options: tuple[tuple[int, ...], ...]) -> None:
    problem = a_day(on_the_road(OnBoard(shipment=1, left_s=(5,))))
    offered = (Delivery(options=options, penalty=1),)
    words = "vehicle 0: shipment 1 is on board: its delivery has no other option"
    refused(lambda: replace(problem, deliveries=offered), words)


@pytest.mark.parametrize("penalty", [1 << 53, 1 << 62, 1 << 63, 1 << 80])
def test_penalties_too_large_to_be_added_up_are_refused(penalty: int) -> None:
    refused(
        lambda: a_problem([a_shipment(1, 2), a_shipment(1, 2, penalty=penalty)]),
        f"the dearest is {penalty}",
    )


def test_vehicles_too_dear_to_be_added_up_are_refused() -> None:
    fleet = [a_vehicle(cost_use=1 << 52)] * 2
    refused(lambda: a_problem([a_shipment(1, 2, penalty=7)], fleet), "and rounds to as much as")
    a_problem([a_shipment(1, 2, penalty=7)], fleet[:1])
