"""Several climbs, each on a thread of its own, that meet at shares of the budget.

While fewer vehicles are looked for, each climbs for itself, and whoever needs more vehicles or
leaves more unserved goes on from the best plan of all. Afterwards they anneal one plan together:
its rounds are dealt out anew at every meeting (`dealing`), each climb works on its own, and as no
delivery is in two hands what they made of them fits together.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from routing.climb import Climb, Phase
from routing.dealing import Plan, dealt
from routing.state import BEST_BANK
from routing.tables import Int64s, Tables

#: The shares of the budget climbs meet at.
MEETINGS = tuple(n / 40 for n in range(1, 41))
#: At these a plan is put together of the rounds seen.
RECOMBINED = (0.8, 0.95)
#: Share of the budget this takes at most, and the least time worth it, in seconds.
RECOMBINING, WORTH_IT_S = 0.03, 0.5
#: A hand has so many rounds on average at least; where climbs are more than hands, some share one.
LEAST_ROUNDS = 3


class Team:
    """Climbs on one problem, and the best plan they have together."""

    def __init__(self, flat: Tables, climbs: Sequence[Climb], seed: int) -> None:
        """Bring together climbs that have not begun."""
        self.flat = flat
        self.climbs = climbs
        self._random = np.random.default_rng(seed)
        self._owner: Int64s | None = None
        self._best: Plan = []
        self._cost = self._left = 0

    @property
    def best(self) -> Climb:
        """The climb with the best plan; while rounds are dealt out, nobody has it whole."""
        return min(self.climbs, key=lambda climb: climb.best)

    @property
    def cost(self) -> int:
        """What the best plan costs."""
        return self.best.best if self._owner is None else min(self._cost, self.best.best)

    @property
    def left(self) -> int:
        """How many deliveries the best plan leaves."""
        if self._owner is not None:
            return self._left
        return int(self.best.state.numbers[BEST_BANK])

    def climb(self, tell: Callable[[], None]) -> None:
        """Climb to the end of the budget, from meeting to meeting."""
        with ThreadPoolExecutor(len(self.climbs)) as crew:
            try:
                for share in MEETINGS:
                    others = [crew.submit(climb.until, share) for climb in self.climbs[1:]]
                    self.climbs[0].until(share, tell)
                    for other in others:
                        other.result()
                    self._meet(share)
            finally:
                for climb in self.climbs:
                    climb.is_halted = True
        self.best.finish()
        tell()

    def _meet(self, share: float) -> None:
        under_way = None if self._owner is None else self._gathered(self._owner)
        best = self.best
        if share in RECOMBINED and best.budget.effort * RECOMBINING >= WORTH_IT_S:
            before = best.best
            best.recombine(best.budget.effort * RECOMBINING, [climb.pool for climb in self.climbs])
            under_way = under_way if best.best == before else None
        is_annealing = all(climb.phase is Phase.ANNEALING for climb in self.climbs)
        if share < 1 and is_annealing:
            self._deal(best.plan if under_way is None else under_way)
        if self._owner is None:
            for climb in self.climbs:
                climb.meet(best)

    def _deal(self, plan: Plan) -> None:
        """Deal a plan's rounds out where there are enough; the best plan is kept aside."""
        used = sum(len(tasks) > 0 for tasks in plan)
        hands = min(len(self.climbs), used // LEAST_ROUNDS)
        pivot = int(self._random.integers(len(self.flat.tasks)))
        owner = dealt(self.flat, plan, hands, pivot) if hands > 1 else None
        if owner is None:
            return
        self._best, self._cost, self._left = self.best.best_plan, self.cost, self.left
        self._owner = owner
        shift = int(self._random.integers(hands))
        for n, climb in enumerate(self.climbs):
            climb.keep_pace(self.climbs[0])
            climb.work_on(plan, owner == n % hands, (n + shift) % hands, hands)

    def _gathered(self, owner: Int64s) -> Plan:
        """Put together what became of each hand; everybody has the best plan whole again."""
        self._owner = None
        hands = int(owner.max()) + 1
        played = [self.climbs[hand::hands] for hand in range(hands)]
        now = [min(climbs, key=lambda climb: climb.now).plan for climbs in played]
        then = [min(climbs, key=lambda climb: climb.best).best_plan for climbs in played]
        plan = [now[hand][row] for row, hand in enumerate(owner)]
        best = [then[hand][row] for row, hand in enumerate(owner)]
        self.climbs[0].adopt(best)
        if self.climbs[0].best > self._cost:
            best = self._best
        for climb in self.climbs:
            climb.adopt(best)
        return plan
