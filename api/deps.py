"""What endpoints are given: the pool, the clock, and who is asking."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import Depends, Path, Request, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AwareDatetime, Field

import data.database
import data.keys
from api.access import Access, access
from api.errors import KeyMissing, KeyUnfit
from data.keys import Key
from routing.streets import Streets

type Clock = Callable[[], datetime]

_bearer = HTTPBearer(auto_error=False, description="Clé Colporteur (colporteur key add)")


def system_clock() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


def _pool(request: Request) -> data.database.Pool:
    pool: data.database.Pool = request.app.state.pool
    return pool


def _now(request: Request) -> datetime:
    clock: Clock = request.app.state.clock
    return clock()


#: Moments and days we believe: within what PostgreSQL and Python both hold, in every time zone.
Moment = Annotated[
    AwareDatetime,
    Field(ge=datetime(1970, 1, 1, tzinfo=UTC), le=datetime(2099, 12, 31, tzinfo=UTC)),
]
Date = Annotated[date, Field(ge=date(1970, 1, 2), le=date(2099, 12, 30))]
#: A row's id: what PostgreSQL's bigint can hold, so that no larger number reaches it.
Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
Pool = Annotated[data.database.Pool, Depends(_pool)]
Now = Annotated[datetime, Depends(_now)]


def _key(
    pool: Pool,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> Key:
    if credentials is None:
        raise KeyMissing(field="Authorization")
    with pool.connection() as conn:
        key = data.keys.find(conn, credentials.credentials)
    if key is None:
        raise KeyMissing(field="Authorization")
    return key


def _allowed(request: Request, key: Annotated[Key, Depends(_key)]) -> Key:
    """Let only keys pass whose role the table of routes names."""
    needed = access_of(request).roles
    if key.role not in needed:
        raise KeyUnfit(field="Authorization", role=key.role, needed=sorted(needed))
    return key


#: A program's key, of a role that may call the route.
ApiKey = Annotated[Key, Depends(_allowed)]


def access_of(request: Request) -> Access:
    """Return what the table of routes says of the route that was asked for."""
    route: APIRoute = request.scope["route"]
    return access(request.method, route.path)


def subject(key: Key) -> int:
    """Return whose key it is; the database holds that such keys have a subject."""
    if key.subject_id is None:
        raise ValueError(f"a {key.role} key has no subject")
    return key.subject_id


type StreetsOf = Callable[[int], Streets]


def _streets(request: Request) -> StreetsOf:
    streets_of: StreetsOf = request.app.state.streets_of
    return streets_of


TownStreets = Annotated[StreetsOf, Depends(_streets)]
