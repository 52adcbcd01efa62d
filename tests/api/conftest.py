"""The small town in a database of the test's own, its streets, and the API in front of it."""

import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

import data.streets.build
from api.app import create_app
from api.settings import Settings
from data.database import Database, Pool
from data.streets.engine import StreetProcesses
from tests import builders
from tests.small_town import Town, a_small_town
from tests.two_towns import World, two_towns

with warnings.catch_warnings():
    # Starlette would rather have httpx2, which nothing else of ours needs yet.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient


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
