"""Commands of a town: bring it in, its shops, its orders, its month."""

import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

import api.errors
import api.operations.imports
import api.operations.months
import api.operations.setup
import api.operations.shops
import api.operations.towns
import api.words
import data.channels.csv
import data.secrets
from api.cli import (
    Json,
    TownName,
    app,
    fail,
    first_of_month,
    open_desk,
    open_pool,
    print_json,
    refusals_said,
)
from api.progress import Steps
from api.settings import Settings
from api.setup_file import SetupIn

town_app = typer.Typer(help="La ville : ses rues et ses adresses.", no_args_is_help=True)
shops_app = typer.Typer(help="Les commerces partenaires.", no_args_is_help=True)
orders_app = typer.Typer(help="Les commandes.", no_args_is_help=True)
month_app = typer.Typer(help="Le mois.", no_args_is_help=True)
statement_app = typer.Typer(help="L'état récapitulatif.", no_args_is_help=True)
app.add_typer(town_app, name="town")
app.add_typer(shops_app, name="shops")
app.add_typer(orders_app, name="orders")
app.add_typer(month_app, name="month")
app.add_typer(statement_app, name="statement")


@town_app.command("import")
def import_town(
    name: str,
    osm: Annotated[Path, typer.Option(help=".osm, .osm.gz, .osm.bz2 ou .osm.pbf")],
    timezone: str = "Europe/Paris",
) -> None:
    """Faire entrer une ville : ses rues, ses adresses."""
    with open_pool() as (settings, pool), Steps().step(f"Rues de {name}") as update:
        imported = api.operations.towns.import_town(
            pool, settings.home, osm, name=name, timezone=timezone
        )
        update(f"{imported.new_addresses} adresses nouvelles")


@town_app.command("setup")
def set_up_town(file: Path, town: TownName = None) -> None:
    """Régler hub, zones, véhicules, créneaux, programme et crédits depuis un fichier JSON."""
    try:
        wish = SetupIn.model_validate_json(_bytes(file))
    except ValidationError as error:
        for fault in api.errors.faults(error, Settings().language):
            typer.echo(f"{fault['field']} : {fault['message']}", err=True)
        fail(f"{file} : rien n'a été changé.")
    with open_desk(town) as desk:
        done = api.operations.setup.set_up(desk.pool, desk.town.id, wish, now=datetime.now(UTC))
    typer.echo(
        f"Zones : {done.zones}. Véhicules : {done.vehicles}. Créneaux : {done.slots}. "
        f"Programme : {done.programme_id or '–'}."
    )


@shops_app.command("import")
def import_shops(file: Path, town: TownName = None) -> None:
    """Inscrire des commerces depuis un fichier CSV."""
    with open_desk(town) as desk, refusals_said():
        done = api.operations.shops.import_csv(desk.pool, desk.town.id, _bytes(file))
    typer.echo(f"Commerces inscrits : {done.shops}")
    _say_faults(done.faults)
    if done.faults:
        raise typer.Exit(1)


@orders_app.command("import")
def import_orders(
    file: Path,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Vérifier sans rien écrire.")] = False,
    channel: Annotated[str, typer.Option(help="Par où elles viennent.")] = "papier",
    town: TownName = None,
    as_json: Json = False,
) -> None:
    """Prendre les commandes d'un fichier CSV ; les lignes fautives sont rendues à part."""
    content = _bytes(file)
    with (
        open_desk(town) as desk,
        api.operations.towns.open_streets(desk.settings.home, desk.town) as streets,
    ):
        report = api.operations.imports.import_csv(
            desk.pool,
            desk.town.id,
            content,
            channel=channel,
            streets=streets,
            now=datetime.now(UTC),
            dry_run=dry_run,
            language=desk.settings.language,
        )
    rejected = codes = None
    if report.bad_rows and not dry_run:
        rejected = _write_beside(file, "a-corriger", report.bad_rows)
    if report.orders and not dry_run:
        codes = _write_beside(file, "codes", api.operations.imports.codes(report))
    if as_json:
        print_json(
            {
                "taken": report.taken,
                "pooled": report.pooled,
                "repeated": report.repeated,
                "dry_run": dry_run,
                "orders": [
                    {
                        "line": row.line,
                        "reference": row.cells["reference"],
                        "order_id": each.order_id,
                        "delivery_id": each.delivery_id,
                        "code": each.code,
                    }
                    for row, each in report.orders
                    if not dry_run
                ],
                "faults": [
                    {
                        "line": each.line,
                        "column": each.column,
                        "value": each.value,
                        "code": each.code,
                        "message": api.operations.imports.sentence(each, desk.settings.language),
                    }
                    for each in report.faults
                ],
            }
        )
    else:
        verb = "qui seraient prises" if dry_run else "prises"
        typer.echo(
            f"Commandes {verb} : {report.taken} (groupées à une autre : {report.pooled}). "
            f"Déjà connues : {report.repeated}."
        )
        if codes:
            typer.echo(f"Codes à donner aux destinataires : {codes}")
        _say_faults(report.faults)
        if rejected:
            typer.echo(f"Lignes à corriger : {rejected}", err=True)
    if report.faults:
        raise typer.Exit(1)


@month_app.command("close")
def close_month(month: str, town: TownName = None, as_json: Json = False) -> None:
    """Clore un mois (2026-11) : l'état récapitulatif de ses livraisons prouvées."""
    first = first_of_month(month)
    with open_desk(town) as desk:
        statement = api.operations.months.close(
            desk.pool, desk.town.id, first, now=datetime.now(UTC)
        )
    if as_json:
        print_json(
            {
                "statement": statement.number,
                "lines": statement.lines,
                "net_cents": statement.net_cents,
                "vat_cents": statement.vat_cents,
                "total_cents": statement.gross_cents,
            }
        )
        return
    typer.echo(
        f"{statement.number} : {statement.lines} lignes, "
        f"{api.words.euros(statement.gross_cents)} TTC"
    )


@statement_app.command("export")
def export_statement(
    statement: Annotated[str, typer.Argument(help="Numéro, ou latest.")],
    out: Annotated[Path, typer.Option(help="Dossier à écrire.")],
    town: TownName = None,
) -> None:
    """Écrire un état et tout ce qu'il faut pour le recalculer."""
    with open_desk(town) as desk:
        paths = api.operations.months.export(
            desk.pool,
            desk.town.id,
            statement,
            out,
            secret=data.secrets.household_secret(desk.settings.home),
        )
    for path in paths:
        typer.echo(str(path))


@statement_app.command("verify")
def verify_statement(folder: Path) -> None:
    """Recalculer un état depuis son dossier, sans base de données."""
    try:
        with refusals_said():
            faults = api.operations.months.verify(folder)
    except typer.Exit:
        raise typer.Exit(2) from None
    if faults:
        first = faults[0]
        place = f", ligne {first.line}" if first.line else ""
        entry = f", écriture {first.seq}" if first.seq else ""
        fail(f"{first.file}{place}{entry} : {first.what}")
    typer.echo("Tout est juste.")


def _write_beside(file: Path, suffix: str, content: bytes) -> Path | None:
    """Write a new file beside another, never over one; what cannot be written is printed."""
    for number in count(1):
        end = suffix if number == 1 else f"{suffix}-{number}"
        path = file.with_name(f"{file.stem}-{end}.csv")
        try:
            with path.open("xb") as opened:
                opened.write(content)
        except FileExistsError:
            continue
        except OSError:
            typer.echo(content.decode("utf-8-sig"), err=True)
            return None
        return path
    return None


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        fail(f"{file} : {'fichier introuvable' if missing else error.strerror}")


def _say_faults(faults: tuple[data.channels.csv.CellFault, ...]) -> None:
    for fault in faults:
        print(api.operations.imports.sentence(fault, "fr"), file=sys.stderr)
