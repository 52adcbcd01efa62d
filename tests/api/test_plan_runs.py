"""A plan is asked for, made by a worker in the background, and followed by everybody."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from psycopg import Connection
from psycopg.rows import TupleRow

import api.operations.plan_runs as plan_runs
import data.plan_runs
import data.plans
import data.towns
from api.app import create_app
from api.settings import Settings
from data.database import ConnectionLost, Database, Pool, scoped
from data.streets.engine import StreetProcesses
from delivery.errors import NotFound
from delivery.plan_runs import PlanRun, PlanRunning, PlanRunState
from tests import builders, worker_process
from tests.builders import DAY, an_order
from tests.small_town import Town

PATIENCE_S = 60


def ask(town: Town, *, seconds: float = 0.3, asked_by: str = "Régulation") -> PlanRun:
    return plan_runs.ask(
        town.pool, town.id, DAY, asked_by=asked_by, seconds=seconds, seed=3, now=town.clock()
    )


def until(town: Town, run_id: int, is_so: Callable[[PlanRun], bool]) -> PlanRun:
    """Look at a run until it is as meant."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_so(run := plan_runs.find(town.pool, town.id, run_id)):
        assert time.monotonic() < deadline, run
        time.sleep(0.05)
    return run


def is_over(run: PlanRun) -> bool:
    return not run.is_open


@pytest.fixture
def app(town: Town, database: Database, test_home: Path) -> FastAPI:
    """The application with a worker, not started."""
    settings = Settings(home=test_home, DATABASE_URL=database.application_url)  # type: ignore[call-arg]
    return create_app(settings, clock=town.clock, worker=True)


@pytest.fixture
def client(app: FastAPI, streets: StreetProcesses) -> Iterator[TestClient]:
    """The application with a worker, and the small town's streets."""
    with TestClient(app) as opened:
        app.state.streets_of = lambda town_id: streets
        yield opened


def test_a_worker_plans_what_was_asked_for(client: TestClient, town: Town) -> None:
    one, two = town.take(an_order("A-1"), an_order("A-2", address="14 rue du Port"))
    asked = ask(town)
    assert (asked.state, asked.share, asked.plan_id) == (PlanRunState.WAITING, 0, None)
    assert (asked.day, asked.asked_by, asked.seed) == (DAY, "Régulation", 3)
    assert asked.asked_at == town.clock()
    run = until(town, asked.id, is_over)
    assert (run.state, run.share, run.unserved, run.refusal) == (PlanRunState.DONE, 1, 0, None)
    with scoped(town.pool, town.id) as conn:
        plan = data.plans.latest(conn, DAY)
    assert plan is not None and plan.id == run.plan_id
    assert plan.created_at == town.clock()
    assert run.cost_millicents == plan.cost_millicents > 0
    planned = {task.delivery_id for round_ in town.rounds() for task in round_.tasks}
    assert planned == {one.delivery_id, two.delivery_id}
    assert plan_runs.newest(town.pool, town.id, DAY) == run
    assert plan_runs.newest(town.pool, town.id, DAY + timedelta(days=1)) is None
    assert plan_runs.reason(run, "fr") == ""


def test_everybody_sees_how_far_it_is_while_pages_answer(client: TestClient, town: Town) -> None:
    town.take(an_order("A-1"), an_order("A-2", address="14 rue du Port"))
    asked = ask(town, seconds=2)
    shares, slowest = set(), 0.0
    run = asked
    while run.is_open:
        begun = time.monotonic()
        assert client.get("/healthz").status_code == 200
        slowest = max(slowest, time.monotonic() - begun)
        run = plan_runs.find(town.pool, town.id, asked.id)
        if run.state is PlanRunState.RUNNING and run.share > 0:
            shares.add(run.share)
            assert run.cost_millicents is not None and run.unserved == 0
        time.sleep(0.02)
    assert run.state is PlanRunState.DONE
    # Told four times a second at most, in two seconds.
    assert 3 <= len(shares) <= 9, shares
    assert slowest < 2


def test_a_second_plan_of_the_day_can_be_asked_for_once_the_first_is_there(
    client: TestClient, town: Town
) -> None:
    first = until(town, ask(town, seconds=0.05).id, is_over)
    second = until(town, ask(town, seconds=0.05).id, is_over)
    assert (first.state, second.state) == (PlanRunState.DONE, PlanRunState.DONE)
    assert plan_runs.newest(town.pool, town.id, DAY) == second


def test_two_who_ask_at_once_get_one_run_and_one_refusal(town: Town) -> None:
    def asked(who: str) -> PlanRun | PlanRunning:
        try:
            return ask(town, asked_by=who)
        except PlanRunning as refusal:
            return refusal

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(asked, ("Anne", "Paul")))
    (run,) = [each for each in answers if isinstance(each, PlanRun)]
    (refusal,) = [each for each in answers if isinstance(each, PlanRunning)]
    assert refusal.field == "day"
    assert refusal.parameters == {"day": DAY, "asked_by": run.asked_by}
    assert jobs(town) == [("plan_day", {"town_id": town.id, "run_id": run.id}, "todo")]


def jobs(town: Town) -> list[Any]:
    with town.pool.connection() as conn:
        return conn.execute(
            """
            SELECT task_name, args, status::text
              FROM procrastinate.procrastinate_jobs
             WHERE task_name = 'plan_day'
             ORDER BY id
            """
        ).fetchall()


def test_another_day_does_not_wait_for_this_one(town: Town) -> None:
    ask(town)
    other = plan_runs.ask(
        town.pool,
        town.id,
        DAY + timedelta(days=1),
        asked_by="Paul",
        seconds=1,
        seed=0,
        now=town.clock(),
    )
    assert other.state is PlanRunState.WAITING


def test_a_neighbours_run_is_not_found(town: Town) -> None:
    run = ask(town)
    with town.pool.connection() as conn:
        neighbour = data.towns.add(conn, builders.a_town("voisine")).id
    with pytest.raises(NotFound):
        plan_runs.find(town.pool, neighbour, run.id)
    assert plan_runs.newest(town.pool, neighbour, DAY) is None


def test_what_forbids_the_plan_is_told(client: TestClient, town: Town) -> None:
    town.clock.moment += timedelta(days=3)
    run = until(town, ask(town).id, is_over)
    assert run.state is PlanRunState.REFUSED
    assert run.refusal == {
        "code": "no_vehicle",
        "parameters": {"day": DAY.isoformat()},
        "field": "day",
    }
    assert plan_runs.reason(run, "fr") == "Aucun véhicule n'est libre le vendredi 20 novembre 2026."


def test_a_town_whose_streets_are_gone_is_told_so(app: FastAPI, town: Town) -> None:
    with TestClient(app):
        run = until(town, ask(town).id, is_over)
    assert run.state is PlanRunState.REFUSED
    assert run.refusal is not None and run.refusal["code"] == "not_found"


class Broken:
    """Streets that break."""

    def snap(self, *points: object, **named: object) -> Any:
        raise RuntimeError("broken")

    table = route = snap


def test_what_breaks_fails_the_run_and_is_not_hidden(town: Town) -> None:
    town.take(an_order("A-1"))
    run = ask(town)
    with pytest.raises(RuntimeError, match="broken"):
        plan_runs.execute(town.pool, town.id, run.id, Broken(), clock=town.clock)
    run = plan_runs.find(town.pool, town.id, run.id)
    assert run.state is PlanRunState.FAILED
    assert run.refusal is not None and run.refusal["parameters"] == {"reason": "broken"}
    assert "demandez-le de nouveau" in plan_runs.reason(run, "fr")


def test_a_service_that_stops_gives_the_plan_up_at_once(
    app: FastAPI, town: Town, streets: StreetProcesses
) -> None:
    town.take(an_order("A-1"))
    with TestClient(app):
        app.state.streets_of = lambda town_id: streets
        run = ask(town, seconds=600)
        until(town, run.id, lambda run: run.share > 0)
        stopping = time.monotonic()
    assert time.monotonic() - stopping < 5
    run = plan_runs.find(town.pool, town.id, run.id)
    assert run.state is PlanRunState.FAILED
    assert run.refusal is not None and run.refusal["parameters"] == {"reason": "stopped"}
    ask(town)


def _age(superuser: Connection[TupleRow], *, by: timedelta) -> None:
    """Let the worker's last signs of life lie back."""
    superuser.execute("UPDATE plan_runs SET told_at = told_at - %s", [by])
    superuser.execute(
        "UPDATE procrastinate.procrastinate_workers SET last_heartbeat = last_heartbeat - %s", [by]
    )
    # So that the next worker looks for stalled jobs at once, not at the next minute.
    superuser.execute("DELETE FROM procrastinate.procrastinate_periodic_defers")


@pytest.fixture
def killed(
    town: Town,
    database: Database,
    test_home: Path,
    streets: StreetProcesses,
    superuser: Connection[TupleRow],
) -> PlanRun:
    """A run whose worker was killed some minutes ago while it planned."""
    town.take(an_order("A-1"))
    run = ask(town, seconds=600)
    with worker_process.running(database, test_home, town.clock()) as process:
        until(town, run.id, lambda run: run.share > 0)
        process.kill()
        process.wait()
    left = plan_runs.find(town.pool, town.id, run.id)
    assert left.state is PlanRunState.RUNNING
    with pytest.raises(PlanRunning):
        ask(town)
    _age(superuser, by=timedelta(minutes=3))
    return left


def _state(town: Town, run_id: int) -> PlanRun:
    """What is written of a run, without looking for silence."""
    with scoped(town.pool, town.id) as conn:
        run = data.plan_runs.by_id(conn, run_id)
    assert run is not None
    return run


def test_the_run_of_a_killed_worker_fails_and_the_day_is_planned_again(
    killed: PlanRun, town: Town
) -> None:
    again = ask(town)
    assert again.state is PlanRunState.WAITING
    run = _state(town, killed.id)
    assert run.state is PlanRunState.FAILED
    assert run.refusal == {
        "code": "plan_run_failed",
        "parameters": {"reason": "silent"},
        "field": None,
    }


def test_another_worker_takes_up_the_job_of_a_killed_one_and_ends_its_run(
    killed: PlanRun, town: Town, app: FastAPI, streets: StreetProcesses
) -> None:
    with TestClient(app):
        app.state.streets_of = lambda town_id: streets
        deadline = time.monotonic() + PATIENCE_S
        while _state(town, killed.id).is_open:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        again = until(town, ask(town).id, is_over)
    assert _state(town, killed.id).state is PlanRunState.FAILED
    assert again.state is PlanRunState.DONE
    assert [status for _, _, status in jobs(town)] == ["succeeded", "succeeded"]


def test_a_run_nobody_took_up_gives_way(town: Town, superuser: Connection[TupleRow]) -> None:
    run = ask(town)
    with pytest.raises(PlanRunning):
        ask(town)
    _age(superuser, by=timedelta(minutes=20))
    ask(town)
    run = plan_runs.find(town.pool, town.id, run.id)
    assert run.state is PlanRunState.FAILED
    assert run.refusal is not None and run.refusal["parameters"] == {"reason": "unheard"}


def test_the_job_of_a_run_that_is_over_does_nothing(
    client: TestClient, town: Town, superuser: Connection[TupleRow], streets: StreetProcesses
) -> None:
    run = until(town, ask(town, seconds=0.05).id, is_over)
    plan_runs.execute(town.pool, town.id, run.id, streets, clock=town.clock)
    assert plan_runs.find(town.pool, town.id, run.id) == run


def test_a_worker_whose_run_was_given_up_stops_searching(
    client: TestClient, town: Town, superuser: Connection[TupleRow]
) -> None:
    town.take(an_order("A-1"))
    run = ask(town, seconds=600)
    until(town, run.id, lambda run: run.share > 0)
    superuser.execute("UPDATE plan_runs SET state = 'failed'")
    deadline = time.monotonic() + PATIENCE_S
    while jobs(town)[0][2] != "succeeded":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    with scoped(town.pool, town.id) as conn:
        assert data.plans.latest(conn, DAY) is None


def test_a_worker_that_lost_the_database_finds_it_again(
    client: TestClient, town: Town, superuser: Connection[TupleRow]
) -> None:
    until(town, ask(town, seconds=0.05).id, is_over)
    superuser.execute(
        """
        SELECT pg_terminate_backend(pid)
          FROM pg_stat_activity
         WHERE datname = current_database()
           AND pid <> pg_backend_pid()
        """
    )
    for _ in range(20):
        with suppress(ConnectionLost):
            run = ask(town, seconds=0.05)
            break
    for _ in range(20):
        with suppress(ConnectionLost):
            until(town, run.id, is_over)
            break
    assert plan_runs.find(town.pool, town.id, run.id).state is PlanRunState.DONE


def workers(pool: Pool) -> int:
    with pool.connection() as conn:
        return conn.execute("SELECT 1 FROM procrastinate.procrastinate_workers").rowcount


def test_beside_a_database_of_the_operators_own_nobody_works_unless_told(
    town: Town, database: Database, test_home: Path
) -> None:
    settings = Settings(home=test_home, DATABASE_URL=database.application_url)  # type: ignore[call-arg]
    with TestClient(create_app(settings, clock=town.clock)):
        run = ask(town)
        time.sleep(0.5)
        assert workers(town.pool) == 0
        assert plan_runs.find(town.pool, town.id, run.id).state is PlanRunState.WAITING


def test_no_plan_takes_for_ever(town: Town) -> None:
    for seconds in (0, plan_runs.LONGEST_S + 1, float("inf"), float("nan")):
        with pytest.raises(ValueError):
            ask(town, seconds=seconds)


def test_the_command_works_until_it_is_told_to_stop(
    pool: Pool, database: Database, tmp_path: Path
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "worker"],
        env={"DATABASE_URL": database.application_url, "COLPORTEUR_HOME": str(tmp_path)},
        cwd=worker_process.ROOT,
    )
    try:
        deadline = time.monotonic() + PATIENCE_S
        while workers(pool) < 2:
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE_S) == 0
    finally:
        process.kill()
        process.wait()
    assert workers(pool) == 0
