"""Rows of orders, their parcels, and the append-only tale of what happened to them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.errors import UniqueViolation
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from delivery.orders import (
    Fulfilment,
    NewOrder,
    Order,
    OrderState,
    OrderStep,
    ReferenceTaken,
)
from delivery.parcels import Parcel, Size, Temperature


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What a new order was found to mean in its town."""

    channel_id: int
    shop_id: int
    recipient_id: int
    delivery_id: int | None
    code: str | None
    content_sha256: str
    received_at: datetime


def add(conn: Connection[TupleRow], order: NewOrder, intake: Intake) -> int:
    """Add an accepted order with its parcels and its first event; return its id.

    Raises ReferenceTaken where the channel has sent the reference before.
    """
    try:
        row = conn.execute(
            """
            INSERT INTO orders (channel_id, shop_id, delivery_id, recipient_id, reference,
                                content_sha256, recipient_name, fulfilment, state, basket_cents,
                                ready_at, note, code, received_at)
                 VALUES (%(channel_id)s, %(shop_id)s, %(delivery_id)s, %(recipient_id)s,
                         %(reference)s, %(content_sha256)s, %(recipient_name)s, %(fulfilment)s,
                         'accepted', %(basket_cents)s, %(ready_at)s, %(note)s, %(code)s,
                         %(received_at)s)
              RETURNING id
            """,
            {
                "channel_id": intake.channel_id,
                "shop_id": intake.shop_id,
                "delivery_id": intake.delivery_id,
                "recipient_id": intake.recipient_id,
                "reference": order.reference,
                "content_sha256": intake.content_sha256,
                "recipient_name": order.recipient.name,
                "fulfilment": order.fulfilment.value,
                "basket_cents": order.basket_cents,
                "ready_at": order.ready_at,
                "note": order.note,
                "code": intake.code,
                "received_at": intake.received_at,
            },
        ).fetchone()
    except UniqueViolation as error:
        if error.diag.constraint_name == "order_reference_once":
            raise ReferenceTaken(field="reference", reference=order.reference) from error
        raise
    assert row is not None
    add_parcels(conn, row[0], order.parcels)
    add_event(
        conn,
        row[0],
        step=OrderStep.ACCEPT,
        state=OrderState.ACCEPTED,
        at=intake.received_at,
        actor=f"channel:{intake.channel_id}",
    )
    return int(row[0])


def add_parcels(conn: Connection[TupleRow], order_id: int, parcels: Iterable[Parcel]) -> None:
    """Add parcels to an order."""
    with conn.cursor() as cursor:
        cursor.executemany(
            """
            INSERT INTO parcels (order_id, size, weight_g, volume_l, temperature, fragile,
                                 age_check)
                 VALUES (%(order_id)s, %(size)s, %(weight_g)s, %(volume_l)s, %(temperature)s,
                         %(fragile)s, %(age_check)s)
            """,
            [
                {
                    "order_id": order_id,
                    "size": parcel.size.value,
                    "weight_g": parcel.weight_g,
                    "volume_l": parcel.volume_l,
                    "temperature": parcel.temperature.value,
                    "fragile": parcel.fragile,
                    "age_check": parcel.age_check,
                }
                for parcel in parcels
            ],
        )


def content_of(
    conn: Connection[TupleRow], channel_id: int, reference: str
) -> tuple[int, str] | None:
    """Return id and content hash of the order the channel sent under this reference."""
    row = conn.execute(
        """
        SELECT id, content_sha256
          FROM orders
         WHERE channel_id = %(channel_id)s
           AND reference = %(reference)s
        """,
        {"channel_id": channel_id, "reference": reference},
    ).fetchone()
    return None if row is None else (int(row[0]), str(row[1]))


def by_id(conn: Connection[TupleRow], order_id: int) -> Order | None:
    """Return one order, or None when the town has no such order."""
    found = _orders(conn, order_ids=[order_id])
    return found[0] if found else None


def by_tracking(conn: Connection[TupleRow], token: UUID) -> Order | None:
    """Return the order whose recipient was given this link, or None when no link is so."""
    row = conn.execute(
        "SELECT id FROM orders WHERE tracking_token = %(token)s", {"token": token}
    ).fetchone()
    return None if row is None else by_id(conn, row[0])


def of_delivery(conn: Connection[TupleRow], delivery_id: int) -> list[Order]:
    """Return every order of the delivery, called off or not, by id."""
    return _orders(conn, delivery_ids=[delivery_id])


def of_deliveries(conn: Connection[TupleRow], delivery_ids: list[int]) -> dict[int, list[Order]]:
    """Return the orders of many deliveries, by delivery."""
    grouped: dict[int, list[Order]] = {delivery_id: [] for delivery_id in delivery_ids}
    for order in _orders(conn, delivery_ids=delivery_ids):
        assert order.delivery_id is not None
        grouped[order.delivery_id].append(order)
    return grouped


def of_shop(conn: Connection[TupleRow], shop_id: int) -> list[Order]:
    """Return every order of a shop, by id."""
    return _orders(conn, shop_id=shop_id)


def counter_orders(conn: Connection[TupleRow], start: datetime, end: datetime) -> int:
    """Count the click-and-collect orders that are ready, or came in, in [start, end)."""
    row = conn.execute(
        """
        SELECT count(*)
          FROM orders
         WHERE fulfilment = 'counter'
           AND state <> ALL ('{refused,cancelled}')
           AND coalesce(ready_at, received_at) >= %(start)s
           AND coalesce(ready_at, received_at) < %(end)s
        """,
        {"start": start, "end": end},
    ).fetchone()
    assert row is not None
    return int(row[0])


def lock(conn: Connection[TupleRow], order_ids: Iterable[int]) -> None:
    """Hold these orders until the transaction ends."""
    conn.execute(
        "SELECT 1 FROM orders WHERE id = ANY(%(ids)s) ORDER BY id FOR UPDATE",
        {"ids": sorted(order_ids)},
    )


def join(conn: Connection[TupleRow], order_ids: Iterable[int], delivery_id: int) -> None:
    """Put these orders into another delivery; lock both deliveries and the orders first."""
    conn.execute(
        "UPDATE orders SET delivery_id = %(delivery_id)s WHERE id = ANY(%(ids)s)",
        {"delivery_id": delivery_id, "ids": sorted(order_ids)},
    )


def save_step(
    conn: Connection[TupleRow],
    order_id: int,
    *,
    step: OrderStep,
    state: OrderState,
    at: datetime,
    actor: str,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Write the order's new state and the event that led to it."""
    conn.execute(
        "UPDATE orders SET state = %(state)s WHERE id = %(id)s",
        {"state": state.value, "id": order_id},
    )
    add_event(conn, order_id, step=step, state=state, at=at, actor=actor, detail=detail)


def add_event(
    conn: Connection[TupleRow],
    order_id: int,
    *,
    step: OrderStep,
    state: OrderState,
    at: datetime,
    actor: str,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Append one event to the order's tale; `detail` says from what to what, of nobody's person."""
    conn.execute(
        """
        INSERT INTO order_events (order_id, at, step, state, actor, detail)
             VALUES (%(order_id)s, %(at)s, %(step)s, %(state)s, %(actor)s, %(detail)s)
        """,
        {
            "order_id": order_id,
            "at": at,
            "step": step.value,
            "state": state.value,
            "actor": actor,
            "detail": Jsonb(dict(detail or {})),
        },
    )


def _orders(
    conn: Connection[TupleRow],
    *,
    order_ids: list[int] | None = None,
    delivery_ids: list[int] | None = None,
    shop_id: int | None = None,
) -> list[Order]:
    rows = conn.execute(
        """
        SELECT orders.id, orders.reference, orders.channel_id, orders.shop_id, shops.code,
               orders.recipient_name, recipients.phone, orders.fulfilment, orders.state,
               orders.basket_cents, orders.delivery_id, orders.code, orders.ready_at, orders.note
          FROM orders
          JOIN shops ON shops.town_id = orders.town_id AND shops.id = orders.shop_id
          JOIN recipients ON recipients.town_id = orders.town_id
                         AND recipients.id = orders.recipient_id
         WHERE (%(order_ids)s::bigint[] IS NULL OR orders.id = ANY(%(order_ids)s))
           AND (%(delivery_ids)s::bigint[] IS NULL OR orders.delivery_id = ANY(%(delivery_ids)s))
           AND (%(shop_id)s::bigint IS NULL OR orders.shop_id = %(shop_id)s)
         ORDER BY orders.id
        """,
        {"order_ids": order_ids, "delivery_ids": delivery_ids, "shop_id": shop_id},
    ).fetchall()
    parcels = _parcels(conn, [row[0] for row in rows])
    return [_order(row, tuple(parcels.get(row[0], ()))) for row in rows]


def _order(row: TupleRow, parcels: tuple[Parcel, ...]) -> Order:
    id_, reference, channel_id, shop_id, shop_code, name, phone, fulfilment, state, *rest = row
    basket_cents, delivery_id, code, ready_at, note = rest
    return Order(
        id=id_,
        reference=reference,
        channel_id=channel_id,
        shop_id=shop_id,
        shop_code=shop_code,
        recipient_name=name,
        recipient_phone=phone,
        fulfilment=Fulfilment(fulfilment),
        state=OrderState(state),
        basket_cents=basket_cents,
        delivery_id=delivery_id,
        code=code,
        ready_at=ready_at,
        note=note,
        parcels=parcels,
    )


def _parcels(conn: Connection[TupleRow], order_ids: list[int]) -> dict[int, list[Parcel]]:
    found: dict[int, list[Parcel]] = {}
    for order_id, size, weight_g, volume_l, temperature, fragile, age_check in conn.execute(
        """
        SELECT order_id, size, weight_g, volume_l, temperature, fragile, age_check
          FROM parcels
         WHERE order_id = ANY(%(ids)s)
         ORDER BY id
        """,
        {"ids": order_ids},
    ):
        found.setdefault(order_id, []).append(
            Parcel(
                size=Size(size),
                weight_g=weight_g,
                volume_l=volume_l,
                temperature=Temperature(temperature),
                fragile=fragile,
                age_check=age_check,
            )
        )
    return found
