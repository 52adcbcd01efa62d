"""Commands that measure, against references in the same run."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli import Json, app, fail, print_json

bench_app = typer.Typer(help="Mesures face aux références.", no_args_is_help=True)
app.add_typer(bench_app, name="bench")


@bench_app.callback()
def bench() -> None:
    """Mesurer."""


@bench_app.command()
def rounds(
    files: list[Path],
    seconds: float = 10.0,
    seed: int = 0,
    peers: Annotated[str, typer.Option(help="vroom,pyvrp,ortools")] = "",
    as_json: Json = False,
) -> None:
    """Résoudre des instances publiques de ramassage et livraison."""
    import api.bench.rounds

    names = [name for name in peers.split(",") if name]
    try:
        for line in api.bench.rounds.bench_rounds(files, seconds, seed, names):
            if as_json:
                print_json(dict(line))
            else:
                typer.echo(
                    f"{line['instance']:14} {line['solver']:10} {line['seconds']:>7} s "
                    f"{line['vehicles']:>4} véhicules {line['cost']:>10}"
                )
    except (OSError, ValueError, ModuleNotFoundError) as error:
        fail(str(error))
