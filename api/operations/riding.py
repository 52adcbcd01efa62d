"""A round as its courier rides it: what comes next, the way there, and what a page's form reports.

Forms lead to the same events as a phone's batches, so that nothing of what they prove differs.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID, uuid5

from shapely import Point
from shapely.geometry import shape

import api.operations.days
import api.operations.rides
import data.database
import data.orders
import data.parcels
import data.proofs
import data.rounds
import data.shops
import data.towns
import delivery.proofs
import delivery.riding
from api.operations.rides import Standing, Verdict
from data.database import Pool
from data.rounds import Leg as KeptLeg
from data.rounds import Round, Stop, Task
from delivery.errors import NotFound, Refusal
from delivery.fleet import Hub
from delivery.orders import CALLED_OFF, Order
from delivery.proofs import Event, EventDiffers, EventKind, FailureReason
from delivery.riding import Act, Errand, Next
from delivery.rounds import TaskState
from routing.streets import Leg, Step, Streets

type StreetsOf = Callable[[int], Streets]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ride:
    """A courier's round, the orders it moves by id, all that was reported, and what comes next."""

    round: Round
    orders: dict[int, Order]
    events: tuple[Event, ...]
    hub: Hub | None
    next: Next

    def stop(self, stop_id: int) -> Stop:
        """Return one of its stops.

        Raises NotFound.
        """
        for stop in self.round.stops:
            if stop.id == stop_id:
                return stop
        raise NotFound(field="stop_id")

    def moved(self, task: Task) -> list[Order]:
        """Return the orders of a task that were not called off."""
        found = [self.orders[each] for each in task.order_ids if each in self.orders]
        return [order for order in found if order.state not in CALLED_OFF]

    @property
    def pending(self) -> frozenset[int]:
        """The tasks still to do, by id."""
        return pending(self.round)

    @property
    def on_board(self) -> tuple[Task, ...]:
        """The pickups that were done and whose delivery nobody has taken yet."""
        ids = {each.id for each in delivery.riding.on_board(_errands(self.round))}
        return tuple(task for task in self.round.tasks if task.id in ids)

    def reason(self, task: Task) -> FailureReason | None:
        """Return why a task failed."""
        if task.state is not TaskState.FAILED:
            return None
        found = delivery.proofs.outcome(event for event in self.events if event.task_id == task.id)
        return found.reason if found else None


def pending(round_: Round) -> frozenset[int]:
    """Return the tasks of a round that are still to do, by id."""
    return frozenset(each.id for each in delivery.riding.pending(_errands(round_)))


def _errands(round_: Round) -> tuple[Errand, ...]:
    return tuple(
        Errand(
            id=task.id,
            stop_id=task.stop_id,
            delivery_id=task.delivery_id,
            kind=task.kind,
            state=task.state,
        )
        for task in round_.tasks
    )


def ride(pool: Pool, town_id: int, vehicle_id: int, round_id: int, *, now: datetime) -> Ride:
    """Return a published round of the vehicle.

    Raises NotFound for a draft's and for another vehicle's too.
    """
    with data.database.scoped(pool, town_id) as conn:
        round_ = data.rounds.by_id(conn, round_id)
        if (
            round_ is None
            or round_.vehicle_id != vehicle_id
            or round_.state not in api.operations.days.SHOWN
        ):
            raise NotFound(field="round_id")
        ids = sorted({task.delivery_id for task in round_.tasks})
        grouped = data.orders.of_deliveries(conn, ids)
        events = tuple(data.proofs.of_rounds(conn, [round_.id]))
        hub = data.towns.hub(conn)
    next_ = delivery.riding.next_act(
        round_.state, _errands(round_), events, departs_at=round_.departs_at, now=now
    )
    return Ride(
        round=round_,
        orders={order.id: order for orders in grouped.values() for order in orders},
        events=events,
        hub=hub,
        next=next_,
    )


def rounds(
    pool: Pool, town_id: int, vehicle_id: int, day: date, *, now: datetime
) -> tuple[list[Round], datetime | None]:
    """Return a vehicle's published rounds of a day; where there are none, when its next departs."""
    sheets = api.operations.days.round_sheets(
        pool, town_id, day=day, vehicle_id=vehicle_id, now=now
    )
    if sheets:
        return [sheet.round for sheet in sheets], None
    with data.database.scoped(pool, town_id) as conn:
        return [], data.rounds.next_departure(conn, vehicle_id, after=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """What labels and counters know of a stop's orders: parcels' codes by order, shops' names."""

    codes: dict[int, list[str]]
    shops: dict[int, str]


def goods(pool: Pool, town_id: int, ride: Ride, stop: Stop) -> Goods:
    """Return what the parcels of a stop are known by."""
    orders = [order for task in stop.tasks for order in ride.moved(task)]
    with data.database.scoped(pool, town_id) as conn:
        labelled = data.parcels.of_orders(conn, [order.id for order in orders])
        shops = data.shops.names(conn, [order.shop_id for order in orders])
    return Goods(
        codes={order_id: [each.code for each in kept] for order_id, kept in labelled.items()},
        shops=shops,
    )


def way(ride: Ride, streets_of: StreetsOf, town_id: int) -> Leg | None:
    """Return the way to where the next act leads; None where it leads nowhere or is not known.

    From stop to stop it is the round's own; out of its order the streets are asked.
    """
    if ride.next.act not in (Act.DEPART, Act.RIDE, Act.RETURN):
        return None
    places = {stop.id: place for place, stop in enumerate(ride.round.stops, start=1)}
    home = len(places) + 1
    start = places[ride.next.last_stop_id] if ride.next.last_stop_id is not None else 0
    end = places[ride.next.stop_id] if ride.next.stop_id is not None else home
    if end == start + 1:
        return _leg(ride.round.legs[start])
    if ride.hub is None or (start, end) == (0, home):
        return None
    points = [ride.hub.point, *(stop.point for stop in ride.round.stops), ride.hub.point]
    with suppress(Refusal):
        streets = streets_of(town_id)
        return streets.route([points[start], points[end]], profile=ride.round.profile).legs[0]
    return None


def _leg(kept: KeptLeg) -> Leg:
    """Read a leg as plans keep it."""
    read = cast(dict[str, Any], kept)
    return Leg(
        distance_m=read["distance_m"],
        duration_s=read["duration_s"],
        line=shape(read["line"]) if read["line"] is not None else None,
        steps=tuple(
            Step(
                point=Point(step["lon"], step["lat"]),
                manoeuvre=step["manoeuvre"],
                street=step["street"],
                distance_m=step["distance_m"],
                duration_s=step["duration_s"],
            )
            for step in read["steps"]
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a form says of a task, or of the round where it names none."""

    kind: EventKind
    task_id: int | None = None
    payload: dict[str, str] = field(default_factory=dict)

    def uuid(self, form: UUID) -> UUID:
        """Name the report by its form and what it says, so that sent twice it is one."""
        said = sorted(self.payload.items())
        return uuid5(form, f"{self.kind.value} {self.task_id} {said}")


def report(
    pool: Pool,
    town_id: int,
    ride: Ride,
    reports: Sequence[Report],
    *,
    form: UUID,
    now: datetime,
) -> list[Verdict]:
    """Keep what a form reports, in one batch; answer each report, in their order.

    The same form sent again says the same at another moment: it is repeated, not refused.
    """
    events = [
        Event(
            uuid=each.uuid(form),
            round_id=ride.round.id,
            task_id=each.task_id,
            seq=len(ride.events) + place,
            device_at=now,
            monotonic_ms=int(now.timestamp() * 1000),
            kind=each.kind,
            payload=each.payload,
        )
        for place, each in enumerate(reports)
    ]
    verdicts = api.operations.rides.record(pool, town_id, ride.round.vehicle_id, events, now=now)
    return [
        Verdict(uuid=each.uuid, standing=Standing.REPEATED)
        if isinstance(each.refusal, EventDiffers)
        else each
        for each in verdicts
    ]
