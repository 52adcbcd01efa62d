"""The ledger's rows can be added and nothing else; what is changed anyway is found."""

import psycopg
import pytest
from psycopg import Connection
from psycopg.rows import TupleRow

import data.ledger
from data.database import Pool, scoped
from delivery.envelope import Envelope, engage, release
from delivery.ledger import Account, Entry, Fault, Kind, Posting
from tests import money_builders as money
from tests.builders import NOON


@pytest.fixture
def town(pool: Pool, town_id: int) -> money.Funded:
    return money.a_funded_town(pool, town_id)


def an_entry(conn: Connection[TupleRow], key: str, cents: int = 100) -> Entry:
    row = conn.execute("SELECT id FROM envelopes").fetchone()
    assert row is not None
    return Entry(
        kind=Kind.ENGAGE,
        key=key,
        at=NOON,
        postings=(
            Posting(envelope_id=row[0], account=Account.AVAILABLE, amount_cents=-cents),
            Posting(envelope_id=row[0], account=Account.ENGAGED, amount_cents=cents),
        ),
    )


def test_entries_are_chained_and_move_the_counters(town: money.Funded) -> None:
    with scoped(town.pool, town.town_id) as conn:
        data.ledger.post(conn, [an_entry(conn, "a"), None, an_entry(conn, "b", 50)])
        links = data.ledger.links(conn)
        assert [link.seq for link in links] == [1, 2, 3]
        assert links[2].previous_sha256 == links[1].sha256
        assert data.ledger.lock_head(conn) == (3, links[2].sha256)
        assert data.envelope.all_envelopes(conn)[0].engaged_cents == 150
        assert data.ledger.check(conn) == ()


def test_the_same_key_and_content_is_posted_once(town: money.Funded) -> None:
    with scoped(town.pool, town.town_id) as conn:
        first = data.ledger.post(conn, [an_entry(conn, "a")])
        assert data.ledger.post(conn, [an_entry(conn, "a")]) == first
        assert len(data.ledger.links(conn)) == 2
        assert data.envelope.all_envelopes(conn)[0].engaged_cents == 100


def test_the_same_key_with_other_content_is_a_bug(town: money.Funded) -> None:
    with scoped(town.pool, town.town_id) as conn:
        data.ledger.post(conn, [an_entry(conn, "a")])
        with pytest.raises(ValueError, match="ledger key a"):
            data.ledger.post(conn, [an_entry(conn, "a", 99)])


def raw_entry(conn: Connection[TupleRow], amounts: list[int]) -> None:
    conn.execute(
        """
        INSERT INTO ledger_entries (seq, key, kind, at, previous_sha256, sha256)
             VALUES (99, 'raw', 'vote', now(), '', '')
        """
    )
    for position, cents in enumerate(amounts):
        conn.execute(
            """
            INSERT INTO ledger_postings (seq, position, envelope_id, account, amount_cents)
            SELECT 99, %(position)s, id, 'available', %(cents)s
              FROM envelopes
            """,
            {"position": position, "cents": cents},
        )


@pytest.mark.parametrize("amounts", [[], [5], [5, -4]])
def test_the_database_refuses_unbalanced_and_empty_entries(
    town: money.Funded, amounts: list[int]
) -> None:
    with (
        pytest.raises(psycopg.errors.CheckViolation) as error,
        scoped(town.pool, town.town_id) as conn,
    ):
        raw_entry(conn, amounts)
    assert error.value.diag.constraint_name == "entry_balanced"


def test_the_database_refuses_a_posting_added_to_an_old_entry(town: money.Funded) -> None:
    with pytest.raises(psycopg.errors.CheckViolation), scoped(town.pool, town.town_id) as conn:
        conn.execute(
            """
            INSERT INTO ledger_postings (seq, position, envelope_id, account, amount_cents)
            SELECT 1, 9, id, 'available', 5
              FROM envelopes
            """
        )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entries SET key = 'x'",
        "UPDATE ledger_postings SET amount_cents = 1",
        "DELETE FROM ledger_entries",
        "DELETE FROM ledger_postings",
        "DELETE FROM ledger_heads",
        "DELETE FROM envelopes",
        "DELETE FROM statements",
        "DELETE FROM statement_lines",
        "DELETE FROM subsidies",
        "UPDATE programmes SET rules = '{}'",
        "UPDATE statement_lines SET net_cents = 0",
        "TRUNCATE ledger_entries CASCADE",
        "TRUNCATE ledger_postings",
    ],
)
def test_the_application_cannot_rewrite_the_books(town: money.Funded, statement: str) -> None:
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        scoped(town.pool, town.town_id) as conn,
    ):
        conn.execute(statement)  # type: ignore[call-overload]


def test_another_town_sees_none_of_it(town: money.Funded) -> None:
    with scoped(town.pool, town.town_id + 1) as conn:
        assert data.ledger.links(conn) == []
        assert data.envelope.all_envelopes(conn) == []


@pytest.mark.parametrize(
    ("tampering", "fault"),
    [
        ("UPDATE ledger_entries SET key = 'x' WHERE seq = 3", Fault(seq=3, what="hash")),
        (
            "UPDATE ledger_entries SET at = at + interval '1 us' WHERE seq = 2",
            Fault(seq=2, what="hash"),
        ),
        (
            "UPDATE ledger_postings SET amount_cents = amount_cents * 2 WHERE seq = 3",
            Fault(seq=3, what="hash"),
        ),
    ],
)
def test_tampering_is_found_where_it_was_done(
    town: money.Funded, superuser: Connection[TupleRow], tampering: str, fault: Fault
) -> None:
    with scoped(town.pool, town.town_id) as conn:
        data.ledger.post(conn, [an_entry(conn, each) for each in "abc"])
    superuser.execute(tampering)  # type: ignore[call-overload]
    with scoped(town.pool, town.town_id) as conn:
        assert data.ledger.check(conn)[0] == fault


def test_an_unbalanced_posting_a_removed_entry_and_a_moved_head_are_found(
    town: money.Funded, superuser: Connection[TupleRow]
) -> None:
    with scoped(town.pool, town.town_id) as conn:
        data.ledger.post(conn, [an_entry(conn, each) for each in "abc"])
    superuser.execute("UPDATE ledger_postings SET amount_cents = 7 WHERE seq = 2 AND position = 1")
    with scoped(town.pool, town.town_id) as conn:
        first, *_ = data.ledger.check(conn)
    assert first.seq == 2 and "not balanced" in first.what
    superuser.execute("DELETE FROM ledger_postings WHERE seq >= 2")
    superuser.execute("DELETE FROM ledger_entries WHERE seq >= 2 AND seq <> 3")
    with scoped(town.pool, town.town_id) as conn:
        found = data.ledger.check(conn)
    assert found[0] == Fault(seq=2, what="missing")
    assert Fault(seq=4, what="head") in found


def test_a_counter_that_differs_from_the_postings_is_found(
    town: money.Funded, superuser: Connection[TupleRow]
) -> None:
    superuser.execute("UPDATE envelopes SET engaged_cents = 5")
    with scoped(town.pool, town.town_id) as conn:
        (fault,) = data.ledger.check(conn)
    assert fault.seq is None and "engaged is 5, postings say 0" in fault.what


def test_moves_of_a_delivery_keep_the_books_sound(town: money.Funded) -> None:
    with scoped(town.pool, town.town_id) as conn:
        delivery_id = money.a_delivery(conn, town)
        envelope: Envelope = data.envelope.all_envelopes(conn)[0]
        data.ledger.post(
            conn,
            [
                engage(envelope, delivery_id, 780, attempt=1, at=NOON),
                release(envelope.id, delivery_id, 780, attempt=1, at=NOON),
            ],
        )
        assert data.ledger.check(conn) == ()
        assert data.envelope.find(conn, envelope.id).left_cents == 100_000
