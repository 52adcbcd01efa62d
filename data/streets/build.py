"""Datasets for OSRM, built by its own tools from a town's file and one of our profiles.

A dataset's folder is named after all it was made from, so it is built once, never changed, and
shared by whoever asks for the same.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import osrm
from shapely import Point

from data.streets import osm
from delivery.errors import NoStreet, NotOsm

#: Who travels; each has its Lua file in `profiles/`.
PROFILES = ("cargo_bike", "van")

#: CH answers fastest; MLD is built faster and takes a closure at once.
ALGORITHMS = ("CH", "MLD")

_LUA = Path(__file__).parent / "profiles"
_OSRM = Path(osrm.__file__).parent

#: Raise when a dataset of the same inputs would come out different.
_LAYOUT = 1

#: Street points kept with a dataset, among which its process finds one inside the main network.
_LANDMARKS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A town's streets ready to answer for one profile."""

    folder: Path
    profile: str
    algorithm: str

    @property
    def base(self) -> Path:
        """The name OSRM's files begin with."""
        return self.folder / "streets.osrm"

    @property
    def landmarks(self) -> tuple[Point, ...]:
        """Street points spread over the town."""
        places = json.loads((self.folder / "landmarks.json").read_text())
        return tuple(Point(lon, lat) for lon, lat in places)


def build(osm_file: Path, home: Path, *, profile: str, algorithm: str = "CH") -> Dataset:
    """Return the dataset of a file and profile under `home`/streets, building it where missing.

    Raises NotOsm where the file is no OpenStreetMap data, NoStreet where the profile may use
    none of it.
    """
    if profile not in PROFILES or algorithm not in ALGORITHMS:
        raise ValueError(f"no dataset for {profile} with {algorithm}")
    shelf = home / "streets"
    folder = shelf / _digest(osm_file, profile, algorithm)
    dataset = Dataset(folder=folder, profile=profile, algorithm=algorithm)
    if folder.exists():
        return dataset
    shelf.mkdir(parents=True, exist_ok=True)
    with _alone(folder.with_suffix(".lock")):
        if not folder.exists():
            _build_into(folder, osm_file, dataset)
    return dataset


def build_all(
    osm_file: Path, home: Path, *, profiles: Sequence[str] = PROFILES, algorithm: str = "CH"
) -> dict[str, Dataset]:
    """Build the datasets of several profiles side by side. Raises as `build` does."""
    with ThreadPoolExecutor(len(profiles)) as pool:
        futures = [
            pool.submit(build, osm_file, home, profile=profile, algorithm=algorithm)
            for profile in profiles
        ]
        return {future.result().profile: future.result() for future in futures}


def _digest(osm_file: Path, profile: str, algorithm: str) -> str:
    """Name a dataset after the file's content, our Lua, the tools and the algorithm."""
    osm.osm_source(osm_file)
    digest = hashlib.sha256()
    for path in (osm_file, _LUA / "reading.lua", _LUA / f"{profile}.lua"):
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    digest.update(f"{profile} {algorithm} {version('osrm-bindings')} {_LAYOUT}".encode())
    return digest.hexdigest()[:32]


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Hold a file lock, so that processes wait for each other's build instead of repeating it."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build_into(folder: Path, osm_file: Path, dataset: Dataset) -> None:
    """Build beside the folder and rename at the end: a folder that exists is whole."""
    for abandoned in folder.parent.glob(f"{folder.name}-*"):
        shutil.rmtree(abandoned, ignore_errors=True)
    scratch = Path(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=folder.parent))
    try:
        points = osm.street_points(osm_file, most=_LANDMARKS)
        if not points:
            raise NoStreet(file=osm_file.name, profile=dataset.profile)
        landmarks = json.dumps([[point.x, point.y] for point in points])
        (scratch / "landmarks.json").write_text(landmarks)
        _extract(_linked(osm_file, scratch), scratch, dataset.profile, osm_file.name)
        steps = ("contract",) if dataset.algorithm == "CH" else ("partition", "customize")
        for step in steps:
            _run(step, str(scratch / "streets.osrm"), osm_name=osm_file.name)
        os.rename(scratch, folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _linked(osm_file: Path, scratch: Path) -> Path:
    """Link the file under the suffix of its content: OSRM's tools trust the suffix."""
    with osm_file.open("rb") as file:
        link = scratch / f"source.{osm.osm_format(file.read(64))}"
    link.symlink_to(osm_file.resolve())
    return link


def _extract(source: Path, scratch: Path, profile: str, osm_name: str) -> None:
    """Extract so that the town's main network is OSRM's only large component.

    OSRM snaps a point to a large component where it can; with exactly one, an isolated parking
    aisle next to a door never makes the door unreachable. By default a network is large from
    1000 edges on, which some towns never reach and some islands do: then a third of all edges
    makes it large.
    """

    def extract(*options: str) -> str:
        lua, output = str(_LUA / f"{profile}.lua"), str(scratch / "streets")
        options = (str(source), "-p", lua, "-o", output, *options)
        return _run("extract", *options, osm_name=osm_name, profile=profile)

    said = extract()
    if _found(r"SCC \((\d+) large", said) != 1:
        third = _found(r"Generated (\d+) nodes", said) // 3
        extract("--small-component-size", str(max(1, third)))
    source.unlink()


def _found(pattern: str, said: str) -> int:
    """Return a number a tool reported; its words are pinned with its version."""
    match = re.search(pattern, said)
    if match is None:
        raise ValueError(f"osrm-extract no longer reports {pattern}")
    return int(match[1])


def _run(step: str, *options: str, osm_name: str, profile: str = "") -> str:
    """Run one of OSRM's tools and return what it said.

    Raises NoStreet where nothing was left for the profile, NotOsm with the tool's last words
    where it failed otherwise.
    """
    tool = _OSRM / "bin" / f"osrm-{step}"
    environment = {**os.environ, "LUA_PATH": str(_OSRM / "share" / "profiles" / "?.lua")}
    done = subprocess.run(
        [tool, *options],
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if done.returncode == 0:
        return done.stdout + done.stderr
    said = (done.stdout + done.stderr).strip().splitlines()
    if any("no edges remaining" in line for line in said):
        raise NoStreet(file=osm_name, profile=profile)
    complaints = [line for line in said if "[error]" in line or "what():" in line]
    reason = (complaints or said or [f"{tool.name} ended with {done.returncode}"])[-1]
    raise NotOsm(file=osm_name, reason=reason.split("[error]")[-1].strip())
