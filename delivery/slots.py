"""Published windows with a capacity: what the town promises to recipients."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from delivery.errors import Refusal


class SlotFull(Refusal):
    """The slot has no place left. Parameters: starts_at, ends_at."""

    code = "slot_full"


class SlotClosed(Refusal):
    """The slot's cut-off has passed. Parameters: starts_at, ends_at."""

    code = "slot_closed"


class SlotUnknown(Refusal):
    """There is no slot of this kind at that time. Parameters: starts_at, fulfilment."""

    code = "slot_unknown"


class SlotMissing(Refusal):
    """A home or drive order came without a slot. Parameters: fulfilment."""

    code = "slot_missing"


class SlotShrunk(Refusal):
    """A slot cannot have fewer places than are taken."""

    code = "slot_shrunk"


class ReadyTooLate(Refusal):
    """The order is packed after its slot needs it. Parameters: ready_at, due_at."""

    code = "ready_too_late"


class SlotKind(Enum):
    """Where the window binds."""

    #: At the recipient's door.
    HOME = "home"
    #: At the town's drive.
    DRIVE = "drive"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSlot:
    """A window to publish: at most `capacity` deliveries, booked until `cutoff_at`."""

    kind: SlotKind
    starts_at: datetime
    ends_at: datetime
    cutoff_at: datetime
    capacity: int

    def __post_init__(self) -> None:
        """Refuse windows that run backwards and capacities below nothing."""
        if any(each.tzinfo is None for each in (self.starts_at, self.ends_at, self.cutoff_at)):
            raise ValueError("a slot's moments must carry their time zone")
        if self.ends_at <= self.starts_at:
            raise ValueError(f"slot ends ({self.ends_at}) before it starts ({self.starts_at})")
        if self.cutoff_at > self.ends_at:
            raise ValueError(f"cut-off ({self.cutoff_at}) lies after the end ({self.ends_at})")
        if self.capacity < 0:
            raise ValueError(f"capacity is negative: {self.capacity}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot(NewSlot):
    """A published slot and how many deliveries hold a place in it."""

    id: int
    booked: int

    @property
    def left(self) -> int:
        """Places nobody holds yet."""
        return self.capacity - self.booked


def check_open(slot: Slot, *, now: datetime) -> None:
    """Raise SlotClosed past the cut-off."""
    if now >= slot.cutoff_at:
        raise SlotClosed(field="slot_starts_at", starts_at=slot.starts_at, ends_at=slot.ends_at)


def book(slot: Slot, *, now: datetime) -> Slot:
    """Take one place.

    Raises SlotClosed past the cut-off, SlotFull when no place is left.
    """
    check_open(slot, now=now)
    if slot.left <= 0:
        raise SlotFull(field="slot_starts_at", starts_at=slot.starts_at, ends_at=slot.ends_at)
    return replace(slot, booked=slot.booked + 1)


def check_ready(slot: Slot, ready_at: datetime | None) -> None:
    """Raise ReadyTooLate where an order is packed only after its slot needs it."""
    due_at = slot.ends_at if slot.kind is SlotKind.HOME else slot.starts_at
    if ready_at is not None and ready_at >= due_at:
        raise ReadyTooLate(field="ready_at", ready_at=ready_at, due_at=due_at)


def release(slot: Slot) -> Slot:
    """Give one place back."""
    if slot.booked <= 0:
        raise ValueError(f"slot {slot.id} holds no place to give back")
    return replace(slot, booked=slot.booked - 1)
