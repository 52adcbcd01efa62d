"""The demo town, written once per run, and what its file says."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import osmium
import pytest

from data.demo.day import DemoOrder, orders_of_day
from data.demo.town import write_town
from data.demo.trade import ShopPlace, TownPlaces, Trade, trade
from data.streets.osm import read_town
from delivery.addresses import NewAddress

SEED = 2026
FRIDAY = date(2026, 11, 20)
PARIS = "Europe/Paris"
#: What a bike may ride or be pushed along, and so what counts as a street.
NO_STREET = {"footway", "steps", "path"}


@dataclass
class Street:
    nodes: list[int]
    tags: dict[str, str]


@dataclass
class Sheet:
    """The raw file: places and tags of nodes, highways, relations."""

    places: dict[int, tuple[float, float]] = field(default_factory=dict)
    tags: dict[int, dict[str, str]] = field(default_factory=dict)
    highways: dict[int, Street] = field(default_factory=dict)
    others: list[Street] = field(default_factory=list)
    relations: list[tuple[list[tuple[str, int, str]], dict[str, str]]] = field(default_factory=list)

    @property
    def streets(self) -> list[Street]:
        return [way for way in self.highways.values() if way.tags["highway"] not in NO_STREET]

    def degrees(self) -> dict[int, int]:
        count: dict[int, int] = defaultdict(int)
        for way in self.streets:
            for one, other in zip(way.nodes, way.nodes[1:], strict=False):
                count[one] += 1
                count[other] += 1
        return count


@pytest.fixture(scope="session")
def town_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("town") / "town.osm"
    write_town(path, seed=SEED)
    return path


@pytest.fixture(scope="session")
def sheet(town_file: Path) -> Sheet:
    found = Sheet()
    for thing in osmium.FileProcessor(str(town_file)):
        tags = {tag.k: tag.v for tag in thing.tags}
        if thing.is_node():
            found.places[thing.id] = (thing.location.lon, thing.location.lat)
            found.tags[thing.id] = tags
        elif thing.is_way():
            way = Street(nodes=[node.ref for node in thing.nodes], tags=tags)
            if "highway" in tags:
                found.highways[thing.id] = way
            else:
                found.others.append(way)
        else:
            members = [(member.type, member.ref, member.role) for member in thing.members]
            found.relations.append((members, tags))
    return found


@pytest.fixture(scope="session")
def places(town_file: Path) -> TownPlaces:
    town = read_town(town_file)
    doors = tuple(
        NewAddress(
            number=each.number,
            street=each.street,
            postcode=each.postcode,
            city=each.city,
            point=each.point,
        )
        for each in town.addresses
    )
    labels = {door.point.wkt: door.label for door in doors}
    shops = tuple(
        ShopPlace(
            name=each.name,
            trade=each.trade,
            point=each.point,
            opening_hours=each.opening_hours or None,
            address=labels[each.point.wkt],
        )
        for each in town.shops
    )
    return TownPlaces(shops=shops, addresses=doors)


@pytest.fixture(scope="session")
def town_trade(places: TownPlaces) -> Trade:
    return trade(places, seed=SEED)


@pytest.fixture(scope="session")
def orders(town_trade: Trade, places: TownPlaces) -> tuple[DemoOrder, ...]:
    return orders_of_day(town_trade, places, day=FRIDAY, timezone=PARIS, seed=SEED)
