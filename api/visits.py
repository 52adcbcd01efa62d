"""Who is at a page: the town of its address, the login of its cookie, what the table lets them do.

A page's POST is believed only when it comes from a page of ours: the browser says so, and a
login's own token stands in the form.
"""

import re
import secrets
from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

import api.cookies
import api.operations.logins
import data.database
import data.towns
from api.deps import Now, Pool, access_of
from api.pages.forms import Fields
from data.logins import KeptLogin
from data.towns import Town
from delivery.accounts import Role

SLUG = re.compile(r"[a-z0-9-]{1,100}")
SAFE = {"GET", "HEAD", "OPTIONS"}


class NoPage(Exception):
    """There is nothing at this address, or nothing that may be looked at."""

    def __init__(self, code: str) -> None:
        """Name the sentence that says so."""
        super().__init__(code)
        self.code = code


class NotLoggedIn(Exception):
    """Nobody is logged in, or no longer."""


class DoorClosed(Exception):
    """The page is for other roles."""


class ForeignRequest(Exception):
    """A form did not come from a page of ours, or from one that is too old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """The town whose pages are looked at."""

    town: Town

    @property
    def timezone(self) -> ZoneInfo:
        """The town's clocks."""
        return ZoneInfo(self.town.timezone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Login(Visited):
    """Somebody who is logged in; `account_id` is None for a phone that is a courier for a day."""

    role: Role
    name: str
    account_id: int | None
    shop_id: int | None
    vehicle_id: int | None
    csrf: str

    @property
    def shop(self) -> int:
        """The shop of a shop's login."""
        if self.shop_id is None:
            raise ValueError(f"a {self.role.value} has no shop")
        return self.shop_id

    @property
    def vehicle(self) -> int:
        """The vehicle of a courier's login."""
        if self.vehicle_id is None:
            raise ValueError(f"a {self.role.value} has no vehicle")
        return self.vehicle_id

    @property
    def actor(self) -> str:
        """How events name who took a step, without a person's name."""
        return self.role.value if self.account_id is None else f"account:{self.account_id}"


def _visit(request: Request, slug: str, pool: Pool) -> Visited:
    with pool.connection() as conn:
        town = data.towns.by_slug(conn, slug) if SLUG.fullmatch(slug) else None
    if town is None:
        raise NoPage("page_no_town")
    if request.method not in SAFE and not _is_ours(request):
        raise ForeignRequest
    request.state.town = town
    return Visited(town=town)


def _is_ours(request: Request) -> bool:
    """Believe what browsers say of where a request comes from; programs say nothing."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    host = request.headers.get("host", "")
    return origin is None or (host != "" and origin.partition("://")[2] == host)


#: The town of the page's address, whoever looks.
Visit = Annotated[Visited, Depends(_visit)]


def _found(request: Request, visit: Visit, pool: Pool, now: Now) -> Login | None:
    token = request.cookies.get(api.cookies.NAME)
    if not token:
        return None
    with data.database.scoped(pool, visit.town.id) as conn:
        resumed = api.operations.logins.resume(conn, token, now=now)
    if resumed is None:
        return None
    kept, fresh = resumed
    if fresh is not None:
        request.state.fresh_cookie = api.cookies.header(request, fresh, now=now)
    login = _login(visit.town, kept)
    request.state.login = login
    return login


def _login(town: Town, kept: KeptLogin) -> Login:
    return Login(
        town=town,
        role=Role(kept.role),
        name=kept.name,
        account_id=kept.account_id,
        shop_id=kept.shop_id,
        vehicle_id=kept.vehicle_id,
        csrf=kept.csrf,
    )


#: Whoever is logged in, if anybody is.
MaybeLogin = Annotated[Login | None, Depends(_found)]


def _allowed(request: Request, login: MaybeLogin, fields: Fields) -> Login:
    """Let only those pass whom the table of routes names, with their own form."""
    if login is None:
        raise NotLoggedIn
    if login.role.value not in access_of(request).roles:
        raise DoorClosed
    if request.method not in SAFE:
        token = request.headers.get("x-csrf-token") or fields.get("csrf")
        if not secrets.compare_digest(token.encode(), login.csrf.encode()):
            raise ForeignRequest
    return login


#: Somebody logged in, of a role that may call the route.
LoggedIn = Annotated[Login, Depends(_allowed)]
