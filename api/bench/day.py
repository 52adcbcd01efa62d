"""How soon a town's day is planned well enough: the same day within seconds and within minutes."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api.bench import ours
from api.bench.tables import markdown
from routing.problem import Problem
from routing.solution import Solution, faults


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLine:
    """What a budget came to: `ratio` is its cost over that of the longest budget, same seed.

    `reasons` says why deliveries are unserved, most frequent first.
    """

    seed: int
    budget_s: float
    seconds: float
    cost_cents: int
    unserved: int
    reasons: str
    rounds: int
    faults: int
    ratio: float


def bench_day(
    problem: Problem, budgets_s: Sequence[float], seeds: Sequence[int], *, threads: int = 1
) -> Iterator[DayLine]:
    """Yield a line per seed and budget, the longest budget of a seed first."""
    ours.warm()
    for seed in seeds:
        longest: Solution | None = None
        for budget_s in sorted(budgets_s, reverse=True):
            begun = time.perf_counter()
            plan = ours.solved(problem, seconds=budget_s, seed=seed, threads=threads)
            taken_s = time.perf_counter() - begun
            longest = longest or plan
            yield DayLine(
                seed=seed,
                budget_s=budget_s,
                seconds=round(taken_s, 2),
                cost_cents=plan.cost // 1000,
                unserved=len(plan.unserved),
                reasons=_reasons(plan),
                rounds=len(plan.rounds),
                faults=len(faults(problem, plan)),
                ratio=round(plan.cost / longest.cost, 4) if longest.cost else 1.0,
            )


def _reasons(plan: Solution) -> str:
    counted = Counter(each.reason.value for each in plan.unserved)
    return ", ".join(f"{times} {reason}" for reason, times in counted.most_common())


def day_table(lines: Sequence[DayLine]) -> str:
    """Show each seed's budgets, the shortest first."""
    rows = [
        [
            f"{line.budget_s:g}",
            str(line.seed),
            f"{line.seconds:.2f}",
            f"{line.cost_cents / 100:.2f}",
            str(line.unserved),
            line.reasons,
            str(line.rounds),
            str(line.faults),
            f"{line.ratio:.4f}",
        ]
        for line in sorted(lines, key=lambda line: (line.budget_s, line.seed))
    ]
    header = "budget s, seed, took s, euros, unserved, why, rounds, faults, ratio"
    return markdown(header.split(", "), rows)
