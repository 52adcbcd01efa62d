"""Who carries: a working period of a vehicle, and its past once it is on the road."""

from dataclasses import dataclass

from routing.shipment import LATEST_S, MOST_SKILLS


@dataclass(frozen=True, slots=True, kw_only=True)
class OnBoard:
    """A shipment of which a vehicle has fetched something: what remains is for that vehicle.

    `left_s` says for each pickup when its service ended, None where it is still to come.
    """

    shipment: int
    left_s: tuple[int | None, ...]

    def __post_init__(self) -> None:
        """Refuse a shipment of which nothing is on board, and times before the first."""
        if all(left is None for left in self.left_s):
            raise ValueError(f"nothing of shipment {self.shipment} is on board: {self.left_s}")
        if any(left is not None and left < 0 for left in self.left_s):
            raise ValueError(f"left_s holds a negative time: {self.left_s}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Underway:
    """The locked past of a vehicle on the road.

    It is at `place`, or will be, and free to go on from `free_s`. Paid time runs from
    `departed_s`; `driven_m` metres are paid for already.
    """

    place: int
    free_s: int
    departed_s: int
    driven_m: int = 0
    on_board: tuple[OnBoard, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a past that runs backwards."""
        if not 0 <= self.departed_s <= self.free_s:
            raise ValueError(f"departed at {self.departed_s}, free at {self.free_s}")
        if self.driven_m < 0:
            raise ValueError(f"driven_m is negative: {self.driven_m}")
        named = [parcel.shipment for parcel in self.on_board]
        if len(set(named)) != len(named):
            raise ValueError(f"a shipment is on board twice: {named}")
        if any(left is not None and left > self.free_s for p in self.on_board for left in p.left_s):
            raise ValueError(f"something was fetched after free_s, {self.free_s}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """One working period of a vehicle: one round at most.

    Paid time runs from departure at `start_place`, as late as the windows allow, to return at
    `end_place`; both lie within [earliest_s, latest_s]. Costs are millicents: once when used,
    per paid second, per metre. A vehicle that is `underway` goes on from where it is, and comes
    back even if nothing else is left to do.
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
    underway: Underway | None = None

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
        if self.underway is not None and self.underway.departed_s < self.earliest_s:
            raise ValueError(f"departed before the working period, at {self.underway.departed_s}")

    @property
    def from_place(self) -> int:
        """Where what remains of the round begins."""
        return self.start_place if self.underway is None else self.underway.place

    @property
    def from_s(self) -> int:
        """When what remains of the round may begin at the soonest."""
        return self.earliest_s if self.underway is None else self.underway.free_s
