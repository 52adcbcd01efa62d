"""Links by which a password is chosen once: an invitation, or a way back for who forgot it."""

import secrets
from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow

import data.accounts
import data.database
import data.jobs
from api.operations.logins import Opened
from api.operations.passwords import set_password
from data.database import Pool
from delivery import accounts
from delivery.accounts import Account, LinkSpent
from delivery.errors import NotFound

INVITATION, RESET = "invitation", "reset"
LASTING = {INVITATION: accounts.INVITATION_LASTS, RESET: accounts.RESET_LASTS}


def send_link(pool: Pool, town_id: int, account_id: int, kind: str) -> None:
    """Have a link of a kind, `INVITATION` or `RESET`, sent to an account's address.

    Raises NotFound where there is no such account, or it is closed.
    """
    with data.database.scoped(pool, town_id) as conn:
        _defer(conn, town_id, _open_account(conn, account_id), kind)


def make_link(pool: Pool, town_id: int, account_id: int, kind: str, *, now: datetime) -> str:
    """Make the token by which a password is chosen once, `INVITATION` or `RESET`.

    Raises NotFound where there is no such account, or it is closed.
    """
    with data.database.scoped(pool, town_id) as conn:
        _open_account(conn, account_id)
        token = secrets.token_urlsafe(32)
        expires_at = now + LASTING[kind]
        data.accounts.add_link(conn, account_id, token, kind, at=now, expires_at=expires_at)
    return token


def ask_reset(pool: Pool, town_id: int, email: str, *, now: datetime) -> None:
    """Have a link to choose a password sent to an account's address; nothing where there is none.

    The link is made when the letter is written, so that no token waits in the queue. So soon after
    one there is no other: anybody may ask, and could fill a mailbox or spend the link in it.
    """
    since = now - accounts.RESET_PAUSE
    with data.database.scoped(pool, town_id) as conn:
        account = data.accounts.by_email(conn, email.strip().lower())
        if account is None or account.disabled_at is not None:
            return
        if not data.accounts.has_link(conn, account.id, RESET, since=since):
            _defer(conn, town_id, account, RESET)


def _open_account(conn: Connection[TupleRow], account_id: int) -> Account:
    account = data.accounts.by_id(conn, account_id)
    if account is None or account.disabled_at is not None:
        raise NotFound(field="account_id")
    return account


def _defer(conn: Connection[TupleRow], town_id: int, account: Account, kind: str) -> None:
    data.jobs.defer(
        conn,
        "send_account_link",
        town_id=town_id,
        queueing_lock=f"{kind}:{town_id}:{account.id}",
        account_id=account.id,
        kind=kind,
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
        return set_password(conn, account, password, now)
