"""Let people in and out: log in, choose a password, invite, close, a phone for the day."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from psycopg import Connection
from psycopg.rows import TupleRow

import data.accounts
import data.database
import data.fleet
import data.jobs
import data.login_failures
import data.logins
import data.shops
import data.towns
from data.database import Pool
from data.logins import DayLink, KeptLogin
from delivery import accounts
from delivery.accounts import (
    LASTS,
    Account,
    LastAdmin,
    LinkSpent,
    LockedOut,
    LoginRefused,
    NewAccount,
    Role,
    check_password,
)
from delivery.day import Day
from delivery.errors import NotFound

INVITATION, RESET = "invitation", "reset"
LASTING = {INVITATION: accounts.INVITATION_LASTS, RESET: accounts.RESET_LASTS}
#: A phone that logged in for a day stays in so long after it: some rounds end past midnight.
LATE_RETURN = timedelta(hours=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A login just made: the token its browser keeps, until when."""

    token: str
    role: Role
    expires_at: datetime


@cache
def _hasher() -> PasswordHasher:
    """Return argon2id with the library's parameters, RFC 9106's for little memory."""
    return PasswordHasher()


@cache
def _nobody() -> str:
    """Return a hash no password has: unknown addresses take as long as known ones."""
    return hash_password(secrets.token_urlsafe(32))


def hash_password(password: str) -> str:
    """Return what is kept of a password."""
    return _hasher().hash(password)


def log_in(
    pool: Pool, town_id: int, *, email: str, password: str, address: str, now: datetime
) -> Opened:
    """Log somebody in who knows their password; `address` is the caller's of the network.

    Failures are remembered, whether there is such an account or not.

    Raises LockedOut, LoginRefused.
    """
    email = email.strip().lower()[:254]
    with data.database.scoped(pool, town_id) as conn:
        data.login_failures.lock(conn, email)
        _require_patience(conn, email, address, now)
        account = data.accounts.by_email(conn, email)
        kept = data.accounts.password_hash(conn, account.id) if account else None
        is_right = _verified(kept or _nobody(), password)
        if account is not None and kept is not None and is_right and account.disabled_at is None:
            data.login_failures.forget(conn, email)
            if _hasher().check_needs_rehash(kept):
                data.accounts.set_password(conn, account.id, hash_password(password))
            return _opened(conn, account, now)
        data.login_failures.add(conn, email, address, at=now)
    raise LoginRefused(field="password")


def _require_patience(conn: Connection[TupleRow], email: str, address: str, now: datetime) -> None:
    of_email, of_address = data.login_failures.counted(
        conn, email, address, since=now - accounts.LOCKOUT
    )
    if of_email >= accounts.MOST_FAILURES or of_address >= accounts.MOST_FAILURES_FROM:
        minutes = int(accounts.LOCKOUT.total_seconds() // 60)
        raise LockedOut(field="password", minutes=minutes)


def _verified(kept: str, password: str) -> bool:
    try:
        return _hasher().verify(kept, password[: accounts.LONGEST_PASSWORD + 1])
    except (VerificationError, InvalidHashError):
        return False


def _opened(conn: Connection[TupleRow], account: Account, now: datetime) -> Opened:
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


def listed(pool: Pool, town_id: int) -> list[Account]:
    """Return the town's accounts by role then name."""
    with data.database.scoped(pool, town_id) as conn:
        return data.accounts.listed(conn)


def find(pool: Pool, town_id: int, account_id: int) -> Account:
    """Return one account.

    Raises NotFound.
    """
    with data.database.scoped(pool, town_id) as conn:
        return _kept(conn, account_id)


def invite(pool: Pool, town_id: int, account: NewAccount, *, now: datetime) -> int:
    """Add an account that has no password yet; return its id.

    Raises EmailUnfit, EmailTaken, NotFound where the town has no such shop or vehicle.
    """
    with data.database.scoped(pool, town_id) as conn:
        _require_subject(conn, account)
        return data.accounts.add(conn, _fit(account), at=now, password_hash=None)


def _fit(account: NewAccount) -> NewAccount:
    return NewAccount(
        email=accounts.email(account.email),
        name=account.name.strip(),
        role=account.role,
        shop_id=account.shop_id,
        vehicle_id=account.vehicle_id,
    )


def _require_subject(conn: Connection[TupleRow], account: NewAccount) -> None:
    """Refuse the shop or the vehicle of another town.

    Raises NotFound.
    """
    if account.shop_id is not None and data.shops.by_id(conn, account.shop_id) is None:
        raise NotFound(field="shop_id")
    if account.vehicle_id is not None and data.fleet.by_id(conn, account.vehicle_id) is None:
        raise NotFound(field="vehicle_id")


def send_link(pool: Pool, town_id: int, account_id: int, kind: str) -> None:
    """Have a link of a kind, `INVITATION` or `RESET`, sent to an account's address.

    Raises NotFound where there is no such account, or it is closed.
    """
    with data.database.scoped(pool, town_id) as conn:
        if _kept(conn, account_id).disabled_at is not None:
            raise NotFound(field="account_id")
        data.jobs.defer(
            conn,
            "send_account_link",
            town_id=town_id,
            queueing_lock=f"{kind}:{town_id}:{account_id}",
            account_id=account_id,
            kind=kind,
        )


def make_link(pool: Pool, town_id: int, account_id: int, kind: str, *, now: datetime) -> str:
    """Make the token by which a password is chosen once, `INVITATION` or `RESET`.

    Raises NotFound where there is no such account, or it is closed.
    """
    with data.database.scoped(pool, town_id) as conn:
        account = data.accounts.by_id(conn, account_id)
        if account is None or account.disabled_at is not None:
            raise NotFound(field="account_id")
        token = secrets.token_urlsafe(32)
        expires_at = now + LASTING[kind]
        data.accounts.add_link(conn, account_id, token, kind, at=now, expires_at=expires_at)
    return token


def ask_reset(pool: Pool, town_id: int, email: str, *, now: datetime) -> None:
    """Have a link to choose a password sent to an account's address; nothing where there is none.

    The link is made when the letter is written, so that no token waits in the queue.
    """
    with data.database.scoped(pool, town_id) as conn:
        account = data.accounts.by_email(conn, email.strip().lower())
        if account is not None and account.disabled_at is None:
            data.jobs.defer(
                conn,
                "send_account_link",
                town_id=town_id,
                queueing_lock=f"reset:{town_id}:{account.id}",
                account_id=account.id,
                kind=RESET,
            )


def link_owner(pool: Pool, town_id: int, token: str, *, now: datetime) -> Account:
    """Return whose password a link chooses.

    Raises LinkSpent.
    """
    with data.database.scoped(pool, town_id) as conn:
        return _link_owner(conn, token, now)


def _link_owner(conn: Connection[TupleRow], token: str, now: datetime) -> Account:
    account_id = data.accounts.lock_link(conn, token, now=now)
    account = data.accounts.by_id(conn, account_id) if account_id is not None else None
    if account is None or account.disabled_at is not None:
        raise LinkSpent(field="token")
    return account


def choose_password(
    pool: Pool, town_id: int, token: str, password: str, *, now: datetime
) -> Opened:
    """Set the password a link was made for, end every login and link of before, and log in.

    Raises LinkSpent, PasswordUnfit.
    """
    with data.database.scoped(pool, town_id) as conn:
        account = _link_owner(conn, token, now)
        return _set_password(conn, account, password, now)


def change_password(
    pool: Pool,
    town_id: int,
    account_id: int,
    *,
    former: str,
    password: str,
    address: str,
    now: datetime,
) -> Opened:
    """Change a password whose owner says the former one; every other login ends.

    Raises NotFound, LockedOut, LoginRefused, PasswordUnfit.
    """
    with data.database.scoped(pool, town_id) as conn:
        account = data.accounts.by_id(conn, account_id)
        if account is None:
            raise NotFound(field="account_id")
        data.login_failures.lock(conn, account.email)
        _require_patience(conn, account.email, address, now)
        if _verified(data.accounts.password_hash(conn, account_id) or _nobody(), former):
            return _set_password(conn, account, password, now)
        data.login_failures.add(conn, account.email, address, at=now)
    raise LoginRefused(field="former")


def _set_password(
    conn: Connection[TupleRow], account: Account, password: str, now: datetime
) -> Opened:
    check_password(password, email=account.email)
    data.accounts.set_password(conn, account.id, hash_password(password))
    data.accounts.end_links(conn, account.id, at=now)
    data.logins.end_all(conn, account.id)
    data.login_failures.forget(conn, account.email)
    return _opened(conn, account, now)


def change(pool: Pool, town_id: int, account_id: int, wish: NewAccount) -> None:
    """Write what an account is from now on; where its role or subject changes, its logins end.

    Raises NotFound, also where the town has no such shop or vehicle, EmailUnfit, EmailTaken,
    LastAdmin.
    """
    wish = _fit(wish)
    with data.database.scoped(pool, town_id) as conn:
        account = _kept(conn, account_id)
        _require_subject(conn, wish)
        if wish.role is not Role.ADMIN:
            _require_another_admin(conn, account)
        data.accounts.change(conn, account_id, wish)
        if (wish.role, wish.shop_id, wish.vehicle_id) != (
            account.role,
            account.shop_id,
            account.vehicle_id,
        ):
            data.logins.end_all(conn, account_id)


def disable(pool: Pool, town_id: int, account_id: int, *, now: datetime) -> None:
    """Close an account; its logins and links end at once.

    Raises NotFound, LastAdmin.
    """
    with data.database.scoped(pool, town_id) as conn:
        _require_another_admin(conn, _kept(conn, account_id))
        data.accounts.set_disabled(conn, account_id, now)
        data.accounts.end_links(conn, account_id, at=now)
        data.logins.end_all(conn, account_id)


def enable(pool: Pool, town_id: int, account_id: int) -> None:
    """Open a closed account again.

    Raises NotFound.
    """
    with data.database.scoped(pool, town_id) as conn:
        _kept(conn, account_id)
        data.accounts.set_disabled(conn, account_id, None)


def _kept(conn: Connection[TupleRow], account_id: int) -> Account:
    account = data.accounts.by_id(conn, account_id)
    if account is None:
        raise NotFound(field="account_id")
    return account


def _require_another_admin(conn: Connection[TupleRow], account: Account) -> None:
    if account.role is Role.ADMIN and data.accounts.lock_admins(conn) == [account.id]:
        raise LastAdmin(field="role")


def make_day_link(pool: Pool, town_id: int, vehicle_id: int, day: date, *, now: datetime) -> str:
    """Make the token by which phones become a vehicle's courier on a day.

    The vehicle's former links of that day open nothing any more; phones that came in stay.

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
