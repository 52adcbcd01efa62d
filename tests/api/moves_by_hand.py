"""Moves of a day's deliveries as a dispatcher asks for them, and what the rounds hold after."""

import api.operations.moves as moves
import api.operations.rides
import data.database
import data.plans
from api.operations.moves import Done, Options, Preview
from api.operations.situations import FreeTrip, Ride
from data.plans import Plan
from data.rounds import Round
from data.streets.engine import StreetProcesses
from delivery.day import Day
from delivery.loading import UNSERVED_MILLICENTS
from delivery.proofs import EventKind
from delivery.rounds import TaskKind
from routing.streets import Streets
from tests import builders
from tests.builders import DAY, PARIS, a_slot, an_event, an_order
from tests.small_town import Town

MORNING = a_slot(hour=9).starts_at
LOCAL = Day(date=DAY, timezone=PARIS)


def three_doors(town: Town, streets: StreetProcesses) -> list[int]:
    """Plan three doors of the afternoon; one bike takes them all."""
    taken = town.take(
        an_order("A-1", address="12 rue du Port"),
        an_order("A-2", address="20 rue du Port", shop="librairie"),
        an_order("A-3", address="30 rue du Port"),
    )
    town.plan(streets)
    assert len(town.rounds()) == 1
    return [each.delivery_id for each in taken if each.delivery_id is not None]


def at_home(town: Town) -> FreeTrip:
    """The afternoon of the bike that has no round."""
    busy = {round_.vehicle_id for round_ in town.rounds()}
    (vehicle_id,) = set(town.vehicles) - busy
    return FreeTrip(vehicle_id=vehicle_id, starts=builders.a_bike().periods[1].starts)


def preview(town: Town, streets: Streets, delivery_id: int, to: Ride | None) -> Preview:
    return moves.preview(
        town.pool, town.id, DAY, delivery_id, to=to, streets=streets, now=town.clock()
    )


def move(town: Town, streets: Streets, delivery_id: int, to: Ride | None, **other: object) -> Done:
    return moves.move(
        town.pool,
        town.id,
        DAY,
        delivery_id,
        to=to,
        streets=streets,
        now=town.clock(),
        **other,  # type: ignore[arg-type]
    )


def options(town: Town, streets: Streets, delivery_id: int) -> Options:
    return moves.options(town.pool, town.id, DAY, delivery_id, streets=streets, now=town.clock())


def latest(town: Town) -> Plan:
    with data.database.scoped(town.pool, town.id) as conn:
        plan = data.plans.latest(conn, DAY)
        assert plan is not None
        unserved = data.plans.unserved(conn, plan.id)
    rounds = [round_ for round_ in town.rounds() if round_.plan_id == plan.id]
    costs = sum(round_.cost_millicents for round_ in rounds)
    assert plan.cost_millicents == costs + UNSERVED_MILLICENTS * len(unserved)
    return plan


def doors(round_: Round) -> list[int]:
    return [task.delivery_id for task in round_.tasks if task.kind is TaskKind.DROPOFF]


def holding(town: Town, delivery_id: int) -> Round:
    (found,) = [round_ for round_ in town.rounds() if delivery_id in doors(round_)]
    return found


def start(town: Town, round_: Round) -> None:
    event = an_event(
        EventKind.ROUND_STARTED, round_id=round_.id, task_id=None, device_at=round_.departs_at
    )
    town.clock.moment = round_.departs_at
    (verdict,) = api.operations.rides.record(
        town.pool, town.id, round_.vehicle_id, [event], now=town.clock()
    )
    assert verdict.refusal is None


def morning_and_afternoon(town: Town, streets: StreetProcesses) -> tuple[int, Round]:
    """Return a delivery of the morning, and the round of the afternoon."""
    early, late = town.take(
        an_order("A-1", slot_starts_at=MORNING), an_order("A-2", address="20 rue du Port")
    )
    town.plan(streets)
    assert early.delivery_id is not None and late.delivery_id is not None
    return early.delivery_id, holding(town, late.delivery_id)
