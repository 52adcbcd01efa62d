"""What a dispatcher looks at first: who is late, who will be, who has not left, who failed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.pages.dispatch_words import DispatchWords
from data.rounds import Round, Stop, Task
from delivery.pooling import Delivery
from delivery.rounds import RoundState, TaskKind, TaskState

#: A round may leave so much later than planned before anybody wonders.
PATIENCE = timedelta(minutes=5)
#: A round so far behind its plan is told by itself.
BEHIND = timedelta(minutes=10)
#: What is worst comes first.
ORDER = ("overdue", "behind", "not_left", "risk", "failed", "late")


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """One thing to look at: `kind` is one of ORDER."""

    kind: str
    badge: str
    title: str
    more: str
    number: int
    delivery_id: int | None = None


def concerns(
    rounds: Sequence[Round],
    deliveries: dict[int, Delivery],
    words: DispatchWords,
    *,
    now: datetime,
) -> list[Concern]:
    """Return what to look at in a day's rounds, the worst first."""
    found = [
        concern
        for number, round_ in enumerate(rounds, start=1)
        for concern in _of_round(number, round_, deliveries, words, now)
    ]
    return sorted(found, key=lambda each: (ORDER.index(each.kind), each.number))


def delay(round_: Round, now: datetime) -> timedelta:
    """Return how far behind its plan a round is: by its last settled task, and by the clock.

    A round that has not left is as late as its departure.
    """
    if round_.state in (RoundState.FINISHED, RoundState.CLOSED, RoundState.DRAFT):
        return timedelta()
    settled = [
        (task.settled_at, task.planned_at) for task in round_.tasks if task.settled_at is not None
    ]
    behind = max(settled)[0] - max(settled)[1] if settled else timedelta()
    ahead = [task.planned_at for task in round_.tasks if task.state is TaskState.TO_DO]
    if round_.state is RoundState.PUBLISHED:
        behind = max(behind, now - round_.departs_at)
    elif ahead:
        behind = max(behind, now - ahead[0])
    return max(timedelta(), behind)


def _of_round(
    number: int,
    round_: Round,
    deliveries: dict[int, Delivery],
    words: DispatchWords,
    now: datetime,
) -> Iterator[Concern]:
    behind = delay(round_, now)
    if round_.state is RoundState.STARTED and behind >= BEHIND:
        yield Concern(
            kind="behind",
            badge="caution",
            title=words.text("watch_round", number=number, vehicle=round_.vehicle),
            more=words.text("watch_behind", late=words.minutes(behind.total_seconds())),
            number=number,
        )
    if round_.state is RoundState.PUBLISHED and behind > PATIENCE:
        yield Concern(
            kind="not_left",
            badge="caution",
            title=words.text("watch_round", number=number, vehicle=round_.vehicle),
            more=words.text("watch_not_left", at=words.clock(round_.departs_at)),
            number=number,
        )
    for stop in round_.stops:
        for task in stop.tasks:
            if task.kind is TaskKind.DROPOFF:
                yield from _of_task(number, round_, stop, task, deliveries, words, now, behind)


def _of_task(
    number: int,
    round_: Round,
    stop: Stop,
    task: Task,
    deliveries: dict[int, Delivery],
    words: DispatchWords,
    now: datetime,
    behind: timedelta,
) -> Iterator[Concern]:
    def concern(kind: str, badge: str, **parameters: object) -> Concern:
        return Concern(
            kind=kind,
            badge=badge,
            title=stop.label,
            more=words.text(f"watch_{kind}", number=number, vehicle=round_.vehicle, **parameters),
            number=number,
            delivery_id=task.delivery_id,
        )

    latest = words.clock(task.latest_at)
    if task.state is TaskState.FAILED:
        delivery = deliveries.get(task.delivery_id)
        reason = delivery.failed_reason if delivery else None
        said = words.text(f"failed_{reason}") if reason else words.text("failed_unsaid")
        at = words.clock(task.settled_at) if task.settled_at else ""
        yield concern("failed", "bad", at=at, why=said)
    elif task.is_on_time is False and task.settled_at is not None:
        late = words.minutes((task.settled_at - task.latest_at).total_seconds())
        yield concern("late", "plain", late=late, latest=latest)
    elif task.state is TaskState.TO_DO and round_.state is not RoundState.DRAFT:
        expected = max(now, task.planned_at + behind)
        if now > task.latest_at:
            yield concern("overdue", "bad", latest=latest)
        elif expected > task.latest_at or task.planned_at > task.latest_at:
            yield concern("risk", "caution", expected=words.clock(expected), latest=latest)
