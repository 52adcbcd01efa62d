"""The recipient's link: what one order's page shows, and the slot chosen there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.rows import TupleRow

import data.database
import data.deliveries
import data.orders
import data.slots
import data.towns
import data.tracking
from api.operations import slot_changes
from api.operations.days import offered
from data.database import Pool
from data.tracking import Companions, Seller
from delivery import following
from delivery.errors import NotFound
from delivery.fleet import Hub
from delivery.following import Stage
from delivery.orders import STEPS, Fulfilment, Order, OrderStep
from delivery.pooling import Delivery, DeliveryState
from delivery.slots import ReadyTooLate, Slot, check_ready

#: How order events name who chose: no person's name, no token.
ACTOR = "recipient"


class Obstacle(Enum):
    """Why the slot can no longer be changed."""

    #: It lies in a round, or has left.
    PLANNED = "planned"
    #: The slot's cut-off has passed.
    CLOSED = "closed"
    #: No other slot is open.
    NO_OTHER = "no_other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A slot the recipient may take; `joins` another delivery of theirs that is promised there."""

    slot: Slot
    joins: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What brings an order: its delivery and slot, what rides along, when it is expected.

    `offers` are empty where `obstacle` says why.
    """

    delivery: Delivery
    slot: Slot
    companions: Companions
    arrival: tuple[datetime, datetime] | None
    is_late: bool
    offers: tuple[Offer, ...] = ()
    obstacle: Obstacle | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """An order as its recipient may see it; `happened` is when each step was taken, by step.

    Past the time for which we show them, `is_shown` is false: no name, address or code then.
    """

    order: Order
    stage: Stage
    seller: Seller
    hub: Hub | None
    happened: Mapping[str, datetime]
    passage: Passage | None
    is_shown: bool

    @property
    def code(self) -> str | None:
        """The four digits to say, while there is something to hand over."""
        if not self.is_shown or self.stage not in following.GOING:
            return None
        return self.passage.delivery.code if self.passage else self.order.code


def follow(pool: Pool, town_id: int, token: UUID, *, now: datetime) -> Followed:
    """Return the order behind a link.

    Raises NotFound where no link is so.
    """
    with data.database.scoped(pool, town_id) as conn:
        order = _order(conn, token)
        timezone = ZoneInfo(data.towns.by_id(conn, town_id).timezone)
        passage = _passage(conn, order, timezone, now)
        stage = following.stage(
            order.fulfilment, order.state, passage.delivery.state if passage else None
        )
        happened = data.tracking.happened(conn, order.id)
        return Followed(
            order=order,
            stage=stage,
            seller=data.tracking.seller(conn, order.shop_id),
            hub=data.towns.hub(conn) if order.fulfilment is Fulfilment.DRIVE else None,
            happened=happened,
            passage=passage,
            is_shown=following.is_shown(_over_at(stage, happened, passage), now=now),
        )


def choose(
    pool: Pool, town_id: int, token: UUID, slot_starts_at: datetime, *, now: datetime
) -> Delivery:
    """Move what the link's order lies in to another slot.

    Raises NotFound, and what `slot_changes.change` raises.
    """
    with data.database.scoped(pool, town_id) as conn:
        order = _order(conn, token)
    return slot_changes.change(pool, town_id, order.id, slot_starts_at, now=now, actor=ACTOR)


def _order(conn: Connection[TupleRow], token: UUID) -> Order:
    order = data.orders.by_tracking(conn, token)
    if order is None:
        raise NotFound
    return order


def _over_at(
    stage: Stage, happened: Mapping[str, datetime], passage: Passage | None
) -> datetime | None:
    """Return when it was over; what never came counts from the end of its slot."""
    if passage is None:
        return None if stage in following.GOING else max(happened.values())
    return max(*happened.values(), passage.slot.ends_at)


def _passage(
    conn: Connection[TupleRow], order: Order, timezone: ZoneInfo, now: datetime
) -> Passage | None:
    if order.delivery_id is None:
        return None
    delivery = data.deliveries.by_id(conn, order.delivery_id)
    assert delivery is not None
    slot = data.slots.by_id(conn, delivery.slot_id)
    dropoff = data.tracking.dropoff(conn, delivery.id)
    planned_at = None
    if delivery.fulfilment is Fulfilment.HOME and dropoff is not None and dropoff.is_ahead:
        planned_at = dropoff.planned_at
    passage = Passage(
        delivery=delivery,
        slot=slot,
        companions=data.tracking.companions(conn, order),
        arrival=None if planned_at is None else following.arrival(planned_at, slot, now=now),
        is_late=planned_at is not None and now > slot.ends_at,
    )
    can_move = (order.state, OrderStep.MOVE_SLOT) in STEPS
    if not can_move or delivery.state is not DeliveryState.PROMISED:
        return replace(passage, obstacle=Obstacle.PLANNED)
    if now >= slot.cutoff_at:
        return replace(passage, obstacle=Obstacle.CLOSED)
    offers = _offers(conn, order, passage, offered(conn, timezone, slot.kind, now=now))
    if not any(offer.slot.id != slot.id for offer in offers):
        return replace(passage, obstacle=Obstacle.NO_OTHER)
    return replace(passage, offers=offers)


def _offers(
    conn: Connection[TupleRow], order: Order, passage: Passage, slots: Iterable[Slot]
) -> tuple[Offer, ...]:
    """Return the slots it may take, its own among them, by time."""
    twins = data.deliveries.twins(conn, passage.delivery)
    ready_at = max(filter(None, (order.ready_at, passage.companions.ready_at)), default=None)
    own = Offer(slot=passage.slot, joins=False)
    others = (
        Offer(slot=slot, joins=slot.id in twins)
        for slot in slots
        if slot.id != own.slot.id and (slot.left > 0 or slot.id in twins) and _fits(slot, ready_at)
    )
    return tuple(sorted((own, *others), key=lambda offer: offer.slot.starts_at))


def _fits(slot: Slot, ready_at: datetime | None) -> bool:
    try:
        check_ready(slot, ready_at)
    except ReadyTooLate:
        return False
    return True
