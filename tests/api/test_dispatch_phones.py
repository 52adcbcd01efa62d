"""The dispatcher lets phones in for a day, and puts lost ones out."""

import re

import api.operations.logins
from api import cookies
from tests import builders
from tests.api.client import TestClient
from tests.api.dispatch_desk import DESK, Dispatcher
from tests.api.reading import plain
from tests.builders import DAY
from tests.small_town import Town


def test_a_phone_is_let_in_for_the_day_by_a_link_and_its_square(
    desk: Dispatcher, town: Town
) -> None:
    vehicle = town.vehicles[0]
    page = desk.send(f"{DESK}/vehicules/{vehicle}/lien", jour=DAY.isoformat())
    assert page.status_code == 200 and page.headers["cache-control"] == "no-store"
    found = re.search(r"http://127\.0\.0\.1/t/essai/telephone/([\w-]+)", page.text)
    assert found is not None
    token = found[1]
    link = api.operations.logins.day_link(town.pool, town.id, token, now=builders.NOON)
    assert (link.vehicle_id, link.day) == (vehicle, DAY)
    assert "valable jusqu’au samedi 21 novembre 04:00" in plain(page)
    assert "<svg" in page.text and "style=" not in page.text
    again = desk.send(f"{DESK}/vehicules/{vehicle}/lien", jour=DAY.isoformat())
    assert token not in again.text
    past = desk.send(f"{DESK}/vehicules/{vehicle}/lien", jour="2026-11-10")
    assert past.status_code == 409 and "Ce jour est passé" in plain(past)
    assert desk.send(f"{DESK}/vehicules/987654/lien", jour=DAY.isoformat()).status_code == 404


def test_a_lost_phone_is_put_out_with_the_link_that_follows(
    desk: Dispatcher, town: Town, client: TestClient
) -> None:
    town.clock.moment = builders.NOON
    path = f"{DESK}/vehicules/{town.vehicles[0]}/lien"

    def phone() -> dict[str, str]:
        link = api.operations.logins.make_day_link(
            town.pool, town.id, town.vehicles[0], DAY, now=town.clock()
        )
        opened = api.operations.logins.begin_day(town.pool, town.id, link, now=town.clock())
        return {"Cookie": f"{cookies.NAME}={opened.token}"}

    def is_in(headers: dict[str, str]) -> bool:
        return client.get("/t/essai/compte", headers=headers, follow_redirects=False).is_success

    lost = phone()
    page = desk.send(path, jour=DAY.isoformat())
    assert is_in(lost)
    assert "les téléphones déjà entrés le restent" in plain(page)
    page = desk.send(path, jour=DAY.isoformat(), dehors="yes")
    assert page.status_code == 200 and "/telephone/" in page.text
    assert "Les téléphones déjà entrés sont sortis" in plain(page)
    assert not is_in(lost)
    assert is_in(phone())
