"""A day as people look at it: the courier's rounds, the figures, the map."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.rows import TupleRow

import data.database
import data.deliveries
import data.orders
import data.plans
import data.rounds
import data.shops
import data.slots
import data.towns
from data.database import Pool
from data.plans import Plan
from data.rounds import Round
from data.towns import Town
from delivery.day import Day
from delivery.orders import CALLED_OFF, Order
from delivery.planning import Unserved
from delivery.pooling import Delivery, DeliveryState
from delivery.rounds import RoundState, TaskKind
from delivery.slots import Slot, SlotKind

#: Rounds a courier may see.
SHOWN = (RoundState.PUBLISHED, RoundState.STARTED, RoundState.FINISHED, RoundState.CLOSED)
#: Slots are offered for so many days, today among them.
DAYS_OFFERED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundSheet:
    """A round with the orders its tasks move, by id."""

    round: Round
    orders: dict[int, Order]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """What a day came to.

    `orders` and `deliveries` count what was promised and not called off; `saved_drops` the orders
    that rode along with another to the same door; `unserved` what no round took; `on_time` the
    dropoffs done within their window, of `done`.
    """

    orders: int
    deliveries: int
    saved_drops: int
    unserved: int
    rounds: int
    distance_m: int
    duration_s: int
    cost_millicents: int
    done: int
    on_time: int
    proven: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySheet:
    """Everything the map of a day shows."""

    town: Town
    day: Day
    rounds: tuple[Round, ...]
    deliveries: dict[int, Delivery]
    unserved: tuple[Unserved, ...]
    figures: DayFigures
    plan: Plan | None


def _day(conn: Connection[TupleRow], town_id: int, day: date | None, now: datetime | None) -> Day:
    timezone = ZoneInfo(data.towns.by_id(conn, town_id).timezone)
    if day is None:
        assert now is not None
        day = now.astimezone(timezone).date()
    return Day(date=day, timezone=timezone)


def round_sheets(
    pool: Pool, town_id: int, *, day: date | None, vehicle_id: int, now: datetime
) -> list[RoundSheet]:
    """Return a vehicle's published rounds of a day, today's without one named."""
    with data.database.scoped(pool, town_id) as conn:
        asked = _day(conn, town_id, day, now)
        rounds = data.rounds.between(
            conn, asked.starts_at, asked.ends_at, vehicle_id=vehicle_id, states=SHOWN
        )
        orders = _orders(conn, rounds)
    return [RoundSheet(round=round_, orders=orders) for round_ in rounds]


def _orders(conn: Connection[TupleRow], rounds: Iterable[Round]) -> dict[int, Order]:
    ids = sorted({task.delivery_id for round_ in rounds for task in round_.tasks})
    grouped = data.orders.of_deliveries(conn, ids)
    return {order.id: order for orders in grouped.values() for order in orders}


def free_slots(
    pool: Pool, town_id: int, *, day: date | None, kind: SlotKind | None, now: datetime
) -> list[Slot]:
    """Return the slots of a day that can still be booked, today's without one named."""
    with data.database.scoped(pool, town_id) as conn:
        asked = _day(conn, town_id, day, now)
        slots = data.slots.between(conn, asked.starts_at, asked.ends_at, kind)
    return [slot for slot in slots if slot.left > 0 and now < slot.cutoff_at]


def open_slots(
    pool: Pool, town_id: int, kind: SlotKind, *, now: datetime, days: int = DAYS_OFFERED
) -> list[Slot]:
    """Return the slots that can be booked from now on, today and the days after, by time."""
    with data.database.scoped(pool, town_id) as conn:
        timezone = ZoneInfo(data.towns.by_id(conn, town_id).timezone)
        return [slot for slot in offered(conn, timezone, kind, now=now, days=days) if slot.left > 0]


def offered(
    conn: Connection[TupleRow],
    timezone: ZoneInfo,
    kind: SlotKind,
    *,
    now: datetime,
    days: int = DAYS_OFFERED,
) -> list[Slot]:
    """Return the slots of the next days whose cut-off has not passed, full ones too."""
    last = now.astimezone(timezone).date() + timedelta(days=days - 1)
    until = Day(date=last, timezone=timezone).ends_at
    return [slot for slot in data.slots.between(conn, now, until, kind) if now < slot.cutoff_at]


def sheet(
    pool: Pool, town_id: int, day: date | None, *, now: datetime, with_legs: bool = True
) -> DaySheet:
    """Return all that is known of a day, today's without one named."""
    with data.database.scoped(pool, town_id) as conn:
        asked = _day(conn, town_id, day, now)
        deliveries = data.deliveries.listed(
            conn, slots_from=asked.starts_at, slots_until=asked.ends_at
        )
        rounds = data.rounds.between(conn, asked.starts_at, asked.ends_at, with_legs=with_legs)
        plan = data.plans.latest(conn, asked.date)
        unserved = data.plans.unserved(conn, plan.id) if plan else []
        orders = data.orders.of_deliveries(conn, [each.id for each in deliveries])
        counters = data.orders.counter_orders(conn, asked.starts_at, asked.ends_at)
        return DaySheet(
            town=data.towns.by_id(conn, town_id),
            day=asked,
            rounds=tuple(rounds),
            deliveries={delivery.id: delivery for delivery in deliveries},
            unserved=tuple(unserved),
            figures=_figures(deliveries, rounds, unserved, orders, counters),
            plan=plan,
        )


def _figures(
    deliveries: Sequence[Delivery],
    rounds: Sequence[Round],
    unserved: Sequence[Unserved],
    orders: dict[int, list[Order]],
    counter_orders: int,
) -> DayFigures:
    alive = [each for each in deliveries if each.state is not DeliveryState.CANCELLED]
    moved = sum(
        order.state not in CALLED_OFF for delivery in alive for order in orders[delivery.id]
    )
    dropoffs = [
        task.is_on_time
        for round_ in rounds
        for task in round_.tasks
        if task.kind is TaskKind.DROPOFF and task.is_on_time is not None
    ]
    return DayFigures(
        orders=moved + counter_orders,
        deliveries=len(alive),
        saved_drops=moved - len(alive),
        unserved=len(unserved),
        rounds=len(rounds),
        distance_m=sum(round_.distance_m for round_ in rounds),
        duration_s=sum(
            int((round_.returns_at - round_.departs_at).total_seconds()) for round_ in rounds
        ),
        cost_millicents=sum(round_.cost_millicents for round_ in rounds),
        done=len(dropoffs),
        on_time=sum(dropoffs),
        proven=sum(each.proven_at is not None for each in alive),
        failed=sum(each.failed_reason is not None for each in alive),
    )
