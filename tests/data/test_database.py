"""Databases of one's own: fresh, found, dropped, and never another's."""

import os
from pathlib import Path

import psycopg
import pytest

import data.database
import data.migrate
from data.database import DatabaseUnreachable

PREFIX = "colporteur_fresh_"

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("COLPORTEUR_TEST_SERVER")), reason="about the embedded server only"
)


def names(administrator: str) -> set[str]:
    with psycopg.connect(administrator) as conn:
        rows = conn.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX]
        ).fetchall()
    return {name for (name,) in rows}


def name_of(database: data.database.Database) -> str:
    with psycopg.connect(database.owner_url) as conn:
        return str(conn.info.dbname)


def test_a_fresh_database_is_another_each_time_and_gone_afterwards(
    test_home: Path, administrator: str
) -> None:
    with data.database.fresh_database(test_home, PREFIX) as database:
        assert data.migrate.migrate(database)
        assert name_of(database) in names(administrator)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(database.owner_url)


def test_a_database_between_its_migration_and_its_pool_is_not_dropped_by_another(
    test_home: Path,
) -> None:
    with data.database.fresh_database(test_home, PREFIX) as first:
        data.migrate.migrate(first)
        with data.database.fresh_database(test_home, PREFIX):
            pass
        with psycopg.connect(first.application_url) as conn:
            data.migrate.check(conn)


def test_what_a_killed_process_left_is_dropped_by_the_next(
    test_home: Path, administrator: str
) -> None:
    left = f"{PREFIX}left"
    with psycopg.connect(administrator, autocommit=True) as conn:
        data.database.ensure_database(conn, left)
    with data.database.fresh_database(test_home, PREFIX):
        assert left not in names(administrator)


def test_a_database_that_does_not_answer_is_a_refusal_with_its_reason(tmp_path: Path) -> None:
    with (
        pytest.raises(DatabaseUnreachable) as refusal,
        data.database.connected(f"postgresql://nobody@/x?host={tmp_path}"),
    ):
        pass
    assert str(tmp_path) in str(refusal.value.parameters["reason"])
