"""Orders a shop writes down at its counter: taken once, numbered, known again by their phone."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

import api.operations.entries
import api.operations.orders
import api.operations.shop_orders
from api.operations.entries import Entry
from api.operations.shop_orders import PAGE, Found, OrderSheet
from delivery.addresses import AddressUnknown
from delivery.errors import NotFound
from delivery.orders import AlreadyEntered, Fulfilment, OrderState, Recipient, StepRefused
from delivery.parcels import Size, Temperature
from delivery.slots import SlotFull
from tests.builders import a_parcel, a_slot, an_order
from tests.small_town import ENGAGED, Town

ANNE = Recipient(name="Anne Moreau", phone="+33639980001")


def an_entry(**changes: object) -> Entry:
    values: dict[str, object] = {
        "recipient": ANNE,
        "fulfilment": Fulfilment.HOME,
        "basket_cents": 2350,
        "parcels": (a_parcel(),),
        "address": "12 rue du Port",
        "slot_starts_at": a_slot().starts_at,
        **changes,
    }
    return Entry(**values)  # type: ignore[arg-type]


def enter(town: Town, key: str = "k-1", shop: str = "fromagerie", **changes: object) -> int:
    return api.operations.entries.enter(
        town.pool, town.id, town.shops[shop], an_entry(**changes), key=key, now=town.clock()
    )


def test_an_order_is_written_down_and_promised(town: Town) -> None:
    order = town.order(enter(town))
    assert (order.state, order.shop_code, order.reference) == (
        OrderState.ACCEPTED,
        "fromagerie",
        "C-2026-0001",
    )
    assert town.envelope().engaged_cents == ENGAGED


def test_the_same_form_twice_is_one_order(town: Town) -> None:
    assert enter(town) == enter(town)
    assert (town.count("orders"), town.envelope().engaged_cents) == (1, ENGAGED)


def test_the_same_form_eight_times_at_once_is_one_order(town: Town) -> None:
    barrier = threading.Barrier(8)

    def send(_: int) -> int:
        barrier.wait()
        return enter(town)

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(send, range(8)))) == 1
    assert town.count("orders") == 1


def test_a_form_that_was_taken_is_not_taken_again_with_something_else_in_it(town: Town) -> None:
    order_id = enter(town)
    with pytest.raises(AlreadyEntered) as refused:
        enter(town, basket_cents=1)
    assert refused.value.parameters == {"reference": "C-2026-0001", "order_id": order_id}
    assert town.order(order_id).basket_cents == 2350


def test_a_refused_form_can_be_mended_and_sent_again(town: Town) -> None:
    with pytest.raises(AddressUnknown):
        enter(town, address="12 rue du Prot")
    with pytest.raises(SlotFull):
        for number in range(3):
            enter(
                town,
                f"other-{number}",
                slot_starts_at=a_slot(hour=16).starts_at,
                address=f"{number + 1} rue du Port",
            )
    assert town.order(enter(town)).reference == "C-2026-0003"


def test_references_run_through_the_year_and_start_anew_with_the_next(town: Town) -> None:
    counter = {"fulfilment": Fulfilment.COUNTER, "address": None, "slot_starts_at": None}
    assert [town.order(enter(town, f"k-{n}", **counter)).reference for n in range(2)] == [
        "C-2026-0001",
        "C-2026-0002",
    ]
    enter(town, "k-own", reference="C-2026-0041", **counter)
    assert town.order(enter(town, "k-3", **counter)).reference == "C-2026-0042"
    # It is the new year in the town, though not yet in London.
    town.clock.moment = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert town.order(enter(town, "k-4", **counter)).reference == "C-2027-0001"


def test_each_shop_counts_for_itself(town: Town) -> None:
    counter = {"fulfilment": Fulfilment.COUNTER, "address": None, "slot_starts_at": None}
    one, other = enter(town, **counter), enter(town, shop="librairie", **counter)
    assert one != other
    assert town.order(one).reference == town.order(other).reference == "C-2026-0001"


def test_twelve_orders_at_once_get_twelve_references(town: Town) -> None:
    barrier = threading.Barrier(12, timeout=30)

    def send(number: int) -> str:
        barrier.wait()
        order_id = enter(
            town,
            f"k-{number}",
            recipient=Recipient(name=f"N {number}", phone=f"+3363998{number:04d}"),
            address=f"{number + 1} rue du Port",
        )
        return town.order(order_id).reference

    with ThreadPoolExecutor(12) as threads:
        references = sorted(threads.map(send, range(12)))
    assert references == [f"C-2026-{number:04d}" for number in range(1, 13)]


# Known again


def regular(town: Town, shop: str = "fromagerie", phone: str = "+33639980001") -> object:
    found = api.operations.shop_orders.regular(town.pool, town.id, town.shops[shop], phone)
    return found and (found.name, found.door)


def test_a_recipient_is_known_by_the_phone_number_the_shop_wrote_before(town: Town) -> None:
    enter(town)
    assert regular(town) == ("Anne Moreau", "12 rue du Port, 22999 Essai")
    assert regular(town, phone="+33639980002") is None


def test_another_shop_does_not_learn_who_has_the_number(town: Town) -> None:
    enter(town)
    assert regular(town, "librairie") is None
    enter(town, "k-2", "librairie", recipient=Recipient(name="A. M.", phone=ANNE.phone))
    assert regular(town, "librairie") == ("A. M.", "12 rue du Port, 22999 Essai")
    assert regular(town) == ("Anne Moreau", "12 rue du Port, 22999 Essai")


def test_the_last_door_is_offered_though_something_was_fetched_since(town: Town) -> None:
    enter(town)
    enter(town, "k-2", address="14 rue du Port")
    enter(
        town,
        "k-3",
        recipient=Recipient(name="Mme Moreau", phone=ANNE.phone),
        fulfilment=Fulfilment.COUNTER,
        address=None,
        slot_starts_at=None,
    )
    assert regular(town) == ("Mme Moreau", "14 rue du Port, 22999 Essai")


# The list and the search


def search(town: Town, text: str, *, page: int = 1) -> Found:
    return api.operations.shop_orders.search(
        town.pool, town.id, town.shops["fromagerie"], text, page=page
    )


def board(town: Town, shop: str = "fromagerie") -> list[int]:
    shown = api.operations.shop_orders.board(town.pool, town.id, town.shops[shop], now=town.clock())
    return [order.id for order in shown.orders]


def test_the_list_holds_what_is_open_and_what_ended_today(town: Town) -> None:
    kept = enter(town)
    gone = enter(town, "k-2", address="14 rue du Port", recipient=Recipient(name="Paul"))
    enter(town, "k-3", "librairie")
    assert board(town) == [kept, gone]
    api.operations.orders.cancel_of_shop(
        town.pool, town.id, town.shops["fromagerie"], gone, now=town.clock()
    )
    assert board(town) == [kept, gone]
    town.clock.moment += timedelta(days=1)
    assert board(town) == [kept]


def test_the_list_says_what_is_cold_fragile_and_how_many(town: Town) -> None:
    enter(
        town,
        parcels=(
            a_parcel(Size.SMALL, temperature=Temperature.CHILLED),
            a_parcel(Size.LARGE, fragile=True, age_check=True),
        ),
    )
    (shown,) = api.operations.shop_orders.board(
        town.pool, town.id, town.shops["fromagerie"], now=town.clock()
    ).orders
    assert (shown.parcels, shown.is_chilled, shown.is_frozen) == (2, True, False)
    assert (shown.is_fragile, shown.needs_age) == (True, True)
    assert (shown.slot_starts_at, shown.pickup_at) == (a_slot().starts_at, None)
    assert shown.told_at == town.clock()


@pytest.mark.parametrize(
    "text", ["c-2026-0001", "0001", "moreau", "Hélène", "HELENE m", "06 39 98 00 01", "980001"]
)
def test_an_order_is_found_by_reference_name_or_phone(town: Town, text: str) -> None:
    found = enter(town, recipient=Recipient(name="Hélène Moreau", phone=ANNE.phone))
    enter(town, "k-2", recipient=Recipient(name="Paul Le Goff"), reference="T-9")
    enter(town, "k-3", "librairie", recipient=Recipient(name="Hélène Moreau"))
    shown = search(town, text)
    assert ([order.id for order in shown.orders], shown.has_more) == ([found], False)


@pytest.mark.parametrize("text", ["%", "_", "0639", "'"])
def test_signs_of_the_database_find_nothing(town: Town, text: str) -> None:
    enter(town, recipient=Recipient(name="Paul"))
    assert search(town, text) == Found(orders=(), has_more=False)


def test_older_orders_are_read_page_by_page_newest_first(town: Town) -> None:
    taken = town.take(
        *(
            an_order(f"A-{n}", fulfilment=Fulfilment.COUNTER, address=None, slot_starts_at=None)
            for n in range(PAGE + 2)
        )
    )
    ids = [each.order_id for each in taken]
    first, rest = search(town, ""), search(town, "", page=2)
    assert [order.id for order in (*first.orders, *rest.orders)] == ids[::-1]
    assert (len(first.orders), first.has_more, rest.has_more) == (PAGE, True, False)


# One order


def sheet(town: Town, order_id: int, shop: str = "fromagerie") -> OrderSheet:
    return api.operations.shop_orders.sheet(town.pool, town.id, town.shops[shop], order_id)


def test_the_code_is_told_to_the_shop_that_opened_the_delivery_alone(town: Town) -> None:
    one, other = enter(town), enter(town, shop="librairie")
    assert re.fullmatch(r"\d{4}", sheet(town, one).code or "")
    assert sheet(town, other, "librairie").code is None
    assert sheet(town, one).is_pooled and sheet(town, other, "librairie").is_pooled


def test_an_order_of_another_shop_does_not_exist(town: Town) -> None:
    order_id = enter(town, shop="librairie")
    with pytest.raises(NotFound):
        sheet(town, order_id)
    with pytest.raises(NotFound):
        api.operations.orders.cancel_of_shop(
            town.pool, town.id, town.shops["fromagerie"], order_id, now=town.clock()
        )
    assert town.order(order_id).state is OrderState.ACCEPTED


def test_a_shop_calls_off_an_order_of_any_channel_and_money_and_place_come_back(
    town: Town,
) -> None:
    (taken,) = town.take(an_order())
    fromagerie = town.shops["fromagerie"]
    order = api.operations.orders.cancel_of_shop(
        town.pool, town.id, fromagerie, taken.order_id, now=town.clock()
    )
    assert order.state is OrderState.CANCELLED
    assert (sum(slot.booked for slot in town.slots()), town.envelope().engaged_cents) == (0, 0)
    assert [(e.step, e.actor) for e in sheet(town, taken.order_id).story] == [
        ("accept", f"channel:{town.channel.id}"),
        ("cancel", f"shop:{fromagerie}"),
    ]
    with pytest.raises(StepRefused):
        api.operations.orders.cancel_of_shop(
            town.pool, town.id, fromagerie, taken.order_id, now=town.clock()
        )
