"""What closing a month finds and settles: deliveries proven, deliveries failed."""

from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow, kwargs_row

from data.statements import as_proven
from delivery.statements import Proven


def lock(conn: Connection[TupleRow]) -> None:
    """Let nobody else close a month of this town until the transaction ends."""
    conn.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('colporteur.close', current_town()))"
    )


def lock_due(
    conn: Connection[TupleRow], programme_id: int, ends_at: datetime
) -> tuple[list[int], list[int]]:
    """Lock what a close settles: deliveries proven before a moment, and those that came to nothing.

    What no proof came for counts by its slot, a proof by its own time. Return the numbers of both.
    """
    rows = conn.execute(
        """
          SELECT deliveries.id, deliveries.state
            FROM deliveries
            JOIN subsidies ON subsidies.delivery_id = deliveries.id
            JOIN slots ON slots.id = deliveries.slot_id
           WHERE subsidies.programme_id = %(programme_id)s
             AND ((deliveries.state = 'proven'
                   AND subsidies.state = 'proven'
                   AND deliveries.proven_at < %(ends_at)s
                   AND NOT EXISTS (SELECT 1
                                     FROM statement_lines
                                    WHERE statement_lines.delivery_id = deliveries.id))
                  OR (deliveries.state IN ('promised', 'planned', 'under_way', 'failed')
                      AND subsidies.state <> 'proven'
                      AND slots.starts_at < %(ends_at)s))
           ORDER BY deliveries.id
             FOR NO KEY UPDATE OF deliveries
        """,
        {"programme_id": programme_id, "ends_at": ends_at},
    ).fetchall()
    return (
        [delivery_id for delivery_id, state in rows if state == "proven"],
        [delivery_id for delivery_id, state in rows if state != "proven"],
    )


def has_due(conn: Connection[TupleRow], programme_id: int, ends_at: datetime) -> bool:
    """Whether a close of the programme would find anything to settle."""
    return any(lock_due(conn, programme_id, ends_at))


def proven(conn: Connection[TupleRow], delivery_ids: list[int]) -> list[Proven]:
    """Return proven deliveries with what is held for them; the caller holds their locks."""
    with conn.cursor(row_factory=kwargs_row(as_proven)) as cursor:
        return cursor.execute(
            """
              SELECT deliveries.id AS delivery_id,
                     deliveries.proven_at AS service_at,
                     subsidies.serves_on,
                     deliveries.fulfilment,
                     deliveries.zone_code,
                     subsidies.household,
                     subsidies.envelope_id,
                     subsidies.most_cents AS held_cents,
                     subsidies.reasons AS withheld,
                     count(DISTINCT orders.id) AS orders,
                     count(parcels.id) AS parcels,
                     deliveries.proof_kind,
                     deliveries.proof_sha256
                FROM deliveries
                JOIN subsidies ON subsidies.delivery_id = deliveries.id
                JOIN orders ON orders.delivery_id = deliveries.id
                           AND orders.state NOT IN ('refused', 'cancelled', 'failed', 'returned')
                JOIN parcels ON parcels.order_id = orders.id
               WHERE deliveries.id = ANY(%(ids)s)
               GROUP BY deliveries.town_id, deliveries.id, subsidies.town_id,
                        subsidies.delivery_id
               ORDER BY deliveries.proven_at, deliveries.id
            """,
            {"ids": delivery_ids},
        ).fetchall()


def settle(conn: Connection[TupleRow], held_cents: dict[int, int]) -> None:
    """Close deliveries, by number, and tell them what the envelope holds for them for good."""
    conn.execute(
        """
        UPDATE deliveries
           SET state = 'closed', engaged_cents = settled.cents
          FROM unnest(%(ids)s::bigint[], %(cents)s::integer[]) AS settled (id, cents)
         WHERE deliveries.id = settled.id
        """,
        {"ids": list(held_cents), "cents": list(held_cents.values())},
    )
