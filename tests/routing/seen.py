"""Rounds seen without a search: written by hand, or found by a few random turns."""

from routing.pool import Pool, keep_rounds, open_pool
from routing.problem import Problem
from routing.recreate import recreate
from routing.round import Round, Visit
from routing.rows import LENGTH, TASK
from routing.ruin import ruin
from routing.sight import BOUNDLESS
from routing.solution import Solution, Unserved, UnservedReason, cost
from routing.state import BEST, NOW, TOUCHED, TURN, Search, begin
from routing.tables import DEPARTED, FIRST, NUMBER, SHIPMENT, TASKS, Tables, tables_of
from routing.timing import retime
from routing.turn import keep_best, restore, start_turn


class Seen:
    """A problem with a search at its beginning, and the pool of what it has seen."""

    def __init__(self, problem: Problem, *, seed: int = 0, size: int = 1 << 12) -> None:
        self.problem = problem
        self.tables: Tables = tables_of(problem)
        self.search: Search = begin(self.tables, seed)
        self.pool: Pool = open_pool(self.tables, size=size)

    def drive(self, vehicle: int, *shipments: int) -> None:
        """See a vehicle serve shipments one after the other."""
        tasks = [
            self.tables.shipments[each, FIRST] + n
            for each in shipments
            for n in range(self.tables.shipments[each, TASKS])
        ]
        self.drive_tasks(vehicle, tasks)

    def drive_together(self, vehicle: int, *shipments: int) -> None:
        """See a vehicle fetch all of some shipments before it brings the first."""
        rows = [self.tables.shipments[each] for each in shipments]
        pickups = [row[FIRST] + n for row in rows for n in range(row[TASKS] - 1)]
        dropoffs = [row[FIRST] + row[TASKS] - 1 for row in rows]
        self.drive_tasks(vehicle, [*pickups, *dropoffs])

    def drive_tasks(self, vehicle: int, tasks: list[int]) -> None:
        """See a vehicle do tasks in this order, then stand as before."""
        rounds = self.search.rounds
        for order in (tasks, []):
            rounds.values[vehicle, LENGTH] = len(order)
            rounds.visits[vehicle, 1 : len(order) + 1, TASK] = order
            assert retime(self.tables, rounds, vehicle)
            if order:
                self.search.numbers[TURN] += 1
                self.search.numbers[TOUCHED] = 1
                self.search.touched[0] = vehicle
                keep_rounds(self.tables, self.search, self.pool)

    def wander(self, turns: int) -> None:
        """Take random turns, keep what they see, and come back from those that cost far more."""
        numbers = self.search.numbers
        for _ in range(turns):
            before = int(numbers[NOW])
            start_turn(self.search)
            ruin(self.tables, self.search)
            recreate(self.tables, self.search, BOUNDLESS)
            keep_rounds(self.tables, self.search, self.pool)
            if numbers[NOW] > 1.05 * numbers[BEST]:
                restore(self.tables, self.search, before)
            if numbers[NOW] < numbers[BEST]:
                keep_best(self.search)

    def best(self) -> Solution:
        """Return the best plan."""
        rounds, begins = [], 0
        for vehicle, ends in enumerate(self.search.best_ends.tolist()):
            rows = self.tables.tasks[self.search.best[begins:ends]]
            visits = tuple(Visit(shipment=int(r[SHIPMENT]), task=int(r[NUMBER])) for r in rows)
            if visits or self.tables.vehicles[vehicle, DEPARTED] >= 0:
                rounds.append(Round(vehicle=vehicle, visits=visits))
            begins = ends
        served = {visit.shipment for round_ in rounds for visit in round_.visits}
        left = tuple(
            Unserved(delivery=index, reason=UnservedReason.NO_ROOM)
            for index, delivery in enumerate(self.problem.deliveries)
            if served.isdisjoint(delivery.shipments)
        )
        return Solution(rounds=tuple(rounds), unserved=left, cost=cost(self.problem, rounds, left))
