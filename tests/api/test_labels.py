"""A shop prints its labels; whoever scans one is led to where they act on its order."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

import api.operations.handovers
from api.operations.intake import Taken
from data.database import scoped
from data.streets.engine import StreetProcesses
from delivery.accounts import Role
from delivery.orders import Recipient
from delivery.parcels import Size, Temperature
from tests import logins
from tests.builders import AT_COUNTER, AT_DRIVE, a_parcel, an_order
from tests.papers import pdf_pages
from tests.small_town import Town, a_small_town


@pytest.fixture(autouse=True)
def loopback(client: TestClient) -> None:
    client.base_url = client.base_url.copy_with(scheme="http", host="127.0.0.1")
    client.follow_redirects = False


def headers(town: Town, role: Role, **subject: int) -> dict[str, str]:
    ((name, token),) = logins.cookie(town.pool, town.id, role, now=town.clock(), **subject).items()
    return {"Cookie": f"{name}={token}"}


def as_shop(town: Town, code: str = "fromagerie") -> dict[str, str]:
    return headers(town, Role.SHOP, shop_id=town.shops[code])


def labels(client: TestClient, who: dict[str, str], order_id: int, form: str = "a4") -> Response:
    path = f"/t/essai/commerce/commandes/{order_id}/etiquettes.pdf?format={form}"
    return client.get(path, headers=who)


def all_labels(client: TestClient, who: dict[str, str], form: str = "a4") -> Response:
    return client.get(f"/t/essai/commerce/etiquettes.pdf?format={form}", headers=who)


def words(answer: Response) -> str:
    assert answer.status_code == 200, answer.text
    pages = pdf_pages(answer.content)
    return " ".join(
        " ".join(page.text for page in pages).replace("\N{NO-BREAK SPACE}", " ").split()
    )


def code(town: Town, taken: Taken) -> str:
    with scoped(town.pool, town.id) as conn:
        row = conn.execute(
            "SELECT code FROM parcels WHERE order_id = %s ORDER BY id", (taken.order_id,)
        ).fetchone()
    assert row is not None
    return str(row[0])


def scan(client: TestClient, who: dict[str, str], scanned: str) -> Response:
    return client.get(f"/t/essai/c/{scanned}", headers=who)


# Printing


def test_an_orders_label_says_who_where_and_when(client: TestClient, town: Town) -> None:
    cold = a_parcel(Size.SMALL, temperature=Temperature.CHILLED, fragile=True)
    (taken,) = town.take(an_order(parcels=(a_parcel(), cold)))
    answer = labels(client, as_shop(town), taken.order_id)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    said = words(answer)
    for expected in (
        "La fromagerie",
        "Anne Moreau",
        "12 rue du Port 22999 Essai",
        "vendredi 20 novembre 15 h – 17 h",
        "Colis 1/2",
        "Colis 2/2",
        "Frais 0–4 °C",
        "Fragile",
        "Commande A-1",
    ):
        assert expected in said, expected
    digits = code(town, taken)
    assert f"{digits[:4]} {digits[4:8]} {digits[8:]}" in said
    assert "+33" not in said and str(taken.code) not in said.split()


@pytest.mark.parametrize(
    ("changes", "place"), [(AT_DRIVE, "DRIVE Anne Moreau"), (AT_COUNTER, "COMPTOIR Anne Moreau")]
)
def test_what_goes_to_no_door_says_where_it_goes(
    client: TestClient, town: Town, changes: dict[str, Any], place: str
) -> None:
    (taken,) = town.take(an_order(**changes))
    assert place in words(labels(client, as_shop(town), taken.order_id))


@pytest.mark.parametrize(("form", "pages"), [("a4", 1), ("100x150", 3)])
def test_labels_of_several_orders_share_a_sheet_or_have_a_page_each(
    client: TestClient, town: Town, form: str, pages: int
) -> None:
    _, _, packed, _ = town.take(
        an_order("A-1", parcels=(a_parcel(),) * 2),
        an_order("A-2", recipient=Recipient(name="Yann Le Goff"), **AT_DRIVE),
        an_order("A-3", recipient=Recipient(name="Déjà Prête")),
        an_order("A-4", shop="librairie", recipient=Recipient(name="Autre Boutique")),
    )
    shop_id = town.shops["fromagerie"]
    api.operations.handovers.prepare(town.pool, town.id, shop_id, packed.order_id, now=town.clock())
    answer = all_labels(client, as_shop(town), form)
    said = words(answer)
    assert len(pdf_pages(answer.content)) == pages
    assert "Anne Moreau" in said and "Yann Le Goff" in said
    assert "Déjà Prête" not in said and "Autre Boutique" not in said


def test_a_shop_with_nothing_to_pack_is_told_so(client: TestClient, town: Town) -> None:
    answer = all_labels(client, as_shop(town))
    assert answer.status_code == 404 and "Rien à étiqueter" in answer.text


def test_what_was_forgotten_weeks_ago_is_not_printed_with_the_rest(
    client: TestClient, town: Town
) -> None:
    (taken,) = town.take(an_order())
    town.clock.moment += timedelta(days=20)
    assert all_labels(client, as_shop(town)).status_code == 404
    assert labels(client, as_shop(town), taken.order_id).status_code == 200


def test_labels_of_another_shop_or_town_are_not_found(client: TestClient, town: Town) -> None:
    (taken,) = town.take(an_order(shop="librairie"))
    neighbour = a_small_town(town.pool, "voisine")
    (theirs,) = neighbour.take(an_order())
    for order_id in (taken.order_id, theirs.order_id, 2**62):
        assert labels(client, as_shop(town), order_id).status_code == 404


def test_a_form_nobody_prints_is_not_there(client: TestClient, town: Town) -> None:
    (taken,) = town.take(an_order())
    assert labels(client, as_shop(town), taken.order_id, "a3").status_code == 404


# Scanning


def test_whoever_is_not_logged_in_is_led_to_the_door_and_back(
    client: TestClient, town: Town
) -> None:
    (taken,) = town.take(an_order())
    path = f"/t/essai/c/{code(town, taken)}"
    answer = client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/t/essai/connexion?suite={path}",
    )


@pytest.mark.parametrize(
    ("role", "path"),
    [
        (Role.HUB, "hub/livraisons/{delivery}"),
        (Role.DISPATCHER, "regulation/livraisons/{delivery}"),
        (Role.ADMIN, "regulation/livraisons/{delivery}"),
    ],
)
def test_a_scanned_label_leads_to_its_delivery(
    client: TestClient, town: Town, role: Role, path: str
) -> None:
    (taken,) = town.take(an_order())
    for digits in (code(town, taken), code(town, taken).lower()):
        answer = scan(client, headers(town, role), digits)
        expected = f"/t/essai/{path.format(delivery=taken.delivery_id)}"
        assert (answer.status_code, answer.headers["location"]) == (303, expected)


def test_a_shop_is_led_to_its_own_order_and_to_no_other(client: TestClient, town: Town) -> None:
    (taken,) = town.take(an_order())
    answer = scan(client, as_shop(town), code(town, taken))
    assert answer.headers["location"] == f"/t/essai/commerce/commandes/{taken.order_id}"
    assert scan(client, as_shop(town, "librairie"), code(town, taken)).status_code == 404


def test_a_courier_is_led_to_the_stop_of_their_round_and_told_where_it_is_not_theirs(
    client: TestClient, town: Town, streets: StreetProcesses
) -> None:
    (taken,) = town.take(an_order())
    mine = [headers(town, Role.COURIER, vehicle_id=vehicle) for vehicle in town.vehicles]
    town.plan(streets)
    assert {scan(client, who, code(town, taken)).status_code for who in mine} == {404}
    town.publish()
    (round_,) = town.rounds()
    answers = {
        vehicle: scan(client, who, code(town, taken))
        for vehicle, who in zip(town.vehicles, mine, strict=True)
    }
    stop = f"/t/essai/tournees/{round_.id}/arrets/{round_.stops[0].id}"
    assert answers.pop(round_.vehicle_id).headers["location"] == stop
    (other,) = answers.values()
    assert other.status_code == 404 and "Pas dans vos tournées" in other.text


def test_what_waits_at_its_shops_counter_is_carried_by_nobody(
    client: TestClient, town: Town
) -> None:
    (taken,) = town.take(an_order(**AT_COUNTER))
    answer = scan(client, headers(town, Role.HUB), code(town, taken))
    assert answer.status_code == 404 and "chez La fromagerie" in answer.text


@pytest.mark.parametrize("scanned", ["FFFFFFFFFFFF", "A1B2", "x" * 300, "%27", "é"])
def test_what_no_label_says_is_not_found(client: TestClient, town: Town, scanned: str) -> None:
    town.take(an_order())
    assert scan(client, headers(town, Role.HUB), scanned).status_code == 404


def test_a_neighbours_label_is_not_found(client: TestClient, town: Town) -> None:
    neighbour = a_small_town(town.pool, "voisine")
    (theirs,) = neighbour.take(an_order())
    for role in (Role.HUB, Role.DISPATCHER):
        assert scan(client, headers(town, role), code(neighbour, theirs)).status_code == 404
