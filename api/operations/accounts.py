"""Accounts: who may enter the town, invited, changed, closed and opened again."""

from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow

import data.accounts
import data.database
import data.fleet
import data.logins
import data.shops
from data.database import Pool
from delivery import accounts
from delivery.accounts import Account, LastAdmin, NewAccount, Role
from delivery.errors import NotFound


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


def change(pool: Pool, town_id: int, account_id: int, wish: NewAccount, *, now: datetime) -> None:
    """Write what an account is from now on; where its role or subject changes, its logins end.

    Links that went to another e-mail address open nothing any more.

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
        if wish.email != account.email:
            data.accounts.end_links(conn, account_id, at=now)


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
