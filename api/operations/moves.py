"""Move a delivery between rounds by hand: read, close, compute, reopen, check, write."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import data.database
import data.deliveries
import data.moves
import data.plans
import data.rounds
from api.operations import rewriting, situations, travel
from api.operations.rewriting import Change
from api.operations.situations import OPEN, FreeTrip, Ride, Situation
from data.database import Pool
from data.plans import Plan
from data.rounds import Round
from delivery import moving, planning
from delivery.breaches import Breach
from delivery.day import Day
from delivery.errors import NotFound
from delivery.fleet import Vehicle
from delivery.moving import (
    Figures,
    KeptRound,
    MoveBreaks,
    Moved,
    MovingDay,
    PeriodOver,
)
from delivery.planning import Trip
from delivery.pooling import Delivery, DeliveryStep
from delivery.pooling import step as delivery_step
from delivery.rounds import (
    PlanOutdated,
    RoundUnderWay,
)
from routing.streets import Streets


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a move would do; `seen` names the state of things it was computed from."""

    delivery_id: int
    source: Ride | None
    target: Ride | None
    before: Figures
    after: Figures
    breaches: tuple[Breach, ...]
    standing: tuple[Breach, ...]
    seen: str

    @property
    def is_feasible(self) -> bool:
        """Whether it breaks nothing that was whole before."""
        return not self.breaches


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A move as it was written; `back` is where the delivery can go back to."""

    preview: Preview
    plan: Plan
    back: Ride | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Every move of one delivery within its window: `gone` are the rounds that have left."""

    day: Day
    delivery: Delivery
    window: tuple[datetime, datetime]
    rounds: dict[int, Round]
    vehicles: dict[int, Vehicle]
    source: int | None
    previews: tuple[Preview, ...]
    gone: tuple[Round, ...]


def preview(
    pool: Pool,
    town_id: int,
    day: date,
    delivery_id: int,
    *,
    to: Ride | None,
    streets: Streets,
    now: datetime,
) -> Preview:
    """Say what a move into a round, or out of one, would cost and break; write nothing.

    Raises NotFound, NoHub, NoVehicle, RoundUnderWay, PeriodOver, PlanOutdated, NothingToCarry,
    ShopShut, DeliveryStepRefused.
    """
    with data.database.scoped(pool, town_id) as conn:
        situation = situations.read(conn, town_id, day, delivery_id)
    _check_source(situation)
    _check_target(situation, to, now)
    trips = situation.trips([situation.source, to], now)
    return _previewed(situation, _laid_out(situation, trips, streets), trips, to)[0]


def options(
    pool: Pool, town_id: int, day: date, delivery_id: int, *, streets: Streets, now: datetime
) -> Options:
    """Price every move of a delivery: into each open round, a free vehicle, or out of its round.

    Raises what `preview` raises.
    """
    with data.database.scoped(pool, town_id) as conn:
        situation = situations.read(conn, town_id, day, delivery_id)
    _check_source(situation)
    source, rounds = situation.source, situation.rounds.values()
    targets: list[Ride | None] = [
        each.id
        for each in rounds
        if each.state in OPEN and each.id != source and not situation.is_over(each.id, now)
    ]
    targets += situation.free_trips(now)
    if source is not None:
        targets.append(None)
    trips = situation.trips([source, *targets], now)
    laid_out = _laid_out(situation, trips, streets)
    slot = situation.consignments[delivery_id].slot
    return Options(
        day=situation.day,
        delivery=situation.delivery,
        window=(slot.starts_at, slot.ends_at),
        rounds=situation.rounds,
        vehicles=situation.vehicles,
        source=source,
        previews=tuple(_previewed(situation, laid_out, trips, each)[0] for each in targets),
        gone=tuple(each for each in rounds if each.state not in OPEN),
    )


def move(
    pool: Pool,
    town_id: int,
    day: date,
    delivery_id: int,
    *,
    to: Ride | None,
    streets: Streets,
    now: datetime,
    despite_faults: bool = False,
    seen: str | None = None,
) -> Done:
    """Move a delivery into a round, or out of one; `seen` is of the preview somebody agreed to.

    Rounds that changed since then, or while OSRM answered, refuse the move. A draft becomes the
    next version of its plan, so that nobody publishes what they did not see; a day without a plan
    gets one of this round alone.

    Raises MoveBreaks where it breaks something and `despite_faults` is not set, VehicleTwice, and
    what `preview` raises.
    """
    with data.database.scoped(pool, town_id) as conn:
        situation = situations.read(conn, town_id, day, delivery_id)
    _check_source(situation)
    _check_target(situation, to, now)
    source = situation.source
    if seen not in (None, situation.seen(source, to)):
        raise PlanOutdated(field="seen", day=day)
    trips = situation.trips([source, to], now)
    laid_out = _laid_out(situation, trips, streets)
    found, moved = _previewed(situation, laid_out, trips, to)
    if found.breaches and not despite_faults:
        raise MoveBreaks(field="to", count=len(found.breaches))
    changes = _changes(laid_out, moved, list(trips), streets)
    with data.database.scoped(pool, town_id) as conn:
        data.plans.lock_day(conn, day)
        data.rounds.lock(conn, [each for each in (source, to) if isinstance(each, int)])
        data.deliveries.lock(conn, [delivery_id])
        again = situations.read(conn, town_id, day, delivery_id)
        _check_source(again)
        _check_target(again, to, now)
        if again.source != source or again.seen(source, to) != found.seen:
            raise PlanOutdated(field="day", day=day)
        plan, back = rewriting.write(conn, again, changes, to=to, now=now)
    return Done(preview=found, plan=plan, back=back)


def _check_source(situation: Situation) -> None:
    """Refuse a delivery that is already under way."""
    source = situation.source
    if source is not None and situation.rounds[source].state not in OPEN:
        raise RoundUnderWay(field="delivery_id", vehicle=situation.rounds[source].vehicle)
    delivery_step(situation.delivery.state, DeliveryStep.PLAN)


def _check_target(situation: Situation, to: Ride | None, now: datetime) -> None:
    """Refuse what is not there, what has left, and a working period that is over."""
    if to is None:
        if situation.source is None:
            raise NotFound(field="to")
        return
    if isinstance(to, FreeTrip):
        if to not in situation.free_trips(now):
            raise NotFound(field="to")
        return
    if to not in situation.rounds:
        raise NotFound(field="to")
    if situation.rounds[to].state not in OPEN:
        raise RoundUnderWay(field="to", vehicle=situation.rounds[to].vehicle)
    if situation.is_over(to, now):
        raise PeriodOver(field="to", vehicle=situation.rounds[to].vehicle)


def _laid_out(situation: Situation, trips: dict[Ride, Trip], streets: Streets) -> MovingDay:
    """Lay the rounds of these trips out over real travel times."""
    draft = planning.draft(
        [each for each in situation.carried(*trips) if each.orders],
        list(trips.values()),
        day=situation.day,
        not_before=situation.day.starts_at,
        hub=situation.hub,
        shops=situation.shops,
    )
    matrices = moving.passable(travel.tables(streets, draft))
    kept = [KeptRound(trip=trip, tasks=situation.kept_tasks(ride)) for ride, trip in trips.items()]
    return MovingDay(draft, planning.posed(draft, matrices), kept)


def _previewed(
    situation: Situation, laid_out: MovingDay, trips: dict[Ride, Trip], to: Ride | None
) -> tuple[Preview, Moved]:
    index = {ride: number for number, ride in enumerate(trips)}
    source = situation.source
    moved = laid_out.move(
        situation.delivery.id,
        source=None if source is None else index[source],
        target=None if to is None else index[to],
    )
    shown = Preview(
        delivery_id=situation.delivery.id,
        source=source,
        target=to,
        before=moved.before,
        after=moved.after,
        breaches=moved.breaches,
        standing=moved.standing,
        seen=situation.seen(source, to),
    )
    return shown, moved


def _changes(
    laid_out: MovingDay, moved: Moved, rides: Sequence[Ride], streets: Streets
) -> list[Change]:
    changes = []
    for trip, round_ in moved.rounds.items():
        if not round_.visits:
            changes.append(Change(ride=rides[trip]))
            continue
        planned = laid_out.planned(round_)
        route = streets.route(planned.points, profile=planned.profile)
        changes.append(Change(ride=rides[trip], planned=planned, route=route))
    return changes
