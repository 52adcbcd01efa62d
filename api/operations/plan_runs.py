"""Plan in the background: somebody asks, a worker plans, everybody sees how far it is."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta

from psycopg import Connection
from psycopg.rows import TupleRow

import api.operations.plans
import api.words
import data.database
import data.jobs
import data.plan_runs
from data.database import ConnectionLost, Pool
from delivery.errors import NotFound, Refusal
from delivery.plan_runs import (
    OPEN,
    PlanRun,
    PlanRunFailed,
    PlanRunOver,
    PlanRunState,
    PlanRunStep,
    step,
)
from routing.solver import Progress
from routing.streets import Streets

#: A worker that plans gives a sign of life far more often; without one for so long it is dead.
SILENCE = timedelta(seconds=60)
#: Where no worker takes a run up for so long, another may be asked for in its place.
UNHEARD = timedelta(minutes=15)
#: Nobody waits longer than that for a plan.
LONGEST_S = 600.0
#: Progress is written no oftener.
TELL_EVERY_S = 0.25


def ask(
    pool: Pool,
    town_id: int,
    day: date,
    *,
    asked_by: str,
    seconds: float,
    seed: int,
    now: datetime,
) -> PlanRun:
    """Have a day planned in the background within `seconds`, LONGEST_S at most.

    A run of that day whose worker died gives way. Raises PlanRunning where another is not over.
    """
    if not 0 < seconds <= LONGEST_S:
        raise ValueError(f"a plan takes up to {LONGEST_S} seconds, not {seconds}")
    with data.database.scoped(pool, town_id) as conn:
        _end_silent(conn)
        run_id = data.plan_runs.add(
            conn, day, asked_by=asked_by, seconds=seconds, seed=seed, at=now
        )
        data.jobs.defer(conn, "plan_day", town_id=town_id, run_id=run_id)
        return _found(conn, run_id)


def _end_silent(conn: Connection[TupleRow]) -> None:
    for run_id, state in data.plan_runs.silent(conn, running_for=SILENCE, waiting_for=UNHEARD):
        reason = "unheard" if state is PlanRunState.WAITING else "silent"
        _take(conn, run_id, PlanRunStep.FAIL, refusal=PlanRunFailed(reason=reason))


def find(pool: Pool, town_id: int, run_id: int) -> PlanRun:
    """Return one run; one whose worker died is found to have failed.

    Raises NotFound.
    """
    with data.database.scoped(pool, town_id) as conn:
        _end_silent(conn)
        return _found(conn, run_id)


def _found(conn: Connection[TupleRow], run_id: int) -> PlanRun:
    run = data.plan_runs.by_id(conn, run_id)
    if run is None:
        raise NotFound(field="run_id")
    return run


def newest(pool: Pool, town_id: int, day: date) -> PlanRun | None:
    """Return the run of that day that was asked for last, as `find` does."""
    with data.database.scoped(pool, town_id) as conn:
        _end_silent(conn)
        return data.plan_runs.newest(conn, day)


def reason(run: PlanRun, language: str) -> str:
    """Say why a run came to no plan; nothing where it did, or still may."""
    if run.refusal is None:
        return ""
    parameters = run.refusal["parameters"]
    assert isinstance(parameters, dict)
    return api.words.text(str(run.refusal["code"]), parameters | {"day": run.day}, language)


def execute(
    pool: Pool,
    town_id: int,
    run_id: int,
    streets: Streets,
    *,
    clock: Callable[[], datetime],
    is_stopping: Callable[[], bool] = lambda: False,
) -> None:
    """Plan as a run asks for, telling how far it is; what becomes of it is written to the run.

    A run that is over is left alone; one that runs already has lost its worker, and fails. Where
    `is_stopping` says so the search is given up.
    """
    with ended(pool, town_id, run_id):
        run = _started(pool, town_id, run_id)
        planned = api.operations.plans.plan_day(
            pool,
            town_id,
            run.day,
            streets,
            now=clock(),
            seconds=run.seconds,
            seed=run.seed,
            progress=_Teller(pool, town_id, run_id, is_stopping),
        )
        with data.database.scoped(pool, town_id) as conn:
            data.plan_runs.tell(
                conn,
                run_id,
                share=1.0,
                cost_millicents=planned.plan.cost_millicents,
                unserved=len(planned.unserved),
            )
            _take(conn, run_id, PlanRunStep.FINISH, plan_id=planned.plan.id)


def _started(pool: Pool, town_id: int, run_id: int) -> PlanRun:
    with data.database.scoped(pool, town_id) as conn:
        if data.plan_runs.lock(conn, run_id) is PlanRunState.RUNNING:
            raise PlanRunFailed(reason="silent")
        _take(conn, run_id, PlanRunStep.START)
        return _found(conn, run_id)


@contextmanager
def ended(pool: Pool, town_id: int, run_id: int) -> Iterator[None]:
    """See to it that a run ends with what is done for it: refused by a refusal, else failed.

    What is no refusal is raised again once that is written. Where the database is lost nothing
    can be: the run is left to whoever tries again, or finds it silent.
    """
    ending: Refusal | None = PlanRunFailed(reason="broken")
    try:
        yield
        ending = None
    except PlanRunOver:
        ending = None
    except ConnectionLost:
        ending = None
        raise
    except Refusal as refusal:
        ending = refusal
    finally:
        if ending is not None:
            _end(pool, town_id, run_id, ending)


def _end(pool: Pool, town_id: int, run_id: int, ending: Refusal) -> None:
    has_failed = isinstance(ending, PlanRunFailed)
    taken = PlanRunStep.FAIL if has_failed else PlanRunStep.REFUSE
    with data.database.scoped(pool, town_id) as conn:
        if data.plan_runs.lock(conn, run_id) in OPEN:
            _take(conn, run_id, taken, refusal=ending)


def _take(
    conn: Connection[TupleRow],
    run_id: int,
    taken: PlanRunStep,
    *,
    plan_id: int | None = None,
    refusal: Refusal | None = None,
) -> None:
    """Take a step of a run. Raises NotFound, PlanRunOver."""
    state = data.plan_runs.lock(conn, run_id)
    if state is None:
        raise NotFound(field="run_id")
    state = step(state, taken)
    data.plan_runs.save_state(conn, run_id, state, plan_id=plan_id, refusal=refusal)


class _Teller:
    """Writes how far a search is, now and then; gives the search up where nobody waits for it."""

    def __init__(
        self, pool: Pool, town_id: int, run_id: int, is_stopping: Callable[[], bool]
    ) -> None:
        """Tell of one run."""
        self._pool, self._town_id, self._run_id = pool, town_id, run_id
        self._is_stopping = is_stopping
        self._told = 0.0

    def __call__(self, now: Progress) -> None:
        """Write the progress, where the last was not written just before.

        Raises PlanRunFailed, PlanRunOver.
        """
        if self._is_stopping():
            raise PlanRunFailed(reason="stopped")
        if time.monotonic() - self._told < TELL_EVERY_S:
            return
        self._told = time.monotonic()
        # What could not be told is told with the next: the search goes on.
        with suppress(ConnectionLost):
            self._tell(now)

    def _tell(self, now: Progress) -> None:
        with data.database.scoped(self._pool, self._town_id) as conn:
            runs = data.plan_runs.tell(
                conn,
                self._run_id,
                share=now.share,
                cost_millicents=now.cost,
                unserved=now.unserved,
            )
        if not runs:
            raise PlanRunOver(field="state")
