"""Public pickup-and-delivery instances, read as problems.

Both families ask for the fewest vehicles, then the least travel. Here that is one sum: a metre
costs a millicent, a vehicle more than any plan could travel, and an unserved shipment more than
the whole fleet.
"""

import gzip
import math
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from routing.matrix import LONGEST_TRAVEL_S, TravelMatrix
from routing.problem import Problem
from routing.shipment import LATEST_S, Shipment, Task
from routing.solution import Solution
from routing.vehicle import Vehicle

#: Li-Lim distances are kept in ten-thousandths: two plans that differ in the second decimal of
#: their sum, the precision best known solutions are published at, differ here in the same sense.
DISTANCE_SCALE = 10_000
#: Durations get the finest decimal steps that fit a problem's clock, but no finer than these.
FINEST_TIME = 1_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Instance:
    """A problem with its public name and its travel in the instance's own unit."""

    name: str
    problem: Problem
    travel: NDArray[np.float64]

    def vehicles(self, solution: Solution) -> int:
        """Count the rounds that leave."""
        return sum(bool(round_.visits) for round_ in solution.rounds)

    def cost(self, solution: Solution) -> float:
        """Return the travel of all rounds, in the instance's unit."""
        total = 0.0
        for round_ in solution.rounds:
            tasks = [self.problem.shipments[v.shipment].tasks[v.task] for v in round_.visits]
            places = [0, *(task.place for task in tasks), 0] if tasks else []
            total += sum(float(self.travel[leg]) for leg in pairwise(places))
        return round(total, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    x: float
    y: float
    demand: int
    earliest: int
    latest: int
    service: int
    delivery: int


def read_instance(path: Path) -> Instance:
    """Read a Sartori-Buriol or Li-Lim file, `.txt` or `.txt.gz`.

    Raises
    ------
    ValueError
        The file is in neither format; names the file and the line.
    """
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    name = path.name.removesuffix(".gz").removesuffix(".txt")
    lines = text.splitlines()
    try:
        return _sartori_buriol(name, lines) if "NODES" in text else _li_lim(name, lines)
    except (IndexError, KeyError, ValueError) as error:
        raise ValueError(f"{path.name} is no pickup-and-delivery instance: {error}") from error


def _sartori_buriol(name: str, lines: list[str]) -> Instance:
    body = lines.index("NODES") + 1
    header = dict(line.split(":", 1) for line in lines[: body - 1])
    size, capacity = int(header["SIZE"]), int(header["CAPACITY"])
    nodes = [_node(line) for line in lines[body : body + size]]
    edges = lines.index("EDGES") + 1
    minutes = np.array([line.split() for line in lines[edges : edges + size]], np.int32)
    matrix = TravelMatrix(duration_s=minutes, distance_m=minutes)
    fleet = len(nodes) // 2
    problem = _problem(nodes, matrix, capacity=capacity, fleet=fleet, time_scale=1)
    return Instance(name=name, problem=problem, travel=minutes.astype(np.float64))


def _li_lim(name: str, lines: list[str]) -> Instance:
    """Read a Li-Lim file.

    Durations are rounded up, so that a plan in time here is in time with doubles too.
    """
    vehicles, capacity = (int(value) for value in lines[0].split()[:2])
    nodes = [_node(line) for line in lines[1:] if line.strip()]
    travel = np.array([[math.hypot(a.x - b.x, a.y - b.y) for b in nodes] for a in nodes])
    scale = min(FINEST_TIME, LATEST_S // nodes[0].latest, int(LONGEST_TRAVEL_S // travel.max()))
    matrix = TravelMatrix(
        duration_s=np.ceil(travel * scale - 1e-6).astype(np.int32),
        distance_m=np.rint(travel * DISTANCE_SCALE).astype(np.int32),
    )
    fleet = max(vehicles, len(nodes) // 4)
    problem = _problem(nodes, matrix, capacity=capacity, fleet=fleet, time_scale=scale)
    return Instance(name=name, problem=problem, travel=travel)


def _node(line: str) -> _Node:
    values = line.split()
    demand, earliest, latest, service, _, delivery = (int(value) for value in values[3:9])
    return _Node(
        x=float(values[1]),
        y=float(values[2]),
        demand=demand,
        earliest=earliest,
        latest=latest,
        service=service,
        delivery=delivery,
    )


def _problem(
    nodes: list[_Node], matrix: TravelMatrix, *, capacity: int, fleet: int, time_scale: int
) -> Problem:
    def task(place: int) -> Task:
        node = nodes[place]
        return Task(
            place=place,
            earliest_s=node.earliest * time_scale,
            latest_s=node.latest * time_scale,
            service_s=node.service * time_scale,
        )

    # Each of n tasks is left once; n more legs lead back from the rounds.
    use = 2 * len(nodes) * int(matrix.distance_m.max()) + 1
    shipments = tuple(
        Shipment(
            pickups=(task(place),),
            amounts=((node.demand,),),
            dropoff=task(node.delivery),
            penalty=use * (fleet + 1),
        )
        for place, node in enumerate(nodes)
        if place > 0 and node.delivery > 0
    )
    vehicle = Vehicle(
        profile=0,
        start_place=0,
        end_place=0,
        earliest_s=nodes[0].earliest * time_scale,
        latest_s=nodes[0].latest * time_scale,
        capacity=(capacity,),
        cost_use=use,
        cost_per_m=1,
    )
    return Problem(
        matrices=(matrix,),
        setup_s=np.zeros((1, len(nodes)), np.int32),
        shipments=shipments,
        vehicles=(vehicle,) * fleet,
    )
