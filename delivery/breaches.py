"""What a round gets wrong, in the words of the trade: which window, by how much, at which stop."""

from dataclasses import dataclass
from datetime import datetime

import routing.solution
from delivery.parcels import DIMENSIONS
from delivery.planning import Draft
from delivery.rounds import StopKind
from routing.fault import Fault, FaultCode
from routing.problem import Problem
from routing.round import Round
from routing.schedule import Schedule, price
from routing.solution import Solution, Unserved, UnservedReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """What a round gets wrong, and by how much: seconds, or the unit of `dimension`.

    `label` is the place of a late stop, or the door of goods that ride too long; `latest_at` is
    the moment that is missed, and `planned_at` when it would be.
    """

    code: FaultCode
    vehicle: str
    excess: int
    delivery_id: int | None = None
    label: str = ""
    kind: StopKind | None = None
    dimension: str = ""
    planned_at: datetime | None = None
    latest_at: datetime | None = None

    @property
    def sameness(self) -> tuple[object, ...]:
        """What tells one breach from another, whatever its excess."""
        where = (self.delivery_id, self.kind, self.label)
        return (self.code, self.vehicle, *where, self.dimension)


def breaches(draft: Draft, posed: Problem, round_: Round, times: Schedule) -> tuple[Breach, ...]:
    """Return what the referee finds in a round, the worst of each kind and place."""
    found: dict[tuple[object, ...], Breach] = {}
    for fault in _faults(posed, round_, times):
        breach = _breach(draft, posed, round_, times, fault)
        known = found.get(breach.sameness)
        if known is None or breach.excess > known.excess:
            found[breach.sameness] = breach
    return tuple(found.values())


def _faults(posed: Problem, round_: Round, times: Schedule) -> tuple[Fault, ...]:
    """Ask the referee about one round alone: it must say nothing about anything else."""
    served = {visit.shipment for visit in round_.visits}
    unserved = tuple(
        Unserved(delivery=index, reason=UnservedReason.NO_ROOM)
        for index, delivery in enumerate(posed.deliveries)
        if served.isdisjoint(delivery.shipments)
    )
    penalties = sum(posed.deliveries[each.delivery].penalty for each in unserved)
    total = price(posed.vehicles[round_.vehicle], times) + penalties
    solved = Solution(rounds=(round_,), unserved=unserved, cost=total)
    return routing.solution.faults(posed, solved)


def _breach(draft: Draft, posed: Problem, round_: Round, times: Schedule, fault: Fault) -> Breach:
    vehicle = draft.trips[round_.vehicle].vehicle.name
    match fault.code:
        case FaultCode.TOO_LATE if fault.position is not None:
            timed = times.visits[fault.position]
            latest_s = posed.shipments[timed.visit.shipment].tasks[timed.visit.task].latest_s
            spot = draft.spots[timed.place]
            return Breach(
                code=fault.code,
                vehicle=vehicle,
                excess=timed.start_s - latest_s,
                delivery_id=draft.loads[timed.visit.shipment].delivery.id,
                label=spot.label,
                kind=spot.kind,
                planned_at=draft.day.moment(timed.start_s),
                latest_at=draft.day.moment(latest_s),
            )
        case FaultCode.WORKING_PERIOD:
            latest_s = posed.vehicles[round_.vehicle].latest_s
            return Breach(
                code=fault.code,
                vehicle=vehicle,
                excess=times.return_s - latest_s,
                planned_at=draft.day.moment(times.return_s),
                latest_at=draft.day.moment(latest_s),
            )
        case FaultCode.OVERLOADED if fault.position is not None:
            dimension, excess = _overload(posed, round_, fault.position)
            return Breach(code=fault.code, vehicle=vehicle, excess=excess, dimension=dimension)
        case FaultCode.RIDE_TOO_LONG if fault.shipment is not None:
            delivery = draft.loads[fault.shipment].delivery
            return Breach(
                code=fault.code,
                vehicle=vehicle,
                excess=_ride_excess(posed, times, fault.shipment),
                delivery_id=delivery.id,
                label=delivery.place.label,
            )
        case _:
            raise ValueError(f"a move cannot break this: {fault.text}")


def _overload(posed: Problem, round_: Round, position: int) -> tuple[str, int]:
    """Return what there is too much of on board after a visit, and how much."""
    load = [0] * len(DIMENSIONS)
    for visit in round_.visits[: position + 1]:
        shipment = posed.shipments[visit.shipment]
        is_dropoff = visit.task == len(shipment.pickups)
        change = shipment.amount if is_dropoff else shipment.amounts[visit.task]
        load = [
            on_board - amount if is_dropoff else on_board + amount
            for on_board, amount in zip(load, change, strict=True)
        ]
    capacity = posed.vehicles[round_.vehicle].capacity
    over = [on_board - most for on_board, most in zip(load, capacity, strict=True)]
    worst = max(range(len(over)), key=lambda each: over[each] / max(1, capacity[each]))
    return DIMENSIONS[worst], over[worst]


def _ride_excess(posed: Problem, times: Schedule, shipment: int) -> int:
    asked = posed.shipments[shipment]
    mine = [timed for timed in times.visits if timed.visit.shipment == shipment]
    arrives = max(timed.start_s for timed in mine)
    rides = [arrives - timed.leave_s for timed in mine if timed.visit.task < len(asked.pickups)]
    assert asked.longest_ride_s is not None
    return max(1, max(rides) - asked.longest_ride_s)
