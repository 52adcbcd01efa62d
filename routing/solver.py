"""Solve a problem: climb within a budget, on every thread, then say what is unserved and why."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from routing import reasons
from routing.budget import Budget
from routing.climb import Climb
from routing.problem import Problem
from routing.round import Round
from routing.solution import Solution, cost
from routing.state import Search, begin
from routing.tables import DEPARTED, Tables, tables_of
from routing.team import Team
from routing.visits import visits_of


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
        state = begin(flat, seed * threads + n)
        climbs.append(Climb(flat, state, budget))
        if start:
            climbs[n].resume(start)
    team = Team(climbs)

    def tell() -> None:
        if progress is not None and climbs[0].is_told:
            share = min(1.0, climbs[0].budget.share)
            progress(Progress(share=share, cost=team.best.best, unserved=team.left))

    team.climb(tell)
    return _answer(problem, flat, _rounds(flat, team.best.state))


def _ways_back(problem: Problem) -> tuple[Round, ...]:
    """Return the rounds of vehicles under way that have nothing to do any more."""
    return tuple(
        Round(vehicle=index, visits=())
        for index, vehicle in enumerate(problem.vehicles)
        if vehicle.underway is not None
    )


def _rounds(flat: Tables, state: Search) -> tuple[Round, ...]:
    rounds, visits = [], visits_of(flat)
    begins = 0
    for vehicle, ends in enumerate(state.best_ends.tolist()):
        if ends > begins or flat.vehicles[vehicle, DEPARTED] >= 0:
            order = tuple(visits[task] for task in state.best[begins:ends].tolist())
            rounds.append(Round(vehicle=vehicle, visits=order))
        begins = ends
    return tuple(rounds)


def _answer(problem: Problem, flat: Tables | None, rounds: tuple[Round, ...]) -> Solution:
    """Name what no round serves, with its reason and what would mend it, and cost the whole."""
    unserved = reasons.unserved(problem, flat, rounds)
    return Solution(rounds=rounds, unserved=unserved, cost=cost(problem, rounds, unserved))
