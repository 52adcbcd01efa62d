"""A day at the dispatcher's desk: its rounds, its vehicles, its plans."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import api.operations.days
import api.operations.logins
import api.operations.plan_runs
import data.database
import data.dispatch
import data.fleet
import data.towns
from api.operations.days import DaySheet
from data.database import Pool
from delivery.day import Day
from delivery.errors import NotFound
from delivery.fleet import Vehicle
from delivery.plan_runs import PlanRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A day at the dispatcher's desk; `unplanned` are deliveries that need a round and have none.

    Rounds come without their legs: the map fetches those.
    """

    sheet: DaySheet
    vehicles: tuple[Vehicle, ...]
    unplanned: tuple[int, ...]
    run: PlanRun | None


def board(pool: Pool, town_id: int, day: date, *, now: datetime) -> Board:
    """Return a day as a dispatcher looks at it."""
    sheet = api.operations.days.sheet(pool, town_id, day, now=now, with_legs=False)
    with data.database.scoped(pool, town_id) as conn:
        vehicles = data.fleet.listed(conn)
        unplanned = data.dispatch.unplanned(conn, sheet.day.starts_at, sheet.day.ends_at)
    return Board(
        sheet=sheet,
        vehicles=tuple(vehicles),
        unplanned=tuple(unplanned),
        run=api.operations.plan_runs.newest(pool, town_id, day),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneLink:
    """What lets a courier's phone in for a day; `token` is None for a day that is over."""

    vehicle: str
    until: datetime
    token: str | None


def phone_link(
    pool: Pool,
    town_id: int,
    vehicle_id: int,
    date_: date,
    *,
    now: datetime,
    ends_phones: bool = False,
) -> PhoneLink:
    """Make a vehicle's link of a day, so that its former ones open nothing any more.

    `ends_phones` puts out those that came in, too.

    Raises NotFound.
    """
    with data.database.scoped(pool, town_id) as conn:
        vehicle = data.fleet.by_id(conn, vehicle_id)
        timezone = ZoneInfo(data.towns.by_id(conn, town_id).timezone)
    if vehicle is None:
        raise NotFound(field="vehicle_id")
    until = Day(date=date_, timezone=timezone).ends_at + api.operations.logins.LATE_RETURN
    token = None
    if now < until:
        token = api.operations.logins.make_day_link(
            pool, town_id, vehicle_id, date_, now=now, ends_phones=ends_phones
        )
    return PhoneLink(vehicle=vehicle.name, until=until, token=token)
