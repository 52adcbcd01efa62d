"""A day as bars: a row a vehicle, its working hours, its rounds, each stop where it lies in time.

Positions are percents of the width, so that a drawing is as wide as the page allows and its words
are never stretched.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.day_page import RoundView, StopView
from api.pages.dispatch_words import Badge, DispatchWords
from data.rounds import Round, Stop
from delivery.day import Day
from delivery.fleet import Vehicle

#: Nothing narrower is seen: three minutes of an eleven hours' day.
LEAST = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A stop on its round's bar: where, how long, what became of it, and what a reader hears."""

    x: str
    width: str
    state: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A round on its vehicle's row."""

    number: int
    tint: int
    x: str
    width: str
    text: str
    figures: str
    badge: Badge
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A vehicle's day: `hours` are the stretches it works."""

    vehicle_id: int
    vehicle: str
    profile: str
    hours: tuple[tuple[str, str], ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """A day of all vehicles: `ticks` are full hours, `now` is where the clock stands on the day."""

    ticks: tuple[tuple[str, str], ...]
    now: tuple[str, str] | None
    rows: tuple[Row, ...]


class _Scale:
    """Where moments of a day lie between its first and its last hour of work."""

    def __init__(self, day: Day, moments: Iterable[datetime]) -> None:
        """Begin and end with full hours."""
        hour = timedelta(hours=1)
        seen = sorted(moments) or [day.starts_at, day.ends_at]
        self.start = day.starts_at + (seen[0] - day.starts_at) // hour * hour
        self.end = day.starts_at - (day.starts_at - seen[-1]) // hour * hour

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment <= self.end

    def share(self, moment: datetime) -> float:
        """Return how far along a moment lies, in percent."""
        return 100 * ((moment - self.start) / (self.end - self.start))

    def place(self, moment: datetime) -> str:
        return f"{self.share(moment):.2f}%"

    def width(self, start: datetime, end: datetime, *, least: float = 0) -> str:
        return f"{max(least, self.share(end) - self.share(start)):.2f}%"

    def hours(self) -> Iterator[datetime]:
        """Yield the full hours."""
        moment = self.start
        while moment <= self.end:
            yield moment
            moment += timedelta(hours=1)


def bars(
    day: Day,
    vehicles: Sequence[Vehicle],
    rounds: Sequence[Round],
    views: Sequence[RoundView],
    words: DispatchWords,
    *,
    now: datetime,
) -> Bars:
    """Lay a day's rounds out in time; `views` are the rounds in words, in the same order.

    Vehicles out of service are shown only where they have a round.
    """
    shown = [
        vehicle
        for vehicle in vehicles
        if vehicle.in_service or any(each.vehicle_id == vehicle.id for each in rounds)
    ]
    ends = [
        day.at(clock)
        for vehicle in shown
        for period in vehicle.periods
        for clock in (period.starts, period.ends)
    ]
    rides = [moment for each in rounds for moment in (each.departs_at, each.returns_at)]
    scale = _Scale(day, [*ends, *rides])
    pairs = list(zip(rounds, views, strict=True))
    return Bars(
        ticks=tuple((scale.place(hour), words.clock(hour)) for hour in scale.hours()),
        now=(scale.place(now), words.clock(now)) if now in scale else None,
        rows=tuple(
            _row(scale, day, vehicle, [p for p in pairs if p[0].vehicle_id == vehicle.id], words)
            for vehicle in shown
        ),
    )


def _row(
    scale: _Scale,
    day: Day,
    vehicle: Vehicle,
    rounds: Sequence[tuple[Round, RoundView]],
    words: DispatchWords,
) -> Row:
    return Row(
        vehicle_id=vehicle.id,
        vehicle=vehicle.name,
        profile=words.text(f"profile_{vehicle.profile}"),
        hours=tuple(
            (
                scale.place(day.at(period.starts)),
                scale.width(day.at(period.starts), day.at(period.ends)),
            )
            for period in vehicle.periods
        ),
        bars=tuple(_bar(scale, round_, view, words) for round_, view in rounds),
    )


def _bar(scale: _Scale, round_: Round, view: RoundView, words: DispatchWords) -> Bar:
    return Bar(
        number=view.number,
        tint=view.tint,
        x=scale.place(round_.departs_at),
        width=scale.width(round_.departs_at, round_.returns_at, least=LEAST),
        text=words.ride(view.number, round_),
        figures=f"{words.count('stops', len(round_.stops))}, {view.progress}",
        badge=words.round(round_.state),
        marks=tuple(
            _mark(scale, stop, said) for stop, said in zip(round_.stops, view.stops, strict=True)
        ),
    )


def _mark(scale: _Scale, stop: Stop, said: StopView) -> Mark:
    return Mark(
        x=scale.place(stop.arrives_at),
        width=scale.width(stop.arrives_at, stop.leaves_at, least=LEAST),
        state=said.state,
        text=", ".join(
            each for each in (said.arrives, said.label, said.work, said.state_text) if each
        ),
    )
