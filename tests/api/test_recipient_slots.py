"""A recipient takes another slot behind the link, or is told why not."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

import data.slots
from data.database import scoped
from delivery.orders import OrderStep, Recipient
from tests.api.client import TestClient
from tests.api.reading import plain, read
from tests.api.recipient_link import AFTERNOON, EVENING, MORNING, link, take_slot
from tests.builders import a_slot, an_order, slot_at
from tests.small_town import ENGAGED, Town


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
        data.slots.publish(conn, [slot_at(tomorrow)])
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
        days = (new_year, new_year - timedelta(days=3))
        data.slots.publish(conn, [slot_at(each) for each in days])
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
