"""Rows of failed logins: how often of late, for whom and from where."""

from datetime import datetime, timedelta

from psycopg import Connection
from psycopg.rows import TupleRow

from data.accounts import hashed

#: An address of the network is personal data: kept for a day.
KEPT = timedelta(days=1)


def lock(conn: Connection[TupleRow], email: str) -> None:
    """Let one login at a time be tried for an e-mail address, so that none slips past the count."""
    conn.execute(
        """
        SELECT pg_advisory_xact_lock(hashtextextended('login:' || current_town() || %(email)s, 0))
        """,
        {"email": email},
    )


def counted(
    conn: Connection[TupleRow], email: str, address: str, *, since: datetime
) -> tuple[int, int]:
    """Count failures since a moment: for the e-mail address, and from the network address."""
    row = conn.execute(
        """
        SELECT count(*) FILTER (WHERE email_sha256 = %(email)s),
               count(*) FILTER (WHERE address = %(address)s)
          FROM login_failures
         WHERE at >= %(since)s
           AND (email_sha256 = %(email)s OR address = %(address)s)
        """,
        {"email": hashed(email), "address": address, "since": since},
    ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def add(conn: Connection[TupleRow], email: str, address: str, *, at: datetime) -> None:
    """Remember a failure, and forget those of the day before."""
    conn.execute("DELETE FROM login_failures WHERE at < %(before)s", {"before": at - KEPT})
    conn.execute(
        """
        INSERT INTO login_failures (email_sha256, address, at)
             VALUES (%(email)s, %(address)s, %(at)s)
        """,
        {"email": hashed(email), "address": address, "at": at},
    )


def forget(conn: Connection[TupleRow], email: str) -> None:
    """Forget the failures of an e-mail address, whose owner came in or chose a password."""
    conn.execute(
        "DELETE FROM login_failures WHERE email_sha256 = %(email)s", {"email": hashed(email)}
    )
