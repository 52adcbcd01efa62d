"""Rows of the plans somebody asked for.

The last sign of life is written and judged by the database's own clock, whatever time the
application lives in.
"""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial

from psycopg import Connection
from psycopg.errors import UniqueViolation
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from delivery.errors import Refusal
from delivery.plan_runs import PlanRun, PlanRunning, PlanRunState

#: Days and moments among a refusal's parameters are kept as text.
_DUMPS = partial(json.dumps, default=str)


def add(
    conn: Connection[TupleRow],
    day: date,
    *,
    asked_by: str,
    seconds: float,
    seed: int,
    at: datetime,
) -> int:
    """Add a run that waits for a worker; return its id.

    Raises PlanRunning where one of that day is not over.
    """
    try:
        with conn.transaction():
            row = conn.execute(
                """
                INSERT INTO plan_runs (day, asked_by, seconds, seed, state, asked_at, told_at)
                     VALUES (%(day)s, %(asked_by)s, %(seconds)s, %(seed)s, 'waiting', %(at)s,
                             clock_timestamp())
                  RETURNING id
                """,
                {"day": day, "asked_by": asked_by, "seconds": seconds, "seed": seed, "at": at},
            ).fetchone()
    except UniqueViolation as error:
        if error.diag.constraint_name != "plan_run_once":
            raise
        running = newest(conn, day)
        asked_by = running.asked_by if running else asked_by
        raise PlanRunning(field="day", day=day, asked_by=asked_by) from error
    assert row is not None
    return int(row[0])


def by_id(conn: Connection[TupleRow], run_id: int) -> PlanRun | None:
    """Return one run, or None when the town has no such run."""
    found = _listed(conn, run_id=run_id)
    return found[0] if found else None


def newest(conn: Connection[TupleRow], day: date) -> PlanRun | None:
    """Return the run of that day that was asked for last."""
    found = _listed(conn, day=day)
    return found[0] if found else None


def _listed(
    conn: Connection[TupleRow], *, run_id: int | None = None, day: date | None = None
) -> list[PlanRun]:
    rows = conn.execute(
        """
        SELECT id, day, asked_by, seconds, seed, state, share, cost_millicents, unserved, plan_id,
               refusal, asked_at, told_at
          FROM plan_runs
         WHERE (id = %(run_id)s OR %(run_id)s::bigint IS NULL)
           AND (day = %(day)s OR %(day)s::date IS NULL)
         ORDER BY id DESC
         LIMIT 1
        """,
        {"run_id": run_id, "day": day},
    ).fetchall()
    return [_run(row) for row in rows]


def _run(row: TupleRow) -> PlanRun:
    return PlanRun(
        id=row[0],
        day=row[1],
        asked_by=row[2],
        seconds=row[3],
        seed=row[4],
        state=PlanRunState(row[5]),
        share=row[6],
        cost_millicents=row[7],
        unserved=row[8],
        plan_id=row[9],
        refusal=row[10],
        asked_at=row[11],
        told_at=row[12],
    )


def lock(conn: Connection[TupleRow], run_id: int) -> PlanRunState | None:
    """Hold a run until the transaction ends and return its state; None when there is none."""
    row = conn.execute(
        "SELECT state FROM plan_runs WHERE id = %(id)s FOR UPDATE", {"id": run_id}
    ).fetchone()
    return None if row is None else PlanRunState(row[0])


def save_state(
    conn: Connection[TupleRow],
    run_id: int,
    state: PlanRunState,
    *,
    plan_id: int | None = None,
    refusal: Refusal | None = None,
) -> None:
    """Write the state after a step, and what the run came to; lock it first."""
    conn.execute(
        """
        UPDATE plan_runs
           SET state = %(state)s,
               plan_id = %(plan_id)s,
               refusal = %(refusal)s,
               told_at = clock_timestamp()
         WHERE id = %(id)s
        """,
        {
            "state": state.value,
            "plan_id": plan_id,
            "refusal": None if refusal is None else Jsonb(_said(refusal), dumps=_DUMPS),
            "id": run_id,
        },
    )


def _said(refusal: Refusal) -> dict[str, object]:
    return {"code": refusal.code, "parameters": refusal.parameters, "field": refusal.field}


def tell(
    conn: Connection[TupleRow], run_id: int, *, share: float, cost_millicents: int, unserved: int
) -> bool:
    """Write how far a run is; False where it runs no more."""
    return bool(
        conn.execute(
            """
            UPDATE plan_runs
               SET share = %(share)s,
                   cost_millicents = %(cost_millicents)s,
                   unserved = %(unserved)s,
                   told_at = clock_timestamp()
             WHERE id = %(id)s
               AND state = 'running'
            """,
            {
                "share": share,
                "cost_millicents": cost_millicents,
                "unserved": unserved,
                "id": run_id,
            },
        ).rowcount
    )


def silent(
    conn: Connection[TupleRow], *, running_for: timedelta, waiting_for: timedelta
) -> Sequence[tuple[int, PlanRunState]]:
    """Hold and return the runs that gave no sign of life for so long, and their states."""
    rows = conn.execute(
        """
        SELECT id, state
          FROM plan_runs
         WHERE (state = 'running' AND told_at < clock_timestamp() - %(running_for)s)
            OR (state = 'waiting' AND told_at < clock_timestamp() - %(waiting_for)s)
         ORDER BY id
           FOR UPDATE
        """,
        {"running_for": running_for, "waiting_for": waiting_for},
    ).fetchall()
    return [(int(run_id), PlanRunState(state)) for run_id, state in rows]
