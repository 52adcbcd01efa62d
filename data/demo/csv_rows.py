"""Orders as the CSV file shops send: what `data/channels/csv.py` reads."""

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from data.demo.day import DemoOrder
from delivery.orders import Fulfilment, NewOrder
from delivery.parcels import ASSUMED, Parcel, Size, Temperature

COLUMNS = (
    "reference", "commerce", "destinataire", "telephone", "mode", "adresse", "lon", "lat",
    "creneau", "panier_eur", "colis", "note", "pret_a",
)  # fmt: skip
MODES = {
    Fulfilment.HOME: "domicile", Fulfilment.DRIVE: "drive", Fulfilment.COUNTER: "retrait",
}  # fmt: skip
SIZES = {
    Size.SMALL: "petit", Size.MEDIUM: "moyen", Size.LARGE: "grand", Size.BULKY: "tres-grand",
}  # fmt: skip
TEMPERATURES = {Temperature.CHILLED: "froid", Temperature.FROZEN: "surgele"}


def csv_text(orders: Iterable[DemoOrder], *, timezone: str) -> str:
    """Write the orders as CSV with semicolons; moments are local, without their offset."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for each in orders:
        writer.writerow(_row(each.order, ZoneInfo(timezone)))
    return sheet.getvalue()


def _row(order: NewOrder, zone: ZoneInfo) -> list[str]:
    return [
        order.reference,
        order.shop,
        order.recipient.name,
        _national(order.recipient.phone or ""),
        MODES[order.fulfilment],
        order.address or "",
        f"{order.point.x:.7f}" if order.point else "",
        f"{order.point.y:.7f}" if order.point else "",
        _local(order.slot_starts_at, zone),
        f"{order.basket_cents // 100},{order.basket_cents % 100:02d}",
        "+".join(_parcel(parcel) for parcel in order.parcels),
        order.note,
        _local(order.ready_at, zone),
    ]


def _local(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%dT%H:%M}" if moment else ""


def _national(phone: str) -> str:
    """Write a French number as it is spoken: "+33639980012" is "06 39 98 00 12"."""
    if not phone.startswith("+33"):
        return phone
    digits = f"0{phone[3:]}"
    return " ".join(digits[place : place + 2] for place in range(0, len(digits), 2))


def _parcel(parcel: Parcel) -> str:
    words = [SIZES[parcel.size]]
    if parcel.temperature in TEMPERATURES:
        words.append(TEMPERATURES[parcel.temperature])
    words += ["fragile"] if parcel.fragile else []
    words += ["age"] if parcel.age_check else []
    if parcel.weight_g != ASSUMED[parcel.size][0]:
        words.append(f"{parcel.weight_g / 1000:.1f}kg".replace(".", ","))
    return " ".join(words)
