"""The web application: API, pages, and what they share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, nullcontext

from fastapi import FastAPI

import api.channels
import api.couriers
import api.dispatch
import api.drive
import api.errors
import api.logs
import api.pages.admin
import api.pages.admin_accounts
import api.pages.admin_fleet
import api.pages.admin_keys
import api.pages.admin_shops
import api.pages.admin_slots
import api.pages.admin_town
import api.pages.courier
import api.pages.courier_stop
import api.pages.day
import api.pages.dispatch
import api.pages.dispatch_deliveries
import api.pages.dispatch_links
import api.pages.dispatch_moves
import api.pages.entry
import api.pages.frame
import api.pages.hub
import api.pages.hub_delivery
import api.pages.labels
import api.pages.mairie
import api.pages.mairie_files
import api.pages.mairie_line
import api.pages.public
import api.pages.recipient
import api.pages.shop
import api.pages.shop_amendment
import api.pages.shop_entry
import api.pages.shop_order
import api.shops
import api.slots
import api.worker
import data.database
import data.migrate
from api.cookies import FreshTokens
from api.deps import Clock, system_clock
from api.operations.towns import TownStreets
from api.security import BodyLimit, SecurityHeaders
from api.settings import Settings
from api.worker import Tools

#: The pages people open, a module each.
DOORS = (
    api.pages.public,
    api.pages.entry,
    api.pages.day,
    api.pages.dispatch,
    api.pages.dispatch_moves,
    api.pages.dispatch_deliveries,
    api.pages.dispatch_links,
    api.pages.hub,
    api.pages.hub_delivery,
    api.pages.labels,
    api.pages.shop,
    api.pages.shop_entry,
    api.pages.shop_amendment,
    api.pages.shop_order,
    api.pages.courier,
    api.pages.courier_stop,
    api.pages.recipient,
    api.pages.mairie,
    api.pages.mairie_files,
    api.pages.mairie_line,
    api.pages.admin,
    api.pages.admin_town,
    api.pages.admin_shops,
    api.pages.admin_fleet,
    api.pages.admin_slots,
    api.pages.admin_accounts,
    api.pages.admin_keys,
)


def create_app(
    settings: Settings, *, clock: Clock = system_clock, worker: bool | None = None
) -> FastAPI:
    """Make the application; database and street processes open when it starts.

    `clock` gives the present moment; the demo lives through a day faster than the sun. `worker`
    says whether background jobs run beside it: where nobody says, on the embedded database only.
    """
    has_worker = settings.database_url is None if worker is None else worker

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database = settings.database()
        with closing(data.database.open_pool(database.application_url)) as pool:
            with pool.connection() as conn:
                data.migrate.check(conn)
            with closing(TownStreets(pool, settings.home)) as streets:
                app.state.pool = pool
                app.state.streets_of = streets.of
                tools = Tools(
                    settings=settings,
                    pool=pool,
                    streets_of=lambda town_id: app.state.streets_of(town_id),
                    clock=clock,
                )
                url = database.application_url
                async with api.worker.working(url, tools) if has_worker else nullcontext():
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
    app.add_middleware(BodyLimit)
    return app
