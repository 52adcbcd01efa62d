"""The page behind a recipient's link: what it says, in whose words, and how it keeps up to date."""

import re
from datetime import timedelta
from html import unescape

import pytest

import api.operations.handovers as handovers
from api.operations.handovers import Attempt
from data.database import scoped
from data.streets.engine import StreetProcesses
from delivery.pooling import DeliveryState
from delivery.proofs import EventKind
from delivery.rounds import TaskKind
from tests.api.client import TestClient
from tests.api.reading import plain, read
from tests.api.recipient_link import AFTERNOON, EVENING, MORNING, delivered, link, report, take_slot
from tests.builders import AT_COUNTER, AT_DRIVE, an_order
from tests.small_town import Town


def test_an_order_being_prepared_says_so_with_its_slot_and_code(
    client: TestClient, town: Town
) -> None:
    (taken,) = town.take(an_order())
    text = read(client, link(town, taken.order_id))
    assert "En préparation La fromagerie prépare votre commande." in text
    assert "vendredi 20 novembre, entre 15 h et 17 h" in text
    assert "12 rue du Port" in text and "Anne Moreau" in text
    assert f"Votre code {taken.code}" in text
    assert "Dites ces quatre chiffres au livreur" in text
    assert "Adressez-vous à La fromagerie, 1 rue du Port, 22999 Essai." in text


def test_an_order_planned_and_under_way_tells_a_band_within_its_slot(
    client: TestClient, town: Town, streets: StreetProcesses
) -> None:
    (taken,) = town.take(an_order())
    path = link(town, taken.order_id)
    town.plan(streets)
    assert "Arrivée prévue" not in read(client, path)
    town.publish()
    text = read(client, path)
    band = re.search(r"Arrivée prévue entre (\d+) h ?(\d*) et (\d+) h ?(\d*)", text)
    assert band is not None
    start, end = (int(h) * 60 + int(m or 0) for h, m in (band.groups()[:2], band.groups()[2:]))
    assert 15 * 60 <= start < end <= 17 * 60 and end - start == 30
    assert "déjà dans une tournée" in text and "Prendre ce créneau" not in text
    round_ = town.rounds()[0]
    town.clock.moment = round_.departs_at
    report(town, EventKind.PICKED_UP, TaskKind.PICKUP)
    assert "En route Le livreur a votre commande." in read(client, path)
    town.clock.moment = AFTERNOON + timedelta(hours=3)
    text = read(client, path)
    assert "Le livreur a pris du retard" in text and "Arrivée prévue" not in text


def test_once_delivered_it_tells_when_and_how_and_keeps_the_code(
    client: TestClient, town: Town, streets: StreetProcesses
) -> None:
    taken = delivered(town, streets)
    text = read(client, link(town, taken.order_id))
    assert "Livrée Remise vendredi 20 novembre à 15 h 20." in text
    assert "Preuve : votre code a été donné." in text
    assert "Votre code" not in text and "Changer de créneau" not in text


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("absent", "n’a trouvé personne"),
        ("unreachable", "n’a pas pu atteindre votre porte"),
        ("damaged", "abîmés en chemin"),
    ],
)
def test_after_a_failure_it_tells_why_and_what_comes_next(
    client: TestClient, town: Town, streets: StreetProcesses, reason: str, said: str
) -> None:
    (taken,) = town.take(an_order())
    town.plan(streets)
    town.publish()
    town.clock.moment = AFTERNOON + timedelta(minutes=20)
    report(town, EventKind.FAILED, TaskKind.DROPOFF, reason=reason)
    text = read(client, link(town, taken.order_id))
    assert "Pas encore remise" in text and said in text
    assert "La fromagerie convient avec vous de la suite" in text


def test_at_the_drive_it_waits_to_be_fetched(client: TestClient, town: Town) -> None:
    one, other = town.take(
        an_order("A-1", shop="boulangerie", **AT_DRIVE), an_order("A-2", **AT_DRIVE)
    )
    path = link(town, one.order_id)
    text = read(client, path)
    assert "Drive Halle" in text and "12 rue du Port" not in text
    handovers.drop_off(
        town.pool, town.id, town.shops["boulangerie"], one.order_id, now=town.clock()
    )
    assert "Elle part pour le drive" in read(client, path)
    handovers.receive(town.pool, town.id, one.order_id, now=town.clock())
    text = read(client, path)
    assert "Prête à retirer Elle vous attend au drive. 1 autre commande" in text
    assert "Dites ces quatre chiffres au drive" in text
    with scoped(town.pool, town.id) as conn:
        conn.execute("UPDATE orders SET state = 'at_drive' WHERE id = %s", (other.order_id,))
    assert "autre commande" not in read(client, path)
    assert one.code is not None
    handovers.hand_over_at_drive(
        town.pool,
        town.id,
        town.delivery(one.delivery_id).id,
        Attempt(code=one.code, now=town.clock(), actor="hub"),
    )
    assert "Retirée Remise jeudi 19 novembre à 13 h." in read(client, path)


def test_at_the_counter_the_orders_own_code_is_said(client: TestClient, town: Town) -> None:
    (taken,) = town.take(an_order(**AT_COUNTER))
    path = link(town, taken.order_id)
    text = read(client, path)
    assert f"Votre code {taken.code}" in text and "Créneau" not in text
    handovers.prepare(
        town.pool, town.id, town.shops["fromagerie"], taken.order_id, now=town.clock()
    )
    assert "Prête à retirer Elle vous attend en boutique." in read(client, path)
    assert take_slot(client, path, MORNING).status_code == 404


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("cancelled", "Annulée Cette commande a été annulée."),
        ("returned", "Retournée à la boutique"),
        ("rescheduled", "Nouveau passage prévu"),
    ],
)
def test_what_left_the_way_is_told_without_a_code(
    client: TestClient, town: Town, state: str, said: str
) -> None:
    (taken,) = town.take(an_order())
    with scoped(town.pool, town.id) as conn:
        conn.execute("UPDATE orders SET state = %s", (state,))
    text = read(client, link(town, taken.order_id))
    assert said in text
    assert "Votre code" not in text and "Étapes" not in text


def test_a_delivery_closed_without_news_says_whom_to_ask(client: TestClient, town: Town) -> None:
    (taken,) = town.take(an_order())
    with scoped(town.pool, town.id) as conn:
        conn.execute("UPDATE deliveries SET state = %s", (DeliveryState.CLOSED.value,))
    assert "Sans nouvelles" in read(client, link(town, taken.order_id))


def test_it_speaks_english_where_asked_and_still_sets_no_cookie(
    client: TestClient, town: Town
) -> None:
    (taken,) = town.take(an_order())
    path = link(town, taken.order_id)
    answer = client.get(f"{path}?lang=en")
    assert "Being prepared" in answer.text and "creneau?lang=en" in answer.text
    assert "set-cookie" not in answer.headers
    moved = take_slot(client, path, EVENING, params={"lang": "en"})
    assert moved.headers["location"].endswith("?fait=recipient_moved&lang=en")
    answer = client.get(moved.headers["location"])
    assert "Your new slot is booked." in answer.text
    assert "set-cookie" not in answer.headers


def test_the_state_is_sent_again_only_where_it_changed(client: TestClient, town: Town) -> None:
    (taken,) = town.take(an_order())
    path = link(town, taken.order_id)
    found = re.search(r'hx-get="([^"]+)"', client.get(path).text)
    assert found is not None
    again = unescape(found[1])
    assert client.get(again).status_code == 204
    handovers.prepare(
        town.pool, town.id, town.shops["fromagerie"], taken.order_id, now=town.clock()
    )
    news = client.get(again)
    assert news.status_code == 200
    assert "Du nouveau : Préparée" in plain(news)
    assert "<html" not in news.text and 'id="etat"' in news.text
    found = re.search(r'hx-get="([^"]+)"', news.text)
    assert found is not None and unescape(found[1]) != again


def test_what_is_over_asks_no_more(client: TestClient, town: Town) -> None:
    (taken,) = town.take(an_order())
    with scoped(town.pool, town.id) as conn:
        conn.execute("UPDATE orders SET state = 'returned'")
    assert "hx-get" not in client.get(link(town, taken.order_id)).text
