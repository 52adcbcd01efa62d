"""The town's streets answered by OSRM, in one street process per profile."""

import math
import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import numpy as np
from shapely import LineString, Point

from data.streets import process
from data.streets.build import Dataset
from delivery.errors import OutOfReach, TooFarFromStreet
from routing.matrix import TravelMatrix
from routing.streets import Leg, Route, Snap, Step

#: The rest is walked. A bike is pushed nearly to every door; a van stops at the edge of a
#: pedestrian centre, 263 m from the farthest door in Krems. Beyond, it is no door of this town.
MOST_SNAP_M = {"cargo_bike": 150, "van": 300}

_TURNS = {
    "uturn": "turn-around",
    "sharp right": "turn-sharp-right",
    "right": "turn-right",
    "slight right": "turn-slight-right",
    "straight": "straight",
    "slight left": "turn-slight-left",
    "left": "turn-left",
    "sharp left": "turn-sharp-left",
}
_ROUNDABOUTS = ("roundabout", "rotary", "roundabout turn")

_MAIN = "from data.streets import process; process.main()"


class StreetProcesses:
    """The streets of one town (`routing.streets.Streets`), by profile.

    Questions of one profile wait for each other, those of two run side by side. Processes end
    with `close` or with the process that made them.
    """

    def __init__(self, datasets: Mapping[str, Dataset]) -> None:
        """Start a process for each profile's dataset."""
        self._processes = {
            profile: _StreetProcess(dataset) for profile, dataset in datasets.items()
        }

    def __enter__(self) -> Self:
        """Lend the streets to a `with` block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    @property
    def profiles(self) -> tuple[str, ...]:
        """Who may ask."""
        return tuple(self._processes)

    def close(self) -> None:
        """End all processes; closing twice is harmless."""
        for street_process in self._processes.values():
            street_process.close()

    def snap(self, points: Sequence[Point], *, profile: str) -> list[Snap]:
        """Return the nearest spot of the main network for each point.

        Raises TooFarFromStreet, and OutOfReach where the only streets near lead nowhere.
        """
        snaps = self._ask("snaps", points, profile, process.Snaps).snaps
        _check(points, snaps, profile)
        return [
            Snap(
                point=Point(snap.place),
                distance_m=_rounded(snap.distance_m),
                street=snap.street,
            )
            for snap in snaps
        ]

    def table(self, points: Sequence[Point], *, profile: str) -> TravelMatrix:
        """Return whole seconds and metres between all points, rounded half up.

        Raises TooFarFromStreet and OutOfReach with the first such point.
        """
        tables = self._ask("tables", points, profile, process.Tables)
        _check(points, tables.snaps, profile)
        _check_ways(points, tables, profile)
        return TravelMatrix(duration_s=tables.duration_s, distance_m=tables.distance_m)

    def route(self, points: Sequence[Point], *, profile: str) -> Route:
        """Return the way through the points in order, with geometry and street names.

        Raises TooFarFromStreet and OutOfReach with the first such point.
        """
        way = self._ask("way", points, profile, process.Way)
        _check(points, way.snaps, profile)
        return Route(legs=tuple(_leg(steps) for steps in way.legs))

    def pid(self, profile: str) -> int:
        """Return the number of the profile's process, for the operations page."""
        return self._processes[profile].pid

    def _ask[T](self, question: str, points: Sequence[Point], profile: str, kind: type[T]) -> T:
        if profile not in self._processes:
            raise ValueError(f"no streets for {profile}")
        for point in points:
            if not (abs(point.x) <= 180 and abs(point.y) <= 90):
                raise ValueError(f"{point.wkt} is not in WGS84 degrees")
        places = [(point.x, point.y) for point in points]
        return self._processes[profile].ask(question, places, kind)


class _StreetProcess:
    """One process and the pipe to it; a process that died is started anew, once a question.

    It is a fresh interpreter: a fork of a web process that runs threads may hang for ever, and
    multiprocessing's spawn would load the whole web application again.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._lock = threading.Lock()
        self._is_closed = False
        self._start()

    @property
    def pid(self) -> int:
        """Return the number of the process."""
        return self._process.pid

    def _start(self) -> None:
        self._pipe, theirs = multiprocessing.Pipe()
        end = theirs.fileno()
        # A session of its own: Ctrl-C in the terminal is the parent's to answer.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _MAIN, str(end)],
            pass_fds=[end],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        landmarks = [(point.x, point.y) for point in self._dataset.landmarks]
        self._pipe.send((str(self._dataset.base), self._dataset.algorithm, landmarks))

    def ask[T](self, question: str, places: process.Places, kind: type[T]) -> T:
        """Return the answer, which is of this kind."""
        with self._lock:
            if self._is_closed:
                raise ValueError(f"the streets of {self._dataset.profile} are closed")
            answer = self._exchange((question, places))
        if not isinstance(answer, kind):
            raise TypeError(f"{question} was answered with {type(answer).__name__}")
        return answer

    def _exchange(
        self, question: tuple[str, process.Places], *, is_second_try: bool = False
    ) -> object:
        try:
            self._pipe.send(question)
            answer: object = self._pipe.recv()
        except (EOFError, OSError) as error:
            self._end()
            self._start()
            if is_second_try:
                told = f"the streets of {self._dataset.profile} died twice of one question"
                raise RuntimeError(told) from error
            return self._exchange(question, is_second_try=True)
        return answer

    def close(self) -> None:
        """End the process."""
        with self._lock:
            if not self._is_closed:
                self._is_closed = True
                self._end()

    def _end(self) -> None:
        """Hang up, which ends the process; insist where it is stuck."""
        self._pipe.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _check(points: Sequence[Point], snaps: Sequence[process.Snapped], profile: str) -> None:
    """Refuse the first point that lies too far from a street, or on streets that lead nowhere."""
    most_m = MOST_SNAP_M[profile]
    for index, (point, snap) in enumerate(zip(points, snaps, strict=True)):
        if snap.any_street_m > most_m:
            raise TooFarFromStreet(
                lon=point.x,
                lat=point.y,
                distance_m=_rounded(snap.any_street_m),
                most_m=most_m,
                profile=profile,
                index=index,
            )
        if snap.distance_m > most_m or not snap.is_reachable:
            raise OutOfReach(lon=point.x, lat=point.y, profile=profile, index=index)


def _check_ways(points: Sequence[Point], tables: process.Tables, profile: str) -> None:
    """Refuse the point that most others cannot reach, where a pair has no way between."""
    missing = tables.duration_s == process.UNREACHABLE
    if missing.any():
        index = int(np.argmax(missing.sum(axis=0) + missing.sum(axis=1)))
        raise OutOfReach(lon=points[index].x, lat=points[index].y, profile=profile, index=index)


def _leg(steps: Sequence[process.PlainStep]) -> Leg:
    line = [place for step in steps for place in step.line]
    places = [place for at, place in enumerate(line) if not at or place != line[at - 1]]
    return Leg(
        distance_m=_rounded(sum(step.distance_m for step in steps)),
        duration_s=_rounded(sum(step.duration_s for step in steps)),
        line=LineString(places) if len(places) > 1 else None,
        steps=tuple(
            Step(
                point=Point(step.place),
                manoeuvre=_manoeuvre(step),
                street=step.street,
                distance_m=_rounded(step.distance_m),
                duration_s=_rounded(step.duration_s),
            )
            for step in steps
        ),
    )


def _manoeuvre(step: process.PlainStep) -> str:
    """Name a step in few words: a catalogue must have a sentence for each.

    `depart`, `arrive`, `straight`, `turn-left` and its like, `turn-around`, `roundabout-2` (leave
    by the second exit), `leave-roundabout`.
    """
    if step.kind in ("depart", "arrive"):
        return step.kind
    if step.kind in _ROUNDABOUTS:
        return f"roundabout-{max(1, step.exit_number)}"
    if step.kind.startswith("exit "):
        return "leave-roundabout"
    return _TURNS.get(step.modifier, "straight")


def _rounded(amount: float) -> int:
    """Round half up."""
    return math.floor(amount + 0.5)
