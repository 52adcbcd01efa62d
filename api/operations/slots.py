"""Windows published for days ahead, looked at, and closed."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import data.database
import data.slots
import data.towns
from data.database import Pool
from delivery.day import Day
from delivery.errors import NotFound
from delivery.slots import NewSlot, Slot


def publish(pool: Pool, town_id: int, slots: Iterable[NewSlot], *, now: datetime) -> int:
    """Publish those of the slots that can still be booked; return how many.

    One that begins at the same moment as another of its kind takes its place.

    Raises SlotShrunk where more places are taken than there would be.
    """
    bookable = [slot for slot in slots if slot.cutoff_at > now]
    with data.database.scoped(pool, town_id) as conn:
        data.slots.publish(conn, bookable)
    return len(bookable)


def coming(pool: Pool, town_id: int, *, days: int, now: datetime) -> list[tuple[date, list[Slot]]]:
    """Return the slots of today and the days after it, by day."""
    with data.database.scoped(pool, town_id) as conn:
        timezone = ZoneInfo(data.towns.by_id(conn, town_id).timezone)
        first = Day(date=now.astimezone(timezone).date(), timezone=timezone)
        last = Day(date=first.date + timedelta(days=days - 1), timezone=timezone)
        slots = data.slots.between(conn, first.starts_at, last.ends_at)
    return [
        (day, list(group))
        for day, group in groupby(
            slots, key=lambda slot: slot.starts_at.astimezone(timezone).date()
        )
    ]


def close(pool: Pool, town_id: int, slot_id: int) -> None:
    """Let nobody book a slot any more; what is booked stays promised.

    Raises NotFound.
    """
    with data.database.scoped(pool, town_id) as conn:
        if not data.slots.close(conn, slot_id):
            raise NotFound(field="slot_id")
