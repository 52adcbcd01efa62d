"""Solve a problem: climb within a budget, on every thread, then say what is unserved and why.

All threads climb for themselves and meet at shares of the budget: whoever needs more vehicles or
leaves more unserved goes on from the best plan of all, and from the rounds all have seen a cheaper
plan is put together.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from routing import reasons, underway
from routing.budget import Budget
from routing.climb import Climb
from routing.problem import Problem
from routing.round import Round, Visit
from routing.solution import Solution, cost
from routing.tables import DEPARTED, NUMBER, SHIPMENT, Tables, tables_of

#: The shares of the budget threads meet at.
MEETINGS = tuple(n / 20 for n in range(1, 21))
#: At these a plan is put together of the rounds seen.
RECOMBINED = (0.8, 0.95)
#: Share of the budget this takes at most, and the least time worth it, in seconds.
RECOMBINING, WORTH_IT_S = 0.03, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a search has come: share of its budget spent, and the best plan so far.

    Where several threads search, `unserved` may be a moment younger than `cost`.
    """

    share: float
    cost: int
    unserved: int


def solve(
    problem: Problem,
    *,
    seconds: float | None = None,
    iterations: int | None = None,
    seed: int = 0,
    threads: int = 1,
    start: Sequence[Round] = (),
    progress: Callable[[Progress], None] | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Solution:
    """Plan rounds for a problem within one budget.

    Parameters
    ----------
    seconds, iterations
        Give exactly one; each thread has it to itself. The same problem, start, seed, threads and
        iterations give the same answer; seconds are those of `clock`, which all threads read.
    start
        Rounds to begin with; what they can no longer serve in time leaves them.
    progress
        Called a few hundred times in a run or more, from the caller's thread.

    Raises
    ------
    ValueError
        No budget is given, or both, or one is negative; there is no thread; a visit of the start
        is none of the problem's.
    """
    if (seconds is None) == (iterations is None):
        raise ValueError("give either seconds or iterations")
    if min(seconds or 0, iterations or 0, seed) < 0:
        raise ValueError("seconds, iterations and seed must not be negative")
    if threads < 1:
        raise ValueError("a search needs at least one thread")
    if not problem.shipments or not problem.vehicles:
        return _answer(problem, None, _ways_back(problem))
    began = clock()
    flat = tables_of(problem)
    climbs = []
    for n in range(threads):
        budget = Budget(seconds=seconds, iterations=iterations, clock=clock, begun=began)
        state = underway.begin(flat, seed * threads + n)
        climbs.append(Climb(flat, state, budget))
        if start:
            climbs[n].resume(start)
    _climb(climbs, progress)
    best = min(climbs, key=lambda climb: climb.best)
    return _answer(problem, flat, _rounds(flat, best.state))


def _climb(climbs: list[Climb], progress: Callable[[Progress], None] | None) -> None:
    """Climb to the end of the budget, from meeting to meeting."""

    def tell() -> None:
        if progress is not None and climbs[0].is_told:
            progress(_progress(climbs))

    with ThreadPoolExecutor(len(climbs)) as crew:
        try:
            for share in MEETINGS:
                others = [crew.submit(climb.until, share) for climb in climbs[1:]]
                climbs[0].until(share, tell)
                for other in others:
                    other.result()
                _meet(climbs, share)
        finally:
            for climb in climbs:
                climb.is_halted = True
    min(climbs, key=lambda climb: climb.best).finish()
    tell()


def _progress(climbs: list[Climb]) -> Progress:
    best = min(climbs, key=lambda climb: climb.best)
    return Progress(
        share=min(1.0, climbs[0].budget.share),
        cost=best.best,
        unserved=int(best.state.numbers[underway.BEST_BANK]),
    )


def _meet(climbs: list[Climb], share: float) -> None:
    best = min(climbs, key=lambda climb: climb.best)
    if share in RECOMBINED and best.budget.effort * RECOMBINING >= WORTH_IT_S:
        best.recombine(best.budget.effort * RECOMBINING, [climb.pool for climb in climbs])
    for climb in climbs:
        climb.meet(best)


def _ways_back(problem: Problem) -> tuple[Round, ...]:
    """Return the rounds of vehicles under way that have nothing to do any more."""
    return tuple(
        Round(vehicle=index, visits=())
        for index, vehicle in enumerate(problem.vehicles)
        if vehicle.underway is not None
    )


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
