"""`schema.sql` is what all migrations make together."""

import os
import secrets
from importlib.resources import files

import psycopg
import pytest
from psycopg import Connection
from psycopg.rows import TupleRow

import data.migrate
import data.schema
from data.database import Database

SCHEMA = files("data") / "schema.sql"


def test_schema_sql_is_what_the_migrations_make(database: Database) -> None:
    if os.environ.get("COLPORTEUR_TEST_SERVER"):
        pytest.skip("dumps are compared on the embedded server's version only")
    assert data.schema.dump(database.owner_url) == SCHEMA.read_text()


def test_a_migrated_database_has_nothing_pending(database: Database) -> None:
    assert data.migrate.migrate(database) == []
    with psycopg.connect(database.application_url) as conn:
        data.migrate.check(conn)


def test_a_new_database_is_refused_until_it_is_migrated(administrator: str) -> None:
    with (
        psycopg.connect(administrator, dbname="template1") as conn,
        pytest.raises(data.migrate.NotMigrated),
    ):
        data.migrate.check(conn)


@pytest.mark.parametrize("strength", ["SUPERUSER", "BYPASSRLS"])
def test_a_role_that_row_level_security_does_not_bind_is_refused(
    superuser: Connection[TupleRow], strength: str
) -> None:
    role = f"colporteur_strong_{secrets.token_hex(4)}"
    with superuser.transaction(force_rollback=True):
        superuser.execute(f'CREATE ROLE "{role}" {strength}')
        superuser.execute(f'GRANT SELECT ON ALL TABLES IN SCHEMA public TO "{role}"')
        superuser.execute(f'SET LOCAL ROLE "{role}"')
        with pytest.raises(data.migrate.RoleTooStrong) as refusal:
            data.migrate.check(superuser)
    assert refusal.value.parameters == {"role": role}


def test_every_constraint_has_a_name_of_our_own(database: Database) -> None:
    with psycopg.connect(database.owner_url) as conn:
        unnamed = conn.execute(
            """
            SELECT conrelid::regclass::text, conname
              FROM pg_constraint
             WHERE connamespace = 'public'::regnamespace
               AND contype <> 'n'
               AND (conname LIKE conrelid::regclass || '_%%_fkey'
                    OR conname LIKE conrelid::regclass || '_%%_check%%'
                    OR conname LIKE conrelid::regclass || '_%%_key'
                    OR conname LIKE conrelid::regclass || '_pkey')
             ORDER BY 1, 2
            """
        ).fetchall()
    assert unnamed == []


def test_the_application_role_is_no_superuser_and_owns_nothing(database: Database) -> None:
    with psycopg.connect(database.application_url) as conn:
        role = conn.execute(
            """
            SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole
              FROM pg_roles
             WHERE rolname = current_user
            """
        ).fetchone()
        owned = conn.execute(
            "SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user"
        ).fetchone()
    assert role == (False, False, False, False)
    assert owned == (0,)
