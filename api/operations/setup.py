"""Set a town's trade up: hub, zones, fleet, slots, programme and credits, all or nothing."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import api.operations.subsidies
import data.database
import data.fleet
import data.programmes
import data.slots
import data.towns
from api.setup_file import SetupIn
from data.database import Pool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp:
    """What a set-up wrote."""

    zones: int
    vehicles: int
    slots: int
    programme_id: int | None


def set_up(pool: Pool, town_id: int, wish: SetupIn, *, now: datetime) -> SetUp:
    """Write what the file holds, in one transaction; what it leaves out stays as it is.

    Running it again changes nothing; new figures take the place of old ones, but a slot keeps the
    places that are taken and a programme its rules.

    Raises SlotShrunk, ProgrammeChanged, ProgrammeOverlaps, EnvelopeSpent.
    """
    with data.database.scoped(pool, town_id) as conn:
        timezone = ZoneInfo(data.towns.by_id(conn, town_id).timezone)
        if wish.hub is not None:
            data.towns.set_hub(conn, wish.hub.hub())
        if wish.zones:
            data.towns.replace_zones(conn, [each.zone() for each in wish.zones])
        data.fleet.save(conn, [each.vehicle() for each in wish.vehicles])
        slots = [slot for each in wish.slots for slot in each.slots(timezone)]
        if slots:
            data.slots.publish(conn, slots)
        rules = wish.rules()
        programme_id = None
        if rules is not None:
            programme_id = data.programmes.save_programme(conn, rules)
            for year, cents in sorted(wish.voted_cents.items()):
                api.operations.subsidies.vote(conn, programme_id, year, cents, now)
    return SetUp(
        zones=len(wish.zones),
        vehicles=len(wish.vehicles),
        slots=len(slots),
        programme_id=programme_id,
    )
