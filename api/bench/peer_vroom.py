"""VROOM, a fast constructor of rounds with local search.

Tried at exploration level 5 on the four public instances of 100 tasks. A fixed cost beyond any
travel: 13, 6, 7 and 4 vehicles. No fixed cost: one or two more on three of them. A limit of one
vehicle fewer: four to twelve shipments unserved, each time. The same fleet again without the
fixed cost: dearer by up to 45 minutes, or cheaper by 13 on one. So the fixed cost stays.
"""

from datetime import timedelta

from api.bench.answers import as_rounds
from routing.problem import Problem
from routing.round import Round

#: The thoroughest; VROOM takes the time that needs, a budget can only cut it short.
EXPLORATION = 5
#: VROOM keeps costs in 32 bits.
DEAREST = 2**32 - 1


def rounds(problem: Problem, seconds: float, seed: int) -> tuple[Round, ...]:
    """Ask VROOM, which knows no seed."""
    import vroom

    matrix, fleet = problem.matrices[0], problem.vehicles[0]
    model = vroom.Input()
    model.set_durations_matrix(profile="car", matrix_input=matrix.duration_s)
    model.set_costs_matrix(profile="car", matrix_input=matrix.distance_m)
    for vehicle in range(len(problem.vehicles)):
        model.add_vehicle(
            vroom.Vehicle(
                vehicle,
                start=fleet.start_place,
                end=fleet.end_place,
                capacity=list(fleet.capacity),
                time_window=vroom.TimeWindow(fleet.earliest_s, fleet.latest_s),
                costs=vroom.VehicleCosts(fixed=min(fleet.cost_use, DEAREST)),
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
        exploration_level=EXPLORATION, nb_threads=1, timeout=timedelta(seconds=seconds)
    )
    steps = answer.routes
    steps = steps[steps["type"].isin(["pickup", "delivery"])]
    return as_rounds(
        [int(step) for step in group["id"]] for _, group in steps.groupby("vehicle_id", sort=True)
    )
