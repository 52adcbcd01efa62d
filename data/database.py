"""The door to PostgreSQL: the server, its two roles, the pool, and the town a transaction sees.

Without `DATABASE_URL` a real PostgreSQL of our own starts under the home folder. The application
connects as `colporteur_app`, which owns nothing and is no superuser, so that row-level security
binds it; `colporteur_owner` migrates.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import Connection, sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool, PoolTimeout

import data.server
from delivery.errors import Refusal

type Pool = ConnectionPool[Connection[TupleRow]]

OWNER = "colporteur_owner"
#: How long a database may take to answer at the start of a process.
PATIENCE_S = 10.0
APPLICATION = "colporteur_app"
#: What any statement raises when its connection is gone: worth trying again.
ConnectionLost = psycopg.OperationalError


class DatabaseUnreachable(Refusal):
    """The database does not answer. Parameters: reason."""

    code = "database_unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """Where a database is, as the role that migrates it and as the role that uses it."""

    owner_url: str
    application_url: str


def embedded(home: Path, *, name: str = "colporteur") -> Database:
    """Start the embedded server under `home` when it is not running, and find the database in it.

    The server stops when the last process that asked for it ends.
    """
    administrator = data.server.start(home / "postgres")
    with psycopg.connect(administrator, autocommit=True) as conn:
        return _prepared(conn, administrator, name)


def _prepared(conn: Connection[TupleRow], administrator: str, name: str) -> Database:
    ensure_role(conn, OWNER)
    ensure_role(conn, APPLICATION)
    ensure_database(conn, name)
    return Database(
        owner_url=make_conninfo(administrator, user=OWNER, dbname=name),
        application_url=make_conninfo(administrator, user=APPLICATION, dbname=name),
    )


def external(application_url: str, owner_url: str | None) -> Database:
    """Use a server of the operator's own; `owner_url` is only needed to migrate."""
    return Database(owner_url=owner_url or application_url, application_url=application_url)


def ensure_role(conn: Connection[TupleRow], role: str, *, password: str | None = None) -> None:
    """Create a login role that is no superuser; leave one that exists as it is."""
    with conn.transaction():
        conn.execute("SELECT pg_advisory_xact_lock(hashtext('colporteur.roles'))")
        found = conn.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
        if not found:
            conn.execute(
                sql.SQL(
                    "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOBYPASSRLS PASSWORD {}"
                ).format(sql.Identifier(role), sql.Literal(password))
            )


def ensure_database(conn: Connection[TupleRow], name: str) -> None:
    """Create the database, owned by the owner role; leave one that exists as it is."""
    if conn.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
        return
    try:
        conn.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(
                sql.Identifier(name), sql.Identifier(OWNER)
            )
        )
    except (psycopg.errors.UniqueViolation, psycopg.errors.DuplicateDatabase):
        return


def drop_database(conn: Connection[TupleRow], name: str) -> None:
    """Drop a database and whatever is connected to it, if it exists."""
    conn.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def fresh_database(home: Path, prefix: str) -> Iterator[Database]:
    """Make a database of one's own in the embedded server, not yet migrated; drop it afterwards.

    What others left whose process was killed is dropped too: nobody is connected to it, while
    each living owner is from the first moment on.
    """
    administrator = data.server.start(home / "postgres")
    name = f"{prefix}{secrets.token_hex(4)}"
    with psycopg.connect(administrator, autocommit=True) as conn:
        conn.execute("SELECT pg_advisory_lock(hashtext('colporteur.fresh'))")
        database = _prepared(conn, administrator, name)
        held = psycopg.connect(database.owner_url, autocommit=True)
        _drop_unused(conn, prefix)
    try:
        yield database
    finally:
        held.close()
        with psycopg.connect(administrator, autocommit=True) as conn:
            drop_database(conn, name)


def _drop_unused(conn: Connection[TupleRow], prefix: str) -> None:
    rows = conn.execute(
        """
        SELECT datname
          FROM pg_database
         WHERE starts_with(datname, %(prefix)s)
           AND datname NOT IN (SELECT datname
                                 FROM pg_stat_activity
                                WHERE datname IS NOT NULL)
         ORDER BY datname
        """,
        {"prefix": prefix},
    ).fetchall()
    for (name,) in rows:
        drop_database(conn, name)


def administrator_url(database: Database) -> str:
    """Return the embedded server's superuser on its maintenance database."""
    return make_conninfo(database.owner_url, user="postgres", dbname="postgres")


def open_pool(url: str, *, most: int = 16) -> Pool:
    """Open a pool of autocommit connections: a `transaction()` block is the whole transaction.

    Raises DatabaseUnreachable.
    """
    pool: Pool = ConnectionPool(
        url, min_size=1, max_size=most, kwargs={"autocommit": True}, open=True, name="colporteur"
    )
    try:
        pool.wait(timeout=PATIENCE_S)
    except PoolTimeout as error:
        pool.close()
        raise DatabaseUnreachable(reason=_reason(url)) from error
    return pool


def _reason(url: str) -> str:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.Error as error:
        return str(error).strip()
    return "too slow"


@contextmanager
def connected(url: str) -> Iterator[Connection[TupleRow]]:
    """Open one connection, each statement of which stands alone.

    Raises DatabaseUnreachable, also where the database fails a statement.
    """
    try:
        with psycopg.connect(url, autocommit=True) as conn:
            yield conn
    except psycopg.Error as error:
        raise DatabaseUnreachable(reason=str(error).strip()) from error


def server_version(conn: Connection[TupleRow]) -> tuple[int, int]:
    """Return the server's major and minor version."""
    return divmod(conn.info.server_version, 10_000)


def answers(pool: Pool) -> bool:
    """Tell whether the database can be asked something within five seconds."""
    try:
        with pool.connection(timeout=5) as conn:
            conn.execute("SELECT 1")
    except (psycopg.Error, PoolTimeout):
        return False
    return True


@contextmanager
def scoped(pool: Pool, town_id: int) -> Iterator[Connection[TupleRow]]:
    """Open one transaction that sees and changes one town."""
    with pool.connection() as conn, conn.transaction():
        scope(conn, town_id)
        yield conn


def scope(conn: Connection[TupleRow], town_id: int) -> None:
    """Let the rest of the transaction see and change one town."""
    conn.execute("SELECT set_config('app.town', %s, true)", (str(town_id),))
