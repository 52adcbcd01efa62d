"""A shop writes an order anew: in place while it has it, or as another that takes its place."""

from datetime import timedelta
from typing import Any

import pytest
from shapely import Point

import api.operations.amendments
import api.operations.handovers
import api.operations.orders
import api.operations.shop_orders
import data.parcels
from api.operations.amendments import Amendment
from api.operations.entries import Entry
from data.database import scoped
from data.streets.engine import StreetProcesses
from delivery.addresses import AddressUnknown
from delivery.errors import NotFound
from delivery.orders import CourierKnows, Fulfilment, Order, OrderState, Recipient, StepRefused
from delivery.parcels import Parcel, Size, Temperature
from delivery.pooling import DeliveryState
from delivery.rounds import PlanOutdated
from delivery.slots import ReadyTooLate, SlotFull, SlotKind
from tests.api.test_entries import ANNE, an_entry
from tests.builders import a_parcel, a_slot, an_order
from tests.small_town import ENGAGED, Town

CHILLED = a_parcel(temperature=Temperature.CHILLED)


@pytest.fixture
def order(town: Town) -> Order:
    (taken,) = town.take(an_order())
    return town.order(taken.order_id)


def amend(town: Town, order_id: int, shop: str = "fromagerie", **changes: Any) -> Order:
    before = town.order(order_id)
    values: dict[str, Any] = {
        "parcels": before.parcels,
        "basket_cents": before.basket_cents,
        "note": before.note,
        "ready_at": before.ready_at,
        **changes,
    }
    return api.operations.amendments.amend(
        town.pool, town.id, town.shops[shop], order_id, Amendment(**values), now=town.clock()
    )


def labels(town: Town, order_id: int) -> dict[str, Parcel]:
    with scoped(town.pool, town.id) as conn:
        found = data.parcels.of_orders(conn, [order_id])
    return {kept.code: kept.parcel for kept in found[order_id]}


def story(town: Town, order_id: int, shop: str = "fromagerie") -> list[tuple[str, dict[str, Any]]]:
    sheet = api.operations.shop_orders.sheet(town.pool, town.id, town.shops[shop], order_id)
    return [(event.step, event.detail) for event in sheet.story]


# In place


def test_basket_note_time_and_parcels_are_written_anew_and_told(town: Town, order: Order) -> None:
    ready_at = a_slot().starts_at - timedelta(hours=2)
    now = amend(
        town,
        order.id,
        parcels=(a_parcel(), CHILLED),
        basket_cents=3100,
        note="code 4807, voir M. Le Goff",
        ready_at=ready_at,
    )
    assert (now.basket_cents, now.note, now.ready_at) == (
        3100,
        "code 4807, voir M. Le Goff",
        ready_at,
    )
    assert now.parcels == (a_parcel(), CHILLED)
    assert story(town, order.id)[1:] == [
        (
            "amend",
            {
                "basket_cents": [2350, 3100],
                "ready_at": [None, ready_at.isoformat()],
                "parcels": [
                    [["medium", "ambient", False, False, 1]],
                    [
                        ["medium", "ambient", False, False, 1],
                        ["medium", "chilled", False, False, 1],
                    ],
                ],
                "note": True,
            },
        )
    ]


def test_what_changes_nothing_is_no_story(town: Town, order: Order) -> None:
    assert amend(town, order.id) == order
    assert [step for step, _ in story(town, order.id)] == ["accept"]


def test_parcels_that_stay_keep_their_labels_and_what_they_weigh(town: Town) -> None:
    weighed = a_parcel(weight_g=3_210)
    (taken,) = town.take(an_order(parcels=(weighed, a_parcel(Size.SMALL))))
    before = labels(town, taken.order_id)
    amend(town, taken.order_id, parcels=(a_parcel(), CHILLED, CHILLED))
    after = labels(town, taken.order_id)
    assert [code for code in after if code in before] == [
        code for code, parcel in before.items() if parcel == weighed
    ]
    assert list(after.values()) == [weighed, CHILLED, CHILLED]


@pytest.mark.parametrize("state", ["accepted", "ready"])
def test_an_order_that_its_shop_still_has_is_amended(town: Town, order: Order, state: str) -> None:
    if state == "ready":
        prepare(town, order.id)
    assert amend(town, order.id, basket_cents=1).state.value == state


def test_an_order_that_left_its_shop_is_not_amended(town: Town, order: Order) -> None:
    api.operations.handovers.drop_off(
        town.pool, town.id, town.shops["fromagerie"], order.id, now=town.clock()
    )
    with pytest.raises(StepRefused):
        amend(town, order.id, basket_cents=1)
    assert town.order(order.id).basket_cents == 2350


def test_an_order_of_another_shop_is_not_amended(town: Town, order: Order) -> None:
    with pytest.raises(NotFound):
        amend(town, order.id, "librairie", basket_cents=1)


def test_an_order_is_ready_before_its_slot_needs_it(town: Town, order: Order) -> None:
    for slot_starts_at in (None, a_slot().starts_at, a_slot(hour=9).starts_at):
        with pytest.raises(ReadyTooLate):
            amend(town, order.id, ready_at=a_slot().ends_at, slot_starts_at=slot_starts_at)
    assert town.order(order.id).ready_at is None


def test_a_counter_order_is_ready_whenever_its_shop_says(town: Town) -> None:
    (taken,) = town.take(an_order(fulfilment=Fulfilment.COUNTER, address=None, slot_starts_at=None))
    later = a_slot().ends_at + timedelta(days=3)
    assert amend(town, taken.order_id, ready_at=later).ready_at == later


@pytest.mark.parametrize(
    ("changes", "is_outdated"),
    [
        ({"parcels": (CHILLED,)}, True),
        ({"parcels": (a_parcel(), a_parcel())}, True),
        ({"ready_at": a_slot().starts_at}, True),
        ({"basket_cents": 1, "note": "x"}, False),
    ],
)
def test_a_draft_made_from_other_parcels_or_times_is_not_published(
    town: Town, order: Order, streets: StreetProcesses, changes: dict[str, Any], is_outdated: bool
) -> None:
    town.plan(streets)
    amend(town, order.id, **changes)
    if is_outdated:
        with pytest.raises(PlanOutdated):
            town.publish()
        town.plan(streets)
    town.publish()
    assert town.delivery(order.delivery_id).state is DeliveryState.PLANNED


def test_once_a_courier_has_the_round_its_parcels_stay(
    town: Town, order: Order, streets: StreetProcesses
) -> None:
    town.plan(streets)
    town.publish()
    with pytest.raises(CourierKnows) as refused:
        amend(town, order.id, parcels=(CHILLED,))
    assert (refused.value.field, refused.value.parameters["reason"]) == ("parcels", "parcels")
    assert amend(town, order.id, basket_cents=99, note="sonner").basket_cents == 99


def test_once_a_courier_has_the_round_it_is_ready_before_they_come(
    town: Town, order: Order, streets: StreetProcesses
) -> None:
    town.plan(streets)
    town.publish()
    sheet = api.operations.shop_orders.sheet(town.pool, town.id, town.shops["fromagerie"], order.id)
    pickup_at = sheet.listed.pickup_at
    assert pickup_at is not None
    with pytest.raises(CourierKnows) as refused:
        amend(town, order.id, ready_at=pickup_at + timedelta(minutes=1))
    assert refused.value.parameters == {"reason": "ready_at", "pickup_at": pickup_at}
    assert amend(town, order.id, ready_at=pickup_at).ready_at == pickup_at


# Another slot


def booked(town: Town) -> dict[int, int]:
    return {slot.starts_at.hour: slot.booked for slot in town.slots() if slot.booked}


def test_another_slot_is_taken_with_the_rest(town: Town, order: Order) -> None:
    morning = a_slot(hour=9)
    amend(town, order.id, basket_cents=99, slot_starts_at=morning.starts_at)
    assert (booked(town), town.order(order.id).basket_cents) == ({9: 1}, 99)
    assert [step for step, _ in story(town, order.id)] == ["accept", "amend", "move_slot"]


def test_what_is_ready_late_goes_into_a_later_slot_in_one_go(town: Town, order: Order) -> None:
    ready_at = a_slot().ends_at + timedelta(minutes=30)
    amend(town, order.id, ready_at=ready_at, slot_starts_at=a_slot(hour=16).starts_at)
    assert (booked(town), town.order(order.id).ready_at) == ({16: 1}, ready_at)


def test_nothing_is_amended_where_the_slot_is_full(town: Town, order: Order) -> None:
    evening = a_slot(hour=16).starts_at
    town.take(
        *(an_order(f"B-{n}", address=f"{n} rue du Port", slot_starts_at=evening) for n in (1, 2))
    )
    with pytest.raises(SlotFull):
        amend(town, order.id, basket_cents=99, slot_starts_at=evening)
    assert (town.order(order.id).basket_cents, booked(town)) == (2350, {14: 1, 16: 2})


# Anew


def anew(town: Town, order_id: int, **changes: Any) -> Order:
    entry: Entry = an_entry(**changes)
    taken = api.operations.amendments.replace_order(
        town.pool, town.id, town.shops["fromagerie"], order_id, entry, now=town.clock()
    )
    return town.order(taken.order_id)


def token(town: Town, order_id: int) -> object:
    sheet = api.operations.shop_orders.sheet(town.pool, town.id, town.shops["fromagerie"], order_id)
    return sheet.papers.tracking_token


def test_for_somebody_else_it_is_called_off_and_taken_anew_under_the_same_link(
    town: Town, order: Order
) -> None:
    link = token(town, order.id)
    new = anew(town, order.id, recipient=Recipient(name="Paul Le Goff", phone="+33639980002"))
    assert town.order(order.id).state is OrderState.CANCELLED
    assert (new.state, new.recipient_name) == (OrderState.ACCEPTED, "Paul Le Goff")
    assert token(town, new.id) == link != token(town, order.id)
    assert (booked(town), town.envelope().engaged_cents) == ({14: 1}, ENGAGED)
    assert story(town, order.id)[-1] == ("cancel", {"replaced_by": new.reference})


def test_references_of_one_order_follow_each_other(town: Town, order: Order) -> None:
    one = anew(town, order.id, address="13 rue du Port")
    two = anew(town, one.id, address="14 rue du Port")
    three = anew(town, two.id, address="15 rue du Port")
    assert [each.reference for each in (one, two, three)] == ["A-1", "A-1/2", "A-1/3"]


def test_the_last_place_of_a_slot_can_be_kept_for_another_door(town: Town) -> None:
    evening = a_slot(hour=16).starts_at
    one, _ = town.take(
        *(an_order(f"B-{n}", address=f"{n} rue du Port", slot_starts_at=evening) for n in (1, 2))
    )
    new = anew(town, one.order_id, slot_starts_at=evening, address="14 rue du Port")
    assert booked(town) == {16: 2}
    assert town.delivery(new.delivery_id).place.label == "14 rue du Port, 22999 Essai"


def test_what_cannot_be_taken_anew_is_not_called_off(town: Town, order: Order) -> None:
    link = token(town, order.id)
    with pytest.raises(AddressUnknown):
        anew(town, order.id, address="12 rue du Prot")
    assert town.order(order.id) == order
    assert (token(town, order.id), booked(town)) == (link, {14: 1})
    assert town.envelope().engaged_cents == ENGAGED


def test_it_can_be_fetched_instead(town: Town, order: Order) -> None:
    drive = anew(
        town,
        order.id,
        fulfilment=Fulfilment.DRIVE,
        address=None,
        slot_starts_at=a_slot(SlotKind.DRIVE, hour=15).starts_at,
    )
    assert booked(town) == {15: 1}
    counter = anew(town, drive.id, fulfilment=Fulfilment.COUNTER, address=None, slot_starts_at=None)
    assert (booked(town), town.envelope().engaged_cents) == ({}, 0)
    assert counter.code is not None


def test_a_place_that_is_no_door_is_kept_where_its_words_are(
    town: Town, streets: StreetProcesses
) -> None:
    point = Point(-2.0490, 48.4511)
    (taken,) = town.take(an_order(address="la péniche bleue", point=point), streets=streets)
    new = anew(
        town,
        taken.order_id,
        address="la péniche bleue",
        recipient=Recipient(name="Paul", phone=ANNE.phone),
    )
    assert town.delivery(new.delivery_id).place.point == point


def test_what_left_the_shop_is_not_taken_anew(town: Town, order: Order) -> None:
    prepare(town, order.id)
    api.operations.handovers.drop_off(
        town.pool, town.id, town.shops["fromagerie"], order.id, now=town.clock()
    )
    with pytest.raises(StepRefused):
        anew(town, order.id, address="13 rue du Port")
    assert town.count("orders") == 1


# A step back


def prepare(town: Town, order_id: int) -> None:
    api.operations.handovers.prepare(
        town.pool, town.id, town.shops["fromagerie"], order_id, now=town.clock()
    )


def reopen(town: Town, order_id: int, undone: OrderState, shop: str = "fromagerie") -> OrderState:
    return api.operations.handovers.reopen(
        town.pool, town.id, town.shops[shop], order_id, undone, now=town.clock()
    ).state


def test_a_step_is_taken_back_once_however_often_it_is_asked(town: Town, order: Order) -> None:
    prepare(town, order.id)
    assert reopen(town, order.id, OrderState.READY) is OrderState.ACCEPTED
    assert reopen(town, order.id, OrderState.READY) is OrderState.ACCEPTED
    assert [step for step, _ in story(town, order.id)] == ["accept", "prepare", "reopen"]


def test_what_was_dropped_off_by_mistake_is_ready_again(town: Town, order: Order) -> None:
    prepare(town, order.id)
    api.operations.handovers.drop_off(
        town.pool, town.id, town.shops["fromagerie"], order.id, now=town.clock()
    )
    for _ in range(2):
        assert reopen(town, order.id, OrderState.DROPPED_OFF) is OrderState.READY


def test_what_the_hub_received_is_not_taken_back(town: Town, order: Order) -> None:
    api.operations.handovers.drop_off(
        town.pool, town.id, town.shops["fromagerie"], order.id, now=town.clock()
    )
    api.operations.handovers.receive(town.pool, town.id, order.id, now=town.clock())
    for undone in (OrderState.DROPPED_OFF, OrderState.AT_HUB):
        with pytest.raises(StepRefused):
            reopen(town, order.id, undone)


def test_a_neighbours_step_is_not_taken_back(town: Town, order: Order) -> None:
    prepare(town, order.id)
    with pytest.raises(NotFound):
        reopen(town, order.id, OrderState.READY, "librairie")
