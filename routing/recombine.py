"""Recombination: the cheapest plan made of rounds seen.

The linear relaxation comes first. A round whose reduced cost exceeds what is left to gain is in no
better plan. Among the others CP-SAT chooses, starting from the best plan; it counts in reduced
costs, which are small and rank plans alike.

Where using a vehicle costs, plans of as many rounds as the best, one fewer and one more are looked
for apart: that cost is then the same for all and hides no difference. The one door to CP-SAT.
"""

from collections.abc import Iterator

import numpy as np
from ortools.sat.python import cp_model

from routing.cover import Cover, Plan, columns_of, plan_of
from routing.linear_relaxation import LinearRelaxation
from routing.pool import Pool
from routing.state import BEST, Search
from routing.tables import Tables

#: CP-SAT chooses among so many rounds at most.
MOST_CHOSEN_FROM = 1500
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
    relaxation = LinearRelaxation(cover, int(search.numbers[BEST]))
    found: Plan | None = None
    best = int(search.numbers[BEST])
    for rounds, share in _sizes(cover):
        left = None if seconds is None else seconds - relaxation.age_s
        if left is not None and left <= 0:
            break
        if not relaxation.solve(rounds, left) or not relaxation.promises(best):
            continue
        choice = _Choice(relaxation, rounds, best)
        chosen = choice.solve(
            None if left is None or seconds is None else min(left, seconds * share),
            None if effort is None else effort * share,
        )
        if chosen is not None and choice.cost < best:
            best, found = choice.cost, plan_of(tables, cover.columns, chosen)
    return found


def _sizes(cover: Cover) -> Iterator[tuple[int | None, float]]:
    """Yield how many rounds to look for, None for any, and the share of the effort this gets."""
    if not cover.is_use_dear:
        yield None, 1.0
        return
    for more, share in SHARES:
        if cover.now + more >= 0:
            yield cover.now + more, share


class _Choice:
    """CP-SAT's model of plans with so many rounds."""

    def __init__(self, relaxation: LinearRelaxation, rounds: int | None, best: int) -> None:
        """Write the model over the rounds that a better plan may hold."""
        self.cover = cover = relaxation.cover
        columns = cover.columns
        reduced = relaxation.reduced()
        order = np.argsort(reduced, kind="stable")[:MOST_CHOSEN_FROM]
        order = order[reduced[order] < best - relaxation.bound + 1]
        own, empty = np.arange(len(columns.homes)), np.flatnonzero(np.diff(columns.shares) == 0)
        self.columns = np.unique(np.concatenate([order, own, empty])).tolist()
        self.model = cp_model.CpModel()
        self.cost = best
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

    def _price(self, relaxation: LinearRelaxation, rounds: int | None) -> None:
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
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        self.cost = self.base + round(solver.objective_value)
        times = [solver.value(variable) for variable in self.chosen]
        return np.repeat(self.columns, times).tolist()
