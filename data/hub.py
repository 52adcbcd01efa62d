"""What lies at the hub and its drive, what is on its way there, and which rounds take it on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow, class_row

from delivery.orders import Fulfilment, OrderState, OrderStep
from delivery.rounds import RoundState, TaskKind


@dataclass(frozen=True, slots=True, kw_only=True)
class HubOrder:
    """An order as the hub's agent sees it; `proven_at` is when its delivery was handed over."""

    id: int
    reference: str
    shop: str
    brings_parcels: bool
    recipient: str
    fulfilment: Fulfilment
    state: OrderState
    delivery_id: int
    slot_starts_at: datetime
    slot_ends_at: datetime
    proven_at: datetime | None
    parcels: int
    is_chilled: bool
    is_frozen: bool
    age_check: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ride:
    """A task at the hub that a round still has to do for an order: take it away, or bring it."""

    order_id: int
    kind: TaskKind
    round_id: int
    vehicle: str
    round_state: RoundState
    departs_at: datetime
    planned_at: datetime


def of_day(conn: Connection[TupleRow], start: datetime, end: datetime) -> list[int]:
    """Return the orders of the hub's day [start, end): here, expected, or handed over.

    What lies here stays in the list, whatever its day, and so does the rest of its delivery.
    """
    rows = conn.execute(
        """
        SELECT orders.id
          FROM orders
         WHERE state IN ('dropped_off', 'at_hub', 'at_drive')
        UNION
        SELECT others.id
          FROM orders
          JOIN orders AS others ON others.town_id = orders.town_id
                               AND others.delivery_id = orders.delivery_id
         WHERE orders.state = 'at_drive'
        UNION
        SELECT orders.id
          FROM slots
          JOIN deliveries ON deliveries.town_id = slots.town_id
                         AND deliveries.slot_id = slots.id
          JOIN orders ON orders.town_id = deliveries.town_id
                     AND orders.delivery_id = deliveries.id
          JOIN shops ON shops.town_id = orders.town_id AND shops.id = orders.shop_id
         WHERE slots.starts_at >= %(start)s
           AND slots.starts_at < %(end)s
           AND ((orders.fulfilment = 'drive'
                 AND orders.state IN ('accepted', 'ready', 'collected'))
                OR (brings_parcels AND orders.state IN ('accepted', 'ready')))
        UNION
        SELECT orders.id
          FROM deliveries
          JOIN orders ON orders.town_id = deliveries.town_id
                     AND orders.delivery_id = deliveries.id
         WHERE deliveries.proven_at >= %(start)s
           AND deliveries.proven_at < %(end)s
           AND orders.fulfilment = 'drive'
           AND orders.state = 'handed_over'
         ORDER BY 1
        """,
        {"start": start, "end": end},
    ).fetchall()
    return [int(row[0]) for row in rows]


def under_way(conn: Connection[TupleRow]) -> list[tuple[int, str]]:
    """Return the orders of deliveries that nobody has yet, with their recipients' names."""
    return [
        (int(order_id), str(name))
        for order_id, name in conn.execute(
            """
            SELECT id, recipient_name
              FROM orders
             WHERE state IN ('accepted', 'ready', 'collected', 'dropped_off', 'at_hub', 'at_drive')
               AND delivery_id IS NOT NULL
             ORDER BY id
            """
        )
    ]


def orders(
    conn: Connection[TupleRow],
    *,
    ids: Iterable[int] | None = None,
    delivery_id: int | None = None,
) -> list[HubOrder]:
    """Return orders of deliveries by slot then id, narrowed by ids or by delivery."""
    rows = conn.execute(
        """
        SELECT orders.id, reference, shops.name, brings_parcels, recipient_name,
               orders.fulfilment, orders.state, delivery_id, slots.starts_at, slots.ends_at,
               proven_at, carried.count, chilled, frozen, age_check
          FROM orders
          JOIN shops ON shops.town_id = orders.town_id AND shops.id = orders.shop_id
          JOIN deliveries ON deliveries.town_id = orders.town_id
                         AND deliveries.id = orders.delivery_id
          JOIN slots ON slots.town_id = deliveries.town_id AND slots.id = deliveries.slot_id
          JOIN LATERAL (SELECT count(*), bool_or(temperature = 'chilled') AS chilled,
                               bool_or(temperature = 'frozen') AS frozen,
                               bool_or(age_check) AS age_check
                          FROM parcels
                         WHERE parcels.town_id = orders.town_id
                           AND parcels.order_id = orders.id) AS carried ON true
         WHERE (%(ids)s::bigint[] IS NULL OR orders.id = ANY(%(ids)s))
           AND (%(delivery_id)s::bigint IS NULL OR delivery_id = %(delivery_id)s)
         ORDER BY slots.starts_at, orders.id
        """,
        {"ids": None if ids is None else list(ids), "delivery_id": delivery_id},
    ).fetchall()
    return [_order(row) for row in rows]


def rides(conn: Connection[TupleRow], delivery_ids: Iterable[int]) -> list[Ride]:
    """Return what rounds that were published still have to do at the hub, by departure."""
    with conn.cursor(row_factory=class_row(_RideRow)) as cursor:
        rows = cursor.execute(
            """
            SELECT order_id, tasks.kind, rounds.id AS round_id, vehicles.name AS vehicle,
                   rounds.state AS round_state, departs_at, planned_at
              FROM tasks
              JOIN task_orders ON task_orders.town_id = tasks.town_id
                              AND task_orders.task_id = tasks.id
              JOIN stops ON stops.town_id = tasks.town_id AND stops.id = tasks.stop_id
              JOIN rounds ON rounds.town_id = tasks.town_id AND rounds.id = tasks.round_id
              JOIN vehicles ON vehicles.town_id = rounds.town_id
                           AND vehicles.id = rounds.vehicle_id
             WHERE tasks.delivery_id = ANY(%(ids)s)
               AND tasks.state = 'to_do'
               AND stops.kind = 'hub'
               AND rounds.state IN ('published', 'started')
             ORDER BY departs_at, planned_at, rounds.id, order_id
            """,
            {"ids": sorted(set(delivery_ids))},
        ).fetchall()
    return [row.ride for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class _RideRow:
    order_id: int
    kind: str
    round_id: int
    vehicle: str
    round_state: str
    departs_at: datetime
    planned_at: datetime

    @property
    def ride(self) -> Ride:
        return Ride(
            order_id=self.order_id,
            kind=TaskKind(self.kind),
            round_id=self.round_id,
            vehicle=self.vehicle,
            round_state=RoundState(self.round_state),
            departs_at=self.departs_at,
            planned_at=self.planned_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step an order took, and who took it."""

    step: OrderStep
    state: OrderState
    actor: str


def last_steps(
    conn: Connection[TupleRow], order_ids: Iterable[int], *, most: int
) -> dict[int, list[Step]]:
    """Return the last steps of these orders, the newest first, by order."""
    found: dict[int, list[Step]] = {}
    for order_id, step, state, actor in conn.execute(
        """
        SELECT ids.id, step, state, actor
          FROM unnest(%(ids)s::bigint[]) AS ids (id)
          JOIN LATERAL (SELECT order_events.id, step, state, actor
                          FROM order_events
                         WHERE order_id = ids.id
                         ORDER BY order_events.id DESC
                         LIMIT %(most)s) AS events ON true
         ORDER BY ids.id, events.id DESC
        """,
        {"ids": sorted(set(order_ids)), "most": most},
    ):
        taken = Step(step=OrderStep(step), state=OrderState(state), actor=actor)
        found.setdefault(order_id, []).append(taken)
    return found


def stop_of(conn: Connection[TupleRow], order_id: int, vehicle_id: int) -> tuple[int, int] | None:
    """Return round and stop where a vehicle next has to do with an order; None where it has not.

    Once all is done there, the last stop it had to do with it.
    """
    row = conn.execute(
        """
        SELECT rounds.id, tasks.stop_id
          FROM orders
          JOIN tasks ON tasks.town_id = orders.town_id
                    AND tasks.delivery_id = orders.delivery_id
          JOIN task_orders ON task_orders.town_id = tasks.town_id
                          AND task_orders.task_id = tasks.id
                          AND task_orders.order_id = orders.id
          JOIN rounds ON rounds.town_id = tasks.town_id AND rounds.id = tasks.round_id
         WHERE orders.id = %(order_id)s
           AND rounds.vehicle_id = %(vehicle_id)s
           AND rounds.state <> 'draft'
         ORDER BY rounds.state IN ('published', 'started') DESC, rounds.departs_at DESC,
                  tasks.state = 'to_do' DESC,
                  CASE WHEN tasks.state = 'to_do' THEN tasks.position ELSE -tasks.position END
         LIMIT 1
        """,
        {"order_id": order_id, "vehicle_id": vehicle_id},
    ).fetchone()
    return None if row is None else (int(row[0]), int(row[1]))


def _order(row: TupleRow) -> HubOrder:
    id_, reference, shop, brings_parcels, recipient, fulfilment, state, delivery_id, *rest = row
    starts_at, ends_at, proven_at, parcels, chilled, frozen, age_check = rest
    return HubOrder(
        id=id_,
        reference=reference,
        shop=shop,
        brings_parcels=brings_parcels,
        recipient=recipient,
        fulfilment=Fulfilment(fulfilment),
        state=OrderState(state),
        delivery_id=delivery_id,
        slot_starts_at=starts_at,
        slot_ends_at=ends_at,
        proven_at=proven_at,
        parcels=parcels,
        is_chilled=bool(chilled),
        is_frozen=bool(frozen),
        age_check=bool(age_check),
    )
