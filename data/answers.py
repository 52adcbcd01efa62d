"""Rows of what was answered to a channel's request, so that a repetition answers the same."""

import json
from dataclasses import dataclass, replace
from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A kept answer: HTTP status and body, and the hash of the request it answered."""

    body_sha256: str
    status: int
    body: dict[str, object]


def lock(conn: Connection[TupleRow], channel_id: int, key: str) -> None:
    """Let one request at a time use the key, until the transaction ends."""
    conn.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(%(name)s, 0))",
        {"name": f"answer:{channel_id}:{key}"},
    )


def find(conn: Connection[TupleRow], channel_id: int, key: str) -> Answer | None:
    """Return what was answered under this key."""
    row = conn.execute(
        """
        SELECT body_sha256, status, body
          FROM answers
         WHERE channel_id = %(channel_id)s
           AND key = %(key)s
        """,
        {"channel_id": channel_id, "key": key},
    ).fetchone()
    return None if row is None else Answer(body_sha256=row[0], status=row[1], body=row[2])


def add(
    conn: Connection[TupleRow], channel_id: int, key: str, answer: Answer, *, at: datetime
) -> Answer:
    """Keep an answer and return it as it will be found: jsonb has its own order of keys."""
    row = conn.execute(
        """
        INSERT INTO answers (channel_id, key, body_sha256, status, body, at)
             VALUES (%(channel_id)s, %(key)s, %(body_sha256)s, %(status)s, %(body)s, %(at)s)
          RETURNING body
        """,
        {
            "channel_id": channel_id,
            "key": key,
            "body_sha256": answer.body_sha256,
            "status": answer.status,
            "body": json.dumps(answer.body),
            "at": at,
        },
    ).fetchone()
    assert row is not None
    return replace(answer, body=row[0])
