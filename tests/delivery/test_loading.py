"""A delivery as one shipment: the right stretch of opening hours, the right deadline."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from delivery.day import Day
from delivery.loading import (
    LONGEST_CHILLED_S,
    LONGEST_FROZEN_S,
    PARCEL_S,
    PROOF_S,
    Consignment,
    Load,
    LoadingDay,
    ShopClosed,
)
from delivery.orders import Fulfilment, Order
from delivery.parcels import Size, Temperature, parcel
from delivery.rounds import StopKind
from delivery.shops import Opening, Shop
from delivery.slots import Slot
from tests import builders

LUNCH = tuple(
    Opening(weekday=day, opens=opens, closes=closes)
    for day in range(6)
    for opens, closes in ((time(9), time(12, 30)), (time(14), time(19)))
)


def a_loading(*shops: Shop, day: date = builders.DAY) -> LoadingDay:
    known = {shop.id: shop for shop in shops or (builders.a_kept_shop(opening_hours=LUNCH),)}
    return LoadingDay(Day(date=day, timezone=builders.PARIS), builders.a_hub(), known)


def local(hour: int, minute: int = 0, *, day: date = builders.DAY) -> datetime:
    return datetime.combine(day, time(hour, minute), builders.PARIS).astimezone(UTC)


def a_slot(first: int, last: int, *, day: date = builders.DAY) -> Slot:
    starts_at, ends_at = local(first, day=day), local(last, day=day)
    return builders.a_kept_slot(starts_at=starts_at, ends_at=ends_at, cutoff_at=starts_at)


def a_consignment(
    *orders: Order, slot: Slot | None = None, fulfilment: Fulfilment = Fulfilment.HOME
) -> Consignment:
    return Consignment(
        delivery=builders.a_kept_delivery(fulfilment=fulfilment),
        slot=slot or a_slot(15, 17),
        orders=orders or (builders.a_kept_order(),),
    )


def load(loading: LoadingDay, consignment: Consignment) -> Load:
    found = loading.load(consignment)
    assert found is not None
    return found


def window(loading: LoadingDay, consignment: Consignment) -> tuple[datetime, datetime]:
    """Return when the first pickup may begin, first and last."""
    task = load(loading, consignment).shipment.pickups[0]
    return loading.day.moment(task.earliest_s), loading.day.moment(task.latest_s)


@pytest.mark.parametrize(
    ("first", "last", "opens", "closes"),
    [
        (10, 12, (9, 0), (12, 30)),
        (12, 14, (9, 0), (12, 30)),
        (15, 17, (14, 0), (19, 0)),
    ],
)
def test_parcels_are_fetched_in_the_last_stretch_before_their_slot_ends(
    first: int, last: int, opens: tuple[int, int], closes: tuple[int, int]
) -> None:
    consignment = a_consignment(slot=a_slot(first, last))
    assert window(a_loading(), consignment) == (local(*opens), local(*closes))


def test_parcels_are_not_fetched_before_they_are_ready() -> None:
    order = builders.a_kept_order(ready_at=local(15, 20))
    assert window(a_loading(), a_consignment(order)) == (local(15, 20), local(19))


def test_the_last_of_a_shops_orders_decides_when_all_are_ready() -> None:
    orders = (
        builders.a_kept_order(1, ready_at=local(14, 30)),
        builders.a_kept_order(2, ready_at=local(15, 10)),
        builders.a_kept_order(3),
    )
    assert window(a_loading(), a_consignment(*orders))[0] == local(15, 10)


def test_what_was_ready_the_day_before_is_fetched_when_the_shop_opens() -> None:
    order = builders.a_kept_order(ready_at=local(14) - timedelta(days=1))
    assert window(a_loading(), a_consignment(order))[0] == local(14)


@pytest.mark.parametrize(
    ("order", "slot"),
    [
        (builders.a_kept_order(), a_slot(7, 9)),
        (builders.a_kept_order(ready_at=local(12, 45)), a_slot(12, 14)),
        (builders.a_kept_order(ready_at=local(19, 1)), a_slot(17, 20)),
    ],
    ids=["opens too late", "ready in the lunch break", "ready after closing"],
)
def test_a_shop_that_is_shut_when_its_parcels_are_due_is_said_so(order: Order, slot: Slot) -> None:
    with pytest.raises(ShopClosed):
        a_loading().load(a_consignment(order, slot=slot))


def test_a_shop_that_does_not_open_that_day_is_shut() -> None:
    sunday = date(2026, 11, 22)
    with pytest.raises(ShopClosed):
        a_loading(day=sunday).load(a_consignment(slot=a_slot(15, 17, day=sunday)))


def test_a_door_is_served_within_its_slot() -> None:
    loading = a_loading()
    dropoff = load(loading, a_consignment()).shipment.dropoff
    assert loading.day.moment(dropoff.earliest_s) == local(15)
    assert loading.day.moment(dropoff.latest_s) == local(17)
    assert dropoff.service_s == PROOF_S + PARCEL_S
    assert loading.spots[dropoff.place].kind is StopKind.DOOR


def test_the_drive_has_its_parcels_a_quarter_of_an_hour_before_its_slot() -> None:
    loading = a_loading()
    consignment = a_consignment(slot=a_slot(15, 17), fulfilment=Fulfilment.DRIVE)
    dropoff = load(loading, consignment).shipment.dropoff
    assert loading.day.moment(dropoff.latest_s) == local(14, 45)
    assert (dropoff.place, dropoff.service_s) == (0, PARCEL_S)


def test_a_shop_that_opens_after_the_drives_deadline_is_fetched_the_stretch_before() -> None:
    consignment = a_consignment(slot=a_slot(14, 16), fulfilment=Fulfilment.DRIVE)
    assert window(a_loading(), consignment) == (local(9), local(12, 30))


BRINGS = builders.a_kept_shop(2, "boulangerie", brings_parcels=True, opening_hours=())


def test_what_a_shop_brings_is_fetched_at_the_hub_half_an_hour_after_it_is_ready() -> None:
    loading = a_loading(BRINGS)
    order = builders.a_kept_order(shop_id=2, ready_at=local(13))
    pickup = load(loading, a_consignment(order)).shipment.pickups[0]
    assert pickup.place == 0
    assert loading.day.moment(pickup.earliest_s) == local(13, 30)
    assert loading.day.moment(pickup.latest_s) == local(17)


def test_what_a_shop_brings_too_late_is_fetched_at_the_end_of_the_slot() -> None:
    loading = a_loading(BRINGS)
    order = builders.a_kept_order(shop_id=2, ready_at=local(18))
    pickup = load(loading, a_consignment(order)).shipment.pickups[0]
    assert pickup.earliest_s == pickup.latest_s == loading.day.seconds(local(17))


def test_what_a_shop_brings_to_the_drive_needs_no_ride() -> None:
    consignment = a_consignment(
        builders.a_kept_order(shop_id=2), fulfilment=Fulfilment.DRIVE, slot=a_slot(15, 17)
    )
    assert a_loading(BRINGS).load(consignment) is None


def test_of_two_shops_only_the_one_that_brings_nothing_to_the_drive_is_fetched_at() -> None:
    loading = a_loading(builders.a_kept_shop(1), BRINGS)
    orders = builders.a_kept_order(1, 1), builders.a_kept_order(2, 2)
    found = load(loading, a_consignment(*orders, fulfilment=Fulfilment.DRIVE))
    assert found.orders == ((1,),)


def test_two_shops_for_one_door_are_two_pickups_and_one_dropoff() -> None:
    other = builders.a_kept_shop(3, "librairie", point=builders.CENTRE)
    loading = a_loading(builders.a_kept_shop(1), other)
    orders = (
        builders.a_kept_order(1, 1),
        builders.a_kept_order(2, 3),
        builders.a_kept_order(3, 1, parcels=(parcel(Size.SMALL), parcel(Size.LARGE))),
    )
    found = load(loading, a_consignment(*orders))
    assert found.orders == ((1, 3), (2,))
    assert len({task.place for task in found.shipment.pickups}) == 2
    assert found.shipment.amounts == ((2_500 + 800 + 7_000, 43, 0, 0), (2_500, 10, 0, 0))
    assert [task.service_s for task in found.shipment.pickups] == [3 * PARCEL_S, PARCEL_S]
    assert found.shipment.dropoff.service_s == PROOF_S + 4 * PARCEL_S


def test_two_deliveries_for_one_door_share_its_place() -> None:
    loading = a_loading()
    one, other = load(loading, a_consignment()), load(loading, a_consignment())
    assert one.shipment.dropoff.place == other.shipment.dropoff.place
    assert len(loading.spots) == 3


@pytest.mark.parametrize(
    ("temperatures", "longest_s"),
    [
        ([Temperature.AMBIENT], None),
        ([Temperature.AMBIENT, Temperature.CHILLED], LONGEST_CHILLED_S),
        ([Temperature.CHILLED, Temperature.FROZEN], LONGEST_FROZEN_S),
    ],
)
def test_the_coldest_parcel_decides_how_long_all_may_ride(
    temperatures: list[Temperature], longest_s: int | None
) -> None:
    parcels = tuple(parcel(Size.SMALL, temperature=each) for each in temperatures)
    found = load(a_loading(), a_consignment(builders.a_kept_order(parcels=parcels)))
    assert found.shipment.longest_ride_s == longest_s


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)], ids=["spring", "autumn"])
def test_on_the_days_clocks_jump_windows_are_the_towns_clock_times(day: date) -> None:
    every_day = builders.all_day(time(9), time(19))
    loading = a_loading(builders.a_kept_shop(opening_hours=every_day), day=day)
    consignment = a_consignment(slot=a_slot(10, 12, day=day))
    assert window(loading, consignment) == (local(9, day=day), local(19, day=day))
    dropoff = load(loading, consignment).shipment.dropoff
    assert dropoff.latest_s - dropoff.earliest_s == 2 * 3600
    assert loading.day.moment(dropoff.latest_s) == local(12, day=day)


def test_two_shops_behind_one_door_are_two_stops() -> None:
    point = builders.a_shop().point
    loading = a_loading(
        builders.a_kept_shop(1, "fromagerie", point=point),
        builders.a_kept_shop(2, "librairie", point=point),
    )
    load(loading, a_consignment(builders.a_kept_order(1, 1), builders.a_kept_order(2, 2)))
    labels = [spot.label for spot in loading.spots if spot.kind is StopKind.SHOP]
    assert labels == ["La fromagerie", "La librairie"]


def test_shops_are_fetched_at_while_the_one_that_closes_first_is_open() -> None:
    morning = builders.all_day(time(9), time(12))
    loading = a_loading(
        builders.a_kept_shop(1, "fromagerie", opening_hours=morning),
        builders.a_kept_shop(2, "librairie", opening_hours=LUNCH),
    )
    orders = (builders.a_kept_order(1, 1), builders.a_kept_order(2, 2))
    pickups = load(loading, a_consignment(*orders)).shipment.pickups
    assert all(loading.day.moment(task.earliest_s) < local(12) for task in pickups)
