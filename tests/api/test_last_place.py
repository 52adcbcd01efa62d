"""Two bookings of the last place of a slot: one gets it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

import api.operations.intake
import api.operations.subsidies
import data.addresses
import data.channels.registry
import data.database
import data.programmes
import data.shops
import data.slots
import data.towns
from data.channels.registry import Channel
from data.database import Pool
from data.demo.programme import programme
from delivery.orders import Fulfilment, Recipient
from delivery.slots import SlotFull, SlotKind
from tests import builders

THREADS = 8


@pytest.fixture
def channel(pool: Pool, town_id: int) -> Channel:
    with data.database.scoped(pool, town_id) as conn:
        data.shops.save(conn, [builders.a_shop()])
        data.addresses.save(conn, [builders.an_address(n) for n in range(1, 60)])
        data.towns.set_hub(conn, builders.a_hub())
        data.towns.replace_zones(conn, [builders.a_zone()])
        programme_id = data.programmes.save_programme(conn, programme(builders.DAY.year))
        at = builders.NOON - timedelta(days=300)
        api.operations.subsidies.vote(conn, programme_id, builders.DAY.year, 1_000_000, at)
        return data.channels.registry.ensure(conn, "papier")


def _book(pool: Pool, town_id: int, channel: Channel, kind: SlotKind, number: int) -> bool:
    order = builders.an_order(
        f"A-{number}",
        recipient=Recipient(name=f"Recipient {number}"),
        fulfilment=Fulfilment(kind.value),
        address=f"{number} rue du Port" if kind is SlotKind.HOME else None,
        slot_starts_at=builders.a_slot(kind).starts_at,
    )
    now = order.slot_starts_at - timedelta(days=1)
    try:
        with data.database.scoped(pool, town_id) as conn:
            counter = api.operations.intake.counter(conn, None)
            api.operations.intake.take_order(conn, counter, channel, order, now=now)
    except SlotFull:
        return False
    return True


@pytest.mark.parametrize("kind", SlotKind)
@pytest.mark.parametrize("places", [1, 3])
def test_of_eight_that_want_the_last_places_just_as_many_get_one(
    pool: Pool, town_id: int, channel: Channel, kind: SlotKind, places: int
) -> None:
    with data.database.scoped(pool, town_id) as conn:
        data.slots.publish(conn, [builders.a_slot(kind, capacity=places)])
    at_once = threading.Barrier(THREADS)

    def book(number: int) -> bool:
        at_once.wait()
        return _book(pool, town_id, channel, kind, number)

    with ThreadPoolExecutor(THREADS) as threads:
        booked = list(threads.map(book, range(1, THREADS + 1)))
    assert sum(booked) == places
    with data.database.scoped(pool, town_id) as conn:
        assert conn.execute("SELECT booked FROM slots").fetchone() == (places,)
        assert conn.execute("SELECT count(*) FROM deliveries").fetchone() == (places,)
        assert conn.execute("SELECT count(*) FROM orders").fetchone() == (places,)


def test_the_table_itself_refuses_an_overbooked_slot(pool: Pool, town_id: int) -> None:
    with data.database.scoped(pool, town_id) as conn:
        data.slots.publish(conn, [builders.a_slot(capacity=1)])
        (slot,) = data.slots.between(
            conn, builders.NOON - timedelta(days=1), builders.NOON + timedelta(days=1)
        )
    overbooked = type(slot)(
        **{name: getattr(slot, name) for name in slot.__dataclass_fields__ if name != "booked"},
        booked=2,
    )
    with pytest.raises(SlotFull), data.database.scoped(pool, town_id) as conn:
        data.slots.save(conn, overbooked)
