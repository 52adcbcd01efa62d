"""Our own solver, asked as the product asks it."""

import inspect
from collections.abc import Callable

from routing import search
from routing.problem import Problem
from routing.solution import Solution
from routing.solver import solve


def warm() -> None:
    """Load what is compiled, before any clock runs."""
    search.warm()


def solved(
    problem: Problem,
    *,
    seconds: float | None = None,
    iterations: int | None = None,
    seed: int,
    threads: int = 1,
) -> Solution:
    """Plan a problem within a budget.

    Raises
    ------
    ValueError
        The solver runs on one thread only.
    """
    if threads == 1:
        return solve(problem, seconds=seconds, iterations=iterations, seed=seed)
    if "threads" not in inspect.signature(solve).parameters:
        raise ValueError(f"the solver runs on one thread, not on {threads}")
    threaded: Callable[..., Solution] = solve
    return threaded(problem, seconds=seconds, iterations=iterations, seed=seed, threads=threads)
