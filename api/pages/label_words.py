"""What stands on a parcel's label, in the words of the shop's language."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

import api.words
from data.documents import Label, Mark
from data.parcels import Labelled
from delivery.orders import Fulfilment
from delivery.parcels import Parcel, Temperature

GAP = "\N{NO-BREAK SPACE}"
#: What stands in large letters where the parcel goes to no door.
BANNERS = {Fulfilment.DRIVE: "hub_label_drive", Fulfilment.COUNTER: "hub_label_counter"}


def label(each: Labelled, *, town_address: str, timezone: ZoneInfo, language: str) -> Label:
    """Write a parcel's label; `town_address` is where the town's pages stand, `https://.../t/x`.

    Its QR holds the parcel's code alone: neither who nor where.
    """
    say = partial(_say, language)
    day, hours = _when(each, timezone, language)
    return Label(
        shop=each.shop,
        recipient=each.recipient,
        place=_place(each),
        banner=say(BANNERS[each.fulfilment]) if each.fulfilment in BANNERS else "",
        day=day,
        hours=hours,
        parcel=say("hub_label_parcel", number=each.kept.number, count=each.kept.count),
        marks=tuple((mark, say(f"hub_label_{mark.value}")) for mark in marks(each.kept.parcel)),
        reference=say("hub_label_reference", reference=each.reference),
        round=say("hub_label_round"),
        address=f"{town_address}/c/{each.kept.code}",
        code=each.kept.code,
    )


def marks(parcel: Parcel) -> Sequence[Mark]:
    """Return what whoever carries a parcel must see at once."""
    found = {
        Mark.CHILLED: parcel.temperature is Temperature.CHILLED,
        Mark.FROZEN: parcel.temperature is Temperature.FROZEN,
        Mark.FRAGILE: parcel.fragile,
        Mark.ADULT: parcel.age_check,
    }
    return [mark for mark, is_asked in found.items() if is_asked]


def _place(each: Labelled) -> tuple[str, ...]:
    """Put street and door on one line, postcode and city on the next."""
    if each.fulfilment is not Fulfilment.HOME or each.place is None:
        return ()
    return tuple(part for part in each.place.rpartition(", ")[::2] if part)


def _when(each: Labelled, timezone: ZoneInfo, language: str) -> tuple[str, str]:
    def day(moment: datetime) -> str:
        return api.words.weekday(moment.astimezone(timezone), language)

    def hour(moment: datetime) -> str:
        return api.words.hour(moment.astimezone(timezone), language)

    if each.slot_starts_at is not None and each.slot_ends_at is not None:
        hours = f"{hour(each.slot_starts_at)}{GAP}– {hour(each.slot_ends_at)}"
        return day(each.slot_starts_at), hours
    if each.ready_at is not None:
        ready = _say(language, "hub_label_ready", hour=hour(each.ready_at))
        return day(each.ready_at), ready
    return "", ""


def _say(language: str, code: str, **parameters: object) -> str:
    return api.words.text(code, parameters, language)
