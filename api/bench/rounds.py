"""Run the solver, and its peers, on public instances; the referee judges every answer alike."""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from api.bench.instances import Instance, read_instance
from api.bench.peers import PEERS
from routing import search
from routing.solution import Round, Solution, Unserved, UnservedReason, cost, faults
from routing.solver import solve


def bench_rounds(
    files: Iterable[Path], seconds: float, seed: int, peers: Iterable[str] = ()
) -> Iterator[dict[str, str | int | float | bool]]:
    """Yield a line per instance and solver: ours first, then the peers, one after the other.

    `cost` is travel in the instance's unit; `feasible` means that the referee found nothing and
    nothing is unserved.

    Raises
    ------
    ValueError
        A file is no instance, or there is no such peer.
    ModuleNotFoundError
        A peer's package is not installed.
    """
    chosen = list(peers)
    if unknown := [name for name in chosen if name not in PEERS]:
        raise ValueError(f"no such peer: {', '.join(unknown)}; there are {', '.join(PEERS)}")
    search.warm()
    for file in files:
        instance = read_instance(file)
        begun = time.perf_counter()
        solution = solve(instance.problem, seconds=seconds, seed=seed)
        yield _line(instance, "colporteur", time.perf_counter() - begun, solution)
        for name in chosen:
            begun = time.perf_counter()
            rounds = PEERS[name](instance.problem, seconds, seed)
            taken = time.perf_counter() - begun
            yield _line(instance, name, taken, as_solution(instance, rounds))


def as_solution(instance: Instance, rounds: tuple[Round, ...]) -> Solution:
    """Complete a peer's rounds to a solution: what they leave out is unserved."""
    served = {visit.shipment for round_ in rounds for visit in round_.visits}
    unserved = tuple(
        Unserved(shipment=index, reason=UnservedReason.NO_ROOM)
        for index in range(len(instance.problem.shipments))
        if index not in served
    )
    total = cost(instance.problem, rounds, unserved)
    return Solution(rounds=rounds, unserved=unserved, cost=total)


def _line(
    instance: Instance, solver: str, seconds: float, solution: Solution
) -> dict[str, str | int | float | bool]:
    return {
        "instance": instance.name,
        "solver": solver,
        "seconds": round(seconds, 2),
        "vehicles": instance.vehicles(solution),
        "cost": instance.cost(solution),
        "feasible": not faults(instance.problem, solution) and not solution.unserved,
        "unserved": len(solution.unserved),
    }
