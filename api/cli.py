"""Commands: each parses, calls an operation, prints."""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
import uvicorn
from pydantic import ValidationError

import api.words
import data.database
import data.migrate
import data.towns
from api.progress import Steps
from api.settings import Settings
from data.database import Pool
from data.towns import Town
from delivery.errors import Refusal

app = typer.Typer(
    help="Colporteur : la livraison mutualisée du centre-ville.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

Json = Annotated[bool, typer.Option("--json", help="Un objet JSON par ligne.")]
TownName = Annotated[str | None, typer.Option("--town", help="La ville, s'il y en a plusieurs.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a command works with: the settings, the open database, and the town meant."""

    settings: Settings
    pool: Pool
    town: Town


def fail(message: str, *, status: int = 1) -> NoReturn:
    """Say why a command stops, and stop."""
    typer.secho(message, err=True, fg=typer.colors.RED)
    raise typer.Exit(status)


@contextmanager
def refusals_said() -> Iterator[None]:
    """Turn a refusal into one sentence on standard error and exit status 1."""
    try:
        yield
    except Refusal as refusal:
        fail(api.words.text(refusal.code, refusal.parameters, Settings().language))


@contextmanager
def open_pool() -> Iterator[tuple[Settings, Pool]]:
    """Open the database of the settings; refuse one that lacks migrations."""
    settings = Settings()
    with refusals_said():
        pool = data.database.open_pool(settings.database().application_url)
        try:
            with pool.connection() as conn:
                data.migrate.check(conn)
            yield settings, pool
        finally:
            pool.close()


@contextmanager
def open_desk(town: str | None) -> Iterator[Desk]:
    """Open the database and find the town: the one named, else the only one."""
    with open_pool() as (settings, pool):
        with pool.connection() as conn:
            towns = data.towns.listed(conn)
        chosen = [each for each in towns if town in (None, each.slug, each.name)]
        if len(chosen) != 1:
            known = ", ".join(each.slug for each in towns) or "aucune"
            asked = f"Aucune ville « {town} »." if town else "Nommez la ville avec --town."
            fail(f"{asked} Villes connues : {known}.")
        yield Desk(settings=settings, pool=pool, town=chosen[0])


@app.callback()
def begin() -> None:
    """Stop before any command where what the operator set cannot work, and say why."""
    try:
        Settings()
    except ValidationError as error:
        for fault in error.errors():
            said = fault.get("ctx", {}).get("error") or f"{fault['loc'][0]} : {fault['msg']}"
            typer.secho(said, err=True, fg=typer.colors.RED)
        raise typer.Exit(1) from None


def print_json(line: dict[str, object]) -> None:
    """Print one JSON object on one line of standard output."""
    typer.echo(json.dumps(line, ensure_ascii=False, default=str))


@app.command()
def demo(
    port: int = 8000,
    once: Annotated[bool, typer.Option(help="S'arrêter après le bilan.")] = False,
    as_json: Json = False,
    osm: Annotated[Path | None, typer.Option(help="Un extrait OpenStreetMap réel.")] = None,
    export: Annotated[Path | None, typer.Option(help="Dossier des fichiers produits.")] = None,
) -> None:
    """Jouer une journée entière, puis en servir une autre, en cours, à un compte par rôle."""
    import api.demo
    import api.logs
    import api.summary

    api.logs.configure()
    settings = Settings()
    # Ended either way, also when started in the background, it drops its database and stops it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    with refusals_said():
        for summary in api.demo.run(
            settings,
            osm_file=osm,
            export_to=export,
            port=port,
            once=once,
            today=datetime.now(UTC).date(),
        ):
            if as_json:
                print_json(summary)
            else:
                typer.echo(api.summary.summary(summary, settings.language))


@app.command()
def serve(host: str = "127.0.0.1", port: int = 8000) -> None:
    """Servir l'API et les pages."""
    import api.logs
    from api.app import create_app

    api.logs.configure()
    settings = Settings()
    with refusals_said():
        pool = data.database.open_pool(settings.database().application_url, most=1)
        with pool.connection() as conn:
            data.migrate.check(conn)
        pool.close()
    # uvicorn stops in good order, then raises the signal again: end as a program ends, so that the
    # embedded server is stopped too.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    uvicorn.run(create_app(settings), host=host, port=port, access_log=False)


@app.command()
def migrate() -> None:
    """Mettre la base de données à jour."""
    with refusals_said():
        applied = data.migrate.migrate(Settings().database())
    typer.echo("\n".join(applied) if applied else "La base est à jour.")


@app.command()
def doctor() -> None:
    """Vérifier que tout ce dont Colporteur a besoin est là."""
    import api.doctor

    faults = 0
    for check in api.doctor.checks(Settings()):
        typer.secho(f"{'✓' if check.is_well else '✗'} {check.name} : {check.detail}")
        faults += not check.is_well
    if faults:
        raise typer.Exit(1)


@app.command()
def plan(
    day: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"])],
    seconds: float = 10.0,
    seed: int = 0,
    publish: Annotated[bool, typer.Option(help="Publier aussitôt le plan.")] = False,
    as_json: Json = False,
    town: TownName = None,
) -> None:
    """Planifier les tournées d'une journée."""
    import api.operations.plans
    import api.operations.publishing
    import api.operations.towns

    with open_desk(town) as desk:
        now = datetime.now(UTC)
        streets = api.operations.towns.open_streets(desk.settings.home, desk.town)
        with streets, Steps().step("Planification") as update:
            planned = api.operations.plans.plan_day(
                desk.pool,
                desk.town.id,
                day.date(),
                streets,
                now=now,
                seconds=seconds,
                seed=seed,
                progress=lambda p: update(f"{p.share:.0%}, {p.unserved} non servies"),
            )
        if publish:
            api.operations.publishing.publish(
                desk.pool, desk.town.id, day.date(), now=now, plan_id=planned.plan.id
            )
    report: dict[str, object] = {
        "day": planned.plan.day,
        "version": planned.plan.version,
        "rounds": len(planned.rounds),
        "km": round(sum(each.distance_m for each in planned.rounds) / 1000, 1),
        "cost_cents": planned.plan.cost_millicents // 1000,
        "faults": len(planned.faults),
        "unserved": [[each.delivery_id, each.reason] for each in planned.unserved],
    }
    if as_json:
        print_json(report)
        return
    typer.echo(
        f"Plan n° {planned.plan.version}. Tournées : {report['rounds']}, "
        f"{api.words.kilometres(sum(each.distance_m for each in planned.rounds))}. "
        f"Livraisons non servies : {len(planned.unserved)}"
    )
    for each in planned.unserved:
        why = api.words.text(f"unserved_{each.reason}", {}, Settings().language)
        typer.echo(f"  livraison {each.delivery_id} : {why}")


def first_of_month(text: str) -> date:
    """Read YYYY-MM."""
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError:
        fail(f"« {text} » n'est pas un mois : écrivez par exemple 2026-11.")
