"""What a search may spend: turns or time, handed out in calls of the compiled search."""

from collections.abc import Callable

#: A call of the compiled search lasts about this share of the budget.
CALL = 0.004
#: A call takes no more turns than these, so that a clock that stands still is looked at again.
MOST_TURNS = 10_000
#: Turns of a town's day in a second, about: what turns are worth where effort is asked for.
TURNS_PER_S = 20_000


class Budget:
    """Turns or time, handed out in calls short enough to stop when they are used up."""

    def __init__(
        self,
        *,
        seconds: float | None,
        iterations: int | None,
        clock: Callable[[], float],
        begun: float,
    ) -> None:
        """Count from `begun` on."""
        self.seconds = seconds
        self.iterations = iterations
        self.clock = clock
        self.begun = begun
        self.taken = 0
        self._call = 1

    @property
    def share(self) -> float:
        """How much is used up: 1 or more when all is."""
        if self.seconds is None:
            return self.taken / self.iterations if self.iterations else 1.0
        return (self.clock() - self.begun) / self.seconds if self.seconds else 1.0

    @property
    def effort(self) -> float:
        """The whole budget in seconds, estimated where turns are counted."""
        return self.seconds if self.seconds is not None else (self.iterations or 0) / TURNS_PER_S

    def spend(self, turns: Callable[[int], int]) -> int:
        """Take one call's worth of turns; return how many of them were left over."""
        if self.iterations is not None:
            self._call = max(1, min(int(self.iterations * CALL), self.iterations - self.taken))
        before = self.share
        call = self._call
        taken = turns(call)
        self.taken += taken
        pace = CALL / max(self.share - before, CALL / 100)
        self._call = max(1, min(MOST_TURNS, int(call * min(2.0, pace))))
        return call - taken
