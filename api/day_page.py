"""A day's sheet in the words of its page: totals first, then each round with its stops."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

import api.words
from api.operations.days import DayFigures, DaySheet
from data.rounds import Leg, Round, Stop, Task
from delivery.rounds import StopKind, TaskKind, TaskState

#: Colours tokens.css has for rounds, and line patterns the map draws them with.
TINTS, PATTERNS = 8, 4
#: Days a page may be asked for: beyond, there is nothing and calendars overflow.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalView:
    """One figure of the day: what it counts, how much, and a remark."""

    name: str
    value: str
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopView:
    """One row of a round's table."""

    number: int
    kind: str
    kind_text: str
    label: str
    arrives: str
    work: str
    window: str
    state: str
    state_text: str
    distance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundView:
    """A round: colour and pattern tell rounds apart together, the number alone does too."""

    number: int
    tint: int
    pattern: int
    vehicle: str
    profile: str
    profile_text: str
    hours: str
    figures: str
    progress: str
    stops: tuple[StopView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnservedView:
    """A delivery no round takes."""

    number: int
    label: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayView:
    """All the page of a day shows."""

    date_text: str
    before: date | None
    after: date | None
    totals: tuple[TotalView, ...]
    rounds: tuple[RoundView, ...]
    unserved: tuple[UnservedView, ...]


def parse_day(text: str) -> date | None:
    """Read a day written 2026-11-20 and no other way; None for what is not a day."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text and FIRST_DAY <= day <= LAST_DAY else None


def view(sheet: DaySheet, language: str) -> DayView:
    """Put a day's sheet into words."""
    day = sheet.day.date
    return DayView(
        date_text=api.words.show(day, language),
        before=day - timedelta(days=1) if day > FIRST_DAY else None,
        after=day + timedelta(days=1) if day < LAST_DAY else None,
        totals=_totals(sheet.figures, language),
        rounds=tuple(
            _Wording(sheet, language).round(number, each)
            for number, each in enumerate(sheet.rounds, start=1)
        ),
        unserved=tuple(
            UnservedView(
                number=each.delivery_id,
                label=sheet.deliveries[each.delivery_id].place.label
                if each.delivery_id in sheet.deliveries
                else "–",
                reason=api.words.text(f"page_unserved_{each.reason}", {}, language),
            )
            for each in sheet.unserved
        ),
    )


def _totals(figures: DayFigures, language: str) -> tuple[TotalView, ...]:
    def total(code: str, value: str, remark: str = "") -> TotalView:
        return TotalView(
            name=api.words.text(f"page_total_{code}", {}, language), value=value, remark=remark
        )

    def whole(count: int) -> str:
        return api.words.whole(count, language)

    served = figures.deliveries - figures.unserved
    spent = figures.cost_millicents
    return (
        total("orders", whole(figures.orders)),
        total("deliveries", whole(figures.deliveries)),
        total(
            "saved_drops",
            whole(figures.saved_drops),
            api.words.text("page_by_pooling", {}, language),
        ),
        total("rounds", whole(figures.rounds)),
        total("distance", api.words.kilometres(figures.distance_m, language)),
        total("hours", api.words.hours(figures.duration_s)),
        total(
            "on_time",
            api.words.share(figures.on_time, figures.done, language) if figures.done else "–",
            api.words.counted("page_dropoffs_done", figures.done, language),
        ),
        total(
            "cost",
            api.words.euros(round(spent / 1000 / served), language) if served and spent else "–",
            api.words.text(
                "page_cost_of_day", {"cost": api.words.euros(spent // 1000, language)}, language
            ),
        ),
        total("unserved", whole(figures.unserved)),
    )


class _Wording:
    """Write rounds and stops in a language, on the town's clocks."""

    def __init__(self, sheet: DaySheet, language: str) -> None:
        self._timezone = sheet.day.timezone
        self._language = language

    def round(self, number: int, round_: Round) -> RoundView:
        counted = api.words.counted("page_stops", len(round_.stops), self._language)
        done = sum(_state(stop.tasks) == "done" for stop in round_.stops)
        return RoundView(
            number=number,
            tint=(number - 1) % TINTS + 1,
            pattern=(number - 1 + (number - 1) // TINTS) % PATTERNS,
            vehicle=round_.vehicle,
            profile=round_.profile,
            profile_text=self._text(f"page_profile_{round_.profile}"),
            hours=f"{self._clock(round_.departs_at)}\N{EN DASH}{self._clock(round_.returns_at)}",
            figures=f"{counted}, {api.words.kilometres(round_.distance_m, self._language)}",
            progress=self._text("page_progress", done=done, count=len(round_.stops)),
            stops=tuple(
                self._stop(position, stop, round_.legs)
                for position, stop in enumerate(round_.stops, start=1)
            ),
        )

    def _stop(self, position: int, stop: Stop, legs: Sequence[Leg]) -> StopView:
        state = _state(stop.tasks)
        metres = cast(int, legs[position - 1]["distance_m"]) if position <= len(legs) else 0
        return StopView(
            number=position,
            kind=stop.kind.value,
            kind_text=self._text(f"page_kind_{stop.kind.value}"),
            label=stop.label,
            arrives=self._clock(stop.arrives_at),
            work=self._work(stop),
            window=self._window(stop),
            state="late" if state == "done" and _late_s(stop) else state,
            state_text=self._state_text(stop, state),
            distance=f"{api.words.whole(metres, self._language)}\N{NO-BREAK SPACE}m",
        )

    def _work(self, stop: Stop) -> str:
        counts = {
            kind: sum(task.kind is kind for task in stop.tasks)
            for kind in (TaskKind.PICKUP, TaskKind.DROPOFF)
        }
        codes = {
            TaskKind.PICKUP: "page_pickups",
            TaskKind.DROPOFF: "page_drive" if stop.kind is StopKind.HUB else "page_dropoffs",
        }
        return ", ".join(
            api.words.counted(codes[kind], count, self._language)
            for kind, count in counts.items()
            if count
        )

    def _window(self, stop: Stop) -> str:
        dropoffs = [task for task in stop.tasks if task.kind is TaskKind.DROPOFF]
        if not dropoffs or stop.kind is not StopKind.DOOR:
            return ""
        earliest = max(task.earliest_at for task in dropoffs)
        latest = min(task.latest_at for task in dropoffs)
        return self._text("page_window", earliest=self._clock(earliest), latest=self._clock(latest))

    def _state_text(self, stop: Stop, state: str) -> str:
        settled = [task.settled_at for task in stop.tasks if task.settled_at is not None]
        at = self._clock(max(settled)) if settled else ""
        said = self._text(f"page_state_{state}", at=at)
        late_s = _late_s(stop)
        if not late_s:
            return said
        return f"{said}, {self._text('page_late', minutes=math.ceil(late_s / 60))}"

    def _clock(self, moment: datetime) -> str:
        return api.words.clock(moment.astimezone(self._timezone), self._language)

    def _text(self, code: str, **parameters: object) -> str:
        return api.words.text(code, parameters, self._language)


def _state(tasks: Sequence[Task]) -> str:
    """Return what a stop came to: the worst of its tasks, or `part` while some are still ahead."""
    states = {task.state for task in tasks}
    if TaskState.FAILED in states:
        return "failed"
    if TaskState.TO_DO in states:
        return "part" if TaskState.DONE in states else "to_do"
    return "done" if TaskState.DONE in states else "skipped"


def _late_s(stop: Stop) -> float:
    """Return by how much the latest of the stop's dropoffs missed its window."""
    return max(
        (
            (task.settled_at - task.latest_at).total_seconds()
            for task in stop.tasks
            if task.kind is TaskKind.DROPOFF
            and task.is_on_time is False
            and task.settled_at is not None
        ),
        default=0,
    )
