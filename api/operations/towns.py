"""Bring a town in: its streets, its doors, and where its files are kept."""

import hashlib
import shutil
import tempfile
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Timer
from zoneinfo import available_timezones

from psycopg import Connection
from psycopg.rows import TupleRow

import data.addresses
import data.database
import data.streets.basemap
import data.streets.build
import data.streets.osm
import data.towns
from data.database import Pool
from data.streets.engine import StreetProcesses
from data.streets.osm import TownMap
from data.towns import NewTown, SlugTaken, Town
from delivery.addresses import NewAddress
from delivery.errors import NotFound, Refusal

type Say = Callable[[str], None]

#: How long the processes of streets that were replaced still answer: a plan may be asking them.
LINGER_S = 600.0


class TimezoneUnknown(Refusal):
    """There is no such time zone. Parameters: timezone."""

    code = "timezone_unknown"


class TownNameUnfit(Refusal):
    """The name has no letter or figure a web address can be made of. Parameters: name."""

    code = "town_name_unfit"


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
    One that is known by this name takes the new streets.

    Raises TimezoneUnknown, TownNameUnfit, SlugTaken, NotOsm, NoStreet.
    """
    if timezone not in available_timezones():
        raise TimezoneUnknown(field="timezone", timezone=timezone)
    with pool.connection() as conn:
        _known(conn, name)
    say("read_map")
    town_map = data.streets.osm.read_town(osm_file)
    say("build_streets")
    data.streets.build.build_all(osm_file, home)
    kept = _keep(home, osm_file)
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
        town = _written(conn, new)
        count = data.addresses.save(conn, addresses(town_map))
    return ImportedTown(town=town, map=town_map, new_addresses=count)


def _known(conn: Connection[TupleRow], name: str) -> Town | None:
    """Return the town of this name, if it was imported before; it may have been renamed since."""
    known = data.towns.by_slug(conn, slug(name))
    if known is None or known.name.casefold() == name.casefold():
        return known or data.towns.by_name(conn, name)
    renamed = data.towns.by_name(conn, name)
    if renamed is None:
        raise SlugTaken(field="name", name=known.name, slug=known.slug)
    return renamed


def _written(conn: Connection[TupleRow], new: NewTown) -> Town:
    """Write the town and scope the rest of the transaction to it."""
    data.towns.lock_slug(conn, new.slug)
    known = _known(conn, new.name)
    town = data.towns.add(conn, new) if known is None else known
    data.database.scope(conn, town.id)
    if known is not None:
        town = data.towns.renew(conn, osm_sha256=new.osm_sha256, timezone=new.timezone)
    return town


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
    """Fold a town's name for its address on the web: `Port-Lannec` to `port-lannec`.

    Raises TownNameUnfit where nothing is left.
    """
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    folded = "-".join("".join(c if c.isalnum() else " " for c in bare).split())
    if not folded:
        raise TownNameUnfit(field="name", name=name)
    return folded


def _keep(home: Path, osm_file: Path) -> Path:
    """Copy a file that proved usable into a folder named by its content, under one plain name."""
    shelf = home / "towns"
    shelf.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=shelf, prefix=".partial-") as scratch:
        partial = Path(scratch) / "town"
        shutil.copyfile(osm_file, partial)
        with partial.open("rb") as file:
            suffix = data.streets.osm.osm_format(file.read(64))
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        kept = shelf / digest / f"town.{suffix}"
        kept.parent.mkdir(exist_ok=True)
        partial.replace(kept)
    return kept


def kept_file(home: Path, town: Town) -> Path:
    """Return the OpenStreetMap file of a town.

    Raises NotFound where the home folder does not hold it: import the town again.
    """
    for path in sorted((home / "towns" / town.osm_sha256).glob("town.osm*")):
        return path
    raise NotFound(field="town", town=town.slug)


def basemap_file(home: Path, town: Town) -> Path:
    """Return the town's own streets as GeoJSON, for the maps of the pages."""
    return home / "towns" / town.osm_sha256 / data.streets.basemap.FILE_NAME


class TownStreets:
    """The street processes of every town that was asked for, started when first needed.

    Where a town was imported anew, those of its former streets end once their last questions are
    answered, `linger_s` later.
    """

    def __init__(self, pool: Pool, home: Path, *, linger_s: float = LINGER_S) -> None:
        """Start nothing yet."""
        self._pool = pool
        self._home = home
        self._linger_s = linger_s
        self._open: dict[str, StreetProcesses] = {}
        self._datasets: dict[int, str] = {}
        self._leaving: list[tuple[Timer, StreetProcesses]] = []
        self._opening: dict[str, Lock] = {}
        self._is_closed = False
        self._lock = Lock()

    def of(self, town_id: int) -> StreetProcesses:
        """Return the town's streets, building what is missing; other towns do not wait for it.

        Raises NotFound where the town's file is gone.
        """
        with self._pool.connection() as conn:
            town = data.towns.by_id(conn, town_id)
        with self._lock:
            opening = self._opening.setdefault(town.osm_sha256, Lock())
        with opening:
            streets = self._taken(town)
            if streets is None:
                streets = open_streets(self._home, town)
                self._keep(town, streets)
        return streets

    def _taken(self, town: Town) -> StreetProcesses | None:
        with self._lock:
            streets = self._open.get(town.osm_sha256)
            if streets is not None:
                self._note(town)
        return streets

    def _keep(self, town: Town, streets: StreetProcesses) -> None:
        with self._lock:
            if self._is_closed:
                streets.close()
                return
            self._open[town.osm_sha256] = streets
            self._note(town)

    def _note(self, town: Town) -> None:
        former = self._datasets.get(town.id)
        self._datasets[town.id] = town.osm_sha256
        if former in self._open and former not in self._datasets.values():
            self._dismiss(self._open.pop(former))

    def _dismiss(self, streets: StreetProcesses) -> None:
        timer = Timer(self._linger_s, streets.close)
        timer.daemon = True
        timer.start()
        self._leaving = [each for each in self._leaving if each[0].is_alive()]
        self._leaving.append((timer, streets))

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            self._is_closed = True
            for timer, streets in self._leaving:
                timer.cancel()
                streets.close()
            for streets in self._open.values():
                streets.close()
            self._open.clear()


def open_streets(home: Path, town: Town) -> StreetProcesses:
    """Start the street processes of a town."""
    return StreetProcesses(data.streets.build.build_all(kept_file(home, town), home))
