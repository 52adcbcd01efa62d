"""The application starts on a sound database, and lets go of everything when it does not."""

import threading
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection
from psycopg.rows import TupleRow

import api.doctor
import data.migrate
from api.app import create_app
from api.settings import Settings
from data.database import Database
from data.migrate import NotMigrated, RoleTooStrong


def settings(home: Path, url: str, **values: object) -> Settings:
    return Settings(home=home, DATABASE_URL=url, **values)  # type: ignore[arg-type]


@pytest.fixture
def behind(superuser: Connection[TupleRow]) -> None:
    """A database that lacks a migration."""
    superuser.execute("DELETE FROM migrations WHERE name LIKE '0003%'")


def test_a_start_that_is_refused_lets_go_of_the_database(
    behind: None, database: Database, tmp_path: Path
) -> None:
    app = create_app(settings(tmp_path, database.application_url))
    with pytest.raises(NotMigrated), TestClient(app):
        pass
    assert [each.name for each in threading.enumerate() if "colporteur" in each.name] == []


def test_the_doctor_says_what_is_missing_in_words(
    behind: None, database: Database, tmp_path: Path
) -> None:
    *_, last = api.doctor.checks(settings(tmp_path, database.application_url))
    assert (last.name, last.is_well) == ("Migrations", False)
    assert last.detail == "La base de données n'est pas à jour : lancez « colporteur migrate »."


def test_the_doctor_finds_a_sound_installation_well(database: Database, tmp_path: Path) -> None:
    checks = {
        each.name: each for each in api.doctor.checks(settings(tmp_path, database.application_url))
    }
    for name in ("PostgreSQL", "Migrations", "Rôle"):
        assert checks[name].is_well, checks[name]


def test_the_doctor_names_a_role_that_sees_every_town(
    superuser: Connection[TupleRow], tmp_path: Path
) -> None:
    url = superuser.info.dsn
    if superuser.info.password:
        url += f" password={superuser.info.password}"
    *_, last = api.doctor.checks(settings(tmp_path, url))
    assert (last.name, last.is_well) == ("Rôle", False)
    assert superuser.info.user in last.detail
    with pytest.raises(RoleTooStrong):
        data.migrate.check(superuser)


def test_the_doctor_says_that_nobody_answers(tmp_path: Path) -> None:
    (check,) = api.doctor.checks(settings(tmp_path, f"postgresql://nobody@/x?host={tmp_path}"))
    assert (check.name, check.is_well) == ("PostgreSQL", False)
    assert str(tmp_path) in check.detail
