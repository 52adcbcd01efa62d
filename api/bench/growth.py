"""How time and memory grow with the tasks of a problem, each size in a process of its own."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from api.bench import ours
from api.bench.tables import markdown
from api.bench.town import opened
from api.bench.town_problem import town_problem
from routing.solution import faults

SIZES = (100, 200, 400, 1000, 5000)
#: A run of twice as many minus one of these gives their time: what is done once is in both.
ITERATIONS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthLine:
    """What a size came to.

    `solve_s` is a run of `iterations` from its problem to its plan; `peak_mb` the most memory of
    the process that read the town, asked for its travel and solved, `streets_mb` that of the
    larger street process beside it.
    """

    tasks: int
    places: int
    vehicles: int
    iterations: int
    per_1000_s: float
    solve_s: float
    cost_cents: int
    unserved: int
    faults: int
    peak_mb: int
    streets_mb: int


def bench_growth(
    sizes: Sequence[int], *, iterations: int, seed: int, osm_file: Path | None, home: Path
) -> Iterator[GrowthLine]:
    """Yield a line a size.

    Raises
    ------
    ValueError
        A size could not be measured; says why.
    """
    for tasks in sizes:
        asked = [str(tasks), str(iterations), str(seed), str(home), str(osm_file or "")]
        answer = subprocess.run(
            [sys.executable, "-m", "api.bench.growth", *asked],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        if answer.returncode:
            reason = answer.stderr.strip().splitlines()[-1:] or ["it was killed"]
            raise ValueError(f"{tasks} tasks could not be measured: {reason[0]}")
        yield GrowthLine(**json.loads(answer.stdout))


def measure(
    tasks: int, *, iterations: int, seed: int, osm_file: Path | None, home: Path
) -> GrowthLine:
    """Measure one size in this process, whose peak memory it tells."""
    with opened(osm_file, home) as town:
        problem = town_problem(town, tasks=tasks, seed=seed)
    ours.warm()
    begun = time.perf_counter()
    plan = ours.solved(problem, iterations=iterations, seed=seed)
    once_s = time.perf_counter() - begun
    begun = time.perf_counter()
    ours.solved(problem, iterations=2 * iterations, seed=seed)
    twice_s = time.perf_counter() - begun
    return GrowthLine(
        tasks=sum(len(shipment.tasks) for shipment in problem.shipments),
        places=problem.matrices[0].size,
        vehicles=len(problem.vehicles),
        iterations=iterations,
        per_1000_s=round((twice_s - once_s) * 1000 / iterations, 4),
        solve_s=round(once_s, 2),
        cost_cents=plan.cost // 1000,
        unserved=len(plan.unserved),
        faults=len(faults(problem, plan)),
        peak_mb=_peak_mb(),
        streets_mb=_peak_of(resource.RUSAGE_CHILDREN),
    )


def _peak_mb() -> int:
    """Return the most memory this process has held.

    `getrusage` counts what its parent held when it was begun; Linux knows better.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return _peak_of(resource.RUSAGE_SELF)
    held = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(held["VmHWM"].removesuffix("kB")) * 1024 // 1_000_000


def _peak_of(who: int) -> int:
    """Return the most memory of this process or its children; macOS counts in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(who).ru_maxrss * unit // 1_000_000


def growth_table(lines: Sequence[GrowthLine]) -> str:
    """Show time and memory, a size a row."""
    rows = [
        [
            str(line.tasks),
            str(line.places),
            str(line.vehicles),
            f"{line.per_1000_s:.3f}",
            f"{line.solve_s:.1f}",
            str(line.unserved),
            str(line.faults),
            str(line.peak_mb),
            str(line.streets_mb),
        ]
        for line in lines
    ]
    header = "tasks, places, vehicles, s per 1000 iterations, s for a run, unserved, faults"
    return markdown([*header.split(", "), "peak MB", "streets MB"], rows)


def main() -> None:
    """Measure the size the arguments say, and print it as one JSON object."""
    tasks, iterations, seed, home, osm_file = sys.argv[1:]
    line = measure(
        int(tasks),
        iterations=int(iterations),
        seed=int(seed),
        home=Path(home),
        osm_file=Path(osm_file) if osm_file else None,
    )
    print(json.dumps(asdict(line)))


if __name__ == "__main__":
    main()
