"""What a recipient is told of an order: how far it is, when it comes, and for how long we say.

Nobody is told where a courier is: a planned moment becomes a band within the promised slot.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import assert_never

from delivery.orders import Fulfilment, OrderState
from delivery.pooling import DeliveryState
from delivery.rounds import RoundState, TaskState
from delivery.slots import Slot

#: Name and address are shown so long after the end, then only what became of the order.
SHOWN_FOR = timedelta(days=30)
#: A planned moment is told as a band so wide, beginning so long before it, on such full minutes.
BAND = timedelta(minutes=30)
LEAD = timedelta(minutes=10)
GRAIN_S = 600


class Stage(Enum):
    """How far an order is, as its recipient sees it."""

    #: The shop has it in hand.
    PREPARING = "preparing"
    #: Packed; it has not left yet.
    READY = "ready"
    #: A courier has it.
    ON_THE_WAY = "on_the_way"
    #: It can be fetched: at the drive, or at the shop's counter.
    WAITING = "waiting"
    #: The recipient has it.
    DONE = "done"
    #: The courier came in vain.
    FAILED = "failed"
    #: It will be tried again.
    RESCHEDULED = "rescheduled"
    #: It went back to its shop.
    RETURNED = "returned"
    #: Shop or recipient called it off.
    CALLED_OFF = "called_off"
    #: Its month was closed and nobody ever said what became of it.
    UNHEARD = "unheard"


#: The stages a recipient waits through, in their order.
WAYS: Mapping[Fulfilment, tuple[Stage, ...]] = {
    Fulfilment.HOME: (Stage.PREPARING, Stage.READY, Stage.ON_THE_WAY, Stage.DONE),
    Fulfilment.DRIVE: (Stage.PREPARING, Stage.READY, Stage.WAITING, Stage.DONE),
    Fulfilment.COUNTER: (Stage.PREPARING, Stage.WAITING, Stage.DONE),
}
#: Something is still to come.
GOING = frozenset({Stage.PREPARING, Stage.READY, Stage.ON_THE_WAY, Stage.WAITING})


def stage(
    fulfilment: Fulfilment, state: OrderState, delivery: DeliveryState | None = None
) -> Stage:
    """Say how far an order is; `delivery` is the state of its delivery, None at a counter."""
    reached = _stage(fulfilment, state)
    return Stage.UNHEARD if reached in GOING and delivery is DeliveryState.CLOSED else reached


def _stage(fulfilment: Fulfilment, state: OrderState) -> Stage:
    match state:
        case OrderState.RECEIVED | OrderState.ACCEPTED:
            return Stage.PREPARING
        case OrderState.READY:
            return Stage.WAITING if fulfilment is Fulfilment.COUNTER else Stage.READY
        case OrderState.DROPPED_OFF | OrderState.AT_HUB:
            return Stage.READY
        case OrderState.COLLECTED:
            return Stage.ON_THE_WAY
        case OrderState.AT_DRIVE:
            return Stage.WAITING
        case OrderState.DELIVERED | OrderState.HANDED_OVER:
            return Stage.DONE
        case OrderState.FAILED:
            return Stage.FAILED
        case OrderState.RESCHEDULED:
            return Stage.RESCHEDULED
        case OrderState.RETURNED:
            return Stage.RETURNED
        case OrderState.REFUSED | OrderState.CANCELLED:
            return Stage.CALLED_OFF
    assert_never(state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropoff:
    """Where a published round hands a delivery over, and how far that is."""

    planned_at: datetime
    state: TaskState
    round_state: RoundState

    @property
    def is_ahead(self) -> bool:
        """Whether a courier will still come by as planned."""
        return self.state is TaskState.TO_DO and self.round_state in {
            RoundState.PUBLISHED,
            RoundState.STARTED,
        }


def arrival(planned_at: datetime, slot: Slot, *, now: datetime) -> tuple[datetime, datetime] | None:
    """Return between when and when a delivery is expected; None once that is over.

    Half an hour round the planned moment, on full ten minutes and never outside the slot: planned
    for 14:23 in a slot from 14:00 to 16:00, it is told as 14:10 to 14:40.
    """
    early = (planned_at - LEAD).timestamp() // GRAIN_S * GRAIN_S
    starts_at = datetime.fromtimestamp(early, tz=planned_at.tzinfo)
    starts_at = max(slot.starts_at, min(starts_at, slot.ends_at - BAND))
    ends_at = min(slot.ends_at, starts_at + BAND)
    return (starts_at, ends_at) if now <= ends_at else None


def is_shown(over_at: datetime | None, *, now: datetime) -> bool:
    """Tell whether names and addresses are still shown; `over_at` is None while it goes on."""
    return over_at is None or now <= over_at + SHOWN_FOR


def masked(name: str) -> str:
    """Return a name's initials.

    >>> masked("Anne  Le Goff")
    'A. L. G.'
    """
    return " ".join(f"{word[0]}." for word in name.split())
