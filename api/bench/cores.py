"""One thread against two at equal wall time: what a second core is worth."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from api.bench.rounds import Asking, Line, bench_rounds
from api.bench.tables import markdown, median, result

THREADS = (1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoresLine:
    """The median over the seeds with one thread and with two."""

    one: Line
    two: Line

    @property
    def two_wins(self) -> bool:
        """Whether two threads come to a better plan in the median."""
        return self.two.rank < self.one.rank

    def as_json(self) -> dict[str, object]:
        """Return the line flat."""
        return {
            "instance": self.one.instance,
            "seconds": self.one.budget_s,
            "one_vehicles": self.one.vehicles,
            "one_cost": self.one.cost,
            "two_vehicles": self.two.vehicles,
            "two_cost": self.two.cost,
            "two_wins": self.two_wins,
        }


def bench_cores(files: Sequence[Path], asking: Asking) -> Iterator[Line | CoresLine]:
    """Yield every run's line, and after an instance's last run what it comes to.

    Threads take turns seed by seed, so that a machine that grows busy is unfair to neither.
    """
    for file in files:
        lines: dict[int, list[Line]] = {threads: [] for threads in THREADS}
        for seed in asking.seeds:
            for threads in THREADS:
                once = replace(asking, seeds=(seed,), threads=threads, peers=())
                for line in bench_rounds([file], once):
                    lines[threads].append(line)
                    yield line
        yield CoresLine(one=median(lines[1]), two=median(lines[2]))


def cores_table(lines: Sequence[CoresLine]) -> str:
    """Compare the medians, an instance a row."""
    rows = [
        [
            line.one.instance,
            f"{line.one.budget_s:g}",
            result(line.one),
            result(line.two),
            "yes" if line.two_wins else "no",
        ]
        for line in lines
    ]
    return markdown(["instance", "seconds", "one thread", "two threads", "two are better"], rows)
