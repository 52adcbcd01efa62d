"""What a courier does next, from a round's tasks and all that was reported of them so far.

Like what tasks come to, it is a function of the set of reports: word that arrives late, twice or
in another order leads to the same next act.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from delivery.proofs import MOST_EARLY, TASK_EVENTS, Event
from delivery.rounds import RoundState, TaskKind, TaskState


class Act(Enum):
    """What a courier does next."""

    #: Nothing yet: what is reported so long before the round is not believed.
    WAIT = "wait"
    #: Leave the hub.
    DEPART = "depart"
    #: Ride to the next stop.
    RIDE = "ride"
    #: Do what there is to do at the stop one stands at.
    SERVE = "serve"
    #: Ride back to the hub and end the round.
    RETURN = "return"
    #: Nothing: the round is over.
    REST = "rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A task as its rider meets it."""

    id: int
    stop_id: int
    delivery_id: int
    kind: TaskKind
    state: TaskState


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """The next act, at which stop, and the stop the courier was last seen at; None is the hub."""

    act: Act
    stop_id: int | None = None
    last_stop_id: int | None = None


_COMING = (TaskState.TO_DO, TaskState.DONE)


def pending(errands: Sequence[Errand]) -> tuple[Errand, ...]:
    """Return the tasks still to do, in their order.

    A dropoff of which no pickup was or can still be done has nothing to bring.
    """
    pickups = [errand for errand in errands if errand.kind is TaskKind.PICKUP]
    coming = {each.delivery_id for each in pickups if each.state in _COMING}
    empty = {each.delivery_id for each in pickups} - coming
    return tuple(
        errand
        for errand in errands
        if errand.state is TaskState.TO_DO
        and (errand.kind is TaskKind.PICKUP or errand.delivery_id not in empty)
    )


def on_board(errands: Sequence[Errand]) -> tuple[Errand, ...]:
    """Return the pickups that were done and whose delivery nobody has taken yet."""
    left = {
        errand.delivery_id
        for errand in errands
        if errand.kind is TaskKind.DROPOFF and errand.state is TaskState.DONE
    }
    return tuple(
        errand
        for errand in errands
        if errand.kind is TaskKind.PICKUP
        and errand.state is TaskState.DONE
        and errand.delivery_id not in left
    )


def next_act(
    state: RoundState,
    errands: Sequence[Errand],
    events: Iterable[Event],
    *,
    departs_at: datetime,
    now: datetime,
) -> Next:
    """Say what comes next: what is left at the stop one stands at, else the first stop with any.

    `errands` are in the order of the round, `events` in any.
    """
    last = _last_stop(errands, events)
    if state in (RoundState.FINISHED, RoundState.CLOSED):
        return Next(act=Act.REST, last_stop_id=last)
    if now < departs_at - MOST_EARLY:
        return Next(act=Act.WAIT, last_stop_id=last)
    stops = [errand.stop_id for errand in pending(errands)]
    if not stops:
        return Next(act=Act.RETURN, last_stop_id=last)
    if state is not RoundState.STARTED:
        return Next(act=Act.DEPART, stop_id=stops[0])
    if last in stops:
        return Next(act=Act.SERVE, stop_id=last, last_stop_id=last)
    return Next(act=Act.RIDE, stop_id=stops[0], last_stop_id=last)


def _last_stop(errands: Sequence[Errand], events: Iterable[Event]) -> int | None:
    """Return the stop of the latest report, by the couriers' clocks."""
    stops = {errand.id: errand.stop_id for errand in errands}
    told = [event for event in events if event.kind in TASK_EVENTS and event.task_id in stops]
    if not told:
        return None
    latest = max(told, key=lambda event: (event.device_at, event.seq, str(event.uuid)))
    assert latest.task_id is not None
    return stops[latest.task_id]
