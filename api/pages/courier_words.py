"""How the courier's pages say times, distances and turns."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

import api.words
from routing.streets import Leg, Step

#: Streets named beside the next stop: as many as one keeps in mind.
MOST_STREETS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnView:
    """One line of the turn list: `sign` names the picture beside it."""

    sign: str
    text: str
    street: str
    distance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WayView:
    """The way to the next stop; `streets` are its first ones."""

    distance: str
    duration: str
    streets: str
    turns: tuple[TurnView, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """Write in a language, on the town's clocks."""

    language: str
    timezone: ZoneInfo

    def text(self, code: str, **parameters: object) -> str:
        """Return a sentence of the catalogue."""
        return api.words.text(code, parameters, self.language)

    def counted(self, code: str, count: int) -> str:
        """Return a sentence about a count."""
        return api.words.counted(code, count, self.language)

    def clock(self, moment: datetime) -> str:
        """Write a time of day."""
        return api.words.clock(moment.astimezone(self.timezone), self.language)

    def hours(self, start: datetime, end: datetime) -> str:
        """Write from when to when: 14:05–16:40."""
        return f"{self.clock(start)}\N{EN DASH}{self.clock(end)}"

    def metres(self, distance_m: int) -> str:
        """Write a distance as a rider reads it: 120 m, 1,2 km."""
        tens = round(distance_m, -1)
        if tens >= 1000:
            return api.words.kilometres(distance_m, self.language)
        return f"{max(tens, 10) if distance_m else 0}\N{NO-BREAK SPACE}m"

    def minutes(self, duration_s: int) -> str:
        """Write a duration, at least one minute: 4 min."""
        return f"{max(1, round(duration_s / 60))}\N{NO-BREAK SPACE}min"

    def way(self, leg: Leg) -> WayView:
        """Put a leg into words."""
        return WayView(
            distance=self.metres(leg.distance_m),
            duration=self.minutes(leg.duration_s),
            streets=", ".join(islice(_streets(leg.steps), MOST_STREETS)),
            turns=tuple(self._turn(step) for step in _joined(leg.steps)),
        )

    def _turn(self, step: Step) -> TurnView:
        name, _, number = step.manoeuvre.partition("-")
        is_roundabout = name == "roundabout"
        sign = name if is_roundabout else step.manoeuvre
        is_end = sign == "arrive"
        return TurnView(
            sign=sign,
            text=self.text(f"courier_turn_{sign.replace('-', '_')}", number=number),
            street="" if is_end else step.street,
            distance="" if is_end else self.metres(step.distance_m),
        )


def _streets(steps: Iterable[Step]) -> Iterable[str]:
    """Return the streets of a way, each once in a row, without those that have no name."""
    last = ""
    for step in steps:
        if step.street and step.street != last and step.manoeuvre != "arrive":
            last = step.street
            yield step.street


def _joined(steps: Sequence[Step]) -> list[Step]:
    """Say nothing where one only rides on along the same street."""
    joined: list[Step] = []
    for step in steps:
        if joined and step.manoeuvre == "straight" and step.street == joined[-1].street:
            last = joined.pop()
            step = replace(
                last,
                distance_m=last.distance_m + step.distance_m,
                duration_s=last.duration_s + step.duration_s,
            )
        joined.append(step)
    return joined
