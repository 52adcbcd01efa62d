"""What couriers report, and what it proves.

Events come from phones: late, twice, in any order. What a task came to is a function of the set
of its events, so no order of arrival can change it: done beats failed, and of several proofs the
earliest stands.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from delivery.errors import Refusal
from delivery.orders import OrderStep
from delivery.pooling import DeliveryStep
from delivery.rounds import TaskKind, TaskState

#: A phone whose clock runs ahead further than this is not believed.
MOST_AHEAD = timedelta(minutes=5)
#: Nor is one that reports a round so long before it leaves.
MOST_EARLY = timedelta(hours=4)
SHORTEST_NOTE = 3
#: So many wrong codes in so long, and the next must wait: ten thousand codes cannot be tried.
MOST_ATTEMPTS = 5
WAIT = timedelta(minutes=15)


class EventUnfit(Refusal):
    """The event's kind asks for something it does not bring. Parameters: kind, reason, choices."""

    code = "event_unfit"


class EventDiffers(Refusal):
    """Another event came under this uuid before. Parameters: uuid."""

    code = "event_differs"


class EventAhead(Refusal):
    """The device's clock runs ahead of ours. Parameters: device_at, now."""

    code = "event_ahead"


class EventBehind(Refusal):
    """The event is older than its round. Parameters: device_at, departs_at."""

    code = "event_behind"


class WrongCode(Refusal):
    """These are not the recipient's four digits."""

    code = "wrong_code"


class TooManyAttempts(Refusal):
    """Too many wrong codes: wait. Parameters: minutes."""

    code = "too_many_attempts"


class NotAllHere(Refusal):
    """Some of the delivery's parcels have not reached the drive. Parameters: shops."""

    code = "not_all_here"


class EventKind(Enum):
    """What a courier may report."""

    #: The round begins.
    ROUND_STARTED = "round_started"
    #: The vehicle stands at a task's stop.
    ARRIVED = "arrived"
    #: The parcels of a pickup are on board.
    PICKED_UP = "picked_up"
    #: The recipient has them, or the drive; with a code or a note at the door.
    DELIVERED = "delivered"
    #: It could not be done, with a reason.
    FAILED = "failed"
    #: The round is over.
    ROUND_FINISHED = "round_finished"


#: Events that speak of one task.
TASK_EVENTS = frozenset(
    {EventKind.ARRIVED, EventKind.PICKED_UP, EventKind.DELIVERED, EventKind.FAILED}
)


class FailureReason(Enum):
    """Why a task failed; the codes a courier chooses among."""

    #: Nobody at the door.
    ABSENT = "absent"
    #: The recipient does not want it.
    REFUSED = "refused"
    #: The door cannot be found or reached.
    UNREACHABLE = "unreachable"
    #: The shop is shut.
    SHOP_SHUT = "shop_shut"
    #: The shop does not have the parcels.
    NOT_READY = "not_ready"
    #: Parcels are broken or spoilt.
    DAMAGED = "damaged"


class ProofKind(Enum):
    """What shows that the recipient has the delivery."""

    #: The recipient said the four digits.
    CODE = "code"
    #: The courier wrote who took it, or where it was left.
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One report of a courier's phone.

    `seq` counts the phone's events, `device_at` is its clock, `monotonic_ms` its time since it
    was switched on, which nobody can set.
    """

    uuid: UUID
    round_id: int
    task_id: int | None
    seq: int
    device_at: datetime
    monotonic_ms: int
    kind: EventKind
    payload: dict[str, str]

    @property
    def content_sha256(self) -> str:
        """Fingerprint of all it says."""
        content = [
            str(self.uuid),
            self.round_id,
            self.task_id,
            self.seq,
            self.device_at.timestamp(),
            self.monotonic_ms,
            self.kind.value,
            self.payload,
        ]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a task came to; a proof only for a dropoff that was done."""

    state: TaskState
    at: datetime
    reason: FailureReason | None = None
    proof: ProofKind | None = None
    proof_sha256: str | None = None


def check_clock(event: Event, *, departs_at: datetime, now: datetime) -> None:
    """Refuse an event whose clock is ahead of ours or hours before its round.

    Raises EventAhead, EventBehind.
    """
    if event.device_at > now + MOST_AHEAD:
        raise EventAhead(field="device_at", device_at=event.device_at, now=now)
    if event.device_at < departs_at - MOST_EARLY:
        raise EventBehind(field="device_at", device_at=event.device_at, departs_at=departs_at)


def check(event: Event, kind: TaskKind | None, *, to_door: bool, code: str) -> None:
    """Refuse an event that cannot be what it says; `kind` is its task's, None without a task.

    A dropoff `to_door` needs a proof: the recipient's `code`, or a note of three letters or more.

    Raises EventUnfit, WrongCode.
    """
    if (event.kind in TASK_EVENTS) != (kind is not None):
        needed = "needs_task" if event.kind in TASK_EVENTS else "has_task"
        raise EventUnfit(field="task_id", kind=event.kind.value, reason=needed)
    if event.kind is EventKind.PICKED_UP and kind is not TaskKind.PICKUP:
        raise EventUnfit(field="kind", kind=event.kind.value, reason="not_a_pickup")
    if event.kind is EventKind.DELIVERED:
        if kind is not TaskKind.DROPOFF:
            raise EventUnfit(field="kind", kind=event.kind.value, reason="not_a_dropoff")
        if to_door:
            _check_proof(event, code)
    if event.kind is EventKind.FAILED:
        reasons = [reason.value for reason in FailureReason]
        if event.payload.get("reason") not in reasons:
            raise EventUnfit(
                field="payload.reason",
                kind=event.kind.value,
                reason="needs_reason",
                choices=reasons,
            )


def _check_proof(event: Event, code: str) -> None:
    if "code" in event.payload:
        if event.payload["code"] != code:
            raise WrongCode(field="payload.code")
    elif len(event.payload.get("note", "").strip()) < SHORTEST_NOTE:
        raise EventUnfit(field="payload", kind=event.kind.value, reason="needs_proof")


def outcome(events: Iterable[Event]) -> Outcome | None:
    """Say what a task came to, from all its events in any order; None while nothing is settled."""
    settled = [
        each
        for each in events
        if each.kind in {EventKind.PICKED_UP, EventKind.DELIVERED, EventKind.FAILED}
    ]
    if not settled:
        return None
    first = min(settled, key=_standing)
    if first.kind is EventKind.FAILED:
        reason = FailureReason(first.payload["reason"])
        return Outcome(state=TaskState.FAILED, at=first.device_at, reason=reason)
    if first.kind is EventKind.PICKED_UP:
        return Outcome(state=TaskState.DONE, at=first.device_at)
    return Outcome(
        state=TaskState.DONE,
        at=first.device_at,
        proof=ProofKind.CODE if "code" in first.payload else ProofKind.NOTE,
        proof_sha256=first.content_sha256,
    )


def order_step(
    pickup: Outcome | None,
    dropoff: Outcome | None,
    *,
    to_drive: bool,
    others: Sequence[Outcome | None] = (),
) -> tuple[OrderStep, Outcome] | None:
    """Say what its round's tasks did to an order, and by which outcome; None while nothing.

    The dropoff speaks last, whichever was reported first, unless the order was not on board: its
    pickup failed, and one of the delivery's `others` did not.
    """
    left_behind = pickup is not None and pickup.state is TaskState.FAILED
    if left_behind and any(o is None or o.state is TaskState.DONE for o in others):
        assert pickup is not None
        return OrderStep.FAIL, pickup
    if dropoff is not None:
        if dropoff.state is TaskState.FAILED:
            return OrderStep.FAIL, dropoff
        return (OrderStep.RECEIVE_AT_DRIVE if to_drive else OrderStep.DELIVER), dropoff
    if pickup is not None:
        failed = pickup.state is TaskState.FAILED
        return (OrderStep.FAIL if failed else OrderStep.COLLECT), pickup
    return None


def delivery_step(
    pickups: Sequence[Outcome | None], dropoff: Outcome | None, *, to_drive: bool
) -> tuple[DeliveryStep, Outcome] | None:
    """Say what its round's tasks did to a delivery; None while nothing.

    It fails when its dropoff does, or when every pickup failed. At the drive it is under way
    until the recipient fetches it.
    """
    if dropoff is not None:
        if dropoff.state is TaskState.FAILED:
            return DeliveryStep.FAIL, dropoff
        return (DeliveryStep.START if to_drive else DeliveryStep.PROVE), dropoff
    known = [pickup for pickup in pickups if pickup is not None]
    done = [pickup for pickup in known if pickup.state is TaskState.DONE]
    if done:
        return DeliveryStep.START, done[0]
    if known and len(known) == len(pickups):
        return DeliveryStep.FAIL, known[-1]
    return None


def _standing(event: Event) -> tuple[bool, datetime, int, str]:
    return (event.kind is EventKind.FAILED, event.device_at, event.seq, str(event.uuid))
