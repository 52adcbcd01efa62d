"""What rides: vehicles, what they hold and cost, and the working periods of their day."""

from dataclasses import dataclass
from datetime import time, timedelta

from shapely import Point

from delivery.errors import Refusal
from delivery.parcels import DIMENSIONS

#: No working period is longer than this without a break (article L3121-16 of the Code du travail:
#: twenty minutes at the latest after six hours).
LONGEST_PERIOD = timedelta(hours=6)


class VehicleNameTaken(Refusal):
    """Another vehicle of the town has this name. Parameters: name."""

    code = "vehicle_name_taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingPeriod:
    """One stretch of a vehicle's day between two breaks; a round lies inside one."""

    starts: time
    ends: time

    def __post_init__(self) -> None:
        """Refuse a period that runs backwards or past the legal six hours."""
        seconds = (self.ends.hour - self.starts.hour) * 3600
        seconds += (self.ends.minute - self.starts.minute) * 60
        if not 0 < seconds <= LONGEST_PERIOD.total_seconds():
            raise ValueError(
                f"a working period lasts up to six hours, not {self.starts}-{self.ends}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVehicle:
    """A cargo bike or a van.

    `capacity` follows `delivery.parcels.DIMENSIONS`. Costs are what an hour, a kilometre and a
    round really cost the operator, before VAT.
    """

    name: str
    profile: str
    capacity: tuple[int, ...]
    periods: tuple[WorkingPeriod, ...]
    hour_cents: int
    km_cents: int
    use_cents: int = 0

    def __post_init__(self) -> None:
        """Refuse a vehicle whose capacity has other dimensions than parcels have."""
        if len(self.capacity) != len(DIMENSIONS):
            raise ValueError(f"capacity must hold {len(DIMENSIONS)} amounts: {DIMENSIONS}")
        if min(*self.capacity, self.hour_cents, self.km_cents, self.use_cents) < 0:
            raise ValueError("capacities and costs must not be negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle(NewVehicle):
    """A vehicle the town's operator runs; one out of service rides what is published, no more."""

    id: int
    in_service: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """Where goods change vehicles and rounds begin and end; with a drive, recipients fetch there.

    `setup_s` is the time a rider spends there once a stop.
    """

    name: str
    point: Point
    has_drive: bool
    setup_s: int = 60
