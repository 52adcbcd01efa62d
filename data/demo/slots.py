"""The windows the demo publishes each day, with their capacities and cut-offs."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from delivery.slots import NewSlot, SlotKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A window of every day: booked until the evening before, or until two hours before it."""

    kind: SlotKind
    starts: time
    ends: time
    capacity: int
    closes_the_evening_before: bool


EVENING = time(18)
NOTICE = timedelta(hours=2)
#: Capacities follow the crews: over midday both bikes rest, in the late afternoon all ride.
WINDOWS = (
    Window(kind=SlotKind.HOME, starts=time(10), ends=time(12), capacity=34,
           closes_the_evening_before=True),
    Window(kind=SlotKind.HOME, starts=time(12), ends=time(14), capacity=20,
           closes_the_evening_before=True),
    Window(kind=SlotKind.HOME, starts=time(14), ends=time(16), capacity=30,
           closes_the_evening_before=False),
    Window(kind=SlotKind.HOME, starts=time(16), ends=time(18), capacity=36,
           closes_the_evening_before=False),
    Window(kind=SlotKind.HOME, starts=time(17), ends=time(19), capacity=30,
           closes_the_evening_before=False),
    Window(kind=SlotKind.DRIVE, starts=time(11), ends=time(13), capacity=24,
           closes_the_evening_before=True),
    Window(kind=SlotKind.DRIVE, starts=time(15), ends=time(17), capacity=24,
           closes_the_evening_before=False),
    Window(kind=SlotKind.DRIVE, starts=time(17), ends=time(19), capacity=30,
           closes_the_evening_before=False),
)  # fmt: skip


def slots_of_day(
    day: date, timezone: str, windows: tuple[Window, ...] = WINDOWS
) -> tuple[NewSlot, ...]:
    """Return the day's slots, in the order of `windows`."""
    return tuple(_slot(window, day, ZoneInfo(timezone)) for window in windows)


def _slot(window: Window, day: date, zone: ZoneInfo) -> NewSlot:
    starts_at = datetime.combine(day, window.starts, zone)
    evening = datetime.combine(day - timedelta(days=1), EVENING, zone)
    return NewSlot(
        kind=window.kind,
        starts_at=starts_at,
        ends_at=datetime.combine(day, window.ends, zone),
        cutoff_at=evening if window.closes_the_evening_before else starts_at - NOTICE,
        capacity=window.capacity,
    )
