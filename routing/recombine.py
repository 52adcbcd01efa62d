"""Recombination: the cheapest plan made of rounds seen.

The linear relaxation comes first; it is given the rounds that would gain something, again and
again, until none does (sifting). A round whose reduced cost exceeds what is left to gain is in no
better plan. Among the others CP-SAT chooses, starting from the best plan; it counts in reduced
costs, which are small and rank plans alike.

Where using a vehicle costs, plans of as many rounds as the best, one fewer and one more are looked
for apart: that cost is then the same for all and hides no difference. The one door to OR-Tools'
solvers here.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp
from ortools.sat.python import cp_model

from routing.cover import Cover, Plan, Way, columns_of, plan_of
from routing.pool import Pool
from routing.tables import Int64s, Tables
from routing.underway import BEST, Search

#: CP-SAT chooses among so many rounds at most.
MOST_CHOSEN_FROM = 1500
#: The relaxation starts with so many rounds, and is given so many at once.
FIRST_GIVEN, GIVEN = 2000, 500
#: Solvers of linear programs are exact to about this share.
TOLERANCE = 1e-7
#: Shares of the effort: as many rounds as the best plan, one fewer, one more.
SHARES = ((0, 0.8), (-1, 0.15), (1, 0.05))


def recombine(
    tables: Tables,
    search: Search,
    pool: Pool,
    *,
    seconds: float | None = None,
    effort: float | None = None,
) -> Plan | None:
    """Return a plan cheaper than the best one, made of rounds seen; None if none is found.

    Parameters
    ----------
    seconds
        Of wall time, at most.
    effort
        CP-SAT's deterministic time, about seconds: the answer is then the same on any machine
        that is given no `seconds`.
    """
    cover = Cover(tables, columns_of(tables, search, pool))
    relaxation = _Relaxation(cover, int(search.numbers[BEST]))
    found: Plan | None = None
    best = int(search.numbers[BEST])
    spent = 0.0
    for rounds, share in _sizes(cover):
        left = None if seconds is None else seconds - spent - relaxation.seconds
        if left is not None and left <= 0:
            break
        if not relaxation.solve(rounds, left) or not relaxation.promises(best):
            continue
        choice = _Choice(relaxation, rounds, best)
        chosen = choice.solve(
            None if left is None else left * share, None if effort is None else effort * share
        )
        spent += choice.seconds
        if chosen is not None and choice.cost < best:
            best, found = choice.cost, plan_of(tables, cover.columns, chosen)
    return found


def _sizes(cover: Cover) -> Iterator[tuple[int | None, float]]:
    """Yield how many rounds to look for, None for any, and the share of the effort this gets."""
    if not cover.is_use_dear:
        yield None, 1.0
        return
    for more, share in SHARES:
        if cover.now + more > 0:
            yield cover.now + more, share


class _Relaxation:
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
    def seconds(self) -> float:
        """How long it exists."""
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
        ends = None if seconds is None else self.seconds + seconds
        while ends is None or self.seconds < ends:
            if ends is not None:
                self.solver.SetTimeLimit(max(1, int(1000 * (ends - self.seconds))))
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


class _Choice:
    """CP-SAT's model of plans with so many rounds."""

    def __init__(self, relaxation: _Relaxation, rounds: int | None, best: int) -> None:
        """Write the model over the rounds that a better plan may hold."""
        self.cover = cover = relaxation.cover
        columns = cover.columns
        reduced = relaxation.reduced()
        order = np.argsort(reduced, kind="stable")[:MOST_CHOSEN_FROM]
        order = order[reduced[order] < best - relaxation.bound + 1]
        own, empty = np.arange(len(columns.homes)), np.flatnonzero(np.diff(columns.shares) == 0)
        self.columns = np.unique(np.concatenate([order, own, empty])).tolist()
        self.model = cp_model.CpModel()
        self.seconds, self.cost = 0.0, best
        self.chosen = [
            self.model.new_int_var(0, int(cover.fleet[columns.kinds[each]]), "")
            if columns.shares[each] == columns.shares[each + 1]
            else self.model.new_bool_var("")
            for each in self.columns
        ]
        self.ways = [self.model.new_bool_var("") for _ in cover.ways]
        self._meet_lines()
        self._keep_to_fleet(rounds)
        self._price(relaxation, rounds)
        if rounds is None or rounds == cover.now:
            self._hint()

    def _meet_lines(self) -> None:
        met: list[list[cp_model.LiteralT]] = [[] for _ in range(self.cover.lines)]
        for column, is_chosen in zip(self.columns, self.chosen, strict=True):
            for line in self.cover.columns.shipments_of(column):
                met[line].append(is_chosen)
        for way, is_taken in zip(self.cover.ways, self.ways, strict=True):
            for line in way.meets:
                met[line].append(is_taken)
            for line in way.asks:
                met[line].append(is_taken.negated())
        for literals in met:
            self.model.add_exactly_one(literals)

    def _keep_to_fleet(self, rounds: int | None) -> None:
        kinds = self.cover.columns.kinds[self.columns]
        for kind, most in enumerate(self.cover.fleet.tolist()):
            driven = cp_model.LinearExpr.sum(
                [self.chosen[n] for n in np.flatnonzero(kinds == kind)]
            )
            self.model.add(driven == most if self.cover.is_out[kind] else driven <= most)
        if rounds is not None:
            counted = np.flatnonzero(self.cover.counts[self.columns])
            self.model.add(cp_model.LinearExpr.sum([self.chosen[n] for n in counted]) == rounds)

    def _price(self, relaxation: _Relaxation, rounds: int | None) -> None:
        """Cost in whole prices: each line is met once, so that their sum is the same for all."""
        cover = self.cover
        prices = np.rint(relaxation.prices).astype(np.int64)
        use = 0 if rounds is None else cover.use + round(relaxation.round_price)
        columns = cover.columns.costs - cover.worth(prices) - np.where(cover.counts, use, 0)
        ways = [
            way.cost - int(prices[way.meets].sum()) + int(prices[way.asks].sum())
            for way in cover.ways
        ]
        asked = {line for way in cover.ways for line in way.asks}
        unasked = [line for line in range(cover.lines) if line not in asked]
        self.base = int(prices[unasked].sum()) + use * (rounds or 0)
        weights = [*columns[self.columns].tolist(), *ways]
        self.model.minimize(cp_model.LinearExpr.weighted_sum([*self.chosen, *self.ways], weights))

    def _hint(self) -> None:
        """Start from the best plan, whose rounds are the first columns."""
        own = len(self.cover.columns.homes)
        for column, is_chosen in zip(self.columns, self.chosen, strict=True):
            self.model.add_hint(is_chosen, int(column < own))
        is_open = self.cover.is_open.copy()
        taken = []
        for way in self.cover.ways:
            is_taken = bool(way.asks) and not is_open[way.asks].any()
            if is_taken:
                is_open[way.meets] = False
            taken.append(is_taken)
        for way, is_taken, variable in zip(self.cover.ways, taken, self.ways, strict=True):
            self.model.add_hint(variable, is_taken if way.asks else bool(is_open[way.meets[0]]))

    def solve(self, seconds: float | None, effort: float | None) -> list[int] | None:
        """Return the columns of the cheapest plan found, each as often as it is driven."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.interleave_search = True
        solver.parameters.random_seed = 0
        if seconds is not None:
            solver.parameters.max_time_in_seconds = seconds
        if effort is not None:
            solver.parameters.max_deterministic_time = effort
        status = solver.solve(self.model)
        self.seconds = solver.wall_time
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        self.cost = self.base + round(solver.objective_value)
        times = [solver.value(variable) for variable in self.chosen]
        return np.repeat(self.columns, times).tolist()
