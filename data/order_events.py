"""Rows of what became of orders: the append-only tale of each."""

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow, class_row


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEvent:
    """One step of an order, who took it, and the state it led to; `detail` is from what to what.

    `actor` is `shop:3`, `channel:2`, `task:7`, `hub` and the like: never a person.
    """

    at: datetime
    step: str
    state: str
    actor: str
    detail: dict[str, object]


def of_order(conn: Connection[TupleRow], order_id: int) -> list[OrderEvent]:
    """Return an order's tale, as it was written down."""
    with conn.cursor(row_factory=class_row(OrderEvent)) as cursor:
        return cursor.execute(
            """
            SELECT at, step, state, actor, detail
              FROM order_events
             WHERE order_id = %(order_id)s
             ORDER BY id
            """,
            {"order_id": order_id},
        ).fetchall()
