"""The least cost any plan of a small problem can have, by dynamic programming.

The cheapest round of every vehicle for every set of shipments (`walks`) are put together, vehicle
by vehicle, into plans that serve no shipment twice and at most one option of a delivery. Shares no
code with the kernel, the search or the referee.
"""

from routing.problem import Problem
from tests.routing.stops import rivals_of
from tests.routing.walks import Walks


def optimum(problem: Problem) -> int:
    """Return the least cost, in millicents, of serving or leaving every delivery.

    Sets of shipments are masks: bit k is shipment k.
    """
    fleet = {vehicle: Walks(problem, vehicle) for vehicle in problem.vehicles}
    # All vehicles empty and all deliveries left is a plan too.
    most = sum(delivery.penalty for delivery in problem.deliveries)
    most += sum(fleet[vehicle].empty_cost() for vehicle in problem.vehicles)
    rounds = {vehicle: walks.cheapest_rounds(most) for vehicle, walks in fleet.items()}
    plans = {0: 0}
    for vehicle in problem.vehicles:
        plans = _joined(rivals_of(problem), plans, rounds[vehicle], most)
    left = {served: _penalties(problem, served) for served in plans}
    return min(cost + left[served] for served, cost in plans.items() if left[served] is not None)


def _joined(
    rivals: list[int], plans: dict[int, int], rounds: dict[int, int], most: int
) -> dict[int, int]:
    """Return the cheapest of all plans with one round of one more vehicle."""
    joined: dict[int, int] = {}
    for more, price in rounds.items():
        barred = more
        for shipment, others in enumerate(rivals):
            if more >> shipment & 1:
                barred |= others
        for served, cost in plans.items():
            total = cost + price
            if not served & barred and total < joined.get(served | more, most + 1):
                joined[served | more] = total
    return joined


def _penalties(problem: Problem, served: int) -> int | None:
    """Return the penalties of what a plan leaves; None where it serves an option in part."""
    total = 0
    for delivery in problem.deliveries:
        options = [sum(1 << shipment for shipment in option) for option in delivery.options]
        some = served & sum(options)
        if some and some not in options:
            return None
        total += 0 if some else delivery.penalty
    return total
