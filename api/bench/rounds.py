"""Run the solver, and its peers, on public instances; the referee judges every answer alike."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from api.bench import ours, peers
from api.bench.answers import Setting, as_solution
from api.bench.best_known import BestKnown, best_known
from api.bench.instances import Instance, read_instance
from routing.round import Round
from routing.solution import Solution, faults

OURS = "colporteur"
#: Seconds a solver gets up to so many tasks. Sizes are nominal: what Li and Lim call a hundred
#: tasks are up to 106.
BUDGETS_S = ((110, 10.0), (220, 30.0), (660, 60.0))
LONGEST_BUDGET_S = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How everybody is asked: within `seconds`, or by size; with these seeds.

    A peer is asked with each of its settings, and every setting has the whole budget; or with the
    first of them alone.
    """

    seconds: float | None = None
    seeds: Sequence[int] = (0,)
    threads: int = 1
    peers: Sequence[str] = ()
    first_setting_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a solver came to: vehicles, and travel in the instance's unit.

    `seconds` are what it took, `budget_s` what it was given. `feasible` means that the referee
    found nothing and nothing is unserved; an answer with `faults` counts as none at all.
    """

    instance: str
    solver: str
    setting: str
    seed: int
    threads: int
    budget_s: float
    seconds: float
    vehicles: int
    cost: float
    feasible: bool
    unserved: int
    faults: int
    best_vehicles: int | None
    best_cost: float | None

    @property
    def rank(self) -> tuple[int, int, float]:
        """The smaller the better: what is left unserved, then vehicles, then travel."""
        return self.unserved, self.vehicles, self.cost

    @property
    def gap_percent(self) -> float | None:
        """How much dearer than the best known plan, where it has as many vehicles."""
        if self.best_cost is None or not self.feasible or self.vehicles != self.best_vehicles:
            return None
        return round(100 * (self.cost / self.best_cost - 1), 2)

    def as_json(self) -> dict[str, object]:
        """Return the line's fields and the gap."""
        return {**asdict(self), "gap_percent": self.gap_percent}


def budget_s(instance: Instance) -> float:
    """Return the seconds a dispatcher waits for a plan of an instance's size."""
    tasks = 2 * len(instance.problem.shipments)
    return next((seconds for most, seconds in BUDGETS_S if tasks <= most), LONGEST_BUDGET_S)


def bench_rounds(
    files: Sequence[Path],
    asking: Asking,
    *,
    keep: Callable[[Instance, Solution], None] = lambda instance, solution: None,
) -> Iterator[Line]:
    """Yield a line per instance, solver and seed: ours first, then the peers, one after the other.

    A peer that knows no seed is asked once, and of its settings the best counts. Our own sound
    plans are handed to `keep`.

    Raises
    ------
    ValueError
        A file is no instance, or there is no such peer.
    ModuleNotFoundError
        A peer's package is not installed.
    """
    chosen = peers.chosen(asking.peers)
    ours.warm()
    for file in files:
        run = _Run(instance=read_instance(file), known=best_known(file), asking=asking)
        for seed in asking.seeds:
            line, solution = run.ours(seed)
            if line.feasible:
                keep(run.instance, solution)
            yield line
        for name, peer in chosen.items():
            settings = list(peer.settings.items())
            for seed in asking.seeds if peer.knows_seed else asking.seeds[:1]:
                asked = settings[:1] if asking.first_setting_only else settings
                lines = [run.theirs(name, *setting, seed) for setting in asked]
                yield min(lines, key=lambda line: line.rank)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One instance, asked of everybody alike."""

    instance: Instance
    known: dict[str, BestKnown]
    asking: Asking

    @property
    def budget_s(self) -> float:
        given = self.asking.seconds
        return budget_s(self.instance) if given is None else given

    def ours(self, seed: int) -> tuple[Line, Solution]:
        begun = time.perf_counter()
        threads = self.asking.threads
        solution = ours.solved(
            self.instance.problem, seconds=self.budget_s, seed=seed, threads=threads
        )
        taken = time.perf_counter() - begun
        return self._line(solution, OURS, "", seed, taken, threads=threads), solution

    def theirs(self, solver: str, name: str, setting: Setting, seed: int) -> Line:
        begun = time.perf_counter()
        rounds: tuple[Round, ...] = setting(self.instance.problem, self.budget_s, seed)
        taken = time.perf_counter() - begun
        solution = as_solution(self.instance.problem, rounds)
        return self._line(solution, solver, name, seed, taken)

    def _line(
        self,
        solution: Solution,
        solver: str,
        setting: str,
        seed: int,
        taken_s: float,
        *,
        threads: int = 1,
    ) -> Line:
        found = faults(self.instance.problem, solution)
        judged = as_solution(self.instance.problem, ()) if found else solution
        known = self.known.get(self.instance.name)
        return Line(
            instance=self.instance.name,
            solver=solver,
            setting=setting,
            seed=seed,
            threads=threads,
            budget_s=self.budget_s,
            seconds=round(taken_s, 2),
            vehicles=self.instance.vehicles(judged),
            cost=self.instance.cost(judged),
            feasible=not judged.unserved,
            unserved=len(judged.unserved),
            faults=len(found),
            best_vehicles=None if known is None else known.vehicles,
            best_cost=None if known is None else known.cost,
        )
