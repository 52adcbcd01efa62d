"""Rows of accounts, of the links by which passwords are chosen, and of failed logins."""

import hashlib
from datetime import datetime

from psycopg import Connection
from psycopg.errors import UniqueViolation
from psycopg.rows import TupleRow

from delivery.accounts import Account, EmailTaken, NewAccount, Role


def add(
    conn: Connection[TupleRow], account: NewAccount, *, at: datetime, password_hash: str | None
) -> int:
    """Add an account, invited only where there is no password yet; return its id.

    Raises EmailTaken.
    """
    try:
        with conn.transaction():
            row = conn.execute(
                """
                INSERT INTO accounts (email, name, role, shop_id, vehicle_id, password_hash,
                                      created_at)
                     VALUES (%(email)s, %(name)s, %(role)s, %(shop_id)s, %(vehicle_id)s,
                             %(password_hash)s, %(at)s)
                  RETURNING id
                """,
                _values(account) | {"password_hash": password_hash, "at": at},
            ).fetchone()
    except UniqueViolation as error:
        if error.diag.constraint_name == "account_email_once":
            raise EmailTaken(field="email", email=account.email) from error
        raise
    assert row is not None
    return int(row[0])


def _values(account: NewAccount) -> dict[str, object]:
    return {
        "email": account.email,
        "name": account.name,
        "role": account.role.value,
        "shop_id": account.shop_id,
        "vehicle_id": account.vehicle_id,
    }


def change(conn: Connection[TupleRow], account_id: int, account: NewAccount) -> None:
    """Write what an account is from now on.

    Raises EmailTaken.
    """
    try:
        with conn.transaction():
            conn.execute(
                """
                UPDATE accounts
                   SET email = %(email)s, name = %(name)s, role = %(role)s,
                       shop_id = %(shop_id)s, vehicle_id = %(vehicle_id)s
                 WHERE id = %(id)s
                """,
                _values(account) | {"id": account_id},
            )
    except UniqueViolation as error:
        if error.diag.constraint_name == "account_email_once":
            raise EmailTaken(field="email", email=account.email) from error
        raise


def listed(
    conn: Connection[TupleRow], *, account_id: int | None = None, email: str | None = None
) -> list[Account]:
    """Return accounts by role then name, narrowed by id or e-mail address."""
    rows = conn.execute(
        """
        SELECT id, email, name, role, shop_id, vehicle_id, password_hash IS NOT NULL, created_at,
               disabled_at
          FROM accounts
         WHERE (%(id)s::bigint IS NULL OR id = %(id)s)
           AND (%(email)s::text IS NULL OR email = %(email)s)
         ORDER BY role, name, id
        """,
        {"id": account_id, "email": email},
    ).fetchall()
    return [_account(row) for row in rows]


def _account(row: TupleRow) -> Account:
    id_, email, name, role, shop_id, vehicle_id, has_password, created_at, disabled_at = row
    return Account(
        id=id_,
        email=email,
        name=name,
        role=Role(role),
        shop_id=shop_id,
        vehicle_id=vehicle_id,
        has_password=has_password,
        created_at=created_at,
        disabled_at=disabled_at,
    )


def by_id(conn: Connection[TupleRow], account_id: int) -> Account | None:
    """Return one account, or None when the town has no such account."""
    found = listed(conn, account_id=account_id)
    return found[0] if found else None


def by_email(conn: Connection[TupleRow], email: str) -> Account | None:
    """Return the account of an e-mail address, or None when the town has none."""
    found = listed(conn, email=email)
    return found[0] if found else None


def password_hash(conn: Connection[TupleRow], account_id: int) -> str | None:
    """Return the hash of the account's password; None while it is invited only."""
    row = conn.execute(
        "SELECT password_hash FROM accounts WHERE id = %(id)s", {"id": account_id}
    ).fetchone()
    return None if row is None else row[0]


def set_password(conn: Connection[TupleRow], account_id: int, password_hash: str) -> None:
    """Write the hash of a new password."""
    conn.execute(
        "UPDATE accounts SET password_hash = %(hash)s WHERE id = %(id)s",
        {"hash": password_hash, "id": account_id},
    )


def set_disabled(conn: Connection[TupleRow], account_id: int, at: datetime | None) -> None:
    """Close an account at a moment, or open it again."""
    conn.execute(
        "UPDATE accounts SET disabled_at = %(at)s WHERE id = %(id)s",
        {"at": at, "id": account_id},
    )


def lock_admins(conn: Connection[TupleRow]) -> list[int]:
    """Hold the accounts that may administer the town and return their ids."""
    rows = conn.execute(
        """
        SELECT id
          FROM accounts
         WHERE role = 'admin'
           AND disabled_at IS NULL
         ORDER BY id
           FOR UPDATE
        """
    ).fetchall()
    return [int(id_) for (id_,) in rows]


def add_link(
    conn: Connection[TupleRow],
    account_id: int,
    token: str,
    kind: str,
    *,
    at: datetime,
    expires_at: datetime,
) -> None:
    """Keep the hash of a link's token; links made before of the same kind end."""
    conn.execute(
        """
        UPDATE account_links
           SET used_at = %(at)s
         WHERE account_id = %(account_id)s
           AND kind = %(kind)s
           AND used_at IS NULL
        """,
        {"at": at, "account_id": account_id, "kind": kind},
    )
    conn.execute(
        """
        INSERT INTO account_links (token_sha256, account_id, kind, created_at, expires_at)
             VALUES (%(token)s, %(account_id)s, %(kind)s, %(at)s, %(expires_at)s)
        """,
        {
            "token": hashed(token),
            "account_id": account_id,
            "kind": kind,
            "at": at,
            "expires_at": expires_at,
        },
    )


def has_link(conn: Connection[TupleRow], account_id: int, kind: str, *, since: datetime) -> bool:
    """Tell whether an account was given a link of a kind since a moment that was not used yet."""
    found = conn.execute(
        """
        SELECT 1
          FROM account_links
         WHERE account_id = %(account_id)s
           AND kind = %(kind)s
           AND used_at IS NULL
           AND created_at > %(since)s
         LIMIT 1
        """,
        {"account_id": account_id, "kind": kind, "since": since},
    ).fetchone()
    return found is not None


def lock_link(conn: Connection[TupleRow], token: str, *, now: datetime) -> int | None:
    """Hold a link that still holds and return its account's id; None for any other token."""
    row = conn.execute(
        """
        SELECT account_id
          FROM account_links
         WHERE token_sha256 = %(token)s
           AND used_at IS NULL
           AND expires_at > %(now)s
           FOR UPDATE
        """,
        {"token": hashed(token), "now": now},
    ).fetchone()
    return None if row is None else int(row[0])


def end_links(conn: Connection[TupleRow], account_id: int, *, at: datetime) -> None:
    """End every link of an account: once a password is chosen none opens it any more."""
    conn.execute(
        """
        UPDATE account_links
           SET used_at = %(at)s
         WHERE account_id = %(account_id)s
           AND used_at IS NULL
        """,
        {"at": at, "account_id": account_id},
    )


def hashed(token: str) -> bytes:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).digest()
