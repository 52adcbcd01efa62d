"""What is read for a recipient's page: of one order, and of its neighbours only how many."""

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow, class_row

from delivery.following import Dropoff
from delivery.orders import Order
from delivery.rounds import RoundState, TaskState


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """A shop as its customer knows it."""

    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Companions:
    """The other orders of a delivery: how many parcels, how many orders are not there yet.

    `ready_at` is when the last of them will be packed.
    """

    parcels: int
    awaited: int
    ready_at: datetime | None


def seller(conn: Connection[TupleRow], shop_id: int) -> Seller:
    """Return the name and address of a shop, which must exist."""
    with conn.cursor(row_factory=class_row(Seller)) as cursor:
        found = cursor.execute(
            "SELECT name, address FROM shops WHERE id = %(id)s", {"id": shop_id}
        ).fetchone()
    assert found is not None
    return found


def happened(conn: Connection[TupleRow], order_id: int) -> dict[str, datetime]:
    """Return when each step was last taken with an order, by step, the earliest step first."""
    rows = conn.execute(
        """
        SELECT step, max(at) AS at
          FROM order_events
         WHERE order_id = %(id)s
         GROUP BY step
         ORDER BY at, step
        """,
        {"id": order_id},
    ).fetchall()
    return dict(rows)


def companions(conn: Connection[TupleRow], order: Order) -> Companions:
    """Return how much rides along with an order in its delivery; called-off orders do not."""
    with conn.cursor(row_factory=class_row(Companions)) as cursor:
        found = cursor.execute(
            """
            SELECT coalesce(sum((SELECT count(*)
                                   FROM parcels
                                  WHERE parcels.order_id = orders.id)), 0)::integer AS parcels,
                   count(*) FILTER (WHERE state <> ALL ('{at_drive,failed,returned}')) AS awaited,
                   max(ready_at) AS ready_at
              FROM orders
             WHERE delivery_id = %(delivery_id)s
               AND id <> %(id)s
               AND state <> ALL ('{refused,cancelled}')
            """,
            {"delivery_id": order.delivery_id, "id": order.id},
        ).fetchone()
    assert found is not None
    return found


def dropoff(conn: Connection[TupleRow], delivery_id: int) -> Dropoff | None:
    """Return the delivery's dropoff in the newest round its courier sees, if there is one."""
    row = conn.execute(
        """
        SELECT tasks.planned_at, tasks.state, rounds.state
          FROM tasks
          JOIN rounds ON rounds.town_id = tasks.town_id AND rounds.id = tasks.round_id
         WHERE tasks.delivery_id = %(delivery_id)s
           AND tasks.kind = 'dropoff'
           AND rounds.state <> 'draft'
         ORDER BY tasks.id DESC
         LIMIT 1
        """,
        {"delivery_id": delivery_id},
    ).fetchone()
    if row is None:
        return None
    planned_at, state, round_state = row
    return Dropoff(
        planned_at=planned_at, state=TaskState(state), round_state=RoundState(round_state)
    )
