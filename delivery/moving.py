"""A delivery moved between rounds by hand: what it costs, when it arrives, what it breaks.

The rounds of a day are laid out as they stand; the delivery leaves its round and joins another at
the kernel's cheapest place; the referee then says what the dispatcher must know. An unfit move is
a value, not an error: who decides is a person.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import numpy as np

from delivery import planning
from delivery.breaches import Breach, breaches
from delivery.errors import Refusal
from delivery.planning import Draft, Trip
from delivery.rounds import PlannedRound, PlannedTask, PlanOutdated, TaskKind
from routing.matrix import LONGEST_TRAVEL_S, TravelMatrix
from routing.placing import Placing, without
from routing.problem import Problem
from routing.round import Round, Visit
from routing.schedule import Schedule, price, schedule
from routing.solution import Solution

#: Why a delivery is in no round: the dispatcher took it out.
SET_ASIDE = "set_aside"


class NothingToCarry(Refusal):
    """The delivery needs no ride: its shops bring it, or all of it was called off."""

    code = "nothing_to_carry"


class ShopShut(Refusal):
    """A shop is shut whenever the delivery's parcels would have to be fetched."""

    code = "shop_shut"


class PeriodOver(Refusal):
    """The vehicle's working period is over. Parameters: vehicle."""

    code = "period_over"


class MoveBreaks(Refusal):
    """The move breaks something, and nobody agreed to that. Parameters: count."""

    code = "move_breaks"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRound:
    """A round as it stands: its trip, its tasks in order; none where the vehicle stays at home."""

    trip: Trip
    tasks: tuple[PlannedTask, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the rounds concerned come to; `arrives_at` is when the delivery is at its door."""

    cost_millicents: int
    distance_m: int
    paid_s: int
    arrives_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A move and its price: `rounds` are those it changes, by trip, empty ones among them.

    `breaches` are new or worse than before; `standing` were there already and are no worse.
    """

    rounds: dict[int, Round]
    before: Figures
    after: Figures
    breaches: tuple[Breach, ...]
    standing: tuple[Breach, ...]


class MovingDay:
    """Rounds of a day as they stand, ready for a delivery to be moved between them."""

    def __init__(self, draft: Draft, posed: Problem, kept: Sequence[KeptRound]) -> None:
        """Lay the rounds out; `kept[k]` is ridden in the draft's trip k.

        Raises PlanOutdated where orders joined a delivery that is already in a round, or a shop of
        one is shut by now.
        """
        self.draft = draft
        self.posed = posed
        self.loads = {load.delivery.id: index for index, load in enumerate(draft.loads)}
        self.rounds = {trip: self._as_kept(trip, round_) for trip, round_ in enumerate(kept)}
        self._placing = Placing(posed)
        # Most moves of a delivery share a round or two: each is timed and judged once.
        self._times = cache(self._times_of)
        self._found = cache(self._found_in)

    def _as_kept(self, trip: int, kept: KeptRound) -> Round:
        visits = [visit for task in kept.tasks for visit in _visits(self.draft, self.loads, task)]
        is_shut = any(task.delivery_id in self.draft.closed for task in kept.tasks)
        missing = {
            Visit(shipment=visit.shipment, task=task)
            for visit in visits
            for task in range(len(self.posed.shipments[visit.shipment].tasks))
        } - set(visits)
        if missing or is_shut:
            raise PlanOutdated(field="day", day=self.draft.day.date)
        return Round(vehicle=trip, visits=tuple(dict.fromkeys(visits)))

    def move(self, delivery_id: int, *, source: int | None, target: int | None) -> Moved:
        """Take a delivery out of a trip's round and into another's; None is no round at all.

        Raises NothingToCarry, ShopShut.
        """
        shipment = self._shipment(delivery_id)
        trips = [trip for trip in dict.fromkeys((source, target)) if trip is not None]
        rounds = {trip: self.rounds[trip] for trip in trips}
        if source is not None:
            rounds[source] = without(rounds[source], shipment)
        if target is not None:
            rounds[target] = self._placing.place(rounds[target], shipment)
        stood = [self.rounds[trip] for trip in trips]
        known = {each.sameness: each.excess for each in self._breaches(stood)}
        found = self._breaches(rounds.values())
        return Moved(
            rounds=rounds,
            before=self._figures(stood, shipment),
            after=self._figures(rounds.values(), shipment),
            breaches=tuple(each for each in found if each.excess > known.get(each.sameness, 0)),
            standing=tuple(each for each in found if each.excess <= known.get(each.sameness, 0)),
        )

    def planned(self, round_: Round) -> PlannedRound:
        """Give a round the moments and stops that people work with."""
        alone = Solution(rounds=(round_,), unserved=(), cost=0)
        return planning.rounds(self.draft, self.posed, alone)[0]

    def _shipment(self, delivery_id: int) -> int:
        if delivery_id in self.draft.closed:
            raise ShopShut(field="delivery_id")
        if delivery_id not in self.loads:
            raise NothingToCarry(field="delivery_id")
        return self.loads[delivery_id]

    def _figures(self, rounds: Iterable[Round], shipment: int) -> Figures:
        ridden = [each for each in rounds if each.visits]
        times = [self._times(each) for each in ridden]
        door = Visit(shipment=shipment, task=len(self.posed.shipments[shipment].pickups))
        starts = [visit.start_s for each in times for visit in each.visits if visit.visit == door]
        return Figures(
            cost_millicents=sum(
                price(self.posed.vehicles[each.vehicle], timed)
                for each, timed in zip(ridden, times, strict=True)
            ),
            distance_m=sum(each.distance_m for each in times),
            paid_s=sum(each.paid_s for each in times),
            arrives_at=self.draft.day.moment(starts[0]) if starts else None,
        )

    def _breaches(self, rounds: Iterable[Round]) -> list[Breach]:
        return [breach for each in rounds if each.visits for breach in self._found(each)]

    def _times_of(self, round_: Round) -> Schedule:
        return schedule(self.posed, round_)

    def _found_in(self, round_: Round) -> tuple[Breach, ...]:
        return breaches(self.draft, self.posed, round_, self._times(round_))


def passable(matrices: Mapping[str, TravelMatrix]) -> dict[str, TravelMatrix]:
    """Let a place without a way lie a day and a half off: a hand may still take out what is there.

    The referee then says how late a round would be.
    """
    return {
        profile: TravelMatrix(
            duration_s=np.minimum(matrix.duration_s, LONGEST_TRAVEL_S - 1),
            distance_m=matrix.distance_m,
        )
        for profile, matrix in matrices.items()
    }


def _visits(draft: Draft, loads: dict[int, int], task: PlannedTask) -> list[Visit]:
    """Return the task's visits: none where everything it moves was called off."""
    shipment = loads.get(task.delivery_id)
    if shipment is None:
        return []
    load = draft.loads[shipment]
    if task.kind is TaskKind.DROPOFF:
        return [Visit(shipment=shipment, task=len(load.orders))]
    return [
        Visit(shipment=shipment, task=pickup)
        for pickup, orders in enumerate(load.orders)
        if set(orders) & set(task.order_ids)
    ]
