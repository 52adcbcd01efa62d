"""Is everything Colporteur needs here, and does it answer?"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import api.mail
import api.words
import data.database
import data.jobs
import data.migrate
import data.streets.build
import data.towns
from api.operations.towns import kept_file
from api.settings import Settings
from data.database import DatabaseUnreachable
from data.jobs import Health
from data.migrate import NotMigrated, RoleTooStrong
from delivery.errors import Refusal

LEAST_POSTGRESQL = 15
#: A worker that lives gave a sign within this; a job waits no longer than that where one does.
LONGEST_SILENCE_S, LONGEST_WAIT_S = 30, 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at."""

    name: str
    is_well: bool
    detail: str


def checks(settings: Settings) -> Iterator[Check]:
    """Look at the database, its jobs, the towns' files, the pages' libraries, the mail server."""
    try:
        database = settings.database()
        with data.database.connected(database.application_url) as conn:
            major, minor = data.database.server_version(conn)
            detail = f"{major}.{minor}"
            yield Check(name="PostgreSQL", is_well=major >= LEAST_POSTGRESQL, detail=detail)
            data.migrate.check(conn)
            yield Check(name="Migrations", is_well=True, detail="à jour")
            yield Check(name="Rôle", is_well=True, detail="soumis au cloisonnement des villes")
            yield _jobs(data.jobs.health(conn, heartbeat_s=LONGEST_SILENCE_S))
            towns = data.towns.listed(conn)
    except DatabaseUnreachable as refusal:
        yield _refused("PostgreSQL", refusal, settings)
        return
    except NotMigrated as refusal:
        yield _refused("Migrations", refusal, settings)
        return
    except RoleTooStrong as refusal:
        yield _refused("Rôle", refusal, settings)
        return
    for town in towns:
        try:
            detail, is_well = str(kept_file(settings.home, town)), True
        except Refusal:
            detail, is_well = "fichier absent : colporteur town import", False
        yield Check(name=f"Rues de {town.name}", is_well=is_well, detail=detail)
    maplibre = Path(__file__).parent / "web" / "node_modules" / "maplibre-gl"
    yield Check(name="Carte", is_well=maplibre.is_dir(), detail=str(maplibre))
    if settings.mail_url is not None:
        yield _mail(settings)


def _jobs(health: Health) -> Check:
    """Tell whether background jobs are done: somebody works, or nothing waits for long."""
    is_well = health.workers > 0 or health.longest_wait_s < LONGEST_WAIT_S
    detail = f"{health.due} en attente, {health.failed} en échec"
    if not is_well:
        detail += (
            f", personne au travail depuis {health.longest_wait_s // 60} min : colporteur worker"
        )
    return Check(name="Travaux", is_well=is_well, detail=detail)


def _mail(settings: Settings) -> Check:
    try:
        return Check(name="Courrier", is_well=True, detail=api.mail.greet(settings))
    except OSError as error:
        return Check(name="Courrier", is_well=False, detail=str(error))


def _refused(name: str, refusal: Refusal, settings: Settings) -> Check:
    words = api.words.text(refusal.code, refusal.parameters, settings.language)
    return Check(name=name, is_well=False, detail=words)
