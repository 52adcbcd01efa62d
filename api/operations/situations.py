"""A day as a dispatcher may change it: its open rounds, what they carry, and who is free."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from hashlib import sha256
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.rows import TupleRow

import data.deliveries
import data.fleet
import data.orders
import data.plans
import data.rounds
import data.shops
import data.slots
import data.towns
from api.operations.plans import NoHub, NoVehicle
from data.plans import Plan
from data.rounds import Round
from delivery.day import Day
from delivery.errors import NotFound
from delivery.fleet import Hub, Vehicle, WorkingPeriod
from delivery.loading import Consignment, fingerprint
from delivery.orders import CALLED_OFF
from delivery.planning import Trip
from delivery.pooling import Delivery
from delivery.rounds import PlannedTask, RoundState
from delivery.shops import Shop

#: Rounds whose stops are still the dispatcher's.
OPEN = (RoundState.DRAFT, RoundState.PUBLISHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeTrip:
    """A working period of a vehicle that has no round in it yet."""

    vehicle_id: int
    starts: time


#: Where a delivery rides: in a round, by its id, or with a vehicle that would have stayed at home.
type Ride = int | FreeTrip


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is known of the day; consignments are those of open rounds, and the one to move."""

    day: Day
    hub: Hub
    plan: Plan | None
    delivery: Delivery
    rounds: dict[int, Round]
    vehicles: dict[int, Vehicle]
    consignments: dict[int, Consignment]
    shops: dict[int, Shop]

    @property
    def source(self) -> int | None:
        """The round the delivery is in, by id."""
        for round_ in reversed(self.rounds.values()):
            if any(task.delivery_id == self.delivery.id for task in round_.tasks):
                return round_.id
        return None

    def vehicle_id(self, ride: Ride) -> int:
        """Return whose ride it is."""
        return ride.vehicle_id if isinstance(ride, FreeTrip) else self.rounds[ride].vehicle_id

    def carried(self, *rides: Ride | None) -> list[Consignment]:
        """Return what these rides carry, and the delivery to move, by delivery."""
        ids = {self.delivery.id}
        for ride in rides:
            if isinstance(ride, int):
                ids |= {task.delivery_id for task in self.rounds[ride].tasks}
        return [self.consignments[id_] for id_ in sorted(ids) if id_ in self.consignments]

    def fingerprints(self, *rides: Ride | None) -> dict[int, str]:
        """Return what planning reads of the orders these rides carry, by order."""
        carried = self.carried(*rides)
        return {order.id: fingerprint(order) for each in carried for order in each.orders}

    def seen(self, *rides: Ride | None) -> str:
        """Name the state of things a move between these would be computed from."""
        carried = self.carried(*rides)
        shops = {order.shop_id for each in carried for order in each.orders}
        facts = (
            [(each.delivery.id, each.delivery.state, each.slot.id) for each in carried],
            self.fingerprints(*rides),
            [self.rounds[each] if isinstance(each, int) else each for each in rides],
            [self.shops[each] for each in sorted(shops)],
            [self.vehicles[self.vehicle_id(each)] for each in rides if each is not None],
        )
        return sha256(repr(facts).encode()).hexdigest()[:32]

    def kept_tasks(self, ride: Ride) -> tuple[PlannedTask, ...]:
        """Return the tasks of a ride as they stand, in order."""
        if isinstance(ride, FreeTrip):
            return ()
        return tuple(
            PlannedTask(
                kind=task.kind,
                delivery_id=task.delivery_id,
                order_ids=task.order_ids,
                earliest_at=task.earliest_at,
                latest_at=task.latest_at,
                planned_at=task.planned_at,
            )
            for task in self.rounds[ride].tasks
        )

    def period(self, ride: Ride) -> WorkingPeriod:
        """Return the working period of a ride: the first its round touches, else the nearest.

        Raises NoVehicle where the vehicle has none any more.
        """
        vehicle = self.vehicles.get(self.vehicle_id(ride))
        if vehicle is None or not vehicle.periods:
            raise NoVehicle(field="day", day=self.day.date)
        if isinstance(ride, FreeTrip):
            return next(each for each in vehicle.periods if each.starts == ride.starts)
        round_, at = self.rounds[ride], self.day.at
        touched = [
            each
            for each in vehicle.periods
            if at(each.starts) < round_.returns_at and at(each.ends) > round_.departs_at
        ]
        if touched:
            return touched[0]
        return min(vehicle.periods, key=lambda each: abs(at(each.starts) - round_.departs_at))

    def is_over(self, ride: Ride, now: datetime) -> bool:
        """Tell whether the ride's working period has ended."""
        return self.day.at(self.period(ride).ends) <= now

    def free_trips(self, now: datetime) -> list[FreeTrip]:
        """Return the working periods that are not over and hold no round, by vehicle and time."""
        return [
            FreeTrip(vehicle_id=vehicle.id, starts=period.starts)
            for vehicle in self.vehicles.values()
            for period in vehicle.periods
            if vehicle.in_service
            and self.day.at(period.ends) > now
            and not self.rides_at(vehicle.id, self.day.at(period.starts), self.day.at(period.ends))
        ]

    def rides_at(self, vehicle_id: int, start: datetime, end: datetime) -> bool:
        """Tell whether a vehicle has a round in [start, end)."""
        return any(
            round_.vehicle_id == vehicle_id
            and round_.departs_at < end
            and round_.returns_at > start
            for round_ in self.rounds.values()
        )

    def trips(self, rides: Iterable[Ride | None], now: datetime) -> dict[Ride, Trip]:
        """Return what is left of each ride's working period, in order.

        Nobody leaves in the past; only the round the delivery leaves keeps its own departure.
        """
        return {ride: self._trip(ride, now) for ride in dict.fromkeys(rides) if ride is not None}

    def _trip(self, ride: Ride, now: datetime) -> Trip:
        period = self.period(ride)
        leaves_at = now
        if isinstance(ride, int) and ride == self.source:
            leaves_at = min(now, self.rounds[ride].departs_at)
        if self.day.at(period.starts) < leaves_at < self.day.at(period.ends):
            starts = leaves_at.astimezone(self.day.timezone).time()
            period = replace(period, starts=starts)
        return Trip(vehicle=self.vehicles[self.vehicle_id(ride)], period=period)


def read(conn: Connection[TupleRow], town_id: int, date_: date, delivery_id: int) -> Situation:
    """Return the day around a delivery.

    Raises NotFound where the town promised no such delivery for the day, NoHub.
    """
    day = Day(date=date_, timezone=ZoneInfo(data.towns.by_id(conn, town_id).timezone))
    hub = data.towns.hub(conn)
    if hub is None:
        raise NoHub(field="town")
    rounds = data.rounds.between(conn, day.starts_at, day.ends_at, with_legs=False)
    ids = {task.delivery_id for each in rounds if each.state in OPEN for task in each.tasks}
    consignments = _consignments(conn, day, {*ids, delivery_id})
    if delivery_id not in consignments:
        raise NotFound(field="delivery_id")
    return Situation(
        day=day,
        hub=hub,
        plan=data.plans.latest(conn, date_),
        delivery=consignments[delivery_id].delivery,
        rounds={each.id: each for each in rounds},
        vehicles={each.id: each for each in data.fleet.listed(conn)},
        consignments=consignments,
        shops={shop.id: shop for shop in data.shops.listed(conn)},
    )


def _consignments(
    conn: Connection[TupleRow], day: Day, delivery_ids: set[int]
) -> dict[int, Consignment]:
    slots = {slot.id: slot for slot in data.slots.between(conn, day.starts_at, day.ends_at)}
    deliveries = data.deliveries.listed(conn, ids=sorted(delivery_ids))
    orders = data.orders.of_deliveries(conn, [each.id for each in deliveries])
    return {
        each.id: Consignment(
            delivery=each,
            slot=slots[each.slot_id],
            orders=tuple(order for order in orders[each.id] if order.state not in CALLED_OFF),
        )
        for each in deliveries
        if each.slot_id in slots
    }
