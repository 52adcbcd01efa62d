"""Rides as forms name them: `t12` a round, `v3@0800` a vehicle that is free then, `aucune`."""

import re
from datetime import time

from api.operations.situations import FreeTrip, Ride
from api.visits import NoPage

NOWHERE = "aucune"
_ROUND = re.compile(r"t([0-9]{1,18})")
_FREE = re.compile(r"v([0-9]{1,18})@([01][0-9]|2[0-3])([0-5][0-9])")


def write_ride(ride: Ride | None) -> str:
    """Name a ride.

    >>> write_ride(FreeTrip(vehicle_id=3, starts=time(8, 30)))
    'v3@0830'
    """
    match ride:
        case None:
            return NOWHERE
        case FreeTrip():
            return f"v{ride.vehicle_id}@{ride.starts:%H%M}"
        case _:
            return f"t{ride}"


def parse_ride(text: str) -> Ride | None:
    """Read what `write_ride` wrote.

    Raises NoPage for anything else.
    """
    if text == NOWHERE:
        return None
    if found := _ROUND.fullmatch(text):
        return int(found[1])
    if found := _FREE.fullmatch(text):
        return FreeTrip(vehicle_id=int(found[1]), starts=time(int(found[2]), int(found[3])))
    raise NoPage("page_missing")
