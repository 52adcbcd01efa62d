"""Rows of deliveries and recipients."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow
from shapely import Point

from delivery.orders import Fulfilment
from delivery.pooling import Delivery, DeliveryState, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """A drop to promise."""

    slot_id: int
    recipient_id: int
    fulfilment: Fulfilment
    place: Place
    zone_code: str
    code: str
    promised_at: datetime


def recipient(conn: Connection[TupleRow], *, key: str, name: str, phone: str | None) -> int:
    """Return the id of the recipient with this key, added where new; the first name stays.

    One that is known is not locked: recipients come in any order, so that locks could meet.
    """
    known = conn.execute("SELECT id FROM recipients WHERE key = %(key)s", {"key": key}).fetchone()
    if known is not None:
        return int(known[0])
    row = conn.execute(
        """
        INSERT INTO recipients (key, name, phone)
             VALUES (%(key)s, %(name)s, %(phone)s)
        ON CONFLICT ON CONSTRAINT recipient_once
          DO UPDATE SET key = EXCLUDED.key
          RETURNING id
        """,
        {"key": key, "name": name, "phone": phone},
    ).fetchone()
    assert row is not None
    return int(row[0])


def promised(
    conn: Connection[TupleRow], *, slot_id: int, recipient_id: int, place_key: str
) -> int | None:
    """Lock and return the open delivery an order for this door may join; lock the slot first."""
    row = conn.execute(
        """
        SELECT id
          FROM deliveries
         WHERE slot_id = %(slot_id)s
           AND recipient_id = %(recipient_id)s
           AND place_key = %(place_key)s
           AND state = 'promised'
           FOR UPDATE
        """,
        {"slot_id": slot_id, "recipient_id": recipient_id, "place_key": place_key},
    ).fetchone()
    return None if row is None else int(row[0])


def twins(conn: Connection[TupleRow], delivery: Delivery) -> dict[int, int]:
    """Return the recipient's other promised deliveries at the same place: their ids, by slot."""
    rows = conn.execute(
        """
        SELECT slot_id, id
          FROM deliveries
         WHERE recipient_id = %(recipient_id)s
           AND place_key = %(place_key)s
           AND state = 'promised'
           AND id <> %(id)s
         ORDER BY slot_id
        """,
        {
            "recipient_id": delivery.recipient_id,
            "place_key": delivery.place.key,
            "id": delivery.id,
        },
    ).fetchall()
    return dict(rows)


def move(conn: Connection[TupleRow], delivery_id: int, slot_id: int) -> None:
    """Give the delivery another slot; lock both slots and the delivery first."""
    conn.execute(
        "UPDATE deliveries SET slot_id = %(slot_id)s WHERE id = %(id)s",
        {"slot_id": slot_id, "id": delivery_id},
    )


def add(conn: Connection[TupleRow], delivery: NewDelivery) -> int:
    """Add a promised delivery; return its id."""
    row = conn.execute(
        """
        INSERT INTO deliveries (slot_id, recipient_id, fulfilment, place_key, label, lon, lat,
                                zone_code, state, code, promised_at)
             VALUES (%(slot_id)s, %(recipient_id)s, %(fulfilment)s, %(place_key)s, %(label)s,
                     %(lon)s, %(lat)s, %(zone_code)s, 'promised', %(code)s, %(promised_at)s)
          RETURNING id
        """,
        {
            "slot_id": delivery.slot_id,
            "recipient_id": delivery.recipient_id,
            "fulfilment": delivery.fulfilment.value,
            "place_key": delivery.place.key,
            "label": delivery.place.label,
            "lon": delivery.place.point.x,
            "lat": delivery.place.point.y,
            "zone_code": delivery.zone_code,
            "code": delivery.code,
            "promised_at": delivery.promised_at,
        },
    ).fetchone()
    assert row is not None
    return int(row[0])


def by_id(conn: Connection[TupleRow], delivery_id: int) -> Delivery | None:
    """Return one delivery, or None when the town has no such delivery."""
    found = listed(conn, ids=[delivery_id])
    return found[0] if found else None


def lock(conn: Connection[TupleRow], delivery_ids: Iterable[int]) -> list[Delivery]:
    """Hold these deliveries until the transaction ends and return them as they are now."""
    ids = sorted(set(delivery_ids))
    conn.execute(
        "SELECT 1 FROM deliveries WHERE id = ANY(%(ids)s) ORDER BY id FOR UPDATE", {"ids": ids}
    )
    return listed(conn, ids=ids)


def listed(
    conn: Connection[TupleRow],
    *,
    ids: list[int] | None = None,
    slots_from: datetime | None = None,
    slots_until: datetime | None = None,
    states: Iterable[DeliveryState] = DeliveryState,
) -> list[Delivery]:
    """Return deliveries by id, narrowed by ids, by when their slot begins, and by state."""
    rows = conn.execute(
        """
        SELECT deliveries.id, slot_id, recipient_id, fulfilment, place_key, label, lon, lat,
               zone_code, state, code, engaged_cents, promised_at, proven_at, proof_kind,
               proof_sha256, failed_reason
          FROM deliveries
          JOIN slots ON slots.town_id = deliveries.town_id AND slots.id = deliveries.slot_id
         WHERE (%(ids)s::bigint[] IS NULL OR deliveries.id = ANY(%(ids)s))
           AND (%(slots_from)s::timestamptz IS NULL OR slots.starts_at >= %(slots_from)s)
           AND (%(slots_until)s::timestamptz IS NULL OR slots.starts_at < %(slots_until)s)
           AND state = ANY(%(states)s)
         ORDER BY deliveries.id
        """,
        {
            "ids": ids,
            "slots_from": slots_from,
            "slots_until": slots_until,
            "states": [state.value for state in states],
        },
    ).fetchall()
    return [_delivery(row) for row in rows]


def _delivery(row: TupleRow) -> Delivery:
    id_, slot_id, recipient_id, fulfilment, place_key, label, lon, lat, zone_code, *rest = row
    state, code, engaged_cents, promised_at, proven_at, proof_kind, proof_sha256, reason = rest
    return Delivery(
        id=id_,
        slot_id=slot_id,
        recipient_id=recipient_id,
        fulfilment=Fulfilment(fulfilment),
        place=Place(key=place_key, label=label, point=Point(lon, lat)),
        zone_code=zone_code,
        state=DeliveryState(state),
        code=code,
        engaged_cents=engaged_cents,
        promised_at=promised_at,
        proven_at=proven_at,
        proof_kind=proof_kind,
        proof_sha256=proof_sha256,
        failed_reason=reason,
    )


def save_state(
    conn: Connection[TupleRow],
    delivery_id: int,
    state: DeliveryState,
    *,
    failed_reason: str | None = None,
) -> None:
    """Write the delivery's state, and why it failed; nothing where it did not."""
    conn.execute(
        """
        UPDATE deliveries
           SET state = %(state)s, failed_reason = %(reason)s
         WHERE id = %(id)s
        """,
        {"state": state.value, "reason": failed_reason, "id": delivery_id},
    )


def save_proof(
    conn: Connection[TupleRow],
    delivery_id: int,
    *,
    state: DeliveryState,
    proven_at: datetime,
    proof_kind: str,
    proof_sha256: str,
) -> None:
    """Write the proof that the recipient has the delivery."""
    conn.execute(
        """
        UPDATE deliveries
           SET state = %(state)s, proven_at = %(proven_at)s, proof_kind = %(proof_kind)s,
               proof_sha256 = %(proof_sha256)s, failed_reason = NULL
         WHERE id = %(id)s
        """,
        {
            "state": state.value,
            "proven_at": proven_at,
            "proof_kind": proof_kind,
            "proof_sha256": proof_sha256,
            "id": delivery_id,
        },
    )


def failed_attempts(
    conn: Connection[TupleRow], *, since: datetime, delivery_id: int | None, order_id: int | None
) -> int:
    """Count the wrong codes tried for a delivery, or for an order at its shop's counter."""
    row = conn.execute(
        """
        SELECT count(*)
          FROM code_attempts
         WHERE at >= %(since)s
           AND delivery_id IS NOT DISTINCT FROM %(delivery_id)s
           AND order_id IS NOT DISTINCT FROM %(order_id)s
        """,
        {"since": since, "delivery_id": delivery_id, "order_id": order_id},
    ).fetchone()
    assert row is not None
    return int(row[0])


def was_attempted(conn: Connection[TupleRow], event_uuid: UUID) -> bool:
    """Tell whether this event brought a wrong code before."""
    found = conn.execute(
        "SELECT 1 FROM code_attempts WHERE event_uuid = %(uuid)s", {"uuid": event_uuid}
    ).fetchone()
    return found is not None


def add_failed_attempt(
    conn: Connection[TupleRow],
    *,
    at: datetime,
    delivery_id: int | None = None,
    order_id: int | None = None,
    event_uuid: UUID | None = None,
) -> None:
    """Remember a wrong code; an event that is sent again counts once."""
    conn.execute(
        """
        INSERT INTO code_attempts (at, delivery_id, order_id, event_uuid)
             VALUES (%(at)s, %(delivery_id)s, %(order_id)s, %(event_uuid)s)
        ON CONFLICT ON CONSTRAINT attempt_event_once DO NOTHING
        """,
        {
            "at": at,
            "delivery_id": delivery_id,
            "order_id": order_id,
            "event_uuid": event_uuid,
        },
    )
