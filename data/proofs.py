"""Rows of couriers' events: appended, never changed."""

import json
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from delivery.proofs import Event, EventKind


def add(conn: Connection[TupleRow], event: Event, *, received_at: datetime) -> str | None:
    """Append an event; return None, or the fingerprint of the one its uuid already names."""
    row = conn.execute(
        """
        INSERT INTO events (uuid, round_id, task_id, seq, device_at, monotonic_ms, kind, payload,
                            content_sha256, received_at)
             VALUES (%(uuid)s, %(round_id)s, %(task_id)s, %(seq)s, %(device_at)s,
                     %(monotonic_ms)s, %(kind)s, %(payload)s, %(content_sha256)s, %(received_at)s)
        ON CONFLICT ON CONSTRAINT event_once DO NOTHING
          RETURNING uuid
        """,
        {
            "uuid": event.uuid,
            "round_id": event.round_id,
            "task_id": event.task_id,
            "seq": event.seq,
            "device_at": event.device_at,
            "monotonic_ms": event.monotonic_ms,
            "kind": event.kind.value,
            "payload": json.dumps(event.payload),
            "content_sha256": event.content_sha256,
            "received_at": received_at,
        },
    ).fetchone()
    if row is not None:
        return None
    return fingerprint(conn, event.uuid)


def fingerprint(conn: Connection[TupleRow], uuid: UUID) -> str | None:
    """Return the fingerprint of the event this uuid names, if there is one."""
    row = conn.execute(
        "SELECT content_sha256 FROM events WHERE uuid = %(uuid)s", {"uuid": uuid}
    ).fetchone()
    return None if row is None else str(row[0])


def of_rounds(conn: Connection[TupleRow], round_ids: Iterable[int]) -> list[Event]:
    """Return every event of these rounds, by the couriers' clocks."""
    rows = conn.execute(
        """
        SELECT uuid, round_id, task_id, seq, device_at, monotonic_ms, kind, payload
          FROM events
         WHERE round_id = ANY(%(ids)s)
         ORDER BY device_at, seq, uuid
        """,
        {"ids": sorted(set(round_ids))},
    ).fetchall()
    return [
        Event(
            uuid=uuid,
            round_id=round_id,
            task_id=task_id,
            seq=seq,
            device_at=device_at,
            monotonic_ms=monotonic_ms,
            kind=EventKind(kind),
            payload=payload,
        )
        for uuid, round_id, task_id, seq, device_at, monotonic_ms, kind, payload in rows
    ]
