"""Solve a problem: search within a budget, then say what is left unserved and why."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from routing import search, underway
from routing.insertion import NEVER, cheapest
from routing.problem import Problem, Shipment, Vehicle
from routing.recreate import MOST_TRIED
from routing.solution import Round, Solution, Unserved, UnservedReason, Visit, cost
from routing.tables import FIRST, NO_LIMIT, PENALTY, RIDE, SHIPMENT, USE, Tables, tables_of
from routing.timing import open_rounds, retime

#: Share of the budget spent on using fewer vehicles, where using one costs anything.
REDUCING = 0.25
#: While reducing, annealing keeps to this share of what a task costs on average.
REDUCING_HEAT = 0.3
#: Annealing cools from and to these shares of what a task costs on average.
HOT, COLD = 1.0, 0.1
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
        if progress is not None:
            numbers = state.numbers
            done = Progress(
                share=min(1.0, budget.share),
                cost=int(numbers[underway.BEST]),
                unserved=int(numbers[underway.BEST_BANK]),
            )
            progress(done)
        return left

    rounds_of_tries = 2 * len(flat.shipments) // MOST_TRIED + 1
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
    served = np.unique(flat.tasks[tasks, SHIPMENT])
    return int(flat.shipments[:, PENALTY].sum() - flat.shipments[served, PENALTY].sum())


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
            visits.append(
                Visit(shipment=shipment, task=task - int(flat.shipments[shipment, FIRST]))
            )
        if visits:
            rounds.append(Round(vehicle=vehicle, visits=tuple(visits)))
        begins = ends
    return tuple(rounds)


def _answer(problem: Problem, flat: Tables | None, rounds: tuple[Round, ...]) -> Solution:
    """Name what no round serves, with its reason, and cost the whole."""
    served = {visit.shipment for round_ in rounds for visit in round_.visits}
    alone = None if flat is None else _Alone(flat)
    unserved = tuple(
        Unserved(shipment=index, reason=_reason(problem, alone, index))
        for index in range(len(problem.shipments))
        if index not in served
    )
    return Solution(rounds=rounds, unserved=unserved, cost=cost(problem, rounds, unserved))


class _Alone:
    """Every vehicle empty, to see whether a shipment fits one alone."""

    def __init__(self, flat: Tables) -> None:
        """Keep a second set of shipments that mind no ride."""
        patient = flat.shipments.copy()
        patient[:, RIDE] = NO_LIMIT
        self.flat = flat
        self.patient = flat._replace(shipments=patient)
        self.rounds = open_rounds(flat)
        for row in range(len(flat.vehicles)):
            retime(flat, self.rounds, row)

    def fits(self, shipment: int, *, patient: bool = False) -> bool:
        """Tell whether some empty vehicle could serve a shipment, however long it rides."""
        flat = self.patient if patient else self.flat
        return any(
            cheapest(flat, self.rounds, shipment, row)[0] < NEVER
            for row in range(len(flat.vehicles))
        )


def _reason(problem: Problem, alone: _Alone | None, index: int) -> UnservedReason:
    shipment = problem.shipments[index]
    skilled = [v for v in problem.vehicles if shipment.skills & ~v.skills == 0]
    if alone is None or not skilled:
        return UnservedReason.NO_SKILLED_VEHICLE
    if not any(_holds(vehicle, shipment) for vehicle in skilled):
        return UnservedReason.TOO_LARGE
    if not alone.fits(index, patient=True):
        return UnservedReason.OUT_OF_REACH
    if not alone.fits(index):
        return UnservedReason.RIDE_TOO_LONG
    return UnservedReason.NO_ROOM


def _holds(vehicle: Vehicle, shipment: Shipment) -> bool:
    return all(a <= c for a, c in zip(shipment.amount, vehicle.capacity, strict=True))
