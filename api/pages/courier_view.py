"""A round in the words of its courier's pages: the next act first, then its stops."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shapely import Point

import api.operations.riding
from api.operations.riding import Ride
from api.pages.courier_words import WayView, Wording
from data.rounds import Round, Stop, Task
from delivery.riding import Act
from delivery.rounds import RoundState, StopKind, TaskKind, TaskState
from routing.streets import Leg

#: The badge each state of a stop and of a round is shown with.
STOP_KINDS = {
    "to_do": "plain",
    "part": "accent",
    "done": "good",
    "failed": "bad",
    "skipped": "plain",
}
ROUND_KINDS = {
    RoundState.PUBLISHED: "plain",
    RoundState.STARTED: "accent",
    RoundState.FINISHED: "good",
    RoundState.CLOSED: "good",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """A round in few words; `done` of `count` stops need nothing more."""

    id: int
    title: str
    vehicle: str
    figures: str
    state: str
    state_text: str
    done: int
    count: int
    progress: str
    is_next: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRow:
    """A stop in the list of a round."""

    id: int
    number: int
    kind: str
    kind_text: str
    label: str
    arrives: str
    work: str
    window: str
    state: str
    badge: str
    state_text: str
    is_next: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NextView:
    """What comes next; `path` is where its one action leads, under the round's own."""

    act: str
    title: str
    work: str
    remark: str
    action: str
    path: str
    is_form: bool
    stop_id: int | None
    label: str
    place: str
    way: WayView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RideView:
    """All the page of a round shows: its stops, and of them those still open, failed, and done."""

    card: CardView
    next: NextView
    stops: tuple[StopRow, ...]
    left: tuple[StopRow, ...]
    failed: tuple[StopRow, ...]
    settled: tuple[StopRow, ...]
    on_board: tuple[str, ...]
    is_over: bool
    has_begun: bool


def cards(rounds: Sequence[Round], words: Wording) -> tuple[CardView, ...]:
    """Put a day's rounds into words; the one under way, else the first to come, is the next."""
    open_ = [each.id for each in rounds if each.state is RoundState.STARTED] or [
        each.id for each in rounds if each.state is RoundState.PUBLISHED
    ]
    return tuple(card(each, words, is_next=each.id in open_[:1]) for each in rounds)


def card(round_: Round, words: Wording, *, is_next: bool = False) -> CardView:
    """Put a round into few words."""
    count = len(round_.stops)
    ahead = api.operations.riding.pending(round_)
    done = sum(ahead.isdisjoint(task.id for task in stop.tasks) for stop in round_.stops)
    figures = (words.counted("courier_stops", count), words.metres(round_.distance_m))
    return CardView(
        id=round_.id,
        title=words.text("courier_round", hours=words.hours(round_.departs_at, round_.returns_at)),
        vehicle=round_.vehicle,
        figures=" · ".join(figures),
        state=ROUND_KINDS[round_.state],
        state_text=words.text(f"courier_round_{round_.state.value}"),
        done=done,
        count=count,
        progress=words.text("courier_progress", done=done, left=count - done),
        is_next=is_next,
    )


def stop_state(tasks: Sequence[Task], pending: frozenset[int]) -> str:
    """Return where a stop stands; a door that nothing was fetched for has no object any more."""
    states = {task.state for task in tasks}
    if any(task.id in pending for task in tasks):
        return "part" if states & {TaskState.DONE, TaskState.FAILED} else "to_do"
    if TaskState.FAILED in states:
        return "failed"
    return "done" if TaskState.DONE in states else "skipped"


def view(ride: Ride, way: Leg | None, words: Wording) -> RideView:
    """Put a round into words."""
    rows = tuple(
        _row(ride, number, stop, words) for number, stop in enumerate(ride.round.stops, start=1)
    )
    return RideView(
        card=card(ride.round, words),
        next=_next(ride, way, words),
        stops=rows,
        left=tuple(row for row in rows if row.state in ("to_do", "part")),
        failed=tuple(row for row in rows if row.state == "failed"),
        settled=tuple(row for row in rows if row.state in ("done", "skipped")),
        on_board=tuple(_bundle(ride, task, words) for task in ride.on_board),
        is_over=ride.next.act is Act.REST,
        has_begun=ride.round.state is not RoundState.PUBLISHED,
    )


def _row(ride: Ride, number: int, stop: Stop, words: Wording) -> StopRow:
    state = stop_state(stop.tasks, ride.pending)
    return StopRow(
        id=stop.id,
        number=number,
        kind=stop.kind.value,
        kind_text=words.text(f"courier_kind_{stop.kind.value}"),
        label=stop.label,
        arrives=words.clock(stop.arrives_at),
        work=work(ride, stop, words),
        window=window(stop, words),
        state=state,
        badge=STOP_KINDS[state],
        state_text=_state_text(stop, state, words),
        is_next=ride.next.stop_id == stop.id,
    )


def _state_text(stop: Stop, state: str, words: Wording) -> str:
    settled = [task.settled_at for task in stop.tasks if task.settled_at is not None]
    at = words.clock(max(settled)) if settled else ""
    return words.text(f"courier_stop_{state}", at=at)


def work(ride: Ride, stop: Stop, words: Wording) -> str:
    """Say how many parcels are still to change hands at a stop, or did; called-off ones do not."""
    ahead = [task for task in stop.tasks if task.id in ride.pending]
    if not ahead:
        parcels = _parcels(ride, stop.tasks)
        return words.counted("courier_parcels", parcels) if parcels else ""
    codes = {
        TaskKind.PICKUP: "courier_take",
        TaskKind.DROPOFF: "courier_leave" if stop.kind is StopKind.HUB else "courier_give",
    }
    counts = {kind: _parcels(ride, [task for task in ahead if task.kind is kind]) for kind in codes}
    return ", ".join(words.counted(codes[kind], count) for kind, count in counts.items() if count)


def _parcels(ride: Ride, tasks: Iterable[Task]) -> int:
    return sum(len(order.parcels) for task in tasks for order in ride.moved(task))


def window(stop: Stop, words: Wording) -> str:
    """Say between when a door is to be served; empty where nobody waits for it."""
    dropoffs = [task for task in stop.tasks if task.kind is TaskKind.DROPOFF]
    if not dropoffs:
        return ""
    earliest = max(task.earliest_at for task in dropoffs)
    latest = min(task.latest_at for task in dropoffs)
    if stop.kind is not StopKind.DOOR:
        return words.text("courier_before", latest=words.clock(latest))
    return words.text("courier_window", earliest=words.clock(earliest), latest=words.clock(latest))


def _bundle(ride: Ride, task: Task, words: Wording) -> str:
    """Name the parcels of a pickup that are still on board, and where they are from."""
    return words.text(
        "courier_bundle",
        parcels=words.counted("courier_parcels", _parcels(ride, [task])),
        references=", ".join(order.reference for order in ride.moved(task)),
        place=ride.stop(task.stop_id).label,
    )


def _next(ride: Ride, way: Leg | None, words: Wording) -> NextView:
    act = ride.next.act
    stop = ride.stop(ride.next.stop_id) if ride.next.stop_id is not None else None
    label = stop.label if stop else (ride.hub.name if ride.hub else "")
    path, is_form = _path(ride)
    return NextView(
        act=act.value,
        title=words.text(f"courier_next_{act.value}", place=label),
        work=" · ".join(filter(None, (work(ride, stop, words), window(stop, words))))
        if stop
        else "",
        remark=_remark(ride, stop, words),
        action=words.text(f"courier_action_{act.value}", place=label),
        path=path,
        is_form=is_form,
        stop_id=stop.id if stop else None,
        label=label,
        place=geo(stop.point if stop else ride.hub.point if ride.hub else None),
        way=words.way(way) if way else None,
    )


def _path(ride: Ride) -> tuple[str, bool]:
    """Return where the one action leads, and whether it is a form's."""
    match ride.next.act:
        case Act.DEPART:
            return "/depart", True
        case Act.RIDE:
            return f"/arrets/{ride.next.stop_id}/arrivee", True
        case Act.SERVE:
            return f"/arrets/{ride.next.stop_id}", False
        case Act.RETURN:
            return "/retour", not ride.on_board
        case _:
            return "", False


def _remark(ride: Ride, stop: Stop | None, words: Wording) -> str:
    departs_at: datetime = ride.round.departs_at
    if ride.next.act in (Act.WAIT, Act.DEPART):
        return words.text("courier_departs", at=departs_at.astimezone(words.timezone))
    if stop is not None:
        return words.text("courier_planned", at=words.clock(stop.arrives_at))
    return ""


def geo(point: Point | None) -> str:
    """Return a place as a link that a phone's own navigation opens (RFC 5870)."""
    return f"geo:{point.y:.6f},{point.x:.6f}" if point else ""
