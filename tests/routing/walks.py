"""The cheapest round of a vehicle for every set of shipments, over all orders of their tasks.

Labels follow every order that keeps precedence, load and windows; of two that did the same tasks
and stand at the same one, one that is nowhere better is dropped (Desrosiers, Dumas and Soumis
1986, for one vehicle that picks up and delivers).

A wait can be put anywhere before the visit that asks for it: for each moment the last task may
start at, a label knows how late the departure, and each pickup whose goods must not ride for long,
can have been. All that ties these moments to one another are least differences between two of
them, so their latest values are possible together, and later is never worse.
"""

from functools import cache
from typing import NamedTuple

from routing.problem import Problem
from routing.vehicle import Vehicle
from tests.routing.stops import HOME, Load, legs_of, load_at_start, plus, rivals_of, stops_of


class Label(NamedTuple):
    """A part of a round: what it has spent but for paid time, and its times.

    Its moments are the departure, where leaving later saves anything, then the pickups that are
    held, in the order of tasks. Where the last task starts at t, `soonest` or later, moment i is
    at the latest `min(until[i], t - since[i])`.
    """

    spent: int
    soonest: int
    since: tuple[int, ...]
    until: tuple[int, ...]


class State(NamedTuple):
    """What the tasks done so far, in whatever order, say about the rest.

    `follow` are the tasks that may be next, `held` the pickups whose goods are on board and must
    not ride for long, `due` the tasks that must follow, `served` a mask of shipments.
    """

    follow: tuple[int, ...]
    held: tuple[int, ...]
    due: tuple[int, ...]
    served: int


class Walks:
    """All orders of tasks one vehicle may follow; what is done is a mask of tasks."""

    def __init__(self, problem: Problem, vehicle: Vehicle) -> None:
        """Lay out what is left to do for this vehicle, and the legs between."""
        self.vehicle = vehicle
        self.past = vehicle.underway
        self.saves = self.past is None and vehicle.cost_per_s > 0
        self.rivals = rivals_of(problem)
        self.load = load_at_start(problem, vehicle)
        self.stops = stops_of(problem, vehicle)
        self.legs = legs_of(problem, vehicle, self.stops)
        self.state = cache(self._state)

    def empty_cost(self) -> int:
        """Return the cost of no further task: of driving back, or of staying at home."""
        cost = 0 if self.past is None else self._home(self._start(), HOME)
        assert cost is not None
        return cost

    def cheapest_rounds(self, most: int) -> dict[int, int]:
        """Return the least cost for each mask of shipments; rounds dearer than `most` are left."""
        rounds = {0: self.empty_cost()}
        layer = {0: {HOME: [self._start()]}}
        while layer:
            following: dict[int, dict[int, list[Label]]] = {}
            for done, ends in layer.items():
                state = self.state(done)
                for last, labels in ends.items() if done and not state.due else ():
                    for label in labels:
                        cost = self._home(label, last)
                        if cost is not None and cost <= rounds.get(state.served, most):
                            rounds[state.served] = cost
                for task in state.follow:
                    reached = self._reached(done, ends, task, most)
                    if reached:
                        following.setdefault(done | 1 << task, {})[task] = reached
            layer = following
        return rounds

    def _reached(
        self, done: int, ends: dict[int, list[Label]], task: int, most: int
    ) -> list[Label]:
        """Return the labels one task on that no other beats."""
        state, after = self.state(done), self.state(done | 1 << task)
        reached: list[Label] = []
        for last, labels in ends.items():
            for label in labels:
                new = self._go(label, state.held, last, task)
                if new is None or new.spent > most or not self._is_in_time(new, after, task):
                    continue
                if not any(self._beats(other, new) for other in reached):
                    reached = [other for other in reached if not self._beats(new, other)]
                    reached.append(new)
        return reached

    def _start(self) -> Label:
        vehicle = self.vehicle
        driven_m = 0 if self.past is None else self.past.driven_m
        spent = vehicle.cost_use + vehicle.cost_per_m * driven_m
        if self.saves:
            return Label(spent, vehicle.from_s, (0,), (vehicle.latest_s,))
        return Label(spent, vehicle.from_s, (), ())

    def _home(self, label: Label, last: int) -> int | None:
        """Return the cost of a round that ends here; None where it is back too late."""
        leg = self.legs.seconds[last][HOME]
        back, paid_s = label.soonest + leg, 0
        if back > self.vehicle.latest_s:
            return None
        if self.past is not None:
            paid_s = back - self.past.departed_s
        elif self.saves:
            paid_s = max(label.since[0] + leg, back - label.until[0])
        return label.spent + self.legs.tolls[last][HOME] + self.vehicle.cost_per_s * paid_s

    def _go(self, label: Label, held: tuple[int, ...], last: int, task: int) -> Label | None:
        """Return the label one task on, or None where that would be too late."""
        stop, leg = self.stops[task], self.legs.seconds[last][task]
        since, until = [moment + leg for moment in label.since], list(label.until)
        latest = stop.latest_s
        first = len(since) - len(held)
        if stop.ride_s is not None and not stop.is_dropoff:
            moment = first + sum(pickup < task for pickup in held)
            since.insert(moment, 0)
            until.insert(moment, latest)
        elif stop.ride_s is not None:
            for moment, pickup in reversed(list(enumerate(held, first))):
                if stop.needs >> pickup & 1:
                    longest = stop.ride_s + self.stops[pickup].service_s
                    latest = min(latest, until.pop(moment) + longest)
                    if since.pop(moment) > longest:
                        return None
        soonest = max(label.soonest + leg, stop.earliest_s)
        if soonest > latest:
            return None
        until = [min(by, latest - moved) for by, moved in zip(until, since, strict=True)]
        since = [max(moved, soonest - by) for by, moved in zip(until, since, strict=True)]
        spent = label.spent + self.legs.tolls[last][task]
        return Label(spent, soonest, tuple(since), tuple(until))

    def _is_in_time(self, label: Label, state: State, last: int) -> bool:
        """Tell whether all that must follow, and the way home, can be in time one by one."""
        soonest, least = label.soonest, self.legs.least[last]
        if soonest + least[HOME] > self.vehicle.latest_s:
            return False
        first = len(label.since) - len(state.held)
        for task in state.due:
            stop = self.stops[task]
            if soonest + least[task] > stop.latest_s:
                return False
            for moment, pickup in enumerate(state.held, first):
                if stop.needs >> pickup & 1 and stop.ride_s is not None:
                    longest = stop.ride_s + self.stops[pickup].service_s - least[task]
                    if label.since[moment] > longest or soonest > label.until[moment] + longest:
                        return False
        return True

    def _beats(self, one: Label, other: Label) -> bool:
        """Tell whether one label is nowhere worse than another that did the same tasks.

        What it spent less pays for as many seconds of leaving earlier.
        """
        saved = other.spent - one.spent
        if one.soonest > other.soonest or (saved < 0 and not self.saves):
            return False
        grace = [0] * len(one.since)
        if self.saves:
            grace[0] = saved // self.vehicle.cost_per_s
        return all(
            moved <= than + more and by >= then - more
            for moved, than, by, then, more in zip(
                one.since, other.since, one.until, other.until, grace, strict=True
            )
        )

    def _state(self, done: int) -> State:
        stops = list(enumerate(self.stops))
        over = [stop for task, stop in stops if done >> task & 1]
        load, barred = self.load, 0
        for stop in over:
            load = plus(load, stop.change)
            barred |= self.rivals[stop.shipment]
        dropped = {stop.shipment for stop in over if stop.is_dropoff}
        begun = {stop.shipment for stop in over} - dropped
        to_do = [(task, stop) for task, stop in stops if not done >> task & 1]
        return State(
            follow=tuple(
                task
                for task, stop in to_do
                if not (stop.needs & ~done or barred >> stop.shipment & 1)
                and self._holds(plus(load, stop.change))
            ),
            held=tuple(
                task
                for task, stop in stops
                if done >> task & 1 and stop.shipment in begun and stop.ride_s is not None
            ),
            due=tuple(task for task, stop in to_do if stop.shipment in begun),
            served=sum(1 << shipment for shipment in dropped),
        )

    def _holds(self, load: Load) -> bool:
        return all(amount <= most for amount, most in zip(load, self.vehicle.capacity, strict=True))
