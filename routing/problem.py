"""What is asked of the rounds: places, shipments, vehicles.

Times are whole seconds from an origin the caller chooses (a day's midnight), money is whole
millicents, amounts are vectors whose meaning the caller knows (weight_g, volume_l, ...).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from routing.matrix import Int32s, TravelMatrix

#: Arrival times are kept in int64; a horizon of ten days keeps every sum of costs exact.
LATEST_S = 864_000
#: Skills are a bit set in one int64.
MOST_SKILLS = 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One visit of a shipment: service starts at `place` within the window.

    `service_s` is the time at the place for this task; the place's own set-up comes on top
    when the vehicle arrives from elsewhere.
    """

    place: int
    earliest_s: int
    latest_s: int
    service_s: int = 0

    def __post_init__(self) -> None:
        """Refuse a window that closes before it opens."""
        if self.service_s < 0:
            raise ValueError(f"service_s is negative: {self.service_s}")
        if self.earliest_s < 0:
            raise ValueError(f"earliest_s is negative: {self.earliest_s}")
        if self.latest_s < self.earliest_s:
            raise ValueError(f"window closes ({self.latest_s}) before it opens ({self.earliest_s})")
        if self.latest_s > LATEST_S:
            raise ValueError(f"latest_s exceeds {LATEST_S}: {self.latest_s}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """One or more pickups, then one dropoff, in one round.

    Parameters
    ----------
    pickups, amounts
        Pickup k puts the vector `amounts[k]` on board; the dropoff takes the sum off.
    longest_ride_s
        Most seconds between the end of service at any pickup and the start of service at the
        dropoff; None where the goods do not mind.
    skills
        Bit set a vehicle must have in full.
    penalty
        Millicents it costs to leave the shipment unserved.
    """

    pickups: tuple[Task, ...]
    amounts: tuple[tuple[int, ...], ...]
    dropoff: Task
    penalty: int
    longest_ride_s: int | None = None
    skills: int = 0

    def __post_init__(self) -> None:
        """Refuse a shipment that picks nothing up or carries less than nothing."""
        if not self.pickups:
            raise ValueError("a shipment needs at least one pickup")
        if len(self.amounts) != len(self.pickups):
            raise ValueError(f"{len(self.pickups)} pickups but {len(self.amounts)} amounts")
        if any(value < 0 for amount in self.amounts for value in amount):
            raise ValueError(f"amounts hold a negative value: {self.amounts}")
        if len({len(amount) for amount in self.amounts}) != 1:
            raise ValueError(f"amounts differ in length: {self.amounts}")
        if self.penalty < 0:
            raise ValueError(f"penalty is negative: {self.penalty}")
        if self.longest_ride_s is not None and self.longest_ride_s < 0:
            raise ValueError(f"longest_ride_s is negative: {self.longest_ride_s}")
        if not 0 <= self.skills < 1 << MOST_SKILLS:
            raise ValueError(f"skills must be a bit set of at most {MOST_SKILLS} bits")

    @property
    def tasks(self) -> tuple[Task, ...]:
        """All pickups in their order, then the dropoff."""
        return (*self.pickups, self.dropoff)

    @property
    def amount(self) -> tuple[int, ...]:
        """What arrives: the pickups' vectors summed."""
        return tuple(sum(column) for column in zip(*self.amounts, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """One working period of a vehicle: one round at most.

    Paid time runs from departure at `start_place`, as late as the windows allow, to return at
    `end_place`; both lie within [earliest_s, latest_s]. Costs are millicents: once when used,
    per paid second, per metre.
    """

    profile: int
    start_place: int
    end_place: int
    earliest_s: int
    latest_s: int
    capacity: tuple[int, ...]
    skills: int = 0
    cost_use: int = 0
    cost_per_s: int = 0
    cost_per_m: int = 0

    def __post_init__(self) -> None:
        """Refuse a working period that ends before it begins, and negative costs."""
        if self.earliest_s < 0 or self.latest_s < self.earliest_s or self.latest_s > LATEST_S:
            raise ValueError(f"working period is unfit: {self.earliest_s} to {self.latest_s}")
        if any(value < 0 for value in self.capacity):
            raise ValueError(f"capacity holds a negative value: {self.capacity}")
        if min(self.cost_use, self.cost_per_s, self.cost_per_m) < 0:
            raise ValueError("costs must not be negative")
        if not 0 <= self.skills < 1 << MOST_SKILLS:
            raise ValueError(f"skills must be a bit set of at most {MOST_SKILLS} bits")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """Everything a plan must answer.

    Parameters
    ----------
    matrices
        One per profile, all over the same n places.
    setup_s
        Array (profiles, n) of int32: seconds once per stop (parking, walking, ringing), added
        when the place changes; not at start and end places.
    shipments, vehicles
        Referred to by their index everywhere.

    Raises
    ------
    ValueError
        Naming the shipment, task or vehicle that does not fit, and why.
    """

    matrices: tuple[TravelMatrix, ...]
    setup_s: Int32s
    shipments: tuple[Shipment, ...]
    vehicles: tuple[Vehicle, ...]

    def __post_init__(self) -> None:
        """Check that every index and vector fits the tables."""
        if not self.matrices:
            raise ValueError("a problem needs at least one travel matrix")
        places = self.matrices[0].size
        if any(matrix.size != places for matrix in self.matrices):
            sizes = [matrix.size for matrix in self.matrices]
            raise ValueError(f"travel matrices differ in size: {sizes}")
        if self.setup_s.shape != (len(self.matrices), places) or self.setup_s.dtype != np.int32:
            raise ValueError(
                f"setup_s must be int32 of shape {(len(self.matrices), places)}, "
                f"not {self.setup_s.dtype} of {self.setup_s.shape}"
            )
        if self.setup_s.size and self.setup_s.min() < 0:
            raise ValueError("setup_s holds a negative value")
        for where, place in self._places():
            if not 0 <= place < places:
                raise ValueError(f"{where}: place {place} is not one of {places}")
        dimensions = {
            *(len(shipment.amount) for shipment in self.shipments),
            *(len(vehicle.capacity) for vehicle in self.vehicles),
        }
        if len(dimensions) > 1:
            raise ValueError(f"amounts and capacities differ in length: {sorted(dimensions)}")
        for index, vehicle in enumerate(self.vehicles):
            if not 0 <= vehicle.profile < len(self.matrices):
                raise ValueError(f"vehicle {index}: no matrix for profile {vehicle.profile}")

    def _places(self) -> Iterator[tuple[str, int]]:
        for index, shipment in enumerate(self.shipments):
            for position, task in enumerate(shipment.tasks):
                yield f"shipment {index}, task {position}", task.place
        for index, vehicle in enumerate(self.vehicles):
            yield f"vehicle {index}, start", vehicle.start_place
            yield f"vehicle {index}, end", vehicle.end_place
