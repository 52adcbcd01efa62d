"""One search on one thread, from an empty plan or a given one to a good one.

It fills the rounds, then uses fewer vehicles while there is hope, then anneals; every phase ends
at its share of the budget, and a climb may be halted at any share between.
"""

from collections.abc import Callable, Sequence
from enum import Enum, auto

import numpy as np

from routing.budget import Budget
from routing.pool import Pool, merged, open_pool
from routing.recombine import recombine
from routing.recreate import MOST_TRIED, complete
from routing.round import Round
from routing.search import run
from routing.state import BEST, BEST_BANK, NEAR, NOW, Search
from routing.tables import DELIVERY, DEPARTED, PENALTY, SHIPMENT, USE, Tables
from routing.turn import adopt, recall
from routing.warm_start import resume

#: Share of the budget after which no search for fewer vehicles goes on, where using one costs.
REDUCING = 0.5
#: It is given up where for this share of the budget always too many deliveries were left over.
PATIENCE = 0.1
#: While reducing, annealing keeps to this share of what a task costs on average.
REDUCING_HEAT = 0.1
#: Annealing cools from and to these shares of what a task costs on average.
HOT, COLD = 4.0, 0.1
#: However short the time, so many turns are taken: the first may have overlooked a vehicle.
LEAST_TURNS = 12


class Phase(Enum):
    """What a climb is at."""

    FILLING = auto()
    REDUCING = auto()
    ANNEALING = auto()


class Climb:
    """A search, its budget, and the rounds it saw."""

    def __init__(self, flat: Tables, state: Search, budget: Budget) -> None:
        """Begin with a search that has no plan yet."""
        self.flat = flat
        self.state = state
        self.budget = budget
        self.pool: Pool = open_pool(flat)
        self.phase = Phase.FILLING
        self.is_halted = False
        self._sunk = int(state.numbers[NOW] - flat.deliveries[:, PENALTY].sum())
        self._hoped = 0.0
        self._near = 0
        self._begun = 0.0
        self._warmth = 0.0
        self._allowed = 0

    @property
    def best(self) -> int:
        """What the best plan costs."""
        return int(self.state.numbers[BEST])

    @property
    def is_told(self) -> bool:
        """Tell whether the best plan is worth showing: it was tried often enough."""
        return self.budget.taken >= LEAST_TURNS or self.budget.share >= 1

    def resume(self, rounds: Sequence[Round]) -> None:
        """Take up rounds planned before. Raises ValueError where they are none of the problem's."""
        resume(self.flat, self.state, rounds)

    def until(self, share: float, tell: Callable[[], None] | None = None) -> None:
        """Go on to a share of the budget, or until halted; `tell` is called now and then."""
        if self.phase is Phase.FILLING:
            while self._is_filling():
                self._spend(0.0)
                if tell is not None:
                    tell()
            self._begin_improving()
        while self.budget.share < share and not self.is_halted:
            if self.phase is Phase.REDUCING:
                self._reduce()
            else:
                self._anneal()
            if tell is not None:
                tell()

    def meet(self, best: "Climb") -> None:
        """Go on from the best plan of all where it uses fewer vehicles or leaves less."""
        if self._weight() > best._weight():
            self.join(best)
            self._hope()

    def join(self, best: "Climb") -> None:
        """Go on from another's best plan."""
        if best is not self:
            adopt(self.flat, self.state, best.state.best, best.state.best_ends)

    def recombine(self, seconds: float, pools: Sequence[Pool]) -> None:
        """Go on from a plan of rounds seen, where one is cheaper than the best."""
        seen = merged(pools)
        if self.budget.seconds is None:
            plan = recombine(self.flat, self.state, seen, effort=seconds)
        else:
            plan = recombine(self.flat, self.state, seen, seconds=seconds)
        if plan is not None:
            adopt(self.flat, self.state, plan.tasks, plan.ends)

    def finish(self) -> None:
        """Serve what the best plan leaves though it has room at less than the penalty."""
        if self.state.numbers[BEST_BANK] > 0:
            complete(self.flat, self.state)

    def _weight(self) -> int:
        """Return what the best plan costs in vehicles used and deliveries left."""
        used = np.diff(self.state.best_ends, prepend=0) > 0
        return int(_penalties(self.flat, self.state) + self.flat.vehicles[used, USE].sum())

    def _is_filling(self) -> bool:
        """Tell whether filling goes on: however short the time, every delivery has its chance."""
        least = 2 * len(self.flat.deliveries) // MOST_TRIED + LEAST_TURNS
        is_on = self.budget.share < 1 or bool(self.budget.seconds)
        return self.budget.taken < least and is_on and not self.is_halted

    def _begin_improving(self) -> None:
        waiting = self.flat.vehicles[self.flat.vehicles[:, DEPARTED] < 0]
        self.phase = Phase.REDUCING if waiting[:, USE].any() else Phase.ANNEALING
        self._warmth = self._cost_per_task()
        self._allowed = _penalties(self.flat, self.state)
        self._begun = self.budget.share
        self._hope()

    def _cost_per_task(self) -> float:
        """Return what a served task costs on average, use, penalties and the past apart."""
        used = (np.diff(self.state.best_ends, prepend=0) > 0) & (
            self.flat.vehicles[:, DEPARTED] < 0
        )
        moving = self.best - self._sunk - _penalties(self.flat, self.state)
        moving -= int(self.flat.vehicles[used, USE].sum())
        return max(0, moving) / max(1, int(self.state.best_ends[-1]))

    def _reduce(self) -> None:
        left = self._spend(REDUCING_HEAT * self._warmth, reducing=True)
        self._allowed = min(self._allowed, _penalties(self.flat, self.state))
        if self.state.numbers[NEAR] > self._near:
            self._hope()
        share = self.budget.share
        if left or share >= REDUCING or share - self._hoped > PATIENCE:
            recall(self.flat, self.state)
            self._begun = share
            self.phase = Phase.ANNEALING

    def _hope(self) -> None:
        self._near = int(self.state.numbers[NEAR])
        self._hoped = self.budget.share

    def _anneal(self) -> None:
        done = (self.budget.share - self._begun) / (1 - self._begun)
        self._spend(self._warmth * HOT * (COLD / HOT) ** done)

    def _spend(self, temperature: float, *, reducing: bool = False) -> int:
        return self.budget.spend(
            lambda turns: run(
                self.flat, self.state, self.pool, turns, temperature, reducing, self._allowed
            )
        )


def _penalties(flat: Tables, state: Search) -> int:
    tasks = state.best[: state.best_ends[-1]]
    served = np.unique(flat.shipments[flat.tasks[tasks, SHIPMENT], DELIVERY])
    return int(flat.deliveries[:, PENALTY].sum() - flat.deliveries[served, PENALTY].sum())
