"""The demo's trade: shops with real-looking papers, a hub, vehicles and zones."""

from datetime import date, timedelta

import pytest
from shapely import Point
from stdnum.fr import siret

from data.demo.slots import slots_of_day
from data.demo.trade import ShopPlace, TownPlaces, trade
from data.opening_hours import openings
from delivery.addresses import NewAddress
from delivery.slots import SlotKind

TUESDAY = date(2026, 11, 17)


def a_door(number, *, east=0):
    return NewAddress(
        number=str(number),
        street="Hauptstraße",
        postcode="3500",
        city="Krems",
        point=Point(15.6 + 0.0001 * number + east, 48.41),
    )


def test_a_hundred_and_twenty_shops_have_codes_and_sirets_of_their_own(town_trade):
    shops = town_trade.shops
    assert len(shops) == len({shop.code for shop in shops}) == 120
    assert len({shop.siret for shop in shops}) == 120
    assert all(siret.is_valid(shop.siret) for shop in shops)
    assert all(shop.address for shop in shops)


def test_shops_are_open_from_tuesday_to_saturday(town_trade):
    for offset in range(5):
        day = TUESDAY + timedelta(days=offset)
        assert all(shop.hours(day) for shop in town_trade.shops)


def test_a_few_shops_bring_their_parcels_and_most_accept_a_residual(town_trade):
    assert sum(shop.brings_parcels for shop in town_trade.shops) == 12
    assert sum(shop.accepts_residual for shop in town_trade.shops) > 90


def test_the_hub_has_a_drive_and_stands_at_a_door(town_trade, places):
    assert town_trade.hub.has_drive
    assert town_trade.hub.point in {door.point for door in places.addresses}


def test_two_bikes_and_a_van_ride(town_trade):
    profiles = [vehicle.profile for vehicle in town_trade.vehicles]
    assert profiles == ["cargo_bike", "cargo_bike", "van"]


def test_the_zones_grow_outwards_and_hold_every_door(town_trade, places):
    assert [zone.code for zone in town_trade.zones] == ["centre", "ville", "campagne"]
    sizes = [zone.area.area for zone in town_trade.zones]
    assert sizes == sorted(sizes)
    country = town_trade.zones[-1].area
    assert all(country.contains(door.point) for door in places.addresses)
    counted = [
        sum(zone.area.contains(door.point) for door in places.addresses)
        for zone in town_trade.zones
    ]
    assert counted == sorted(counted)
    assert counted[0] > 100


def test_the_same_seed_makes_the_same_trade(town_trade, places):
    assert trade(places, seed=2026) == town_trade


def test_a_town_with_few_shops_gets_invented_ones():
    bakery = ShopPlace(
        name="Bäckerei Schmidl",
        trade="bakery",
        point=Point(15.603, 48.41),
        opening_hours="Mo-Fr 07:00-18:00; Sa 07:00-12:00",
        address="30 Hauptstraße",
    )
    places = TownPlaces(shops=(bakery,), addresses=tuple(a_door(n) for n in range(1, 400)))
    made = trade(places, seed=1)
    assert len(made.shops) == 120
    assert made.shops[0].name == "Bäckerei Schmidl"
    assert made.shops[0].hours(TUESDAY + timedelta(days=4))[0].closes.hour == 12
    assert len({shop.name for shop in made.shops}) == 120


def test_hairdressers_deliver_nothing():
    cut = ShopPlace(
        name="Salon", trade="hairdresser", point=Point(15.6, 48.41), opening_hours=None, address=""
    )
    places = TownPlaces(shops=(cut,), addresses=tuple(a_door(n) for n in range(1, 400)))
    assert "Salon" not in {shop.name for shop in trade(places, seed=1).shops}


def test_a_town_without_doors_is_refused():
    with pytest.raises(ValueError, match="no addresses"):
        TownPlaces(shops=(), addresses=())


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Tu-Sa 09:00-12:30,14:00-19:00", {1, 2, 3, 4, 5}),
        ("Mo-Fr 09:00-18:00; We off", {0, 1, 3, 4}),
        ("Fr-Mo 10:00-12:00; PH off", {4, 5, 6, 0}),
        ("Mo,We 9:00-12:00", {0, 2}),
    ],
)
def test_simple_hours_are_read(text, days):
    assert {opening.weekday for opening in openings(text)} == days


@pytest.mark.parametrize(
    "text", ["24/7", "sunrise-sunset", "Mo-Fr 18:00-02:00", "Mo[1] 10:00-12:00", "Xx 10:00-11:00"]
)
def test_harder_hours_are_left_to_the_trades_habits(text):
    assert openings(text) is None


def test_hours_longer_than_osm_has_are_not_pondered():
    rule = "Mo 09:00-10:00"
    assert openings(rule + "; " + rule) is not None
    assert openings("; ".join([rule] * 20)) is None
    assert openings("Mo" + " " * 100_000 + "x") is None


def test_morning_slots_close_the_evening_before_and_others_two_hours_ahead():
    slots = slots_of_day(TUESDAY, "Europe/Paris")
    home = [slot for slot in slots if slot.kind is SlotKind.HOME]
    assert [slot.starts_at.hour for slot in home] == [10, 12, 14, 16, 17]
    assert home[0].cutoff_at.date() == TUESDAY - timedelta(days=1)
    assert home[0].cutoff_at.hour == 18
    assert home[2].starts_at - home[2].cutoff_at == timedelta(hours=2)
    assert sum(slot.capacity for slot in home) >= 150
