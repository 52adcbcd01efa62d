"""A day's deliveries into a problem, and its solution back into rounds people ride."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time

import numpy as np
import pytest
from shapely import Point

import routing.solution
import routing.solver
from delivery import planning
from delivery.day import Day
from delivery.fleet import NewVehicle, Vehicle, WorkingPeriod
from delivery.loading import UNSERVED_MILLICENTS, Consignment
from delivery.orders import Fulfilment
from delivery.parcels import HEAVIEST_G, Size, parcel
from delivery.planning import Draft, Relaxation, Trip, Unserved
from delivery.pooling import Place
from delivery.rounds import PlannedRound, StopKind, TaskKind
from delivery.shops import Shop
from routing.matrix import LONGEST_TRAVEL_S, TravelMatrix
from routing.problem import Problem
from routing.solution import RelaxationKind, Solution, UnservedReason
from tests import builders

DAY = Day(date=builders.DAY, timezone=builders.PARIS)


def a_trip(starts: time = time(8), ends: time = time(13), **changes: object) -> Trip:
    bike = builders.a_bike(**changes)
    values = {name: getattr(bike, name) for name in NewVehicle.__slots__}
    return Trip(vehicle=Vehicle(id=7, **values), period=WorkingPeriod(starts=starts, ends=ends))


def a_consignment(id: int = 1, *shops: int, **changes: object) -> Consignment:
    """A delivery to a door east of the hub, of one order of each shop, due from 10 to 12."""
    starts_at = DAY.at(time(10))
    return Consignment(
        delivery=builders.a_kept_delivery(id, **{"place": a_place(id), **changes}),
        slot=builders.a_kept_slot(
            starts_at=starts_at, ends_at=DAY.at(time(12)), cutoff_at=starts_at
        ),
        orders=tuple(
            builders.a_kept_order(10 * id + number, shop, delivery_id=id)
            for number, shop in enumerate(shops or (1,))
        ),
    )


def a_place(id: int) -> Place:
    label = f"{id} rue du Port"
    point = Point(-2.05 + id / 1000, 48.45)
    return Place(key=f"address:{id}", label=label, point=point)


def travel(points: Sequence[Point]) -> TravelMatrix:
    """Straight lines at four metres a second."""
    places = np.array([(point.x * 73_766, point.y * 111_195) for point in points])
    metres = np.hypot(*np.moveaxis(places[:, None] - places[None], 2, 0))
    return TravelMatrix(
        duration_s=np.round(metres / 4).astype(np.int32),
        distance_m=np.round(metres).astype(np.int32),
    )


def travel_without(
    points: Sequence[Point], island: Point, *, there: bool = True, back: bool = True
) -> TravelMatrix:
    """Straight lines, but no way there, or none back."""
    matrix, place = travel(points), points.index(island)
    duration_s = matrix.duration_s.copy()
    if there:
        duration_s[:, place] = LONGEST_TRAVEL_S
    if back:
        duration_s[place] = LONGEST_TRAVEL_S
    np.fill_diagonal(duration_s, 0)
    return TravelMatrix(duration_s=duration_s, distance_m=matrix.distance_m)


SHOPS = {
    1: builders.a_kept_shop(1, "fromagerie"),
    2: builders.a_kept_shop(2, "librairie", point=Point(-2.052, 48.4505)),
    3: builders.a_kept_shop(3, "boulangerie", brings_parcels=True),
}


def drafted(
    *consignments: Consignment,
    trips: Sequence[Trip] | None = None,
    day: Day = DAY,
    shops: dict[int, Shop] = SHOPS,
) -> Draft:
    chosen = [a_trip()] if trips is None else trips
    return planning.draft(
        consignments, chosen, day=day, not_before=day.starts_at, hub=builders.a_hub(), shops=shops
    )


def solved(draft: Draft) -> tuple[Problem, Solution]:
    posed = planning.posed(draft, {each: travel(draft.points) for each in draft.profiles})
    found = routing.solver.solve(posed, iterations=300, seed=1)
    assert routing.solution.faults(posed, found) == ()
    return posed, found


def rounds(draft: Draft) -> tuple[PlannedRound, ...]:
    return planning.rounds(draft, *solved(draft))


def test_the_hub_is_the_first_place() -> None:
    draft = drafted(a_consignment())
    assert [spot.kind for spot in draft.spots] == [StopKind.HUB, StopKind.SHOP, StopKind.DOOR]
    assert draft.points[0] == builders.CENTRE


def test_a_day_without_deliveries_has_no_rounds() -> None:
    draft = drafted()
    assert rounds(draft) == ()
    assert planning.unserved(draft, solved(draft)[1]) == ()


def test_a_round_goes_from_shop_to_door_and_back() -> None:
    (planned,) = rounds(drafted(a_consignment()))
    assert [stop.kind for stop in planned.stops] == [StopKind.SHOP, StopKind.DOOR]
    assert (planned.vehicle_id, planned.profile) == (7, "cargo_bike")
    assert planned.points[0] == planned.points[-1] == builders.CENTRE
    pickup, dropoff = (stop.tasks[0] for stop in planned.stops)
    assert (pickup.kind, dropoff.kind) == (TaskKind.PICKUP, TaskKind.DROPOFF)
    assert pickup.order_ids == dropoff.order_ids == (10,)
    assert DAY.at(time(10)) <= dropoff.planned_at <= DAY.at(time(12))
    assert planned.departs_at <= pickup.planned_at < dropoff.planned_at <= planned.returns_at


def test_two_shops_for_one_door_are_one_dropoff_with_both_orders() -> None:
    (planned,) = rounds(drafted(a_consignment(1, 1, 2)))
    tasks = [task for stop in planned.stops for task in stop.tasks]
    assert [task.kind for task in tasks].count(TaskKind.DROPOFF) == 1
    assert tasks[-1].order_ids == (10, 11)
    assert {task.order_ids for task in tasks[:-1]} == {(10,), (11,)}


def test_deliveries_for_one_door_are_one_stop() -> None:
    one, other = a_consignment(1), a_consignment(2, place=a_place(1))
    (planned,) = rounds(drafted(one, other))
    assert [len(stop.tasks) for stop in planned.stops] == [2, 2]
    assert planned.stops[0].leaves_at <= planned.stops[1].arrives_at


def test_what_a_shop_brings_is_fetched_at_the_hub() -> None:
    (planned,) = rounds(drafted(a_consignment(1, 3)))
    assert [stop.kind for stop in planned.stops] == [StopKind.HUB, StopKind.DOOR]


def test_the_drive_is_served_at_the_hub_and_what_needs_no_ride_is_left_out() -> None:
    fetched = a_consignment(1, 1, fulfilment=Fulfilment.DRIVE)
    brought = a_consignment(2, 3, fulfilment=Fulfilment.DRIVE)
    draft = drafted(fetched, brought)
    (planned,) = rounds(draft)
    assert [stop.kind for stop in planned.stops] == [StopKind.SHOP, StopKind.HUB]
    assert [load.delivery.id for load in draft.loads] == [1]
    assert draft.closed == ()


def test_a_round_costs_its_hours_its_kilometres_and_its_use() -> None:
    draft = drafted(a_consignment(), trips=[a_trip(use_cents=50)])
    (planned,) = rounds(draft)
    paid_s = int((planned.returns_at - planned.departs_at).total_seconds())
    assert planned.cost_millicents == 50_000 + 667 * paid_s + 15 * planned.distance_m


def test_a_vans_stop_takes_longer_than_a_bikes() -> None:
    draft = drafted(a_consignment(), trips=[a_trip(), a_trip(profile="van")])
    posed = planning.posed(draft, {each: travel(draft.points) for each in draft.profiles})
    assert draft.profiles == ("cargo_bike", "van")
    assert posed.setup_s.tolist() == [[60, 45, 75], [60, 120, 120]]


def test_each_working_period_is_a_vehicle_of_the_problem() -> None:
    trips = [a_trip(), a_trip(time(14), time(19))]
    posed, _ = solved(drafted(a_consignment(), trips=trips))
    hours = [(vehicle.earliest_s // 3600, vehicle.latest_s // 3600) for vehicle in posed.vehicles]
    assert hours == [(8, 13), (14, 19)]


def reasons(draft: Draft) -> list[tuple[int, str]]:
    return [(each.delivery_id, each.reason) for each in planning.unserved(draft, solved(draft)[1])]


def test_a_delivery_of_a_shut_shop_is_left_out_with_the_reason() -> None:
    shops = SHOPS | {2: builders.a_kept_shop(2, "librairie", opening_hours=())}
    draft = drafted(a_consignment(1), a_consignment(2, 2), a_consignment(3, 1, 2), shops=shops)
    assert draft.closed == (2, 3)
    found = solved(draft)[1]
    assert planning.unserved(draft, found) == (
        Unserved(delivery_id=2, reason="shop_closed"),
        Unserved(delivery_id=3, reason="shop_closed"),
    )
    assert planning.cost(draft, found) == found.cost + 2 * UNSERVED_MILLICENTS


def test_a_delivery_larger_than_every_vehicle_is_left_out_with_the_reason() -> None:
    heavy = (parcel(Size.BULKY, weight_g=HEAVIEST_G),) * 7
    order = builders.a_kept_order(10, parcels=heavy)
    base = a_consignment(1)
    large = Consignment(delivery=base.delivery, slot=base.slot, orders=(order,))
    found = reasons(drafted(large, a_consignment(2)))
    assert found == [(1, "too_large")]


def test_a_delivery_no_vehicle_reaches_in_time_is_left_out_with_the_reason() -> None:
    found = reasons(drafted(a_consignment(1), trips=[a_trip(time(14), time(19))]))
    assert found == [(1, "out_of_reach")]


def test_what_would_mend_a_delivery_left_out_names_the_vehicle() -> None:
    trip = a_trip()
    other = replace(trip, vehicle=replace(trip.vehicle, id=8))
    draft = drafted(a_consignment(3), trips=[trip, other])
    longer = routing.solution.Relaxation(
        kind=RelaxationKind.LONGER_PERIOD, vehicle=1, cost=420_000, seconds=900
    )
    left = routing.solution.Unserved(
        delivery=0, reason=UnservedReason.NO_ROOM, relaxations=(longer,)
    )
    found = Solution(rounds=(), unserved=(left,), cost=0)
    mend = Relaxation(kind="longer_period", vehicle_id=8, cost_millicents=420_000, seconds=900)
    assert planning.unserved(draft, found) == (
        Unserved(delivery_id=3, reason="no_room", relaxations=(mend,)),
    )


@pytest.mark.parametrize(("there", "back"), [(True, True), (True, False), (False, True)])
def test_one_address_without_a_way_does_not_spoil_the_day(there: bool, back: bool) -> None:
    draft = drafted(a_consignment(1), a_consignment(2), a_consignment(3))
    island = travel_without(draft.points, a_place(2).point, there=there, back=back)
    matrices = {"cargo_bike": island}
    with pytest.raises(ValueError, match="reached by no vehicle there and back"):
        planning.posed(draft, matrices)
    mended = planning.reachable(draft, matrices)
    posed = planning.posed(mended, matrices)
    found = routing.solver.solve(posed, iterations=300, seed=1)
    assert planning.unserved(mended, found) == (Unserved(delivery_id=2, reason="unreachable"),)
    (planned,) = planning.rounds(mended, posed, found)
    doors = [stop.label for stop in planned.stops if stop.kind is StopKind.DOOR]
    assert sorted(doors) == ["1 rue du Port", "3 rue du Port"]
    assert planning.cost(mended, found) == found.cost + UNSERVED_MILLICENTS


def test_one_vehicle_must_reach_both_shop_and_door() -> None:
    draft = drafted(a_consignment(1), trips=[a_trip(), a_trip(profile="van")])
    shop, door = SHOPS[1].point, a_place(1).point
    everywhere = travel(draft.points)
    apart = {
        "cargo_bike": travel_without(draft.points, shop),
        "van": travel_without(draft.points, door),
    }
    assert planning.reachable(draft, apart).unreachable == (1,)
    assert planning.reachable(draft, {**apart, "van": everywhere}) == draft


@pytest.mark.parametrize(
    ("on", "utc"),
    [(date(2026, 3, 29), 8), (date(2026, 10, 25), 9)],
    ids=["spring", "autumn"],
)
def test_on_the_days_clocks_jump_rounds_keep_the_towns_clock(on: date, utc: int) -> None:
    day = Day(date=on, timezone=builders.PARIS)
    starts_at = day.at(time(10))
    base = a_consignment()
    slot = builders.a_kept_slot(starts_at=starts_at, ends_at=day.at(time(12)), cutoff_at=starts_at)
    draft = drafted(
        Consignment(delivery=base.delivery, slot=slot, orders=base.orders),
        trips=[a_trip(time(9), time(12))],
        day=day,
    )
    (planned,) = rounds(draft)
    dropoff = planned.stops[-1].tasks[0]
    assert dropoff.earliest_at == datetime(on.year, on.month, on.day, utc, tzinfo=UTC)
    assert day.at(time(9)) <= planned.departs_at
    assert planned.returns_at <= day.at(time(12))
