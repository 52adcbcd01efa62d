"""The small town in a database of the test's own, its streets, and the API in front of it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import data.streets.build
from api.app import create_app
from api.settings import Settings
from data.database import Database, Pool
from data.streets.engine import StreetProcesses
from delivery.accounts import Role
from tests import builders, closed_month
from tests.api.client import TestClient
from tests.api.dispatch_desk import Dispatcher
from tests.api.shop_counter import Counter, Door, door_of
from tests.api.town_hall import open_client
from tests.closed_month import Closed
from tests.small_town import Town, a_small_town
from tests.two_towns import World, two_towns


@pytest.fixture
def town(pool: Pool) -> Town:
    """Three shops (one brings its parcels), forty doors, slots, a hub with a drive, two bikes."""
    return a_small_town(pool)


@pytest.fixture(scope="session")
def streets(test_home: Path) -> Iterator[StreetProcesses]:
    """The town's streets, answered by OSRM; built once and kept between runs."""
    file = test_home / "small-town.osm"
    text = builders.streets_xml()
    if not file.exists() or file.read_text() != text:
        partial = file.with_suffix(f".{os.getpid()}")
        partial.write_text(text)
        partial.rename(file)
    with StreetProcesses(data.streets.build.build_all(file, test_home)) as processes:
        yield processes


@pytest.fixture
def client(
    town: Town, streets: StreetProcesses, database: Database, test_home: Path
) -> Iterator[TestClient]:
    """The application on the test's database, its clock the town's."""
    settings = Settings(home=test_home, DATABASE_URL=database.application_url)  # type: ignore[call-arg]
    app = create_app(settings, clock=town.clock)
    with TestClient(app) as opened:
        app.state.streets_of = lambda town_id: streets
        yield opened


@pytest.fixture
def world(town: Town, client: TestClient, streets: StreetProcesses) -> World:
    """Two towns, each with a day under way, and the API in front of them."""
    return two_towns(town, client, streets)


@pytest.fixture
def desk(client: TestClient, town: Town) -> Dispatcher:
    """Somebody at the dispatcher's desk."""
    client.base_url = client.base_url.copy_with(scheme="http", host="127.0.0.1")
    return Dispatcher(client, town)


@pytest.fixture
def door(client: TestClient, town: Town) -> Door:
    """The browser of any shop."""
    client.base_url = client.base_url.copy_with(host="127.0.0.1")
    return door_of(client, town)


@pytest.fixture
def counter(door: Door) -> Counter:
    """The browser of the cheese shop."""
    return door()


@pytest.fixture
def closed(pool: Pool, town_id: int) -> Closed:
    """A town and its statement of November."""
    return closed_month.close_november(pool, town_id)


@pytest.fixture
def clerk(
    closed: Closed, database: Database, pool: Pool, town_id: int, tmp_path: Path
) -> Iterator[TestClient]:
    """The town hall's browser, on a month that is closed."""
    with open_client(database, tmp_path, pool, town_id, Role.MAIRIE) as opened:
        yield opened
