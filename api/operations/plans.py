"""Plan a day and publish the plan: read, close, solve, reopen, check, write."""

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
from delivery.loading import Consignment, Window, fingerprint, handover_window
from delivery.orders import CALLED_OFF, Fulfilment, Order
from delivery.planning import Draft, Trip, Unserved
from delivery.pooling import Delivery, DeliveryState, DeliveryStep
from delivery.pooling import step as delivery_step
from delivery.rounds import PlannedRound, PlanOutdated, PlanPublished, PlanUnknown
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
