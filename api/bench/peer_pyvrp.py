"""PyVRP, iterated local search that may pass through plans which break windows.

It minimises one sum, so the vehicle must be dear; or it is asked for any sound plan with ever
fewer vehicles, as its `minimise_fleet` does. Tried for 10 s, seed 1, vehicles and minutes:

| | bar-n100-4 | ber-n100-2 | ber-n100-7 | nyc-n100-3 | bar-n200-3 (30 s) |
|---|---|---|---|---|---|
| vehicle dearer than any travel | 13 / 1154 | 7 / 1516 | 7 / 1955 | 4 / 480 | 9 / 1641 |
| vehicle at three longest legs | 13 / 1138 | 7 / 1529 | 7 / 1949 | 4 / 469 | 10 / 1607 |
| its `minimise_fleet`, 0.6 of the time | 13 / 1181 | 6 / 1679 | 7 / 2188 | 4 / 470 | |
| the same, keeping the plan, 0.5 | 13 / 1149 | 6 / 1593 | 7 / 1981 | 4 / 467 | 9 / 1702 |
| the same, keeping the plan, 0.3 | 13 / 1149 | 7 / 1524 | 7 / 1947 | 4 / 464 | 9 / 1667 |

`minimise_fleet` throws the plan away that showed its fleet to be enough; kept, it is the start of
the last search. None of the settings is best everywhere: three are run.
"""

import time
import warnings
from typing import TYPE_CHECKING

import numpy as np

from api.bench.answers import as_rounds
from routing.problem import Problem
from routing.round import Round

if TYPE_CHECKING:
    from pyvrp import ProblemData, Solution
    from pyvrp.stop import StoppingCriterion

#: Share of the budget for plans with ever fewer vehicles.
REDUCING = 0.5
#: PyVRP's own bound of what breaking a window or a capacity by one unit may cost.
USUAL_PENALTY = 100_000
#: What a vehicle costs, in longest legs: as good as never worth it, and now and then worth it.
DEAR, CHEAP = 100, 3


def dear_vehicles(problem: Problem, seconds: float, seed: int) -> tuple[Round, ...]:
    """Ask for the least sum where hardly any travel is worth a vehicle."""
    deadline = time.perf_counter() + seconds
    data = _data(problem, vehicle_legs=DEAR)
    return _rounds(_least(data, deadline, seed))


def cheap_vehicles(problem: Problem, seconds: float, seed: int) -> tuple[Round, ...]:
    """Ask for the least sum where three longest legs are worth a vehicle."""
    deadline = time.perf_counter() + seconds
    data = _data(problem, vehicle_legs=CHEAP)
    return _rounds(_least(data, deadline, seed))


def fewest_vehicles(problem: Problem, seconds: float, seed: int) -> tuple[Round, ...]:
    """Ask for sound plans with ever fewer vehicles, then for the least travel with as many."""
    begun = time.perf_counter()
    data = _data(problem, vehicle_legs=0)
    start = _fewest(data, begun + REDUCING * seconds, seed)
    if start is not None:
        fleet = data.vehicle_type(0).replace(num_available=start.num_routes())
        data = data.replace(vehicle_types=[fleet])
    return _rounds(_least(data, begun + seconds, seed, start=start))


def _fewest(data: "ProblemData", deadline: float, seed: int) -> "Solution | None":
    """Return the sound plan with the fewest vehicles that was found in time, if any was."""
    from pyvrp.stop import FirstFeasible, MaxRuntime, MultipleCriteria

    best: Solution | None = None
    fleet = data.vehicle_type(0)
    while (left := deadline - time.perf_counter()) > 0:
        stop = MultipleCriteria([FirstFeasible(), MaxRuntime(left)])
        plan = _solved(data.replace(vehicle_types=[fleet]), stop, seed)
        if not plan.is_feasible():
            break
        best = plan
        if plan.num_routes() <= 1:
            break
        fleet = fleet.replace(num_available=plan.num_routes() - 1)
    return best


def _least(
    data: "ProblemData", deadline: float, seed: int, *, start: "Solution | None" = None
) -> "Solution":
    from pyvrp.stop import MaxRuntime

    return _solved(data, MaxRuntime(max(0.0, deadline - time.perf_counter())), seed, start=start)


def _solved(
    data: "ProblemData",
    stop: "StoppingCriterion",
    seed: int,
    *,
    start: "Solution | None" = None,
) -> "Solution":
    """Let breaking a window cost as much as a vehicle, or no window would be kept."""
    from pyvrp import PenaltyParams, SolveParams, solve

    most = max(USUAL_PENALTY, data.vehicle_type(0).fixed_cost)
    params = SolveParams(penalty=PenaltyParams(max_penalty=most))
    with warnings.catch_warnings():
        # It tells of penalties at their bound; the referee tells of what they let through.
        warnings.simplefilter("ignore")
        return solve(
            data, stop, seed=seed, collect_stats=False, params=params, initial_solution=start
        ).best


def _data(problem: Problem, *, vehicle_legs: int) -> "ProblemData":
    from pyvrp import Model

    matrix, fleet = problem.matrices[0], problem.vehicles[0]
    model = Model()
    places = [model.add_location(x=0, y=0) for _ in range(matrix.size)]
    depot = model.add_depot(places[fleet.start_place])
    model.add_vehicle_type(
        num_available=len(problem.vehicles),
        capacity=list(fleet.capacity),
        start_depot=depot,
        end_depot=depot,
        fixed_cost=min(fleet.cost_use, vehicle_legs * int(matrix.distance_m.max())),
        tw_early=fleet.earliest_s,
        tw_late=fleet.latest_s,
    )
    for shipment in problem.shipments:
        pickup, dropoff = shipment.tasks
        model.add_shipment(
            places[pickup.place],
            places[dropoff.place],
            pickup_tw_early=pickup.earliest_s,
            pickup_tw_late=pickup.latest_s,
            pickup_service_duration=pickup.service_s,
            delivery_tw_early=dropoff.earliest_s,
            delivery_tw_late=dropoff.latest_s,
            delivery_service_duration=dropoff.service_s,
            amount=list(shipment.amount),
        )
    metres, seconds = matrix.distance_m.astype(np.int64), matrix.duration_s.astype(np.int64)
    # An edge each in Python takes seconds for a thousand places.
    return model.data().replace(
        distance_matrices=[metres],  # type: ignore[list-item]
        duration_matrices=[seconds],  # type: ignore[list-item]
    )


def _rounds(plan: "Solution") -> tuple[Round, ...]:
    return as_rounds(
        [2 * step.idx + step.is_delivery() for step in route if step.is_shipment()]
        for route in plan.routes()
    )
