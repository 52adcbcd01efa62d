"""Street processes: snapping, tables, routes, and staying alive."""

import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from shapely import Point

from data.streets import build, engine, osm
from delivery.errors import OutOfReach, TooFarFromStreet

BIKE, VAN = "cargo_bike", "van"
ROOT = Path(__file__).resolve().parents[3]


def beside(point: Point, *, east_m: float = 0, north_m: float = 0) -> Point:
    return Point(point.x + east_m / 73_768, point.y + north_m / 111_195)


@pytest.fixture
def square(town, opened):
    """Return the streets of a square of four named streets, AB one way eastwards."""
    town.street("AB", name="rue du Port", oneway="yes")
    town.street("BC", name="rue de la Poste")
    town.street("CD", name="rue du Marché")
    town.street("DA", name="rue des Remparts")
    return opened(town)


def test_a_door_snaps_to_its_street(town, square):
    door = beside(town.points["A"], east_m=200, north_m=30)
    (snap,) = square.snap([door], profile=VAN)
    assert snap.street == "rue du Port"
    assert snap.distance_m == pytest.approx(30, abs=1)
    assert snap.point.distance(beside(town.points["A"], east_m=200)) < 1e-5


def test_a_point_in_the_fields_is_too_far_from_any_street(town, square):
    field = beside(town.points["C"], north_m=500)
    for ask in (square.snap, square.table, square.route):
        with pytest.raises(TooFarFromStreet) as refused:
            ask([town.points["A"], field], profile=BIKE)
        told = refused.value.parameters
        assert (told["lon"], told["lat"], told["index"]) == (field.x, field.y, 1)
        assert told["distance_m"] == pytest.approx(500, abs=3)
        assert (told["most_m"], told["profile"]) == (150, BIKE)


def test_a_van_may_stop_farther_from_a_door_than_a_bike(town, square):
    courtyard = beside(town.points["C"], north_m=250)
    assert square.snap([courtyard], profile=VAN)[0].distance_m == pytest.approx(250, abs=2)
    with pytest.raises(TooFarFromStreet):
        square.snap([courtyard], profile=BIKE)


def test_an_island_is_out_of_reach_alone_and_in_company(town, opened):
    town.corner("E", 2000, 0)
    town.corner("F", 2200, 0)
    town.street("ABCDA")
    town.street("EF")
    streets = opened(town)
    island = town.points["F"]
    for points, index in (([island], 0), ([town.points["A"], town.points["C"], island], 2)):
        for ask in (streets.snap, streets.table, streets.route):
            with pytest.raises(OutOfReach) as refused:
                ask(points, profile=VAN)
            told = refused.value.parameters
            assert told == {"lon": island.x, "lat": island.y, "profile": VAN, "index": index}


def test_an_isolated_parking_aisle_does_not_hide_the_street_behind_it(town, opened):
    town.corner("E", 100, 60)
    town.corner("F", 140, 60)
    for path in ("AB", "BC", "CD", "DA", "AC"):
        town.street(path, name="rue du Port")
    town.street("EF", highway="service", service="parking_aisle")
    streets = opened(town)
    door = town.points["F"]
    (alone,) = streets.snap([door], profile=VAN)
    assert (alone.street, alone.distance_m) == ("rue du Port", pytest.approx(57, abs=1))
    table = streets.table([door, town.points["E"], town.points["C"]], profile=VAN)
    assert table.distance_m[0, 1] == pytest.approx(28, abs=1)


def test_a_dead_end_one_may_not_leave_again_is_no_stop(town, opened):
    town.corner("E", 100, 60)
    town.corner("F", 100, 0)
    town.street("AFBCDA", name="rue du Port")
    town.street("FE", oneway="yes", name="impasse")
    streets = opened(town)
    assert streets.snap([town.points["E"]], profile=VAN)[0].street == "rue du Port"


def test_a_table_is_whole_seconds_and_metres_from_row_to_column(town, square):
    points = [town.points[corner] for corner in "ABC"]
    table = square.table(points, profile=VAN)
    assert table.duration_s.dtype == table.distance_m.dtype == np.int32
    assert table.distance_m[0, 1] == pytest.approx(400, abs=2)
    assert table.distance_m[1, 0] == pytest.approx(1200, abs=6), "against the one-way street"
    assert not np.diagonal(table.duration_s).any()


def test_places_on_the_same_spot_are_no_travel_apart(town, square):
    door = beside(town.points["A"], east_m=200)
    table = square.table([door, town.points["C"], Point(door.x, door.y)], profile=VAN)
    assert table.duration_s[0, 2] == table.duration_s[2, 0] == 0
    assert table.distance_m[0, 2] == table.distance_m[2, 0] == 0


def test_no_place_and_one_place_make_tables_too(town, square):
    assert square.table([], profile=VAN).size == 0
    assert square.table([town.points["A"]], profile=VAN).duration_s.tolist() == [[0]]
    assert square.snap([], profile=VAN) == []


def test_a_table_takes_more_than_five_hundred_places(town, square):
    places = [beside(town.points["B"], north_m=north % 400) for north in range(600)]
    assert square.table(places, profile=BIKE).size == 600


def test_a_route_tells_streets_and_turns(town, square):
    start, end = beside(town.points["A"], east_m=50), beside(town.points["B"], north_m=200)
    (leg,) = square.route([start, end], profile=VAN).legs
    told = [(step.manoeuvre, step.street) for step in leg.steps]
    assert told == [
        ("depart", "rue du Port"),
        ("turn-left", "rue de la Poste"),
        ("arrive", "rue de la Poste"),
    ]
    assert leg.distance_m == pytest.approx(550, abs=2)
    assert leg.steps[1].point.distance(town.points["B"]) < 1e-5
    assert leg.line.distance(town.points["B"]) < 1e-6


def test_a_route_stays_where_two_stops_are_at_one_door(town, square):
    door, other = town.points["C"], town.points["A"]
    route = square.route([other, door, door, other], profile=BIKE)
    assert [leg.line is None for leg in route.legs] == [False, True, False]
    assert (route.legs[1].distance_m, route.legs[1].duration_s) == (0, 0)
    assert [step.manoeuvre for step in route.legs[1].steps] == ["depart", "arrive"]


def test_a_route_of_one_place_has_no_leg(town, square):
    assert square.route([town.points["A"]], profile=BIKE).legs == ()
    assert square.route([], profile=BIKE).legs == ()


def test_a_route_leaves_a_roundabout_by_its_exit(town, opened):
    for name, east, north in (("V", -200, 0), ("W", 400, -200), ("X", 600, 400)):
        town.corner(name, east, north)
    town.street("ABCDA", junction="roundabout", name="")
    town.street("VA", name="rue V")
    town.street("WB", name="rue W")
    town.street("CX", name="rue X")
    streets = opened(town)
    (leg,) = streets.route([town.points["V"], town.points["X"]], profile=VAN).legs
    assert [step.manoeuvre for step in leg.steps] == [
        "depart", "roundabout-2", "leave-roundabout", "arrive",
    ]  # fmt: skip


def test_routes_and_tables_agree_on_real_streets(krems, cache):
    town = osm.read_town(krems)
    doors = [address.point for address in random.Random(7).sample(town.addresses, 25)]
    with engine.StreetProcesses(build.build_all(krems, cache)) as streets:
        for profile in streets.profiles:
            table = streets.table(doors, profile=profile)
            legs = streets.route(doors, profile=profile).legs
            along = np.arange(len(legs))
            assert [leg.duration_s for leg in legs] == pytest.approx(
                table.duration_s[along, along + 1], abs=2
            )
            assert [leg.distance_m for leg in legs] == pytest.approx(
                table.distance_m[along, along + 1], abs=2
            )


@pytest.mark.parametrize("extract", ["krems", "helsinki"])
def test_bike_and_van_reach_every_door_of_a_real_town(extract, request, cache):
    osm_file = request.getfixturevalue(extract)
    town = osm.read_town(osm_file)
    doors = [address.point for address in random.Random(50).sample(town.addresses, 50)]
    with engine.StreetProcesses(build.build_all(osm_file, cache)) as streets:
        for profile in streets.profiles:
            table = streets.table(doors, profile=profile)
            back = table.duration_s.T
            assert table.duration_s.max() < 3600
            assert np.median(np.abs(table.duration_s - back)) < 120, "there is much like back"
            assert (table.duration_s[table.distance_m > 50] > 0).all()


def test_a_killed_process_is_started_again(town, square):
    before = square.pid(VAN)
    os.kill(before, signal.SIGKILL)
    assert square.table([town.points["A"], town.points["B"]], profile=VAN).distance_m[0, 1] > 390
    assert square.pid(VAN) != before


def test_a_question_no_process_survives_is_given_up(town, tmp_path, capfd):
    town.street("ABCDA")
    dataset = build.build(town.write(tmp_path / "town.osm"), tmp_path, profile=VAN)
    (dataset.folder / "streets.osrm.hsgr").write_bytes(b"rubbish")
    with engine.StreetProcesses({VAN: dataset}) as streets:
        for _ in range(2):
            with pytest.raises(RuntimeError, match="died twice"):
                streets.snap([town.points["A"]], profile=VAN)
    assert "Traceback" in capfd.readouterr().err, "why it died is in the log"


def test_many_threads_may_ask_at_once(town, square):
    corners = [town.points[corner] for corner in "ABCD"]

    def ask(turn: int) -> int:
        profile = (BIKE, VAN)[turn % 2]
        points = [corners[turn % 4], corners[(turn + 1) % 4]]
        assert square.snap(points[:1], profile=profile)[0].distance_m == 0
        return int(square.table(points, profile=profile).distance_m[0, 1])

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(80))) == pytest.approx([400] * 80, abs=2)


def test_closed_streets_answer_no_more(town, square):
    number = square.pid(VAN)
    square.close()
    square.close()
    assert not is_alive(number)
    with pytest.raises(ValueError, match="closed"):
        square.snap([town.points["A"]], profile=VAN)


def test_an_unknown_profile_or_a_point_off_the_globe_is_our_own_mistake(town, square):
    with pytest.raises(ValueError, match="scooter"):
        square.snap([town.points["A"]], profile="scooter")
    with pytest.raises(ValueError, match="WGS84"):
        square.table([Point(48.4, 200)], profile=VAN)


def test_street_processes_die_with_their_parent(town, tmp_path):
    town.street("ABCDA")
    osm_file = town.write(tmp_path / "town.osm")
    script = tmp_path / "parent.py"
    script.write_text(
        "import sys, time\n"
        "from pathlib import Path\n"
        "from data.streets import build, engine\n"
        "if __name__ == '__main__':\n"
        "    datasets = build.build_all(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "    streets = engine.StreetProcesses(datasets)\n"
        "    print(*(streets.pid(profile) for profile in streets.profiles), flush=True)\n"
        "    time.sleep(60)\n"
    )
    command = [sys.executable, script, osm_file, tmp_path]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as parent:
        numbers = [int(number) for number in parent.stdout.readline().split()]
        assert len(numbers) == 2
        assert all(is_alive(number) for number in numbers)
        parent.kill()
    deadline = time.monotonic() + 5
    while any(is_alive(number) for number in numbers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(is_alive(number) for number in numbers)


def is_alive(number: int) -> bool:
    """Tell a living process from one that is gone or only waits to be buried."""
    try:
        status = Path(f"/proc/{number}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"
