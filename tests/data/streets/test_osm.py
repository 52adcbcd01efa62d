"""What is read of a town's file, and the base map drawn from it."""

import gzip
import json

import pytest
from shapely import Point
from shapely.geometry import shape

from data.streets import basemap, osm
from delivery.errors import NoStreet, NotOsm


@pytest.fixture
def full_town(town, tmp_path):
    """Return a square with a house, shops, a pond, a park of two pieces and a wall."""
    town.corner("H", 200, 20, addr__housenumber="12 bis", addr__street="rue du Port")
    town.corner("S", 210, 20, shop="bakery", name="Au bon pain", opening_hours="Tu-Su 07:00-13:00")
    town.corner("V", 220, 20, shop="vacant", name="Ancienne mercerie")
    town.corner("K", 230, 20, craft="shoemaker", name="Le Goff", addr__housenumber="3")
    for name, east, north in (("I", 100, 100), ("J", 150, 100), ("L", 150, 150), ("M", 100, 150)):
        town.corner(name, east, north)
    town.street("ABCD", name="rue du Port")
    town.street("DA", highway="proposed")
    house = {"building": "yes", "addr__housenumber": "7", "addr__place": "le Port"}
    town.street("IJLMI", highway="", **house, addr__postcode="22100", addr__city="Dinan")
    town.street("IJLI", highway="", natural="water", name="l'étang")
    town.street("ACDA", highway="", leisure="park", name="")
    town.street("AIJ", highway="", barrier="city_wall", name="")
    town.street("BJ", highway="", waterway="river", name="la Rance")
    return town.write(tmp_path / "town.osm")


def test_addresses_come_from_doors_and_buildings(full_town, town):
    door, house = osm.read_town(full_town).addresses
    assert (door.number, door.street, door.postcode, door.city) == ("12 bis", "rue du Port", "", "")
    assert door.point == town.points["H"]
    assert (house.number, house.street, house.city) == ("7", "le Port", "Dinan")
    middle = Point(
        (town.points["I"].x + town.points["L"].x) / 2, (town.points["I"].y + town.points["L"].y) / 2
    )
    assert house.point.distance(middle) < 1e-6


def test_shops_and_crafts_have_names_and_hours(full_town):
    bakery, cobbler = osm.read_town(full_town).shops
    assert (bakery.name, bakery.trade) == ("Au bon pain", "bakery")
    assert bakery.opening_hours == "Tu-Su 07:00-13:00"
    assert bakery.osm_id.startswith("node/")
    assert (cobbler.name, cobbler.trade, cobbler.opening_hours) == ("Le Goff", "shoemaker", "")


def test_streets_and_scenery_are_read(full_town, town):
    read = osm.read_town(full_town)
    assert [(street.name, street.kind) for street in read.streets] == [
        ("rue du Port", "residential")
    ]
    assert [(line.name, line.kind) for line in read.lines] == [("", "wall"), ("la Rance", "river")]
    assert {(area.name, area.kind) for area in read.areas} == {("l'étang", "water"), ("", "park")}
    west, south, east, north = read.bounds
    assert (west, south) == (town.points["A"].x, town.points["A"].y)
    assert (east, north) == (town.points["C"].x, town.points["C"].y)


def test_a_text_is_no_map(tmp_path):
    path = tmp_path / "town.osm"
    path.write_text("Bonjour")
    with pytest.raises(NotOsm) as refused:
        osm.read_town(path)
    assert refused.value.parameters["file"] == "town.osm"
    assert "XML" in refused.value.parameters["reason"]


def test_a_broken_off_gz_is_no_map(full_town, tmp_path):
    path = tmp_path / "town.osm.gz"
    path.write_bytes(gzip.compress(full_town.read_bytes())[:-100])
    with pytest.raises(NotOsm):
        osm.read_town(path)


def test_a_map_without_streets_is_refused(town, tmp_path):
    with pytest.raises(NoStreet):
        osm.read_town(town.write(tmp_path / "town.osm"))


def test_krems_has_its_doors_shops_river_and_walls(krems):
    town = osm.read_town(krems)
    assert len(town.addresses) == 289
    assert len(town.shops) == 88
    assert len(town.streets) > 800
    assert {"river", "stream", "railway"} <= {line.kind for line in town.lines}
    assert {"water", "wood", "park"} <= {area.kind for area in town.areas}


def test_helsinki_has_its_doors_and_shops(helsinki):
    town = osm.read_town(helsinki)
    assert len(town.addresses) > 1400
    assert len(town.shops) > 450


def test_the_base_map_paints_areas_below_streets(full_town, tmp_path):
    path = basemap.write_basemap(osm.read_town(full_town), tmp_path / "home")
    drawn = json.loads(path.read_text())
    layers = [feature["properties"]["layer"] for feature in drawn["features"]]
    assert layers == ["area", "area", "line", "line", "street"]
    street = drawn["features"][-1]
    assert street["properties"] == {"layer": "street", "kind": "residential", "name": "rue du Port"}
    assert all(shape(feature["geometry"]).is_valid for feature in drawn["features"])
    assert [path] == list((tmp_path / "home").iterdir())


def test_a_base_map_of_a_real_town_is_small_enough_to_send(krems, tmp_path):
    path = basemap.write_basemap(osm.read_town(krems), tmp_path)
    assert path.stat().st_size < 300_000
    longest = max(
        len(number) for number in path.read_text().split("[[")[1].split("]")[0].split(",")
    )
    assert longest <= len("-15.12345")
