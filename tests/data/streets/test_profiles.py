"""What a loaded cargo bike and a 3.5 t van may do, street by street."""

import pytest
from shapely import Point

from data.streets import build, engine
from delivery.errors import OutOfReach, Refusal

BIKE, VAN = "cargo_bike", "van"


def seconds(streets, profile: str, start: Point, end: Point) -> int:
    return int(streets.table([start, end], profile=profile).duration_s[0, 1])


def metres(streets, profile: str, start: Point, end: Point) -> int:
    return int(streets.table([start, end], profile=profile).distance_m[0, 1])


def detours(town, opened, **tags: str) -> dict[str, int]:
    """Metres from A to B by profile where the direct street has these tags and the ring is open."""
    town.street("AB", **tags)
    town.street("BCDA", name="ring")
    streets = opened(town)
    return {p: metres(streets, p, town.points["A"], town.points["B"]) for p in (BIKE, VAN)}


DIRECT, AROUND = pytest.approx(400, abs=3), pytest.approx(1200, abs=6)


def test_both_take_a_plain_street(town, opened):
    assert detours(town, opened) == {BIKE: DIRECT, VAN: DIRECT}


@pytest.mark.parametrize(
    "tags",
    [
        {"oneway": "-1"},
        {"oneway": "reverse"},
        {"oneway": "-1", "highway": "living_street"},
        {"junction": "roundabout", "oneway": "-1"},
    ],
)
def test_a_street_against_its_drawing_is_taken_by_nobody(town, opened, tags):
    assert detours(town, opened, **tags) == {BIKE: AROUND, VAN: AROUND}


@pytest.mark.parametrize("oneway", ["yes", "1", "true"])
def test_a_one_way_street_is_open_along_and_closed_against(town, opened, oneway):
    town.street("AB", oneway=oneway)
    town.street("BCDA")
    streets = opened(town)
    a, b = town.points["A"], town.points["B"]
    for profile in (BIKE, VAN):
        assert metres(streets, profile, a, b) == DIRECT
        assert metres(streets, profile, b, a) == AROUND


@pytest.mark.parametrize(
    "contraflow",
    [
        {"oneway__bicycle": "no"},
        {"cycleway": "opposite"},
        {"cycleway": "opposite_lane"},
        {"cycleway__left": "opposite_track"},
        {"cycleway__left": "lane", "cycleway__left__oneway": "-1"},
    ],
)
def test_a_contraflow_lets_bikes_ride_against_and_vans_around(town, opened, contraflow):
    assert detours(town, opened, oneway="-1", **contraflow) == {BIKE: DIRECT, VAN: AROUND}


def test_a_roundabout_goes_one_way_without_a_sign(town, opened):
    town.street("ABCDA", junction="roundabout")
    streets = opened(town)
    for profile in (BIKE, VAN):
        assert metres(streets, profile, town.points["B"], town.points["A"]) == AROUND


@pytest.mark.parametrize("highway", ["steps", "motorway", "trunk", "proposed", "construction"])
def test_a_bike_never_takes(town, opened, highway):
    assert detours(town, opened, highway=highway, bicycle="yes", oneway="no")[BIKE] == AROUND


def test_nobody_takes_steps_even_with_a_ramp(town, opened):
    steps = {"highway": "steps", "ramp:bicycle": "yes", "bicycle": "yes", "motor_vehicle": "yes"}
    assert detours(town, opened, **steps) == {BIKE: AROUND, VAN: AROUND}


@pytest.mark.parametrize(
    ("tags", "walk_s", "ride_s"),
    [
        ({"highway": "pedestrian"}, 280, 300),
        ({"highway": "footway"}, 280, 300),
        ({"vehicle": "no"}, 280, 300),
        ({"bicycle": "dismount"}, 280, 300),
        ({"highway": "pedestrian", "bicycle": "yes"}, 170, 190),
        ({"highway": "footway", "bicycle": "designated"}, 115, 130),
    ],
    ids=str,
)
def test_a_bike_is_pushed_among_feet_and_ridden_slowly_where_it_is_let_in(
    town, opened, tags, walk_s, ride_s
):
    town.street("AB", **tags)
    town.street("BC")
    a, b = town.points["A"], town.points["B"]
    assert walk_s <= seconds(opened(town), BIKE, a, b) <= ride_s


@pytest.mark.parametrize(
    "tags", [{"highway": "pedestrian"}, {"highway": "footway"}, {"vehicle": "no"}], ids=str
)
def test_a_street_for_feet_is_refused_to_the_van(town, opened, tags):
    assert detours(town, opened, **tags)[VAN] == AROUND


def test_a_van_delivers_in_a_pedestrian_street_that_lets_deliveries_in(town, opened):
    town.street("AB", highway="pedestrian", motor_vehicle="delivery")
    town.street("BC")
    streets = opened(town)
    assert metres(streets, VAN, town.points["A"], town.points["B"]) == DIRECT
    assert seconds(streets, VAN, town.points["A"], town.points["B"]) > 190, "at a walk"


@pytest.mark.parametrize("highway", ["cycleway", "path", "footway"])
def test_a_van_never_takes(town, opened, highway):
    assert detours(town, opened, highway=highway)[VAN] == AROUND


@pytest.mark.parametrize("value", ["delivery", "destination", "customers", "yes", "no;delivery"])
def test_access_granted_to_deliveries_is_granted_to_the_van(town, opened, value):
    assert detours(town, opened, motor_vehicle=value) == {BIKE: DIRECT, VAN: DIRECT}


@pytest.mark.parametrize("value", ["no", "private", "agricultural;forestry"])
def test_closed_access_is_closed_to_both(town, opened, value):
    assert detours(town, opened, access=value) == {BIKE: AROUND, VAN: AROUND}


def test_the_more_specific_access_tag_decides(town, opened):
    open_to_bikes = {"access": "no", "bicycle": "yes"}
    assert detours(town, opened, **open_to_bikes) == {BIKE: DIRECT, VAN: AROUND}


def test_a_motorroad_is_no_street_for_a_bike(town, opened):
    roads = {"highway": "primary", "motorroad": "yes"}
    assert detours(town, opened, **roads) == {BIKE: AROUND, VAN: DIRECT}


@pytest.mark.parametrize(
    ("barrier", "bike", "van"),
    [
        ({"barrier": "bollard"}, DIRECT, AROUND),
        ({"barrier": "bollard", "motor_vehicle": "delivery"}, DIRECT, DIRECT),
        ({"barrier": "bollard", "maxwidth": "0.7"}, AROUND, AROUND),
        ({"barrier": "gate"}, AROUND, AROUND),
        ({"barrier": "gate", "access": "yes"}, DIRECT, DIRECT),
        ({"barrier": "gate", "access": "yes", "locked": "yes"}, AROUND, AROUND),
        ({"barrier": "cycle_barrier"}, AROUND, AROUND),
        ({"barrier": "height_restrictor", "maxheight": "2.1"}, DIRECT, AROUND),
        ({"barrier": "height_restrictor", "maxheight": "3"}, DIRECT, DIRECT),
        ({"barrier": "lift_gate", "access": "private"}, AROUND, AROUND),
        ({"highway": "crossing", "bicycle": "no"}, DIRECT, DIRECT),
    ],
    ids=str,
)
def test_what_stands_in_the_street_lets_through(town, opened, barrier, bike, van):
    town.corner("X", 200, 0, **barrier)
    town.street("AXB")
    town.street("BCDA")
    streets = opened(town)
    a, b = town.points["A"], town.points["B"]
    assert [metres(streets, profile, a, b) for profile in (BIKE, VAN)] == [bike, van]


@pytest.mark.parametrize(
    ("limit", "van"),
    [
        ({"maxwidth": "2"}, AROUND),
        ({"maxwidth": "2,1 m"}, AROUND),
        ({"maxwidth": "7'"}, AROUND),
        ({"maxwidth": "2.3"}, DIRECT),
        ({"maxheight": "2.5"}, AROUND),
        ({"maxheight": "9'6\""}, DIRECT),
        ({"maxweight": "2.8"}, AROUND),
        ({"maxweight": "3000 kg"}, AROUND),
        ({"maxweight": "3.5"}, DIRECT),
        ({"maxheight": "default"}, DIRECT),
    ],
    ids=str,
)
def test_a_van_too_big_for_the_sign_goes_around(town, opened, limit, van):
    assert detours(town, opened, **limit) == {BIKE: DIRECT, VAN: van}


def test_a_lane_narrower_than_the_bike_is_no_lane(town, opened):
    assert detours(town, opened, maxwidth="0.8") == {BIKE: AROUND, VAN: AROUND}


@pytest.mark.parametrize("except_bikes", [False, True])
def test_a_forbidden_turn_is_obeyed(town, opened, except_bikes):
    town.corner("E", 200, -200)
    town.corner("X", 200, 0)
    start, end = town.street("EX"), town.street("AX")
    town.street("XB")
    town.street("BCDA")
    excepted = {"except": "bicycle"} if except_bikes else {}
    town.restriction(start, "X", end, restriction="no_left_turn", **excepted)
    streets = opened(town)
    left = [metres(streets, p, town.points["E"], town.points["A"]) for p in (BIKE, VAN)]
    around = pytest.approx(200 + 200 + 1200, abs=8)
    assert left == [pytest.approx(400, abs=3) if except_bikes else around, around]


def test_cobbles_cost_a_bike_more_than_twice_the_time(town, opened):
    town.street("AB", surface="cobblestone")
    town.street("BC", surface="sett")
    town.street("CD", surface="asphalt")
    streets = opened(town)
    cobbles, sett, asphalt = (
        seconds(streets, BIKE, town.points[start], town.points[end])
        for start, end in ("AB", "BC", "CD")
    )
    assert cobbles > 2 * asphalt
    assert asphalt * 1.4 < sett < cobbles


def test_climbing_is_slower_than_the_flat_and_braking_than_rolling(town, opened):
    town.street("AB", incline="12%")
    town.street("BC", incline="0%")
    town.street("CD", incline="up")
    streets = opened(town)
    points = town.points
    up, down = (seconds(streets, BIKE, points[s], points[e]) for s, e in ("AB", "BA"))
    flat = seconds(streets, BIKE, points["B"], points["C"])
    signed_up, signed_down = (seconds(streets, BIKE, points[s], points[e]) for s, e in ("CD", "DC"))
    assert up > 2 * flat
    assert signed_up > 1.5 * flat
    assert signed_down <= flat <= down


def test_speeds_are_those_of_a_loaded_bike_and_a_town_van(town, opened):
    town.street("AB")
    streets = opened(town)
    km_h = {p: 1440 / seconds(streets, p, town.points["A"], town.points["B"]) for p in (BIKE, VAN)}
    assert 15 <= km_h[BIKE] <= 16.5
    assert 20 <= km_h[VAN] <= 25


@pytest.mark.parametrize(
    ("limit", "most_km_h"),
    [("10", 10), ("5 mph", 8.1), ("walk", 6), ("FR:zone20", 20), ("DE:zone:20", 20)],
)
def test_a_van_obeys_the_speed_limit(town, opened, limit, most_km_h):
    town.street("AB", maxspeed=limit)
    streets = opened(town)
    assert 1440 / seconds(streets, VAN, town.points["A"], town.points["B"]) <= most_km_h


def test_a_track_is_slow_for_a_van(town, opened):
    town.street("AB", highway="track")
    town.street("BC")
    streets = opened(town)
    track = seconds(streets, VAN, town.points["A"], town.points["B"])
    assert track > 2 * seconds(streets, VAN, town.points["B"], town.points["C"])


def test_a_street_only_a_bike_may_enter_is_out_of_reach_of_the_van(town, opened):
    town.corner("E", 1000, 0)
    town.corner("F", 1400, 0)
    town.street("ABCDA")
    town.street("BE", highway="cycleway")
    town.street("EF")
    streets = opened(town)
    ends = [town.points["A"], town.points["F"]]
    assert streets.table(ends, profile=BIKE).distance_m[0, 1] == pytest.approx(1400, abs=8)
    with pytest.raises(OutOfReach) as refused:
        streets.table(ends, profile=VAN)
    assert isinstance(refused.value, Refusal)
    assert refused.value.parameters["index"] == 1


def test_a_van_follows_the_outline_of_a_square_it_may_drive_on(town, opened):
    town.street("ABCDA", highway="residential", area="yes")
    streets = opened(town)
    assert metres(streets, VAN, town.points["A"], town.points["B"]) == DIRECT


def test_a_bike_is_pushed_along_the_outline_of_a_pedestrian_square(town, tmp_path):
    town.street("ABCDA", highway="pedestrian", area="yes")
    dataset = build.build(town.write(tmp_path / "town.osm"), tmp_path, profile=BIKE)
    with engine.StreetProcesses({BIKE: dataset}) as streets:
        assert 280 <= seconds(streets, BIKE, town.points["A"], town.points["B"]) <= 300
