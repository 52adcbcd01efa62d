"""What was bought: orders of every channel, their states and the steps between them."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from shapely import Point

from delivery.errors import Refusal
from delivery.parcels import Parcel

#: One order is what one person bought in one shop: more is a mistake of the sender.
MOST_PARCELS = 50


class ShopUnknown(Refusal):
    """The town has no partner shop of this code. Parameters: shop, suggestions."""

    code = "shop_unknown"


class ShopLeft(Refusal):
    """The shop is no partner any more: it sells nothing new through the town. Parameters: shop."""

    code = "shop_left"


class ShopOfAnotherChannel(Refusal):
    """The channel belongs to one shop and may not order for another. Parameters: shop."""

    code = "shop_of_another_channel"


class ReferenceTaken(Refusal):
    """The channel sent another order under this reference. Parameters: reference."""

    code = "reference_taken"


class StepRefused(Refusal):
    """The order is not in a state that allows this. Parameters: state, step."""

    code = "step_refused"


class FetchedAtShop(Refusal):
    """The order is fetched at its shop's own counter, not at the hub. Parameters: shop."""

    code = "fetched_at_shop"


class AlreadyEntered(Refusal):
    """The form was taken before, with something else in it. Parameters: reference, order_id."""

    code = "already_entered"


class CourierKnows(Refusal):
    """A published round counts on the order as it is. Parameters: reason (what cannot change)."""

    code = "courier_knows"


class Fulfilment(Enum):
    """How an order reaches its recipient."""

    #: Brought to the recipient's door.
    HOME = "home"
    #: Fetched by the recipient at the town's drive.
    DRIVE = "drive"
    #: Fetched at the shop's own counter: a code and a state, no transport.
    COUNTER = "counter"


class OrderState(Enum):
    """Where an order stands."""

    #: It came in and nobody looked at it yet.
    RECEIVED = "received"
    #: Its slot, address and subsidy hold: it is promised.
    ACCEPTED = "accepted"
    #: The shop packed it.
    READY = "ready"
    #: A courier took it at the shop.
    COLLECTED = "collected"
    #: The shop brought it to the hub or drive itself.
    DROPPED_OFF = "dropped_off"
    #: It waits at the hub.
    AT_HUB = "at_hub"
    #: It waits at the drive.
    AT_DRIVE = "at_drive"
    #: The recipient has it, at the door.
    DELIVERED = "delivered"
    #: The recipient has it, from a counter or the drive.
    HANDED_OVER = "handed_over"
    #: The shop could not serve it.
    REFUSED = "refused"
    #: Shop or recipient called it off.
    CANCELLED = "cancelled"
    #: The courier came and could not deliver.
    FAILED = "failed"
    #: It will be tried again.
    RESCHEDULED = "rescheduled"
    #: It went back to the shop.
    RETURNED = "returned"


class OrderStep(Enum):
    """What can happen to an order."""

    #: Promise it.
    ACCEPT = "accept"
    #: The shop says no.
    REFUSE = "refuse"
    #: Call it off.
    CANCEL = "cancel"
    #: The shop packed it.
    PREPARE = "prepare"
    #: A courier takes it at the shop.
    COLLECT = "collect"
    #: The shop brings it to the hub or drive.
    DROP_OFF = "drop_off"
    #: The hub's agent receives it.
    RECEIVE_AT_HUB = "receive_at_hub"
    #: The drive's agent, or a courier who drops there, puts it on its shelf.
    RECEIVE_AT_DRIVE = "receive_at_drive"
    #: The courier hands it over at the door.
    DELIVER = "deliver"
    #: The counter or drive hands it over.
    HAND_OVER = "hand_over"
    #: The courier could not.
    FAIL = "fail"
    #: A new attempt is planned.
    RESCHEDULE = "reschedule"
    #: It goes back to the shop.
    RETURN = "return"
    #: The recipient takes another slot.
    MOVE_SLOT = "move_slot"
    #: The shop writes it anew while it still has it.
    AMEND = "amend"
    #: The shop takes its last step back.
    REOPEN = "reopen"
    #: The hub's agent takes a reception back.
    TAKE_BACK = "take_back"


_S, _T = OrderState, OrderStep

#: The whole table: (state, step) -> next state. What is not here is refused. A courier may find
#: an order packed that nobody marked ready, so collecting does not insist on it; and events come
#: in any order, so that what was really done stands even where a failure was reported first, and
#: an order that its shop did not have is no longer delivered once that is known.
STEPS: dict[tuple[OrderState, OrderStep], OrderState] = {
    (_S.RECEIVED, _T.ACCEPT): _S.ACCEPTED,
    (_S.RECEIVED, _T.REFUSE): _S.REFUSED,
    (_S.RECEIVED, _T.CANCEL): _S.CANCELLED,
    (_S.ACCEPTED, _T.PREPARE): _S.READY,
    (_S.ACCEPTED, _T.REFUSE): _S.REFUSED,
    (_S.ACCEPTED, _T.CANCEL): _S.CANCELLED,
    (_S.ACCEPTED, _T.COLLECT): _S.COLLECTED,
    (_S.ACCEPTED, _T.DROP_OFF): _S.DROPPED_OFF,
    (_S.READY, _T.CANCEL): _S.CANCELLED,
    (_S.READY, _T.COLLECT): _S.COLLECTED,
    (_S.READY, _T.DROP_OFF): _S.DROPPED_OFF,
    (_S.READY, _T.HAND_OVER): _S.HANDED_OVER,
    (_S.DROPPED_OFF, _T.RECEIVE_AT_HUB): _S.AT_HUB,
    (_S.DROPPED_OFF, _T.RECEIVE_AT_DRIVE): _S.AT_DRIVE,
    (_S.DROPPED_OFF, _T.COLLECT): _S.COLLECTED,
    (_S.DROPPED_OFF, _T.FAIL): _S.FAILED,
    (_S.AT_HUB, _T.COLLECT): _S.COLLECTED,
    (_S.AT_HUB, _T.FAIL): _S.FAILED,
    (_S.RESCHEDULED, _T.FAIL): _S.FAILED,
    (_S.COLLECTED, _T.RECEIVE_AT_HUB): _S.AT_HUB,
    (_S.COLLECTED, _T.RECEIVE_AT_DRIVE): _S.AT_DRIVE,
    (_S.COLLECTED, _T.DELIVER): _S.DELIVERED,
    (_S.COLLECTED, _T.FAIL): _S.FAILED,
    (_S.ACCEPTED, _T.FAIL): _S.FAILED,
    (_S.READY, _T.FAIL): _S.FAILED,
    (_S.AT_DRIVE, _T.HAND_OVER): _S.HANDED_OVER,
    (_S.AT_DRIVE, _T.FAIL): _S.FAILED,
    (_S.DELIVERED, _T.FAIL): _S.FAILED,
    (_S.FAILED, _T.COLLECT): _S.COLLECTED,
    (_S.FAILED, _T.DELIVER): _S.DELIVERED,
    (_S.FAILED, _T.RECEIVE_AT_DRIVE): _S.AT_DRIVE,
    (_S.FAILED, _T.RESCHEDULE): _S.RESCHEDULED,
    (_S.FAILED, _T.RETURN): _S.RETURNED,
    (_S.RESCHEDULED, _T.COLLECT): _S.COLLECTED,
    (_S.RESCHEDULED, _T.RETURN): _S.RETURNED,
    (_S.ACCEPTED, _T.MOVE_SLOT): _S.ACCEPTED,
    (_S.READY, _T.MOVE_SLOT): _S.READY,
    (_S.DROPPED_OFF, _T.MOVE_SLOT): _S.DROPPED_OFF,
    (_S.AT_HUB, _T.MOVE_SLOT): _S.AT_HUB,
    (_S.AT_DRIVE, _T.MOVE_SLOT): _S.AT_DRIVE,
    (_S.ACCEPTED, _T.AMEND): _S.ACCEPTED,
    (_S.READY, _T.AMEND): _S.READY,
    (_S.READY, _T.REOPEN): _S.ACCEPTED,
    (_S.DROPPED_OFF, _T.REOPEN): _S.READY,
    (_S.AT_HUB, _T.TAKE_BACK): _S.DROPPED_OFF,
    (_S.AT_DRIVE, _T.TAKE_BACK): _S.DROPPED_OFF,
}


def step(state: OrderState, taken: OrderStep) -> OrderState:
    """Return the state after the step.

    Raises StepRefused when the table has no such step.
    """
    try:
        return STEPS[state, taken]
    except KeyError:
        raise StepRefused(field="state", state=state.value, step=taken.value) from None


#: Nothing is owed to the recipient any more.
ENDED = frozenset({_S.DELIVERED, _S.HANDED_OVER, _S.REFUSED, _S.CANCELLED, _S.FAILED, _S.RETURNED})
#: Called off before anything moved: such an order is in no delivery any more.
CALLED_OFF = frozenset({_S.REFUSED, _S.CANCELLED})
#: What has to happen first, where word of it may still be on its way.
_IMPLIED = {
    _T.DELIVER: _T.COLLECT,
    _T.RECEIVE_AT_DRIVE: _T.COLLECT,
    _T.HAND_OVER: _T.PREPARE,
}


def steps_to(state: OrderState, taken: OrderStep) -> tuple[tuple[OrderStep, OrderState], ...]:
    """Return the steps that take an order there, with what must have happened before.

    >>> [step.value for step, _ in steps_to(OrderState.ACCEPTED, OrderStep.DELIVER)]
    ['collect', 'deliver']
    >>> [step.value for step, _ in steps_to(OrderState.COLLECTED, OrderStep.DELIVER)]
    ['deliver']

    Raises StepRefused when no such way exists.
    """
    if (state, taken) in STEPS:
        return ((taken, STEPS[state, taken]),)
    before = _IMPLIED.get(taken)
    if before is not None and (state, before) in STEPS:
        between = STEPS[state, before]
        return ((before, between), (taken, step(between, taken)))
    raise StepRefused(field="state", state=state.value, step=taken.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who receives: `phone` in E.164 or None, `name` as the shop wrote it."""

    name: str
    phone: str | None = None

    def __post_init__(self) -> None:
        """Refuse a recipient nobody could call or name."""
        if not self.name.strip():
            raise ValueError("a recipient needs a name")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """An order as any channel brings it, checked in form but not yet against the town.

    `reference` is the channel's own number for it. The place is an `address` in words, a
    `point`, or neither for drive and counter. `slot_starts_at` names the slot by its beginning.
    """

    reference: str
    shop: str
    recipient: Recipient
    fulfilment: Fulfilment
    basket_cents: int
    parcels: tuple[Parcel, ...]
    address: str | None = None
    point: Point | None = None
    slot_starts_at: datetime | None = None
    ready_at: datetime | None = None
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse what could never become a delivery, whatever the town."""
        if not self.reference:
            raise ValueError("an order needs its channel's reference")
        if self.basket_cents < 0:
            raise ValueError(f"basket_cents is negative: {self.basket_cents}")
        if not 1 <= len(self.parcels) <= MOST_PARCELS:
            raise ValueError(f"an order has 1 to {MOST_PARCELS} parcels, not {len(self.parcels)}")
        for moment in (self.slot_starts_at, self.ready_at):
            if moment is not None and moment.tzinfo is None:
                raise ValueError("moments must carry their time zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order the town has promised. `code` is what its recipient says at the shop's counter."""

    id: int
    reference: str
    channel_id: int
    shop_id: int
    shop_code: str
    recipient_name: str
    recipient_phone: str | None
    fulfilment: Fulfilment
    state: OrderState
    basket_cents: int
    delivery_id: int | None
    code: str | None
    ready_at: datetime | None
    note: str
    parcels: tuple[Parcel, ...]
