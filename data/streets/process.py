"""What runs inside a street process: OSRM loaded once, questions answered over a pipe.

OSRM holds Python's lock while it computes a table, so it lives in processes of its own. Values on
the pipe are plain: places are (lon, lat), what cannot be reached is -1.
"""

import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection

import numpy as np
import osrm
from numpy.typing import NDArray

from routing.matrix import Int32s

type Place = tuple[float, float]
type Places = Sequence[Place]

#: Marks a pair of places without a way between them.
UNREACHABLE = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapped:
    """Where a place meets the main network, and how far it is from a street of any network."""

    place: Place
    street: str
    distance_m: float
    any_street_m: float
    is_reachable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Snaps:
    """One snap for each place, in order."""

    snaps: list[Snapped]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Whole seconds and metres between n places, (n, n), UNREACHABLE where there is no way."""

    snaps: list[Snapped]
    duration_s: Int32s
    distance_m: Int32s


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainStep:
    """A step as OSRM tells it."""

    place: Place
    kind: str
    modifier: str
    exit_number: int
    street: str
    distance_m: float
    duration_s: float
    line: list[Place]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The steps of each leg; no legs where one of the places cannot be reached."""

    snaps: list[Snapped]
    legs: list[list[PlainStep]]


class Engine:
    """OSRM over one dataset, with a landmark that lies in the main network.

    The landmark is asked along with every question: OSRM prefers the large component as soon as
    two places lie in different ones, so each place snaps alike whatever its company.
    """

    def __init__(self, base: str, algorithm: str, landmarks: Places) -> None:
        self._osrm = osrm.OSRM(
            storage_config=base,
            algorithm=algorithm,
            use_shared_memory=False,
            max_locations_distance_table=-1,
            max_locations_viaroute=-1,
        )
        self._landmark = self._best_landmark(landmarks)

    def _best_landmark(self, landmarks: Places) -> Place:
        """Return the landmark, on its street, that most others can reach and be reached from."""
        table = self._table([*landmarks, landmarks[0]])
        ways = np.isfinite(_numbers(table["durations"]))
        best = int((ways.sum(axis=0) + ways.sum(axis=1)).argmax())
        lon, lat = table["sources"][best]["location"]
        return float(lon), float(lat)

    def snaps(self, places: Places) -> list[Snapped]:
        """Snap places to the main network."""
        if not places:
            return []
        there = self._table([*places, self._landmark], destinations=[len(places)])
        back = self._table([*places, self._landmark], sources=[len(places)])
        reachable = np.isfinite(_numbers(there["durations"])[:-1, 0])
        reachable &= np.isfinite(_numbers(back["durations"])[0, :-1])
        return self._snapped(places, there["sources"], reachable)

    def tables(self, places: Places) -> Tables:
        """Tabulate travel between places; zero between places on the same spot."""
        count = len(places)
        if not count:
            return Tables(snaps=[], duration_s=_whole(_square(0)), distance_m=_whole(_square(0)))
        asked = [*places, self._landmark]
        table = self._table(asked)
        duration, distance = _numbers(table["durations"]), _numbers(table["distances"])
        reachable = np.isfinite(duration[:-1, count]) & np.isfinite(duration[count, :-1])
        spots = np.array(places)
        same = (spots[:, None, :] == spots[None, :, :]).all(axis=2)
        return Tables(
            snaps=self._snapped(places, table["sources"], reachable),
            duration_s=_whole(np.where(same, 0, duration[:-1, :-1])),
            distance_m=_whole(np.where(same, 0, distance[:-1, :-1])),
        )

    def way(self, places: Places) -> Way:
        """Follow the way through places in order."""
        snaps = self.snaps(places)
        if len(places) < 2 or not all(snap.is_reachable for snap in snaps):
            return Way(snaps=snaps, legs=[])
        parameters = osrm.RouteParameters(
            coordinates=[snap.place for snap in snaps],
            steps=True,
            geometries="geojson",
            overview="false",
            continue_straight=False,
        )
        legs = self._osrm.Route(parameters)["routes"][0]["legs"]
        return Way(snaps=snaps, legs=[[_step(step) for step in leg["steps"]] for leg in legs])

    def _table(
        self, places: Places, *, sources: Sequence[int] = (), destinations: Sequence[int] = ()
    ) -> osrm.Object:
        parameters = osrm.TableParameters(
            coordinates=places,
            sources=sources,
            destinations=destinations,
            annotations=["duration", "distance"],
        )
        return self._osrm.Table(parameters)

    def _snapped(
        self, places: Places, waypoints: osrm.Array, reachable: NDArray[np.bool_]
    ) -> list[Snapped]:
        return [
            Snapped(
                place=(waypoint["location"][0], waypoint["location"][1]),
                street=waypoint["name"],
                distance_m=waypoint["distance"],
                any_street_m=self._any_street_m(place),
                is_reachable=bool(is_reachable),
            )
            for place, waypoint, is_reachable in zip(places, waypoints, reachable, strict=False)
        ]

    def _any_street_m(self, place: Place) -> float:
        nearest = self._osrm.Nearest(osrm.NearestParameters(coordinates=[place]))
        return float(nearest["waypoints"][0]["distance"])


def main() -> None:
    """Answer over the pipe whose file descriptor is the only argument.

    The first message says what to load: a dataset's base name, its algorithm and landmarks. The
    process ends when the other end hangs up, as it does when it dies.
    """
    with Connection(int(sys.argv[1])) as pipe:
        base, algorithm, landmarks = pipe.recv()
        engine = Engine(base, algorithm, landmarks)
        with suppress(EOFError, ConnectionError):
            while True:
                answer(pipe, engine, pipe.recv())


def answer(pipe: Connection, engine: Engine, question: tuple[str, Places]) -> None:
    """Send one answer, whose class tells what was asked."""
    match question:
        case ("snaps", places):
            pipe.send(Snaps(snaps=engine.snaps(places)))
        case ("tables", places):
            pipe.send(engine.tables(places))
        case ("way", places):
            pipe.send(engine.way(places))
        case (unknown, _):
            raise ValueError(f"streets are not asked for {unknown}")


def _numbers(array: osrm.Array) -> NDArray[np.float64]:
    """Read a table of OSRM's; what cannot be reached becomes NaN."""
    return np.array(array, dtype=np.float64)


def _square(size: int) -> NDArray[np.float64]:
    return np.zeros((size, size))


def _whole(table: NDArray[np.float64]) -> Int32s:
    """Round half up to int32, UNREACHABLE for NaN.

    OSRM answers some decimetres under zero for two places on one segment.
    """
    rounded = np.floor(np.maximum(table, 0) + 0.5)
    return np.where(np.isfinite(table), rounded, UNREACHABLE).astype(np.int32)


def _step(step: osrm.Object) -> PlainStep:
    manoeuvre = step["maneuver"]
    told = set(manoeuvre)
    lon, lat = manoeuvre["location"]
    return PlainStep(
        place=(lon, lat),
        kind=manoeuvre["type"],
        modifier=manoeuvre["modifier"] if "modifier" in told else "",
        exit_number=int(manoeuvre["exit"]) if "exit" in told else 0,
        street=step["name"],
        distance_m=step["distance"],
        duration_s=step["duration"],
        line=[(lon, lat) for lon, lat in step["geometry"]["coordinates"]],
    )
