"""Builders with the trade's defaults: a test says only what it is about."""

import itertools
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from shapely import Point

from data.towns import NewTown
from delivery.addresses import NewAddress
from delivery.fleet import Hub, NewVehicle, WorkingPeriod
from delivery.orders import Fulfilment, NewOrder, Order, OrderState, Recipient
from delivery.parcels import Parcel, Size, parcel
from delivery.pooling import Delivery, DeliveryState, Place
from delivery.proofs import Event, EventKind
from delivery.shops import NewShop, Opening, Shop
from delivery.slots import NewSlot, Slot, SlotKind
from zones.zone import Zone, ZoneKind

#: A Friday.
DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
CENTRE = Point(-2.05, 48.45)
PARIS = ZoneInfo("Europe/Paris")


def a_town(slug: str = "essai") -> NewTown:
    return NewTown(
        slug=slug, name="Essai", timezone="Europe/Paris", osm_sha256="0" * 64, fictional=True
    )


def all_day(opens: time = time(8), closes: time = time(19)) -> tuple[Opening, ...]:
    return tuple(Opening(weekday=day, opens=opens, closes=closes) for day in range(7))


def a_shop(code: str = "fromagerie", **changes: object) -> NewShop:
    values: dict[str, object] = {
        "code": code,
        "name": f"La {code}",
        "trade": "fromagerie",
        "siret": "90123456700013",
        "point": Point(-2.049, 48.451),
        "address": "1 rue du Port, 22999 Essai",
        "opening_hours": all_day(),
        "accepts_residual": True,
        **changes,
    }
    return NewShop(**values)  # type: ignore[arg-type]


def an_address(number: int = 12, street: str = "rue du Port", **changes: object) -> NewAddress:
    values: dict[str, object] = {
        "number": str(number),
        "street": street,
        "postcode": "22999",
        "city": "Essai",
        "point": Point(-2.05 + number / 10_000, 48.45),
        **changes,
    }
    return NewAddress(**values)  # type: ignore[arg-type]


def a_slot(kind: SlotKind = SlotKind.HOME, *, capacity: int = 20, hour: int = 14) -> NewSlot:
    return slot_at(datetime.combine(DAY, time(hour), tzinfo=UTC), kind, capacity=capacity)


def slot_at(starts_at: datetime, kind: SlotKind = SlotKind.HOME, *, capacity: int = 20) -> NewSlot:
    return NewSlot(
        kind=kind,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        cutoff_at=starts_at - timedelta(hours=1),
        capacity=capacity,
    )


def a_zone(code: str = "ville", radius: float = 0.1) -> Zone:
    return Zone(code=code, name=code.title(), kind=ZoneKind.DELIVERY, area=CENTRE.buffer(radius))


def a_hub() -> Hub:
    return Hub(name="Halle", point=CENTRE, has_drive=True)


def a_bike(name: str = "Vélo 1", **changes: object) -> NewVehicle:
    values: dict[str, object] = {
        "name": name,
        "profile": "cargo_bike",
        "capacity": (180_000, 600, 60, 20),
        "periods": (
            WorkingPeriod(starts=time(8), ends=time(13)),
            WorkingPeriod(starts=time(13, 30), ends=time(19)),
        ),
        "hour_cents": 2400,
        "km_cents": 15,
        **changes,
    }
    return NewVehicle(**values)  # type: ignore[arg-type]


def an_order(reference: str = "A-1", **changes: object) -> NewOrder:
    values: dict[str, object] = {
        "reference": reference,
        "shop": "fromagerie",
        "recipient": Recipient(name="Anne Moreau", phone="+33639980001"),
        "fulfilment": Fulfilment.HOME,
        "basket_cents": 2350,
        "parcels": (parcel(Size.MEDIUM),),
        "address": "12 rue du Port",
        "slot_starts_at": a_slot().starts_at,
        **changes,
    }
    return NewOrder(**values)  # type: ignore[arg-type]


#: What makes `an_order` one to fetch at the drive, or at the shop's own counter.
AT_DRIVE: dict[str, Any] = {
    "fulfilment": Fulfilment.DRIVE,
    "address": None,
    "slot_starts_at": a_slot(SlotKind.DRIVE, hour=15).starts_at,
}
AT_COUNTER: dict[str, Any] = {
    "fulfilment": Fulfilment.COUNTER,
    "address": None,
    "slot_starts_at": None,
}


def a_van(name: str = "Fourgon", **changes: object) -> NewVehicle:
    return a_bike(name, **{"profile": "van", "capacity": (600_000, 4_000, 400, 100), **changes})


def a_parcel(size: Size = Size.MEDIUM, **changes: object) -> Parcel:
    return parcel(size, **changes)  # type: ignore[arg-type]


def a_kept_slot(**changes: object) -> Slot:
    """A slot the town has published: two hours from two o'clock, four places, none taken."""
    new = a_slot(capacity=4)
    values: dict[str, object] = {name: getattr(new, name) for name in NewSlot.__slots__}
    return Slot(**{"id": 1, "booked": 0, **values, **changes})  # type: ignore[arg-type]


def a_kept_shop(id: int = 1, code: str = "fromagerie", **changes: object) -> Shop:
    new = a_shop(code, **changes)
    return Shop(id=id, **{name: getattr(new, name) for name in NewShop.__slots__})


def a_kept_order(id: int = 1, shop_id: int = 1, **changes: object) -> Order:
    values: dict[str, object] = {
        "id": id,
        "reference": f"A-{id}",
        "channel_id": 1,
        "shop_id": shop_id,
        "shop_code": "fromagerie",
        "recipient_name": "Anne Moreau",
        "recipient_phone": "+33639980001",
        "fulfilment": Fulfilment.HOME,
        "state": OrderState.ACCEPTED,
        "basket_cents": 2350,
        "delivery_id": 1,
        "code": None,
        "ready_at": None,
        "note": "",
        "parcels": (parcel(Size.MEDIUM),),
        **changes,
    }
    return Order(**values)  # type: ignore[arg-type]


def a_kept_delivery(id: int = 1, **changes: object) -> Delivery:
    values: dict[str, object] = {
        "id": id,
        "slot_id": 1,
        "recipient_id": 1,
        "fulfilment": Fulfilment.HOME,
        "place": Place(key="address:1", label="12 rue du Port", point=Point(-2.0488, 48.45)),
        "zone_code": "ville",
        "state": DeliveryState.PROMISED,
        "code": "1234",
        "engaged_cents": 624,
        "promised_at": NOON,
        **changes,
    }
    return Delivery(**values)  # type: ignore[arg-type]


def an_event(kind: EventKind, **changes: object) -> Event:
    values: dict[str, object] = {
        "uuid": uuid4(),
        "round_id": 1,
        "task_id": 1,
        "seq": 0,
        "device_at": NOON,
        "monotonic_ms": 0,
        "kind": kind,
        "payload": {},
        **changes,
    }
    return Event(**values)  # type: ignore[arg-type]


def streets_xml() -> str:
    """Five streets by four, a hundred to two hundred metres apart, round the centre."""
    columns, rows = (-150, 0, 150, 300, 450), (-200, 0, 120, 250)
    nodes = {
        (column, row): number
        for number, (column, row) in enumerate(itertools.product(columns, rows), start=1)
    }
    ways = [[nodes[column, row] for row in rows] for column in columns]
    ways += [[nodes[column, row] for column in columns] for row in rows]
    lines = [
        f'<node id="{number}" version="1" lat="{48.45 + row / 111_195:.7f}"'
        f' lon="{-2.05 + column / 73_766:.7f}"/>'
        for (column, row), number in nodes.items()
    ]
    lines += [
        f'<way id="{number}" version="1">'
        + "".join(f'<nd ref="{node}"/>' for node in way)
        + f'<tag k="highway" v="residential"/><tag k="name" v="rue {number}"/></way>'
        for number, way in enumerate(ways, start=1)
    ]
    return f"<?xml version='1.0'?>\n<osm version='0.6'>\n{chr(10).join(lines)}\n</osm>\n"
