"""Keys of programs and people: found by hash before any town is known."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow, class_row

ROLES = ("channel", "shop", "courier", "hub", "dispatcher")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What a key opens: a town, a role in it, and whose (channel, shop or vehicle id)."""

    town_id: int
    role: str
    subject_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptKey(Key):
    """A key as people see it in a list: its token was shown once and is not kept."""

    id: int
    label: str
    created_at: datetime
    revoked_at: datetime | None


def add(
    conn: Connection[TupleRow], key: Key, *, label: str = "", at: datetime | None = None
) -> str:
    """Make a key of the transaction's town and return its token; only the token's hash is kept.

    It was made at `at`, else now.
    """
    token = f"col_{secrets.token_urlsafe(32)}"
    conn.execute(
        """
        INSERT INTO keys (token_sha256, town_id, role, subject_id, label, created_at)
             VALUES (%(token_sha256)s, %(town_id)s, %(role)s, %(subject_id)s, %(label)s,
                     coalesce(%(at)s, now()))
        """,
        {
            "token_sha256": _hash(token),
            "town_id": key.town_id,
            "role": key.role,
            "subject_id": key.subject_id,
            "label": label,
            "at": at,
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


def listed(conn: Connection[TupleRow]) -> list[KeptKey]:
    """Return every key of the transaction's town, those in force first, the newest first."""
    with conn.cursor(row_factory=class_row(KeptKey)) as cursor:
        return cursor.execute(
            """
            SELECT id, town_id, role, subject_id, label, created_at, revoked_at
              FROM keys
             WHERE town_id = current_town()
             ORDER BY revoked_at DESC NULLS FIRST, created_at DESC, id DESC
            """
        ).fetchall()


def revoke(conn: Connection[TupleRow], key_id: int, *, at: datetime) -> bool:
    """Let a key open nothing any more; whether the town has one of this id that still did."""
    done = conn.execute(
        """
        UPDATE keys
           SET revoked_at = %(at)s
         WHERE id = %(id)s
           AND town_id = current_town()
           AND revoked_at IS NULL
        """,
        {"at": at, "id": key_id},
    )
    return done.rowcount == 1


def revoke_labelled(conn: Connection[TupleRow], label: str, *, at: datetime) -> None:
    """Let every key of a label open nothing any more."""
    conn.execute(
        """
        UPDATE keys
           SET revoked_at = %(at)s
         WHERE label = %(label)s
           AND town_id = current_town()
           AND revoked_at IS NULL
        """,
        {"at": at, "label": label},
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
