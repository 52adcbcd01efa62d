"""Several climbs, each on a thread of its own, that meet at shares of the budget.

Each climbs for itself, as several starts find better plans than one, and whoever needs more
vehicles or leaves more unserved goes on from the best plan of all. Towards the end a plan is put
together of the rounds all of them saw, and everybody goes on from it.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from routing.climb import Climb
from routing.state import BEST_BANK

#: The shares of the budget climbs meet at.
MEETINGS = tuple(n / 20 for n in range(1, 21))
#: At these a plan is put together of the rounds seen, and everybody goes on from the best.
RECOMBINED = (0.8, 0.95)
#: Share of the budget recombination takes at most, and the least time worth it, in seconds.
RECOMBINING, WORTH_IT_S = 0.03, 0.5


class Team:
    """Climbs on one problem, and the best plan they have."""

    def __init__(self, climbs: Sequence[Climb]) -> None:
        """Bring together climbs that have not begun."""
        self.climbs = climbs

    @property
    def best(self) -> Climb:
        """The climb with the best plan."""
        return min(self.climbs, key=lambda climb: climb.best)

    @property
    def left(self) -> int:
        """How many deliveries the best plan leaves."""
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
        best = self.best
        if share in RECOMBINED and best.budget.effort * RECOMBINING >= WORTH_IT_S:
            best.recombine(best.budget.effort * RECOMBINING, [climb.pool for climb in self.climbs])
        for climb in self.climbs:
            if share in RECOMBINED:
                climb.join(best)
            else:
                climb.meet(best)
