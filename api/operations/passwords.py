"""Passwords: kept as argon2id hashes, asked for with patience, changed by who knows them."""

import secrets
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from psycopg import Connection
from psycopg.rows import TupleRow

import data.accounts
import data.database
import data.login_failures
import data.logins
from api.operations.logins import Opened, open_login
from data.database import Pool
from delivery import accounts
from delivery.accounts import Account, LockedOut, LoginRefused, check_password
from delivery.errors import NotFound


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
    email, address = email.strip().lower()[:254], accounts.network(address)
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
            return open_login(conn, account, now)
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
    address = accounts.network(address)
    with data.database.scoped(pool, town_id) as conn:
        account = data.accounts.by_id(conn, account_id)
        if account is None:
            raise NotFound(field="account_id")
        data.login_failures.lock(conn, account.email)
        _require_patience(conn, account.email, address, now)
        if _verified(data.accounts.password_hash(conn, account_id) or _nobody(), former):
            return set_password(conn, account, password, now)
        data.login_failures.add(conn, account.email, address, at=now)
    raise LoginRefused(field="former")


def set_password(
    conn: Connection[TupleRow], account: Account, password: str, now: datetime
) -> Opened:
    """Set a password, end every login and link of before, and log its owner in.

    Raises PasswordUnfit.
    """
    check_password(password, email=account.email)
    data.accounts.set_password(conn, account.id, hash_password(password))
    data.accounts.end_links(conn, account.id, at=now)
    data.logins.end_all(conn, account.id)
    data.login_failures.forget(conn, account.email)
    return open_login(conn, account, now)
