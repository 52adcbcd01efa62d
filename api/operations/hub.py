"""The counter of the hub and its drive: what is expected, what waits for which round or whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.rows import TupleRow

import data.database
import data.deliveries
import data.hub
import data.parcels
import data.towns
from api.operations.receptions import may_take_back
from data.database import Pool
from data.hub import HubOrder, Ride
from data.parcels import KeptParcel
from delivery.addresses import fold
from delivery.day import Day
from delivery.errors import NotFound
from delivery.orders import Fulfilment, OrderState
from delivery.pooling import Delivery, DeliveryState
from delivery.rounds import TaskKind

#: Orders that nobody will bring to the drive any more.
NOT_AWAITED = frozenset(
    {OrderState.REFUSED, OrderState.CANCELLED, OrderState.FAILED, OrderState.RETURNED}
)
#: Orders that may still be received.
AWAITED = frozenset(
    {OrderState.ACCEPTED, OrderState.READY, OrderState.COLLECTED, OrderState.DROPPED_OFF}
)
#: A name that finds more than this is no name yet.
MOST_NAMED = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """What one round takes from the hub, or brings to it; no ride where none is planned yet."""

    ride: Ride | None
    orders: tuple[HubOrder, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What waits for one recipient at the drive, and what has not come yet."""

    delivery_id: int
    orders: tuple[HubOrder, ...]
    missing: tuple[HubOrder, ...]

    @property
    def first(self) -> HubOrder:
        """The order that stands for the delivery: its name and slot are everyone's."""
        return self.orders[0]

    @property
    def parcels(self) -> int:
        """How many parcels lie here."""
        return sum(order.parcels for order in self.orders)


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSheet:
    """The hub's day.

    `dropped` were brought by their shops and await the agent; `coming` are on rounds that end at
    the drive; `announced` are still to be brought by their shops; `waiting` lie here for rounds;
    `shelves` for recipients; `handed` were fetched today.
    """

    name: str
    dropped: tuple[HubOrder, ...]
    coming: tuple[Departure, ...]
    announced: tuple[HubOrder, ...]
    waiting: tuple[Departure, ...]
    shelves: tuple[Shelf, ...]
    handed: tuple[Shelf, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An order and where it goes next: the drive's shelf, a round, or none yet."""

    order: HubOrder
    ride: Ride | None
    may_take_back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """An order some of whose parcels were scanned, or that was asked for: are all of them here?"""

    order: HubOrder
    scanned: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySheet:
    """A delivery as the hub's agent sees it: its orders that are awaited, and their parcels."""

    delivery: Delivery
    orders: tuple[Placed, ...]
    parcels: dict[int, list[KeptParcel]]

    @property
    def missing(self) -> tuple[HubOrder, ...]:
        """What is not at the drive yet."""
        return tuple(
            each.order for each in self.orders if each.order.state is not OrderState.AT_DRIVE
        )

    @property
    def is_adult(self) -> bool:
        """Whether the recipient's age is to be asked."""
        return any(each.order.age_check for each in self.orders)

    @property
    def may_hand_over(self) -> bool:
        """Whether all of it lies at the drive and nobody has it."""
        return (
            self.delivery.fulfilment is Fulfilment.DRIVE
            and self.delivery.proven_at is None
            and bool(self.orders)
            and not self.missing
        )


def sheet(pool: Pool, town_id: int, *, now: datetime) -> HubSheet:
    """Return the hub's day as it stands."""
    with data.database.scoped(pool, town_id) as conn:
        timezone = ZoneInfo(data.towns.by_id(conn, town_id).timezone)
        day = Day(date=now.astimezone(timezone).date(), timezone=timezone)
        orders = data.hub.orders(conn, ids=data.hub.of_day(conn, day.starts_at, day.ends_at))
        rides = data.hub.rides(conn, {order.delivery_id for order in orders})
        hub = data.towns.hub(conn)
    return HubSheet(
        name=hub.name if hub else "",
        dropped=_in(orders, OrderState.DROPPED_OFF),
        coming=_coming(orders, rides),
        announced=tuple(
            order
            for order in _in(orders, OrderState.ACCEPTED, OrderState.READY)
            if order.brings_parcels
        ),
        waiting=_departures(
            _in(orders, OrderState.AT_HUB), [r for r in rides if r.kind is TaskKind.PICKUP]
        ),
        shelves=_shelves(orders, OrderState.AT_DRIVE),
        handed=_shelves(orders, OrderState.HANDED_OVER),
    )


def _in(orders: Iterable[HubOrder], *states: OrderState) -> tuple[HubOrder, ...]:
    return tuple(order for order in orders if order.state in states)


def _coming(orders: Sequence[HubOrder], rides: Sequence[Ride]) -> tuple[Departure, ...]:
    expected = _in(orders, OrderState.ACCEPTED, OrderState.READY, OrderState.COLLECTED)
    brought = [ride for ride in rides if ride.kind is TaskKind.DROPOFF]
    return tuple(each for each in _departures(expected, brought) if each.ride is not None)


def _departures(orders: Iterable[HubOrder], rides: Iterable[Ride]) -> tuple[Departure, ...]:
    """Group orders by the first round that has to do with them, those of none last."""
    first: dict[int, Ride] = {}
    for ride in rides:
        first.setdefault(ride.order_id, ride)
    groups: dict[int | None, list[HubOrder]] = {}
    for order in orders:
        met = first.get(order.id)
        groups.setdefault(met.round_id if met else None, []).append(order)
    by_round = {ride.round_id: ride for ride in reversed(list(first.values()))}
    departures = [
        Departure(ride=by_round.get(id_) if id_ else None, orders=tuple(group))
        for id_, group in groups.items()
    ]
    return tuple(sorted(departures, key=_when))


def _when(departure: Departure) -> tuple[bool, float, int]:
    ride = departure.ride
    return (True, 0, 0) if ride is None else (False, ride.planned_at.timestamp(), ride.round_id)


def _shelves(orders: Sequence[HubOrder], state: OrderState) -> tuple[Shelf, ...]:
    grouped: dict[int, list[HubOrder]] = {}
    for order in orders:
        grouped.setdefault(order.delivery_id, []).append(order)
    return tuple(
        Shelf(
            delivery_id=delivery_id,
            orders=_in(group, state),
            missing=tuple(order for order in group if order.state not in NOT_AWAITED | {state}),
        )
        for delivery_id, group in grouped.items()
        if _in(group, state)
    )


def named(pool: Pool, town_id: int, words: str) -> list[Placed]:
    """Return the orders under way whose recipient's name holds every word, accents aside."""
    wanted = fold(words).split()
    if not wanted:
        return []
    with data.database.scoped(pool, town_id) as conn:
        found = [
            order_id
            for order_id, name in data.hub.under_way(conn)
            if all(word in fold(name) for word in wanted)
        ]
        return placed(conn, found[:MOST_NAMED])


def look_up(pool: Pool, town_id: int, order_ids: Sequence[int]) -> list[Placed]:
    """Return these orders with where they go next, those of the town that go through the hub."""
    with data.database.scoped(pool, town_id) as conn:
        return placed(conn, order_ids)


def pending(
    pool: Pool, town_id: int, codes: Sequence[str], *, asked: int | None = None
) -> list[Pending]:
    """Return the orders of scanned parcels, and one asked for, that are not received yet."""
    with data.database.scoped(pool, town_id) as conn:
        found = data.parcels.orders_of(conn, codes)
        ids = {*found.values()} | ({asked} if asked else set())
        orders = data.hub.orders(conn, ids=ids) if ids else []
    return [
        Pending(
            order=order,
            scanned=tuple(code for code in codes if found.get(code) == order.id),
        )
        for order in orders
        if order.state in AWAITED
    ]


def placed(conn: Connection[TupleRow], order_ids: Sequence[int]) -> list[Placed]:
    """Return orders with where they go next, by slot."""
    orders = data.hub.orders(conn, ids=order_ids) if order_ids else []
    return _placed(conn, orders)


def _placed(conn: Connection[TupleRow], orders: Sequence[HubOrder]) -> list[Placed]:
    steps = data.hub.last_steps(conn, [order.id for order in orders], most=2)
    first: dict[int, Ride] = {}
    for ride in data.hub.rides(conn, {order.delivery_id for order in orders}):
        first.setdefault(ride.order_id, ride)
    return [
        Placed(
            order=order,
            ride=first.get(order.id),
            may_take_back=may_take_back(order.state, steps.get(order.id, [])),
        )
        for order in orders
    ]


def delivery_sheet(pool: Pool, town_id: int, delivery_id: int) -> DeliverySheet:
    """Return a delivery with its orders and parcels.

    Raises NotFound.
    """
    with data.database.scoped(pool, town_id) as conn:
        delivery = data.deliveries.by_id(conn, delivery_id)
        if delivery is None or delivery.state is DeliveryState.CANCELLED:
            raise NotFound(field="delivery_id")
        orders = [
            order
            for order in data.hub.orders(conn, delivery_id=delivery_id)
            if order.state not in NOT_AWAITED
        ]
        return DeliverySheet(
            delivery=delivery,
            orders=tuple(_placed(conn, orders)),
            parcels=data.parcels.of_orders(conn, [order.id for order in orders]),
        )
