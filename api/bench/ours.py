"""Our own solver, asked as the product asks it."""

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
    """Plan a problem within a budget."""
    return solve(problem, seconds=seconds, iterations=iterations, seed=seed, threads=threads)
