"""Commands that measure, against references in the same run.

Each tells on standard error how far it is, and prints a table in Markdown, or JSON lines.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli import Json, app, fail, print_json, refusals_said
from api.settings import Settings

bench_app = typer.Typer(help="Mesures face aux références.", no_args_is_help=True)
app.add_typer(bench_app, name="bench")

Seconds = Annotated[
    float | None, typer.Option(help="Temps de calcul ; sans, de 10 à 90 s selon la taille.")
]
Osm = Annotated[Path | None, typer.Option(help="Un extrait OpenStreetMap réel, sinon la démo.")]


@bench_app.callback()
def bench() -> None:
    """Mesurer."""


@contextmanager
def faults_said() -> Iterator[None]:
    """Say in one sentence what cannot be measured."""
    try:
        with refusals_said():
            yield
    except (OSError, ValueError, ModuleNotFoundError) as error:
        fail(str(error))


def numbers[N: (int, float)](text: str, kind: type[N]) -> list[N]:
    """Read numbers between commas."""
    try:
        return [kind(each) for each in text.split(",") if each]
    except ValueError:
        fail(f"« {text} » n'est pas une suite de nombres : écrivez par exemple 1,2,3.")


def report[L](
    lines: Iterable[L],
    as_json: bool,
    *,
    flat: Callable[[L], dict[str, object]],
    said: Callable[[L], str],
    table: Callable[[Sequence[L]], str],
) -> None:
    """Say each line as it comes, and print it flat as JSON, or all of them as a table."""
    printed: list[L] = []
    for line in lines:
        printed.append(line)
        if as_json:
            print_json(flat(line))
        typer.echo(said(line), err=True)
    if not as_json:
        typer.echo(table(printed))


@bench_app.command()
def rounds(
    files: list[Path],
    seconds: Seconds = None,
    seed: int = 0,
    seeds: Annotated[str, typer.Option(help="Plusieurs graines : 1,2,3.")] = "",
    threads: Annotated[int, typer.Option(help="Fils de notre solveur.")] = 1,
    peers: Annotated[str, typer.Option(help="vroom,pyvrp,ortools")] = "",
    first_setting: Annotated[
        bool, typer.Option(help="Chaque concurrent avec son premier réglage seulement.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Dossier où écrire nos tournées.")] = None,
    as_json: Json = False,
) -> None:
    """Résoudre des instances publiques de ramassage et livraison."""
    from api.bench.instances import Instance
    from api.bench.publishing import keep_plan
    from api.bench.rounds import Asking, Line, bench_rounds
    from api.bench.tables import result, rounds_table
    from routing.solution import Solution

    asking = Asking(
        seconds=seconds,
        seeds=numbers(seeds, int) or [seed],
        threads=threads,
        peers=[name for name in peers.split(",") if name],
        first_setting_only=first_setting,
    )

    def keep(instance: Instance, solution: Solution) -> None:
        if out is not None:
            keep_plan(out, instance, solution, day=datetime.now(UTC).date())

    def said(line: Line) -> str:
        return f"{line.instance} {line.solver} {line.setting} {result(line)}"

    with faults_said():
        lines = bench_rounds(files, asking, keep=keep)
        report(lines, as_json, flat=Line.as_json, said=said, table=rounds_table)


@bench_app.command()
def cores(
    files: list[Path],
    seconds: Seconds = None,
    seeds: str = "1,2,3,4,5",
    as_json: Json = False,
) -> None:
    """Comparer un cœur et deux, à temps égal : médianes par instance."""
    from api.bench.cores import CoresLine, bench_cores, cores_table
    from api.bench.rounds import Asking
    from api.bench.tables import result

    medians: list[CoresLine] = []
    asking = Asking(seconds=seconds, seeds=numbers(seeds, int))
    with faults_said():
        for line in bench_cores(files, asking):
            if not isinstance(line, CoresLine):
                typer.echo(f"{line.instance} ×{line.threads} {result(line)}", err=True)
                continue
            medians.append(line)
            if as_json:
                print_json(line.as_json())
    if not as_json:
        typer.echo(cores_table(medians))


@bench_app.command()
def growth(
    sizes: Annotated[str, typer.Option(help="Nombres de tâches.")] = "100,200,400,1000,5000",
    iterations: Annotated[int, typer.Option(help="Tours de recherche mesurés.")] = 20_000,
    seed: int = 1,
    osm: Osm = None,
    as_json: Json = False,
) -> None:
    """Mesurer temps et mémoire à mesure que les tâches d'une ville augmentent."""
    from api.bench.growth import GrowthLine, bench_growth, growth_table

    def said(line: GrowthLine) -> str:
        return f"{line.tasks} : {line.per_1000_s} s / 1000, {line.peak_mb} Mo"

    with faults_said():
        lines = bench_growth(
            numbers(sizes, int),
            iterations=iterations,
            seed=seed,
            osm_file=osm,
            home=Settings().home,
        )
        report(lines, as_json, flat=asdict, said=said, table=growth_table)


@bench_app.command()
def day(
    osm: Osm = None,
    deliveries: int = 250,
    vehicles: int = 3,
    seconds: Annotated[str, typer.Option(help="Temps de calcul comparés.")] = "2,10,300",
    seeds: str = "1,2,3",
    threads: int = 1,
    as_json: Json = False,
) -> None:
    """Planifier une journée de ville en quelques secondes et en quelques minutes."""
    from api.bench.day import DayLine, bench_day, day_table
    from api.bench.town import opened
    from api.bench.town_day import posed_day

    def said(line: DayLine) -> str:
        return f"{line.budget_s} s : {line.cost_cents / 100} €, × {line.ratio}"

    with faults_said():
        with opened(osm, Settings().home) as town:
            posed = posed_day(town, deliveries=deliveries, vehicles=vehicles)
        budgets, chosen = numbers(seconds, float), numbers(seeds, int)
        lines = bench_day(posed, budgets, chosen, threads=threads)
        report(lines, as_json, flat=asdict, said=said, table=day_table)
