"""Log in without typing: a login of any role, as a cookie for a client or a browser."""

import re
import secrets
from datetime import datetime, timedelta
from typing import Any

import data.accounts
import data.logins
from api import cookies
from data.database import Pool, scoped
from delivery.accounts import NewAccount, Role

CSRF = re.compile(r'name="csrf" value="([^"]+)"')


def cookie(
    pool: Pool,
    town_id: int,
    role: Role,
    *,
    now: datetime,
    shop_id: int | None = None,
    vehicle_id: int | None = None,
    name: str = "",
) -> dict[str, str]:
    """Make an account of the role and log it in; return its cookies."""
    token = secrets.token_urlsafe(32)
    account = NewAccount(
        email=f"{role.value}-{secrets.token_hex(4)}@essai.example",
        name=name or f"Compte {role.value}",
        role=role,
        shop_id=shop_id,
        vehicle_id=vehicle_id,
    )
    with scoped(pool, town_id) as conn:
        account_id = data.accounts.add(conn, account, at=now, password_hash=None)
        data.logins.add(
            conn,
            token,
            csrf_of({cookies.NAME: token}),
            account_id=account_id,
            at=now,
            expires_at=now + timedelta(days=30),
        )
    return {cookies.NAME: token}


def csrf_of(kept: dict[str, str]) -> str:
    """Return the token that the forms of a login made by `cookie` carry."""
    return kept[cookies.NAME][::-1]


def add(context: Any, url: str, town_slug: str, kept: dict[str, str]) -> None:
    """Give a Playwright context the cookies of a login."""
    host = url.split("://")[1].split(":")[0]
    context.add_cookies(
        [
            {"name": name, "value": value, "domain": host, "path": f"/t/{town_slug}"}
            for name, value in kept.items()
        ]
    )


def csrf(client: Any, path: str) -> str:
    """Return the token that stands in a page's forms."""
    found = CSRF.search(client.get(path).text)
    assert found is not None, f"{path} has no form"
    return found[1]
