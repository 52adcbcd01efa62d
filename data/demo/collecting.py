"""When an order can be fetched at its shop: open, packed, and in time for its slot."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from delivery.shops import NewShop
from delivery.slots import NewSlot, SlotKind

#: A shop packs its first orders in this time after opening.
PACKING = timedelta(minutes=15)
#: A courier needs so much of the shop's opening to come by.
PASSING = timedelta(minutes=30)
#: From the shop to the door, and from the shop to the drive's shelf, at the latest.
RIDE = timedelta(minutes=30)
#: Goods are packed so long before their slot begins, when the shop is open then.
AHEAD = timedelta(minutes=90)
#: Crews rest around this time: what they fetch before it they also bring before it.
MIDDAY = time(13, 15)


def moment_ready(
    shop: NewShop, slot: NewSlot | None, *, day: date, timezone: str
) -> datetime | None:
    """Return when the shop has the order packed; None when that is too late for the slot.

    Without a slot (counter) the order is ready an hour after the shop opens.
    """
    zone = ZoneInfo(timezone)
    stretches = [
        (datetime.combine(day, each.opens, zone), datetime.combine(day, each.closes, zone))
        for each in shop.hours(day)
    ]
    if slot is None:
        return min((opens + 4 * PACKING for opens, _ in stretches), default=None)
    for opens, closes in reversed(stretches):
        earliest, latest = _span(slot, shop, datetime.combine(day, MIDDAY, zone))
        packed = max(opens, earliest) + PACKING
        if min(closes, latest) - packed >= PASSING:
            return max(packed, min(closes - 2 * PASSING, slot.starts_at - AHEAD))
    return None


def _span(slot: NewSlot, shop: NewShop, midday: datetime) -> tuple[datetime, datetime]:
    """Return between which moments a courier can collect for the slot."""
    dawn = midday - timedelta(hours=5)
    if slot.kind is SlotKind.DRIVE:
        return dawn, slot.starts_at - RIDE
    if shop.brings_parcels or slot.starts_at >= midday:
        return (dawn if shop.brings_parcels else midday), slot.ends_at - 2 * RIDE
    return dawn, min(slot.ends_at, midday) - RIDE
