"""The shop's counter, page by page: the list, the form and all it refuses, one order, its steps."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from psycopg import Connection
from psycopg.rows import TupleRow

import api.operations.subsidies
import data.programmes
import data.slots
from api.operations.shop_orders import PAGE
from data.database import scoped
from data.streets.engine import StreetProcesses
from delivery.accounts import Role
from delivery.orders import Fulfilment, OrderState
from delivery.parcels import Size, Temperature
from delivery.pooling import DeliveryState
from delivery.proofs import MOST_ATTEMPTS
from delivery.slots import SlotKind
from tests import logins
from tests.builders import PARIS, a_parcel, a_slot, an_order
from tests.money_builders import VOTED_AT
from tests.small_town import Town

COUNTER = "/t/essai/commerce"
ORDERS = f"{COUNTER}/commandes"
NEW = f"{ORDERS}/nouvelle"
AFTERNOON = a_slot().starts_at
DRIVE_SLOT = a_slot(SlotKind.DRIVE, hour=15).starts_at
AT_COUNTER = {"fulfilment": Fulfilment.COUNTER, "address": None, "slot_starts_at": None}

type Door = Callable[..., "Counter"]


class Counter:
    """A shop's browser."""

    def __init__(self, client: TestClient, cookies: dict[str, str]) -> None:
        self.client = client
        self.cookies = cookies
        self.csrf = logins.csrf_of(cookies)

    def _cookie(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def get(self, path: str = COUNTER) -> Response:
        return self.client.get(path, headers=self._cookie(), follow_redirects=False)

    def post(self, path: str, **fields: Any) -> Response:
        return self.client.post(
            path,
            data={"csrf": self.csrf, **fields},
            headers=self._cookie(),
            follow_redirects=False,
        )

    def follow(self, answer: Response) -> str:
        assert answer.status_code == 303, answer.text
        return self.get(answer.headers["location"]).text


@pytest.fixture
def door(client: TestClient, town: Town) -> Door:
    client.base_url = client.base_url.copy_with(host="127.0.0.1")

    def opened(shop: str = "fromagerie") -> Counter:
        shop_id = town.shops[shop]
        return Counter(
            client,
            logins.cookie(town.pool, town.id, Role.SHOP, shop_id=shop_id, now=town.clock()),
        )

    return opened


@pytest.fixture
def counter(door: Door) -> Counter:
    return door()


def form(**changes: Any) -> dict[str, Any]:
    """What a browser sends of the form, filled in as for most orders."""
    return {
        "key": str(uuid4()),
        "phone": "06 39 98 00 01",
        "name": "Anne Moreau",
        "basket": "23,50",
        "fulfilment": "home",
        "address": "12 rue du Port",
        "medium_1": "1",
        "temperature_1": "ambient",
        "temperature_2": "chilled",
        "slot_home": AFTERNOON.astimezone(PARIS).isoformat(),
        "slot_drive": DRIVE_SLOT.astimezone(PARIS).isoformat(),
        "ready_at": "",
        "note": "",
        "reference": "",
        **changes,
    }


def order_id(answer: Response) -> int:
    assert answer.status_code == 303, fault(answer.text)
    found = re.search(r"/commandes/(\d+)\?", answer.headers["location"])
    assert found is not None
    return int(found[1])


def fault(page: str, name: str | None = None) -> str:
    """Return what the page says at a field, or over the whole form."""
    pattern = rf'id="e-{name}">([^<]+)<' if name else r'id="faults">\s*<p><strong>([^<]+)<'
    found = re.search(pattern, page)
    return found[1] if found else ""


def section(page: str, group: str) -> str:
    found = re.search(rf'<section class="group group-{group}".*?</section>', page, re.DOTALL)
    return found[0] if found else ""


# At a glance


def test_orders_stand_in_their_groups_with_their_counts(
    counter: Counter, town: Town, streets: StreetProcesses
) -> None:
    taken = town.take(
        *(
            an_order(f"{state}-1", address=f"{number} rue du Port")
            for number, state in enumerate(OrderState, start=1)
        )
    )
    with scoped(town.pool, town.id) as conn:
        for each, state in zip(taken, OrderState, strict=True):
            conn.execute("UPDATE orders SET state = %s WHERE id = %s", (state.value, each.order_id))
    page = counter.get().text
    counts = dict(
        re.findall(r'href="#(\w+)"><span class="glance-count">(\d+)<', page),
    )
    assert counts == {"prepare": "2", "waiting": "2", "gone": "3", "trouble": "4", "done": "3"}
    for each, state in zip(taken, OrderState, strict=True):
        names = [name for name in counts if f'id="commande-{each.order_id}"' in section(page, name)]
        assert len(names) == 1, state


def test_a_row_says_when_for_whom_how_and_what_to_mind(counter: Counter, town: Town) -> None:
    parcels = (a_parcel(Size.SMALL, temperature=Temperature.CHILLED, fragile=True), a_parcel())
    town.take(an_order(parcels=parcels))
    row = section(counter.get().text, "prepare")
    for words in (
        "demain",
        "15:00–17:00",
        "Anne Moreau",
        "Domicile",
        "2 colis",
        "A-1",
        "frais",
        "fragile",
        "Prête",
    ):
        assert words in row


def test_the_courier_is_expected_when_the_round_is_published(
    counter: Counter, town: Town, streets: StreetProcesses
) -> None:
    town.take(an_order())
    assert "livreur vers" not in counter.get().text
    town.plan(streets)
    town.publish()
    assert "livreur vers" in counter.get().text


def test_another_shop_sees_nothing_of_it(door: Door, town: Town) -> None:
    town.take(an_order())
    assert "Anne Moreau" not in door("librairie").get().text


def test_an_empty_day_says_so(counter: Counter) -> None:
    page = counter.get().text
    assert "Rien à préparer" in page and "Aucun problème" in page


def test_older_orders_are_searched_and_paged(counter: Counter, town: Town) -> None:
    town.take(*(an_order(f"A-{n:02d}", **AT_COUNTER) for n in range(PAGE + 1)))
    first = counter.get(f"{ORDERS}?q=moreau").text
    assert "A-30" in first and "A-00" not in first
    found = re.search(r'rel="next" href="([^"]+)"', first)
    assert found is not None
    assert "A-00" in counter.get(found[1].replace("&amp;", "&")).text
    assert "Aucune commande trouvée" in counter.get(f"{ORDERS}?q=zzz").text


# The form


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


# What the form looks up


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


# One order


def test_the_story_of_an_order_is_told_in_words(counter: Counter, town: Town) -> None:
    taken = order_id(counter.post(ORDERS, **form()))
    counter.post(f"{ORDERS}/{taken}/prete")
    counter.post(f"{ORDERS}/{taken}/modifier", **form(basket="31", note="2e étage"))
    page = counter.get(f"{ORDERS}/{taken}").text
    for words in ("Saisie au comptoir", "Prête", "Modifiée", "31,00", "Consigne changée"):
        assert words in page


def test_the_code_of_a_delivery_another_shop_opened_is_not_shown(door: Door, town: Town) -> None:
    one, other = town.take(an_order(), an_order("A-2", shop="librairie"))
    code = town.delivery(one.delivery_id).code
    assert code in door().get(f"{ORDERS}/{one.order_id}").text
    page = door("librairie").get(f"{ORDERS}/{other.order_id}").text
    assert f'bigcode">{code}' not in page and "bigcode" not in page
    assert "Groupée" in page


@pytest.mark.parametrize(
    ("method", "end"),
    [
        ("get", ""),
        ("get", "/modifier"),
        ("post", "/modifier"),
        ("get", "/annuler"),
        ("post", "/annuler"),
        ("post", "/prete"),
        ("post", "/depot"),
        ("post", "/retour"),
        ("post", "/remettre"),
    ],
)
def test_an_order_of_the_shop_next_door_is_not_there(
    counter: Counter, town: Town, method: str, end: str
) -> None:
    (taken,) = town.take(an_order(shop="librairie", **AT_COUNTER))
    path = f"{ORDERS}/{taken.order_id}{end}"
    fields = form(code="1234", state="ready")
    answer = counter.get(path) if method == "get" else counter.post(path, **fields)
    assert answer.status_code == 404
    assert town.order(taken.order_id).state is OrderState.ACCEPTED


# Its steps


def test_an_order_is_ready_and_the_banner_takes_it_back(counter: Counter, town: Town) -> None:
    (taken,) = town.take(an_order())
    page = counter.follow(counter.post(f"{ORDERS}/{taken.order_id}/prete"))
    assert town.order(taken.order_id).state is OrderState.READY
    assert "La commande est prête" in page and 'form="undo"' in page
    undo = counter.post(f"{ORDERS}/{taken.order_id}/retour", state="ready")
    page = counter.follow(undo)
    assert town.order(taken.order_id).state is OrderState.ACCEPTED
    assert 'form="undo"' not in page


def test_on_the_orders_own_page_too_the_banner_takes_it_back(counter: Counter, town: Town) -> None:
    (taken,) = town.take(an_order())
    page = counter.follow(counter.post(f"{ORDERS}/{taken.order_id}/prete", page="order"))
    assert "La commande est prête" in page and 'form="undo"' in page
    undo = counter.post(f"{ORDERS}/{taken.order_id}/retour", state="ready", page="order")
    assert town.order(taken.order_id).state is OrderState.ACCEPTED
    assert 'form="undo"' not in counter.follow(undo)


def test_a_shop_that_brings_its_parcels_drops_them_off_and_may_take_it_back(
    door: Door, town: Town
) -> None:
    (taken,) = town.take(an_order(shop="boulangerie"))
    counter = door("boulangerie")
    counter.post(f"{ORDERS}/{taken.order_id}/prete")
    assert "Déposée au hub" in section(counter.get().text, "waiting")
    page = counter.follow(counter.post(f"{ORDERS}/{taken.order_id}/depot"))
    assert town.order(taken.order_id).state is OrderState.DROPPED_OFF
    assert 'name="state" value="dropped_off"' in page
    counter.post(f"{ORDERS}/{taken.order_id}/retour", state="dropped_off")
    assert town.order(taken.order_id).state is OrderState.READY


def test_others_wait_for_the_courier(counter: Counter, town: Town) -> None:
    (taken,) = town.take(an_order())
    counter.post(f"{ORDERS}/{taken.order_id}/prete")
    assert "Déposée" not in section(counter.get().text, "waiting")


def test_a_counter_order_is_handed_over_by_its_code(counter: Counter, town: Town) -> None:
    (taken,) = town.take(an_order(**AT_COUNTER))
    counter.post(f"{ORDERS}/{taken.order_id}/prete")
    assert 'name="code"' in section(counter.get().text, "waiting")
    assert taken.code is not None
    spaced = f"{taken.code[:2]} {taken.code[2:]}"
    page = counter.follow(counter.post(f"{ORDERS}/{taken.order_id}/remettre", code=spaced))
    assert town.order(taken.order_id).state is OrderState.HANDED_OVER
    assert f'id="commande-{taken.order_id}"' in section(page, "done")


def test_a_wrong_code_and_too_many_of_them_are_told_in_words(counter: Counter, town: Town) -> None:
    (taken,) = town.take(an_order(**AT_COUNTER))
    path = f"{ORDERS}/{taken.order_id}/remettre"
    assert taken.code is not None
    wrong = f"{(int(taken.code) + 1) % 10_000:04d}"
    assert "quatre chiffres" in fault(counter.post(path, code="12").text, "code")
    for _ in range(MOST_ATTEMPTS):
        answer = counter.post(path, code=wrong)
        assert (answer.status_code, "code du destinataire" in fault(answer.text, "code")) == (
            422,
            True,
        )
    answer = counter.post(path, code=taken.code)
    assert answer.status_code == 429 and "15 minutes" in fault(answer.text, "code")
    assert town.order(taken.order_id).state is OrderState.ACCEPTED


def test_calling_off_is_asked_and_then_done(counter: Counter, town: Town) -> None:
    (taken,) = town.take(an_order())
    path = f"{ORDERS}/{taken.order_id}/annuler"
    assert "Anne Moreau : annuler la commande" in counter.get(path).text
    assert town.order(taken.order_id).state is OrderState.ACCEPTED
    assert "La commande est annulée" in counter.follow(counter.post(path))
    assert town.delivery(taken.delivery_id).state is DeliveryState.CANCELLED
    assert counter.get(path).status_code == 409


# Written anew


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
