"""Random towns with everything a problem may carry: small ones to solve exactly, larger ones.

Shops sell in the morning; goods go to the door straight from all shops, or through the hub, whose
wave they must reach, or to the drive. The fleet differs in everything, and some of it is on the
road already.
"""

import random
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from routing.matrix import Int32s, TravelMatrix
from routing.problem import Problem
from routing.shipment import Delivery, Shipment, Task
from routing.vehicle import OnBoard, Underway, Vehicle
from tests.routing.towns import HOUR

type Way = Callable[[list[int], Task, int], list[Shipment]]

#: Tasks one round of a small town may hold: the exact method follows all their orders.
MOST_TASKS = 13
OPENING, CLOSING = 8 * HOUR, 14 * HOUR
HUB, DRIVE, BASE = 0, 1, 2
#: Metres a second, and how much farther than by air the streets go.
PROFILES = ((4.0, 1.2), (7.0, 1.5))


def a_small_town(
    seed: int, *, tasks: int = MOST_TASKS, options: bool = True, underway: bool = True
) -> Problem:
    """Return 1 to 5 deliveries of so many tasks at most, and 1 to 3 vehicles."""
    dice = random.Random(seed)
    town = _Town(dice, shops=dice.randint(1, 3), doors=dice.randint(1, 4), across_m=3000)
    deliveries = min(tasks // 2, dice.choice([1, 2, 3, 4, 4, 5, 5, 5]))
    for left in reversed(range(deliveries)):
        # Two tasks are kept for each delivery to come.
        tasks -= town.order(options=options, most=tasks - 2 * left)
    town.hire(dice.choice([1, 2, 3, 3, 3]), underway=0.4 if underway else 0.0)
    return town.problem()


def a_town(
    seed: int, *, deliveries: int = 40, options: bool = True, underway: bool = True
) -> Problem:
    """Return a day of a town for 2 to 6 vehicles."""
    dice = random.Random(seed)
    town = _Town(dice, shops=dice.randint(3, 12), doors=deliveries * 3 // 4, across_m=6000)
    for _ in range(deliveries):
        town.order(options=options, most=MOST_TASKS)
    town.hire(dice.randint(2, 6), underway=0.4 if underway else 0.0)
    return town.problem()


class _Town:
    """A town under construction: streets first, then orders, then a fleet."""

    def __init__(self, dice: random.Random, *, shops: int, doors: int, across_m: int) -> None:
        """Lay out the places: hub, drive, base, shops, doors."""
        self.dice = dice
        self.shops = range(BASE + 1, BASE + 1 + shops)
        self.doors = range(self.shops.stop, self.shops.stop + doors)
        self.points = [
            (dice.randrange(across_m), dice.randrange(across_m)) for _ in range(self.doors.stop)
        ]
        self.wave_s = OPENING + dice.choice([1, 2, 3]) * HOUR
        self.shipments: list[Shipment] = []
        self.deliveries: list[Delivery] = []
        self.vehicles: list[Vehicle] = []
        self.straight: list[int] = []

    def order(self, *, options: bool, most: int) -> int:
        """Add a delivery whose options take at most so many tasks each; return how many."""
        dice = self.dice
        kinds = self._ways(most) if options else [self._straight]
        # Through the hub, every shop takes two tasks more and a shipment of its own.
        shops = min(2, most // 2 - 1) if self._by_hub in kinds else min(3, most - 1)
        sold = dice.choices(self.shops, k=min(shops, dice.choice([1, 1, 1, 2, 3])))
        door = self._window(dice.choice(self.doors), OPENING, CLOSING)
        skills = dice.choice([0, 0, 0, 0, 1, 2])
        ways = []
        for kind in kinds:
            made = kind(sold, door, skills)
            ways.append(tuple(range(len(self.shipments), len(self.shipments) + len(made))))
            self.shipments += made
        if kinds == [self._straight]:
            self.straight += ways[0]
        penalty = dice.choice([300_000, 2_000_000, 20_000_000, 50_000_000, 100_000_000])
        self.deliveries.append(Delivery(options=tuple(ways), penalty=penalty))
        return max(sum(len(self.shipments[each].tasks) for each in way) for way in ways)

    def _ways(self, most: int) -> list[Way]:
        """Return 1 to 3 ways to bring the goods; often straight to the door alone."""
        kinds = [self._straight, self._by_drive, self._by_hub]
        if self.dice.random() < 0.4:
            return kinds[:1]
        return self.dice.sample(kinds[: 3 if most > 3 else 2], self.dice.randint(1, 2 + (most > 3)))

    def _straight(self, sold: list[int], door: Task, skills: int) -> list[Shipment]:
        closes = CLOSING if self.dice.random() < 0.6 else door.latest_s
        pickups = [
            self._task(shop, OPENING, closes)
            if self.dice.random() < 0.6
            else self._window(shop, OPENING, closes)
            for shop in sold
        ]
        return [self._shipment(pickups, door, skills)]

    def _by_drive(self, sold: list[int], _door: Task, skills: int) -> list[Shipment]:
        bay = self._task(DRIVE, OPENING, self.dice.randint(OPENING + HOUR, CLOSING))
        return [self._shipment([self._task(shop, OPENING, CLOSING) for shop in sold], bay, skills)]

    def _by_hub(self, sold: list[int], door: Task, skills: int) -> list[Shipment]:
        """Collect at each shop before the wave; go to the door after it and the handling."""
        dock = self._task(HUB, OPENING, self.wave_s)
        collections = [
            self._shipment([self._task(shop, OPENING, self.wave_s)], dock, 0) for shop in sold
        ]
        ready_s = self.wave_s + self.dice.choice([0, 600, 1800])
        out = self._shipment([self._task(HUB, ready_s, CLOSING)], door, skills)
        return [*collections, out]

    def _shipment(self, pickups: list[Task], dropoff: Task, skills: int) -> Shipment:
        dice = self.dice
        sizes = (0, 1, 2, 3) if len(pickups) == 1 else (0, 1, 2)
        return Shipment(
            pickups=tuple(pickups),
            amounts=tuple((dice.choice(sizes), dice.choice(sizes)) for _ in pickups),
            dropoff=dropoff,
            longest_ride_s=dice.choice([None, None, None, 1200, HOUR, 2 * HOUR]),
            skills=skills,
        )

    def _window(self, place: int, opens: int, closes: int) -> Task:
        """Return a task within a part of the day: a moment of it, hours, or all."""
        whole = closes - opens
        width = min(whole, self.dice.choice([0, 600, 1800, HOUR, 2 * HOUR, 2 * HOUR, whole, whole]))
        begins = self.dice.randint(opens, closes - width)
        return self._task(place, begins, begins + width)

    def _task(self, place: int, opens: int, closes: int) -> Task:
        service_s = self.dice.choice([0, 60, 180, 300])
        return Task(place=place, earliest_s=opens, latest_s=closes, service_s=service_s)

    def hire(self, vehicles: int, *, underway: float) -> None:
        """Add vehicles, all of one kind or each its own, some of them on the road."""
        alike = self.dice.random() < 0.3
        self.matrices = tuple(self._matrix(*profile) for profile in PROFILES)
        model = self._vehicle()
        for _ in range(vehicles):
            vehicle = model if alike else self._vehicle()
            if self.dice.random() < underway:
                vehicle = self._on_the_road(vehicle)
            self.vehicles.append(vehicle)

    def _vehicle(self) -> Vehicle:
        dice = self.dice
        start = dice.choice([BASE, BASE, HUB, dice.randrange(len(self.points))])
        opens = OPENING + dice.choice([-HOUR // 2, 0, 0, 0, HOUR])
        return Vehicle(
            profile=dice.randrange(len(PROFILES)),
            start_place=start,
            end_place=start if dice.random() < 0.7 else dice.choice([BASE, HUB]),
            earliest_s=opens,
            latest_s=opens + dice.choice([3, 4, 6, 6]) * HOUR,
            capacity=(dice.randint(3, 7), dice.randint(3, 7)),
            skills=dice.choice([0, 1, 3, 3, 3]),
            cost_use=dice.choice([0, 0, 200_000, 10_000_000]),
            cost_per_s=dice.choice([0, 300, 700]),
            cost_per_m=dice.choice([0, 10, 40]),
        )

    def _on_the_road(self, vehicle: Vehicle) -> Vehicle:
        """Let a vehicle have left, with up to two shipments on board, in part or in full."""
        dice = self.dice
        place = dice.randrange(len(self.points))
        way_home = int(self.matrices[vehicle.profile].duration_s[place, vehicle.end_place])
        departed = vehicle.earliest_s + dice.randrange(HOUR // 2)
        free = departed + dice.randrange(HOUR)
        if free + way_home > vehicle.latest_s:
            return vehicle
        past = Underway(
            place=place,
            free_s=free,
            departed_s=departed,
            driven_m=dice.randrange(5000),
            on_board=self._fetched(vehicle, departed, free),
        )
        return replace(vehicle, underway=past)

    def _fetched(self, vehicle: Vehicle, departed: int, free: int) -> tuple[OnBoard, ...]:
        dice, room = self.dice, vehicle.capacity
        on_board = []
        dice.shuffle(self.straight)
        for _ in range(min(len(self.straight), dice.choice([0, 1, 1, 2]))):
            index = self.straight.pop()
            shipment = self.shipments[index]
            is_late = shipment.dropoff.latest_s < free + HOUR // 4
            if shipment.skills & ~vehicle.skills or (is_late and dice.random() < 0.8):
                continue
            pickups = range(len(shipment.pickups))
            fetched = dice.sample(pickups, dice.randint(1, len(pickups)))
            for pickup in fetched:
                amount = shipment.amounts[pickup]
                room = tuple(most - taken for most, taken in zip(room, amount, strict=True))
            if min(room) < 0:
                break
            since = max(departed, free - HOUR // 4)
            left_s = (dice.randint(since, free) if each in fetched else None for each in pickups)
            on_board.append(OnBoard(shipment=index, left_s=tuple(left_s)))
        return tuple(on_board)

    def _matrix(self, speed: float, detour: float) -> TravelMatrix:
        """Return streets: longer than by air, another way there than back, no way round shorter."""
        by_air = np.array(
            [[np.hypot(x - u, y - v) for u, v in self.points] for x, y in self.points]
        )
        bends = [[self.dice.uniform(1, detour) for _ in self.points] for _ in self.points]
        metres = np.ceil(by_air * bends)
        return TravelMatrix(
            duration_s=_shortest(np.ceil(metres / speed)), distance_m=_shortest(metres)
        )

    def problem(self) -> Problem:
        """Return what was laid out, with a set-up for each place and profile."""
        setups = [[self.dice.choice([0, 60, 120, 240]) for _ in self.points] for _ in PROFILES]
        return Problem(
            matrices=self.matrices,
            setup_s=np.array(setups, np.int32),
            shipments=tuple(self.shipments),
            vehicles=tuple(self.vehicles),
            deliveries=tuple(self.deliveries),
        )


def _shortest(table: np.ndarray) -> Int32s:
    """Close a table under shortest paths (Floyd 1962)."""
    for via in range(len(table)):
        table = np.minimum(table, table[:, [via]] + table[[via], :])
    return table.astype(np.int32)
