"""Why a delivery is in no round, and the price of each single thing that would put it into one."""

from collections.abc import Sequence

import numpy as np

from routing.adding import added, laid_out, wanted_of
from routing.mending import FinishedPlan, Price, with_patience
from routing.problem import Problem
from routing.round import Round
from routing.sight import NEVER
from routing.solution import Relaxation, RelaxationKind, Unserved, UnservedReason
from routing.tables import KIND, NO_LIMIT, ONLY, Tables

#: How much more is tried of what is given up, in seconds, the least first.
STEPS = {
    RelaxationKind.LATER: (900, 1800, 3600, 7200),
    RelaxationKind.LONGER_PERIOD: (900, 1800, 3600, 7200),
    RelaxationKind.ANOTHER_ROUND: (0,),
    RelaxationKind.SKILL_WAIVED: (0,),
    RelaxationKind.LONGER_RIDE: (300, 900, 1800, 3600),
    RelaxationKind.MORE_CAPACITY: (0,),
}
#: Only so many deliveries, the dearest to leave, are told what would mend it: a dispatcher reads
#: no more, and a plan must not wait for it.
MOST_MENDED = 50
#: From no hope at all to a question of money.
HOPE = (
    UnservedReason.NO_SKILLED_VEHICLE,
    UnservedReason.TOO_LARGE,
    UnservedReason.OUT_OF_REACH,
    UnservedReason.RIDE_TOO_LONG,
    UnservedReason.NO_ROOM,
    UnservedReason.TOO_DEAR,
)


def unserved(
    problem: Problem, flat: Tables | None, rounds: Sequence[Round], *, mended: int = MOST_MENDED
) -> tuple[Unserved, ...]:
    """Return what sound rounds leave unserved, why, and what would mend the dearest of it.

    `flat` are the problem's tables, None where it has no vehicles. Where a delivery has several
    options the one nearest to being served gives the reason.
    """
    served = {visit.shipment for round_ in rounds for visit in round_.visits}
    left = [
        index
        for index, delivery in enumerate(problem.deliveries)
        if served.isdisjoint(delivery.shipments)
    ]
    if flat is None:
        reason = UnservedReason.NO_SKILLED_VEHICLE
        return tuple(Unserved(delivery=index, reason=reason) for index in left)
    if not left:
        return ()
    dearest = sorted(left, key=lambda index: -problem.deliveries[index].penalty)[:mended]
    plan, alone = FinishedPlan(problem, flat, rounds), _Alone(problem, flat)
    return tuple(_explained(problem, plan, alone, index, index in dearest) for index in left)


def _explained(
    problem: Problem, plan: FinishedPlan, alone: "_Alone", delivery: int, is_mended: bool
) -> Unserved:
    options = problem.deliveries[delivery].options
    paid = min(plan.price(option) for option in options)
    if paid.cost < NEVER:
        reason = UnservedReason.TOO_DEAR
    else:
        reason = max((alone.reason(option) for option in options), key=HOPE.index)
    relaxations = _relaxations(problem, plan, options, paid) if is_mended else ()
    return Unserved(delivery=delivery, reason=reason, relaxations=relaxations)


def _relaxations(
    problem: Problem, plan: FinishedPlan, options: Sequence[Sequence[int]], paid: Price
) -> tuple[Relaxation, ...]:
    """Return the least of each kind that serves an option, for less than giving up nothing."""
    found = []
    if paid.cost < NEVER:
        kind = RelaxationKind.PAY_MORE
        found.append(Relaxation(kind=kind, vehicle=paid.vehicle, cost=paid.cost))
    for kind, steps in STEPS.items():
        for seconds in steps:
            price = min(_price(plan, option, kind, seconds) for option in options)
            if price.cost < paid.cost:
                relaxation = Relaxation(
                    kind=kind, vehicle=price.vehicle, cost=price.cost, seconds=seconds
                )
                found.append(relaxation)
                break
    return tuple(sorted(found, key=lambda each: each.cost))


def _price(plan: FinishedPlan, option: Sequence[int], kind: RelaxationKind, seconds: int) -> Price:
    match kind:
        case RelaxationKind.LATER:
            return plan.price(option, later_s=seconds)
        case RelaxationKind.LONGER_RIDE:
            return plan.price(option, ride_s=seconds)
        case _:
            return plan.price_by_vehicle(option, kind, seconds)


class _Alone:
    """Every vehicle with nothing else to do and room for all, to see what it could serve."""

    def __init__(self, problem: Problem, flat: Tables) -> None:
        """Empty the vehicles."""
        self._problem = problem
        self._tables = flat._replace(capacity=np.full_like(flat.capacity, NO_LIMIT))
        self._rounds = laid_out(self._tables, ())
        self._kinds = np.unique(flat.vehicles[:, KIND], return_index=True)[1].tolist()

    def reason(self, option: Sequence[int]) -> UnservedReason:
        """Tell why an option cannot be served, by what is worst about its shipments."""
        return min((self._reason(shipment) for shipment in option), key=HOPE.index)

    def _reason(self, index: int) -> UnservedReason:
        shipment, vehicles = self._problem.shipments[index], self._problem.vehicles
        only = int(self._tables.shipments[index, ONLY])
        rows = self._kinds if only < 0 else [only]
        rows = [row for row in rows if shipment.skills & ~vehicles[row].skills == 0]
        if not rows:
            return UnservedReason.NO_SKILLED_VEHICLE
        rows = [row for row in rows if _holds(vehicles[row].capacity, shipment.amount)]
        if not rows:
            return UnservedReason.TOO_LARGE
        patient = with_patience(self._problem, self._tables, [index], later_s=0, ride_s=NO_LIMIT)
        if not self._fits(patient, index, rows):
            return UnservedReason.OUT_OF_REACH
        if not self._fits(self._tables, index, rows):
            return UnservedReason.RIDE_TOO_LONG
        return UnservedReason.NO_ROOM

    def _fits(self, tables: Tables, shipment: int, rows: Sequence[int]) -> bool:
        among = np.array(rows, np.int64)
        return added(tables, self._rounds, wanted_of([shipment]), among, -1, 0) < NEVER


def _holds(capacity: Sequence[int], amount: Sequence[int]) -> bool:
    return all(value <= most for value, most in zip(amount, capacity, strict=True))
