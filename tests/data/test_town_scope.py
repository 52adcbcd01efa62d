"""A town sees and changes its own rows, whatever a statement asks for."""

import psycopg
import pytest

import data.database
import data.slots
import data.towns
from data.database import Database, Pool
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
             WHERE relname IN ({TABLES.replace("ORDER BY table_name", "")})
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
            "SELECT DISTINCT qual FROM pg_policies WHERE schemaname = 'public'"
        ).fetchall()
    assert policies == [("(town_id = current_town())",)]


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
