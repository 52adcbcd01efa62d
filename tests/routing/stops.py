"""What one vehicle has left to do, as the exact method sees it: tasks, and the legs between."""

from collections.abc import Iterator
from typing import NamedTuple

from routing.problem import Problem
from routing.vehicle import OnBoard, Vehicle

type Load = tuple[int, ...]

#: Where a walk is before its first task, and where its last leg goes.
HOME = -1


class Stop(NamedTuple):
    """A task; `needs` is a mask of the tasks that come before it."""

    shipment: int
    place: int
    earliest_s: int
    latest_s: int
    service_s: int
    change: Load
    ride_s: int | None
    needs: int = 0
    is_dropoff: bool = False


class Legs(NamedTuple):
    """Tables from each task, and `HOME` where the vehicle is, to each task and home.

    `seconds` lie between two starts of service, or return; `least` is the same by way of whatever
    tasks make it shortest; `tolls` are what the metres cost.
    """

    seconds: list[list[int]]
    least: list[list[int]]
    tolls: list[list[int]]


def rivals_of(problem: Problem) -> list[int]:
    """Return for each shipment a mask of those that belong to other options of its delivery."""
    rivals = [0] * len(problem.shipments)
    for delivery in problem.deliveries:
        for option in delivery.options:
            for shipment in option:
                others = set(delivery.shipments) - set(option)
                rivals[shipment] = sum(1 << other for other in others)
    return rivals


def load_at_start(problem: Problem, vehicle: Vehicle) -> Load:
    """Return what is on board of a vehicle before its first task."""
    load = (0,) * len(vehicle.capacity)
    for parcel in _on_board(vehicle):
        amounts = problem.shipments[parcel.shipment].amounts
        for amount, left in zip(amounts, parcel.left_s, strict=True):
            load = load if left is None else plus(load, amount)
    return load


def plus(one: Load, other: Load) -> Load:
    """Return two loads together."""
    return tuple(a + b for a, b in zip(one, other, strict=True))


def stops_of(problem: Problem, vehicle: Vehicle) -> list[Stop]:
    """Return what is left to do of all shipments a vehicle may serve, dropoffs behind pickups."""
    own = {parcel.shipment: parcel.left_s for parcel in _on_board(vehicle)}
    taken = {parcel.shipment for each in problem.vehicles for parcel in _on_board(each)}
    stops: list[Stop] = []
    for index, shipment in enumerate(problem.shipments):
        is_elsewhere = index in taken and index not in own
        if not is_elsewhere and shipment.skills & ~vehicle.skills == 0:
            left_s = own.get(index, (None,) * len(shipment.pickups))
            stops += _stops(problem, index, left_s, len(stops))
    return stops


def _on_board(vehicle: Vehicle) -> tuple[OnBoard, ...]:
    return () if vehicle.underway is None else vehicle.underway.on_board


def _stops(
    problem: Problem, index: int, left_s: tuple[int | None, ...], first: int
) -> Iterator[Stop]:
    """Yield the tasks left of a shipment; goods on board already must be dropped in time."""
    shipment = problem.shipments[index]
    ride_s, dropoff = shipment.longest_ride_s, shipment.dropoff
    to_do = [pickup for pickup, left in enumerate(left_s) if left is None]
    for pickup in to_do:
        task = shipment.pickups[pickup]
        window = (task.earliest_s, task.latest_s, task.service_s)
        yield Stop(index, task.place, *window, shipment.amounts[pickup], ride_s)
    by_s = [dropoff.latest_s]
    if ride_s is not None:
        by_s += [left + ride_s for left in left_s if left is not None]
    yield Stop(
        index,
        dropoff.place,
        dropoff.earliest_s,
        min(by_s),
        dropoff.service_s,
        tuple(-amount for amount in shipment.amount),
        ride_s,
        needs=sum(1 << first + position for position in range(len(to_do))),
        is_dropoff=True,
    )


def legs_of(problem: Problem, vehicle: Vehicle, stops: list[Stop]) -> Legs:
    """Reckon all legs of a vehicle: service, travel, and set-up where the place changes."""
    matrix = problem.matrices[vehicle.profile]
    setup_s = problem.setup_s[vehicle.profile].tolist()
    moved, metres = matrix.duration_s.tolist(), matrix.distance_m.tolist()
    here = [(stop.place, stop.service_s) for stop in stops] + [(vehicle.from_place, 0)]
    there = [(stop.place, setup_s[stop.place]) for stop in stops] + [(vehicle.end_place, 0)]
    seconds = [
        [stay + moved[a][b] + (setup if a != b else 0) for b, setup in there] for a, stay in here
    ]
    least = [row.copy() for row in seconds]
    for via in range(len(stops)):
        onward = least[via]
        for row in least:
            by_way = [row[via] + more for more in onward]
            row[:] = [min(pair) for pair in zip(row, by_way, strict=True)]
    tolls = [[vehicle.cost_per_m * metres[a][b] for b, _ in there] for a, _ in here]
    return Legs(seconds, least, tolls)
