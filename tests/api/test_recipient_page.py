"""The page behind a recipient's link: what it says, what it keeps to itself, and the slot."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

import api.operations.handovers as handovers
import api.operations.rides as rides
import data.slots
from api.operations.handovers import Attempt
from data.database import scoped
from data.streets.engine import StreetProcesses
from delivery.orders import Fulfilment, OrderStep, Recipient
from delivery.pooling import DeliveryState
from delivery.proofs import EventKind
from delivery.rounds import TaskKind
from delivery.slots import NewSlot, SlotKind
from tests import builders
from tests.builders import a_slot, an_event, an_order
from tests.small_town import ENGAGED, Town, a_small_town

MORNING, AFTERNOON, EVENING = (a_slot(hour=hour).starts_at for hour in (9, 14, 16))
DRIVE: dict[str, Any] = {
    "fulfilment": Fulfilment.DRIVE,
    "address": None,
    "slot_starts_at": a_slot(SlotKind.DRIVE, hour=15).starts_at,
}
COUNTER: dict[str, Any] = {
    "fulfilment": Fulfilment.COUNTER,
    "address": None,
    "slot_starts_at": None,
}


def link(town: Town, order_id: int) -> str:
    with scoped(town.pool, town.id) as conn:
        row = conn.execute(
            "SELECT tracking_token FROM orders WHERE id = %s", (order_id,)
        ).fetchone()
    assert row is not None
    return f"/t/essai/suivi/{row[0]}"


def read(client: TestClient, path: str, **options: Any) -> str:
    answer = client.get(path, **options)
    assert answer.status_code == 200
    return plain(answer)


def plain(answer: Response) -> str:
    """Return what a person reads of a page."""
    text = re.sub(r"<(head|header|footer|aside)\b.*?</\1>", " ", answer.text, flags=re.DOTALL)
    text = unescape(re.sub(r"<[^>]+>", " ", text)).replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(r"\s+", " ", text)


def take_slot(client: TestClient, path: str, starts_at: datetime | str, **options: Any) -> Response:
    value = starts_at if isinstance(starts_at, str) else starts_at.isoformat()
    return client.post(f"{path}/creneau", data={"slot": value}, follow_redirects=False, **options)


# What it says


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


def report(town: Town, kind: EventKind, at: TaskKind, **payload: str) -> None:
    (round_,) = town.rounds()
    task = next(task for task in round_.tasks if task.kind is at)
    event = an_event(
        kind, round_id=round_.id, task_id=task.id, device_at=town.clock(), payload=payload
    )
    (verdict,) = rides.record(town.pool, town.id, round_.vehicle_id, [event], now=town.clock())
    assert verdict.refusal is None


def test_once_delivered_it_tells_when_and_how_and_keeps_the_code(
    client: TestClient, town: Town, streets: StreetProcesses
) -> None:
    (taken,) = town.take(an_order())
    town.plan(streets)
    town.publish()
    town.clock.moment = AFTERNOON + timedelta(minutes=20)
    assert taken.code is not None
    report(town, EventKind.DELIVERED, TaskKind.DROPOFF, code=taken.code)
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
    one, other = town.take(an_order("A-1", shop="boulangerie", **DRIVE), an_order("A-2", **DRIVE))
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
    (taken,) = town.take(an_order(**COUNTER))
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


# What it keeps to itself


#: A token nobody was ever given.
STRANGE = "5b1de1f6-6f0b-4b55-9c7c-2f5d5f0e8a11"


@pytest.mark.parametrize(
    "token", ["x", "0" * 36, "{}", STRANGE, STRANGE.upper(), STRANGE.replace("-", ""), "a" * 300]
)
def test_a_link_that_is_wrong_tells_nothing(client: TestClient, town: Town, token: str) -> None:
    town.take(an_order())
    for answer in (
        client.get(f"/t/essai/suivi/{token}"),
        client.get(f"/t/essai/suivi/{token}/etat"),
        take_slot(client, f"/t/essai/suivi/{token}", MORNING),
    ):
        assert answer.status_code == 404
        assert "Page introuvable" in answer.text and "fromagerie" not in answer.text


def test_a_link_opens_nothing_in_a_neighbouring_town(client: TestClient, town: Town) -> None:
    (taken,) = town.take(an_order())
    a_small_town(town.pool, "voisine")
    path = link(town, taken.order_id).replace("essai", "voisine")
    assert client.get(path).status_code == 404


def test_other_orders_of_the_delivery_are_only_a_number(client: TestClient, town: Town) -> None:
    one, other = town.take(
        an_order("A-1", parcels=(builders.a_parcel(),)),
        an_order(
            "SECRET-2",
            shop="librairie",
            note="code 12B",
            parcels=(builders.a_parcel(), builders.a_parcel()),
        ),
    )
    first, second = (client.get(link(town, each.order_id)) for each in (one, other))
    assert "1 colis, avec 2 autres colis pour vous, en une seule livraison" in plain(first)
    assert "2 colis, avec 1 autre colis pour vous, en une seule livraison" in plain(second)
    assert "librairie" not in first.text and "fromagerie" not in second.text
    assert "SECRET" not in first.text and "12B" not in first.text + second.text
    assert link(town, other.order_id).rsplit("/", 1)[1] not in first.text


def test_it_is_kept_by_no_cache_and_no_search_engine_and_sets_no_cookie(
    client: TestClient, town: Town
) -> None:
    (taken,) = town.take(an_order())
    path = link(town, taken.order_id)
    for answer in (client.get(path), client.get(f"{path}/etat"), take_slot(client, path, "?")):
        assert answer.headers["cache-control"] == "no-store"
        assert "noindex" in answer.headers["x-robots-tag"]
        assert "set-cookie" not in answer.headers
    assert client.cookies == {}


def test_a_month_after_the_end_name_and_address_are_gone(
    client: TestClient, town: Town, streets: StreetProcesses
) -> None:
    (taken,) = town.take(an_order())
    town.plan(streets)
    town.publish()
    town.clock.moment = AFTERNOON + timedelta(minutes=20)
    assert taken.code is not None
    report(town, EventKind.DELIVERED, TaskKind.DROPOFF, code=taken.code)
    path = link(town, taken.order_id)
    town.clock.moment = a_slot().ends_at + timedelta(days=30)
    assert "Anne Moreau" in read(client, path)
    town.clock.moment += timedelta(seconds=1)
    text = read(client, path)
    assert "Anne" not in text and "12 rue" not in text
    assert "A. M." in text and "Livrée" in text
    assert "Nom et adresse ne sont plus affichés ici." in text


def test_what_was_never_reported_is_hidden_too_and_a_counter_order_waits(
    client: TestClient, town: Town
) -> None:
    home, counter = town.take(an_order("A-1"), an_order("A-2", **COUNTER))
    town.clock.moment = a_slot().ends_at + timedelta(days=31)
    text = read(client, link(town, home.order_id))
    assert "Anne" not in text and "Votre code" not in text
    assert f"Votre code {counter.code}" in read(client, link(town, counter.order_id))


# The slot


def test_a_recipient_takes_another_slot(client: TestClient, town: Town) -> None:
    (taken,) = town.take(an_order())
    path = link(town, taken.order_id)
    page = client.get(path)
    assert "Changer de créneau" in page.text
    assert len(re.findall(r'name="slot" [^>]*checked', page.text)) == 1
    answer = take_slot(client, path, MORNING)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?fait=recipient_moved")
    text = read(client, answer.headers["location"])
    assert "Votre nouveau créneau est retenu." in text
    assert "vendredi 20 novembre, entre 10 h et 12 h" in text
    assert town.envelope().engaged_cents == ENGAGED


def test_every_open_slot_of_its_kind_is_offered_day_by_day(client: TestClient, town: Town) -> None:
    tomorrow = AFTERNOON + timedelta(days=1)
    with scoped(town.pool, town.id) as conn:
        data.slots.publish(
            conn,
            [
                NewSlot(
                    kind=SlotKind.HOME,
                    starts_at=tomorrow,
                    ends_at=tomorrow + timedelta(hours=2),
                    cutoff_at=tomorrow,
                    capacity=3,
                )
            ],
        )
    (taken,) = town.take(an_order())
    town.take(
        *(
            an_order(
                f"B-{n}",
                address=f"{n} rue du Port",
                recipient=Recipient(name=f"Recipient {n}"),
                slot_starts_at=EVENING,
            )
            for n in (20, 30)
        )
    )
    text = read(client, link(town, taken.order_id))
    assert (
        "vendredi 20 novembre entre 10 h et 12 h entre 15 h et 17 h votre créneau actuel"
        " samedi 21 novembre entre 15 h et 17 h Prendre ce créneau"
    ) in text


def test_a_full_slot_that_holds_ones_other_delivery_is_offered_as_one_visit(
    client: TestClient, town: Town
) -> None:
    one, _ = town.take(an_order("A-1"), an_order("A-2", shop="librairie", slot_starts_at=EVENING))
    town.take(an_order("B-1", address="20 rue du Port", slot_starts_at=EVENING))
    path = link(town, one.order_id)
    assert "entre 17 h et 19 h avec votre autre livraison, en un seul passage" in read(client, path)
    assert take_slot(client, path, EVENING).status_code == 303
    assert "avec 1 autre colis pour vous" in read(client, path)


def test_the_slot_it_has_is_no_change(client: TestClient, town: Town) -> None:
    (taken,) = town.take(an_order())
    path = link(town, taken.order_id)
    answer = take_slot(client, path, AFTERNOON)
    assert answer.headers["location"] == f"{path}?fait=recipient_same"


def test_slots_too_early_for_what_is_packed_late_are_not_offered(
    client: TestClient, town: Town
) -> None:
    one, _ = town.take(
        an_order("A-1"), an_order("A-2", shop="librairie", ready_at=MORNING + timedelta(hours=2))
    )
    path = link(town, one.order_id)
    assert "entre 10 h" not in read(client, path)
    answer = take_slot(client, path, MORNING)
    assert answer.status_code == 422
    assert "Vos colis ne seront pas prêts pour ce créneau." in plain(answer)


def full(town: Town) -> None:
    town.take(
        *(an_order(f"B-{n}", address=f"{n} rue du Port", slot_starts_at=EVENING) for n in (20, 30))
    )


@pytest.mark.parametrize(
    ("asked", "before", "status", "said"),
    [
        (EVENING, full, 409, "Ce créneau vient d’être pris."),
        (AFTERNOON + timedelta(hours=1), None, 422, "Ce créneau n’est plus proposé."),
        ("demain", None, 422, ""),
        ("", None, 422, ""),
        ("2026-11-20T14:00:00", None, 422, ""),
    ],
)
def test_a_choice_that_cannot_be_had_says_so_on_the_page(
    client: TestClient,
    town: Town,
    asked: datetime | str,
    before: Callable[[Town], None] | None,
    status: int,
    said: str,
) -> None:
    (taken,) = town.take(an_order())
    if before is not None:
        before(town)
    answer = take_slot(client, link(town, taken.order_id), asked)
    assert answer.status_code == status
    assert said in plain(answer)
    assert 'role="alert"' in answer.text and "Prendre ce créneau" in answer.text
    with scoped(town.pool, town.id) as conn:
        told = conn.execute(
            "SELECT 1 FROM order_events WHERE step = %s", (OrderStep.MOVE_SLOT.value,)
        ).fetchall()
    assert told == []


def test_money_is_no_business_of_the_recipient(client: TestClient, town: Town) -> None:
    new_year = datetime.fromisoformat("2027-01-02T10:00:00+01:00")
    with scoped(town.pool, town.id) as conn:
        for starts_at in (new_year, new_year - timedelta(days=3)):
            data.slots.publish(
                conn,
                [
                    NewSlot(
                        kind=SlotKind.HOME,
                        starts_at=starts_at,
                        ends_at=starts_at + timedelta(hours=2),
                        cutoff_at=starts_at,
                        capacity=3,
                    )
                ],
            )
    town.clock.moment = new_year - timedelta(days=4)
    (taken,) = town.take(an_order(slot_starts_at=new_year - timedelta(days=3)))
    answer = take_slot(client, link(town, taken.order_id), new_year)
    assert answer.status_code == 422
    assert "Ce jour-là n’est pas possible" in plain(answer)
    assert "programme" not in plain(answer)


def test_past_the_cut_off_it_says_since_when_and_whom_to_ask(
    client: TestClient, town: Town
) -> None:
    (taken,) = town.take(an_order())
    town.clock.moment = a_slot().cutoff_at
    path = link(town, taken.order_id)
    text = read(client, path)
    assert "Il était modifiable jusqu’au vendredi 20 novembre à 14 h." in text
    assert "Prendre ce créneau" not in text
    answer = take_slot(client, path, EVENING)
    assert answer.status_code == 409
    assert "Il est trop tard pour ce changement." in plain(answer)


def test_with_no_other_slot_open_it_says_so(client: TestClient, town: Town) -> None:
    town.clock.moment = a_slot(hour=14).cutoff_at
    (taken,) = town.take(an_order(slot_starts_at=EVENING))
    assert "Aucun autre créneau n’est ouvert" in read(client, link(town, taken.order_id))


def test_a_form_of_another_site_is_refused(client: TestClient, town: Town) -> None:
    (taken,) = town.take(an_order())
    path = link(town, taken.order_id)
    answer = take_slot(client, path, MORNING, headers={"origin": "https://ailleurs.example"})
    assert answer.status_code == 403
    assert "entre 15 h et 17 h" in read(client, path)


# Kept up to date


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
