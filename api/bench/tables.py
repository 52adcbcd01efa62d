"""Results as tables: Markdown that is aligned, so that it reads in a terminal as well."""

from collections.abc import Iterable, Sequence

from api.bench.rounds import OURS, Line

#: The names engines go by.
NAMES = {OURS: "Colporteur", "vroom": "VROOM", "pyvrp": "PyVRP", "ortools": "OR-Tools"}
#: A solver that took less of its budget than this stopped by itself.
EARLY = 0.9


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; every column but the first reads from the right."""
    cells = [header, *rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    lines = []
    for row in cells:
        first = row[0].ljust(widths[0])
        others = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append(f"| {' | '.join([first, *others])} |")
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    lines.insert(1, f"| {' | '.join(rule)} |")
    return "\n".join(lines)


def rounds_table(lines: Sequence[Line]) -> str:
    """Compare solvers, an instance a row; of several seeds the median counts.

    A cell says vehicles / travel and, in brackets, how much dearer than the best known plan, or
    how many vehicles more, and the time of a solver that stopped by itself. The best is bold.
    """
    solvers = list(dict.fromkeys(line.solver for line in lines))
    rows = []
    for instance in dict.fromkeys(line.instance for line in lines):
        mine = [line for line in lines if line.instance == instance]
        medians = {
            solver: median([line for line in mine if line.solver == solver]) for solver in solvers
        }
        best = min(line.rank for line in medians.values())
        rows.append(
            [
                instance,
                f"{mine[0].budget_s:g}",
                _best_known(mine[0]),
                *(
                    _cell(medians[solver], is_best=medians[solver].rank == best)
                    for solver in solvers
                ),
            ]
        )
    header = ["instance", "seconds", "best known", *(NAMES[solver] for solver in solvers)]
    return markdown(header, rows)


def median(lines: Sequence[Line]) -> Line:
    """Return the line in the middle, the worse of two."""
    return sorted(lines, key=lambda line: line.rank)[len(lines) // 2]


def result(line: Line) -> str:
    """Say what a solver came to, and how far that is from the best known."""
    if not line.feasible:
        return f"{line.unserved} unserved" if not line.faults else "none"
    notes = []
    if line.gap_percent is not None:
        notes.append(f"{line.gap_percent:+.1f} %")
    elif line.best_vehicles is not None:
        notes.append(f"{line.vehicles - line.best_vehicles:+d} vehicles")
    if line.seconds < EARLY * line.budget_s:
        notes.append(f"{line.seconds:.1f} s")
    said = f" ({', '.join(notes)})" if notes else ""
    return f"{line.vehicles} / {_travel(line.cost)}{said}"


def _cell(line: Line, *, is_best: bool) -> str:
    said = result(line)
    return f"**{said}**" if is_best and line.feasible else said


def _best_known(line: Line) -> str:
    if line.best_vehicles is None or line.best_cost is None:
        return ""
    return f"{line.best_vehicles} / {_travel(line.best_cost)}"


def _travel(cost: float) -> str:
    return f"{cost:.0f}" if cost.is_integer() else f"{cost:.2f}"
