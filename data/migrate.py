"""Plain forward-only SQL, applied in order, once, under a lock; then the job queue's own."""

from importlib.resources import files
from importlib.resources.abc import Traversable

import psycopg
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow

import data.jobs
from data.database import APPLICATION, Database, DatabaseUnreachable, ensure_role
from delivery.errors import Refusal

#: One migrates, the others wait: any constant, the same for every process.
LOCK = 7_209_411


class OwnerNeeded(Refusal):
    """The role may not change the schema. Parameters: reason."""

    code = "owner_needed"


class NotMigrated(Refusal):
    """The database lacks migrations this version needs. Parameters: pending."""

    code = "not_migrated"


class RoleTooStrong(Refusal):
    """The role sees every town's rows: a superuser, or it bypasses row-level security.
    Parameters: role."""

    code = "role_too_strong"


def migrate(database: Database) -> list[str]:
    """Apply every pending migration in one transaction, then the job queue's; return their names.

    The application's role is made first where it is missing, with the password of its URL.

    Raises OwnerNeeded, DatabaseUnreachable.
    """
    try:
        with psycopg.connect(database.owner_url, autocommit=True) as conn:
            password = conninfo_to_dict(database.application_url).get("password")
            ensure_role(conn, APPLICATION, password=str(password) if password else None)
            return [*_apply(conn), *data.jobs.migrate(conn)]
    except psycopg.errors.InsufficientPrivilege as error:
        raise OwnerNeeded(reason=str(error).strip()) from error
    except psycopg.OperationalError as error:
        raise DatabaseUnreachable(reason=str(error).strip()) from error


def _apply(conn: Connection[TupleRow]) -> list[str]:
    with conn.transaction():
        conn.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        conn.execute(
            """
            CREATE TABLE IF NOT EXISTS migrations (
                name       text        CONSTRAINT migration_pkey PRIMARY KEY,
                applied_at timestamptz NOT NULL DEFAULT now()
            )
            """
        )
        conn.execute("GRANT SELECT ON migrations TO colporteur_app")
        paths = _pending(conn)
        for path in paths:
            conn.execute(path.read_bytes())
            conn.execute("INSERT INTO migrations (name) VALUES (%s)", (path.name,))
    return [path.name for path in paths]


def check(conn: Connection[TupleRow]) -> None:
    """Raise NotMigrated when migrations are pending, RoleTooStrong when the role sees all towns."""
    if conn.execute("SELECT to_regclass('migrations')").fetchone() == (None,):
        raise NotMigrated(pending=[path.name for path in _all()])
    pending = [path.name for path in _pending(conn)]
    if pending:
        raise NotMigrated(pending=pending)
    strong = conn.execute(
        """
        SELECT rolname
          FROM pg_roles
         WHERE rolname = current_user
           AND (rolsuper OR rolbypassrls)
        """
    ).fetchone()
    if strong is not None:
        raise RoleTooStrong(role=strong[0])
    pending = data.jobs.pending(conn)
    if pending:
        raise NotMigrated(pending=pending)


def _all() -> list[Traversable]:
    folder = files("data") / "migrations"
    return sorted(
        (path for path in folder.iterdir() if path.name.endswith(".sql")), key=lambda p: p.name
    )


def _pending(conn: Connection[TupleRow]) -> list[Traversable]:
    rows = conn.execute("SELECT name FROM migrations ORDER BY name").fetchall()
    applied = {name for (name,) in rows}
    return [path for path in _all() if path.name not in applied]
