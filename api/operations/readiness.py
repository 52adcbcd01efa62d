"""What a town has, and what it lacks for a day to run."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import data.accounts
import data.database
import data.envelope
import data.fleet
import data.programmes
import data.shops
import data.slots
import data.towns
from data.database import Pool
from data.programmes import KeptProgramme
from delivery.accounts import Role
from delivery.day import Day
from delivery.envelope import Envelope
from delivery.fleet import Hub

#: Slots are looked for so far ahead.
AHEAD = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """What there is: counts where it is many. `envelope` is that of the programme in force."""

    hub: Hub | None
    zones: int
    shops: int
    vehicles: int
    slots: int
    places_left: int
    programme: KeptProgramme | None
    envelope: Envelope | None
    roles: frozenset[Role]

    @property
    def missing(self) -> int:
        """How many things a day cannot run without are not there."""
        credits_left = self.envelope.left_cents if self.envelope else 0
        needed = (
            self.hub is not None,
            self.zones,
            self.shops,
            self.vehicles,
            self.places_left,
            self.programme is not None,
            credits_left > 0,
        )
        return sum(not each for each in needed)


def read(pool: Pool, town_id: int, *, now: datetime) -> Readiness:
    """Look at everything a day needs."""
    with data.database.scoped(pool, town_id) as conn:
        timezone = ZoneInfo(data.towns.by_id(conn, town_id).timezone)
        today = Day(date=now.astimezone(timezone).date(), timezone=timezone)
        slots = [
            slot
            for slot in data.slots.between(conn, today.starts_at, today.starts_at + AHEAD)
            if slot.cutoff_at > now
        ]
        programme = data.programmes.in_force(conn, today.date)
        envelopes = data.envelope.all_envelopes(conn)
        return Readiness(
            hub=data.towns.hub(conn),
            zones=len(data.towns.zones(conn)),
            shops=sum(shop.is_partner for shop in data.shops.listed(conn)),
            vehicles=sum(each.in_service for each in data.fleet.listed(conn)),
            slots=len(slots),
            places_left=sum(slot.left for slot in slots),
            programme=programme,
            envelope=next(
                (
                    each
                    for each in envelopes
                    if programme is not None
                    and (each.programme_id, each.year) == (programme.id, today.date.year)
                ),
                None,
            ),
            roles=frozenset(
                each.role for each in data.accounts.listed(conn) if each.disabled_at is None
            ),
        )
