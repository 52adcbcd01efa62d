"""Solve a problem: search within a budget, then say what is left unserved and why."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from routing import reasons, search, underway
from routing.problem import Problem
from routing.recreate import MOST_TRIED
from routing.round import Round, Visit
from routing.solution import Solution, cost
from routing.tables import (
    DELIVERY,
    DEPARTED,
    NUMBER,
    PENALTY,
    SHIPMENT,
    USE,
    Tables,
    tables_of,
)

#: Share of the budget spent on using fewer vehicles, where using one costs anything.
REDUCING = 0.5
#: While reducing, annealing keeps to this share of what a task costs on average.
REDUCING_HEAT = 0.1
#: Annealing cools from and to these shares of what a task costs on average.
HOT, COLD = 1.0, 0.1
#: Even without time so many turns are taken: the first may have overlooked a vehicle.
LEAST_TURNS = 12
#: A call of the compiled search lasts about this share of the budget.
CALL = 0.004
#: A call takes no more turns than these, so that a clock that stands still is looked at again.
MOST_TURNS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a search has come: share of its budget spent, and the best plan so far."""

    share: float
    cost: int
    unserved: int


def solve(
    problem: Problem,
    *,
    seconds: float | None = None,
    iterations: int | None = None,
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Solution:
    """Plan rounds for a problem within one budget.

    Parameters
    ----------
    seconds, iterations
        Give exactly one. The same problem, seed and iterations give the same answer; seconds are
        those of `clock`.
    progress
        Called a few hundred times in a run.

    Raises
    ------
    ValueError
        No budget is given, or both, or one is negative.
    """
    if (seconds is None) == (iterations is None):
        raise ValueError("give either seconds or iterations")
    if min(seconds or 0, iterations or 0, seed) < 0:
        raise ValueError("seconds, iterations and seed must not be negative")
    if not problem.shipments or not problem.vehicles:
        return _answer(problem, None, ())
    budget = _Budget(seconds=seconds, iterations=iterations, clock=clock)
    flat = tables_of(problem)
    return _answer(problem, flat, _searched(flat, underway.begin(flat, seed), budget, progress))


class _Budget:
    """Turns or time, handed out in calls short enough to stop when they are used up."""

    def __init__(
        self, *, seconds: float | None, iterations: int | None, clock: Callable[[], float]
    ) -> None:
        """Start the clock."""
        self.seconds = seconds
        self.iterations = iterations
        self.clock = clock
        self.begun = clock()
        self.taken = 0
        self.call = 1

    @property
    def share(self) -> float:
        """How much is used up: 1 or more when all is."""
        if self.seconds is None:
            return self.taken / self.iterations if self.iterations else 1.0
        return (self.clock() - self.begun) / self.seconds if self.seconds else 1.0

    def spend(self, turns: Callable[[int], int]) -> int:
        """Take one call's worth of turns; return how many of them were left over."""
        if self.iterations is not None:
            self.call = max(1, min(int(self.iterations * CALL), self.iterations - self.taken))
        before = self.share
        call = self.call
        taken = turns(call)
        self.taken += taken
        pace = CALL / max(self.share - before, CALL / 100)
        self.call = max(1, min(MOST_TURNS, int(call * min(2.0, pace))))
        return call - taken


def _searched(
    flat: Tables,
    state: underway.Search,
    budget: _Budget,
    progress: Callable[[Progress], None] | None,
) -> tuple[Round, ...]:
    """Fill, reduce, anneal, each to its share of the budget; return the best rounds."""

    def spend(temperature: float, *, reducing: bool = False, allowed: int = 0) -> int:
        left = budget.spend(
            lambda turns: search.run(flat, state, turns, temperature, reducing, allowed)
        )
        if progress is not None and (budget.taken >= LEAST_TURNS or budget.share >= 1):
            numbers = state.numbers
            done = Progress(
                share=min(1.0, budget.share),
                cost=int(numbers[underway.BEST]),
                unserved=int(numbers[underway.BEST_BANK]),
            )
            progress(done)
        return left

    rounds_of_tries = 2 * len(flat.deliveries) // MOST_TRIED + LEAST_TURNS
    # However short the time, every shipment is tried once: a plan of nothing helps nobody.
    while budget.taken < rounds_of_tries and (budget.share < 1 or budget.seconds):
        spend(0.0)
    warmth = _cost_per_task(flat, state)
    if flat.vehicles[:, USE].any():
        allowed = _penalties(flat, state)
        while budget.share < REDUCING and not spend(
            REDUCING_HEAT * warmth, reducing=True, allowed=allowed
        ):
            pass
        underway.recall(flat, state)
    begun = budget.share
    while (share := budget.share) < 1:
        spend(warmth * HOT * (COLD / HOT) ** ((share - begun) / (1 - begun)))
    return _rounds(flat, state)


def _penalties(flat: Tables, state: underway.Search) -> int:
    tasks = state.best[: state.best_ends[-1]]
    served = np.unique(flat.shipments[flat.tasks[tasks, SHIPMENT], DELIVERY])
    return int(flat.deliveries[:, PENALTY].sum() - flat.deliveries[served, PENALTY].sum())


def _cost_per_task(flat: Tables, state: underway.Search) -> float:
    """Return what a served task costs on average, use and penalties apart."""
    used = np.diff(state.best_ends, prepend=0) > 0
    moving = state.numbers[underway.BEST] - _penalties(flat, state) - flat.vehicles[used, USE].sum()
    return float(moving) / max(1, int(state.best_ends[-1]))


def _rounds(flat: Tables, state: underway.Search) -> tuple[Round, ...]:
    rounds = []
    begins = 0
    for vehicle, ends in enumerate(state.best_ends.tolist()):
        visits = []
        for task in state.best[begins:ends].tolist():
            shipment = int(flat.tasks[task, SHIPMENT])
            visits.append(Visit(shipment=shipment, task=int(flat.tasks[task, NUMBER])))
        if visits or flat.vehicles[vehicle, DEPARTED] >= 0:
            rounds.append(Round(vehicle=vehicle, visits=tuple(visits)))
        begins = ends
    return tuple(rounds)


def _answer(problem: Problem, flat: Tables | None, rounds: tuple[Round, ...]) -> Solution:
    """Name what no round serves, with its reason and what would mend it, and cost the whole."""
    unserved = reasons.unserved(problem, flat, rounds)
    return Solution(rounds=rounds, unserved=unserved, cost=cost(problem, rounds, unserved))
