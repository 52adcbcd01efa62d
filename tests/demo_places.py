"""The demo's town for tests that need a whole one: its streets are built once a machine."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import api.operations.imports
import api.operations.subsidies
import api.operations.towns
import data.database
import data.demo.csv_rows
import data.demo.day
import data.demo.seeding
import data.demo.town
import data.demo.trade
from api.operations.towns import ImportedTown
from data.database import Pool
from data.demo.day import DemoOrder
from data.demo.trade import TownPlaces, Trade
from delivery.day import Day

TIMEZONE = "Europe/Paris"
SEED = 1
#: A Friday.
DAY = Day(date=date(2026, 11, 20), timezone=ZoneInfo(TIMEZONE))
EVE = DAY.starts_at - timedelta(hours=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoTown:
    """The demo's town in a database, and the orders of its day, not yet taken."""

    imported: ImportedTown
    places: TownPlaces
    trade: Trade
    orders: tuple[DemoOrder, ...]

    @property
    def id(self) -> int:
        return self.imported.town.id


def demo_town(pool: Pool, home: Path, *, orders: int = 60) -> DemoTown:
    """Import the fictional town and write its trade."""
    osm_file = home / f"demo-town-{SEED}.osm"
    if not osm_file.exists():
        data.demo.town.write_town(osm_file.with_suffix(".partial"), seed=SEED)
        osm_file.with_suffix(".partial").rename(osm_file)
    imported = api.operations.towns.import_town(
        pool, home, osm_file, name="Port-Lannec", fictional=True
    )
    addresses = api.operations.towns.addresses(imported.map)
    places = data.demo.seeding.places(imported.map, addresses)
    trade = data.demo.trade.trade(places, seed=SEED)
    with data.database.scoped(pool, imported.town.id) as conn:
        programme_id = data.demo.seeding.seed(conn, trade, day=DAY.date, timezone=TIMEZONE)
        voted_at = datetime(2026, 1, 2, tzinfo=UTC)
        api.operations.subsidies.vote(conn, programme_id, DAY.date.year, 5_000_000, voted_at)
    day_orders = data.demo.day.orders_of_day(
        trade, places, day=DAY.date, timezone=TIMEZONE, seed=SEED, orders=orders
    )
    return DemoTown(imported=imported, places=places, trade=trade, orders=day_orders)


def take_orders(pool: Pool, town: DemoTown) -> None:
    """Take the day's orders as one file."""
    text = data.demo.csv_rows.csv_text(town.orders, timezone=TIMEZONE)
    report = api.operations.imports.import_csv(
        pool, town.id, text.encode(), channel="papier", streets=None, now=EVE
    )
    refused = {fault.code for fault in report.faults}
    assert refused <= {"residual_refused"}, report.faults
