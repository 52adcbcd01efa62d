"""Orders taken in on a real database: found, pooled, or refused with what to mend."""

import itertools
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import Point

import api.operations.orders
import data.addresses
import data.envelope
import data.towns
from api.operations.subsidies import vote
from data.channels.registry import ensure
from data.database import Pool, scoped
from data.streets.engine import StreetProcesses
from delivery.addresses import AddressAmbiguous, AddressMissing, AddressUnknown
from delivery.envelope import EnvelopeSpent
from delivery.errors import Refusal, TooFarFromStreet
from delivery.fleet import Hub
from delivery.orders import (
    Fulfilment,
    NewOrder,
    OrderState,
    Recipient,
    ReferenceTaken,
    ShopOfAnotherChannel,
    ShopUnknown,
)
from delivery.pooling import DeliveryState, NoDrive, OutsideZones
from delivery.slots import ReadyTooLate, SlotClosed, SlotFull, SlotKind, SlotMissing, SlotUnknown
from tests import builders
from tests.builders import AT_DRIVE, a_slot, an_order
from tests.small_town import ENGAGED, Town, a_small_town

NUMBERS = itertools.count(1)


def refused(town: Town, kind: type[Refusal], order: NewOrder, **how: object) -> Refusal:
    """Take an order that must be refused; nothing may be left of it."""
    before = [town.count(table) for table in ("orders", "deliveries", "recipients")]
    with pytest.raises(kind) as refusal:
        town.take(order, **how)  # type: ignore[arg-type]
    assert [town.count(table) for table in ("orders", "deliveries", "recipients")] == before
    return refusal.value


# Pooled


def test_two_shops_for_one_door_and_window_are_one_delivery(town: Town) -> None:
    one, other = town.take(
        an_order("A-1"), an_order("A-2", shop="librairie", address="12, R. DU PORT 22999 Essai")
    )
    assert (one.pooled, other.pooled) == (False, True)
    assert one.delivery_id == other.delivery_id
    assert (one.code, other.code) == (town.delivery(one.delivery_id).code, None)
    assert town.envelope().engaged_cents == ENGAGED


@pytest.mark.parametrize(
    "changes",
    [
        {"address": "13 rue du Port"},
        {"recipient": Recipient(name="Anne Moreau", phone="+33639980002")},
        {"slot_starts_at": a_slot(hour=9).starts_at},
        AT_DRIVE,
    ],
    ids=["another door", "another number", "another window", "the drive"],
)
def test_another_door_recipient_window_or_way_is_another_delivery(
    town: Town, changes: dict[str, object]
) -> None:
    one, other = town.take(an_order("A-1"), an_order("A-2", **changes))
    assert one.delivery_id != other.delivery_id
    assert town.envelope().engaged_cents == 2 * ENGAGED


def test_an_order_for_the_counter_has_a_code_and_no_delivery(town: Town) -> None:
    (taken,) = town.take(an_order(fulfilment=Fulfilment.COUNTER, address=None, slot_starts_at=None))
    assert taken.delivery_id is None
    assert town.order(taken.order_id).code == taken.code
    assert town.envelope().engaged_cents == 0


def test_a_point_is_a_door(town: Town, streets: StreetProcesses) -> None:
    here, near = Point(-2.04881, 48.45001), Point(-2.04884, 48.45004)
    one, other = town.take(
        an_order("A-1", address=None, point=here),
        an_order("A-2", address="le portail bleu", point=near),
        streets=streets,
    )
    assert one.delivery_id == other.delivery_id


@dataclass(frozen=True)
class Wish:
    """What one order of a batch asks for; `drop` is what pooling goes by."""

    recipient: int
    place: int
    slot: int
    shop: str
    channel: int
    spelling: int

    RECIPIENTS = (
        Recipient(name="Anne Moreau", phone="+33639980001"),
        Recipient(name="Paul Le Goff", phone="+33639980002"),
        Recipient(name="Marie Rault"),
    )
    PLACES = (
        ("12 rue du Port", "12, R. DU PORT, 22999 Essai"),
        ("13 rue du Port", "13 rue du port"),
        ("8 rue Haute, 22999", "8 r. haute 22999 Essai"),
    )
    SLOTS = (a_slot(hour=9), a_slot(hour=14), a_slot(SlotKind.DRIVE, hour=15))

    @property
    def to_drive(self) -> bool:
        return self.SLOTS[self.slot].kind is SlotKind.DRIVE

    def drop(self, number: int) -> tuple[int, int, int]:
        """Return what makes one delivery: at the drive, a name alone is nobody in particular."""
        if self.to_drive:
            known = self.RECIPIENTS[self.recipient].phone is not None
            return self.recipient, -1 if known else -2 - number, self.slot
        return self.recipient, self.place, self.slot

    def order(self, reference: str) -> NewOrder:
        return an_order(
            reference,
            shop=self.shop,
            recipient=self.RECIPIENTS[self.recipient],
            fulfilment=Fulfilment(self.SLOTS[self.slot].kind.value),
            address=None if self.to_drive else self.PLACES[self.place][self.spelling],
            slot_starts_at=self.SLOTS[self.slot].starts_at,
        )


wishes = st.builds(
    Wish,
    recipient=st.integers(0, 2),
    place=st.integers(0, 2),
    slot=st.integers(0, 2),
    shop=st.sampled_from(["fromagerie", "librairie", "boulangerie"]),
    channel=st.integers(0, 1),
    spelling=st.integers(0, 1),
)
whole_batches = st.lists(wishes, min_size=1, max_size=10).flatmap(
    lambda batch: st.tuples(
        st.just(batch),
        st.lists(st.integers(0, len(batch) - 1), max_size=4).flatmap(
            lambda again: st.permutations([*range(len(batch)), *again])
        ),
        st.lists(st.integers(0, len(batch) - 1), unique=True),
    )
)
on_one_database = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@on_one_database
@given(whole_batches)
def test_whatever_the_order_of_arrival_each_drop_is_one_delivery_one_place_one_sum(
    pool: Pool, drawn: tuple[list[Wish], list[int], list[int]]
) -> None:
    batch, arrivals, called_off = drawn
    town = a_small_town(pool, f"essai-{next(NUMBERS)}")
    with scoped(pool, town.id) as conn:
        channels = [town.channel, ensure(conn, "autre")]
    taken = {}
    for number in arrivals:
        wish = batch[number]
        (answer,) = town.take(wish.order(f"A-{number}"), channel=channels[wish.channel])
        assert answer.repeated == (number in taken)
        assert answer.order_id == taken.setdefault(number, answer).order_id
    check_day(town, {number: batch[number].drop(number) for number in taken}, taken)
    for number in called_off:
        api.operations.orders.cancel(
            pool,
            town.id,
            channels[batch[number].channel].id,
            taken[number].order_id,
            now=town.clock(),
        )
    left = {number: batch[number].drop(number) for number in taken if number not in called_off}
    check_day(town, left, taken)


def check_day(town: Town, drops: dict[int, tuple[int, int, int]], taken: dict[int, object]) -> None:
    """Check deliveries, slots and money against the drops that are left."""
    alive = [each for each in town.deliveries() if each.state is not DeliveryState.CANCELLED]
    assert len(alive) == len(set(drops.values()))
    joined = {number: taken[number].delivery_id for number in drops}  # type: ignore[attr-defined]
    assert len(set(zip(drops.values(), joined.values(), strict=True))) == len(alive)
    booked = Counter(delivery.slot_id for delivery in alive)
    assert {slot.id: slot.booked for slot in town.slots()} == {
        slot.id: booked[slot.id] for slot in town.slots()
    }
    assert town.envelope().engaged_cents == sum(each.engaged_cents for each in alive)
    assert town.envelope().engaged_cents == ENGAGED * len(alive)


def test_a_planned_delivery_takes_no_more_orders(town: Town, streets: StreetProcesses) -> None:
    (one,) = town.take(an_order("A-1"))
    town.plan(streets)
    town.publish()
    (late,) = town.take(an_order("A-2", shop="librairie"))
    assert not late.pooled
    assert town.delivery(one.delivery_id).state is DeliveryState.PLANNED
    assert town.delivery(late.delivery_id).state is DeliveryState.PROMISED


def test_what_was_called_off_is_not_joined(town: Town) -> None:
    (one,) = town.take(an_order("A-1"))
    api.operations.orders.cancel(
        town.pool, town.id, town.channel.id, one.order_id, now=town.clock()
    )
    (other,) = town.take(an_order("A-2"))
    assert other.delivery_id != one.delivery_id
    assert town.envelope().engaged_cents == ENGAGED


# Sent again


def test_an_order_sent_again_word_for_word_is_answered_as_it_was(town: Town) -> None:
    first, again = town.take(an_order(), an_order())
    assert replace(again, repeated=False) == first
    assert again.repeated
    assert town.count("orders") == 1


def test_a_reference_taken_by_another_order_is_refused(town: Town) -> None:
    town.take(an_order())
    refusal = refused(town, ReferenceTaken, an_order(basket_cents=1))
    assert (refusal.field, refusal.parameters) == ("reference", {"reference": "A-1"})


def test_two_channels_may_use_the_same_reference(town: Town) -> None:
    with scoped(town.pool, town.id) as conn:
        other = ensure(conn, "autre")
    town.take(an_order())
    town.take(an_order(), channel=other)
    assert town.count("orders") == 2


def test_eight_threads_sending_the_same_order_make_one(town: Town) -> None:
    barrier = threading.Barrier(8)

    def send(_: int) -> int:
        barrier.wait()
        return town.take(an_order())[0].order_id

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(send, range(8)))) == 1
    assert town.count("orders") == 1


# Refused


def test_an_unknown_shop_is_answered_with_those_spelled_alike(town: Town) -> None:
    refusal = refused(town, ShopUnknown, an_order(shop="fromageri"))
    assert refusal.parameters == {"shop": "fromageri", "suggestions": ["fromagerie"]}


def test_a_shops_own_channel_orders_for_that_shop_only(town: Town) -> None:
    with scoped(town.pool, town.id) as conn:
        own = ensure(conn, "boutique", shop_id=town.shops["librairie"])
    refused(town, ShopOfAnotherChannel, an_order(), channel=own)
    assert town.take(an_order(shop="librairie"), channel=own)[0].order_id


def test_an_unknown_address_is_answered_with_those_spelled_alike(town: Town) -> None:
    refusal = refused(town, AddressUnknown, an_order(address="12 rue du Prt"))
    suggestions = refusal.parameters["suggestions"]
    assert isinstance(suggestions, list)
    assert "12 rue du Port, 22999 Essai" in suggestions
    assert len(suggestions) == 5


@pytest.mark.parametrize("address", ["!!!", "xyzzy", "12 rue du Port, 35000 Rennes"])
def test_an_address_of_no_door_is_refused(town: Town, address: str) -> None:
    assert refused(town, AddressUnknown, an_order(address=address)).field == "address"


def test_an_address_of_two_doors_is_refused_with_both_and_a_postcode_decides(town: Town) -> None:
    refusal = refused(town, AddressAmbiguous, an_order(address="8 rue Haute"))
    assert refusal.parameters["suggestions"] == [
        "8 rue Haute, 22999 Essai",
        "8 rue Haute, 22998 Autre",
    ]
    (taken,) = town.take(an_order(address="8 rue Haute, 22998 Autre"))
    assert town.delivery(taken.delivery_id).place.label == "8 rue Haute, 22998 Autre"


@pytest.mark.parametrize("address", [None, ""])
def test_a_door_without_address_or_point_is_refused(town: Town, address: str | None) -> None:
    refused(town, AddressMissing, an_order(address=address))


def test_a_point_far_from_any_street_is_refused_where_it_was_written(
    town: Town, streets: StreetProcesses
) -> None:
    order = an_order(address=None, point=Point(-2.03, 48.46))
    refusal = refused(town, TooFarFromStreet, order, streets=streets)
    assert refusal.field == "point"
    assert refusal.parameters["most_m"] == 150


def test_a_door_outside_every_zone_is_refused(town: Town, streets: StreetProcesses) -> None:
    assert refused(town, OutsideZones, an_order(address="1 rue Lointaine")).field == "address"
    with scoped(town.pool, town.id) as conn:
        data.towns.replace_zones(conn, [builders.a_zone(radius=0.0001)])
    order = an_order(address=None, point=Point(-2.048, 48.45))
    assert refused(town, OutsideZones, order, streets=streets).field == "point"


def test_the_drive_needs_a_hub_that_has_one(town: Town) -> None:
    with scoped(town.pool, town.id) as conn:
        data.towns.set_hub(conn, Hub(name="Halle", point=builders.CENTRE, has_drive=False))
    refused(town, NoDrive, an_order(**AT_DRIVE))
    with scoped(town.pool, town.id) as conn:
        conn.execute("DELETE FROM hubs")
    refused(town, NoDrive, an_order(**AT_DRIVE))


def test_a_full_slot_refuses_another_door_and_takes_another_order_for_one_it_has(
    town: Town,
) -> None:
    evening = a_slot(hour=16).starts_at
    town.take(
        *(an_order(f"A-{n}", address=f"{n} rue du Port", slot_starts_at=evening) for n in (1, 2))
    )
    refused(town, SlotFull, an_order("A-3", address="3 rue du Port", slot_starts_at=evening))
    (joined,) = town.take(
        an_order("A-4", shop="librairie", address="1 rue du Port", slot_starts_at=evening)
    )
    assert joined.pooled


def test_past_its_cut_off_a_slot_takes_nothing_not_even_to_join(town: Town) -> None:
    town.take(an_order("A-1"))
    town.clock.moment = a_slot().cutoff_at
    refused(town, SlotClosed, an_order("A-2", shop="librairie"))


def test_an_order_that_is_not_ready_when_its_slot_ends_is_refused(town: Town) -> None:
    refused(town, ReadyTooLate, an_order(ready_at=a_slot().ends_at))
    assert town.take(an_order(ready_at=a_slot().ends_at - timedelta(minutes=30)))


@pytest.mark.parametrize(
    "starts_at", [a_slot(hour=10).starts_at, a_slot().starts_at + timedelta(days=1)]
)
def test_a_slot_nobody_published_is_unknown(town: Town, starts_at: object) -> None:
    refused(town, SlotUnknown, an_order(slot_starts_at=starts_at))


def test_a_drives_slot_is_no_homes_slot(town: Town) -> None:
    refused(town, SlotUnknown, an_order(slot_starts_at=AT_DRIVE["slot_starts_at"]))


def test_a_delivery_needs_a_slot(town: Town) -> None:
    refused(town, SlotMissing, an_order(slot_starts_at=None))
    refused(town, SlotMissing, an_order(**{**AT_DRIVE, "slot_starts_at": None}))


def test_with_the_envelope_spent_nothing_is_promised(town: Town) -> None:
    with scoped(town.pool, town.id) as conn:
        envelope = data.envelope.all_envelopes(conn)[0]
        vote(conn, envelope.programme_id, envelope.year, ENGAGED + 1, town.clock())
    town.take(an_order("A-1"))
    refused(town, EnvelopeSpent, an_order("A-2", address="13 rue du Port"))


def test_an_order_that_stays_refused_leaves_its_place_to_others(town: Town) -> None:
    before = town.slots()
    refused(town, OutsideZones, an_order(address="1 rue Lointaine"))
    assert town.slots() == before


def test_an_accepted_order_tells_how_it_came(town: Town) -> None:
    (taken,) = town.take(an_order(note="code 12B"))
    order = town.order(taken.order_id)
    assert (order.state, order.note) == (OrderState.ACCEPTED, "code 12B")
    assert town.count("order_events") == 1


def test_a_city_tells_two_doors_of_one_postcode_apart(town: Town) -> None:
    with scoped(town.pool, town.id) as conn:
        data.addresses.save(
            conn,
            [
                builders.an_address(3, "rue Neuve", city="Essai"),
                builders.an_address(3, "rue Neuve", city="Lanvallay", point=Point(-2.047, 48.452)),
            ],
        )
    with pytest.raises(AddressAmbiguous) as refusal:
        town.take(an_order("A-1", address="3 rue Neuve, 22999"))
    suggestions = refusal.value.parameters["suggestions"]
    assert isinstance(suggestions, list)
    for number, label in enumerate(suggestions, start=2):
        (taken,) = town.take(an_order(f"A-{number}", address=label))
        assert town.delivery(taken.delivery_id).place.label == label


def test_a_point_at_a_known_door_is_that_door(town: Town) -> None:
    door = builders.an_address(12).point
    near = Point(door.x, door.y + 0.00003)
    one, other = town.take(
        an_order("A-1"), an_order("A-2", shop="librairie", address=None, point=near)
    )
    assert other.pooled and other.delivery_id == one.delivery_id


def test_two_namesakes_without_a_phone_are_two_at_the_drive(town: Town) -> None:
    slot = a_slot(SlotKind.DRIVE, hour=15)
    one, other = town.take(
        *(
            an_order(
                f"A-{number}",
                recipient=Recipient(name="Anne Moreau"),
                fulfilment=Fulfilment.DRIVE,
                address=None,
                slot_starts_at=slot.starts_at,
            )
            for number in (1, 2)
        )
    )
    assert one.delivery_id != other.delivery_id


def test_what_is_packed_after_its_slot_is_refused(town: Town) -> None:
    with pytest.raises(ReadyTooLate):
        town.take(an_order("A-1", ready_at=a_slot().ends_at))


def test_a_called_off_order_sent_again_is_told_so(town: Town) -> None:
    (taken,) = town.take(an_order("A-1"))
    api.operations.orders.cancel(
        town.pool, town.id, town.channel.id, taken.order_id, now=town.clock()
    )
    (again,) = town.take(an_order("A-1"))
    assert again.repeated and again.state is OrderState.CANCELLED
