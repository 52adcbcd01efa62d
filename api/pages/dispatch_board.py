"""The dispatcher's board in words: what to do next, what to look at, bars, rounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import api.day_page
import api.words
from api.day_page import DayView, RoundView, StopView
from api.operations.dispatching import Board
from api.operations.situations import OPEN
from api.pages.dispatch_bars import Bars, bars
from api.pages.dispatch_watch import Concern, concerns
from api.pages.dispatch_words import Badge, DispatchWords
from data.rounds import Round, Stop
from delivery.planning import Relaxation
from delivery.rounds import RoundState, TaskKind, TaskState

#: Of what would mend a delivery left out, the board says so many, the cheapest.
MOST_MENDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A delivery handed over at a stop; `is_movable` while its round is the dispatcher's."""

    delivery_id: int
    is_movable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardStop:
    """One row of a round's table."""

    view: StopView
    deliveries: tuple[Carried, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRound:
    """A round with what it hands over where."""

    view: RoundView
    badge: Badge
    stops: tuple[BoardStop, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A delivery no round takes, why, and what would have mended it as the plan was made."""

    delivery_id: int
    label: str
    reason: str
    mends: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardView:
    """All the board shows.

    `news` counts deliveries that need a round and no plan has seen; `draft` is the plan that waits
    to be published, `drafted` says what publishing it would show.
    """

    day: date
    words: DayView
    is_past: bool
    is_riding: bool
    news: int
    left_out: tuple[LeftOut, ...]
    draft_id: int | None
    draft: str
    drafted: tuple[int, int]
    published: str
    concerns: tuple[Concern, ...]
    bars: Bars
    rounds: tuple[BoardRound, ...]
    run_id: int | None


def view(board: Board, words: DispatchWords, *, now: datetime) -> BoardView:
    """Put a day's board into words."""
    sheet = board.sheet
    day = api.day_page.view(sheet, words.language)
    left_out = _left_out(board, words)
    plan = sheet.plan
    is_draft = plan is not None and plan.published_at is None
    drafts = [each for each in sheet.rounds if each.state is RoundState.DRAFT]
    return BoardView(
        day=sheet.day.date,
        words=day,
        is_past=now >= sheet.day.ends_at,
        is_riding=any(each.state is RoundState.STARTED for each in sheet.rounds),
        news=len(set(board.unplanned) - {each.delivery_id for each in left_out}),
        left_out=tuple(left_out),
        draft_id=plan.id if plan and is_draft else None,
        draft=words.text("draft_of", version=plan.version, at=words.clock(plan.created_at))
        if plan and is_draft
        else "",
        drafted=(len(drafts), len({t.delivery_id for each in drafts for t in each.tasks})),
        published=words.text("published_at", at=words.moment(plan.published_at))
        if plan and plan.published_at
        else "",
        concerns=tuple(concerns(sheet.rounds, sheet.deliveries, words, now=now)),
        bars=bars(sheet.day, board.vehicles, sheet.rounds, day.rounds, words, now=now),
        rounds=tuple(
            _round(round_, said, words)
            for round_, said in zip(sheet.rounds, day.rounds, strict=True)
        ),
        run_id=board.run.id if board.run and board.run.is_open else None,
    )


def _left_out(board: Board, words: DispatchWords) -> list[LeftOut]:
    """Return what the plan leaves out and still waits: not what was called off or moved since."""
    waiting = set(board.unplanned)
    names = {vehicle.id: vehicle.name for vehicle in board.vehicles}
    return [
        LeftOut(
            delivery_id=each.delivery_id,
            label=board.sheet.deliveries[each.delivery_id].place.label,
            reason=api.words.text(f"page_unserved_{each.reason}", {}, words.language),
            mends=tuple(_mend(one, names, words) for one in each.relaxations[:MOST_MENDS]),
        )
        for each in board.sheet.unserved
        if each.delivery_id in waiting and each.delivery_id in board.sheet.deliveries
    ]


def _mend(relaxation: Relaxation, names: Mapping[int, str], words: DispatchWords) -> str:
    cents = round(relaxation.cost_millicents / 1000)
    return words.text(
        f"mend_{relaxation.kind}",
        vehicle=names.get(relaxation.vehicle_id),
        minutes=words.minutes(relaxation.seconds),
        price=words.signed(cents, api.words.euros(abs(cents), words.language)),
    )


def _round(round_: Round, said: RoundView, words: DispatchWords) -> BoardRound:
    return BoardRound(
        view=said,
        badge=words.round(round_.state),
        stops=tuple(
            BoardStop(view=view, deliveries=_carried(round_, stop))
            for stop, view in zip(round_.stops, said.stops, strict=True)
        ),
    )


def _carried(round_: Round, stop: Stop) -> tuple[Carried, ...]:
    return tuple(
        Carried(
            delivery_id=task.delivery_id,
            is_movable=round_.state in OPEN and task.state is TaskState.TO_DO,
        )
        for task in stop.tasks
        if task.kind is TaskKind.DROPOFF
    )
