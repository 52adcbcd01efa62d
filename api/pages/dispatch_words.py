"""How the dispatcher's desk says things: moments by the town's clocks, states as badges."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from fastapi import Request

import api.words
from api.day_page import FIRST_DAY, LAST_DAY
from api.pages.frame import language_of
from api.visits import Login
from data.rounds import Round
from delivery.pooling import DeliveryState
from delivery.rounds import RoundState

#: The badge of each state: its colour says at a glance what its word says.
DELIVERY_KINDS = {
    DeliveryState.PROMISED: "plain",
    DeliveryState.PLANNED: "accent",
    DeliveryState.UNDER_WAY: "accent",
    DeliveryState.PROVEN: "good",
    DeliveryState.FAILED: "bad",
    DeliveryState.CLOSED: "good",
    DeliveryState.CANCELLED: "plain",
}
ROUND_KINDS = {
    RoundState.DRAFT: "caution",
    RoundState.PUBLISHED: "plain",
    RoundState.STARTED: "accent",
    RoundState.FINISHED: "good",
    RoundState.CLOSED: "good",
}
DASH = "\N{EN DASH}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """A state as `parts.state` shows it."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchWords:
    """A language and a town's clocks."""

    language: str
    timezone: ZoneInfo

    @classmethod
    def of(cls, request: Request, login: Login) -> "DispatchWords":
        """Return how to speak to who is logged in."""
        return cls(language=language_of(request), timezone=login.timezone)

    def text(self, code: str, **parameters: object) -> str:
        """Say a sentence of the desk's catalogue; `dispatch_` stands before its codes."""
        return api.words.text(f"dispatch_{code}", parameters, self.language)

    def count(self, code: str, count: int) -> str:
        """Say how many."""
        return api.words.counted(f"dispatch_{code}", count, self.language)

    def clock(self, moment: datetime) -> str:
        """Write a time of day."""
        return api.words.clock(moment.astimezone(self.timezone), self.language)

    def moment(self, moment: datetime) -> str:
        """Write a day and a time of day."""
        return api.words.show(moment.astimezone(self.timezone), self.language)

    def span(self, start: datetime, end: datetime) -> str:
        """Write from when until when."""
        return f"{self.clock(start)}{DASH}{self.clock(end)}"

    def minutes(self, seconds: float) -> str:
        """Write seconds as whole minutes, rounded up: what is missed by a second is missed."""
        return api.words.whole(max(1, -int(-seconds // 60)), self.language)

    def signed(self, value: int, text: str) -> str:
        """Write a difference with its sign; `text` is its size in words."""
        return f"{'−' if value < 0 else '+'}\N{NO-BREAK SPACE}{text}"

    def delivery(self, state: DeliveryState) -> Badge:
        """Return a delivery's state."""
        said = api.words.text(f"state_{state.value}", {}, self.language)
        return Badge(kind=DELIVERY_KINDS[state], text=said)

    def round(self, state: RoundState) -> Badge:
        """Return a round's state."""
        return Badge(kind=ROUND_KINDS[state], text=self.text(f"round_{state.value}"))

    def ride(self, number: int, round_: Round) -> str:
        """Name a round: its number, its vehicle and its hours."""
        return self.text(
            "ride",
            number=number,
            vehicle=round_.vehicle,
            hours=self.span(round_.departs_at, round_.returns_at),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DayHead:
    """A day as the head of its pages names it, and the days beside it."""

    day: date
    text: str
    before: date | None
    after: date | None

    @classmethod
    def of(cls, day: date, words: DispatchWords) -> "DayHead":
        """Return the head of a day's pages."""
        return cls(
            day=day,
            text=api.words.show(day, words.language),
            before=day - timedelta(days=1) if day > FIRST_DAY else None,
            after=day + timedelta(days=1) if day < LAST_DAY else None,
        )
