"""What the page behind a recipient's link keeps to itself."""

from datetime import timedelta

import pytest

from data.streets.engine import StreetProcesses
from tests import builders
from tests.api.client import TestClient
from tests.api.reading import plain, read
from tests.api.recipient_link import MORNING, delivered, link, take_slot
from tests.builders import AT_COUNTER, a_slot, an_order
from tests.small_town import Town, a_small_town

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
    taken = delivered(town, streets)
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
    home, counter = town.take(an_order("A-1"), an_order("A-2", **AT_COUNTER))
    town.clock.moment = a_slot().ends_at + timedelta(days=31)
    text = read(client, link(town, home.order_id))
    assert "Anne" not in text and "Votre code" not in text
    assert f"Votre code {counter.code}" in read(client, link(town, counter.order_id))
