"""Orders of several shops and channels for one door become one delivery.

A delivery is one drop to one recipient at one place in one window: tariff and subsidy apply to
it, so three shops to one door is one paid drop.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from shapely import Point

from delivery.addresses import fold
from delivery.errors import Refusal
from delivery.orders import Fulfilment, Recipient

#: About eleven metres of latitude: two points closer than that are one door.
POINT_DECIMALS = 4


class NoDrive(Refusal):
    """The town has no drive to fetch from."""

    code = "no_drive"


class OutsideZones(Refusal):
    """The place lies in none of the town's delivery zones. Parameters: place."""

    code = "outside_zones"


class DeliveryStepRefused(Refusal):
    """The delivery is not in a state that allows this. Parameters: state, step."""

    code = "delivery_step_refused"


class DeliveryState(Enum):
    """Where a delivery stands."""

    #: Its slot is booked and its subsidy engaged.
    PROMISED = "promised"
    #: It lies in a published round.
    PLANNED = "planned"
    #: Some of it has left its shop.
    UNDER_WAY = "under_way"
    #: The recipient has it, with proof.
    PROVEN = "proven"
    #: The courier came in vain.
    FAILED = "failed"
    #: Its month's statement settled it.
    CLOSED = "closed"
    #: Every order of it was called off, or joined another delivery.
    CANCELLED = "cancelled"


class DeliveryStep(Enum):
    """What can happen to a delivery."""

    #: Publish the round it lies in.
    PLAN = "plan"
    #: Take it out of its published round.
    SET_ASIDE = "set_aside"
    #: Its first parcel leaves a shop.
    START = "start"
    #: Proof that the recipient has it.
    PROVE = "prove"
    #: Nobody took it.
    FAIL = "fail"
    #: The month is closed over it.
    CLOSE = "close"
    #: Its last order was called off, or joined another delivery.
    CANCEL = "cancel"
    #: It takes another slot.
    MOVE_SLOT = "move_slot"


_S, _T = DeliveryState, DeliveryStep

#: (state, step) -> next state. A proof may overtake everything before it on the way from the
#: courier's phone, and what was done stands even where a failure was reported first.
STEPS: dict[tuple[DeliveryState, DeliveryStep], DeliveryState] = {
    (_S.PROMISED, _T.PLAN): _S.PLANNED,
    (_S.PROMISED, _T.START): _S.UNDER_WAY,
    (_S.PROMISED, _T.PROVE): _S.PROVEN,
    (_S.PROMISED, _T.FAIL): _S.FAILED,
    (_S.PROMISED, _T.CANCEL): _S.CANCELLED,
    (_S.PROMISED, _T.MOVE_SLOT): _S.PROMISED,
    (_S.PLANNED, _T.PLAN): _S.PLANNED,
    (_S.PLANNED, _T.SET_ASIDE): _S.PROMISED,
    (_S.PLANNED, _T.START): _S.UNDER_WAY,
    (_S.PLANNED, _T.PROVE): _S.PROVEN,
    (_S.PLANNED, _T.FAIL): _S.FAILED,
    (_S.PLANNED, _T.CANCEL): _S.CANCELLED,
    (_S.UNDER_WAY, _T.PROVE): _S.PROVEN,
    (_S.UNDER_WAY, _T.FAIL): _S.FAILED,
    (_S.FAILED, _T.START): _S.UNDER_WAY,
    (_S.FAILED, _T.PROVE): _S.PROVEN,
    (_S.PROMISED, _T.CLOSE): _S.CLOSED,
    (_S.PLANNED, _T.CLOSE): _S.CLOSED,
    (_S.UNDER_WAY, _T.CLOSE): _S.CLOSED,
    (_S.FAILED, _T.CLOSE): _S.CLOSED,
    (_S.PROVEN, _T.CLOSE): _S.CLOSED,
    (_S.CLOSED, _T.PROVE): _S.PROVEN,
}


def step(state: DeliveryState, taken: DeliveryStep) -> DeliveryState:
    """Return the state after the step.

    Raises DeliveryStepRefused when the table has no such step.
    """
    try:
        return STEPS[state, taken]
    except KeyError:
        raise DeliveryStepRefused(field="state", state=state.value, step=taken.value) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a delivery goes; orders whose places have the same `key` may become one delivery."""

    key: str
    label: str
    point: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One drop the town has promised.

    `code` is the four digits the recipient says; `engaged_cents` what the envelope holds for it.
    """

    id: int
    slot_id: int
    recipient_id: int
    fulfilment: Fulfilment
    place: Place
    zone_code: str
    state: DeliveryState
    code: str
    engaged_cents: int
    promised_at: datetime
    proven_at: datetime | None = None
    proof_kind: str | None = None
    proof_sha256: str | None = None
    failed_reason: str | None = None


def recipient_key(recipient: Recipient, place_key: str) -> str:
    """Tell who receives: by phone number, else by name at the place.

    >>> recipient_key(Recipient(name="Anne Moreau", phone="+33639980001"), "12 rue port")
    'tel:+33639980001'
    >>> recipient_key(Recipient(name="MOREAU Anne"), "12 rue port")
    'name:anne moreau@12 rue port'
    """
    if recipient.phone is not None:
        return f"tel:{recipient.phone}"
    return f"name:{' '.join(sorted(fold(recipient.name).split()))}@{place_key}"


def point_key(point: Point) -> str:
    """Name a place that came as a point, to about eleven metres."""
    return f"point:{point.x:.{POINT_DECIMALS}f},{point.y:.{POINT_DECIMALS}f}"
