"""Keys of programs and people: found by hash before any town is known."""

import hashlib
import secrets
from dataclasses import dataclass

from psycopg import Connection
from psycopg.rows import TupleRow, class_row

ROLES = ("channel", "shop", "courier", "hub", "dispatcher")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What a key opens: a town, a role in it, and whose (channel, shop or vehicle id)."""

    town_id: int
    role: str
    subject_id: int | None


def add(conn: Connection[TupleRow], key: Key) -> str:
    """Make a key of the transaction's town and return its token; only the token's hash is kept."""
    token = f"col_{secrets.token_urlsafe(32)}"
    conn.execute(
        """
        INSERT INTO keys (token_sha256, town_id, role, subject_id)
             VALUES (%(token_sha256)s, %(town_id)s, %(role)s, %(subject_id)s)
        """,
        {
            "token_sha256": _hash(token),
            "town_id": key.town_id,
            "role": key.role,
            "subject_id": key.subject_id,
        },
    )
    return token


def find(conn: Connection[TupleRow], token: str) -> Key | None:
    """Return what the token opens; None when nothing, or revoked."""
    with conn.cursor(row_factory=class_row(Key)) as cursor:
        return cursor.execute(
            """
            SELECT town_id, role, subject_id
              FROM keys
             WHERE token_sha256 = %(token_sha256)s
               AND revoked_at IS NULL
            """,
            {"token_sha256": _hash(token)},
        ).fetchone()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
