"""What closing a month finds and settles: deliveries proven, deliveries failed."""

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow, class_row, kwargs_row

from data.statements import as_proven
from delivery.statements import GRACE, Proven


def lock(conn: Connection[TupleRow]) -> None:
    """Let nobody else close a month of this town until the transaction ends."""
    conn.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('colporteur.close', current_town()))"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A delivery that a close settles: proven, or come to nothing; `at` says in which month."""

    delivery_id: int
    programme_id: int
    is_proven: bool
    at: datetime


def lock_due(conn: Connection[TupleRow], ends_at: datetime) -> list[Due]:
    """Lock what a close settles, of all programmes, and return it by number.

    A proof counts by its own time; what failed by the end of its slot; what nobody reported by
    that and three days, for phones that report late. What is under way, on the road or on the
    drive's shelf, stays so.
    """
    ids = _lock_unsettled(conn, ends_at)
    with conn.cursor(row_factory=class_row(Due)) as cursor:
        return cursor.execute(
            """
            SELECT delivery_id, programme_id, is_proven, at
              FROM (SELECT deliveries.id AS delivery_id,
                           subsidies.programme_id,
                           deliveries.state = 'proven' AS is_proven,
                           CASE deliveries.state
                                WHEN 'proven' THEN deliveries.proven_at
                                WHEN 'failed' THEN slots.ends_at
                                ELSE slots.ends_at + %(grace)s
                           END AS at
                      FROM deliveries
                      JOIN subsidies ON subsidies.delivery_id = deliveries.id
                                    AND (subsidies.state = 'proven') = (deliveries.state = 'proven')
                      JOIN slots ON slots.id = deliveries.slot_id
                     WHERE deliveries.id = ANY(%(ids)s)
                       AND NOT EXISTS (SELECT 1
                                         FROM statement_lines
                                        WHERE statement_lines.delivery_id = deliveries.id)) AS due
             WHERE at < %(ends_at)s
             ORDER BY delivery_id
            """,
            {"ids": ids, "grace": GRACE, "ends_at": ends_at},
        ).fetchall()


def _lock_unsettled(conn: Connection[TupleRow], ends_at: datetime) -> list[int]:
    rows = conn.execute(
        """
        SELECT deliveries.id
          FROM deliveries
          JOIN slots ON slots.id = deliveries.slot_id
         WHERE deliveries.state IN ('promised', 'planned', 'failed', 'proven')
           AND (slots.ends_at < %(ends_at)s OR deliveries.proven_at < %(ends_at)s)
         ORDER BY deliveries.id
           FOR NO KEY UPDATE OF deliveries
        """,
        {"ends_at": ends_at},
    ).fetchall()
    return [delivery_id for (delivery_id,) in rows]


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
