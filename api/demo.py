"""A whole day of a town in its own fresh database: from the map to the statement."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import uvicorn

import api.demo_accounts
import api.demo_day
import api.living_day
import api.operations.subsidies
import api.operations.towns
import data.database
import data.demo.day
import data.demo.seeding
import data.demo.town
import data.demo.trade
import data.migrate
from api.app import create_app
from api.demo_accounts import DEMO_PASSWORD
from api.demo_day import Played
from api.demo_stage import SimulatedClock, Stage
from api.deps import StreetsOf
from api.operations.towns import ImportedTown, TownNameUnfit
from api.progress import Steps
from api.settings import Settings
from data.database import Database, Pool
from data.demo.names import TOWN
from data.demo.programme import VOTED_CENTS
from data.demo.trade import TownPlaces, Trade
from delivery.day import Day
from delivery.errors import Refusal

TIMEZONE = "Europe/Paris"
SEED = 1
FRIDAY = 4
DATABASES = "colporteur_demo_"
START_TIMEOUT_S = 30


class PortTaken(Refusal):
    """Another program has the port, or nobody may. Parameters: port."""

    code = "port_taken"


def run(
    settings: Settings,
    *,
    osm_file: Path | None,
    export_to: Path | None,
    port: int,
    once: bool,
    today: date,
    seed: int = SEED,
) -> Iterator[dict[str, object]]:
    """Play the demo; yield its summary, then serve until interrupted unless `once`.

    Raises PortTaken before any work, NotOsm, NoStreet where the file cannot be used.
    """
    started = time.perf_counter()
    steps = Steps()
    day = Day(date=demo_day(today), timezone=ZoneInfo(TIMEZONE))
    clock = SimulatedClock(moment=day.starts_at - timedelta(days=7))
    with (
        _listening(0 if once else port) as door,
        _fresh_database(settings, steps) as database,
        closing(data.database.open_pool(database.application_url)) as pool,
    ):
        imported = _import(settings, pool, osm_file, steps, seed)
        places, trade = _settle(pool, imported, day, clock(), seed)
        orders = data.demo.day.orders_of_day(
            trade, places, day=day.date, timezone=TIMEZONE, seed=seed
        )
        app_settings = settings.model_copy(
            update={"database_url": database.application_url, "demo": True}
        )
        with _served(app_settings, clock, door) as (url, streets_of):
            stage = Stage(
                pool=pool,
                town_id=imported.town.id,
                day=day,
                client=httpx.Client(base_url=url, timeout=60),
                clock=clock,
                streets=streets_of(imported.town.id),
                steps=steps,
                seed=seed,
            )
            played = api.demo_day.play(stage, orders)
            rounds = api.demo_day.export(
                stage, played, export_to or settings.home / "demo" / "export"
            )
            steps.say(f"Tournées en GeoJSON : {rounds}")
            yield _summary(played, imported, day, time.perf_counter() - started)
            if not once:
                present = replace(day, date=api.living_day.living_day(today))
                api.living_day.play(replace(stage, day=present, seed=seed + 1), trade, places)
                clock.run_on()
                _show_doors(steps, f"{url}/t/{imported.town.slug}/connexion")
                _wait()
            stage.client.close()


def demo_day(today: date) -> date:
    """Return the last Friday of the month before: that month is over and can be closed."""
    last = today.replace(day=1) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - FRIDAY) % 7)


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    """Take a port of this machine; 0 is any."""
    # Named as TCP, so that asyncio sends answers at once: else each waits forty milliseconds.
    with socket.socket(proto=socket.IPPROTO_TCP) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(("127.0.0.1", port))
            door.listen()
        except (OSError, OverflowError) as error:
            raise PortTaken(field="port", port=port) from error
        yield door


@contextmanager
def _fresh_database(settings: Settings, steps: Steps) -> Iterator[Database]:
    """Make a database of the demo's own, which it drops at its end."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        with steps.step("Base de données neuve"):
            database = stack.enter_context(data.database.fresh_database(settings.home, DATABASES))
            data.migrate.migrate(database)
        yield database


def _import(
    settings: Settings, pool: Pool, osm_file: Path | None, steps: Steps, seed: int
) -> ImportedTown:
    is_fictional = osm_file is None
    name = name_of(osm_file) if osm_file else TOWN
    if osm_file is None:
        osm_file = settings.home / "demo" / f"town-{seed}.osm"
        osm_file.parent.mkdir(parents=True, exist_ok=True)
        with steps.step(f"Ville fictive : {name}"):
            data.demo.town.write_town(osm_file, seed=seed)
    with steps.step(f"Rues de {name}") as update:
        imported = api.operations.towns.import_town(
            pool, settings.home, osm_file, name=name, timezone=TIMEZONE, fictional=is_fictional
        )
        found = imported.map
        update(f"{len(found.addresses)} adresses, {len(found.shops)} boutiques sur la carte")
    return imported


def name_of(osm_file: Path) -> str:
    """Name a town after its file, where that makes a web address."""
    name = osm_file.name.split(".")[0].title()
    try:
        api.operations.towns.slug(name)
    except TownNameUnfit:
        return "Ville"
    return name


def _settle(
    pool: Pool, imported: ImportedTown, day: Day, now: datetime, seed: int
) -> tuple[TownPlaces, Trade]:
    addresses = api.operations.towns.addresses(imported.map)
    places = data.demo.seeding.places(imported.map, addresses)
    trade = data.demo.trade.trade(places, seed=seed)
    with data.database.scoped(pool, imported.town.id) as conn:
        programme_id = data.demo.seeding.seed(conn, trade, day=day.date, timezone=TIMEZONE)
        api.operations.subsidies.vote(conn, programme_id, day.date.year, VOTED_CENTS, now)
    return places, trade


@contextmanager
def _served(
    settings: Settings, clock: SimulatedClock, door: socket.socket
) -> Iterator[tuple[str, StreetsOf]]:
    """Serve the application at a door in a thread of its own."""
    app = create_app(settings, clock=clock, worker=True)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    host, port = door.getsockname()
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [door]}, name="demo server", daemon=True
    )
    thread.start()
    deadline = time.monotonic() + START_TIMEOUT_S
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise OSError(f"the demo's server did not start on port {port}")
        time.sleep(0.02)
    try:
        yield f"http://{host}:{port}", app.state.streets_of
    finally:
        server.should_exit = True
        thread.join(timeout=10)


def _show_doors(steps: Steps, address: str) -> None:
    """Tell where to log in, and as whom."""
    steps.say(f"\nMot de passe de chaque compte : [bold]{DEMO_PASSWORD}[/bold]")
    steps.say(api.demo_accounts.table())
    steps.say(f"\nPage de connexion : [bold]{address}[/bold]  (Ctrl-C pour arrêter)")


def _wait() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return


def _summary(played: Played, imported: ImportedTown, day: Day, seconds: float) -> dict[str, object]:
    figures = played.sheet.figures
    return {
        "town": imported.town.name,
        "day": day.date.isoformat(),
        "orders": figures.orders,
        "deliveries": figures.deliveries,
        "saved_drops": figures.saved_drops,
        "unserved": figures.unserved,
        "failed": figures.failed,
        "rounds": figures.rounds,
        "km": round(figures.distance_m / 1000, 1),
        "hours": round(figures.duration_s / 3600, 2),
        "on_time_share": round(figures.on_time / figures.done, 4) if figures.done else 1.0,
        "cost_cents": figures.cost_millicents // 1000,
        "faults": played.faults,
        "statement_lines": played.statement.lines,
        "statement_total_cents": played.statement.gross_cents,
        "envelope_spent_cents": played.envelope.service_fait_cents,
        "envelope_left_cents": played.envelope.left_cents,
        "seconds": round(seconds, 1),
    }
