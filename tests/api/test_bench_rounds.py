"""Public instances read as problems, everybody asked alike, and what is told of it."""

import gzip
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import api.commands
from api.bench import peers
from api.bench.answers import Setting, as_solution
from api.bench.best_known import BestKnown, best_known
from api.bench.cores import CoresLine, bench_cores, cores_table
from api.bench.instances import Instance, read_instance
from api.bench.publishing import keep_plan
from api.bench.rounds import Asking, Line, bench_rounds, budget_s
from api.bench.tables import median, result, rounds_table
from routing.round import Round, Visit
from routing.solution import faults
from tests import builders

PUBLIC = Path(__file__).parents[3] / "shared" / "data"
NEEDS_PUBLIC = pytest.mark.skipif(
    not PUBLIC.is_dir(), reason="the public instances are not on this machine"
)
KEYS = {
    *("instance", "solver", "setting", "seed", "threads", "budget_s", "seconds"),
    *("vehicles", "cost", "feasible", "unserved", "faults"),
    *("best_vehicles", "best_cost", "gap_percent"),
}
BRIEF = Asking(seconds=0.2, seeds=(1,))

SARTORI_BURIOL = """\
NAME: two-parcels
LOCATION: Nowhere
COMMENT: by hand
TYPE: PDPTW
SIZE: 5
DISTRIBUTION: random
DEPOT: central
ROUTE-TIME: 240
TIME-WINDOW: 60
CAPACITY: 10
NODES
0 0.0 0.0 0 0 240 0 0 0
1 0.0 0.0 6 0 60 5 0 3
2 0.0 0.0 4 0 60 5 0 4
3 0.0 0.0 -6 0 240 5 1 0
4 0.0 0.0 -4 0 240 5 2 0
EDGES
0 10 10 10 10
10 0 2 3 4
10 2 0 5 3
11 3 5 0 2
11 4 3 2 0
EOF
"""

LI_LIM = """\
2\t10\t1
0\t0\t0\t0\t0\t100\t0\t0\t0
1\t1\t1\t5\t0\t50\t10\t0\t2
2\t3\t4\t-5\t0\t90\t10\t1\t0
"""


def in_a_file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    data = text.encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


@pytest.fixture
def two_parcels(tmp_path: Path) -> Path:
    return in_a_file(tmp_path, "two-parcels.txt", SARTORI_BURIOL)


@pytest.fixture
def instance(two_parcels: Path) -> Instance:
    return read_instance(two_parcels)


def driven(*rounds: list[int]) -> tuple[Round, ...]:
    """Number tasks two a shipment: 0 and 1 fetch and bring the first."""
    return tuple(
        Round(
            vehicle=vehicle,
            visits=tuple(Visit(shipment=task // 2, task=task % 2) for task in tasks),
        )
        for vehicle, tasks in enumerate(rounds)
    )


def known(folder: Path, text: str) -> None:
    (folder / "best_known.csv").write_text(f"instance,vehicles,travel_min\n{text}")


def a_line(**changes: object) -> Line:
    usual = {
        "instance": "two-parcels", "solver": "colporteur", "setting": "", "seed": 1, "threads": 1,
        "budget_s": 10.0, "seconds": 10.0, "vehicles": 2, "cost": 110.0, "feasible": True,
        "unserved": 0, "faults": 0, "best_vehicles": 2, "best_cost": 100.0,
    }  # fmt: skip
    return Line(**usual | changes)


# Instances


@pytest.mark.parametrize("name", ["two-parcels.txt", "two-parcels.txt.gz"])
def test_minutes_on_real_streets_are_read(tmp_path: Path, name: str) -> None:
    instance = read_instance(in_a_file(tmp_path, name, SARTORI_BURIOL))
    assert instance.name == "two-parcels"
    assert len(instance.problem.shipments) == 2
    assert instance.problem.shipments[0].amount == (6,)
    solution = as_solution(instance.problem, driven([0, 2, 3, 1]))
    assert faults(instance.problem, solution) == ()
    assert (instance.vehicles(solution), instance.cost(solution)) == (1, 10 + 2 + 3 + 2 + 11)


def test_distances_of_doubles_are_read(tmp_path: Path) -> None:
    instance = read_instance(in_a_file(tmp_path, "small.txt", LI_LIM))
    solution = as_solution(instance.problem, driven([0, 1]))
    assert faults(instance.problem, solution) == ()
    assert instance.cost(solution) == 10.02


def test_one_vehicle_fewer_is_worth_any_detour(instance: Instance) -> None:
    together = as_solution(instance.problem, driven([0, 2, 1, 3]))
    apart = as_solution(instance.problem, driven([0, 1], [2, 3]))
    neither = as_solution(instance.problem, driven([0, 1]))
    assert together.cost < apart.cost < neither.cost


def test_another_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"letter\.txt is no pickup-and-delivery instance"):
        read_instance(in_a_file(tmp_path, "letter.txt", "Dear town hall,\n"))


def test_the_best_known_plans_lie_beside_the_file(two_parcels: Path) -> None:
    assert best_known(two_parcels) == {}
    known(two_parcels.parent, "two-parcels,1,27\nlrc1_6_7,37,15914.85\n")
    assert best_known(two_parcels) == {
        "two-parcels": BestKnown(vehicles=1, cost=27),
        "lrc1_6_7": BestKnown(vehicles=37, cost=15914.85),
    }


def test_a_list_of_best_known_plans_that_cannot_be_read_is_refused(two_parcels: Path) -> None:
    known(two_parcels.parent, "two-parcels,one,27\n")
    with pytest.raises(ValueError, match=r"best_known\.csv is no list of best known plans"):
        best_known(two_parcels)


@NEEDS_PUBLIC
@pytest.mark.parametrize(
    ("file", "seconds"),
    [
        ("pdptw/nyc-n100-3.txt.gz", 10),
        ("lilim/lc104.txt.gz", 10),
        ("pdptw/bar-n200-3.txt.gz", 30),
        ("lilim/lrc1_6_7.txt.gz", 60),
        ("pdptw/nyc-n1000-5.txt.gz", 90),
    ],
)
def test_larger_instances_get_more_time(file: str, seconds: float) -> None:
    assert budget_s(read_instance(PUBLIC / file)) == seconds


# Everybody asked alike


def test_a_line_a_solver(tmp_path: Path) -> None:
    file = in_a_file(tmp_path, "two-parcels.txt.gz", SARTORI_BURIOL)
    known(tmp_path, "two-parcels,1,27\n")
    (line,) = bench_rounds([file], BRIEF)
    assert line.as_json().keys() == KEYS
    assert (line.instance, line.solver, line.budget_s) == ("two-parcels", "colporteur", 0.2)
    assert (line.vehicles, line.cost, line.feasible) == (1, 28.0, True)
    assert line.gap_percent == 3.7


@pytest.mark.parametrize("peer", ["vroom", "pyvrp", "ortools"])
@pytest.mark.filterwarnings("ignore")
def test_a_peer_is_judged_alike_in_every_setting(instance: Instance, peer: str) -> None:
    pytest.importorskip(peer)
    for setting in peers.chosen([peer])[peer].settings.values():
        solution = as_solution(instance.problem, setting(instance.problem, 0.2, 1))
        assert faults(instance.problem, solution) == ()
        assert (instance.vehicles(solution), instance.cost(solution)) == (1, 28.0)


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Bring in a peer that answers each of its settings with such routes."""

    def bring(*answers: list[list[int]], knows_seed: bool = False) -> list[str]:
        def setting(routes: list[list[int]]) -> Setting:
            return lambda problem, seconds, seed: driven(*routes)

        settings = {f"way_{n}": setting(routes) for n, routes in enumerate(answers)}
        peer = peers.Peer(module="math", package="parrot", settings=settings, knows_seed=knows_seed)
        monkeypatch.setitem(peers.PEERS, "parrot", peer)
        return ["parrot"]

    return bring


def theirs(file: Path, names: list[str], **changes: object) -> list[Line]:
    asking = Asking(seconds=0.05, peers=names, **changes)
    return [line for line in bench_rounds([file], asking) if line.solver != "colporteur"]


def test_the_best_of_a_peers_settings_counts(two_parcels: Path, answering) -> None:
    parrot = answering([[0, 1], [2, 3]], [[0, 2, 3, 1]], [[0, 1]])
    (line,) = theirs(two_parcels, parrot)
    assert (line.setting, line.vehicles, line.cost) == ("way_1", 1, 28.0)
    (line,) = theirs(two_parcels, parrot, first_setting_only=True)
    assert (line.setting, line.vehicles) == ("way_0", 2)


def test_an_answer_the_referee_faults_counts_as_none(two_parcels: Path, answering) -> None:
    (line,) = theirs(two_parcels, answering([[1, 0, 2, 3]]))
    assert line.faults > 0
    assert (line.feasible, line.unserved, line.vehicles, line.cost) == (False, 2, 0, 0)
    (line,) = theirs(two_parcels, answering([[1, 0, 2, 3]], [[0, 1], [2, 3]]))
    assert (line.setting, line.feasible, line.vehicles) == ("way_1", True, 2)


def test_only_who_knows_seeds_is_asked_with_each(two_parcels: Path, answering) -> None:
    asked = theirs(two_parcels, answering([[0, 1], [2, 3]]), seeds=(4, 5))
    assert [line.seed for line in asked] == [4]
    asked = theirs(two_parcels, answering([[0, 1], [2, 3]], knows_seed=True), seeds=(4, 5))
    assert [line.seed for line in asked] == [4, 5]


def test_an_unknown_peer_is_refused() -> None:
    with pytest.raises(ValueError, match="no such peer: abacus"):
        list(bench_rounds([], Asking(peers=["abacus"])))


def test_a_missing_peer_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vroom", None)
    with pytest.raises(ModuleNotFoundError, match=r"pyvroom is not installed"):
        list(bench_rounds([], Asking(peers=["vroom"])))


@NEEDS_PUBLIC
@pytest.mark.parametrize(
    ("file", "shipments"), [("pdptw/nyc-n100-3.txt.gz", 50), ("lilim/lc104.txt.gz", 53)]
)
def test_a_public_instance_is_solved_soundly(file: str, shipments: int) -> None:
    assert len(read_instance(PUBLIC / file).problem.shipments) == shipments
    (line,) = bench_rounds([PUBLIC / file], Asking(seconds=2, seeds=(1,)))
    assert line.feasible
    assert (line.unserved, line.faults) == (0, 0)


def test_one_core_and_two_take_turns(two_parcels: Path) -> None:
    *runs, line = bench_cores([two_parcels], Asking(seconds=0.1, seeds=(1, 2)))
    assert [(run.threads, run.seed) for run in runs] == [(1, 1), (2, 1), (1, 2), (2, 2)]
    assert isinstance(line, CoresLine)
    assert (line.one.threads, line.two.threads, line.two_wins) == (1, 2, False)
    assert line.as_json()["two_cost"] == 28.0


# What is told


def test_a_cell_tells_the_gap_where_the_vehicles_are_as_few() -> None:
    assert result(a_line()) == "2 / 110 (+10.0 %)"
    assert result(a_line(cost=99.5)) == "2 / 99.50 (-0.5 %)"
    assert result(a_line(vehicles=3, cost=90.0)) == "3 / 90 (+1 vehicles)"
    assert result(a_line(seconds=1.0)) == "2 / 110 (+10.0 %, 1.0 s)"
    assert result(a_line(best_vehicles=None, best_cost=None)) == "2 / 110"
    assert result(a_line(feasible=False, unserved=3)) == "3 unserved"
    assert result(a_line(feasible=False, unserved=9, faults=2)) == "none"


def test_of_several_seeds_the_median_counts() -> None:
    lines = [a_line(vehicles=3, cost=90.0), a_line(cost=105.0), a_line(cost=120.0)]
    assert median(lines).cost == 120.0
    assert median(lines[1:]).cost == 120.0


def test_the_table_has_an_instance_a_row_and_the_best_in_bold() -> None:
    lines = [a_line(), a_line(solver="vroom", vehicles=3, cost=95.0)]
    assert rounds_table(lines).splitlines() == [
        "| instance    | seconds | best known |            Colporteur |                VROOM |",
        "| ----------- | ------: | ---------: | --------------------: | -------------------: |",
        "| two-parcels |      10 |    2 / 100 | **2 / 110 (+10.0 %)** | 3 / 95 (+1 vehicles) |",
    ]


def test_two_cores_are_compared_in_a_table() -> None:
    line = CoresLine(one=a_line(), two=a_line(cost=101.0, threads=2))
    assert cores_table([line]).splitlines()[2] == (
        "| two-parcels |      10 | 2 / 110 (+10.0 %) | 2 / 101 (+1.0 %) |            yes |"
    )


def test_a_plan_is_kept_with_the_instances_own_numbers(tmp_path: Path, instance: Instance) -> None:
    solution = as_solution(instance.problem, driven([0, 2, 3, 1]))
    path = keep_plan(tmp_path / "new", instance, solution, day=builders.DAY)
    assert path.name == "two-parcels.1_28.txt"
    assert path.read_text().splitlines() == [
        "Instance name : two-parcels",
        "Authors       : Colporteur",
        f"Date          : {builders.DAY}",
        "Reference     : Colporteur, ruin and recreate with recombination of rounds",
        "Solution",
        "Route 1 : 1 2 4 3",
    ]


@pytest.fixture
def colporteur(tmp_path: Path) -> Callable[..., Result]:
    def run(*arguments: object) -> Result:
        return CliRunner().invoke(
            api.commands.app,
            ["bench", *map(str, arguments)],
            env={"COLPORTEUR_HOME": str(tmp_path)},
        )

    return run


def test_the_command_prints_json_lines_and_keeps_the_plans(
    colporteur, two_parcels: Path, tmp_path: Path
) -> None:
    said = colporteur(
        *("rounds", two_parcels, "--seconds", 0.1, "--seeds", "1,2", "--json", "--out", tmp_path)
    )
    assert said.exit_code == 0, said.output
    lines = [json.loads(line) for line in said.stdout.splitlines()]
    assert [line["seed"] for line in lines] == [1, 2]
    assert all(line.keys() == KEYS for line in lines)
    assert (tmp_path / "two-parcels.1_28.txt").exists()


def test_the_command_prints_a_table(colporteur, two_parcels: Path) -> None:
    said = colporteur("rounds", two_parcels, "--seconds", 0.1, "--seed", 3)
    assert said.exit_code == 0, said.output
    assert said.stdout.splitlines()[2] == "| two-parcels |     0.1 |            | **1 / 28** |"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("rounds", "nowhere.txt"), "nowhere.txt"),
        (("rounds", "nowhere.txt", "--peers", "abacus"), "no such peer: abacus"),
        (("rounds", "nowhere.txt", "--seeds", "one"), "écrivez par exemple 1,2,3"),
    ],
)
def test_the_command_says_what_it_cannot_do(colporteur, arguments, why: str) -> None:
    said = colporteur(*arguments)
    assert said.exit_code == 1
    assert why in said.stderr
