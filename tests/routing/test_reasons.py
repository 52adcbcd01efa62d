"""Every reason by hand, and every price by the referee: the relaxed problem has such a plan."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.adding import laid_out
from routing.insertion import NEVER, SEES_ALL, cheapest, insert
from routing.matrix import TravelMatrix
from routing.problem import Problem
from routing.reasons import MOST_MENDED, unserved
from routing.round import Round, Visit
from routing.shipment import LATEST_S, MOST_SKILLS, Delivery, Shipment
from routing.solution import (
    Relaxation,
    RelaxationKind,
    Solution,
    Unserved,
    UnservedReason,
    cost,
    faults,
)
from routing.solver import solve
from routing.tables import NUMBER, SHIPMENT, tables_of
from routing.timing import LENGTH, TASK
from routing.vehicle import OnBoard, Underway
from tests.routing.random_towns import a_town
from tests.routing.test_insertion import cost_if_sound, every_insertion
from tests.routing.towns import (
    HOUR,
    a_problem,
    a_random_problem,
    a_shipment,
    a_task,
    a_vehicle,
)

BOUNDLESS = 1 << 40


def a_round(*visits: tuple[int, int], vehicle: int = 0) -> Round:
    order = tuple(Visit(shipment=shipment, task=task) for shipment, task in visits)
    return Round(vehicle=vehicle, visits=order)


def left_out(problem: Problem, *rounds: Round) -> Unserved:
    """Return the one delivery left out, each of its prices proven."""
    found = unserved(problem, tables_of(problem), rounds)
    assert len(found) == 1
    prove(problem, rounds, found)
    return found[0]


def prove(problem: Problem, rounds: Sequence[Round], found: Sequence[Unserved]) -> None:
    """Assert that every relaxed problem has a sound plan that costs so much more."""
    plan = Solution(rounds=tuple(rounds), unserved=tuple(found), cost=cost(problem, rounds, found))
    assert faults(problem, plan) == ()
    before = cost(problem, rounds, ())
    for left in found:
        others = tuple(each for each in found if each is not left)
        prices = [each.cost for each in left.relaxations]
        assert prices == sorted(prices)
        assert len({each.kind for each in left.relaxations}) == len(prices)
        for relaxation in left.relaxations:
            more = replace(problem, **relaxed(problem, left.delivery, relaxation))
            assert any(
                cost(more, after, ()) == before + relaxation.cost and is_sound(more, after, others)
                for after in mended(more, rounds, left.delivery, given_to(problem, relaxation))
            ), relaxation


def is_sound(problem: Problem, rounds: tuple[Round, ...], left: tuple[Unserved, ...]) -> bool:
    total = cost(problem, rounds, left)
    return faults(problem, Solution(rounds=rounds, unserved=left, cost=total)) == ()


def given_to(problem: Problem, relaxation: Relaxation) -> int:
    if relaxation.kind is RelaxationKind.ANOTHER_ROUND:
        return len(problem.vehicles)
    return relaxation.vehicle


def relaxed(problem: Problem, delivery: int, relaxation: Relaxation) -> dict[str, object]:
    """Return what differs in a problem with one thing given up."""
    seconds, vehicles = relaxation.seconds, list(problem.vehicles)
    vehicle = vehicles[relaxation.vehicle]
    match relaxation.kind:
        case RelaxationKind.PAY_MORE:
            return {}
        case RelaxationKind.LATER | RelaxationKind.LONGER_RIDE:
            patient = {
                index: patiently(problem.shipments[index], relaxation)
                for index in problem.deliveries[delivery].shipments
            }
            every = enumerate(problem.shipments)
            return {"shipments": tuple(patient.get(index, each) for index, each in every)}
        case RelaxationKind.ANOTHER_ROUND:
            vehicles.append(replace(vehicle, underway=None, earliest_s=vehicle.from_s))
        case RelaxationKind.LONGER_PERIOD:
            longer = replace(vehicle, latest_s=min(vehicle.latest_s + seconds, LATEST_S))
            vehicles[relaxation.vehicle] = longer
        case RelaxationKind.SKILL_WAIVED:
            vehicles[relaxation.vehicle] = replace(vehicle, skills=(1 << MOST_SKILLS) - 1)
        case RelaxationKind.MORE_CAPACITY:
            boundless = (BOUNDLESS,) * len(vehicle.capacity)
            vehicles[relaxation.vehicle] = replace(vehicle, capacity=boundless)
    return {"vehicles": tuple(vehicles)}


def patiently(shipment: Shipment, relaxation: Relaxation) -> Shipment:
    if relaxation.kind is RelaxationKind.LONGER_RIDE:
        if shipment.longest_ride_s is None:
            return shipment
        return replace(shipment, longest_ride_s=shipment.longest_ride_s + relaxation.seconds)
    *pickups, dropoff = (
        replace(task, latest_s=min(task.latest_s + relaxation.seconds, LATEST_S))
        for task in shipment.tasks
    )
    return replace(shipment, pickups=tuple(pickups), dropoff=dropoff)


def mended(
    problem: Problem, rounds: Sequence[Round], delivery: int, vehicle: int
) -> Iterator[tuple[Round, ...]]:
    """Yield plans with an option of a delivery put in, shipment by shipment, in any order."""
    fleet = range(len(problem.vehicles))
    first = sorted(fleet, key=lambda each: each != vehicle)
    for option in problem.deliveries[delivery].options:
        for order in permutations(option):
            for rows in ([vehicle], first, fleet) if vehicle in fleet else (fleet,):
                yield from put_in(problem, rounds, order, rows)


def put_in(
    problem: Problem, rounds: Sequence[Round], shipments: Sequence[int], rows: Sequence[int]
) -> Iterator[tuple[Round, ...]]:
    """Yield the rounds with each shipment where it costs least; nothing if one fits nowhere."""
    tables = tables_of(problem)
    laid = laid_out(tables, rounds)
    for shipment in shipments:
        tried = [(*cheapest(tables, laid, shipment, row, NEVER, SEES_ALL), row) for row in rows]
        added, i, j, row = min(tried, key=lambda each: each[0])
        if added == NEVER:
            return
        insert(tables, laid, shipment, row, i, j, SEES_ALL)
    after = []
    for row, vehicle in enumerate(problem.vehicles):
        order = tables.tasks[laid.visits[row, 1 : laid.values[row, LENGTH] + 1, TASK]]
        visits = a_round(*order[:, [SHIPMENT, NUMBER]].tolist(), vehicle=row)
        if visits.visits or vehicle.underway is not None:
            after.append(visits)
    yield tuple(after)


def kinds(left: Unserved) -> dict[RelaxationKind, tuple[int, int]]:
    return {each.kind: (each.seconds, each.cost) for each in left.relaxations}


def test_a_delivery_dearer_than_its_penalty_says_its_price() -> None:
    problem = a_problem([a_shipment(1, 4, penalty=100)])
    left = left_out(problem)
    assert left.reason is UnservedReason.TOO_DEAR
    # Four places there and four back, of 600 s and 1000 m each.
    paid = Relaxation(kind=RelaxationKind.PAY_MORE, vehicle=0, cost=8 * 1600)
    assert left.relaxations == (paid,)


def test_on_a_round_that_goes_there_anyway_it_costs_but_the_detour() -> None:
    problem = a_problem([a_shipment(1, 3), a_shipment(2, 4, penalty=100)])
    left = left_out(problem, a_round((0, 0), (0, 1)))
    assert left.relaxations == (Relaxation(kind=RelaxationKind.PAY_MORE, vehicle=0, cost=2 * 1600),)


def test_where_nobody_is_skilled_the_nearest_is_named() -> None:
    far = a_vehicle(start_place=4, end_place=4, skills=2)
    near = a_vehicle(start_place=1, end_place=1)
    left = left_out(a_problem([a_shipment(1, 2, skills=5)], [far, near]))
    assert left.reason is UnservedReason.NO_SKILLED_VEHICLE
    waived = Relaxation(kind=RelaxationKind.SKILL_WAIVED, vehicle=1, cost=2 * 1600)
    assert left.relaxations == (waived,)


def test_goods_larger_than_every_bike_ask_for_a_larger_one() -> None:
    left = left_out(a_problem([a_shipment(1, 2, amounts=((11,),))]))
    assert left.reason is UnservedReason.TOO_LARGE
    assert kinds(left) == {RelaxationKind.MORE_CAPACITY: (0, 4 * 1600)}


def test_two_parcels_that_no_single_bike_holds_are_too_large() -> None:
    shops = (a_task(0), a_task(1))
    both = Shipment(pickups=shops, amounts=((6,), (5,)), dropoff=a_task(2), penalty=1)
    left = left_out(a_problem([both]))
    assert left.reason is UnservedReason.TOO_LARGE
    assert kinds(left) == {RelaxationKind.MORE_CAPACITY: (0, 4 * 1600)}


def test_goods_that_would_ride_a_second_too_long_may_ride_five_minutes_more() -> None:
    left = left_out(a_problem([a_shipment(1, 4, longest_ride_s=1799)]))
    assert left.reason is UnservedReason.RIDE_TOO_LONG
    assert kinds(left) == {RelaxationKind.LONGER_RIDE: (300, 8 * 1600)}


def test_a_door_out_of_reach_is_reached_later() -> None:
    # Place 4 is reached after 2400 s; half an hour more is the least that suffices.
    left = left_out(a_problem([a_shipment(0, a_task(4, 0, 1000))]))
    assert left.reason is UnservedReason.OUT_OF_REACH
    assert kinds(left) == {RelaxationKind.LATER: (1800, 8 * 1600)}


def test_a_day_that_ends_too_soon_is_made_longer() -> None:
    left = left_out(a_problem([a_shipment(0, 4)], [a_vehicle(latest_s=HOUR)]))
    assert left.reason is UnservedReason.OUT_OF_REACH
    # There and back takes 4800 s.
    assert kinds(left) == {RelaxationKind.LONGER_PERIOD: (1800, 8 * 1600)}


def test_an_hour_more_than_two_is_never_asked_for() -> None:
    left = left_out(a_problem([a_shipment(0, a_task(4, 0, 0))], [a_vehicle(earliest_s=2 * HOUR)]))
    assert left.reason is UnservedReason.OUT_OF_REACH
    assert left.relaxations == ()


def a_full_hour() -> tuple[Problem, Round]:
    """Return a bike that must be at place 2 at one, and a parcel for place 4 by ten past."""
    appointment = a_shipment(0, a_task(2, HOUR, HOUR))
    far = a_shipment(0, a_task(4, 0, HOUR + 600))
    bike = a_vehicle(earliest_s=1800, latest_s=2 * HOUR, cost_use=5)
    return a_problem([appointment, far], [bike]), a_round((0, 0), (0, 1))


def test_a_full_hour_is_served_later_or_by_another_bike() -> None:
    problem, round_ = a_full_hour()
    left = left_out(problem, round_)
    assert left.reason is UnservedReason.NO_ROOM
    # Place 4 is two places beyond the appointment, reached 1200 s after it.
    assert kinds(left) == {
        RelaxationKind.LATER: (900, 4 * 1600),
        RelaxationKind.ANOTHER_ROUND: (0, 8 * 1600 + 5),
    }


def test_a_full_morning_ends_half_an_hour_later() -> None:
    # Either takes the bike 4800 s at most; both together take it 20 minutes more.
    long_talk, far = a_shipment(0, a_task(1, service_s=1200)), a_shipment(0, 4)
    problem = a_problem([long_talk, far], [a_vehicle(latest_s=4800)])
    left = left_out(problem, a_round((0, 0), (0, 1)))
    assert left.reason is UnservedReason.NO_ROOM
    assert kinds(left) == {
        RelaxationKind.LONGER_PERIOD: (1800, 6 * 1600),
        RelaxationKind.ANOTHER_ROUND: (0, 8 * 1600),
    }


def test_an_idle_bike_of_the_same_sort_is_no_other_round() -> None:
    problem, round_ = a_full_hour()
    twice = replace(problem, vehicles=problem.vehicles * 2)
    left = left_out(twice, round_)
    assert left.reason is UnservedReason.TOO_DEAR
    assert kinds(left) == {
        RelaxationKind.PAY_MORE: (0, 8 * 1600 + 5),
        RelaxationKind.LATER: (900, 4 * 1600),
    }


def an_option_of_two(problem: Problem, *options: tuple[int, ...]) -> Problem:
    named = {shipment for option in options for shipment in option}
    alone = [
        Delivery(options=((index,),), penalty=0)
        for index in range(len(problem.shipments))
        if index not in named
    ]
    return replace(problem, deliveries=(*alone, Delivery(options=options, penalty=1)))


def test_all_shipments_of_an_option_count_in_its_price() -> None:
    collection, out = a_shipment(4, a_task(2, 0, 6 * HOUR)), a_shipment(a_task(2, 11 * HOUR), 1)
    problem = an_option_of_two(a_problem([collection, out], [a_vehicle()] * 2), (0, 1))
    left = left_out(problem)
    assert left.reason is UnservedReason.TOO_DEAR
    # One bike collects and another brings, rather than one that waits five hours at the hub.
    assert kinds(left) == {RelaxationKind.PAY_MORE: (0, 8 * 1600 + 4 * 1600)}


def test_the_option_nearest_to_being_served_gives_the_reason() -> None:
    unskilled, late = a_shipment(0, 1, skills=1), a_shipment(0, a_task(4, 0, 2000))
    left = left_out(an_option_of_two(a_problem([unskilled, late]), (0,), (1,)))
    assert left.reason is UnservedReason.OUT_OF_REACH
    assert kinds(left) == {
        RelaxationKind.SKILL_WAIVED: (0, 2 * 1600),
        RelaxationKind.LATER: (900, 8 * 1600),
    }


def test_one_shipment_nobody_is_skilled_for_bars_the_option() -> None:
    skilled, plain = a_shipment(0, 1, skills=1), a_shipment(0, 2)
    left = left_out(an_option_of_two(a_problem([plain, skilled]), (0, 1)))
    assert left.reason is UnservedReason.NO_SKILLED_VEHICLE
    assert kinds(left) == {RelaxationKind.SKILL_WAIVED: (0, 4 * 1600)}


def on_the_road(shipment: Shipment, **other: object) -> Problem:
    """Return one bike at place 2 with the shipment on board since eight, and one at home."""
    fetched = OnBoard(shipment=0, left_s=(8 * HOUR,))
    past = Underway(place=2, free_s=9 * HOUR, departed_s=8 * HOUR, on_board=(fetched,))
    return a_problem([shipment], [a_vehicle(underway=past, **other), a_vehicle(skills=1)])


def test_what_is_on_board_waits_for_its_own_bike_alone() -> None:
    problem = on_the_road(a_shipment(0, 3, skills=1))
    left = left_out(problem, a_round())
    assert left.reason is UnservedReason.NO_SKILLED_VEHICLE
    waived = Relaxation(kind=RelaxationKind.SKILL_WAIVED, vehicle=0, cost=2 * 1600)
    assert left.relaxations == (waived,)


def test_what_was_long_on_board_rides_longer_and_no_later_window_helps() -> None:
    problem = on_the_road(a_shipment(0, 4, longest_ride_s=HOUR))
    left = left_out(problem, a_round())
    assert left.reason is UnservedReason.RIDE_TOO_LONG
    assert kinds(left) == {RelaxationKind.LONGER_RIDE: (1800, 4 * 1600)}


@pytest.mark.parametrize(("closes", "another"), [(9 * HOUR, True), (9 * HOUR - 1, False)])
def test_another_bike_does_not_set_out_in_the_past(closes: int, another: bool) -> None:
    road = on_the_road(a_shipment(0, 3), cost_use=7)
    shop = a_shipment(a_task(0, 0, closes), 1)
    shipments, vehicles = (*road.shipments, shop), road.vehicles[:1]
    problem = replace(road, shipments=shipments, vehicles=vehicles, deliveries=())
    left = left_out(problem, a_round((0, 1)))
    # The bike itself is free at nine, twenty minutes from the shop.
    expected = {RelaxationKind.LATER: (1800, 4 * 1600)}
    if another:
        expected[RelaxationKind.ANOTHER_ROUND] = (0, 2 * 1600 + 7)
    assert kinds(left) == expected


def test_without_vehicles_nobody_is_skilled() -> None:
    found = unserved(a_problem([a_shipment(1, 2)], []), None, ())
    assert [left.reason for left in found] == [UnservedReason.NO_SKILLED_VEHICLE]


def test_a_full_plan_leaves_nothing_to_explain() -> None:
    problem = a_problem([a_shipment(1, 2)])
    assert unserved(problem, tables_of(problem), [a_round((0, 0), (0, 1))]) == ()


def test_the_dearest_to_leave_are_told_what_would_mend_them() -> None:
    shipments = [a_shipment(0, a_task(4, 0, 2000), penalty=place) for place in range(60)]
    problem = a_problem(shipments)
    found = unserved(problem, tables_of(problem), ())
    assert {left.reason for left in found} == {UnservedReason.OUT_OF_REACH}
    mended_ones = [left.delivery for left in found if left.relaxations]
    assert mended_ones == list(range(60 - MOST_MENDED, 60))


def test_explaining_changes_no_table() -> None:
    problem = a_town(3)
    flat = tables_of(problem)
    before = [table.copy() for table in flat]
    rounds = solve(problem, iterations=100, seed=3).rounds
    first = unserved(problem, flat, rounds)
    assert all((table == kept).all() for table, kept in zip(flat, before, strict=True))
    assert unserved(problem, flat, rounds) == first


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 100_000))
def test_every_price_in_a_town_is_true(seed: int) -> None:
    problem = a_town(seed)
    rounds = solve(problem, iterations=150, seed=seed).rounds
    prove(problem, rounds, unserved(problem, tables_of(problem), rounds))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 100_000))
def test_every_price_is_true_where_streets_break_triangles(seed: int) -> None:
    problem = a_random_problem(seed, shipments=14)
    rounds = solve(problem, iterations=100, seed=seed).rounds
    prove(problem, rounds, unserved(problem, tables_of(problem), rounds))


def by_shortest_ways(problem: Problem) -> Problem:
    """Return a problem where no way round is shorter; else the kernel may miss a place."""
    tables = [[each.duration_s, each.distance_m] for each in problem.matrices]
    for table in (table for pair in tables for table in pair):
        for via in range(len(table)):
            np.minimum(table, table[:, [via]] + table[[via], :], out=table)
    matrices = (TravelMatrix(duration_s=seconds, distance_m=m) for seconds, m in tables)
    return replace(problem, matrices=tuple(matrices))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 100_000))
def test_no_place_in_the_rounds_is_cheaper_than_the_price(seed: int) -> None:
    problem = by_shortest_ways(a_random_problem(seed, shipments=10, pickups=1))
    rounds = solve(problem, iterations=100, seed=seed).rounds
    driven = {round_.vehicle: round_ for round_ in rounds}
    for left in unserved(problem, tables_of(problem), rounds):
        for relaxation in left.relaxations:
            more = replace(problem, **relaxed(problem, left.delivery, relaxation))
            least = min(
                cost_if_sound(more, each) - cost(more, [round_] if round_.visits else [], ())
                for vehicle in range(len(more.vehicles))
                for round_ in [driven.get(vehicle, Round(vehicle=vehicle, visits=()))]
                for each in every_insertion(round_, left.delivery)
            )
            assert relaxation.cost == least
