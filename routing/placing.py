"""One shipment put into one round by hand: where it costs least, else where it breaks least.

The kernel knows the cheapest place that breaks nothing. Where there is none, every place is tried
and the seconds it would be too late, ride too long or work too long are summed (`harm`); what
really breaks at the best of them is the referee's to say.
"""

import numpy as np

from routing.harm import least_broken
from routing.insertion import cheapest, insert
from routing.problem import Problem
from routing.round import Round
from routing.rows import LENGTH, TASK, open_rounds
from routing.sight import NEVER, SEES_ALL
from routing.tables import Int64s, tables_of
from routing.timing import retime
from routing.visits import rows_of, visits_of


class Placing:
    """A problem laid out once, to place shipments in its rounds one by one."""

    def __init__(self, problem: Problem) -> None:
        """Lay the problem out for the kernel."""
        self._flat = tables_of(problem)
        self._rounds = open_rounds(self._flat)
        self._visits, self._row_of = visits_of(self._flat), rows_of(self._flat)

    def place(self, round_: Round, shipment: int) -> Round:
        """Return the round with a shipment it does not serve yet, the others in their order.

        An empty round is given as one without visits; one of a vehicle under way, and what is put
        into it, has the visits still to come.
        """
        vehicle = round_.vehicle
        tasks = np.array([self._row_of[visit] for visit in round_.visits], np.int64)
        placed = self._cheapest(vehicle, tasks, shipment)
        if placed is None:
            placed = least_broken(self._flat, vehicle, tasks, shipment)
        return Round(vehicle=vehicle, visits=tuple(self._visits[task] for task in placed.tolist()))

    def _cheapest(self, vehicle: int, tasks: Int64s, shipment: int) -> Int64s | None:
        """Return the tasks with the shipment's at the cheapest place, None where nothing is sound.

        A round that is broken already has no sound place.
        """
        rounds = self._rounds
        rounds.values[vehicle, LENGTH] = len(tasks)
        rounds.visits[vehicle, 1 : len(tasks) + 1, TASK] = tasks
        if not retime(self._flat, rounds, vehicle):
            return None
        cost, i, j = cheapest(self._flat, rounds, shipment, vehicle, NEVER, SEES_ALL)
        if cost == NEVER:
            return None
        insert(self._flat, rounds, shipment, vehicle, i, j, SEES_ALL)
        return rounds.visits[vehicle, 1 : rounds.values[vehicle, LENGTH] + 1, TASK]


def without(round_: Round, shipment: int) -> Round:
    """Return the round without a shipment, the others in their order."""
    kept = tuple(visit for visit in round_.visits if visit.shipment != shipment)
    return Round(vehicle=round_.vehicle, visits=kept)


def warm(problem: Problem) -> None:
    """Compile what a hand needs on a tiny problem, or load what was compiled before."""
    Placing(problem).place(Round(vehicle=0, visits=()), 0)
    least_broken(tables_of(problem), 0, np.zeros(0, np.int64), 0)
