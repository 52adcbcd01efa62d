"""The hub's counter: receive by code, find by name, hand over to whoever says the code."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

import api.operations.handovers
import api.operations.orders
import api.operations.receptions
from api.operations.intake import Taken
from data.database import scoped
from data.streets.engine import StreetProcesses
from delivery.accounts import Role
from delivery.orders import OrderState, Recipient
from delivery.parcels import Size, Temperature
from delivery.pooling import DeliveryState
from delivery.proofs import MOST_ATTEMPTS
from tests import logins
from tests.builders import AT_COUNTER, AT_DRIVE, NOON, a_parcel, an_order
from tests.small_town import ENGAGED, Town, a_small_town

HUB = "/t/essai/hub"


class Agent:
    """Somebody at the hub's counter: opens pages, scans, types."""

    def __init__(self, client: TestClient, cookies: dict[str, str]) -> None:
        self.client = client
        self.csrf = logins.csrf_of(cookies)
        ((name, token),) = cookies.items()
        self.headers = {"Cookie": f"{name}={token}"}

    def open(self, path: str = "", **options: Any) -> Response:
        return self.client.get(f"{HUB}{path}", headers=self.headers, **options)

    def send(self, path: str, **fields: Any) -> Response:
        data = {"csrf": self.csrf, **fields}
        answer = self.client.post(
            f"{HUB}{path}", data=data, headers=self.headers, follow_redirects=False
        )
        if answer.status_code != 303:
            return answer
        return self.client.get(answer.headers["location"], headers=self.headers)

    def type(self, code: str, vus: str = "") -> Response:
        return self.send("/recevoir", code=code, vus=vus)


def agent(client: TestClient, town: Town, role: Role = Role.HUB) -> Agent:
    return Agent(client, logins.cookie(town.pool, town.id, role, now=town.clock()))


@pytest.fixture
def hub(client: TestClient, town: Town) -> Iterator[Agent]:
    client.base_url = client.base_url.copy_with(scheme="http", host="127.0.0.1")
    town.clock.moment = NOON
    yield agent(client, town)


def take(town: Town, *orders: Any) -> list[Taken]:
    town.clock.moment, day = NOON.replace(day=19), town.clock.moment
    taken = town.take(*orders)
    town.clock.moment = day
    return taken


def bring(town: Town, *taken: Taken) -> None:
    for each in taken:
        shop_id = town.order(each.order_id).shop_id
        api.operations.handovers.drop_off(
            town.pool, town.id, shop_id, each.order_id, now=town.clock()
        )


def codes(town: Town, taken: Taken) -> list[str]:
    with scoped(town.pool, town.id) as conn:
        return [
            code
            for (code,) in conn.execute(
                "SELECT code FROM parcels WHERE order_id = %s ORDER BY id", (taken.order_id,)
            )
        ]


def set_codes(town: Town, *codes: str) -> None:
    """Give the town's parcels, in their order, codes that a test can foresee."""
    with scoped(town.pool, town.id) as conn:
        ids = [row[0] for row in conn.execute("SELECT id FROM parcels ORDER BY id")]
        for id_, code in zip(ids, codes, strict=True):
            conn.execute("UPDATE parcels SET code = %s WHERE id = %s", (code, id_))


def words(answer: Response) -> str:
    """Return what a person reads of a page's main part, on one line."""
    text = re.sub(r"<(head|header|footer|aside)\b.*?</\1>", " ", answer.text, flags=re.DOTALL)
    text = unescape(re.sub(r"<[^>]+>", " ", text)).replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(r"\s+", " ", text)


def wrong(code: str | None) -> str:
    assert code is not None
    return f"{(int(code) + 1) % 10_000:04d}"


# Receiving


def test_a_scanned_code_receives_its_order_and_says_where_it_goes(hub: Agent, town: Town) -> None:
    (taken,) = take(town, an_order(**AT_DRIVE))
    bring(town, taken)
    (code,) = codes(town, taken)
    answer = hub.type(code)
    assert f"recu={taken.order_id}" in str(answer.url)
    assert "Reçue Étagère du drive" in words(answer)
    assert town.order(taken.order_id).state is OrderState.AT_DRIVE


def test_what_a_scanner_types_of_a_label_is_its_whole_address(hub: Agent, town: Town) -> None:
    (taken,) = take(town, an_order(**AT_DRIVE))
    bring(town, taken)
    (code,) = codes(town, taken)
    hub.type(f"https://colporteur.example/t/essai/c/{code}")
    assert town.order(taken.order_id).state is OrderState.AT_DRIVE


@pytest.mark.parametrize("typed", ["a1b2", "A1B2 C3D4", "A1B2C3D4E5F6", "A-7"])
def test_first_digits_or_the_reference_do_as_well(hub: Agent, town: Town, typed: str) -> None:
    taken, _ = take(town, an_order("A-7", **AT_DRIVE), an_order("A-8", **AT_DRIVE))
    set_codes(town, "A1B2C3D4E5F6", "0FFFFFFFFFFF")
    bring(town, taken)
    hub.type(typed)
    assert town.order(taken.order_id).state is OrderState.AT_DRIVE


def test_digits_that_several_parcels_share_are_chosen_among(hub: Agent, town: Town) -> None:
    one, other = take(
        town,
        an_order("A-1", **AT_DRIVE),
        an_order("A-2", **AT_DRIVE, recipient=Recipient(name="Yann Le Goff")),
    )
    set_codes(town, "A1B200000000", "A1B2FFFFFFFF")
    bring(town, one, other)
    answer = hub.type("A1B2")
    assert "laquelle" in words(answer) and "Yann Le Goff" in words(answer)
    assert {town.order(each.order_id).state for each in (one, other)} == {OrderState.DROPPED_OFF}
    chosen = hub.send("/recevoir", order=other.order_id)
    assert "Étagère du drive" in words(chosen)
    assert town.order(one.order_id).state is OrderState.DROPPED_OFF


@pytest.mark.parametrize("typed", ["A1B2C3D4E5F6", "FFFF", "rien", "' OR 1=1 --", "éà<b>", "abc"])
def test_what_nothing_goes_by_is_said(hub: Agent, town: Town, typed: str) -> None:
    take(town, an_order(**AT_DRIVE))
    set_codes(town, "012345678901")
    answer = hub.type(typed)
    assert answer.status_code == 422
    assert f"Rien ne répond à « {typed} »" in words(answer)


def test_scanned_again_it_is_received_already_and_nothing_is_doubled(
    hub: Agent, town: Town
) -> None:
    (taken,) = take(town, an_order(**AT_DRIVE))
    bring(town, taken)
    (code,) = codes(town, taken)
    hub.type(code)
    told = town.count("order_events")
    assert "Déjà reçue Étagère du drive" in words(hub.type(code))
    assert town.count("order_events") == told


def test_an_order_of_three_parcels_is_received_once_each_was_scanned(
    hub: Agent, town: Town
) -> None:
    (taken,) = take(town, an_order(**AT_DRIVE, parcels=(a_parcel(),) * 3))
    bring(town, taken)
    first, second, third = codes(town, taken)
    answer = hub.type(first)
    assert "Colis 1/3 : les autres sont-ils là ?" in words(answer)
    answer = hub.type(first, vus=first)
    assert "Colis 1/3" in words(answer)
    answer = hub.type(second, vus=first)
    assert "Colis 2/3" in words(answer)
    assert town.order(taken.order_id).state is OrderState.DROPPED_OFF
    answer = hub.type(third, vus=f"{first}.{second}")
    assert "Étagère du drive" in words(answer)


def test_the_agent_may_say_that_all_parcels_are_here(hub: Agent, town: Town) -> None:
    (taken,) = take(town, an_order(**AT_DRIVE, parcels=(a_parcel(),) * 3))
    bring(town, taken)
    assert "Les 3 colis sont là" in words(hub.type("A-1"))
    assert "Étagère du drive" in words(hub.send("/recevoir", order=taken.order_id))


def test_two_half_scanned_orders_wait_side_by_side(hub: Agent, town: Town) -> None:
    one, other = take(
        town,
        an_order("A-1", **AT_DRIVE, parcels=(a_parcel(),) * 2),
        an_order("A-2", **AT_DRIVE, parcels=(a_parcel(),) * 2),
    )
    bring(town, one, other)
    (first, second), (third, _) = codes(town, one), codes(town, other)
    answer = hub.type(third, vus=first)
    assert words(answer).count("Colis 1/2") == 2
    answer = hub.type(second, vus=f"{first}.{third}")
    assert "Étagère du drive" in words(answer) and words(answer).count("Colis 1/2") == 1


def test_what_its_shop_did_not_report_brought_is_asked_about_unless_it_was_scanned_whole(
    hub: Agent, town: Town
) -> None:
    one, other = take(town, an_order("A-1", **AT_DRIVE), an_order("A-2", **AT_DRIVE))
    assert "n’a pas noté" in words(hub.type("A-1"))
    assert town.order(one.order_id).state is OrderState.ACCEPTED
    hub.send("/recevoir", order=one.order_id)
    hub.type(codes(town, other)[0])
    assert town.order(one.order_id).state is OrderState.AT_DRIVE
    assert town.order(other.order_id).state is OrderState.AT_DRIVE


def test_an_order_for_a_door_is_told_the_round_it_waits_for(
    hub: Agent, town: Town, streets: StreetProcesses
) -> None:
    (taken,) = take(town, an_order(shop="boulangerie"))
    town.clock.moment = NOON.replace(day=19)
    town.plan(streets)
    town.publish()
    town.clock.moment = NOON
    bring(town, taken)
    assert "Tournée de Vélo" in words(hub.type(codes(town, taken)[0]))
    assert town.order(taken.order_id).state is OrderState.AT_HUB
    assert "Vélo" in words(hub.open()).split("À emporter")[-1]


def test_an_order_in_no_round_waits_at_the_hub(hub: Agent, town: Town) -> None:
    (taken,) = take(town, an_order(shop="boulangerie"))
    bring(town, taken)
    assert "pas encore de tournée" in words(hub.type(codes(town, taken)[0]))


def test_what_is_cold_is_said_to_be_kept_cold(hub: Agent, town: Town) -> None:
    cold = a_parcel(Size.SMALL, temperature=Temperature.CHILLED)
    (taken,) = take(town, an_order(**AT_DRIVE, parcels=(cold,)))
    bring(town, taken)
    assert "Étagère du drive au frais" in words(hub.type(codes(town, taken)[0]))


def test_what_was_called_off_or_is_fetched_at_its_shop_is_refused_in_words(
    hub: Agent, town: Town
) -> None:
    called_off, counter = take(town, an_order("A-1", **AT_DRIVE), an_order("A-2", **AT_COUNTER))
    api.operations.orders.cancel(
        town.pool, town.id, town.channel.id, called_off.order_id, now=NOON.replace(day=19)
    )
    answer = hub.type(codes(town, called_off)[0])
    assert answer.status_code == 409 and "annulée" in words(answer)
    answer = hub.type(codes(town, counter)[0])
    assert answer.status_code == 422 and "se retire chez La fromagerie" in words(answer)


def test_an_empty_field_asks_for_nothing(hub: Agent, town: Town) -> None:
    assert hub.type("").status_code == 422
    assert hub.send("/recevoir", order="x").status_code == 422
    assert hub.send("/recevoir", order=2**70).status_code == 422
    assert hub.send("/recevoir", order=2**62).status_code == 404


# Taking a reception back


@pytest.mark.parametrize("shop", ["fromagerie", "boulangerie"])
def test_a_reception_is_taken_back_while_nothing_else_happened(
    hub: Agent, town: Town, shop: str
) -> None:
    changes = AT_DRIVE if shop == "fromagerie" else {}
    (taken,) = take(town, an_order(shop=shop, **changes))
    bring(town, taken)
    hub.type(codes(town, taken)[0])
    undo = f"/commandes/{taken.order_id}/annuler-reception"
    assert "La réception est annulée" in words(hub.send(undo))
    assert town.order(taken.order_id).state is OrderState.DROPPED_OFF
    told = town.count("order_events")
    assert hub.send(undo).status_code == 200
    assert town.count("order_events") == told
    hub.type(codes(town, taken)[0])
    hub.send(undo)
    assert town.order(taken.order_id).state is OrderState.DROPPED_OFF


def test_what_only_the_agent_said_was_brought_is_its_shops_again(hub: Agent, town: Town) -> None:
    (taken,) = take(town, an_order(**AT_DRIVE))
    hub.type(codes(town, taken)[0])
    hub.send(f"/commandes/{taken.order_id}/annuler-reception")
    assert town.order(taken.order_id).state is OrderState.READY


def test_what_is_handed_over_stays_so(hub: Agent, town: Town) -> None:
    (taken,) = take(town, an_order(**AT_DRIVE))
    bring(town, taken)
    hub.type(codes(town, taken)[0])
    hub.send(f"/livraisons/{taken.delivery_id}/remettre", code=taken.code)
    assert hub.send(f"/commandes/{taken.order_id}/annuler-reception").status_code == 409
    assert town.order(taken.order_id).state is OrderState.HANDED_OVER


# Handing over


def here(town: Town, *taken: Taken) -> None:
    bring(town, *taken)
    for each in taken:
        api.operations.handovers.receive(town.pool, town.id, each.order_id, now=town.clock())


def test_the_right_code_hands_over_and_moves_the_money(hub: Agent, town: Town) -> None:
    (taken,) = take(town, an_order(**AT_DRIVE))
    here(town, taken)
    page = hub.open(f"/livraisons/{taken.delivery_id}")
    assert taken.code not in words(page)
    code = f" {taken.code[:2]} {taken.code[2:]} "  # type: ignore[index]
    answer = hub.send(f"/livraisons/{taken.delivery_id}/remettre", code=code)
    assert "La livraison est remise." in words(answer)
    assert "Remises 1" in words(answer)
    assert town.delivery(taken.delivery_id).state is DeliveryState.PROVEN
    assert town.envelope().service_fait_cents == ENGAGED


def test_a_wrong_code_is_told_at_its_field_and_too_many_must_wait(hub: Agent, town: Town) -> None:
    (taken,) = take(town, an_order(**AT_DRIVE))
    here(town, taken)
    path = f"/livraisons/{taken.delivery_id}/remettre"
    for _ in range(MOST_ATTEMPTS):
        answer = hub.send(path, code=wrong(taken.code))
        assert answer.status_code == 422 and 'id="e-code"' in answer.text
    answer = hub.send(path, code=taken.code)
    assert answer.status_code == 429 and "15" in words(answer)
    assert town.order(taken.order_id).state is OrderState.AT_DRIVE


@pytest.mark.parametrize("code", ["", "12", "12345", "abcd", "１２３４"])
def test_what_is_no_code_is_no_attempt(hub: Agent, town: Town, code: str) -> None:
    (taken,) = take(town, an_order(**AT_DRIVE))
    here(town, taken)
    answer = hub.send(f"/livraisons/{taken.delivery_id}/remettre", code=code)
    assert answer.status_code == 422 and "Le code a 4 chiffres." in words(answer)
    assert town.count("code_attempts") == 0


def test_a_delivery_says_which_shop_it_misses_and_asks_for_no_code(hub: Agent, town: Town) -> None:
    one, other = take(
        town, an_order("A-1", **AT_DRIVE), an_order("A-2", shop="librairie", **AT_DRIVE)
    )
    assert one.delivery_id == other.delivery_id
    here(town, one)
    assert "Manque : La librairie" in words(hub.open())
    page = hub.open(f"/livraisons/{one.delivery_id}")
    assert "Il manque : La librairie" in words(page) and 'name="code"' not in page.text
    answer = hub.send(f"/livraisons/{one.delivery_id}/remettre", code=one.code)
    assert answer.status_code == 422 and "librairie" in words(answer)
    here(town, other)
    assert "Complète" in words(hub.open())


def test_the_agent_is_reminded_to_ask_for_the_age(hub: Agent, town: Town) -> None:
    wine = a_parcel(age_check=True)
    (taken,) = take(town, an_order(**AT_DRIVE, parcels=(wine,)))
    here(town, taken)
    page = words(hub.open(f"/livraisons/{taken.delivery_id}"))
    assert "demandez une pièce d’identité" in page and "18 ans et plus" in page


def test_a_delivery_to_a_door_asks_for_no_code(hub: Agent, town: Town) -> None:
    (taken,) = take(town, an_order())
    page = hub.open(f"/livraisons/{taken.delivery_id}")
    assert "12 rue du Port" in words(page) and 'name="code"' not in page.text
    assert hub.send(f"/livraisons/{taken.delivery_id}/remettre", code="1234").status_code == 404


# What waits


def test_the_day_shows_what_is_expected_what_waits_and_what_is_gone(
    hub: Agent, town: Town, streets: StreetProcesses
) -> None:
    names = ["Un", "Deux", "Trois", "Quatre", "Cinq"]
    dropped, announced, coming, waiting, gone = take(
        town,
        *(
            an_order(f"A-{name}", recipient=Recipient(name=name), **changes)
            for name, changes in zip(
                names,
                [
                    AT_DRIVE,
                    {"shop": "boulangerie", "address": "20 rue du Port"},
                    {"shop": "librairie", **AT_DRIVE},
                    {"shop": "boulangerie", "address": "30 rue du Port"},
                    AT_DRIVE,
                ],
                strict=True,
            )
        ),
    )
    town.clock.moment = NOON.replace(day=19)
    town.plan(streets)
    town.publish()
    town.clock.moment = NOON
    bring(town, dropped)
    here(town, waiting, gone)
    hub.send(f"/livraisons/{gone.delivery_id}/remettre", code=gone.code)
    said = words(hub.open("/feuille"))
    assert "À recevoir 3 À emporter 1 Au drive 0 Remises 1" in said
    arrivals, _, rest = said.partition("Attend au drive")
    for name in ("Un", "Deux", "Trois", "Quatre"):
        assert f" {name} " in arrivals
    assert "Arrive avec Vélo" in arrivals and " Cinq " in rest
    assert announced.delivery_id and coming.delivery_id


def test_a_name_finds_what_is_under_way_whatever_its_accents(hub: Agent, town: Town) -> None:
    (taken,) = take(town, an_order(**AT_DRIVE, recipient=Recipient(name="Hélène LE BÉGUEC")))
    answer = hub.send("/chercher", nom="le beguec")
    assert "1 commande à ce nom" in words(answer) and "Hélène LE BÉGUEC" in words(answer)
    assert "Aucune commande" in words(hub.send("/chercher", nom="Moreau"))
    assert "Aucune commande" in words(hub.send("/chercher", nom=""))
    assert "beguec" not in str(answer.url)
    assert f"/livraisons/{taken.delivery_id}" in answer.text


def test_only_the_lists_are_sent_to_refresh_them(hub: Agent, town: Town) -> None:
    answer = hub.open("/feuille")
    assert answer.status_code == 200 and "<html" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


# A neighbour's


def test_a_neighbours_parcels_and_deliveries_do_not_exist(hub: Agent, town: Town) -> None:
    neighbour = a_small_town(town.pool, "voisine")
    (theirs,) = neighbour.take(an_order(**AT_DRIVE))
    (code,) = codes(neighbour, theirs)
    assert hub.type(code).status_code == 422
    assert hub.send("/recevoir", order=theirs.order_id).status_code == 404
    assert hub.open(f"/livraisons/{theirs.delivery_id}").status_code == 404
    handed = hub.send(f"/livraisons/{theirs.delivery_id}/remettre", code=theirs.code)
    assert handed.status_code == 404
    undone = hub.send(f"/commandes/{theirs.order_id}/annuler-reception")
    assert undone.status_code == 404
    assert "Reçue" not in words(hub.open(f"?recu={theirs.order_id}&demande={theirs.order_id}"))
    assert neighbour.order(theirs.order_id).state is OrderState.ACCEPTED


def test_whoever_dispatches_stands_at_the_counter_too_but_no_shop(
    client: TestClient, hub: Agent, town: Town
) -> None:
    for role in (Role.DISPATCHER, Role.ADMIN):
        assert agent(client, town, role).open().status_code == 200
    shop = logins.cookie(
        town.pool, town.id, Role.SHOP, shop_id=town.shops["fromagerie"], now=town.clock()
    )
    assert Agent(client, shop).open().status_code == 403
