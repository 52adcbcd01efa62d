"""Places of a published window, taken and given back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.slots import NewSlot, SlotClosed, SlotFull, SlotKind, book, check_open, release
from tests import builders

SLOT = builders.a_kept_slot()


def test_booking_takes_one_place() -> None:
    assert book(SLOT, now=builders.NOON).left == SLOT.left - 1


def test_a_full_slot_refuses() -> None:
    with pytest.raises(SlotFull) as full:
        book(builders.a_kept_slot(booked=4), now=builders.NOON)
    assert full.value.field == "slot_starts_at"
    assert full.value.parameters["starts_at"] == SLOT.starts_at


def test_a_slot_without_capacity_is_full() -> None:
    with pytest.raises(SlotFull):
        book(builders.a_kept_slot(capacity=0), now=builders.NOON)


def test_a_slot_is_open_until_its_cut_off_and_closed_from_it_on() -> None:
    check_open(SLOT, now=SLOT.cutoff_at - timedelta(microseconds=1))
    with pytest.raises(SlotClosed):
        check_open(SLOT, now=SLOT.cutoff_at)


def test_past_the_cut_off_a_full_slot_says_closed() -> None:
    with pytest.raises(SlotClosed):
        book(builders.a_kept_slot(booked=4), now=SLOT.cutoff_at)


def test_an_empty_slot_has_no_place_to_give_back() -> None:
    with pytest.raises(ValueError):
        release(SLOT)


@given(st.integers(0, 5), st.lists(st.booleans(), max_size=20))
def test_a_slot_never_holds_more_than_its_capacity(capacity: int, moves: list[bool]) -> None:
    slot = builders.a_kept_slot(capacity=capacity)
    for takes in moves:
        if takes and slot.left:
            slot = book(slot, now=builders.NOON)
        elif not takes and slot.booked:
            slot = release(slot)
        assert 0 <= slot.booked <= capacity
        assert slot.left + slot.booked == capacity


@pytest.mark.parametrize(
    "changes",
    [
        {"ends_at": SLOT.starts_at},
        {"cutoff_at": SLOT.ends_at + timedelta(seconds=1)},
        {"capacity": -1},
        {"starts_at": datetime(2026, 11, 20, 14)},
    ],
)
def test_a_window_that_cannot_be_is_not_published(changes: dict[str, object]) -> None:
    values: dict[str, object] = {
        "kind": SlotKind.HOME,
        "starts_at": SLOT.starts_at,
        "ends_at": SLOT.ends_at,
        "cutoff_at": SLOT.cutoff_at,
        "capacity": 1,
        **changes,
    }
    with pytest.raises(ValueError):
        NewSlot(**values)  # type: ignore[arg-type]


def test_a_cut_off_may_lie_within_the_window() -> None:
    slot = builders.a_kept_slot(cutoff_at=SLOT.ends_at)
    assert book(slot, now=datetime(2026, 11, 20, 15, 59, tzinfo=UTC)).booked == 1
