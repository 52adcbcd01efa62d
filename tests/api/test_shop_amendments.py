"""An order written anew at its shop's counter, as long as the shop still has it."""

import re
from datetime import timedelta

from httpx import Response

from data.streets.engine import StreetProcesses
from delivery.orders import OrderState
from delivery.parcels import Size, Temperature
from tests.api.shop_counter import AFTERNOON, ORDERS, Counter, fault, form, order_id
from tests.builders import PARIS, a_parcel, a_slot, an_order
from tests.small_town import Town


def test_the_order_is_shown_as_it_is_and_saving_it_so_changes_nothing(
    counter: Counter, town: Town
) -> None:
    parcels = (
        a_parcel(Size.LARGE, weight_g=3_210),
        a_parcel(Size.SMALL, temperature=Temperature.FROZEN),
    )
    ready_at = AFTERNOON - timedelta(hours=3, seconds=-17)
    (taken,) = town.take(an_order(parcels=parcels, ready_at=ready_at, note="sonner"))
    before, told = town.order(taken.order_id), town.count("order_events")
    path = f"{ORDERS}/{taken.order_id}/modifier"
    answer = counter.post(path, **shown(counter.get(path).text))
    assert order_id(answer) == taken.order_id
    assert (town.order(taken.order_id), town.count("order_events")) == (before, told)


def shown(page: str) -> dict[str, str]:
    """Return what a browser would send of the form of a page."""
    body = page[page.index('<form id="order"') :]
    inputs = re.findall(r"<input([^>]+)>", body)
    fields = {}
    for attributes in inputs:
        values = dict(re.findall(r'([\w-]+)="([^"]*)"', attributes))
        is_box = values.get("type") in {"radio", "checkbox"}
        if "name" in values and (not is_box or " checked" in attributes):
            fields[values["name"]] = values.get("value", "")
    return {name: value for name, value in fields.items() if name != "csrf"}


def amended(counter: Counter, taken: int, **changes: str) -> Response:
    path = f"{ORDERS}/{taken}/modifier"
    return counter.post(path, **{**shown(counter.get(path).text), **changes})


def test_basket_note_and_slot_change_in_place(counter: Counter, town: Town) -> None:
    (taken,) = town.take(an_order())
    morning = a_slot(hour=9).starts_at.astimezone(PARIS).isoformat()
    answer = amended(counter, taken.order_id, basket="31,20", note="2e", slot_home=morning)
    assert order_id(answer) == taken.order_id
    order = town.order(taken.order_id)
    assert (order.basket_cents, order.note) == (3120, "2e")
    assert next(slot.booked for slot in town.slots()) == 1


def test_for_another_customer_it_is_taken_anew_and_told_so(counter: Counter, town: Town) -> None:
    (taken,) = town.take(an_order())
    answer = amended(counter, taken.order_id, name="Paul Le Goff", phone="06 39 98 00 02")
    new = order_id(answer)
    assert new != taken.order_id
    assert "nouvelle étiquette" in counter.follow(answer)
    assert town.order(taken.order_id).state is OrderState.CANCELLED
    assert "Refaite sous la référence A-1" in counter.get(f"{ORDERS}/{taken.order_id}").text


def test_a_change_that_is_refused_is_told_at_its_field(counter: Counter, town: Town) -> None:
    (taken,) = town.take(an_order())
    answer = amended(counter, taken.order_id, address="12 rue du Prot")
    assert "ne connaît pas" in fault(answer.text, "address")
    answer = amended(counter, taken.order_id, ready_at="2026-11-20T18:00")
    assert "trop tard" in fault(answer.text, "ready_at")
    assert town.order(taken.order_id).ready_at is None


def test_parcels_in_a_published_round_are_the_dispatchers_matter(
    counter: Counter, town: Town, streets: StreetProcesses
) -> None:
    (taken,) = town.take(an_order())
    town.plan(streets)
    town.publish()
    assert "appelez le régulateur" in counter.get(f"{ORDERS}/{taken.order_id}/modifier").text
    answer = amended(counter, taken.order_id, medium_1="2")
    assert answer.status_code == 409
    assert "appelez le régulateur" in fault(answer.text, "parcels")
    morning = a_slot(hour=9).starts_at.astimezone(PARIS).isoformat()
    answer = amended(counter, taken.order_id, slot_home=morning)
    assert "appelez le régulateur" in fault(answer.text, "slot_home")
    assert amended(counter, taken.order_id, note="2e étage").status_code == 303


def test_an_order_that_left_is_not_written_anew(counter: Counter, town: Town) -> None:
    (taken,) = town.take(an_order())
    counter.post(f"{ORDERS}/{taken.order_id}/depot")
    assert counter.get(f"{ORDERS}/{taken.order_id}/modifier").status_code == 409
    assert counter.post(f"{ORDERS}/{taken.order_id}/modifier", **form()).status_code == 409


def test_the_slot_an_order_has_is_offered_though_it_is_full(counter: Counter, town: Town) -> None:
    evening = a_slot(hour=16).starts_at
    taken, _ = town.take(
        *(an_order(f"B-{n}", address=f"{n} rue du Port", slot_starts_at=evening) for n in (1, 2))
    )
    page = counter.get(f"{ORDERS}/{taken.order_id}/modifier").text
    assert shown(page)["slot_home"] == evening.astimezone(PARIS).isoformat()
    assert "créneau actuel" in page
