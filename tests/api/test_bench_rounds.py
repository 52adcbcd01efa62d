"""Public instances read as problems, and a line a solver."""

import gzip
import sys
from pathlib import Path

import pytest

from api.bench.instances import read_instance
from api.bench.rounds import as_solution, bench_rounds
from routing.solution import Round, Visit, faults

PUBLIC = Path(__file__).parents[3] / "shared" / "data"
KEYS = {"instance", "solver", "seconds", "vehicles", "cost", "feasible", "unserved"}

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


def driven(*rounds: list[int]) -> tuple[Round, ...]:
    return tuple(
        Round(
            vehicle=vehicle,
            visits=tuple(Visit(shipment=task // 2, task=task % 2) for task in tasks),
        )
        for vehicle, tasks in enumerate(rounds)
    )


@pytest.mark.parametrize("name", ["two-parcels.txt", "two-parcels.txt.gz"])
def test_minutes_on_real_streets_are_read(tmp_path: Path, name: str) -> None:
    instance = read_instance(in_a_file(tmp_path, name, SARTORI_BURIOL))
    assert instance.name == "two-parcels"
    assert len(instance.problem.shipments) == 2
    assert instance.problem.shipments[0].amount == (6,)
    solution = as_solution(instance, driven([0, 2, 3, 1]))
    assert faults(instance.problem, solution) == ()
    assert (instance.vehicles(solution), instance.cost(solution)) == (1, 10 + 2 + 3 + 2 + 11)


def test_distances_of_doubles_are_read(tmp_path: Path) -> None:
    instance = read_instance(in_a_file(tmp_path, "small.txt", LI_LIM))
    solution = as_solution(instance, driven([0, 1]))
    assert faults(instance.problem, solution) == ()
    assert instance.cost(solution) == 10.02


def test_one_vehicle_fewer_is_worth_any_detour(tmp_path: Path) -> None:
    instance = read_instance(in_a_file(tmp_path, "two-parcels.txt", SARTORI_BURIOL))
    together = as_solution(instance, driven([0, 2, 1, 3]))
    apart = as_solution(instance, driven([0, 1], [2, 3]))
    neither = as_solution(instance, driven([0, 1]))
    assert together.cost < apart.cost < neither.cost


def test_another_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"letter\.txt is no pickup-and-delivery instance"):
        read_instance(in_a_file(tmp_path, "letter.txt", "Dear town hall,\n"))


def test_a_line_a_solver(tmp_path: Path) -> None:
    file = in_a_file(tmp_path, "two-parcels.txt.gz", SARTORI_BURIOL)
    (line,) = bench_rounds([file], 0.2, 1)
    assert line.keys() == KEYS
    assert (line["instance"], line["solver"]) == ("two-parcels", "colporteur")
    assert (line["vehicles"], line["cost"], line["feasible"]) == (1, 28.0, True)


@pytest.mark.parametrize("peer", ["vroom", "pyvrp", "ortools"])
@pytest.mark.filterwarnings("ignore")
def test_a_peer_is_judged_alike(tmp_path: Path, peer: str) -> None:
    pytest.importorskip(peer)
    file = in_a_file(tmp_path, "two-parcels.txt", SARTORI_BURIOL)
    ours, theirs = bench_rounds([file], 0.5, 1, [peer])
    assert theirs.keys() == KEYS
    assert theirs["solver"] == peer
    assert (theirs["vehicles"], theirs["cost"], theirs["feasible"]) == (1, 28.0, True)
    assert ours["cost"] == theirs["cost"]


def test_an_unknown_peer_is_refused() -> None:
    with pytest.raises(ValueError, match="no such peer: abacus"):
        list(bench_rounds([], 1, 1, ["abacus"]))


def test_a_missing_peer_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "vroom", None)
    file = in_a_file(tmp_path, "two-parcels.txt", SARTORI_BURIOL)
    with pytest.raises(ModuleNotFoundError, match=r"pyvroom is not installed"):
        list(bench_rounds([file], 0.1, 1, ["vroom"]))


@pytest.mark.skipif(not PUBLIC.is_dir(), reason="the public instances are not on this machine")
@pytest.mark.parametrize(
    ("file", "shipments"), [("pdptw/nyc-n100-3.txt.gz", 50), ("lilim/lc104.txt.gz", 53)]
)
def test_a_public_instance_is_solved_soundly(file: str, shipments: int) -> None:
    assert len(read_instance(PUBLIC / file).problem.shipments) == shipments
    (line,) = bench_rounds([PUBLIC / file], 2, 1)
    assert line["feasible"]
    assert line["unserved"] == 0
