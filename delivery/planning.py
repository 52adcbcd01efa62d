"""A day's deliveries into a `Problem`, and its `Solution` into rounds.

Each working period of a vehicle is a vehicle of the problem, so that breaks lie between rounds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

import numpy as np
from shapely import Point

import routing.round
import routing.vehicle
from delivery.day import Day
from delivery.fleet import Hub, Vehicle, WorkingPeriod
from delivery.loading import (
    UNSERVED_MILLICENTS,
    Consignment,
    Load,
    LoadingDay,
    ShopClosed,
    Spot,
)
from delivery.rounds import PlannedRound, PlannedStop, PlannedTask, StopKind, TaskKind
from delivery.shops import Shop
from routing import problem, schedule, solution
from routing.matrix import LONGEST_TRAVEL_S, TravelMatrix

#: Seconds once per stop: parking, locking, walking, ringing; a van's holds the walk from where it
#: may stand. Our own estimates; the hub has its own in `Hub.setup_s`.
SETUP_S = {
    ("cargo_bike", StopKind.SHOP): 45,
    ("cargo_bike", StopKind.DOOR): 75,
    ("van", StopKind.SHOP): 120,
    ("van", StopKind.DOOR): 120,
}
#: Why a delivery is left out before any search: a shop is shut when its parcels are due.
SHOP_CLOSED = "shop_closed"
#: Or no vehicle has a way to all of its places and back.
UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """A vehicle and a working period it is free in."""

    vehicle: Vehicle
    period: WorkingPeriod


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A day in the words of routing, before travel times are known.

    No vehicle leaves before `not_before`. `closed` are deliveries with a shop that is shut when
    its parcels would have to be fetched, `unreachable` those `reachable` has left out.
    """

    day: Day
    not_before: datetime
    hub: Hub
    spots: tuple[Spot, ...]
    loads: tuple[Load, ...]
    trips: tuple[Trip, ...]
    closed: tuple[int, ...]
    unreachable: tuple[int, ...] = ()

    @property
    def profiles(self) -> tuple[str, ...]:
        """Travel profiles of the fleet, in the order of the problem's matrices."""
        return tuple(sorted({trip.vehicle.profile for trip in self.trips}))

    @property
    def points(self) -> tuple[Point, ...]:
        """Points of the places, for the travel tables."""
        return tuple(spot.point for spot in self.spots)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """What to give up for a delivery, by which vehicle, and what the rounds would cost more."""

    kind: str
    vehicle_id: int
    cost_millicents: int
    seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """A delivery no round serves, the reason's code, and what would mend it, cheapest first."""

    delivery_id: int
    reason: str
    relaxations: tuple[Relaxation, ...] = ()


def draft(
    consignments: Iterable[Consignment],
    trips: Sequence[Trip],
    *,
    day: Day,
    not_before: datetime,
    hub: Hub,
    shops: Mapping[int, Shop],
) -> Draft:
    """Put a day's deliveries into the words of routing.

    Trips that end before `not_before`, the moment of planning, are over and left out.
    Deliveries whose shops bring everything to the drive need no ride and are left out.
    """
    loading = LoadingDay(day, hub, shops)
    loads: list[Load] = []
    closed: list[int] = []
    for consignment in consignments:
        try:
            load = loading.load(consignment)
        except ShopClosed:
            closed.append(consignment.delivery.id)
        else:
            if load is not None:
                loads.append(load)
    return Draft(
        day=day,
        not_before=not_before,
        hub=hub,
        spots=tuple(loading.spots),
        loads=tuple(loads),
        trips=tuple(trip for trip in trips if day.at(trip.period.ends) > not_before),
        closed=tuple(closed),
    )


def reachable(draft: Draft, matrices: Mapping[str, TravelMatrix]) -> Draft:
    """Leave out the deliveries that no vehicle has a way to, so that the others can be planned."""
    reached = [_reached(matrices[profile]) for profile in draft.profiles]
    kept: list[Load] = []
    left_out: list[int] = []
    for load in draft.loads:
        places = {task.place for task in load.shipment.tasks}
        if any(places <= ways for ways in reached):
            kept.append(load)
        else:
            left_out.append(load.delivery.id)
    return replace(draft, loads=tuple(kept), unreachable=(*draft.unreachable, *left_out))


def _reached(matrix: TravelMatrix) -> set[int]:
    """Return the places with a way from the hub and back."""
    farther = np.maximum(matrix.duration_s[0], matrix.duration_s[:, 0])
    return set(np.flatnonzero(farther < LONGEST_TRAVEL_S).tolist())


def posed(draft: Draft, matrices: Mapping[str, TravelMatrix]) -> problem.Problem:
    """Return the problem of a draft, given the travel tables over its points by profile.

    Raises ValueError where no vehicle has a way to a place: see `reachable`.
    """
    setup_s = np.zeros((len(draft.profiles), len(draft.spots)), dtype=np.int32)
    for row, profile in enumerate(draft.profiles):
        for column, spot in enumerate(draft.spots):
            setup_s[row, column] = SETUP_S.get((profile, spot.kind), draft.hub.setup_s)
    return problem.Problem(
        matrices=tuple(matrices[profile] for profile in draft.profiles),
        setup_s=setup_s,
        shipments=tuple(load.shipment for load in draft.loads),
        vehicles=tuple(_vehicle(draft, trip) for trip in draft.trips),
    )


def _vehicle(draft: Draft, trip: Trip) -> routing.vehicle.Vehicle:
    return routing.vehicle.Vehicle(
        profile=draft.profiles.index(trip.vehicle.profile),
        start_place=0,
        end_place=0,
        earliest_s=draft.day.seconds(max(draft.day.at(trip.period.starts), draft.not_before)),
        latest_s=draft.day.seconds(draft.day.at(trip.period.ends)),
        capacity=trip.vehicle.capacity,
        cost_use=trip.vehicle.use_cents * 1000,
        cost_per_s=_millicents_per_s(trip.vehicle.hour_cents),
        cost_per_m=trip.vehicle.km_cents,
    )


def _millicents_per_s(hour_cents: int) -> int:
    """Round an hour's cents to whole millicents a second: at most 1.8 cents an hour off."""
    return (hour_cents * 1000 + 1800) // 3600


def rounds(
    draft: Draft, posed: problem.Problem, solved: solution.Solution
) -> tuple[PlannedRound, ...]:
    """Give the solution's rounds the names, moments and stops that people work with."""
    return tuple(_round(draft, posed, each) for each in solved.rounds)


def unserved(draft: Draft, solved: solution.Solution) -> tuple[Unserved, ...]:
    """Return what no round serves, with its reason and what would mend it, by delivery."""
    left_out = [
        *(_unserved(draft, each) for each in solved.unserved),
        *(Unserved(delivery_id=each, reason=SHOP_CLOSED) for each in draft.closed),
        *(Unserved(delivery_id=each, reason=UNREACHABLE) for each in draft.unreachable),
    ]
    return tuple(sorted(left_out, key=lambda each: each.delivery_id))


def _unserved(draft: Draft, left: solution.Unserved) -> Unserved:
    return Unserved(
        delivery_id=draft.loads[left.delivery].delivery.id,
        reason=left.reason.value,
        relaxations=tuple(
            Relaxation(
                kind=each.kind.value,
                vehicle_id=draft.trips[each.vehicle].vehicle.id,
                cost_millicents=each.cost,
                seconds=each.seconds,
            )
            for each in left.relaxations
        ),
    )


def cost(draft: Draft, solved: solution.Solution) -> int:
    """Return what a plan costs, in millicents; what was left out beforehand has its penalty too."""
    left_out = len(draft.closed) + len(draft.unreachable)
    return solved.cost + UNSERVED_MILLICENTS * left_out


def _round(draft: Draft, posed: problem.Problem, planned: routing.round.Round) -> PlannedRound:
    times = schedule.schedule(posed, planned)
    trip = draft.trips[planned.vehicle]
    return PlannedRound(
        vehicle_id=trip.vehicle.id,
        profile=trip.vehicle.profile,
        base=draft.hub.point,
        departs_at=draft.day.moment(times.departure_s),
        returns_at=draft.day.moment(times.return_s),
        distance_m=times.distance_m,
        cost_millicents=schedule.price(posed.vehicles[planned.vehicle], times),
        stops=tuple(
            _stop(draft, place, tuple(visits))
            for place, visits in groupby(times.visits, key=lambda visit: visit.place)
        ),
    )


def _stop(draft: Draft, place: int, visits: tuple[schedule.TimedVisit, ...]) -> PlannedStop:
    spot = draft.spots[place]
    return PlannedStop(
        kind=spot.kind,
        label=spot.label,
        point=spot.point,
        arrives_at=draft.day.moment(visits[0].arrival_s),
        leaves_at=draft.day.moment(visits[-1].leave_s),
        tasks=tuple(_task(draft, visit) for visit in visits),
    )


def _task(draft: Draft, timed: schedule.TimedVisit) -> PlannedTask:
    load = draft.loads[timed.visit.shipment]
    task = load.shipment.tasks[timed.visit.task]
    is_pickup = timed.visit.task < len(load.orders)
    order_ids = (
        load.orders[timed.visit.task]
        if is_pickup
        else tuple(sorted(order_id for ids in load.orders for order_id in ids))
    )
    return PlannedTask(
        kind=TaskKind.PICKUP if is_pickup else TaskKind.DROPOFF,
        delivery_id=load.delivery.id,
        order_ids=order_ids,
        earliest_at=draft.day.moment(task.earliest_s),
        latest_at=draft.day.moment(task.latest_s),
        planned_at=draft.day.moment(timed.start_s),
    )
