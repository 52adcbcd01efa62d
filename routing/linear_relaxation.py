"""The linear relaxation of choosing rounds: what each line is worth, and what is left to gain.

It is given the rounds that would gain something, again and again, until none does (sifting). The
one door to OR-Tools' linear solver.
"""

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp

from routing.cover import Cover, Way
from routing.tables import Int64s

#: The relaxation starts with so many rounds, and is given so many at once.
FIRST_GIVEN, GIVEN = 2000, 500
#: Solvers of linear programs are exact to about this share.
TOLERANCE = 1e-7


class LinearRelaxation:
    """The linear program, solved for one number of rounds after the other."""

    def __init__(self, cover: Cover, best: int) -> None:
        """Lay out the lines, the ways, the rounds of the best plan and the first others."""
        self.cover = cover
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        # Large penalties leave the last digits in doubt; prices need not be exact to be of use.
        self.solver.SetSolverSpecificParametersAsString("change_status_to_imprecise: false")
        self.goal = self.solver.Objective()
        self.goal.SetMinimization()
        asked = [way.asks for way in cover.ways]
        unasked = np.ones(cover.lines)
        unasked[[line for lines in asked for line in lines]] = 0
        self.lines = [self.solver.Constraint(each, each) for each in unasked.tolist()]
        self.kinds = [
            self.solver.Constraint(float(most) if is_out else 0.0, float(most))
            for most, is_out in zip(cover.fleet.tolist(), cover.is_out.tolist(), strict=True)
        ]
        self.rounds = self.solver.Constraint(-self.solver.infinity(), self.solver.infinity())
        # The use of a vehicle is left out: it would swallow the digits of all else.
        self.costs = cover.columns.costs - np.where(cover.counts, cover.use, 0)
        for way in cover.ways:
            self._give_way(way, best - cover.use * max(0, cover.now - 1))
        self.is_given = np.zeros(len(self.costs), bool)
        self._give(np.arange(min(len(self.costs), FIRST_GIVEN)))
        self.prices = np.zeros(cover.lines)
        self.kind_prices = np.zeros(len(cover.fleet))
        self.round_price = self.bound = 0.0

    @property
    def age_s(self) -> float:
        """How long it exists, solving or not."""
        return float(self.solver.wall_time()) / 1000

    def _give_way(self, way: Way, ceiling: int) -> None:
        variable = self.solver.NumVar(0.0, 1.0, "")
        self.goal.SetCoefficient(variable, float(min(way.cost, ceiling)))
        for lines, sign in ((way.meets, 1.0), (way.asks, -1.0)):
            for line in lines:
                self.lines[line].SetCoefficient(variable, sign)

    def _give(self, columns: Int64s) -> None:
        for column in columns.tolist():
            variable = self.solver.NumVar(0.0, self.solver.infinity(), "")
            self.goal.SetCoefficient(variable, float(self.costs[column]))
            for line in self.cover.columns.shipments_of(column):
                self.lines[line].SetCoefficient(variable, 1.0)
            self.kinds[self.cover.columns.kinds[column]].SetCoefficient(variable, 1.0)
            if self.cover.counts[column]:
                self.rounds.SetCoefficient(variable, 1.0)
        self.is_given[columns] = True

    def solve(self, rounds: int | None, seconds: float | None) -> bool:
        """Solve over all columns; False where that did not end well."""
        if rounds is not None:
            self.rounds.SetBounds(float(rounds), float(rounds))
        ends = None if seconds is None else self.age_s + seconds
        while ends is None or self.age_s < ends:
            if ends is not None:
                self.solver.SetTimeLimit(max(1, int(1000 * (ends - self.age_s))))
            if self.solver.Solve() != pywraplp.Solver.OPTIMAL:
                return False
            self.prices = np.array([line.dual_value() for line in self.lines])
            self.kind_prices = np.array([kind.dual_value() for kind in self.kinds])
            self.round_price = self.rounds.dual_value()
            reduced = self.reduced()
            reduced[self.is_given] = 0
            gains = np.flatnonzero(reduced < -TOLERANCE * self.costs.max(initial=1))
            if len(gains) == 0:
                self.bound = self.goal.Value() + self.cover.use * (rounds or 0)
                return True
            self._give(gains[np.argsort(reduced[gains], kind="stable")[:GIVEN]])
        return False

    def reduced(self) -> NDArray[np.float64]:
        """Return what each column costs more than what it meets is worth."""
        cover = self.cover
        paid = cover.worth(self.prices) + self.kind_prices[cover.columns.kinds]
        return np.asarray(self.costs - paid - np.where(cover.counts, self.round_price, 0))

    def promises(self, best: int) -> bool:
        """Tell whether a plan may be cheaper."""
        return self.bound < best - 1 + TOLERANCE * best
