"""OR-Tools' routing library: a first plan by one of its strategies, then guided local search.

Tried for 10 s each, vehicles and minutes:

| | bar-n100-4 | ber-n100-2 | ber-n100-7 | nyc-n100-3 | bar-n200-3 (30 s) |
|---|---|---|---|---|---|
| parallel cheapest insertion | 14 / 1213 | 7 / 1591 | 8 / 2131 | 4 / 502 | 9 / 1782 |
| local cheapest cost insertion | 13 / 1196 | 7 / 1647 | 8 / 2041 | 4 / 498 | 9 / 1735 |
| savings | 13 / 1181 | 7 / 1614 | 7 / 2097 | 4 / 514 | 10 / 1716 |
| path cheapest arc | 13 / 1161 | 7 / 1705 | 8 / 1982 | 4 / 501 | 10 / 1652 |

`AUTOMATIC` and sequential insertion begin with the same plan as parallel insertion, best insertion
with a worse one; Christofides serves nothing at first. Tried with parallel insertion or savings:
more operators (paths, close nodes, expensive chains, cross exchanges), other penalty weights, a
cheaper vehicle, no more vehicles than were found before, one fewer. Each was better on one
instance and worse on another, and none found a vehicle fewer than these four. So these four are
run, with the operators OR-Tools chooses itself.
"""

import time
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from api.bench.answers import Setting, as_rounds
from routing.problem import Problem
from routing.round import Round

if TYPE_CHECKING:
    from ortools.constraint_solver.pywrapcp import RoutingIndexManager, RoutingModel

#: OR-Tools refuses a limit of nothing.
SHORTEST_MS = 1


def first_by(strategy: str) -> Setting:
    """Return the setting that begins with one of OR-Tools' `FirstSolutionStrategy`."""
    return partial(_asked, strategy)


def _asked(strategy: str, problem: Problem, seconds: float, seed: int) -> tuple[Round, ...]:
    """Ask OR-Tools, which knows no seed; drawing the model up is part of the budget."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    deadline = time.perf_counter() + seconds
    manager, model = _model(problem)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = getattr(routing_enums_pb2.FirstSolutionStrategy, strategy)
    parameters.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    left_ms = int((deadline - time.perf_counter()) * 1000)
    parameters.time_limit.FromMilliseconds(max(SHORTEST_MS, left_ms))
    answer = model.SolveWithParameters(parameters)
    if answer is None:
        return ()
    routes: list[list[int]] = []
    for vehicle in range(len(problem.vehicles)):
        index = answer.Value(model.NextVar(model.Start(vehicle)))
        routes.append([])
        while not model.IsEnd(index):
            routes[-1].append(manager.IndexToNode(index) - 1)
            index = answer.Value(model.NextVar(index))
    return as_rounds(routes)


def _model(problem: Problem) -> "tuple[RoutingIndexManager, RoutingModel]":
    """Draw the model up: node 0 is the depot, 2k + 1 and 2k + 2 are the tasks of shipment k."""
    from ortools.constraint_solver import pywrapcp

    manager = pywrapcp.RoutingIndexManager(2 * len(problem.shipments) + 1, len(problem.vehicles), 0)
    model = pywrapcp.RoutingModel(manager)
    metres, seconds = _legs(problem)
    fleet = problem.vehicles[0]
    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitMatrix(metres.tolist()))
    model.SetFixedCostOfAllVehicles(fleet.cost_use)
    clock = model.RegisterTransitMatrix(seconds.tolist())
    model.AddDimension(clock, fleet.latest_s, fleet.latest_s, False, "time")
    for dimension, most in enumerate(fleet.capacity):
        loads = [0]
        for shipment in problem.shipments:
            loads += [shipment.amount[dimension], -shipment.amount[dimension]]
        load = model.RegisterUnaryTransitVector(loads)
        model.AddDimension(load, 0, most, True, f"load {dimension}")
    time_ = model.GetDimensionOrDie("time")
    for number, shipment in enumerate(problem.shipments):
        pickup, dropoff = (manager.NodeToIndex(2 * number + step) for step in (1, 2))
        for index, task in zip((pickup, dropoff), shipment.tasks, strict=True):
            time_.CumulVar(index).SetRange(task.earliest_s, task.latest_s)
            model.AddDisjunction([index], shipment.penalty)
        model.AddPickupAndDelivery(pickup, dropoff)
        model.solver().Add(model.VehicleVar(pickup) == model.VehicleVar(dropoff))
        model.solver().Add(time_.CumulVar(pickup) <= time_.CumulVar(dropoff))
    return manager, model


def _legs(problem: Problem) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return metres, and seconds of service and travel, between the nodes of the model."""
    tasks = [task for shipment in problem.shipments for task in shipment.tasks]
    places = [problem.vehicles[0].start_place, *(task.place for task in tasks)]
    service = np.array([0, *(task.service_s for task in tasks)], np.int32)
    matrix, grid = problem.matrices[0], np.ix_(places, places)
    seconds = matrix.duration_s[grid] + service[:, None]
    np.fill_diagonal(seconds, 0)
    return matrix.distance_m[grid], seconds
