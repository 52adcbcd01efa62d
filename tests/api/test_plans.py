"""A day is planned over real streets, published, and seen by its couriers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta

import pytest
from fastapi.testclient import TestClient
from shapely import Point

import api.operations.intake
import api.operations.orders
import api.operations.plans as plans
import api.operations.publishing as publishing
import data.addresses
import data.fleet
import data.plans
import data.shops
import data.slots
from api.operations.plans import NoVehicle
from data.database import scoped
from data.streets.engine import StreetProcesses
from delivery.day import Day
from delivery.fleet import WorkingPeriod
from delivery.orders import Recipient
from delivery.parcels import HEAVIEST_G, Size, parcel
from delivery.planning import Unserved
from delivery.pooling import DeliveryState
from delivery.rounds import PlanOutdated, PlanPublished, PlanUnknown, RoundState, StopKind
from delivery.slots import NewSlot, SlotKind
from tests import builders
from tests.api.interrupted import Interrupted
from tests.builders import AT_DRIVE, DAY, an_order
from tests.small_town import Town

#: Somebody else fetches at the drive.
DRIVE = {**AT_DRIVE, "recipient": Recipient(name="Paul Le Goff", phone="+33639980002")}


def test_a_plan_is_saved_as_the_referee_passed_it(town: Town, streets: StreetProcesses) -> None:
    one, _, drive = town.take(
        an_order("A-1"), an_order("A-2", shop="librairie"), an_order("A-3", **DRIVE)
    )
    planned = town.plan(streets)
    assert (planned.faults, planned.unserved) == ((), ())
    assert planned.plan.version == 1
    rounds = town.rounds()
    assert {round_.state for round_ in rounds} == {RoundState.DRAFT}
    assert {task.delivery_id for round_ in rounds for task in round_.tasks} == {
        one.delivery_id,
        drive.delivery_id,
    }
    for round_, meant in zip(rounds, planned.rounds, strict=True):
        assert len(round_.legs) == len(round_.stops) + 1
        assert [stop.label for stop in round_.stops] == [stop.label for stop in meant.stops]
        assert round_.distance_m == meant.distance_m > 0
    assert town.delivery(one.delivery_id).state is DeliveryState.PROMISED


def test_a_published_plan_is_what_the_courier_sees(
    client: TestClient, town: Town, streets: StreetProcesses
) -> None:
    (taken, _) = town.take(an_order("A-1", note="code 12B"), an_order("A-2", shop="librairie"))
    town.plan(streets)
    courier = [town.key("courier", vehicle) for vehicle in town.vehicles]
    path = f"/api/v1/courier/rounds?day={DAY}"
    assert [client.get(path, headers=key).json() for key in courier] == [[], []]
    town.publish()
    (mine,) = [seen for key in courier if (seen := client.get(path, headers=key).json())]
    (round_,) = mine
    assert [stop["kind"] for stop in round_["stops"]] == ["shop", "shop", "door"]
    assert round_["state"] == "published"
    assert round_["stops"][-1]["label"] == "12 rue du Port, 22999 Essai"
    (dropoff,) = round_["stops"][-1]["tasks"]
    assert dropoff["needs_proof"] and dropoff["parcels"] == 2
    assert (dropoff["recipient"], dropoff["notes"]) == ("Anne Moreau", ["code 12B"])
    assert round_["stops"][0]["leg"]["steps"][0]["manoeuvre"] == "depart"
    assert round_["way_back"]["distance_m"] > 0
    assert taken.code not in client.get(path, headers=courier[0]).text
    town.clock.moment += timedelta(days=1)
    today = [client.get("/api/v1/courier/rounds", headers=key).json() for key in courier]
    assert mine in today


def test_a_day_without_orders_has_an_empty_plan(town: Town, streets: StreetProcesses) -> None:
    planned = town.plan(streets)
    assert (planned.rounds, planned.unserved, planned.plan.cost_millicents) == ((), (), 0)
    town.publish()


def test_what_the_shops_bring_to_the_drive_needs_no_round(
    town: Town, streets: StreetProcesses
) -> None:
    (taken,) = town.take(an_order(shop="boulangerie", **DRIVE))
    planned = town.plan(streets)
    assert (planned.rounds, planned.unserved) == ((), ())
    town.publish()
    assert town.delivery(taken.delivery_id).state is DeliveryState.PROMISED


def test_what_no_round_takes_is_kept_with_its_reason(town: Town, streets: StreetProcesses) -> None:
    with scoped(town.pool, town.id) as conn:
        data.shops.save(conn, [builders.a_shop("librairie", opening_hours=())])
        far = Point(-2.0506, 48.46)
        data.addresses.save(conn, [builders.an_address(1, "rue du Bout", point=far)])
    heavy = (parcel(Size.BULKY, weight_g=HEAVIEST_G),) * 7
    shut, large, far_off, well = town.take(
        an_order("A-1", shop="librairie"),
        an_order("A-2", address="13 rue du Port", parcels=heavy),
        an_order("A-3", address="1 rue du Bout"),
        an_order("A-4", address="14 rue du Port"),
    )
    planned = town.plan(streets)
    assert {each.delivery_id: each.reason for each in planned.unserved} == {
        shut.delivery_id: "shop_closed",
        large.delivery_id: "too_large",
        far_off.delivery_id: "unreachable",
    }
    with scoped(town.pool, town.id) as conn:
        kept = data.plans.unserved(conn, planned.plan.id)
    assert kept == sorted(planned.unserved, key=lambda each: each.delivery_id)
    assert all(isinstance(each, Unserved) for each in kept)
    town.publish()
    assert town.delivery(well.delivery_id).state is DeliveryState.PLANNED
    assert town.delivery(large.delivery_id).state is DeliveryState.PROMISED


def cancel(town: Town, order_id: int) -> None:
    api.operations.orders.cancel(town.pool, town.id, town.channel.id, order_id, now=town.clock())


def test_an_order_called_off_since_makes_the_plan_outdated(
    town: Town, streets: StreetProcesses
) -> None:
    one, _ = town.take(an_order("A-1"), an_order("A-2", shop="librairie"))
    town.plan(streets)
    cancel(town, one.order_id)
    with pytest.raises(PlanOutdated):
        town.publish()
    town.plan(streets)
    town.publish()


def test_an_order_that_joined_since_makes_the_plan_outdated(
    town: Town, streets: StreetProcesses
) -> None:
    (one,) = town.take(an_order("A-1"))
    town.plan(streets)
    (late,) = town.take(an_order("A-2", shop="librairie"))
    assert late.pooled
    with pytest.raises(PlanOutdated):
        town.publish()
    assert town.delivery(one.delivery_id).state is DeliveryState.PROMISED


def test_an_order_that_joins_while_the_plan_is_published_is_never_left_behind(
    town: Town, streets: StreetProcesses
) -> None:
    (one,) = town.take(an_order("A-1"))
    town.plan(streets)
    with ThreadPoolExecutor(1) as threads:
        with scoped(town.pool, town.id) as conn:
            counter = api.operations.intake.counter(conn, None)
            late = api.operations.intake.take_order(
                conn, counter, town.channel, an_order("A-2", shop="librairie"), now=town.clock()
            )
            publishing = threads.submit(town.publish)
            with pytest.raises(TimeoutError):
                publishing.result(timeout=0.3)
        with pytest.raises(PlanOutdated):
            publishing.result()
    assert late.pooled
    assert town.delivery(one.delivery_id).state is DeliveryState.PROMISED


def test_one_brought_to_the_drive_by_its_shop_does_not(
    town: Town, streets: StreetProcesses
) -> None:
    (one,) = town.take(an_order("A-1", **DRIVE))
    town.plan(streets)
    (late,) = town.take(an_order("A-2", shop="boulangerie", **DRIVE))
    assert late.pooled
    town.publish()
    assert town.delivery(one.delivery_id).state is DeliveryState.PLANNED


def test_a_change_while_the_solver_runs_makes_the_plan_outdated(
    town: Town, streets: StreetProcesses
) -> None:
    one, _ = town.take(an_order("A-1"), an_order("A-2", shop="librairie"))
    meddled = Interrupted(streets, lambda: cancel(town, one.order_id))
    with pytest.raises(PlanOutdated):
        town.plan(meddled)  # type: ignore[arg-type]
    assert (town.count("plans"), town.count("rounds")) == (0, 0)


def test_a_day_without_a_plan_has_nothing_to_publish(town: Town) -> None:
    with pytest.raises(PlanUnknown):
        town.publish()


def test_a_plan_is_published_once(town: Town, streets: StreetProcesses) -> None:
    town.take(an_order())
    town.plan(streets)
    town.publish()
    with pytest.raises(PlanPublished):
        town.publish()


def test_a_draft_gives_way_to_the_next(town: Town, streets: StreetProcesses) -> None:
    town.take(an_order())
    first, second = (town.plan(streets).plan for _ in range(2))
    assert (first.version, second.version) == (1, 2)
    assert (town.count("plans"), len(town.rounds())) == (1, 1)
    with pytest.raises(PlanOutdated):
        publishing.publish(town.pool, town.id, DAY, now=town.clock(), plan_id=first.id)
    publishing.publish(town.pool, town.id, DAY, now=town.clock(), plan_id=second.id)


def test_orders_that_come_after_a_published_plan_are_planned_beside_it(
    town: Town, streets: StreetProcesses
) -> None:
    town.take(an_order("A-1"))
    town.plan(streets)
    town.publish()
    (late,) = town.take(an_order("A-2", address="20 rue du Port"))
    planned = town.plan(streets)
    assert planned.plan.version == 2
    assert [each.delivery_id for each in planned.unserved] == []
    town.publish()
    assert town.delivery(late.delivery_id).state is DeliveryState.PLANNED
    assert len({(each.vehicle_id, each.departs_at) for each in town.rounds()}) == 2


def test_a_town_without_a_hub_or_a_free_vehicle_cannot_plan(
    town: Town, streets: StreetProcesses
) -> None:
    with scoped(town.pool, town.id) as conn:
        conn.execute("DELETE FROM vehicles")
    with pytest.raises(plans.NoVehicle):
        town.plan(streets)
    with scoped(town.pool, town.id) as conn:
        conn.execute("DELETE FROM hubs")
    with pytest.raises(plans.NoHub):
        town.plan(streets)


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)], ids=["spring", "autumn"])
def test_on_the_days_clocks_jump_a_slot_is_served_at_its_clock_time(
    town: Town, streets: StreetProcesses, day: date
) -> None:
    clock = Day(date=day, timezone=builders.PARIS)
    starts_at = clock.at(time(10))
    town.clock.moment = starts_at - timedelta(days=1)
    with scoped(town.pool, town.id) as conn:
        ends_at = clock.at(time(12))
        slot = NewSlot(
            kind=SlotKind.HOME,
            starts_at=starts_at,
            ends_at=ends_at,
            cutoff_at=starts_at,
            capacity=1,
        )
        data.slots.publish(conn, [slot])
        hours = (WorkingPeriod(starts=time(9), ends=time(12)),)
        data.fleet.save(
            conn, [builders.a_bike(periods=hours), builders.a_bike("Vélo 2", periods=hours)]
        )
    town.take(an_order(slot_starts_at=starts_at))
    planned = plans.plan_day(
        town.pool, town.id, day, streets, now=town.clock(), seconds=None, iterations=50
    )
    (round_,) = planned.rounds
    assert round_.stops[-1].kind is StopKind.DOOR
    assert starts_at <= round_.stops[-1].tasks[0].planned_at <= ends_at
    assert clock.at(time(9)) <= round_.departs_at <= round_.returns_at <= ends_at


def test_a_plan_is_published_only_if_it_is_the_one_that_was_looked_at(
    town: Town, streets: StreetProcesses
) -> None:
    town.take(an_order("A-1"))
    seen = town.plan(streets)
    newer = town.plan(streets)
    assert newer.plan.version == seen.plan.version + 1
    publish = publishing.publish
    with pytest.raises(PlanOutdated):
        publish(town.pool, town.id, DAY, now=town.clock(), plan_id=seen.plan.id)
    publish(town.pool, town.id, DAY, now=town.clock(), plan_id=newer.plan.id)


def test_planned_during_the_day_no_round_leaves_in_the_past(
    town: Town, streets: StreetProcesses
) -> None:
    town.take(an_order("A-1"))
    town.clock.moment = datetime.fromisoformat("2026-11-20T14:40:00+01:00")
    planned = town.plan(streets)
    assert planned.unserved == ()
    assert all(each.departs_at >= town.clock.moment for each in planned.rounds)
    town.clock.moment = datetime.fromisoformat("2026-11-20T19:30:00+01:00")
    with pytest.raises(NoVehicle):
        town.plan(streets)
