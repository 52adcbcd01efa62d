"""Publish a plan: what it was made from must still be so."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.rows import TupleRow

import data.database
import data.deliveries
import data.orders
import data.plans
import data.shops
import data.slots
import data.towns
from data.database import Pool
from data.plans import Plan
from delivery.day import Day
from delivery.loading import Window, fingerprint, handover_window
from delivery.orders import CALLED_OFF, Fulfilment, Order
from delivery.pooling import Delivery, DeliveryState, DeliveryStep
from delivery.pooling import step as delivery_step
from delivery.rounds import PlanOutdated, PlanPublished, PlanUnknown


def publish(
    pool: Pool, town_id: int, day: date, *, now: datetime, plan_id: int | None = None
) -> Plan:
    """Show the day's newest plan to the couriers; `plan_id` says which one was looked at.

    Raises PlanUnknown, PlanPublished, PlanOutdated where an order was called off, added or
    amended, a delivery took another slot, or another plan was made since, and VehicleTwice.
    """
    with data.database.scoped(pool, town_id) as conn:
        data.plans.lock_day(conn, day)
        plan = data.plans.latest(conn, day)
        if plan is None:
            raise PlanUnknown(field="day", day=day)
        if plan_id not in (None, plan.id):
            raise PlanOutdated(field="plan_id", day=day)
        if plan.published_at is not None:
            raise PlanPublished(field="day", day=day)
        planned = data.plans.orders_of(conn, plan.id)
        deliveries = data.deliveries.lock(conn, planned)
        orders = data.orders.of_deliveries(conn, list(planned))
        bringing = {shop.id for shop in data.shops.listed(conn) if shop.brings_parcels}
        made_from = data.plans.contents(conn, plan.id)
        windows = data.plans.windows_of(conn, plan.id)
        promised = _promised_windows(conn, town_id, day, deliveries)
        for delivery in deliveries:
            to_move = {
                order.id
                for order in orders[delivery.id]
                if order.state not in CALLED_OFF
                and not (delivery.fulfilment is Fulfilment.DRIVE and order.shop_id in bringing)
            }
            if (
                delivery.state is not DeliveryState.PROMISED
                or to_move != set(planned[delivery.id])
                or promised.get(delivery.id) != windows[delivery.id]
                or _are_amended(orders[delivery.id], to_move, made_from)
            ):
                raise PlanOutdated(field="day", day=day)
            data.deliveries.save_state(
                conn, delivery.id, delivery_step(delivery.state, DeliveryStep.PLAN)
            )
        data.plans.publish(conn, plan.id, at=now)
        newest = data.plans.latest(conn, day)
        assert newest is not None
        return newest


def _are_amended(orders: Sequence[Order], moved: set[int], made_from: Mapping[int, str]) -> bool:
    """Whether an order is no longer what the plan was made from; hand-made plans do not say."""
    return any(
        made_from.get(order.id, fingerprint(order)) != fingerprint(order)
        for order in orders
        if order.id in moved
    )


def _promised_windows(
    conn: Connection[TupleRow], town_id: int, date_: date, deliveries: Sequence[Delivery]
) -> dict[int, Window]:
    """Return within which moments deliveries are promised on the day now, by delivery."""
    day = Day(date=date_, timezone=ZoneInfo(data.towns.by_id(conn, town_id).timezone))
    slots = {slot.id: slot for slot in data.slots.between(conn, day.starts_at, day.ends_at)}
    return {
        each.id: handover_window(day, each.fulfilment, slots[each.slot_id])
        for each in deliveries
        if each.slot_id in slots
    }
