"""Problems of any size over a town's streets: parcels from any door to any other."""

import random
from collections.abc import Sequence
from itertools import cycle, islice

import numpy as np
from shapely import Point

import data.demo.trade
from api.bench.town import BenchTown
from api.bench.town_day import TRADE_SEED
from data.streets.engine import StreetProcesses
from delivery.errors import OutOfReach, TooFarFromStreet
from delivery.loading import PARCEL_S, PROOF_S, UNSERVED_MILLICENTS
from delivery.planning import SETUP_S
from delivery.rounds import StopKind
from routing.matrix import TravelMatrix
from routing.problem import Problem
from routing.shipment import Shipment, Task
from routing.vehicle import Vehicle

PROFILES = ("cargo_bike", "van")
TASKS_PER_VEHICLE = 12
#: The crews' halves of the day, and how long a recipient may have to wait.
HALVES_S = ((8 * 3600, 13 * 3600), (13 * 3600, 18 * 3600))
WINDOW_S = 2 * 3600
#: What a medium parcel is, in the order of `delivery.parcels.DIMENSIONS`.
AMOUNT = (2_500, 10, 0, 0)


def town_problem(town: BenchTown, *, tasks: int, seed: int) -> Problem:
    """Return a problem of so many tasks, every task at a place of its own.

    Places have addresses of their own while the town has enough, then addresses repeat. Half of
    the vehicles are bikes and half are vans; half of each work in the morning.
    """
    rng = random.Random(f"growth {seed} {tasks}")
    shipments = tasks // 2
    setup = [[SETUP_S[profile, StopKind.DOOR]] * (2 * shipments + 1) for profile in PROFILES]
    return Problem(
        matrices=_matrices(town, 2 * shipments, rng),
        setup_s=np.array(setup, np.int32),
        shipments=tuple(_shipment(2 * number + 1, rng) for number in range(shipments)),
        vehicles=tuple(_vehicle(number) for number in range(max(4, tasks // TASKS_PER_VEHICLE))),
    )


def _matrices(town: BenchTown, doors: int, rng: random.Random) -> tuple[TravelMatrix, ...]:
    """Return travel by profile between the hub, place 0, and so many doors; asked once each."""
    hub = data.demo.trade.trade(town.places, seed=TRADE_SEED).hub.point
    points = [address.point for address in town.places.addresses]
    drawn = rng.sample(points, len(points))[:doors]
    asked = _reached(town.streets, [hub, *drawn])
    places = [0, *islice(cycle(range(1, len(asked))), doors)]
    grid = np.ix_(places, places)
    tables = (town.streets.table(asked, profile=profile) for profile in PROFILES)
    return tuple(
        TravelMatrix(duration_s=table.duration_s[grid], distance_m=table.distance_m[grid])
        for table in tables
    )


def _reached(streets: StreetProcesses, points: Sequence[Point]) -> list[Point]:
    """Leave out what a profile cannot reach; the first point must be reached."""
    reached = list(points)
    for profile in PROFILES:
        while True:
            try:
                streets.snap(reached, profile=profile)
                break
            except (TooFarFromStreet, OutOfReach) as refusal:
                index = refusal.parameters["index"]
                assert isinstance(index, int)
                if index == 0:
                    raise
                del reached[index]
    return reached


def _shipment(pickup: int, rng: random.Random) -> Shipment:
    """Fetch at one place any time in a half of the day, bring to the next in a window."""
    starts_s, ends_s = rng.choice(HALVES_S)
    opens_s = rng.randrange(starts_s + WINDOW_S // 2, ends_s - WINDOW_S + 1, 1800)
    return Shipment(
        pickups=(Task(place=pickup, earliest_s=starts_s, latest_s=ends_s, service_s=PARCEL_S),),
        amounts=(AMOUNT,),
        dropoff=Task(
            place=pickup + 1,
            earliest_s=opens_s,
            latest_s=opens_s + WINDOW_S,
            service_s=PARCEL_S + PROOF_S,
        ),
        penalty=UNSERVED_MILLICENTS,
    )


def _vehicle(number: int) -> Vehicle:
    profile = number % len(PROFILES)
    model = next(each for each in data.demo.trade.VEHICLES if each.profile == PROFILES[profile])
    starts_s, ends_s = HALVES_S[number // len(PROFILES) % len(HALVES_S)]
    return Vehicle(
        profile=profile,
        start_place=0,
        end_place=0,
        earliest_s=starts_s,
        latest_s=ends_s,
        capacity=model.capacity,
        cost_per_s=model.hour_cents * 1000 // 3600,
        cost_per_m=model.km_cents,
    )
