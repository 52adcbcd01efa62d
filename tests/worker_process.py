"""A worker in a process of its own that lives in the small town's time, for tests that kill it."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import api.worker
import data.database
import data.streets.build
from api.settings import Settings
from api.worker import Tools
from data.database import Database
from data.streets.engine import StreetProcesses

ROOT = Path(__file__).parent.parent


@contextmanager
def running(database: Database, home: Path, now: datetime) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker until killed, or the block's end; its streets must have been built."""
    arguments = [database.application_url, str(home), now.isoformat()]
    process = subprocess.Popen([sys.executable, "-m", "tests.worker_process", *arguments], cwd=ROOT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def main(url: str, home: Path, now: datetime) -> None:
    """Work until told."""
    datasets = data.streets.build.build_all(home / "small-town.osm", home)
    with (
        closing(data.database.open_pool(url)) as pool,
        StreetProcesses(datasets) as streets,
    ):
        tools = Tools(
            settings=Settings(home=home),
            pool=pool,
            streets_of=lambda town_id: streets,
            clock=lambda: now,
        )
        asyncio.run(api.worker.work_until_told(url, tools))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), datetime.fromisoformat(sys.argv[3]))
