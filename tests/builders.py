"""Builders with the trade's defaults: a test says only what it is about."""

from datetime import UTC, date, datetime, time, timedelta

from shapely import Point

from data.towns import NewTown
from delivery.addresses import NewAddress
from delivery.fleet import Hub, NewVehicle, WorkingPeriod
from delivery.orders import Fulfilment, NewOrder, Recipient
from delivery.parcels import Size, parcel
from delivery.shops import NewShop, Opening
from delivery.slots import NewSlot, SlotKind
from zones.zone import Zone, ZoneKind

#: A Friday.
DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
CENTRE = Point(-2.05, 48.45)


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
    starts_at = datetime.combine(DAY, time(hour), tzinfo=UTC)
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
