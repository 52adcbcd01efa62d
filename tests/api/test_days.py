"""A day as people look at it: free slots, figures, the courier's sheets."""

from datetime import timedelta

import api.operations.days as days
import api.operations.orders
import api.operations.rides
from data.streets.engine import StreetProcesses
from delivery.orders import Fulfilment
from delivery.proofs import EventKind
from delivery.rounds import TaskKind
from delivery.slots import SlotKind
from tests.builders import DAY, a_slot, an_event, an_order
from tests.small_town import Town


def starts(town: Town, kind: SlotKind | None = None, *, on: object = DAY) -> list[object]:
    found = days.free_slots(
        town.pool,
        town.id,
        day=on,  # type: ignore[arg-type]
        kind=kind,
        now=town.clock(),
    )
    return [slot.starts_at for slot in found]


def test_a_free_slot_has_places_left_and_its_cut_off_ahead(town: Town) -> None:
    assert len(starts(town)) == 4
    evening = a_slot(hour=16).starts_at
    town.take(
        *(an_order(f"A-{n}", address=f"{n} rue du Port", slot_starts_at=evening) for n in (1, 2))
    )
    assert evening not in starts(town)
    town.clock.moment = a_slot(hour=14).cutoff_at
    assert starts(town) == [a_slot(hour=15).starts_at]


def test_slots_are_told_by_kind_and_by_day(town: Town) -> None:
    assert starts(town, SlotKind.DRIVE) == [a_slot(hour=15).starts_at]
    assert starts(town, on=DAY + timedelta(days=1)) == []


def test_without_a_day_it_is_the_towns_today(town: Town) -> None:
    assert starts(town, on=None) == []
    town.clock.moment = a_slot(hour=9).starts_at.replace(hour=0) - timedelta(minutes=30)
    assert town.clock().date() != DAY
    assert len(starts(town, on=None)) == 4


def sheet(town: Town) -> days.DaySheet:
    return days.sheet(town.pool, town.id, DAY, now=town.clock())


def test_figures_count_what_was_promised_and_not_called_off(town: Town) -> None:
    one, *_ = town.take(
        an_order("A-1"),
        an_order("A-2", shop="librairie"),
        an_order("A-3", shop="boulangerie"),
        an_order("A-4", address="20 rue du Port"),
        an_order(
            "A-5",
            fulfilment=Fulfilment.COUNTER,
            address=None,
            slot_starts_at=None,
            ready_at=a_slot().starts_at,
        ),
    )
    figures = sheet(town).figures
    assert (figures.orders, figures.deliveries, figures.saved_drops) == (5, 2, 2)
    api.operations.orders.cancel(
        town.pool, town.id, town.channel.id, one.order_id, now=town.clock()
    )
    figures = sheet(town).figures
    assert (figures.orders, figures.deliveries, figures.saved_drops) == (4, 2, 1)


def test_figures_follow_the_ride(town: Town, streets: StreetProcesses) -> None:
    town.take(an_order("A-1"), an_order("A-2", address="20 rue du Port"))
    town.plan(streets)
    town.publish()
    before = sheet(town).figures
    assert (before.rounds, before.done, before.proven, before.unserved) == (1, 0, 0, 0)
    assert before.distance_m > 0 and before.cost_millicents > 0 and before.duration_s > 0
    (round_,) = town.rounds()
    in_time, late = (task for task in round_.tasks if task.kind is TaskKind.DROPOFF)
    town.clock.moment = late.latest_at + timedelta(hours=1)
    api.operations.rides.record(
        town.pool,
        town.id,
        round_.vehicle_id,
        [
            an_event(
                EventKind.DELIVERED,
                round_id=round_.id,
                task_id=task.id,
                device_at=moment,
                payload={"note": "au voisin"},
            )
            for task, moment in (
                (in_time, in_time.latest_at),
                (late, late.latest_at + timedelta(seconds=1)),
            )
        ],
        now=town.clock(),
    )
    after = sheet(town).figures
    assert (after.done, after.on_time, after.proven, after.failed) == (2, 1, 2, 0)


def test_a_courier_sees_published_rounds_of_its_own_vehicle(
    town: Town, streets: StreetProcesses
) -> None:
    town.take(an_order())
    town.plan(streets)

    def seen() -> list[int]:
        return [
            len(
                days.round_sheets(town.pool, town.id, day=DAY, vehicle_id=vehicle, now=town.clock())
            )
            for vehicle in town.vehicles
        ]

    assert seen() == [0, 0]
    town.publish()
    assert sorted(seen()) == [0, 1]
