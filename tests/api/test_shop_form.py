"""The form of a shop's counter: what it takes, looks up, and refuses."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from psycopg import Connection
from psycopg.rows import TupleRow

import api.operations.subsidies
import data.programmes
from data.database import scoped
from delivery.orders import Fulfilment
from delivery.parcels import Size, Temperature
from tests.api.shop_counter import (
    AFTERNOON,
    COUNTER,
    DRIVE_SLOT,
    NEW,
    ORDERS,
    Counter,
    Door,
    fault,
    form,
    order_id,
)
from tests.builders import PARIS, a_parcel, a_slot, an_order
from tests.money_builders import VOTED_AT
from tests.small_town import Town


def test_the_form_offers_free_slots_of_both_kinds_the_first_preselected(counter: Counter) -> None:
    page = counter.get(NEW).text
    for kind, hours in (("home", "10:00–12:00"), ("drive", "16:00–18:00")):
        checked = re.search(rf'name="slot_{kind}" value="[^"]+" checked>.*?>([^<]+)<', page)
        assert checked is not None and hours in checked[1]
    assert re.search(r'name="medium_1" value="1"', page)
    assert re.search(r'name="temperature_1" value="ambient" checked', page)


def test_a_full_slot_is_not_offered(counter: Counter, town: Town) -> None:
    evening = a_slot(hour=16).starts_at
    town.take(
        *(an_order(f"B-{n}", address=f"{n} rue du Port", slot_starts_at=evening) for n in (1, 2))
    )
    assert "17:00–19:00" not in counter.get(NEW).text


def test_an_order_is_taken_and_its_page_gives_code_link_and_label(
    counter: Counter, town: Town
) -> None:
    answer = counter.post(ORDERS, **form(note="code 12B", small_2="2", fragile_2="yes"))
    page = counter.follow(answer)
    order = town.order(order_id(answer))
    assert (order.reference, order.basket_cents, order.note) == ("C-2026-0001", 2350, "code 12B")
    assert order.recipient_phone == "+33639980001"
    cold = a_parcel(Size.SMALL, temperature=Temperature.CHILLED, fragile=True)
    assert order.parcels == (a_parcel(), cold, cold)
    assert town.delivery(order.delivery_id).code in page
    assert "/t/essai/suivi/" in page
    assert f"/commandes/{order.id}/etiquettes.pdf?format=a4" in page
    assert f"/commandes/{order.id}/etiquettes.pdf?format=100x150" in page
    assert re.search(r'href="[^"]+/nouvelle" accesskey="n" autofocus', page)
    assert "La ville paie toute la livraison" in page


def test_an_order_for_the_drive_takes_the_drives_slot(counter: Counter, town: Town) -> None:
    order = town.order(order_id(counter.post(ORDERS, **form(fulfilment="drive"))))
    assert order.fulfilment is Fulfilment.DRIVE
    assert {slot.starts_at: slot.booked for slot in town.slots()}[DRIVE_SLOT] == 1


def test_an_order_for_the_counter_needs_no_slot_and_no_address(
    counter: Counter, town: Town
) -> None:
    answer = counter.post(ORDERS, **form(fulfilment="counter", address="", slot_home=""))
    order = town.order(order_id(answer))
    assert (order.fulfilment, order.delivery_id) == (Fulfilment.COUNTER, None)
    assert order.code is not None and order.code in counter.follow(answer)


def test_a_time_is_the_towns_own(counter: Counter, town: Town) -> None:
    answer = counter.post(ORDERS, **form(ready_at="2026-11-20T09:30"))
    ready_at = town.order(order_id(answer)).ready_at
    assert ready_at is not None and ready_at.astimezone(PARIS).strftime("%H:%M") == "09:30"


@pytest.mark.parametrize(
    ("typed", "cents"), [("23,50", 2350), ("23.5", 2350), ("1 250 €", 125_000), ("0", 0)]
)
def test_euros_are_read_as_they_are_written(
    counter: Counter, town: Town, typed: str, cents: int
) -> None:
    answer = counter.post(ORDERS, **form(basket=typed))
    assert town.order(order_id(answer)).basket_cents == cents


@pytest.mark.parametrize(
    ("changes", "name", "said"),
    [
        ({"phone": "06 39"}, "phone", "06 39 98 00 01"),
        ({"name": ""}, "name", "obligatoire"),
        ({"name": "x" * 121}, "name", "120"),
        ({"basket": ""}, "basket", "obligatoire"),
        ({"basket": "vingt"}, "basket", "23,50"),
        ({"basket": "-3"}, "basket", "23,50"),
        ({"fulfilment": "pigeon"}, "fulfilment", "écrivez l"),
        ({"medium_1": "0"}, "parcels", "au moins un colis"),
        ({"medium_1": ""}, "parcels", "au moins un colis"),
        ({"medium_1": "-1"}, "parcels", "50"),
        ({"medium_1": "49", "large_1": "2"}, "parcels", "50"),
        ({"temperature_1": "tiède"}, "parcels", "garder"),
        ({"address": ""}, "address", "numéro et rue"),
        ({"address": "99 rue des Lilas"}, "address", "ne connaît pas"),
        ({"address": "1 rue Lointaine"}, "address", "hors de la zone"),
        ({"slot_home": ""}, "slot_home", "Choisissez un créneau"),
        ({"slot_home": "2026-11-20T11:00:00+01:00"}, "slot_home", "existe plus"),
        ({"slot_home": "hier"}, "slot_home", "date et une heure"),
        ({"fulfilment": "drive", "slot_drive": ""}, "slot_drive", "Choisissez un créneau"),
        ({"ready_at": "2026-11-20T18:00"}, "ready_at", "trop tard pour ce créneau"),
        ({"ready_at": "demain"}, "ready_at", "date et une heure"),
        ({"note": "x" * 501}, "note", "500"),
    ],
)
def test_every_refusal_is_told_at_its_field_and_nothing_typed_is_lost(
    counter: Counter, town: Town, changes: dict[str, str], name: str, said: str
) -> None:
    sent = form(**changes)
    answer = counter.post(ORDERS, **sent)
    assert answer.status_code in {409, 422}
    assert said in fault(answer.text, name), fault(answer.text, name) or fault(answer.text)
    assert f'href="#f-{name}"' in answer.text
    assert town.count("orders") == 0
    assert f'value="{sent["key"]}"' in answer.text
    if name != "name":
        assert 'value="Anne Moreau"' in answer.text
    if name != "parcels":
        assert counter.post(ORDERS, **{**sent, **form(key=sent["key"])}).status_code == 303


def test_near_addresses_are_offered_to_be_picked_without_script(
    counter: Counter, town: Town
) -> None:
    sent = form(address="12 rue du Prot")
    page = counter.post(ORDERS, **sent).text
    offered = re.findall(r'name="address" value="([^"]+)">', page)
    assert "12 rue du Port, 22999 Essai" in offered
    answer = counter.post(ORDERS, **{**sent, "address": ["12 rue du Prot", offered[0]]})
    assert town.order(order_id(answer)).reference == "C-2026-0001"


def test_doors_of_one_name_are_offered_with_their_towns(counter: Counter) -> None:
    answer = counter.post(ORDERS, **form(address="8 rue Haute"))
    assert "Plusieurs portes" in fault(answer.text, "address")
    assert re.findall(r'name="address" value="([^"]+)">', answer.text) == [
        "8 rue Haute, 22999 Essai",
        "8 rue Haute, 22998 Autre",
    ]


def test_a_slot_that_filled_up_meanwhile_is_told_and_others_are_offered(
    counter: Counter, town: Town
) -> None:
    evening = a_slot(hour=16).starts_at
    town.take(
        *(an_order(f"B-{n}", address=f"{n} rue du Port", slot_starts_at=evening) for n in (1, 2))
    )
    answer = counter.post(ORDERS, **form(slot_home=evening.astimezone(PARIS).isoformat()))
    assert answer.status_code == 409
    assert "vendredi 20 novembre 17:00" in fault(answer.text, "slot_home")
    assert "15:00–17:00" in answer.text


def test_a_slot_past_its_cutoff_is_refused(counter: Counter, town: Town) -> None:
    town.clock.moment = a_slot().cutoff_at
    answer = counter.post(ORDERS, **form())
    assert "plus tardif" in fault(answer.text, "slot_home")


def test_when_the_money_is_spent_the_counter_is_offered_instead(
    counter: Counter, town: Town
) -> None:
    with scoped(town.pool, town.id) as conn:
        kept = data.programmes.in_force(conn, AFTERNOON.date())
        assert kept is not None
        api.operations.subsidies.vote(conn, kept.id, 2026, 0, VOTED_AT)
    answer = counter.post(ORDERS, **form())
    assert "plus assez de crédits" in fault(answer.text, "fulfilment")
    assert counter.post(ORDERS, **form(fulfilment="counter")).status_code == 303


def test_a_reference_of_ones_own_is_kept_and_told_when_it_is_taken(
    counter: Counter, town: Town
) -> None:
    answer = counter.post(ORDERS, **form(reference="T-77"))
    assert town.order(order_id(answer)).reference == "T-77"
    again = counter.post(ORDERS, **form(reference="T-77", basket="1"))
    assert "déjà une autre commande" in fault(again.text, "reference")


def test_a_form_sent_twice_is_one_order(counter: Counter, town: Town) -> None:
    sent = form()
    one, other = counter.post(ORDERS, **sent), counter.post(ORDERS, **sent)
    assert order_id(one) == order_id(other)
    assert town.count("orders") == 1


def test_a_form_that_was_taken_leads_to_its_order_when_it_says_something_else(
    counter: Counter, town: Town
) -> None:
    sent = form()
    taken = order_id(counter.post(ORDERS, **sent))
    answer = counter.post(ORDERS, **{**sent, "basket": "99"})
    assert answer.status_code == 409
    assert "C-2026-0001" in fault(answer.text)
    assert f"{ORDERS}/{taken}" in answer.text
    assert town.count("orders") == 1


def test_eight_forms_at_once_get_eight_references(counter: Counter, town: Town) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(
            threads.map(
                lambda n: counter.post(
                    ORDERS, **form(phone=f"06 39 98 00 {n:02d}", address=f"{n + 1} rue du Port")
                ),
                range(8),
            )
        )
    references = {town.order(order_id(answer)).reference for answer in answers}
    assert references == {f"C-2026-{n:04d}" for n in range(1, 9)}


def test_what_is_not_all_paid_is_told_after(
    counter: Counter, superuser: Connection[TupleRow]
) -> None:
    superuser.execute("UPDATE programmes SET rules = jsonb_set(rules, '{town_share}', '\"0.75\"')")
    page = counter.follow(counter.post(ORDERS, **form()))
    assert "La ville paie 3,90" in page and "Il reste 1,30" in page


def test_the_form_is_told_who_has_a_number_from_the_shops_own_orders_alone(
    counter: Counter, door: Door
) -> None:
    counter.post(ORDERS, **form())
    path, number = f"{COUNTER}/destinataires", {"telephone": "06 39 98 00 01"}
    answer = counter.post(path, **number)
    assert answer.json() == {"name": "Anne Moreau", "address": "12 rue du Port, 22999 Essai"}
    assert answer.headers["cache-control"] == "no-store"
    assert door("librairie").post(path, **number).json() == {}
    assert counter.post(path, telephone="06").json() == counter.post(path).json() == {}
    assert counter.get(f"{path}?telephone=0639980001").status_code == 405, "no number in an address"


def test_the_form_is_told_the_doors_somebody_is_writing(counter: Counter) -> None:
    found = counter.post(f"{COUNTER}/adresses", q="12 rue du po").json()
    assert found == ["12 rue du Port, 22999 Essai"]
    assert len(counter.post(f"{COUNTER}/adresses", q="rue du port " * 500).json()) <= 7
