"""What is asked of the rounds: places, shipments, deliveries, vehicles; unfit input is refused."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from routing.matrix import LONGEST_TRAVEL_S, Int32s, TravelMatrix
from routing.shipment import Delivery, Shipment
from routing.vehicle import OnBoard, Vehicle

#: Doubles, by which plans are recombined, are exact below this.
MOST_COST = 1 << 53


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """Everything a plan must answer.

    Parameters
    ----------
    matrices
        One per profile, all over the same n places.
    setup_s
        Array (profiles, n) of int32: seconds once per stop (parking, walking, ringing), added
        when the place changes; not at start and end places.
    shipments, vehicles
        Referred to by their index everywhere.
    deliveries
        Every shipment belongs to one option of one delivery. Left empty, each shipment is a
        delivery of its own, of the same index, at its own penalty.

    Raises
    ------
    ValueError
        Naming the shipment, task, delivery or vehicle that does not fit, and why.
    """

    matrices: tuple[TravelMatrix, ...]
    setup_s: Int32s
    shipments: tuple[Shipment, ...]
    vehicles: tuple[Vehicle, ...]
    deliveries: tuple[Delivery, ...] = ()

    def __post_init__(self) -> None:
        """Check that every index and vector fits the tables, and every place can be reached."""
        if not self.deliveries:
            alone = tuple(
                Delivery(options=((index,),), penalty=shipment.penalty)
                for index, shipment in enumerate(self.shipments)
            )
            object.__setattr__(self, "deliveries", alone)
        self._check_travel()
        self._check_places()
        self._check_amounts()
        self._check_deliveries()
        self._check_costs()
        for index, vehicle in enumerate(self.vehicles):
            try:
                self._check_underway(index, vehicle)
            except ValueError as error:
                raise ValueError(f"vehicle {index}: {error}") from error

    def _check_travel(self) -> None:
        if not self.matrices:
            raise ValueError("a problem needs at least one travel matrix")
        places = self.matrices[0].size
        if any(matrix.size != places for matrix in self.matrices):
            sizes = [matrix.size for matrix in self.matrices]
            raise ValueError(f"travel matrices differ in size: {sizes}")
        if self.setup_s.shape != (len(self.matrices), places) or self.setup_s.dtype != np.int32:
            raise ValueError(
                f"setup_s must be int32 of shape {(len(self.matrices), places)}, "
                f"not {self.setup_s.dtype} of {self.setup_s.shape}"
            )
        if self.setup_s.size and self.setup_s.min() < 0:
            raise ValueError("setup_s holds a negative value")
        for index, vehicle in enumerate(self.vehicles):
            if not 0 <= vehicle.profile < len(self.matrices):
                raise ValueError(f"vehicle {index}: no matrix for profile {vehicle.profile}")

    def _check_places(self) -> None:
        places = self.matrices[0].size
        for where, place in self._places():
            if not 0 <= place < places:
                raise ValueError(f"{where}: place {place} is not one of {places}")
        if not self.vehicles:
            return
        reached = np.zeros(places, bool)
        for vehicle in set(self.vehicles):
            seconds = self.matrices[vehicle.profile].duration_s
            there = seconds[vehicle.from_place] < LONGEST_TRAVEL_S
            reached |= there & (seconds[:, vehicle.end_place] < LONGEST_TRAVEL_S)
        done = self._done()
        for index, shipment in enumerate(self.shipments):
            for position, task in enumerate(shipment.tasks):
                if not reached[task.place] and (index, position) not in done:
                    raise ValueError(
                        f"shipment {index}, task {position}: "
                        f"place {task.place} is reached by no vehicle there and back"
                    )

    def _check_costs(self) -> None:
        """Refuse costs that would not add up exactly, in integers or in a solver's doubles."""
        penalties = sum(delivery.penalty for delivery in self.deliveries)
        dearest = max((delivery.penalty for delivery in self.deliveries), default=0)
        driven = self._dearest_rounds()
        if penalties + driven >= MOST_COST:
            raise ValueError(
                f"penalties add up to {penalties} (the dearest is {dearest}) and rounds to as much "
                f"as {driven}: costs are exact below {MOST_COST} only"
            )

    def _dearest_rounds(self) -> int:
        """Return more than all rounds together can cost."""
        legs = sum(len(shipment.tasks) for shipment in self.shipments) + len(self.vehicles)
        longest = max(
            int(matrix.distance_m[matrix.duration_s < LONGEST_TRAVEL_S].max(initial=0))
            for matrix in self.matrices
        )
        metres = legs * longest * max((v.cost_per_m for v in self.vehicles), default=0)
        past = sum(v.underway.driven_m * v.cost_per_m for v in self.vehicles if v.underway)
        return metres + past + sum(v.cost_use + v.cost_per_s * v.latest_s for v in self.vehicles)

    def _done(self) -> set[tuple[int, int]]:
        """Return the pickups done before, as shipment and task."""
        return {
            (parcel.shipment, pickup)
            for vehicle in self.vehicles
            if vehicle.underway is not None
            for parcel in vehicle.underway.on_board
            for pickup, left_s in enumerate(parcel.left_s)
            if left_s is not None
        }

    def _places(self) -> Iterator[tuple[str, int]]:
        for index, shipment in enumerate(self.shipments):
            for position, task in enumerate(shipment.tasks):
                yield f"shipment {index}, task {position}", task.place
        for index, vehicle in enumerate(self.vehicles):
            yield f"vehicle {index}, start", vehicle.start_place
            yield f"vehicle {index}, end", vehicle.end_place
            yield f"vehicle {index}, under way", vehicle.from_place

    def _check_amounts(self) -> None:
        dimensions = {
            *(len(shipment.amount) for shipment in self.shipments),
            *(len(vehicle.capacity) for vehicle in self.vehicles),
        }
        if len(dimensions) > 1:
            raise ValueError(f"amounts and capacities differ in length: {sorted(dimensions)}")

    def _check_deliveries(self) -> None:
        owner: dict[int, int] = {}
        for index, delivery in enumerate(self.deliveries):
            for shipment in delivery.shipments:
                if not 0 <= shipment < len(self.shipments):
                    raise ValueError(f"delivery {index}: there is no shipment {shipment}")
                if shipment in owner:
                    text = f"shipment {shipment} belongs to delivery {owner[shipment]} as well"
                    raise ValueError(f"delivery {index}: {text}")
                owner[shipment] = index
        for shipment in range(len(self.shipments)):
            if shipment not in owner:
                raise ValueError(f"shipment {shipment} belongs to no delivery")

    def _check_underway(self, index: int, vehicle: Vehicle) -> None:
        """Check that a vehicle on the road can carry what it has, and come back in time."""
        past = vehicle.underway
        if past is None:
            return
        duration_s = self.matrices[vehicle.profile].duration_s
        seconds = int(duration_s[past.place, vehicle.end_place])
        if seconds == LONGEST_TRAVEL_S:
            raise ValueError(f"has no way from place {past.place} to its end")
        home = past.free_s + seconds
        if home > vehicle.latest_s:
            raise ValueError(f"is back at {home}, after its working period, {vehicle.latest_s}")
        load = [0] * len(vehicle.capacity)
        for parcel in past.on_board:
            self._check_on_board(index, parcel)
            shipment = self.shipments[parcel.shipment]
            for amount, left in zip(shipment.amounts, parcel.left_s, strict=True):
                if left is not None:
                    load = [a + b for a, b in zip(load, amount, strict=True)]
        if any(on_board > most for on_board, most in zip(load, vehicle.capacity, strict=True)):
            raise ValueError(f"has {tuple(load)} on board and holds {vehicle.capacity}")

    def _check_on_board(self, index: int, parcel: OnBoard) -> None:
        shipment = parcel.shipment
        if not 0 <= shipment < len(self.shipments):
            raise ValueError(f"there is no shipment {shipment} to have on board")
        if len(parcel.left_s) != len(self.shipments[shipment].pickups):
            pickups = len(self.shipments[shipment].pickups)
            raise ValueError(f"shipment {shipment} has {pickups} pickups, not {len(parcel.left_s)}")
        for other in self.vehicles[:index]:
            past = other.underway
            if past is not None and any(each.shipment == shipment for each in past.on_board):
                raise ValueError(f"shipment {shipment} is on board of another vehicle as well")
        if not any(delivery.options == ((shipment,),) for delivery in self.deliveries):
            raise ValueError(f"shipment {shipment} is on board: its delivery has no other option")
