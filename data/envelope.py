"""Envelopes: one row a programme and year, locked before it is read."""

from collections.abc import Iterable

from psycopg import Connection
from psycopg.errors import CheckViolation
from psycopg.rows import TupleRow, class_row

from delivery.envelope import Envelope, EnvelopeSpent
from delivery.ledger import Account, Entry, balances


def open_year(conn: Connection[TupleRow], programme_id: int, year: int) -> None:
    """Make the envelope of a programme and year, empty, unless it exists."""
    conn.execute(
        """
        INSERT INTO envelopes (programme_id, year, voted_cents)
             VALUES (%(programme_id)s, %(year)s, 0)
        ON CONFLICT ON CONSTRAINT envelope_once DO NOTHING
        """,
        {"programme_id": programme_id, "year": year},
    )


def lock(conn: Connection[TupleRow], programme_id: int, year: int) -> Envelope | None:
    """Lock the envelope of a programme and year, then read it; None where none was voted."""
    row = conn.execute(
        """
        SELECT id
          FROM envelopes
         WHERE programme_id = %(programme_id)s
           AND year = %(year)s
           FOR NO KEY UPDATE
        """,
        {"programme_id": programme_id, "year": year},
    ).fetchone()
    return None if row is None else find(conn, row[0])


def lock_one(conn: Connection[TupleRow], envelope_id: int) -> Envelope:
    """Lock an envelope by its number, then read it."""
    conn.execute("SELECT 1 FROM envelopes WHERE id = %(id)s FOR NO KEY UPDATE", {"id": envelope_id})
    return find(conn, envelope_id)


def lock_all(conn: Connection[TupleRow]) -> None:
    """Lock every envelope of the town, always in the same order; deliveries are locked before."""
    conn.execute("SELECT id FROM envelopes ORDER BY id FOR NO KEY UPDATE")


def find(conn: Connection[TupleRow], envelope_id: int) -> Envelope:
    """Return the envelope of this number, which must exist."""
    with conn.cursor(row_factory=class_row(Envelope)) as cursor:
        envelope = cursor.execute(
            """
            SELECT id, programme_id, year, voted_cents, engaged_cents, service_fait_cents
              FROM envelopes
             WHERE id = %(id)s
            """,
            {"id": envelope_id},
        ).fetchone()
    assert envelope is not None
    return envelope


def all_envelopes(conn: Connection[TupleRow]) -> list[Envelope]:
    """Return the town's envelopes, oldest first."""
    with conn.cursor(row_factory=class_row(Envelope)) as cursor:
        return cursor.execute(
            """
            SELECT id, programme_id, year, voted_cents, engaged_cents, service_fait_cents
              FROM envelopes
             ORDER BY year, id
            """
        ).fetchall()


def move(conn: Connection[TupleRow], entries: Iterable[Entry]) -> None:
    """Bring the counters along with entries that were just posted.

    Raises EnvelopeSpent when the database refuses to overspend.
    """
    sums = balances(entries)
    rows = [
        {
            "id": envelope_id,
            "voted": -sums.get((envelope_id, Account.CREDITS), 0),
            "engaged": sums.get((envelope_id, Account.ENGAGED), 0),
            "service_fait": sums.get((envelope_id, Account.SERVICE_FAIT), 0),
        }
        for envelope_id in sorted({envelope_id for envelope_id, _ in sums})
    ]
    for row in rows:
        try:
            _add(conn, row)
        except CheckViolation as error:
            if error.diag.constraint_name == "envelope_never_overspent":
                raise EnvelopeSpent(
                    left_cents=0, needed_cents=row["engaged"] + row["service_fait"]
                ) from error
            raise


def _add(conn: Connection[TupleRow], row: dict[str, int]) -> None:
    conn.execute(
        """
        UPDATE envelopes
           SET voted_cents        = voted_cents + %(voted)s,
               engaged_cents      = engaged_cents + %(engaged)s,
               service_fait_cents = service_fait_cents + %(service_fait)s
         WHERE id = %(id)s
        """,
        row,
    )
