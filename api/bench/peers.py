"""The engines a town would otherwise pick, asked the same benchmark questions.

They are read from public benchmarks only: one pickup a shipment, vehicles all alike, one travel
matrix, no set-up. Each runs on one thread within its budget, and its answer comes back as rounds,
to be judged by the same referee. Nothing here is imported by the product.
"""

import importlib
from collections.abc import Callable, Iterable
from datetime import timedelta
from types import ModuleType

import numpy as np

from routing.problem import Problem
from routing.solution import Round, Visit

type Peer = Callable[[Problem, float, int], tuple[Round, ...]]

#: VROOM explores in five steps and takes the time that needs; a budget can only cut it short.
VROOM_EXPLORATION = 5


def vroom_rounds(problem: Problem, seconds: float, seed: int) -> tuple[Round, ...]:
    """Ask VROOM, which knows no seed."""
    vroom = _peer("vroom", "pyvroom")
    matrix = problem.matrices[0]
    model = vroom.Input()
    model.set_durations_matrix(profile="car", matrix_input=matrix.duration_s)
    fleet = problem.vehicles[0]
    most_s = 2 * matrix.size * int(matrix.duration_s.max()) + 1
    for vehicle in range(len(problem.vehicles)):
        model.add_vehicle(
            vroom.Vehicle(
                vehicle,
                start=fleet.start_place,
                end=fleet.end_place,
                capacity=list(fleet.capacity),
                time_window=vroom.TimeWindow(fleet.earliest_s, fleet.latest_s),
                costs=vroom.VehicleCosts(fixed=most_s),
            )
        )
    for index, shipment in enumerate(problem.shipments):
        pickup, dropoff = (
            vroom.ShipmentStep(
                id=2 * index + number,
                location=task.place,
                default_service=task.service_s,
                time_windows=[vroom.TimeWindow(task.earliest_s, task.latest_s)],
            )
            for number, task in enumerate(shipment.tasks)
        )
        model.add_shipment(pickup, dropoff, amount=vroom.Amount(list(shipment.amount)))
    answer = model.solve(
        exploration_level=VROOM_EXPLORATION, nb_threads=1, timeout=timedelta(seconds=seconds)
    )
    steps = answer.routes
    steps = steps[steps["type"].isin(["pickup", "delivery"])]
    return _rounds(
        [int(step) for step in group["id"]] for _, group in steps.groupby("vehicle_id", sort=True)
    )


def pyvrp_rounds(problem: Problem, seconds: float, seed: int) -> tuple[Round, ...]:
    """Ask PyVRP, which prefers an answer that breaks windows to none."""
    pyvrp, stop = _peer("pyvrp", "pyvrp"), _peer("pyvrp.stop", "pyvrp")
    matrix, fleet = problem.matrices[0], problem.vehicles[0]
    model = pyvrp.Model()
    places = [model.add_location(x=0, y=0) for _ in range(matrix.size)]
    depot = model.add_depot(places[fleet.start_place])
    model.add_vehicle_type(
        num_available=len(problem.vehicles),
        capacity=list(fleet.capacity),
        start_depot=depot,
        end_depot=depot,
        fixed_cost=fleet.cost_use,
        tw_early=fleet.earliest_s,
        tw_late=fleet.latest_s,
    )
    for shipment in problem.shipments:
        pickup, dropoff = shipment.pickups[0], shipment.dropoff
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
    metres, durations = matrix.distance_m.tolist(), matrix.duration_s.tolist()
    for here, start in enumerate(places):
        for there, end in enumerate(places):
            model.add_edge(start, end, metres[here][there], durations[here][there])
    result = model.solve(stop.MaxRuntime(seconds), seed=seed, display=False)
    return _rounds(
        [2 * step.idx + step.is_delivery() for step in route if step.is_shipment()]
        for route in result.best.routes()
    )


def ortools_rounds(problem: Problem, seconds: float, seed: int) -> tuple[Round, ...]:
    """Ask OR-Tools' routing library: best insertion, then guided local search; no seed."""
    solver = _peer("ortools.constraint_solver.pywrapcp", "ortools")
    enums = _peer("ortools.constraint_solver.routing_enums_pb2", "ortools")
    matrix, fleet = problem.matrices[0], problem.vehicles[0]
    tasks = [task for shipment in problem.shipments for task in shipment.tasks]
    places = np.array([fleet.start_place, *(task.place for task in tasks)])
    service = np.array([0, *(task.service_s for task in tasks)])
    manager = solver.RoutingIndexManager(len(places), len(problem.vehicles), 0)
    model = solver.RoutingModel(manager)
    metres = matrix.distance_m[np.ix_(places, places)]
    durations = matrix.duration_s[np.ix_(places, places)] + service[:, None]
    np.fill_diagonal(durations, 0)
    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitMatrix(metres.tolist()))
    model.SetFixedCostOfAllVehicles(fleet.cost_use)
    clock = model.RegisterTransitMatrix(durations.tolist())
    model.AddDimension(clock, fleet.latest_s, fleet.latest_s, False, "time")
    for dimension, most in enumerate(fleet.capacity):
        loads = [0]
        for shipment in problem.shipments:
            loads += [shipment.amount[dimension], -shipment.amount[dimension]]
        load = model.RegisterUnaryTransitVector(loads)
        model.AddDimension(load, 0, most, True, f"load {dimension}")
    time = model.GetDimensionOrDie("time")
    for node, task in enumerate(tasks, start=1):
        time.CumulVar(manager.NodeToIndex(node)).SetRange(task.earliest_s, task.latest_s)
    for number, shipment in enumerate(problem.shipments):
        pickup, dropoff = (manager.NodeToIndex(2 * number + step) for step in (1, 2))
        model.AddPickupAndDelivery(pickup, dropoff)
        model.solver().Add(model.VehicleVar(pickup) == model.VehicleVar(dropoff))
        model.solver().Add(time.CumulVar(pickup) <= time.CumulVar(dropoff))
        model.AddDisjunction([pickup], shipment.penalty)
        model.AddDisjunction([dropoff], shipment.penalty)
    parameters = solver.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = enums.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = enums.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(int(seconds * 1000))
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
    return _rounds(routes)


#: By the names `colporteur bench rounds --peers` takes.
PEERS: dict[str, Peer] = {
    "vroom": vroom_rounds,
    "pyvrp": pyvrp_rounds,
    "ortools": ortools_rounds,
}


def _peer(module: str, package: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        text = f"{package} is not installed: pip install 'colporteur[peers]'"
        raise ModuleNotFoundError(text, name=error.name) from error


def _rounds(routes: Iterable[list[int]]) -> tuple[Round, ...]:
    """Turn routes of task numbers, two a shipment, into rounds of vehicles in order."""
    return tuple(
        Round(
            vehicle=vehicle,
            visits=tuple(Visit(shipment=task // 2, task=task % 2) for task in route),
        )
        for vehicle, route in enumerate(route for route in routes if route)
    )
