"""Rows of published windows and the places taken in them."""

from collections.abc import Iterable
from datetime import datetime

from psycopg import Connection
from psycopg.errors import CheckViolation
from psycopg.rows import TupleRow

from delivery.slots import NewSlot, Slot, SlotFull, SlotKind, SlotShrunk


def share_intake(conn: Connection[TupleRow]) -> None:
    """Take orders beside others who do, but not while a file is being rehearsed."""
    conn.execute(
        "SELECT pg_advisory_xact_lock_shared(hashtextextended('intake:' || current_town(), 0))"
    )


def hold_intake(conn: Connection[TupleRow]) -> None:
    """Let nobody take orders until the transaction ends."""
    conn.execute("SELECT pg_advisory_xact_lock(hashtextextended('intake:' || current_town(), 0))")


def publish(conn: Connection[TupleRow], slots: Iterable[NewSlot]) -> None:
    """Publish slots; one that begins at the same moment takes the new capacity and cut-off.

    Raises SlotShrunk where more places are taken than there would be; none is published then.
    """
    try:
        _publish(conn, slots)
    except CheckViolation as error:
        if error.diag.constraint_name == "slot_never_overbooked":
            raise SlotShrunk(field="capacity") from error
        raise


def _publish(conn: Connection[TupleRow], slots: Iterable[NewSlot]) -> None:
    with conn.cursor() as cursor:
        cursor.executemany(
            """
            INSERT INTO slots (kind, starts_at, ends_at, cutoff_at, capacity)
                 VALUES (%(kind)s, %(starts_at)s, %(ends_at)s, %(cutoff_at)s, %(capacity)s)
            ON CONFLICT ON CONSTRAINT slot_once
              DO UPDATE SET ends_at = EXCLUDED.ends_at, cutoff_at = EXCLUDED.cutoff_at,
                            capacity = EXCLUDED.capacity
            """,
            [
                {
                    "kind": slot.kind.value,
                    "starts_at": slot.starts_at,
                    "ends_at": slot.ends_at,
                    "cutoff_at": slot.cutoff_at,
                    "capacity": slot.capacity,
                }
                for slot in slots
            ],
        )


def between(
    conn: Connection[TupleRow], start: datetime, end: datetime, kind: SlotKind | None = None
) -> list[Slot]:
    """Return the slots that begin in [start, end), by time then kind."""
    rows = conn.execute(
        """
        SELECT id, kind, starts_at, ends_at, cutoff_at, capacity, booked
          FROM slots
         WHERE starts_at >= %(start)s
           AND starts_at < %(end)s
           AND (%(kind)s::text IS NULL OR kind = %(kind)s)
         ORDER BY starts_at, kind
        """,
        {"start": start, "end": end, "kind": kind.value if kind else None},
    ).fetchall()
    return [_slot(*row) for row in rows]


def exist(conn: Connection[TupleRow]) -> bool:
    """Whether the town ever published a slot."""
    row = conn.execute("SELECT EXISTS (SELECT 1 FROM slots)").fetchone()
    return row is not None and bool(row[0])


def close(conn: Connection[TupleRow], slot_id: int) -> bool:
    """Let nobody book a slot any more, keeping what is booked; whether there is such a slot."""
    done = conn.execute("UPDATE slots SET capacity = booked WHERE id = %(id)s", {"id": slot_id})
    return done.rowcount == 1


def id_at(conn: Connection[TupleRow], kind: SlotKind, starts_at: datetime) -> int | None:
    """Return the id of the slot of this kind that begins at this moment."""
    row = conn.execute(
        "SELECT id FROM slots WHERE kind = %(kind)s AND starts_at = %(starts_at)s",
        {"kind": kind.value, "starts_at": starts_at},
    ).fetchone()
    return None if row is None else int(row[0])


def lock(conn: Connection[TupleRow], slot_id: int) -> Slot:
    """Hold the slot until the transaction ends and return it as it is now."""
    conn.execute("SELECT 1 FROM slots WHERE id = %s FOR UPDATE", (slot_id,))
    return by_id(conn, slot_id)


def by_id(conn: Connection[TupleRow], slot_id: int) -> Slot:
    """Return the slot of this id, which must exist."""
    row = conn.execute(
        """
        SELECT id, kind, starts_at, ends_at, cutoff_at, capacity, booked
          FROM slots
         WHERE id = %(id)s
        """,
        {"id": slot_id},
    ).fetchone()
    assert row is not None
    return _slot(*row)


def save(conn: Connection[TupleRow], slot: Slot) -> None:
    """Write how many places are taken.

    Raises SlotFull where the table's own check says that there are not so many.
    """
    try:
        conn.execute(
            "UPDATE slots SET booked = %(booked)s WHERE id = %(id)s",
            {"booked": slot.booked, "id": slot.id},
        )
    except CheckViolation as error:
        if error.diag.constraint_name == "slot_never_overbooked":
            raise SlotFull(
                field="slot_starts_at", starts_at=slot.starts_at, ends_at=slot.ends_at
            ) from error
        raise


def _slot(
    id_: int,
    kind: str,
    starts_at: datetime,
    ends_at: datetime,
    cutoff_at: datetime,
    capacity: int,
    booked: int,
) -> Slot:
    return Slot(
        id=id_,
        kind=SlotKind(kind),
        starts_at=starts_at,
        ends_at=ends_at,
        cutoff_at=cutoff_at,
        capacity=capacity,
        booked=booked,
    )
