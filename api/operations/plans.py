"""Plan a day: read, close, solve, reopen, check, write."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.rows import TupleRow

import data.database
import data.deliveries
import data.fleet
import data.orders
import data.plans
import data.shops
import data.slots
import data.towns
import routing.solution
import routing.solver
from api.operations import travel
from data.database import Pool
from data.plans import Plan
from delivery import planning
from delivery.day import Day
from delivery.errors import Refusal
from delivery.fleet import Vehicle
from delivery.loading import Consignment
from delivery.orders import CALLED_OFF
from delivery.planning import Draft, Trip, Unserved
from delivery.pooling import DeliveryState
from delivery.rounds import PlannedRound, PlanOutdated
from routing.fault import Fault
from routing.solver import Progress
from routing.streets import Route, Streets

#: A plan is searched for on so many cores at most: the rest of the machine serves the town.
MOST_THREADS = 4


class NoHub(Refusal):
    """The town has no hub for rounds to begin at."""

    code = "no_hub"


class NoVehicle(Refusal):
    """No vehicle is free on that day. Parameters: day."""

    code = "no_vehicle"


class RefereeSaysNo(Exception):
    """The plan breaks a rule: a fault of the solver. It is never saved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan as it was saved; `faults` is what the referee found in it: nothing."""

    plan: Plan
    rounds: tuple[PlannedRound, ...]
    unserved: tuple[Unserved, ...]
    faults: tuple[Fault, ...]


def plan_day(
    pool: Pool,
    town_id: int,
    day: date,
    streets: Streets,
    *,
    now: datetime,
    seconds: float | None = 10.0,
    iterations: int | None = None,
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
) -> Planned:
    """Plan the day's promised deliveries that no published round holds yet, and save the draft.

    No transaction is open while the solver runs; orders that change meanwhile refuse the plan.
    A budget of seconds is spent on every core, one of iterations on one.

    Raises NoHub, NoVehicle, TooFarFromStreet, OutOfReach, PlanOutdated.
    """
    with data.database.scoped(pool, town_id) as conn:
        draft, version = _read(conn, town_id, day, now)
    matrices = travel.tables(streets, draft)
    draft = planning.reachable(draft, matrices)
    posed = planning.posed(draft, matrices)
    solved = routing.solver.solve(
        posed,
        seconds=seconds,
        iterations=iterations,
        seed=seed,
        threads=1 if seconds is None else min(MOST_THREADS, os.cpu_count() or 1),
        progress=progress,
    )
    faults = routing.solution.faults(posed, solved)
    if faults:
        raise RefereeSaysNo("; ".join(fault.text for fault in faults[:5]))
    rounds = planning.rounds(draft, posed, solved)
    unserved = planning.unserved(draft, solved)
    routes = [streets.route(each.points, profile=each.profile) for each in rounds]
    with data.database.scoped(pool, town_id) as conn:
        data.plans.lock_day(conn, day)
        if _read(conn, town_id, day, now)[1] != version:
            raise PlanOutdated(field="day", day=day)
        plan = data.plans.add(
            conn,
            day,
            seed=seed,
            cost_millicents=planning.cost(draft, solved),
            at=now,
            contents={id_: said for _, _, orders in version for id_, said in orders.items()},
        )
        _write(conn, plan, rounds, routes, unserved)
    return Planned(plan=plan, rounds=rounds, unserved=unserved, faults=faults)


#: Each delivery with its slot and its orders: all that may change while the solver runs.
type Version = tuple[tuple[int, int, Mapping[int, str]], ...]


def _read(
    conn: Connection[TupleRow], town_id: int, date_: date, now: datetime
) -> tuple[Draft, Version]:
    day = Day(date=date_, timezone=ZoneInfo(data.towns.by_id(conn, town_id).timezone))
    hub = data.towns.hub(conn)
    if hub is None:
        raise NoHub(field="town")
    trips = _trips(conn, day, data.fleet.listed(conn))
    if not any(day.at(trip.period.ends) > now for trip in trips):
        raise NoVehicle(field="day", day=date_)
    consignments = _consignments(conn, day)
    shops = {shop.id: shop for shop in data.shops.listed(conn)}
    draft = planning.draft(consignments, trips, day=day, not_before=now, hub=hub, shops=shops)
    version = tuple((each.delivery.id, each.slot.id, each.contents) for each in consignments)
    return draft, version


def _trips(conn: Connection[TupleRow], day: Day, vehicles: Sequence[Vehicle]) -> list[Trip]:
    busy = data.plans.busy(conn, day.starts_at, day.ends_at)
    return [
        Trip(vehicle=vehicle, period=period)
        for vehicle in vehicles
        for period in vehicle.periods
        if vehicle.in_service
        and not any(
            vehicle_id == vehicle.id
            and departs_at < day.at(period.ends)
            and returns_at > day.at(period.starts)
            for vehicle_id, departs_at, returns_at in busy
        )
    ]


def _consignments(conn: Connection[TupleRow], day: Day) -> list[Consignment]:
    deliveries = data.deliveries.listed(
        conn,
        slots_from=day.starts_at,
        slots_until=day.ends_at,
        states=[DeliveryState.PROMISED],
    )
    slots = {slot.id: slot for slot in data.slots.between(conn, day.starts_at, day.ends_at)}
    orders = data.orders.of_deliveries(conn, [delivery.id for delivery in deliveries])
    return [
        Consignment(
            delivery=delivery,
            slot=slots[delivery.slot_id],
            orders=tuple(order for order in orders[delivery.id] if order.state not in CALLED_OFF),
        )
        for delivery in deliveries
    ]


def _write(
    conn: Connection[TupleRow],
    plan: Plan,
    rounds: Sequence[PlannedRound],
    routes: Sequence[Route],
    unserved: Sequence[Unserved],
) -> None:
    for planned, route in zip(rounds, routes, strict=True):
        data.plans.add_round(conn, plan.id, planned, route)
    data.plans.add_unserved(conn, plan.id, unserved)
