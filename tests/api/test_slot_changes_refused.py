"""A slot that cannot be had: nothing moves, and the refusal says why."""

from datetime import datetime, timedelta

import pytest

from data.database import scoped
from data.streets.engine import StreetProcesses
from delivery.envelope import EnvelopeSpent
from delivery.errors import NotFound, Refusal
from delivery.ledger import Kind
from delivery.pooling import DeliveryStepRefused
from delivery.programmes import NotFunded
from delivery.slots import ReadyTooLate, SlotClosed, SlotFull, SlotKind, SlotUnknown
from tests.api.slot_moves import (
    AFTERNOON,
    EVENING,
    MORNING,
    NEXT_DAY,
    NEXT_YEAR,
    booked,
    change,
    check_whole,
    kinds,
    moves,
    starts_at,
    with_other_days,
)
from tests.builders import AT_COUNTER, a_slot, an_order
from tests.small_town import Town, a_small_town


@pytest.fixture
def town(town: Town) -> Town:
    """The small town with slots on other days too."""
    return with_other_days(town)


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
    home, counter = town.take(an_order("A-1"), an_order("A-2", **AT_COUNTER))
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
