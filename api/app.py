"""The web application: API, pages, and what they share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

from fastapi import FastAPI

import api.channels
import api.couriers
import api.dispatch
import api.drive
import api.errors
import api.logs
import api.pages.day
import api.pages.entry
import api.pages.frame
import api.pages.public
import api.shops
import api.slots
import data.database
import data.migrate
from api.cookies import FreshTokens
from api.deps import Clock, system_clock
from api.operations.towns import TownStreets
from api.security import SecurityHeaders
from api.settings import Settings

#: The pages people open, a module each.
DOORS = (
    api.pages.public,
    api.pages.entry,
    api.pages.day,
)


def create_app(settings: Settings, *, clock: Clock = system_clock) -> FastAPI:
    """Make the application; database and street processes open when it starts.

    `clock` gives the present moment; the demo lives through a day faster than the sun.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database = settings.database()
        with closing(data.database.open_pool(database.application_url)) as pool:
            with pool.connection() as conn:
                data.migrate.check(conn)
            with closing(TownStreets(pool, settings.home)) as streets:
                app.state.pool = pool
                app.state.streets_of = streets.of
                yield

    app = FastAPI(title="Colporteur", version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.settings = settings
    app.state.clock = clock
    api.errors.install(app)
    api.pages.frame.install(app)
    for part in (api.channels, api.slots, api.shops, api.couriers, api.drive, api.dispatch):
        app.include_router(part.router, responses=api.errors.PROBLEMS)
    for door in DOORS:
        app.include_router(door.router)
    app.add_middleware(FreshTokens)
    app.add_middleware(SecurityHeaders)
    return app
