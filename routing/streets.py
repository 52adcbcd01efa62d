"""Streets as the rounds see them: snap a point, tabulate travel, follow a route.

The protocol is implemented in `data/streets/`; this room only knows its values. Points are
shapely `Point(lon, lat)` in WGS84.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from shapely import LineString, Point

from routing.matrix import TravelMatrix


@dataclass(frozen=True, slots=True, kw_only=True)
class Snap:
    """Where a point meets the street network."""

    point: Point
    distance_m: int
    street: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One instruction of a route: what to do at `point`, then the street to follow."""

    point: Point
    manoeuvre: str
    street: str
    distance_m: int
    duration_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """The way between two consecutive places of a route.

    `line` is None where both places lie on the same spot.
    """

    distance_m: int
    duration_s: int
    line: LineString | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A way through several places in order: one leg fewer than places."""

    legs: tuple[Leg, ...]

    @property
    def distance_m(self) -> int:
        """Sum the legs' metres."""
        return sum(leg.distance_m for leg in self.legs)

    @property
    def duration_s(self) -> int:
        """Sum the legs' seconds, without service."""
        return sum(leg.duration_s for leg in self.legs)


class Streets(Protocol):
    """A town's street network, by travel profile (`cargo_bike`, `van`)."""

    def snap(self, points: Sequence[Point], *, profile: str) -> list[Snap]:
        """Return the nearest spot of the network for each point.

        Raises
        ------
        TooFarFromStreet
            A point lies farther from any street of the profile than a walk to the door.
        """
        ...

    def table(self, points: Sequence[Point], *, profile: str) -> TravelMatrix:
        """Return seconds and metres between all points.

        Raises
        ------
        TooFarFromStreet
            A point lies too far from any street.
        OutOfReach
            A point cannot be reached from the others.
        """
        ...

    def route(self, points: Sequence[Point], *, profile: str) -> Route:
        """Return the way through the points in order, with geometry and street names.

        Raises
        ------
        TooFarFromStreet
            As for `snap`.
        OutOfReach
            As for `table`.
        """
        ...
