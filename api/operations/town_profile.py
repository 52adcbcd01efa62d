"""What a town says of itself: its name, its clocks, its hub."""

from dataclasses import dataclass
from zoneinfo import available_timezones

from shapely import Point

import data.database
import data.fleet
import data.slots
import data.towns
from api.operations.places import DOOR_PROFILE, find_door
from api.operations.towns import TimezoneUnknown
from data.database import Pool
from data.towns import TimezoneHeld, Town, TownNameTaken
from delivery.errors import OutOfReach, TooFarFromStreet
from delivery.fleet import Hub
from routing.streets import Streets
from zones.zone import Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A town, and whether its clocks may still be set."""

    town: Town
    hub: Hub | None
    zones: tuple[Zone, ...]
    timezone_is_held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HubWish:
    """A hub to set: at a door of the town that is named, else at a point."""

    name: str
    address: str
    point: Point | None
    has_drive: bool
    setup_s: int


def read(pool: Pool, town_id: int) -> Profile:
    """Return what the town says of itself."""
    with data.database.scoped(pool, town_id) as conn:
        return Profile(
            town=data.towns.by_id(conn, town_id),
            hub=data.towns.hub(conn),
            zones=tuple(data.towns.zones(conn)),
            timezone_is_held=data.slots.exist(conn),
        )


def change(pool: Pool, town_id: int, *, name: str, timezone: str) -> None:
    """Give the town a name and clocks; its web address stays as it is.

    Raises TownNameTaken, TimezoneUnknown, TimezoneHeld.
    """
    if timezone not in available_timezones():
        raise TimezoneUnknown(field="timezone", timezone=timezone)
    with data.database.scoped(pool, town_id) as conn:
        namesake = data.towns.by_name(conn, name)
        if namesake is not None and namesake.id != town_id:
            raise TownNameTaken(field="name", name=name)
        town = data.towns.by_id(conn, town_id)
        if timezone != town.timezone and data.slots.exist(conn):
            raise TimezoneHeld(field="timezone")
        data.towns.change(conn, name=name, timezone=timezone)


def set_hub(pool: Pool, town_id: int, wish: HubWish, streets: Streets) -> Hub:
    """Give the town its hub, where every vehicle in service can get to.

    Raises AddressMissing, AddressUnknown, AddressAmbiguous, TooFarFromStreet, OutOfReach.
    """
    with data.database.scoped(pool, town_id) as conn:
        at_door = wish.address or wish.point is None
        point = find_door(conn, wish.address).point if at_door else wish.point
        profiles = {each.profile for each in data.fleet.listed(conn) if each.in_service}
    assert point is not None
    for profile in sorted(profiles | {DOOR_PROFILE}):
        try:
            streets.snap([point], profile=profile)
        except (TooFarFromStreet, OutOfReach) as refusal:
            refusal.field = "address" if at_door else "lon"
            raise
    hub = Hub(name=wish.name, point=point, has_drive=wish.has_drive, setup_s=wish.setup_s)
    with data.database.scoped(pool, town_id) as conn:
        data.towns.set_hub(conn, hub)
    return hub
