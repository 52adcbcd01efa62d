"""A recipient takes another slot: places, orders and money move together, or nothing does."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from shapely import Point

import api.operations.days
import api.operations.orders
import data.ledger
import data.slots
from api.operations import slot_changes
from data.database import scoped
from data.streets.engine import StreetProcesses
from delivery.envelope import EnvelopeSpent
from delivery.errors import NotFound, Refusal
from delivery.ledger import Kind
from delivery.orders import Fulfilment, OrderState, Recipient, StepRefused
from delivery.pooling import Delivery, DeliveryState, DeliveryStepRefused
from delivery.programmes import NotFunded
from delivery.rounds import PlanOutdated
from delivery.slots import (
    NewSlot,
    ReadyTooLate,
    Slot,
    SlotClosed,
    SlotFull,
    SlotKind,
    SlotUnknown,
)
from routing.streets import Route, Streets
from tests import builders
from tests.builders import a_slot, an_order
from tests.small_town import ENGAGED, Town, a_small_town

MORNING, AFTERNOON, EVENING = (a_slot(hour=hour).starts_at for hour in (9, 14, 16))
NEXT_DAY = AFTERNOON + timedelta(days=1)
NEXT_YEAR = datetime.fromisoformat("2027-01-08T10:00:00+01:00")
PAUL = Recipient(name="Paul Le Goff", phone="+33639980002")
LARGE = 50


@pytest.fixture
def town(town: Town) -> Town:
    """The small town with slots on other days too."""
    with scoped(town.pool, town.id) as conn:
        data.slots.publish(
            conn,
            [_slot_at(NEXT_DAY), _slot_at(NEXT_YEAR), _slot_at(NEXT_DAY, SlotKind.DRIVE)],
        )
    return town


def _slot_at(starts_at: datetime, kind: SlotKind = SlotKind.HOME) -> NewSlot:
    return NewSlot(
        kind=kind,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        cutoff_at=starts_at - timedelta(hours=1),
        capacity=LARGE,
    )


def change(town: Town, order_id: int, starts_at: datetime) -> Delivery:
    return slot_changes.change(
        town.pool, town.id, order_id, starts_at, now=town.clock(), actor="recipient"
    )


def slots(town: Town) -> dict[int, Slot]:
    with scoped(town.pool, town.id) as conn:
        every = data.slots.between(conn, MORNING - timedelta(days=9), NEXT_YEAR + timedelta(days=1))
    return {slot.id: slot for slot in every}


def booked(town: Town) -> dict[datetime, int]:
    return {
        slot.starts_at: slot.booked
        for slot in slots(town).values()
        if slot.booked and slot.kind is SlotKind.HOME
    }


def starts_at(town: Town, delivery: Delivery) -> datetime:
    return slots(town)[delivery.slot_id].starts_at


def moves(town: Town) -> list[tuple[int, str, dict[str, str]]]:
    with scoped(town.pool, town.id) as conn:
        return conn.execute(
            """
            SELECT order_id, actor, detail
              FROM order_events
             WHERE step = 'move_slot'
             ORDER BY id
            """
        ).fetchall()


def kinds(town: Town) -> list[Kind]:
    with scoped(town.pool, town.id) as conn:
        return [link.entry.kind for link in data.ledger.links(conn)][1:]


def cancel(town: Town, order_id: int) -> None:
    api.operations.orders.cancel(town.pool, town.id, town.channel.id, order_id, now=town.clock())


def check_whole(town: Town) -> None:
    """Every slot holds what its deliveries say, every euro its delivery, every order its place."""
    alive = [each for each in town.deliveries() if each.state is not DeliveryState.CANCELLED]
    for slot in slots(town).values():
        assert slot.booked == sum(each.slot_id == slot.id for each in alive) <= slot.capacity
    assert town.envelope().engaged_cents == ENGAGED * len(alive)
    for delivery in town.deliveries():
        orders = _orders_of(town, delivery.id)
        going = [order for order in orders if order not in ("refused", "cancelled")]
        assert bool(going) is (delivery.state is not DeliveryState.CANCELLED)


def _orders_of(town: Town, delivery_id: int) -> list[str]:
    with scoped(town.pool, town.id) as conn:
        rows = conn.execute(
            "SELECT state FROM orders WHERE delivery_id = %s ORDER BY id", (delivery_id,)
        ).fetchall()
    return [state for (state,) in rows]


# What moves


def test_on_the_same_day_the_place_moves_and_the_grant_stays(town: Town) -> None:
    one, other = town.take(an_order("A-1"), an_order("A-2", shop="librairie"))
    moved = change(town, other.order_id, MORNING)
    assert moved.id == one.delivery_id and starts_at(town, moved) == MORNING
    assert booked(town) == {MORNING: 1}
    assert kinds(town) == [Kind.ENGAGE]
    detail = {"from": AFTERNOON.isoformat(), "to": MORNING.isoformat()}
    told = [(id_, actor, {k: _utc(v) for k, v in told.items()}) for id_, actor, told in moves(town)]
    expected = {name: _utc(moment) for name, moment in detail.items()}
    assert told == [
        (one.order_id, "recipient", expected),
        (other.order_id, "recipient", expected),
    ]
    check_whole(town)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_on_another_day_the_grant_is_given_back_and_asked_for_anew(town: Town) -> None:
    (taken,) = town.take(an_order())
    moved = change(town, taken.order_id, NEXT_DAY)
    assert starts_at(town, moved) == NEXT_DAY
    assert booked(town) == {NEXT_DAY: 1}
    assert kinds(town) == [Kind.ENGAGE, Kind.RELEASE, Kind.ENGAGE]
    assert moved.engaged_cents == ENGAGED
    check_whole(town)
    back = change(town, taken.order_id, AFTERNOON)
    assert (back.id, booked(town)) == (taken.delivery_id, {AFTERNOON: 1})
    check_whole(town)


def test_for_the_drive_as_for_the_door(town: Town) -> None:
    (taken,) = town.take(
        an_order(
            fulfilment=Fulfilment.DRIVE,
            address=None,
            slot_starts_at=a_slot(SlotKind.DRIVE, hour=15).starts_at,
        )
    )
    moved = change(town, taken.order_id, NEXT_DAY)
    assert starts_at(town, moved) == NEXT_DAY
    assert slots(town)[moved.slot_id].kind is SlotKind.DRIVE
    check_whole(town)


def test_the_slot_it_has_already_changes_nothing(town: Town) -> None:
    (taken,) = town.take(an_order())
    town.clock.moment = a_slot().cutoff_at + timedelta(minutes=1)
    assert change(town, taken.order_id, AFTERNOON).id == taken.delivery_id
    assert (moves(town), kinds(town), booked(town)) == ([], [Kind.ENGAGE], {AFTERNOON: 1})


def test_what_a_shop_packed_or_brought_moves_too(town: Town) -> None:
    one, other = town.take(an_order("A-1"), an_order("A-2", shop="boulangerie"))
    with scoped(town.pool, town.id) as conn:
        for order, state in ((one, "ready"), (other, "dropped_off")):
            conn.execute("UPDATE orders SET state = %s WHERE id = %s", (state, order.order_id))
    change(town, one.order_id, MORNING)
    assert town.order(other.order_id).state is OrderState.DROPPED_OFF
    assert len(moves(town)) == 2


def test_an_order_called_off_before_is_no_part_of_it(town: Town) -> None:
    one, other = town.take(an_order("A-1"), an_order("A-2", shop="librairie"))
    cancel(town, other.order_id)
    change(town, one.order_id, MORNING)
    assert [order_id for order_id, _, _ in moves(town)] == [one.order_id]
    with pytest.raises(StepRefused):
        change(town, other.order_id, EVENING)
    check_whole(town)


# Two become one


def test_two_deliveries_to_one_door_become_one_paid_drop(town: Town) -> None:
    early, late = town.take(
        an_order("A-1", slot_starts_at=MORNING),
        an_order("A-2", shop="librairie", slot_starts_at=AFTERNOON),
    )
    assert town.envelope().engaged_cents == 2 * ENGAGED
    joined = change(town, late.order_id, MORNING)
    assert joined.id == early.delivery_id
    assert _orders_of(town, joined.id) == ["accepted", "accepted"]
    emptied = town.delivery(late.delivery_id)
    assert (emptied.state, emptied.engaged_cents) == (DeliveryState.CANCELLED, 0)
    assert booked(town) == {MORNING: 1}
    assert town.envelope().engaged_cents == ENGAGED
    check_whole(town)


def test_a_full_slot_still_takes_in_who_has_a_place_there(town: Town) -> None:
    evening, late, _ = town.take(
        an_order("A-1", slot_starts_at=EVENING),
        an_order("A-2", shop="librairie"),
        an_order("A-3", address="20 rue du Port", recipient=PAUL, slot_starts_at=EVENING),
    )
    assert change(town, late.order_id, EVENING).id == evening.delivery_id
    assert booked(town) == {EVENING: 2}
    check_whole(town)


def test_another_person_or_another_door_stays_a_delivery_of_its_own(town: Town) -> None:
    one, other, elsewhere = town.take(
        an_order("A-1"),
        an_order("A-2", recipient=PAUL, slot_starts_at=MORNING),
        an_order("A-3", address="20 rue du Port", slot_starts_at=MORNING),
    )
    moved = change(town, one.order_id, MORNING)
    assert moved.id not in (other.delivery_id, elsewhere.delivery_id)
    assert booked(town) == {MORNING: 3}
    check_whole(town)


def test_an_order_called_off_long_ago_stays_where_it_was(town: Town) -> None:
    one, other, third = town.take(
        an_order("A-1", slot_starts_at=MORNING),
        an_order("A-2", shop="librairie"),
        an_order("A-3", shop="boulangerie"),
    )
    cancel(town, other.order_id)
    change(town, third.order_id, MORNING)
    assert town.order(third.order_id).delivery_id == one.delivery_id
    assert town.order(other.order_id).delivery_id == third.delivery_id
    cancel(town, third.order_id)
    cancel(town, one.order_id)
    assert (booked(town), town.envelope().engaged_cents) == ({}, 0)


# What is refused


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        (AFTERNOON + timedelta(minutes=1), SlotUnknown),
        (a_slot(SlotKind.DRIVE, hour=15).starts_at, SlotUnknown),
        (EVENING, SlotFull),
        (NEXT_YEAR, NotFunded),
    ],
)
def test_a_slot_that_cannot_be_had_changes_nothing(
    town: Town, asked: datetime, refusal: type[Refusal]
) -> None:
    taken, *_ = town.take(
        an_order("A-1"),
        *(an_order(f"B-{n}", address=f"{n} rue du Port", slot_starts_at=EVENING) for n in (20, 30)),
    )
    with pytest.raises(refusal):
        change(town, taken.order_id, asked)
    assert starts_at(town, town.delivery(taken.delivery_id)) == AFTERNOON
    assert moves(town) == []
    check_whole(town)


@pytest.mark.parametrize(
    ("at", "asked"),
    [
        (a_slot(hour=9).cutoff_at, MORNING),
        (a_slot(hour=14).cutoff_at, EVENING),
        (a_slot(hour=14).cutoff_at, NEXT_DAY),
    ],
)
def test_past_the_cut_off_of_either_slot_it_is_too_late(
    town: Town, at: datetime, asked: datetime
) -> None:
    (taken,) = town.take(an_order())
    town.clock.moment = at - timedelta(seconds=1)
    change(town, taken.order_id, asked)
    change(town, taken.order_id, AFTERNOON)
    town.clock.moment = at
    with pytest.raises(SlotClosed):
        change(town, taken.order_id, asked)
    check_whole(town)


def test_an_order_packed_after_the_slot_is_refused(town: Town) -> None:
    one, _ = town.take(
        an_order("A-1"), an_order("A-2", shop="librairie", ready_at=MORNING + timedelta(hours=2))
    )
    with pytest.raises(ReadyTooLate):
        change(town, one.order_id, MORNING)
    change(town, one.order_id, EVENING)
    check_whole(town)


def test_without_credits_left_for_the_other_day_the_delivery_stays(town: Town) -> None:
    (taken,) = town.take(an_order())
    with scoped(town.pool, town.id) as conn:
        conn.execute("UPDATE envelopes SET year = 2025")
    with pytest.raises(EnvelopeSpent):
        change(town, taken.order_id, NEXT_DAY)
    assert (kinds(town), booked(town)) == ([Kind.ENGAGE], {AFTERNOON: 1})


def test_what_is_planned_or_nobody_brings_does_not_move(
    town: Town, streets: StreetProcesses
) -> None:
    home, counter = town.take(
        an_order("A-1"),
        an_order("A-2", fulfilment=Fulfilment.COUNTER, address=None, slot_starts_at=None),
    )
    town.plan(streets)
    town.publish()
    with pytest.raises(DeliveryStepRefused):
        change(town, home.order_id, EVENING)
    with pytest.raises(NotFound):
        change(town, counter.order_id, EVENING)


def test_a_neighbours_order_is_not_found(town: Town) -> None:
    (taken,) = town.take(an_order())
    neighbour = a_small_town(town.pool, "voisine")
    with pytest.raises(NotFound):
        change(neighbour, taken.order_id, EVENING)


# Plans


@pytest.mark.parametrize("asked", [MORNING, NEXT_DAY])
def test_a_plan_drafted_before_is_outdated(
    town: Town, streets: StreetProcesses, asked: datetime
) -> None:
    (taken,) = town.take(an_order())
    town.plan(streets)
    change(town, taken.order_id, asked)
    with pytest.raises(PlanOutdated):
        town.publish()
    town.plan(streets)
    town.publish()
    is_today = asked == MORNING
    expected = DeliveryState.PLANNED if is_today else DeliveryState.PROMISED
    assert town.delivery(taken.delivery_id).state is expected


def test_a_drive_plan_drafted_before_is_outdated_too(town: Town, streets: StreetProcesses) -> None:
    with scoped(town.pool, town.id) as conn:
        data.slots.publish(conn, [_slot_at(EVENING, SlotKind.DRIVE)])
    slot_at = a_slot(SlotKind.DRIVE, hour=15).starts_at
    (taken,) = town.take(
        an_order(fulfilment=Fulfilment.DRIVE, address=None, slot_starts_at=slot_at)
    )
    town.plan(streets)
    change(town, taken.order_id, EVENING)
    with pytest.raises(PlanOutdated):
        town.publish()


class Interrupted:
    """The real streets, and a recipient who takes another slot while the way is looked up."""

    def __init__(self, streets: Streets, interrupt: Callable[[], object]) -> None:
        self._streets, self._interrupt = streets, interrupt
        self.snap, self.table = streets.snap, streets.table

    def route(self, points: list[Point], *, profile: str) -> Route:
        self._interrupt()
        return self._streets.route(points, profile=profile)


def test_a_change_while_the_solver_runs_makes_the_plan_outdated(
    town: Town, streets: StreetProcesses
) -> None:
    (taken,) = town.take(an_order())
    meddled = Interrupted(streets, lambda: change(town, taken.order_id, MORNING))
    with pytest.raises(PlanOutdated):
        town.plan(meddled)  # type: ignore[arg-type]
    assert town.count("plans") == 0


# At once


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


# What is offered


def test_the_slots_of_a_week_are_offered_while_they_are_open(town: Town) -> None:
    def offered(kind: SlotKind = SlotKind.HOME) -> list[datetime]:
        found = api.operations.days.open_slots(town.pool, town.id, kind, now=town.clock())
        return [slot.starts_at for slot in found]

    assert offered() == [MORNING, AFTERNOON, EVENING, NEXT_DAY]
    assert offered(SlotKind.DRIVE) == [a_slot(SlotKind.DRIVE, hour=15).starts_at, NEXT_DAY]
    town.take(
        *(an_order(f"A-{n}", address=f"{n} rue du Port", slot_starts_at=EVENING) for n in (20, 30))
    )
    assert offered() == [MORNING, AFTERNOON, NEXT_DAY]
    town.clock.moment = a_slot(hour=9).cutoff_at
    assert offered() == [AFTERNOON, NEXT_DAY]
    assert AFTERNOON.date() == builders.DAY
