"""The one door to procrastinate in this room: jobs in PostgreSQL, in a schema of their own.

A job is enqueued in the transaction that makes it needed, and goes with it when it is undone. The
package's own SQL makes the schema and brings it to each newer version; which of its files were
applied is remembered beside its tables. Every town's jobs lie together: their arguments are ids.
"""

from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

import procrastinate
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import UniqueViolation
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

SCHEMA = "procrastinate"
#: One migrates, the others wait: any constant, the same for every process.
LOCK = 7_209_412
#: How many connections a worker shares; each of its desks listens on one more.
MOST_CONNECTIONS = 4

PLANNING, DEFAULT = "planning", "default"
#: Every kind of job, and the queue it waits in: what takes minutes keeps nothing else waiting.
QUEUES = {
    "plan_day": PLANNING,
    "send_account_link": DEFAULT,
    "retry_stalled": DEFAULT,
    "forget_finished": DEFAULT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How the jobs are doing: how many wait and since when, how many failed, who works."""

    due: int
    longest_wait_s: int
    failed: int
    workers: int


def _migrations() -> list[Traversable]:
    folder = files("procrastinate.sql") / "migrations"
    return sorted(
        (path for path in folder.iterdir() if path.name.endswith(".sql")), key=lambda p: p.name
    )


def shipped() -> list[str]:
    """Return the names of the package's migrations, in order."""
    return [path.name for path in _migrations()]


def pending(conn: Connection[TupleRow]) -> list[str]:
    """Return the names of the package's migrations this database lacks."""
    if conn.execute("SELECT to_regclass('procrastinate.applied')").fetchone() == (None,):
        return shipped()
    rows = conn.execute("SELECT name FROM procrastinate.applied ORDER BY name").fetchall()
    applied = {name for (name,) in rows}
    return [name for name in shipped() if name not in applied]


def migrate(conn: Connection[TupleRow]) -> list[str]:
    """Bring the job schema to the installed package's version; return the files applied.

    A fresh one is made whole. Later files each have a transaction of their own: a value added to
    an enumeration may only be used after it.
    """
    with conn.transaction():
        _lock(conn)
        if pending(conn) == shipped():
            _create(conn)
            return [f"{SCHEMA}/schema.sql"]
    applied = []
    while (name := _apply_next(conn)) is not None:
        applied.append(f"{SCHEMA}/{name}")
    return applied


def _lock(conn: Connection[TupleRow]) -> None:
    conn.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))


def _create(conn: Connection[TupleRow]) -> None:
    conn.execute("CREATE SCHEMA procrastinate")
    conn.execute(
        """
        CREATE TABLE procrastinate.applied (
            name       text        CONSTRAINT applied_pkey PRIMARY KEY,
            applied_at timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    _run(conn, files("procrastinate.sql") / "schema.sql", shipped())


def _apply_next(conn: Connection[TupleRow]) -> str | None:
    with conn.transaction():
        _lock(conn)
        names = pending(conn)
        if not names:
            return None
        _run(conn, files("procrastinate.sql") / "migrations" / names[0], names[:1])
    return names[0]


def _run(conn: Connection[TupleRow], path: Traversable, names: list[str]) -> None:
    """Run a file of the package in its schema, remember the names it stands for, and open it."""
    conn.execute("SET LOCAL search_path TO procrastinate")
    conn.execute(path.read_bytes())
    conn.execute("SET LOCAL search_path TO DEFAULT")
    conn.execute(
        "INSERT INTO procrastinate.applied (name) SELECT unnest(%(names)s::text[])",
        {"names": names},
    )
    conn.execute((files("data") / "jobs.sql").read_bytes())


def defer(
    conn: Connection[TupleRow],
    task_name: str,
    *,
    town_id: int,
    lock: str | None = None,
    queueing_lock: str | None = None,
    **arguments: object,
) -> int:
    """Enqueue a job for a town in the caller's transaction; return its id.

    Of one `lock` one job runs at a time. Of one `queueing_lock` one waits beside the one that runs:
    where one waits already, that one's id is returned.
    """
    job: dict[str, object] = {
        "queue": QUEUES[task_name],
        "task": task_name,
        "lock": lock or queueing_lock,
        "queueing_lock": queueing_lock,
        "arguments": Jsonb({"town_id": town_id, **arguments}),
    }
    try:
        with conn.transaction():
            return _deferred(conn, job)
    except UniqueViolation as error:
        if error.diag.constraint_name != "procrastinate_jobs_queueing_lock_idx_v1":
            raise
        first = waiting(conn, queueing_lock)
        return _deferred(conn, job) if first is None else first


def _deferred(conn: Connection[TupleRow], job: dict[str, object]) -> int:
    row = conn.execute(
        """
        SELECT procrastinate.procrastinate_defer_jobs_v1(ARRAY[
                   ROW(%(queue)s, %(task)s, 0, %(lock)s, %(queueing_lock)s, %(arguments)s, NULL)
                   ::procrastinate.procrastinate_job_to_defer_v1])
        """,
        job,
    ).fetchone()
    assert row is not None
    return int(row[0][0])


def waiting(conn: Connection[TupleRow], queueing_lock: str | None) -> int | None:
    """Return the job of a queueing lock that waits; None where there is none, or no lock."""
    row = conn.execute(
        """
        SELECT id
          FROM procrastinate.procrastinate_jobs
         WHERE queueing_lock = %(queueing_lock)s
           AND status = 'todo'
        """,
        {"queueing_lock": queueing_lock},
    ).fetchone()
    return None if row is None else int(row[0])


def health(conn: Connection[TupleRow], *, heartbeat_s: float) -> Health:
    """Return how the jobs are doing; a worker lives that gave a sign within `heartbeat_s`."""
    row = conn.execute(
        """
        SELECT count(*) FILTER (WHERE is_due),
               coalesce(max(extract(epoch FROM now() - since)) FILTER (WHERE is_due), 0)::integer,
               count(*) FILTER (WHERE status = 'failed'),
               (SELECT count(*)
                  FROM procrastinate.procrastinate_workers
                 WHERE last_heartbeat > now() - make_interval(secs => %(heartbeat_s)s))
          FROM (SELECT status,
                       status = 'todo' AND coalesce(scheduled_at, now()) <= now() AS is_due,
                       coalesce(scheduled_at,
                                (SELECT max(events.at)
                                   FROM procrastinate.procrastinate_events AS events
                                  WHERE events.job_id = jobs.id)) AS since
                  FROM procrastinate.procrastinate_jobs AS jobs) AS each_job
        """,
        {"heartbeat_s": heartbeat_s},
    ).fetchone()
    assert row is not None
    due, longest_wait_s, failed, workers = row
    return Health(due=due, longest_wait_s=longest_wait_s, failed=failed, workers=workers)


def app(url: str) -> procrastinate.App:
    """Return a procrastinate application on this database, with no task yet and not open."""
    options = str(conninfo_to_dict(url).get("options") or "")
    connector = procrastinate.PsycopgConnector(
        conninfo=make_conninfo(url, options=f"{options} -c search_path=procrastinate".strip()),
        min_size=1,
        max_size=MOST_CONNECTIONS,
        name="colporteur jobs",
    )
    return procrastinate.App(connector=connector)
