"""The shop's counter, page by page: the list at a glance, and one order."""

import re

import pytest

from api.operations.shop_orders import PAGE
from data.database import scoped
from data.streets.engine import StreetProcesses
from delivery.orders import OrderState
from delivery.parcels import Size, Temperature
from tests.api.shop_counter import ORDERS, Counter, Door, form, order_id, section
from tests.builders import AT_COUNTER, a_parcel, an_order
from tests.small_town import Town


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
