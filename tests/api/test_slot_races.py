"""Recipients, shops and couriers at the same moment: no place, order or euro is lost."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from delivery.errors import Refusal
from delivery.orders import Recipient
from delivery.pooling import Delivery
from delivery.slots import SlotFull
from tests.api.slot_moves import (
    AFTERNOON,
    EVENING,
    MORNING,
    NEXT_DAY,
    booked,
    cancel,
    change,
    check_whole,
    starts_at,
    with_other_days,
)
from tests.builders import an_order
from tests.small_town import Town


@pytest.fixture
def town(town: Town) -> Town:
    """The small town with slots on other days too."""
    return with_other_days(town)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run all acts at the same moment; return what each came to, or its refusal."""
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return act()
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def many(town: Town, count: int, start: datetime = AFTERNOON, *, first: int = 1) -> list[int]:
    """Take orders of as many people at as many doors, from the door `first` on."""
    taken = town.take(
        *(
            an_order(
                f"M-{start:%d%H}-{n}",
                address=f"{n} rue du Port",
                recipient=Recipient(name=f"Recipient {n}"),
                slot_starts_at=start,
            )
            for n in range(first, first + count)
        )
    )
    return [each.order_id for each in taken]


def test_of_six_who_want_the_last_two_places_two_get_them(town: Town) -> None:
    orders = many(town, 6)
    outcomes = at_once(*(lambda id_=id_: change(town, id_, EVENING) for id_ in orders))  # type: ignore[misc]
    assert sum(isinstance(each, Delivery) for each in outcomes) == 2
    assert sum(isinstance(each, SlotFull) for each in outcomes) == 4
    assert booked(town) == {AFTERNOON: 4, EVENING: 2}
    check_whole(town)


def test_changes_and_new_orders_race_for_the_last_places(town: Town) -> None:
    orders = many(town, 4)
    newcomers = [
        an_order(
            f"N-{n}",
            address=f"{n} rue du Port",
            recipient=Recipient(name=f"Newcomer {n}"),
            slot_starts_at=EVENING,
        )
        for n in range(20, 24)
    ]
    at_once(
        *(lambda id_=id_: change(town, id_, EVENING) for id_ in orders),  # type: ignore[misc]
        *(lambda order=order: town.take(order) for order in newcomers),  # type: ignore[misc]
    )
    assert booked(town)[EVENING] == 2
    check_whole(town)


def test_a_change_races_with_an_order_that_joins(town: Town) -> None:
    for n in range(8):
        (first,) = town.take(an_order(f"A-{n}", address=f"{n + 1} rue du Port"))
        late = an_order(f"B-{n}", shop="librairie", address=f"{n + 1} rue du Port")
        _, taken = at_once(
            lambda: change(town, first.order_id, MORNING),  # noqa: B023
            lambda: town.take(late),  # noqa: B023
        )
        moved = town.order(first.order_id).delivery_id
        assert starts_at(town, town.delivery(moved)) == MORNING
        (joined,) = taken  # type: ignore[misc]
        together = town.order(joined.order_id).delivery_id == moved  # type: ignore[attr-defined]
        assert together is joined.pooled  # type: ignore[attr-defined]
    check_whole(town)


def test_neighbours_swap_their_days_without_waiting_for_each_other_for_ever(town: Town) -> None:
    today, tomorrow = many(town, 4), many(town, 4, NEXT_DAY, first=11)
    for _ in range(3):
        outcomes = at_once(
            *(lambda id_=id_: change(town, id_, NEXT_DAY) for id_ in today),  # type: ignore[misc]
            *(lambda id_=id_: change(town, id_, AFTERNOON) for id_ in tomorrow),  # type: ignore[misc]
        )
        assert all(isinstance(each, Delivery) for each in outcomes)
        today, tomorrow = tomorrow, today
    assert booked(town) == {AFTERNOON: 4, NEXT_DAY: 4}
    check_whole(town)


def test_three_deliveries_to_one_door_that_meet_in_a_slot_become_one(town: Town) -> None:
    orders = [
        town.take(an_order(f"A-{n}", slot_starts_at=slot))[0].order_id
        for n, slot in enumerate((MORNING, AFTERNOON, NEXT_DAY))
    ]
    at_once(*(lambda id_=id_: change(town, id_, EVENING) for id_ in orders))  # type: ignore[misc]
    assert len({town.order(order_id).delivery_id for order_id in orders}) == 1
    assert booked(town) == {EVENING: 1}
    check_whole(town)


def test_whatever_happens_at_once_nothing_is_lost(town: Town) -> None:
    """Recipients move to and fro and call off while shops send more to the same doors."""
    dice = random.Random(7)
    orders = [*many(town, 5, MORNING), *many(town, 5), *many(town, 5, NEXT_DAY)]

    def act(number: int) -> object:
        order_id = dice.choice(orders)
        match dice.randrange(4):
            case 0:
                door = f"{dice.randrange(1, 6)} rue du Port"
                order = an_order(
                    f"X-{number}",
                    shop="librairie",
                    address=door,
                    recipient=Recipient(name=f"Recipient {door.split()[0]}"),
                    slot_starts_at=dice.choice((MORNING, AFTERNOON, NEXT_DAY)),
                )
                return town.take(order)
            case 1:
                return cancel(town, order_id)
            case _:
                asked = dice.choice((MORNING, AFTERNOON, EVENING, NEXT_DAY))
                return change(town, order_id, asked)

    for round_ in range(6):
        at_once(*(lambda n=n: act(n) for n in range(8 * round_, 8 * round_ + 8)))  # type: ignore[misc]
        check_whole(town)
