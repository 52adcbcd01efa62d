"""A day of orders that the fleet can serve and the slots can hold."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date

from shapely import Point

import delivery.addresses
from data.demo.day import orders_of_day
from data.demo.slots import slots_of_day
from data.demo.spelling import folds_to
from delivery.orders import Fulfilment
from delivery.parcels import Temperature
from delivery.slots import SlotKind

FRIDAY = date(2026, 11, 20)
PARIS = "Europe/Paris"


def drops(orders):
    """Pool the day's orders by recipient and slot."""
    pooled = defaultdict(list)
    for each in orders:
        if each.order.slot_starts_at is not None:
            order = each.order
            pooled[order.recipient, order.fulfilment, order.slot_starts_at].append(order)
    return pooled


def test_the_day_has_its_orders_and_its_shares(orders):
    kinds = Counter(each.order.fulfilment for each in orders)
    assert len(orders) == 250
    assert kinds[Fulfilment.HOME] == 150
    assert kinds[Fulfilment.DRIVE] == 62
    assert kinds[Fulfilment.COUNTER] == 38


def test_about_a_hundred_and_ninety_people_order_and_some_from_several_shops(orders):
    people = Counter(each.order.recipient for each in orders)
    assert len(people) == 190
    assert sum(count > 1 for count in people.values()) == 35
    pooled = drops(orders)
    assert sum(len({order.shop for order in mine}) > 1 for mine in pooled.values()) == 35
    for mine in pooled.values():
        assert len({(order.address, order.point, order.note) for order in mine}) == 1


def test_no_slot_gets_more_drops_than_its_capacity(orders):
    kinds = {Fulfilment.HOME: SlotKind.HOME, Fulfilment.DRIVE: SlotKind.DRIVE}
    taken = Counter((kinds[kind], starts_at) for _, kind, starts_at in drops(orders))
    capacity = {(slot.kind, slot.starts_at): slot.capacity for slot in slots_of_day(FRIDAY, PARIS)}
    assert all(count <= capacity[key] for key, count in taken.items())
    assert len(taken) == len(capacity)


def test_home_orders_name_a_door_the_town_knows(orders, places):
    by_key = {door.key: door for door in places.addresses}
    home = [each.order for each in orders if each.order.fulfilment is Fulfilment.HOME]
    written = [order.address for order in home if order.address is not None]
    for text in written:
        door, postcode = delivery.addresses.split_town(text)
        found = by_key[delivery.addresses.fold(door)]
        assert folds_to(text, found)
        assert postcode in (None, "22999")
    assert 0 < sum(order.point is not None for order in home) < len(home) / 5
    assert all((order.address is None) != (order.point is None) for order in home)
    labels = {door.label for door in places.addresses}
    assert sum(text not in labels for text in written) > len(written) / 2


def test_shops_are_open_when_the_goods_are_ready_and_before_the_window_ends(orders, town_trade):
    ends = {(slot.kind.value, slot.starts_at): slot.ends_at for slot in slots_of_day(FRIDAY, PARIS)}
    shops = {shop.code: shop for shop in town_trade.shops}
    for each in orders:
        order = each.order
        ready = order.ready_at.time()
        stretches = shops[order.shop].hours(FRIDAY)
        assert any(stretch.opens <= ready < stretch.closes for stretch in stretches)
        if order.slot_starts_at is not None:
            assert order.ready_at < ends[order.fulfilment.value, order.slot_starts_at]


def test_most_doors_are_near_the_hub_and_some_are_far(orders, town_trade, places):
    by_key = {door.key: door.point for door in places.addresses}
    far = near = 0
    for _, mine in drops(orders).items():
        order = mine[0]
        if order.fulfilment is not Fulfilment.HOME:
            continue
        point = (
            order.point
            or by_key[delivery.addresses.fold(delivery.addresses.split_town(order.address)[0])]
        )
        away = Point(point.x, point.y).distance(town_trade.hub.point) * 90_000
        near += away < 1_500
        far += away > 2_200
    assert near > 80
    assert 1 <= far <= 15


def test_parcels_are_cold_fragile_and_checked_where_the_trade_asks(orders, town_trade):
    trades = {shop.code: shop.trade for shop in town_trade.shops}
    parcels = [
        (trades[each.order.shop], parcel) for each in orders for parcel in each.order.parcels
    ]
    assert all(
        parcel.temperature is Temperature.CHILLED
        for trade, parcel in parcels
        if trade == "boucherie"
    )
    assert all(parcel.age_check for trade, parcel in parcels if trade == "caviste")
    assert {parcel.temperature for _, parcel in parcels} == set(Temperature)
    assert all(800 <= each.order.basket_cents <= 12_000 for each in orders)


def test_phones_are_kept_for_fiction_and_references_are_distinct(orders):
    assert all(each.order.recipient.phone.startswith("+3363998") for each in orders)
    assert all(len(each.order.recipient.phone) == 12 for each in orders)
    assert len({(each.channel, each.order.reference) for each in orders}) == len(orders)


def test_the_same_seed_and_day_bring_the_same_orders(orders, town_trade, places):
    again = orders_of_day(town_trade, places, day=FRIDAY, timezone=PARIS, seed=2026)
    assert again == orders
    monday = orders_of_day(
        town_trade, places, day=date(2026, 11, 24), timezone=PARIS, seed=2026, orders=60
    )
    assert len(monday) == 60


def test_a_town_with_few_doors_has_several_people_behind_each(town_trade, places):
    village = replace(places, addresses=places.addresses[:20])
    crowd = orders_of_day(town_trade, village, day=FRIDAY, timezone=PARIS, seed=1)
    assert len(crowd) == 250
