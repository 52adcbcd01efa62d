"""A town's day in seconds and in minutes; what grows with the tasks of a town."""

import json
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import api.commands
from api.bench.day import bench_day, day_table
from api.bench.growth import bench_growth, growth_table
from api.bench.town import BenchTown, opened
from api.bench.town_day import posed_day
from api.bench.town_problem import HALVES_S, town_problem
from delivery.loading import UNSERVED_MILLICENTS
from routing.solution import UnservedReason

KREMS = Path(__file__).parents[3] / "shared" / "data" / "osm" / "krems.osm.gz"


@pytest.fixture(scope="module")
def town(test_home: Path) -> Iterator[BenchTown]:
    with opened(None, test_home) as town:
        yield town


@pytest.fixture
def colporteur(test_home: Path) -> Callable[..., Result]:
    def run(*arguments: object) -> Result:
        return CliRunner().invoke(
            api.commands.app,
            ["bench", *map(str, arguments)],
            env={"COLPORTEUR_HOME": str(test_home)},
        )

    return run


def test_a_day_is_posed_as_the_delivery_room_poses_it(town: BenchTown) -> None:
    problem = posed_day(town, deliveries=40, vehicles=3)
    assert len(problem.deliveries) == 40
    assert {delivery.penalty for delivery in problem.deliveries} == {UNSERVED_MILLICENTS}
    assert any(len(shipment.pickups) > 1 for shipment in problem.shipments)
    assert any(shipment.longest_ride_s for shipment in problem.shipments)
    assert [vehicle.profile for vehicle in problem.vehicles] == [0, 0, 0, 0, 1, 1]
    assert problem.matrices[0].duration_s.tolist() != problem.matrices[1].duration_s.tolist()


def test_the_same_day_is_posed_each_time(town: BenchTown) -> None:
    one, other = (posed_day(town, deliveries=20, vehicles=2) for _ in range(2))
    assert one.shipments == other.shipments
    assert (one.matrices[0].duration_s == other.matrices[0].duration_s).all()


def test_a_busier_day_holds_the_quieter_ones_shape(town: BenchTown) -> None:
    closing = [
        task.dropoff.latest_s for task in posed_day(town, deliveries=250, vehicles=3).shipments
    ]
    assert len(closing) == 250
    evening = sum(latest_s > 18 * 3600 for latest_s in closing)
    assert 20 <= evening <= 40


def test_budgets_are_compared_with_the_longest(town: BenchTown) -> None:
    problem = posed_day(town, deliveries=12, vehicles=3)
    long, short = bench_day(problem, (0.1, 0.3), (1,))
    assert (long.budget_s, short.budget_s) == (0.3, 0.1)
    assert long.ratio == 1
    assert short.ratio == pytest.approx(short.cost_cents / long.cost_cents, abs=0.01)
    assert (long.faults, short.faults) == (0, 0)
    assert day_table([long, short]).splitlines()[2].startswith("| 0.1 ")


def test_what_no_vehicle_can_do_is_told_with_its_reason(town: BenchTown) -> None:
    (line,) = bench_day(posed_day(town, deliveries=60, vehicles=1), (0.1,), (1,))
    assert line.unserved > 0
    assert UnservedReason.NO_ROOM.value in line.reasons


def test_the_day_command_prints_a_line_a_budget(colporteur) -> None:
    said = colporteur(
        *("day", "--deliveries", 8, "--vehicles", 2, "--seconds", "0.1,0.2", "--seeds", "1,2"),
        "--json",
    )
    assert said.exit_code == 0, said.output
    lines = [json.loads(line) for line in said.stdout.splitlines()]
    assert [(line["seed"], line["budget_s"]) for line in lines] == [
        (1, 0.2), (1, 0.1), (2, 0.2), (2, 0.1)
    ]  # fmt: skip
    assert all(line["faults"] == 0 for line in lines)


def test_a_town_that_cannot_be_read_is_refused(colporteur, tmp_path: Path) -> None:
    letter = tmp_path / "letter.osm"
    letter.write_text("Dear town hall,")
    said = colporteur("day", "--osm", letter)
    assert said.exit_code == 1
    assert "letter.osm" in said.stderr


def test_every_task_has_its_own_place_in_the_town(town: BenchTown) -> None:
    problem = town_problem(town, tasks=48, seed=1)
    tasks = [task for shipment in problem.shipments for task in shipment.tasks]
    assert sorted(task.place for task in tasks) == list(range(1, 49))
    assert problem.matrices[0].size == 49
    kinds = {(vehicle.profile, vehicle.earliest_s) for vehicle in problem.vehicles}
    assert kinds == {(profile, half[0]) for profile in (0, 1) for half in HALVES_S}
    apart = problem.matrices[0].distance_m
    assert all(apart[one, other] or apart[other, one] for one, other in combinations(range(49), 2))


@pytest.mark.skipif(not KREMS.exists(), reason="the extract of Krems is not on this machine")
def test_addresses_repeat_where_a_town_has_too_few(test_home: Path) -> None:
    with opened(KREMS, test_home) as krems:
        doors = len(krems.places.addresses)
        problem = town_problem(krems, tasks=2 * doors, seed=1)
    assert problem.matrices[0].size == 2 * doors + 1
    assert not problem.matrices[0].distance_m[1, doors + 1 :].all()


def test_growth_is_measured_in_a_process_of_its_own(test_home: Path) -> None:
    (line,) = bench_growth([24], iterations=200, seed=1, osm_file=None, home=test_home)
    assert (line.tasks, line.places, line.vehicles) == (24, 25, 4)
    assert (line.unserved, line.faults) == (0, 0)
    assert 50 < line.peak_mb < 4_000
    assert line.streets_mb > 0
    assert growth_table([line]).splitlines()[2].startswith("| 24 ")


def test_a_size_that_cannot_be_measured_says_why(test_home: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"24 tasks could not be measured: .*nowhere\.osm"):
        list(
            bench_growth(
                [24], iterations=1, seed=1, osm_file=tmp_path / "nowhere.osm", home=test_home
            )
        )
