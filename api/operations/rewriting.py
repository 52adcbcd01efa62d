"""Write rounds that a dispatcher changed by hand, and keep plan, list and delivery in step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow

import data.deliveries
import data.moves
import data.plans
from api.operations.situations import FreeTrip, Ride, Situation
from data.plans import Plan
from data.rounds import Round
from delivery.loading import UNSERVED_MILLICENTS
from delivery.moving import SET_ASIDE
from delivery.planning import Unserved
from delivery.pooling import DeliveryState, DeliveryStep
from delivery.pooling import step as delivery_step
from delivery.rounds import PlannedRound, RoundState, VehicleTwice
from routing.streets import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A ride as it will be, and the way to ride; None where nothing is left of it."""

    ride: Ride
    planned: PlannedRound | None = None
    route: Route | None = None


def write(
    conn: Connection[TupleRow],
    situation: Situation,
    changes: Sequence[Change],
    *,
    to: Ride | None,
    now: datetime,
) -> tuple[Plan, Ride | None]:
    """Write a move's rounds; return the plan as it is then, and where the delivery can go back to.

    Lock the day, the rounds and the delivery first. Raises VehicleTwice.
    """
    source = situation.source
    _check_vehicles(situation, changes)
    plan = situation.plan
    if plan is None:
        plan = data.plans.add(conn, situation.day.date, seed=0, cost_millicents=0, at=now)
    added = _keep_books(conn, plan, situation.delivery.id, to)
    back: Ride | None = source
    # The round that gives up its place in time goes first: two may be of one vehicle.
    for change in sorted(changes, key=lambda each: each.ride != source):
        plan_id, more = _write(conn, situation, plan, change)
        added[plan_id] = added.get(plan_id, 0) + more
        if change.planned is None and change.ride == source and source is not None:
            starts = situation.period(source).starts
            back = FreeTrip(vehicle_id=situation.vehicle_id(source), starts=starts)
    _save_state(conn, situation, plan, to)
    for plan_id, millicents in sorted(added.items()):
        if plan_id == plan.id and plan.published_at is None:
            contents = situation.fingerprints(source, to)
            plan = data.moves.renew(
                conn, plan_id, added_millicents=millicents, contents=contents, at=now
            )
        else:
            data.moves.add_cost(conn, plan_id, millicents)
    return plan, back


def _check_vehicles(situation: Situation, changes: Sequence[Change]) -> None:
    """Refuse a vehicle that would ride two rounds at once, drafts among them.

    Raises VehicleTwice.
    """
    changed = {each.ride for each in changes}
    rides = [each.planned for each in changes if each.planned is not None]
    standing = [each for id_, each in situation.rounds.items() if id_ not in changed]
    for place, ride in enumerate(rides):
        others: list[PlannedRound | Round] = [*rides[:place], *standing]
        for other in others:
            if (
                ride.vehicle_id == other.vehicle_id
                and ride.departs_at < other.returns_at
                and ride.returns_at > other.departs_at
            ):
                raise VehicleTwice(field="to")


def _keep_books(
    conn: Connection[TupleRow], plan: Plan, delivery_id: int, to: Ride | None
) -> dict[int, int]:
    """Put the delivery on the plan's list of unserved ones, or strike it off; return the cost."""
    if to is None:
        left_out = Unserved(delivery_id=delivery_id, reason=SET_ASIDE)
        data.plans.add_unserved(conn, plan.id, [left_out])
        return {plan.id: UNSERVED_MILLICENTS}
    if data.moves.remove_unserved(conn, plan.id, delivery_id):
        return {plan.id: -UNSERVED_MILLICENTS}
    return {}


def _write(
    conn: Connection[TupleRow], situation: Situation, plan: Plan, change: Change
) -> tuple[int, int]:
    """Write one round; return its plan and what that costs more now."""
    planned, route = change.planned, change.route
    stood = situation.rounds[change.ride] if isinstance(change.ride, int) else None
    if planned is None or route is None:
        assert stood is not None
        data.moves.remove_round(conn, stood.id)
        return stood.plan_id, -stood.cost_millicents
    if stood is None:
        data.moves.open_round(conn, plan, planned, route)
        return plan.id, planned.cost_millicents
    data.moves.rewrite(conn, stood, planned, route)
    return stood.plan_id, planned.cost_millicents - stood.cost_millicents


def _save_state(
    conn: Connection[TupleRow], situation: Situation, plan: Plan, to: Ride | None
) -> None:
    """A delivery is planned in a published round, and promised in any other or none."""
    delivery = situation.delivery
    is_shown = (
        situation.rounds[to].state is RoundState.PUBLISHED
        if isinstance(to, int)
        else to is not None and plan.published_at is not None
    )
    if is_shown is not (delivery.state is DeliveryState.PLANNED):
        taken = DeliveryStep.PLAN if is_shown else DeliveryStep.SET_ASIDE
        data.deliveries.save_state(conn, delivery.id, delivery_step(delivery.state, taken))
