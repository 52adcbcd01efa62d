"""The town whose streets and doors benchmarks ride on: the demo's, or a real extract."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import api.operations.towns
import data.demo.seeding
import data.demo.town
import data.streets.build
import data.streets.osm
from data.demo.trade import TownPlaces
from data.streets.engine import StreetProcesses

#: The fictional town is the demo's own.
TOWN_SEED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchTown:
    """A town's name, what its map offers, and its streets."""

    name: str
    places: TownPlaces
    streets: StreetProcesses


@contextmanager
def opened(osm_file: Path | None, home: Path) -> Iterator[BenchTown]:
    """Open the streets of an extract, or of the demo's town, keeping its datasets under `home`.

    Raises NotOsm, NoStreet where the file cannot be used, ValueError where it has no addresses.
    """
    file = osm_file or _demo_town(home)
    name = "demo" if osm_file is None else osm_file.name.split(".")[0]
    town_map = data.streets.osm.read_town(file)
    addresses = api.operations.towns.addresses(town_map)
    places = data.demo.seeding.places(town_map, addresses)
    with StreetProcesses(data.streets.build.build_all(file, home)) as streets:
        yield BenchTown(name=name, places=places, streets=streets)


def _demo_town(home: Path) -> Path:
    """Write the fictional town; whoever reads it meanwhile has the whole file before or after."""
    file = home / "bench" / f"town-{TOWN_SEED}.osm"
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent) as scratch:
        written = Path(scratch) / file.name
        data.demo.town.write_town(written, seed=TOWN_SEED)
        written.replace(file)
    return file
