"""Where an order goes: the town's drive, a point on its streets, or a door it knows."""

from psycopg import Connection
from psycopg.rows import TupleRow
from shapely import Point

import data.addresses
from delivery.addresses import (
    Address,
    AddressAmbiguous,
    AddressMissing,
    AddressUnknown,
    in_city,
    split_town,
    written_city,
)
from delivery.errors import OutOfReach, TooFarFromStreet
from delivery.fleet import Hub
from delivery.orders import Fulfilment, NewOrder
from delivery.pooling import NoDrive, Place, point_key
from routing.streets import Streets

#: A point is checked against the streets of the vehicle that gets nearest to doors.
DOOR_PROFILE = "cargo_bike"
#: A point this near to a known door is that door: however it is named, it is one place.
SAME_DOOR_M = 6


def find_place(
    conn: Connection[TupleRow], order: NewOrder, hub: Hub | None, streets: Streets | None
) -> Place:
    """Find the place of a home or drive order: the drive, the point it gives, or a known door.

    A point is checked against `streets`, where they are given.

    Raises NoDrive, TooFarFromStreet, OutOfReach, AddressMissing, AddressUnknown,
    AddressAmbiguous.
    """
    if order.fulfilment is Fulfilment.DRIVE:
        if hub is None or not hub.has_drive:
            raise NoDrive(field="fulfilment")
        return Place(key="drive", label=hub.name, point=hub.point)
    if order.point is not None:
        if streets is not None:
            check_street(streets, order.point)
        door = data.addresses.nearest(conn, order.point, within_m=SAME_DOOR_M)
        if door is not None:
            label, key = order.address or door.label, f"address:{door.id}"
        else:
            label = order.address or f"{order.point.y:.5f}, {order.point.x:.5f}"
            key = point_key(order.point)
        return Place(key=key, label=label, point=order.point)
    door = find_door(conn, order.address or "")
    return Place(key=f"address:{door.id}", label=door.label, point=door.point)


def find_door(conn: Connection[TupleRow], text: str) -> Address:
    """Find the one door of the town that somebody wrote down.

    Raises AddressMissing, AddressUnknown, AddressAmbiguous.
    """
    if not text:
        raise AddressMissing(field="address")
    street, postcode = split_town(text)
    known = data.addresses.find(conn, street, postcode)
    found = in_city(known, written_city(text))
    if not found:
        suggestions = data.addresses.suggest(conn, street)
        raise AddressUnknown(field="address", address=text, suggestions=suggestions)
    if len(found) > 1:
        labels = [address.label for address in found]
        raise AddressAmbiguous(field="address", address=text, suggestions=labels)
    return found[0]


def check_street(streets: Streets, point: Point) -> None:
    """Refuse a point no courier gets near to.

    Raises TooFarFromStreet, OutOfReach.
    """
    try:
        streets.snap([point], profile=DOOR_PROFILE)
    except (TooFarFromStreet, OutOfReach) as refusal:
        refusal.field = "point"
        raise
