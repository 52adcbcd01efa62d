"""Problems of a few places to reckon by hand, and random ones for the referee."""

import random
from dataclasses import replace

import numpy as np

from routing.matrix import TravelMatrix
from routing.problem import Problem
from routing.shipment import Shipment, Task
from routing.vehicle import Vehicle

HOUR = 3600


def a_street(places: int = 5, minutes: int = 10) -> TravelMatrix:
    """Places in a row, each so many minutes and as many hundred metres from the next."""
    steps = np.abs(np.subtract.outer(np.arange(places), np.arange(places))).astype(np.int32)
    return TravelMatrix(
        duration_s=(steps * (60 * minutes)).astype(np.int32),
        distance_m=(steps * (100 * minutes)).astype(np.int32),
    )


def a_task(place: int, opens: int = 0, closes: int = 24 * HOUR, service_s: int = 0) -> Task:
    return Task(place=place, earliest_s=opens, latest_s=closes, service_s=service_s)


def a_shipment(pickup: int | Task, dropoff: int | Task, **other: object) -> Shipment:
    ends = [a_task(end) if isinstance(end, int) else end for end in (pickup, dropoff)]
    values = {"amounts": ((1,),), "penalty": 10_000_000_000, **other}
    return Shipment(pickups=(ends[0],), dropoff=ends[1], **values)


def a_vehicle(**other: object) -> Vehicle:
    values: dict = {
        "profile": 0,
        "start_place": 0,
        "end_place": 0,
        "earliest_s": 0,
        "latest_s": 24 * HOUR,
        "capacity": (10,),
        "cost_per_s": 1,
        "cost_per_m": 1,
        **other,
    }
    return Vehicle(**values)


def a_problem(
    shipments: list[Shipment],
    vehicles: list[Vehicle] | None = None,
    matrix: TravelMatrix | None = None,
    setup_s: int = 0,
) -> Problem:
    matrix = matrix or a_street()
    return Problem(
        matrices=(matrix,),
        setup_s=np.full((1, matrix.size), setup_s, np.int32),
        shipments=tuple(shipments),
        vehicles=tuple([a_vehicle()] if vehicles is None else vehicles),
    )


def a_random_problem(seed: int, *, shipments: int = 8, pickups: int = 3) -> Problem:
    """Two profiles, load vectors, skills, rides, set-ups, and travel that breaks triangles."""
    dice = random.Random(seed)
    places = dice.randint(3, 9)
    return Problem(
        matrices=tuple(_a_random_matrix(dice, places) for _ in range(2)),
        setup_s=np.array(
            [[dice.choice([0, 60, 120]) for _ in range(places)] for _ in range(2)]
        ).astype(np.int32),
        shipments=tuple(
            _a_random_shipment(dice, places, dice.randint(1, pickups)) for _ in range(shipments)
        ),
        vehicles=tuple(_a_random_vehicle(dice, places) for _ in range(dice.randint(1, 4))),
    )


def _a_random_matrix(dice: random.Random, places: int) -> TravelMatrix:
    tables = [
        np.array([[dice.randint(30, 1500) for _ in range(places)] for _ in range(places)])
        for _ in range(2)
    ]
    for table in tables:
        np.fill_diagonal(table, 0)
    seconds, metres = (table.astype(np.int32) for table in tables)
    return TravelMatrix(duration_s=seconds, distance_m=metres)


def _a_random_task(dice: random.Random, places: int) -> Task:
    opens = dice.randint(0, 3 * HOUR)
    width = dice.choice([900, 1800, 2 * HOUR, 6 * HOUR])
    return a_task(dice.randrange(places), opens, opens + width, dice.choice([0, 60, 300]))


def _a_random_shipment(dice: random.Random, places: int, pickups: int) -> Shipment:
    dropoff = _a_random_task(dice, places)
    later = dice.randint(0, 2 * HOUR)
    return Shipment(
        pickups=tuple(_a_random_task(dice, places) for _ in range(pickups)),
        amounts=tuple((dice.randint(0, 3), dice.randint(0, 3)) for _ in range(pickups)),
        dropoff=replace(dropoff, latest_s=dropoff.latest_s + later),
        penalty=dice.choice([500_000, 5_000_000]),
        longest_ride_s=dice.choice([None, None, 1200, HOUR]),
        skills=dice.choice([0, 0, 0, 1, 2]),
    )


def _a_random_vehicle(dice: random.Random, places: int) -> Vehicle:
    opens = dice.randint(0, HOUR)
    return a_vehicle(
        profile=dice.randrange(2),
        start_place=dice.randrange(places),
        end_place=dice.randrange(places),
        earliest_s=opens,
        latest_s=opens + dice.choice([3, 5, 8]) * HOUR,
        capacity=(dice.randint(2, 8), dice.randint(2, 8)),
        skills=dice.choice([0, 1, 3]),
        cost_use=dice.choice([0, 10_000]),
        cost_per_s=dice.choice([0, 5]),
        cost_per_m=dice.choice([1, 3]),
    )
