"""What is to be carried: tasks, shipments, and the deliveries they are options of.

Times are whole seconds from an origin the caller chooses (a day's midnight), money is whole
millicents, amounts are vectors whose meaning the caller knows (weight_g, volume_l, ...).
"""

from dataclasses import dataclass

#: Ten days: longer than any horizon planned here.
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
        Millicents it costs to leave the shipment unserved, where the problem lists no deliveries.
    """

    pickups: tuple[Task, ...]
    amounts: tuple[tuple[int, ...], ...]
    dropoff: Task
    penalty: int = 0
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
class Delivery:
    """What somebody waits for, and the ways it may come.

    Each option is a set of shipments that must all be served (one from all shops to the door; or
    one per shop to the hub, and one from there). Exactly one option is served, or none of them at
    the penalty, in millicents.
    """

    options: tuple[tuple[int, ...], ...]
    penalty: int

    def __post_init__(self) -> None:
        """Refuse a delivery that offers nothing, or names a shipment twice."""
        if not self.options or not all(self.options):
            raise ValueError("a delivery needs options, each of at least one shipment")
        named = self.shipments
        if len(set(named)) != len(named):
            raise ValueError(f"options name a shipment twice: {self.options}")
        if self.penalty < 0:
            raise ValueError(f"penalty is negative: {self.penalty}")

    @property
    def shipments(self) -> tuple[int, ...]:
        """All shipments of all options."""
        return tuple(shipment for option in self.options for shipment in option)
