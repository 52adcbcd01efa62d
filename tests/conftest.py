"""A migrated template database once a run, a clone of it for every test.

The embedded server serves by default; set COLPORTEUR_TEST_SERVER to an administrator's URL to run
the same tests on another PostgreSQL.
"""

import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import psycopg
import pytest
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow

import data.database
import data.jobs
import data.migrate
import data.towns
from data.database import Database, Pool
from tests import builders

APPLICATION_PASSWORD = "colporteur-test"


@pytest.fixture(scope="session")
def test_home() -> Path:
    """A folder that outlives the run: the server's files and the street datasets."""
    home = Path(tempfile.gettempdir()) / f"colporteur-test-{os.getuid()}"
    home.mkdir(exist_ok=True)
    return home


@pytest.fixture(scope="session")
def administrator(test_home: Path) -> str:
    """URL of a role that may create roles and databases."""
    server = os.environ.get("COLPORTEUR_TEST_SERVER")
    if server:
        with psycopg.connect(server, autocommit=True) as conn:
            data.database.ensure_role(conn, data.database.OWNER, password=APPLICATION_PASSWORD)
            data.database.ensure_role(
                conn, data.database.APPLICATION, password=APPLICATION_PASSWORD
            )
        return server
    return data.database.administrator_url(data.database.embedded(test_home))


def _urls(administrator: str, name: str) -> Database:
    return Database(
        owner_url=make_conninfo(
            administrator, user=data.database.OWNER, password=APPLICATION_PASSWORD, dbname=name
        ),
        application_url=make_conninfo(
            administrator,
            user=data.database.APPLICATION,
            password=APPLICATION_PASSWORD,
            dbname=name,
        ),
    )


@pytest.fixture(scope="session")
def template(administrator: str) -> str:
    """Name of a database with every migration applied, made once per set of migrations."""
    folder = files("data") / "migrations"
    paths = sorted(folder.iterdir(), key=lambda path: path.name)
    paths.append(files("data") / "jobs.sql")
    made_of = [path.read_bytes() for path in paths] + [
        name.encode() for name in data.jobs.shipped()
    ]
    digest = hashlib.sha256(b"".join(made_of)).hexdigest()
    name = f"colporteur_template_{digest[:12]}"
    with psycopg.connect(administrator, autocommit=True) as conn:
        conn.execute("SELECT pg_advisory_lock(8117)")
        found = conn.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
        if not found:
            making = f"{name}_making"
            data.database.drop_database(conn, making)
            data.database.ensure_database(conn, making)
            data.migrate.migrate(_urls(administrator, making))
            conn.execute(f'ALTER DATABASE "{making}" RENAME TO "{name}"')
        conn.execute("SELECT pg_advisory_unlock(8117)")
    return name


@pytest.fixture
def database(administrator: str, template: str) -> Iterator[Database]:
    """A fresh database for one test."""
    name = f"colporteur_test_{secrets.token_hex(6)}"
    with psycopg.connect(administrator, autocommit=True) as conn:
        conn.execute("SELECT pg_advisory_lock(8118)")
        conn.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER colporteur_owner')
        conn.execute("SELECT pg_advisory_unlock(8118)")
    yield _urls(administrator, name)
    with psycopg.connect(administrator, autocommit=True) as conn:
        data.database.drop_database(conn, name)


@pytest.fixture
def superuser(administrator: str, database: Database) -> Iterator[Connection[TupleRow]]:
    """The test's database as somebody who may do anything, and does."""
    name = conninfo_to_dict(database.owner_url)["dbname"]
    with psycopg.connect(make_conninfo(administrator, dbname=name), autocommit=True) as conn:
        yield conn


@pytest.fixture
def pool(database: Database) -> Iterator[Pool]:
    """A pool of the application's role on the test's own database."""
    opened = data.database.open_pool(database.application_url)
    yield opened
    opened.close()


@pytest.fixture
def town_id(pool: Pool) -> int:
    """A town with nothing in it yet."""
    with pool.connection() as conn:
        return data.towns.add(conn, builders.a_town()).id
