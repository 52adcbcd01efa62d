"""Deliveries as a dispatcher reads them: a day's list, one of them whole, and what may be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.rows import TupleRow

import api.operations.days
import api.operations.locking
import api.operations.orders
import api.operations.slot_changes
import data.database
import data.deliveries
import data.dispatch
import data.order_events
import data.orders
import data.proofs
import data.rounds
import data.shop_orders
import data.shops
import data.slots
import data.subsidies
import data.towns
from data.database import Pool
from data.order_events import OrderEvent
from data.rounds import Round, Stop
from data.subsidies import Subsidy
from delivery.day import Day
from delivery.errors import NotFound
from delivery.orders import CALLED_OFF, Fulfilment, Order
from delivery.pooling import Delivery, DeliveryState
from delivery.proofs import Event
from delivery.rounds import RoundState, TaskKind
from delivery.slots import Slot, SlotKind


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """A delivery on the day's list: its orders, its slot, and the round it is in, by number.

    `needs_ride` is False where its shops bring everything to the drive.
    """

    delivery: Delivery
    slot: Slot
    recipient: str
    phone: str | None
    orders: tuple[Order, ...]
    number: int | None
    round: Round | None
    planned_at: datetime | None
    needs_ride: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryList:
    """All deliveries of a day, by slot; what to call their shops and zones."""

    day: Day
    rows: tuple[DeliveryRow, ...]
    shops: dict[int, str]
    zones: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSheet:
    """One order of a delivery: its story, and what its recipient's link ends with."""

    order: Order
    story: tuple[OrderEvent, ...]
    tracking_token: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySheet:
    """One delivery whole: `stops` say where each of its tasks is, `reports` what couriers said.

    `slots` are those it may still take; `wrong_codes` counts what was tried in vain.
    """

    day: Day
    row: DeliveryRow
    orders: tuple[OrderSheet, ...]
    shops: dict[int, str]
    zone: str
    stops: dict[int, Stop]
    reports: tuple[Event, ...]
    subsidy: Subsidy | None
    wrong_codes: int
    is_draft: bool
    slots: tuple[Slot, ...]


def listed(pool: Pool, town_id: int, date_: date) -> DeliveryList:
    """Return all deliveries of a day."""
    with data.database.scoped(pool, town_id) as conn:
        day = _day(conn, town_id, date_)
        rows = _rows(conn, day, None)
        return DeliveryList(
            day=day,
            rows=tuple(sorted(rows, key=lambda row: (row.slot.starts_at, row.delivery.id))),
            shops=_shop_names(conn, rows),
            zones=data.dispatch.zone_names(conn),
        )


def find(pool: Pool, town_id: int, delivery_id: int, *, now: datetime) -> DeliverySheet:
    """Return everything about one delivery.

    Raises NotFound.
    """
    with data.database.scoped(pool, town_id) as conn:
        found = data.deliveries.by_id(conn, delivery_id)
        if found is None:
            raise NotFound(field="delivery_id")
        slot = data.slots.by_id(conn, found.slot_id)
        timezone = ZoneInfo(data.towns.by_id(conn, town_id).timezone)
        day = Day(date=slot.starts_at.astimezone(timezone).date(), timezone=timezone)
        (row,) = _rows(conn, day, [delivery_id])
        tasks = {} if row.round is None else _stops_of(row.round, delivery_id)
        reports = data.proofs.of_rounds(conn, [row.round.id]) if row.round else []
        kind = SlotKind(found.fulfilment.value)
        return DeliverySheet(
            day=day,
            row=row,
            orders=tuple(_order_sheet(conn, order) for order in row.orders),
            shops=_shop_names(conn, [row]),
            zone=data.dispatch.zone_names(conn).get(found.zone_code, found.zone_code),
            stops=tasks,
            reports=tuple(each for each in reports if each.task_id in tasks),
            subsidy=data.subsidies.find(conn, delivery_id),
            wrong_codes=data.deliveries.failed_attempts(
                conn, since=found.promised_at, delivery_id=delivery_id, order_id=None
            ),
            is_draft=row.round is not None and row.round.state is RoundState.DRAFT,
            slots=tuple(
                each
                for each in api.operations.days.offered(conn, timezone, kind, now=now)
                if each.left > 0 and each.id != slot.id
            )
            if found.state is DeliveryState.PROMISED
            else (),
        )


def cancel_order(
    pool: Pool, town_id: int, delivery_id: int, order_id: int, *, now: datetime, actor: str
) -> None:
    """Call one order of a delivery off, before it is collected.

    Raises NotFound, StepRefused, DeliveryStepRefused.
    """
    with data.database.scoped(pool, town_id) as conn:
        held = api.operations.locking.hold(conn, order_id)
        if held.delivery is None or held.delivery.id != delivery_id:
            raise NotFound(field="order_id")
        api.operations.orders.call_off(conn, held, now=now, actor=actor)


def change_slot(
    pool: Pool, town_id: int, delivery_id: int, starts_at: datetime, *, now: datetime, actor: str
) -> Delivery:
    """Give a delivery another slot; return the one its orders are in then.

    Raises NotFound, and what `slot_changes.change` raises.
    """
    with data.database.scoped(pool, town_id) as conn:
        orders = data.orders.of_delivery(conn, delivery_id)
    alive = [order.id for order in orders if order.state not in CALLED_OFF]
    if not alive:
        raise NotFound(field="delivery_id")
    return api.operations.slot_changes.change(
        pool, town_id, alive[0], starts_at, now=now, actor=actor
    )


def _day(conn: Connection[TupleRow], town_id: int, date_: date) -> Day:
    return Day(date=date_, timezone=ZoneInfo(data.towns.by_id(conn, town_id).timezone))


def _rows(conn: Connection[TupleRow], day: Day, ids: list[int] | None) -> list[DeliveryRow]:
    found = data.deliveries.listed(conn, ids=ids, slots_from=day.starts_at, slots_until=day.ends_at)
    slots = {slot.id: slot for slot in data.slots.between(conn, day.starts_at, day.ends_at)}
    orders = data.orders.of_deliveries(conn, [each.id for each in found])
    people = data.dispatch.recipients(conn, [each.recipient_id for each in found])
    rides = _rides(data.rounds.between(conn, day.starts_at, day.ends_at, with_legs=False))
    bringing = data.dispatch.bringing(
        conn, {order.shop_id for each in orders.values() for order in each}
    )
    rows = []
    for each in found:
        number, round_, planned_at = rides.get(each.id, (None, None, None))
        name, phone = people[each.recipient_id]
        rows.append(
            DeliveryRow(
                delivery=each,
                slot=slots[each.slot_id],
                recipient=name,
                phone=phone,
                orders=tuple(orders[each.id]),
                number=number,
                round=round_,
                planned_at=planned_at,
                needs_ride=each.fulfilment is not Fulfilment.DRIVE
                or any(order.shop_id not in bringing for order in orders[each.id]),
            )
        )
    return rows


def _rides(rounds: Sequence[Round]) -> dict[int, tuple[int, Round, datetime]]:
    """Return where each delivery is handed over: the round, its number, and when."""
    return {
        task.delivery_id: (number, round_, task.planned_at)
        for number, round_ in enumerate(rounds, start=1)
        for task in round_.tasks
        if task.kind is TaskKind.DROPOFF
    }


def _shop_names(conn: Connection[TupleRow], rows: Sequence[DeliveryRow]) -> dict[int, str]:
    return data.shops.names(conn, {order.shop_id for row in rows for order in row.orders})


def _stops_of(round_: Round, delivery_id: int) -> dict[int, Stop]:
    return {
        task.id: stop
        for stop in round_.stops
        for task in stop.tasks
        if task.delivery_id == delivery_id
    }


def _order_sheet(conn: Connection[TupleRow], order: Order) -> OrderSheet:
    return OrderSheet(
        order=order,
        story=tuple(data.order_events.of_order(conn, order.id)),
        tracking_token=data.shop_orders.papers(conn, order.id).tracking_token,
    )
