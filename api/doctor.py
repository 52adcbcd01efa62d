"""Is everything Colporteur needs here, and does it answer?"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

import data.database
import data.migrate
import data.streets.build
import data.towns
from api.operations.towns import kept_file
from api.settings import Settings
from delivery.errors import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at."""

    name: str
    is_well: bool
    detail: str


def checks(settings: Settings) -> Iterator[Check]:
    """Look at the database, its migrations, the towns' files, the pages' libraries."""
    try:
        database = settings.database()
        with psycopg.connect(database.application_url, autocommit=True) as conn:
            version = conn.info.server_version
            detail = f"{version // 10_000}.{version % 10_000}"
            yield Check(name="PostgreSQL", is_well=version >= 150_000, detail=detail)
            data.migrate.check(conn)
            yield Check(name="Migrations", is_well=True, detail="à jour")
            towns = data.towns.listed(conn)
    except psycopg.Error as error:
        yield Check(name="PostgreSQL", is_well=False, detail=str(error).strip())
        return
    except Refusal as refusal:
        yield Check(name="Migrations", is_well=False, detail=f"{refusal.code} : colporteur migrate")
        return
    for town in towns:
        try:
            detail, is_well = str(kept_file(settings.home, town)), True
        except Refusal:
            detail, is_well = "fichier absent : colporteur town import", False
        yield Check(name=f"Rues de {town.name}", is_well=is_well, detail=detail)
    maplibre = Path(__file__).parent / "web" / "node_modules" / "maplibre-gl"
    yield Check(name="Carte", is_well=maplibre.is_dir(), detail=str(maplibre))
