"""The fictional town has the size of Dinan's network and everything that makes streets hard."""

import math
from collections import defaultdict
from itertools import pairwise

import shapely
from shapely import LineString

import delivery.addresses
from data.demo.town import write_town

CARS = {"secondary", "tertiary", "unclassified", "residential", "living_street"}


def metres(one, other):
    """Measure between two (lon, lat), well enough within a town."""
    east = (other[0] - one[0]) * 111_320 * math.cos(math.radians(one[1]))
    return math.hypot(east, (other[1] - one[1]) * 111_200)


def kilometres(sheet):
    return (
        sum(
            metres(sheet.places[one], sheet.places[other])
            for way in sheet.streets
            for one, other in pairwise(way.nodes)
        )
        / 1_000
    )


def reached(start, ahead):
    seen, waiting = {start}, [start]
    while waiting:
        fresh = [spot for spot in ahead[waiting.pop()] if spot not in seen]
        seen.update(fresh)
        waiting += fresh
    return seen


def strongly_connected(ways, *, forward, backward):
    """Return the nodes a rider can reach from the first way and come back from."""
    ahead, back = defaultdict(list), defaultdict(list)
    for way in ways:
        for one, other in pairwise(way.nodes):
            if forward(way):
                ahead[one].append(other)
                back[other].append(one)
            if backward(way):
                ahead[other].append(one)
                back[one].append(other)
    start = next(way for way in ways if way.tags["highway"] == "secondary").nodes[0]
    return reached(start, ahead) & reached(start, back)


def test_the_same_seed_writes_the_same_bytes(town_file, tmp_path):
    again = tmp_path / "again.osm"
    write_town(again, seed=2026)
    assert again.read_bytes() == town_file.read_bytes()


def test_another_seed_makes_another_town(town_file, tmp_path):
    other = tmp_path / "other.osm"
    write_town(other, seed=7)
    assert other.read_bytes() != town_file.read_bytes()


def test_the_network_has_the_size_of_dinans(sheet):
    junctions = {node for node, degree in sheet.degrees().items() if degree != 2}
    pieces = sum(sum(node in junctions for node in way.nodes[1:-1]) + 1 for way in sheet.streets)
    one_way = sum("oneway" in way.tags for way in sheet.streets)
    assert 700 <= len(junctions) <= 820
    assert 1_500 <= 2 * pieces - one_way <= 1_750
    assert 140 <= kilometres(sheet) <= 160


def test_every_way_of_riding_and_walking_is_there(sheet):
    kinds = {way.tags["highway"] for way in sheet.highways.values()}
    assert kinds >= {*CARS, "pedestrian", "footway", "steps"}
    steep = [way for way in sheet.streets if way.tags.get("incline") == "-14%"]
    assert steep
    assert all(way.tags["surface"] == "cobblestone" for way in steep)
    assert {way.tags["name"] for way in sheet.streets if "bridge" in way.tags} == {
        "Pont des Gabares",
        "Pont Neuf",
    }


def test_one_way_streets_run_both_ways_of_drawing_and_some_let_bikes_back(sheet):
    directions = [way.tags["oneway"] for way in sheet.streets if "oneway" in way.tags]
    assert {"yes", "-1"} == set(directions)
    assert any(way.tags.get("oneway:bicycle") == "no" for way in sheet.streets)
    assert any("oneway:bicycle" not in way.tags for way in sheet.streets if "oneway" in way.tags)


def test_pedestrian_streets_are_ridden_or_pushed_through(sheet):
    closed = [way for way in sheet.streets if way.tags["highway"] == "pedestrian"]
    assert {way.tags["bicycle"] for way in closed} == {"yes", "dismount"}


def test_bollards_stand_inside_streets(sheet):
    bollards = {node for node, tags in sheet.tags.items() if tags.get("barrier") == "bollard"}
    inside = {node for way in sheet.streets for node in way.nodes[1:-1]}
    assert len(bollards) >= 3
    assert bollards <= inside


def test_turn_restrictions_join_ways_that_meet(sheet):
    kinds = [tags["restriction"] for _, tags in sheet.relations]
    assert len(kinds) >= 6
    assert {kind.split("_")[0] for kind in kinds} == {"no", "only"}
    over_ways = 0
    for members, _ in sheet.relations:
        (_, origin, _), (via_type, via, _), (_, target, _) = members
        first, last = sheet.highways[origin].nodes, sheet.highways[target].nodes
        between = sheet.highways[via].nodes if via_type == "w" else [via]
        over_ways += via_type == "w"
        assert set(first) & {between[0], between[-1]}
        assert set(last) & {between[0], between[-1]}
    assert over_ways == 1


def test_streets_pass_the_ramparts_at_the_gates_only(sheet):
    wall = next(way for way in sheet.others if way.tags.get("barrier") == "city_wall")
    line = LineString([sheet.places[node] for node in wall.nodes])
    streets = [LineString([sheet.places[node] for node in way.nodes]) for way in sheet.streets]
    passages = [each for each in streets if each.intersects(line)]
    gates = [tags for tags in sheet.tags.values() if tags.get("historic") == "city_gate"]
    assert len(gates) == len(passages) == 6


def test_a_bike_gets_everywhere_and_back(sheet):
    def back(way):
        return "oneway" not in way.tags or way.tags.get("oneway:bicycle") == "no"

    inside = strongly_connected(
        sheet.streets,
        forward=lambda way: back(way) or way.tags["oneway"] == "yes",
        backward=lambda way: back(way) or way.tags["oneway"] == "-1",
    )
    assert inside == {node for way in sheet.streets for node in way.nodes}


def test_a_van_gets_everywhere_but_the_pedestrian_centre(sheet):
    bollards = {node for node, tags in sheet.tags.items() if tags.get("barrier") == "bollard"}
    ways = [
        way
        for way in sheet.streets
        if way.tags["highway"] in CARS and not bollards.intersection(way.nodes)
    ]
    inside = strongly_connected(
        ways,
        forward=lambda way: way.tags.get("oneway") != "-1",
        backward=lambda way: way.tags.get("oneway") != "yes",
    )
    assert inside == {node for way in ways for node in way.nodes}


def test_doors_have_one_key_each_and_stand_beside_their_street(sheet):
    doors = {node: tags for node, tags in sheet.tags.items() if "addr:housenumber" in tags}
    keys = {
        delivery.addresses.fold(f"{tags['addr:housenumber']} {tags['addr:street']}")
        for tags in doors.values()
    }
    assert 1_900 <= len(doors) == len(keys) <= 2_100
    flat = {node: (0.664 * lon, lat) for node, (lon, lat) in sheet.places.items()}
    tree = shapely.STRtree(
        [LineString([flat[node] for node in way.nodes]) for way in sheet.streets]
    )
    for node, tags in doors.items():
        nearest = sheet.streets[int(tree.nearest(shapely.Point(flat[node])))]
        assert nearest.tags["name"] == tags["addr:street"]


def test_shops_have_a_name_hours_and_a_door(sheet):
    shops = [tags for tags in sheet.tags.values() if "shop" in tags]
    assert 130 <= len(shops) <= 150
    assert all({"name", "opening_hours", "addr:street"} <= set(tags) for tags in shops)
    assert len({tags["name"] for tags in shops}) == len(shops)


def test_the_town_says_that_it_is_fictional(town_file, sheet):
    assert b"fictional" in town_file.read_bytes()[:300]
    town = next(tags for tags in sheet.tags.values() if tags.get("place") == "town")
    assert "fictional" in town["note"]
    hamlets = [tags for tags in sheet.tags.values() if tags.get("place") == "hamlet"]
    assert len(hamlets) == 8


def test_the_map_has_water_woods_a_park_and_walls(sheet):
    pairs = {pair for way in sheet.others for pair in way.tags.items()}
    assert pairs >= {
        ("natural", "water"),
        ("landuse", "forest"),
        ("leisure", "park"),
        ("landuse", "commercial"),
    }
