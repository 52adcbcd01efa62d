"""Bring a town in: its streets, its doors, and where its files are kept."""

import hashlib
import shutil
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import data.addresses
import data.database
import data.streets.basemap
import data.streets.build
import data.streets.osm
import data.towns
from data.database import Pool
from data.streets.engine import StreetProcesses
from data.streets.osm import TownMap
from data.towns import NewTown, Town
from delivery.addresses import NewAddress
from delivery.errors import NotFound

type Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedTown:
    """A town as its file gave it."""

    town: Town
    map: TownMap
    new_addresses: int


def import_town(
    pool: Pool,
    home: Path,
    osm_file: Path,
    *,
    name: str,
    timezone: str = "Europe/Paris",
    fictional: bool = False,
    say: Say = lambda text: None,
) -> ImportedTown:
    """Read an OpenStreetMap file, build its street datasets, keep it, and know its doors.

    The town is written last and in one transaction: a file that cannot be used changes nothing.

    Raises NotOsm, NoStreet.
    """
    say("read_map")
    town_map = data.streets.osm.read_town(osm_file)
    kept = _keep(home, osm_file)
    say("build_streets")
    data.streets.build.build_all(kept, home)
    data.streets.basemap.write_basemap(town_map, kept.parent)
    say("write_town")
    new = NewTown(
        slug=slug(name),
        name=name,
        timezone=timezone,
        osm_sha256=kept.parent.name,
        fictional=fictional,
    )
    with pool.connection() as conn, conn.transaction():
        town = data.towns.add(conn, new)
        data.database.scope(conn, town.id)
        count = data.addresses.save(conn, addresses(town_map))
    return ImportedTown(town=town, map=town_map, new_addresses=count)


def addresses(town_map: TownMap) -> list[NewAddress]:
    """Return the doors of a map in the words of the trade."""
    return [
        NewAddress(
            number=door.number,
            street=door.street,
            postcode=door.postcode,
            city=door.city,
            point=door.point,
        )
        for door in town_map.addresses
    ]


def slug(name: str) -> str:
    """Fold a town's name for its address on the web: `Port-Lannec` to `port-lannec`."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    return "-".join("".join(c if c.isalnum() else " " for c in bare).split()) or "ville"


def _keep(home: Path, osm_file: Path) -> Path:
    digest = hashlib.sha256(osm_file.read_bytes()).hexdigest()
    folder = home / "towns" / digest
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"town{''.join(osm_file.suffixes[-2:])}"
    if not kept.exists():
        partial = kept.with_name(f"{kept.name}.partial")
        shutil.copyfile(osm_file, partial)
        partial.rename(kept)
    return kept


def kept_file(home: Path, town: Town) -> Path:
    """Return the OpenStreetMap file of a town.

    Raises NotFound where the home folder does not hold it: import the town again.
    """
    for path in sorted((home / "towns" / town.osm_sha256).glob("town*")):
        if not path.name.endswith(".partial"):
            return path
    raise NotFound(field="town", town=town.slug)


def basemap_file(home: Path, town: Town) -> Path:
    """Return the town's own streets as GeoJSON, for the maps of the pages."""
    return home / "towns" / town.osm_sha256 / data.streets.basemap.FILE_NAME


class TownStreets:
    """The street processes of every town that was asked for, started when first needed."""

    def __init__(self, pool: Pool, home: Path) -> None:
        """Start nothing yet."""
        self._pool = pool
        self._home = home
        self._open: dict[str, StreetProcesses] = {}
        self._lock = Lock()

    def of(self, town_id: int) -> StreetProcesses:
        """Return the town's streets, building what is missing.

        Raises NotFound where the town's file is gone.
        """
        with self._pool.connection() as conn:
            town = data.towns.by_id(conn, town_id)
        with self._lock:
            if town.osm_sha256 not in self._open:
                self._open[town.osm_sha256] = open_streets(self._home, town)
            return self._open[town.osm_sha256]

    def pids(self) -> Mapping[str, int]:
        """Return the process numbers by dataset and profile, for the operations page."""
        return {
            f"{sha256[:12]}/{profile}": streets.pid(profile)
            for sha256, streets in self._open.items()
            for profile in streets.profiles
        }

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            for streets in self._open.values():
                streets.close()
            self._open.clear()


def open_streets(home: Path, town: Town) -> StreetProcesses:
    """Start the street processes of a town."""
    return StreetProcesses(data.streets.build.build_all(kept_file(home, town), home))
