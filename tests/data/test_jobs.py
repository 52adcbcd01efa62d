"""Jobs go with the transaction that needs them, in a schema nobody else can change."""

from importlib.resources import files

import psycopg
import pytest
from psycopg import Connection
from psycopg.errors import InsufficientPrivilege
from psycopg.rows import TupleRow

import data.database
import data.jobs
import data.migrate
from data.database import Database, Pool
from data.migrate import NotMigrated

JOBS = """
SELECT id, queue_name, task_name, lock, queueing_lock, args, status
  FROM procrastinate.procrastinate_jobs
 ORDER BY id
"""


def jobs(pool: Pool) -> list[TupleRow]:
    with pool.connection() as conn:
        return conn.execute(JOBS).fetchall()


def test_a_job_carries_its_town_and_waits_in_the_queue_of_its_kind(
    pool: Pool, town_id: int
) -> None:
    with data.database.scoped(pool, town_id) as conn:
        planning = data.jobs.defer(conn, "plan_day", town_id=town_id, lock="a", run_id=7)
        letter = data.jobs.defer(
            conn, "send_account_link", town_id=town_id, account_id=3, kind="reset"
        )
    assert jobs(pool) == [
        (planning, "planning", "plan_day", "a", None, {"town_id": town_id, "run_id": 7}, "todo"),
        (
            letter,
            "default",
            "send_account_link",
            None,
            None,
            {"town_id": town_id, "account_id": 3, "kind": "reset"},
            "todo",
        ),
    ]


def test_a_transaction_that_is_undone_enqueues_nothing(pool: Pool, town_id: int) -> None:
    class Undone(Exception):
        pass

    with pytest.raises(Undone), data.database.scoped(pool, town_id) as conn:
        data.jobs.defer(conn, "plan_day", town_id=town_id, run_id=7)
        raise Undone
    assert jobs(pool) == []


def test_a_kind_of_job_nobody_does_is_refused(pool: Pool, town_id: int) -> None:
    with pytest.raises(KeyError), data.database.scoped(pool, town_id) as conn:
        data.jobs.defer(conn, "make_coffee", town_id=town_id)


def test_of_one_queueing_lock_one_job_waits(pool: Pool, town_id: int) -> None:
    with data.database.scoped(pool, town_id) as conn:
        first = data.jobs.defer(conn, "plan_day", town_id=town_id, queueing_lock="a", run_id=1)
        again = data.jobs.defer(conn, "plan_day", town_id=town_id, queueing_lock="a", run_id=2)
    with data.database.scoped(pool, town_id) as conn:
        later = data.jobs.defer(conn, "plan_day", town_id=town_id, queueing_lock="a", run_id=3)
    assert first == again == later
    assert [row[5]["run_id"] for row in jobs(pool)] == [1]


def test_enqueueing_leaves_the_callers_search_path_alone(pool: Pool, town_id: int) -> None:
    with data.database.scoped(pool, town_id) as conn:
        before = conn.execute("SHOW search_path").fetchone()
        data.jobs.defer(conn, "plan_day", town_id=town_id, run_id=1)
        assert conn.execute("SHOW search_path").fetchone() == before


@pytest.mark.parametrize(
    "harm",
    [
        "CREATE TABLE procrastinate.mine (id integer)",
        "DROP TABLE procrastinate.procrastinate_jobs",
        "DROP SCHEMA procrastinate CASCADE",
        "TRUNCATE procrastinate.procrastinate_jobs CASCADE",
        "ALTER TABLE procrastinate.procrastinate_jobs DISABLE TRIGGER ALL",
        "ALTER FUNCTION procrastinate.procrastinate_register_worker_v1() SECURITY DEFINER",
        """
        CREATE FUNCTION procrastinate.procrastinate_register_worker_v1(text) RETURNS bigint
        LANGUAGE sql RETURN 1
        """,
        "INSERT INTO procrastinate.applied (name) VALUES ('99.sql')",
        "DELETE FROM procrastinate.applied",
    ],
)
def test_the_application_changes_rows_of_jobs_and_nothing_else(pool: Pool, harm: str) -> None:
    with pool.connection() as conn, pytest.raises(InsufficientPrivilege):
        conn.execute(harm)


def test_the_functions_run_as_their_caller_and_find_their_own_tables(database: Database) -> None:
    with psycopg.connect(database.owner_url) as conn:
        kinds = conn.execute(
            """
            SELECT DISTINCT prosecdef, proconfig
              FROM pg_proc
             WHERE pronamespace = 'procrastinate'::regnamespace
            """
        ).fetchall()
    assert kinds == [(False, ["search_path=procrastinate, pg_temp"])]


def test_the_job_schema_belongs_to_the_owner_role(database: Database) -> None:
    with psycopg.connect(database.owner_url) as conn:
        owners = conn.execute(
            """
            SELECT DISTINCT pg_get_userbyid(relowner)
              FROM pg_class
             WHERE relnamespace = 'procrastinate'::regnamespace
            """
        ).fetchall()
    assert owners == [(data.database.OWNER,)]


def _description(conn: Connection[TupleRow]) -> list[TupleRow]:
    """What the job schema is made of: columns, functions, triggers, indexes."""
    return conn.execute(
        """
        SELECT 'column', table_name || '.' || column_name, data_type
          FROM information_schema.columns
         WHERE table_schema = 'procrastinate'
         UNION ALL
        SELECT 'function', oid::regprocedure::text, proconfig::text
          FROM pg_proc
         WHERE pronamespace = 'procrastinate'::regnamespace
         UNION ALL
        SELECT 'trigger', trigger_name, event_manipulation
          FROM information_schema.triggers
         WHERE trigger_schema = 'procrastinate'
         UNION ALL
        SELECT 'index', indexname, ''
          FROM pg_indexes
         WHERE schemaname = 'procrastinate'
         ORDER BY 1, 2, 3
        """
    ).fetchall()


def test_an_older_job_schema_is_brought_to_the_packages_version(
    database: Database, superuser: Connection[TupleRow], pool: Pool, town_id: int
) -> None:
    made_whole = _description(superuser)
    superuser.execute("DROP SCHEMA procrastinate CASCADE")
    oldest, *later = data.jobs.shipped()
    with psycopg.connect(database.owner_url) as owner:
        owner.execute("CREATE SCHEMA procrastinate")
        owner.execute("CREATE TABLE procrastinate.applied (name text, applied_at timestamptz)")
        owner.execute("INSERT INTO procrastinate.applied (name) VALUES (%s)", (oldest,))
        owner.execute("GRANT USAGE ON SCHEMA procrastinate TO colporteur_app")
        owner.execute("GRANT SELECT ON procrastinate.applied TO colporteur_app")
        owner.execute("SET search_path TO procrastinate")
        owner.execute((files("procrastinate.sql") / "migrations" / oldest).read_bytes())
    with pool.connection() as conn, pytest.raises(NotMigrated) as refusal:
        data.migrate.check(conn)
    assert refusal.value.parameters["pending"] == later
    assert data.migrate.migrate(database) == [f"procrastinate/{name}" for name in later]
    assert data.migrate.migrate(database) == []
    upgraded = _description(superuser)
    assert {row for row in made_whole if row[0] != "index"} <= set(upgraded)
    with data.database.scoped(pool, town_id) as conn:
        data.migrate.check(conn)
        assert data.jobs.defer(conn, "plan_day", town_id=town_id, run_id=1)


def test_a_database_without_the_job_schema_is_refused(
    superuser: Connection[TupleRow], pool: Pool
) -> None:
    superuser.execute("DROP SCHEMA procrastinate CASCADE")
    with pool.connection() as conn, pytest.raises(NotMigrated):
        data.migrate.check(conn)


def test_health_counts_what_is_due_what_failed_and_who_works(
    superuser: Connection[TupleRow], pool: Pool, town_id: int
) -> None:
    with data.database.scoped(pool, town_id) as conn:
        for run_id in range(3):
            data.jobs.defer(conn, "plan_day", town_id=town_id, run_id=run_id)
    superuser.execute("SET search_path TO procrastinate")
    superuser.execute(
        "UPDATE procrastinate_jobs SET status = 'failed' WHERE args ->> 'run_id' = '1'"
    )
    superuser.execute(
        """
        UPDATE procrastinate_jobs
           SET scheduled_at = now() + interval '1 hour'
         WHERE args ->> 'run_id' = '2'
        """
    )
    superuser.execute("UPDATE procrastinate_events SET at = now() - interval '90 s'")
    superuser.execute("SELECT procrastinate_register_worker_v1()")
    with pool.connection() as conn:
        health = data.jobs.health(conn, heartbeat_s=30)
    assert (health.due, health.failed, health.workers) == (1, 1, 1)
    assert health.longest_wait_s >= 90
    superuser.execute(
        "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'"
    )
    with pool.connection() as conn:
        assert data.jobs.health(conn, heartbeat_s=30).workers == 0
