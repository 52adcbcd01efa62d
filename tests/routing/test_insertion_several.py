"""Baskets from several shops that only some orders of the shops bring home in time."""

import random
from itertools import pairwise

import pytest

from routing.insertion import cheapest, insert
from routing.matrix import TravelMatrix
from routing.problem import Problem
from routing.shipment import Shipment, Task
from routing.sight import NEVER, SEES_ALL
from routing.tables import tables_of
from tests.routing.test_insertion import cost_if_sound, round_in, timed_rounds
from tests.routing.towns import HOUR, a_problem, a_random_problem, a_vehicle

MINUTE = 60


def a_basket_with_an_order_in_time(seed: int) -> Problem:
    """Return one basket of three or four shops, whose windows one order at least keeps."""
    dice = random.Random(seed)
    matrix: TravelMatrix = a_random_problem(seed).matrices[0]
    shops = 3 + seed % 2
    order = [dice.randrange(1, matrix.size) for _ in range(shops + 1)]
    ways = [int(matrix.duration_s[pair]) for pair in pairwise([0, *order])]
    starts = [2 * HOUR + sum(ways[: n + 1]) + n * MINUTE for n in range(shops + 1)]
    tasks = [
        Task(
            place=place,
            earliest_s=start if dice.random() < 0.4 else start - dice.randrange(90 * MINUTE),
            latest_s=start + dice.randrange(2 * HOUR if n < shops else MINUTE),
            service_s=MINUTE,
        )
        for n, (place, start) in enumerate(zip(order, starts, strict=True))
    ]
    pickups = tuple(dice.sample(tasks[:-1], shops))
    basket = Shipment(
        pickups=pickups, dropoff=tasks[-1], amounts=((1,),) * shops, penalty=100_000_000
    )
    return a_problem([basket], [a_vehicle(earliest_s=0, latest_s=24 * HOUR)], matrix=matrix)


@pytest.mark.parametrize("seed", range(400))
def test_a_basket_that_an_empty_vehicle_can_bring_in_time_is_brought(seed: int) -> None:
    problem = a_basket_with_an_order_in_time(seed)
    tables = tables_of(problem)
    rounds = timed_rounds(tables)
    added, i, j = cheapest(tables, rounds, 0, 0, NEVER, SEES_ALL)
    assert i >= 0
    insert(tables, rounds, 0, 0, i, j, SEES_ALL)
    assert cost_if_sound(problem, round_in(tables, rounds, 0)) == added
