"""Logins: opened, resumed while they are used, ended; and a phone that is a courier for a day."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.rows import TupleRow

import data.database
import data.fleet
import data.logins
import data.towns
from data.database import Pool
from data.logins import DayLink, KeptLogin
from delivery import accounts
from delivery.accounts import LASTS, Account, LinkSpent, Role
from delivery.day import Day
from delivery.errors import NotFound

#: A phone that logged in for a day stays in so long after it: some rounds end past midnight.
LATE_RETURN = timedelta(hours=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A login just made: the token its browser keeps, until when."""

    token: str
    role: Role
    expires_at: datetime


def open_login(conn: Connection[TupleRow], account: Account, now: datetime) -> Opened:
    """Open a login of an account, within the caller's transaction."""
    token, expires_at = secrets.token_urlsafe(32), now + LASTS[account.role]
    data.logins.add(
        conn,
        token,
        secrets.token_urlsafe(32),
        account_id=account.id,
        at=now,
        expires_at=expires_at,
    )
    return Opened(token=token, role=account.role, expires_at=expires_at)


def resume(
    conn: Connection[TupleRow], token: str, *, now: datetime
) -> tuple[KeptLogin, Opened | None] | None:
    """Return who has the token, and a new token where theirs is due to change; None for nobody.

    A phone's login for a day ends with the day; the others last as long as they are used.
    """
    kept = data.logins.find(conn, token, now=now, rotated_after=now - accounts.ROTATION_GRACE)
    if kept is None:
        return None
    if not kept.is_current or now - kept.rotated_at < accounts.ROTATION:
        return kept, None
    role = Role(kept.role)
    expires_at = kept.expires_at if kept.account_id is None else now + LASTS[role]
    fresh = Opened(token=secrets.token_urlsafe(32), role=role, expires_at=expires_at)
    is_ours = data.logins.rotate(
        conn,
        kept.id,
        former=kept.rotated_at,
        token=fresh.token,
        at=now,
        expires_at=expires_at,
    )
    return kept, fresh if is_ours else None


def log_out(pool: Pool, town_id: int, token: str) -> None:
    """End a login."""
    with data.database.scoped(pool, town_id) as conn:
        data.logins.end(conn, token)


def make_day_link(
    pool: Pool,
    town_id: int,
    vehicle_id: int,
    day: date,
    *,
    now: datetime,
    ends_phones: bool = False,
) -> str:
    """Make the token by which phones become a vehicle's courier on a day.

    The vehicle's former links of that day open nothing any more; phones that came in stay, unless
    `ends_phones`, because one of them was lost.

    Raises NotFound.
    """
    with data.database.scoped(pool, town_id) as conn:
        vehicles = {each.id: each.name for each in data.fleet.listed(conn)}
        if vehicle_id not in vehicles:
            raise NotFound(field="vehicle_id")
        timezone = ZoneInfo(data.towns.by_id(conn, town_id).timezone)
        morning = Day(date=day, timezone=timezone)
        token = secrets.token_urlsafe(24)
        link = DayLink(
            vehicle_id=vehicle_id,
            vehicle=vehicles[vehicle_id],
            day=day,
            starts_at=morning.starts_at,
            expires_at=morning.ends_at + LATE_RETURN,
        )
        data.logins.add_day_link(conn, token, link, at=now)
        if ends_phones:
            data.logins.end_phones(conn, vehicle_id)
    return token


def day_link(pool: Pool, town_id: int, token: str, *, now: datetime) -> DayLink:
    """Return what a day link opens.

    Raises LinkSpent.
    """
    with data.database.scoped(pool, town_id) as conn:
        return _day_link(conn, token, now)


def _day_link(conn: Connection[TupleRow], token: str, now: datetime) -> DayLink:
    link = data.logins.day_link(conn, token, now=now)
    if link is None:
        raise LinkSpent(field="token")
    return link


def begin_day(pool: Pool, town_id: int, token: str, *, now: datetime) -> Opened:
    """Log a phone in as the courier of the link's vehicle, until the link's end.

    Raises LinkSpent.
    """
    with data.database.scoped(pool, town_id) as conn:
        link = _day_link(conn, token, now)
        fresh = secrets.token_urlsafe(32)
        data.logins.add(
            conn,
            fresh,
            secrets.token_urlsafe(32),
            vehicle_id=link.vehicle_id,
            at=now,
            expires_at=link.expires_at,
        )
        return Opened(token=fresh, role=Role.COURIER, expires_at=link.expires_at)
