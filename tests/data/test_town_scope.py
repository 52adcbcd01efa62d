"""A town sees and changes its own rows, whatever a statement asks for."""

import psycopg
import pytest

import data.database
import data.keys
import data.slots
import data.towns
from data.database import Database, Pool
from data.keys import Key
from tests import builders

TABLES = """
SELECT table_name
  FROM information_schema.columns
 WHERE table_schema = 'public'
   AND column_name = 'town_id'
   AND table_name <> 'keys'
 ORDER BY table_name
"""


@pytest.fixture
def neighbour_id(pool: Pool) -> int:
    with pool.connection() as conn:
        return data.towns.add(conn, builders.a_town("voisine")).id


def _publish(pool: Pool, town_id: int) -> None:
    with data.database.scoped(pool, town_id) as conn:
        data.slots.publish(conn, [builders.a_slot(capacity=3)])


def test_every_table_with_a_town_forces_row_level_security(database: Database) -> None:
    with psycopg.connect(database.owner_url) as conn:
        rows = conn.execute(
            f"""
            SELECT relname
              FROM pg_class
             WHERE (relname IN ({TABLES.replace("ORDER BY table_name", "")})
                    OR relname IN ('keys', 'towns'))
               AND relkind = 'r'
               AND NOT (relrowsecurity AND relforcerowsecurity)
            """
        ).fetchall()
        count = conn.execute(f"SELECT count(*) FROM ({TABLES}) AS tables").fetchone()
    assert rows == []
    assert count is not None and count[0] > 25


def test_every_policy_names_the_town_of_the_transaction(database: Database) -> None:
    with psycopg.connect(database.owner_url) as conn:
        policies = conn.execute(
            """
            SELECT DISTINCT qual
              FROM pg_policies
             WHERE schemaname = 'public'
               AND tablename NOT IN ('keys', 'towns')
            """
        ).fetchall()
    assert policies == [("(town_id = current_town())",)]


def _add_key(pool: Pool, town_id: int, *, within: int) -> str:
    with data.database.scoped(pool, within) as conn:
        return data.keys.add(conn, Key(town_id=town_id, role="dispatcher", subject_id=None))


def _set(pool: Pool, within: int, statement: str, *values: object) -> int:
    with data.database.scoped(pool, within) as conn:
        return conn.execute(statement, values).rowcount


def test_a_key_is_found_before_its_town_is_known(pool: Pool, town_id: int) -> None:
    token = _add_key(pool, town_id, within=town_id)
    with pool.connection() as conn:
        found = data.keys.find(conn, token)
    assert found == Key(town_id=town_id, role="dispatcher", subject_id=None)


def test_a_neighbour_cannot_make_a_key_to_the_town(
    pool: Pool, town_id: int, neighbour_id: int
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        _add_key(pool, town_id, within=neighbour_id)
    with pool.connection() as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        data.keys.add(conn, Key(town_id=town_id, role="dispatcher", subject_id=None))


def test_a_key_is_revoked_by_its_town_alone(pool: Pool, town_id: int, neighbour_id: int) -> None:
    token = _add_key(pool, town_id, within=town_id)
    revoke = "UPDATE keys SET revoked_at = now()"
    assert _set(pool, neighbour_id, revoke) == 0
    with pool.connection() as conn:
        assert conn.execute(revoke).rowcount == 0
        assert data.keys.find(conn, token) is not None
    assert _set(pool, town_id, revoke) == 1
    with pool.connection() as conn:
        assert data.keys.find(conn, token) is None


@pytest.mark.parametrize("change", ["town_id = %s", "role = 'hub'", "token_sha256 = ''"])
def test_what_a_key_opens_never_changes(
    pool: Pool, town_id: int, neighbour_id: int, change: str
) -> None:
    _add_key(pool, town_id, within=town_id)
    values = [neighbour_id] if "%s" in change else []
    for within in (town_id, neighbour_id):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            _set(pool, within, f"UPDATE keys SET {change}", *values)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        _set(pool, town_id, "DELETE FROM keys")


def test_a_town_is_changed_by_itself_alone(pool: Pool, town_id: int, neighbour_id: int) -> None:
    rename = "UPDATE towns SET name = 'Prise' WHERE id = %s"
    assert _set(pool, neighbour_id, rename, town_id) == 0
    with pool.connection() as conn:
        assert conn.execute(rename, [town_id]).rowcount == 0
        assert data.towns.by_id(conn, town_id).name == "Essai"
    assert _set(pool, town_id, rename, town_id) == 1
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        _set(pool, town_id, "DELETE FROM towns WHERE id = %s", town_id)


def test_a_neighbour_sees_nothing(pool: Pool, town_id: int, neighbour_id: int) -> None:
    _publish(pool, town_id)
    with data.database.scoped(pool, neighbour_id) as conn:
        tables = [name for (name,) in conn.execute(TABLES).fetchall()]
        for table in tables:
            assert conn.execute(f'SELECT count(*) FROM "{table}"').fetchone() == (0,), table
    with data.database.scoped(pool, town_id) as conn:
        assert conn.execute("SELECT count(*) FROM slots").fetchone() == (1,)


def test_a_neighbour_changes_nothing(pool: Pool, town_id: int, neighbour_id: int) -> None:
    _publish(pool, town_id)
    with data.database.scoped(pool, neighbour_id) as conn:
        assert conn.execute("UPDATE slots SET capacity = 99").rowcount == 0
        assert conn.execute("DELETE FROM slots").rowcount == 0
    with data.database.scoped(pool, town_id) as conn:
        assert conn.execute("SELECT capacity FROM slots").fetchone() == (3,)


def test_a_neighbour_cannot_write_into_the_town(
    pool: Pool, town_id: int, neighbour_id: int
) -> None:
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        data.database.scoped(pool, neighbour_id) as conn,
    ):
        conn.execute(
            """
            INSERT INTO channels (town_id, name)
                 VALUES (%(town_id)s, 'intrus')
            """,
            {"town_id": town_id},
        )


def test_a_row_cannot_point_at_a_neighbours(pool: Pool, town_id: int, neighbour_id: int) -> None:
    with data.database.scoped(pool, town_id) as conn:
        shop_id = conn.execute(
            """
            INSERT INTO shops (code, name, trade, siret, lon, lat, address, brings_parcels,
                               accepts_residual)
                 VALUES ('a', 'A', 'x', '90123456700013', 0, 0, '', false, false)
              RETURNING id
            """
        ).fetchone()
    assert shop_id is not None
    with (
        pytest.raises(psycopg.errors.ForeignKeyViolation),
        data.database.scoped(pool, neighbour_id) as conn,
    ):
        conn.execute("INSERT INTO channels (name, shop_id) VALUES ('intrus', %s)", shop_id)


def test_without_a_town_nothing_is_seen_or_written(pool: Pool, town_id: int) -> None:
    _publish(pool, town_id)
    with pool.connection() as conn:
        assert conn.execute("SELECT count(*) FROM slots").fetchone() == (0,)
        with pytest.raises(psycopg.errors.Error):
            conn.execute("INSERT INTO channels (name) VALUES ('sans ville')")


def test_the_town_is_forgotten_after_its_transaction(pool: Pool, town_id: int) -> None:
    _publish(pool, town_id)
    for _ in range(3):
        with data.database.scoped(pool, town_id) as conn:
            assert conn.execute("SELECT count(*) FROM slots").fetchone() == (1,)
        with pool.connection() as conn:
            assert conn.execute("SELECT count(*) FROM slots").fetchone() == (0,)


@pytest.mark.parametrize("table", ["events", "order_events", "ledger_entries", "ledger_postings"])
@pytest.mark.parametrize(
    "verb", ["UPDATE {} SET town_id = town_id", "DELETE FROM {}", "TRUNCATE {}"]
)
def test_what_happened_cannot_be_rewritten(pool: Pool, town_id: int, table: str, verb: str) -> None:
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        data.database.scoped(pool, town_id) as conn,
    ):
        conn.execute(verb.format(table))
