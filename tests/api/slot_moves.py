"""A recipient's changes of slot, in a town whose places, orders and money must agree."""

from datetime import datetime, timedelta

import api.operations.orders
import data.ledger
import data.slots
from api.operations import slot_changes
from data.database import scoped
from delivery.ledger import Kind
from delivery.orders import Recipient
from delivery.pooling import Delivery, DeliveryState
from delivery.slots import Slot, SlotKind
from tests.builders import a_slot, slot_at
from tests.small_town import ENGAGED, Town

MORNING, AFTERNOON, EVENING = (a_slot(hour=hour).starts_at for hour in (9, 14, 16))
NEXT_DAY = AFTERNOON + timedelta(days=1)
NEXT_YEAR = datetime.fromisoformat("2027-01-08T10:00:00+01:00")
PAUL = Recipient(name="Paul Le Goff", phone="+33639980002")
LARGE = 50


def with_other_days(town: Town) -> Town:
    """Publish slots on other days too."""
    with scoped(town.pool, town.id) as conn:
        data.slots.publish(
            conn,
            [
                slot_at(NEXT_DAY, capacity=LARGE),
                slot_at(NEXT_YEAR, capacity=LARGE),
                slot_at(NEXT_DAY, SlotKind.DRIVE, capacity=LARGE),
            ],
        )
    return town


def change(town: Town, order_id: int, starts_at: datetime) -> Delivery:
    return slot_changes.change(
        town.pool, town.id, order_id, starts_at, now=town.clock(), actor="recipient"
    )


def slots(town: Town) -> dict[int, Slot]:
    with scoped(town.pool, town.id) as conn:
        every = data.slots.between(conn, MORNING - timedelta(days=9), NEXT_YEAR + timedelta(days=1))
    return {slot.id: slot for slot in every}


def booked(town: Town) -> dict[datetime, int]:
    return {
        slot.starts_at: slot.booked
        for slot in slots(town).values()
        if slot.booked and slot.kind is SlotKind.HOME
    }


def starts_at(town: Town, delivery: Delivery) -> datetime:
    return slots(town)[delivery.slot_id].starts_at


def moves(town: Town) -> list[tuple[int, str, dict[str, str]]]:
    with scoped(town.pool, town.id) as conn:
        return conn.execute(
            """
            SELECT order_id, actor, detail
              FROM order_events
             WHERE step = 'move_slot'
             ORDER BY id
            """
        ).fetchall()


def kinds(town: Town) -> list[Kind]:
    with scoped(town.pool, town.id) as conn:
        return [link.entry.kind for link in data.ledger.links(conn)][1:]


def cancel(town: Town, order_id: int) -> None:
    api.operations.orders.cancel(town.pool, town.id, town.channel.id, order_id, now=town.clock())


def check_whole(town: Town) -> None:
    """Every slot holds what its deliveries say, every euro its delivery, every order its place."""
    alive = [each for each in town.deliveries() if each.state is not DeliveryState.CANCELLED]
    for slot in slots(town).values():
        assert slot.booked == sum(each.slot_id == slot.id for each in alive) <= slot.capacity
    assert town.envelope().engaged_cents == ENGAGED * len(alive)
    for delivery in town.deliveries():
        orders = orders_of(town, delivery.id)
        going = [order for order in orders if order not in ("refused", "cancelled")]
        assert bool(going) is (delivery.state is not DeliveryState.CANCELLED)


def orders_of(town: Town, delivery_id: int) -> list[str]:
    with scoped(town.pool, town.id) as conn:
        rows = conn.execute(
            "SELECT state FROM orders WHERE delivery_id = %s ORDER BY id", (delivery_id,)
        ).fetchall()
    return [state for (state,) in rows]
