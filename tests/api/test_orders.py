"""Orders through a channel's API: taken once, read, called off."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from data.channels.registry import ensure
from data.database import scoped
from delivery.orders import OrderState
from delivery.pooling import DeliveryState
from tests.builders import a_slot, an_order
from tests.small_town import ENGAGED, Town, body

ORDERS = "/api/v1/orders"


@pytest.fixture
def key(town: Town) -> dict[str, str]:
    return town.key("channel", town.channel.id)


def post(
    client: TestClient, key: dict[str, str], order: dict[str, Any], idempotency: str = "k-1"
) -> Response:
    return client.post(ORDERS, json=order, headers=key | {"Idempotency-Key": idempotency})


def test_an_order_is_taken_and_can_be_read(client: TestClient, key: dict[str, str]) -> None:
    answer = post(client, key, body())
    assert answer.status_code == 201
    taken = answer.json()
    assert (taken["state"], taken["pooled"], len(taken["code"])) == ("accepted", False, 4)
    read = client.get(f"{ORDERS}/{taken['order_id']}", headers=key)
    assert read.json() == {
        "order_id": taken["order_id"],
        "reference": "A-1",
        "shop": "fromagerie",
        "fulfilment": "home",
        "state": "accepted",
        "delivery_id": taken["delivery_id"],
        "basket_cents": 2350,
        "ready_at": None,
    }


# Sent again


def test_the_same_key_and_body_get_the_same_answer_byte_for_byte(
    client: TestClient, key: dict[str, str], town: Town
) -> None:
    first, again = (post(client, key, body()) for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert first.headers["content-type"] == again.headers["content-type"]
    assert town.count("orders") == 1


@pytest.mark.parametrize(
    ("order", "status"),
    [
        (body(address="99 rue du Prt"), 422),
        (body(slot_starts_at=a_slot(hour=10).starts_at.isoformat()), 422),
        (body(address=None, point={"lon": -2.03, "lat": 48.46}), 422),
        (body(shop="fromageri"), 422),
    ],
)
def test_a_refusal_is_answered_again_byte_for_byte_in_whatever_language(
    client: TestClient, key: dict[str, str], order: dict[str, Any], status: int
) -> None:
    first = post(client, key | {"Accept-Language": "en"}, order)
    again = post(client, key | {"Accept-Language": "fr"}, order)
    assert first.status_code == again.status_code == status
    assert first.content == again.content
    assert first.headers["content-type"] == again.headers["content-type"]
    assert first.headers["content-type"] == "application/problem+json"


def test_a_refusal_stays_one_when_the_world_has_changed(
    client: TestClient, key: dict[str, str], town: Town
) -> None:
    town.clock.moment = a_slot().cutoff_at
    first = post(client, key, body())
    town.clock.moment -= timedelta(hours=3)
    assert post(client, key, body()).content == first.content
    assert first.json()["code"] == "slot_closed"
    assert post(client, key, body(), "k-2").status_code == 201


def test_spacing_and_defaults_do_not_make_another_body(
    client: TestClient, key: dict[str, str]
) -> None:
    first = post(client, key, body())
    assert post(client, key, body(note="", point=None)).content == first.content


def test_a_key_used_for_another_body_is_refused(
    client: TestClient, key: dict[str, str], town: Town
) -> None:
    post(client, key, body())
    answer = post(client, key, body("A-2"))
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert town.count("orders") == 1


def test_two_channels_may_use_the_same_key(
    client: TestClient, key: dict[str, str], town: Town
) -> None:
    with scoped(town.pool, town.id) as conn:
        other = ensure(conn, "autre")
    post(client, key, body())
    assert post(client, town.key("channel", other.id), body("A-2")).status_code == 201


def test_an_order_without_an_idempotency_key_is_refused(
    client: TestClient, key: dict[str, str], town: Town
) -> None:
    answer = client.post(ORDERS, json=body(), headers=key)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
    assert town.count("orders") == 0


def test_eight_threads_with_one_key_make_one_order(
    client: TestClient, key: dict[str, str], town: Town
) -> None:
    barrier = threading.Barrier(8)

    def send(_: int) -> tuple[int, bytes]:
        barrier.wait()
        answer = post(client, key, body())
        return answer.status_code, answer.content

    with ThreadPoolExecutor(8) as threads:
        answers = set(threads.map(send, range(8)))
    assert len(answers) == 1
    assert town.count("orders") == 1


def test_eight_keys_for_one_order_at_once_are_all_told_of_the_same(
    client: TestClient, key: dict[str, str], town: Town
) -> None:
    barrier = threading.Barrier(8)

    def send(number: int) -> Any:
        barrier.wait()
        return post(client, key, body(), f"k-{number}").json().get("order_id")

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(send, range(8)))) == 1
    assert town.count("orders") == 1


def test_a_reference_taken_by_another_order_is_a_conflict(
    client: TestClient, key: dict[str, str]
) -> None:
    post(client, key, body())
    answer = post(client, key, body(basket_cents=1), "k-2")
    assert (answer.status_code, answer.json()["code"]) == (409, "reference_taken")
    assert answer.json()["field"] == "reference"


def test_a_full_slot_is_a_conflict_told_in_the_towns_own_time(
    client: TestClient, key: dict[str, str]
) -> None:
    evening = a_slot(hour=16).starts_at.isoformat()
    for number in (1, 2):
        post(
            client,
            key,
            body(f"A-{number}", address=f"{number} rue du Port", slot_starts_at=evening),
            f"k-{number}",
        )
    answer = post(client, key, body("A-3", slot_starts_at=evening), "k-3")
    assert (answer.status_code, answer.json()["code"]) == (409, "slot_full")
    assert "vendredi 20 novembre 17:00" in answer.json()["title"]


# Read and called off


def test_a_channel_sees_only_its_own_orders(client: TestClient, town: Town) -> None:
    (taken,) = town.take(an_order())
    with scoped(town.pool, town.id) as conn:
        other = town.key("channel", ensure(conn, "autre").id)
    assert client.get(f"{ORDERS}/{taken.order_id}", headers=other).status_code == 404
    assert client.post(f"{ORDERS}/{taken.order_id}/cancel", headers=other).status_code == 404


def cancel(client: TestClient, key: dict[str, str], order_id: int) -> Response:
    return client.post(f"{ORDERS}/{order_id}/cancel", headers=key)


def booked(town: Town) -> int:
    return sum(slot.booked for slot in town.slots())


def test_calling_off_one_of_two_orders_leaves_the_delivery(
    client: TestClient, key: dict[str, str], town: Town
) -> None:
    one, other = town.take(an_order("A-1"), an_order("A-2", shop="librairie"))
    answer = cancel(client, key, one.order_id)
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert town.delivery(other.delivery_id).state is DeliveryState.PROMISED
    assert (booked(town), town.envelope().engaged_cents) == (1, ENGAGED)


def test_calling_off_the_last_order_gives_place_and_money_back(
    client: TestClient, key: dict[str, str], town: Town
) -> None:
    one, other = town.take(an_order("A-1"), an_order("A-2", shop="librairie"))
    cancel(client, key, one.order_id)
    cancel(client, key, other.order_id)
    delivery = town.delivery(one.delivery_id)
    assert (delivery.state, delivery.engaged_cents) == (DeliveryState.CANCELLED, 0)
    assert (booked(town), town.envelope().engaged_cents) == (0, 0)


def test_calling_off_twice_is_refused_and_gives_nothing_back_twice(
    client: TestClient, key: dict[str, str], town: Town
) -> None:
    one, _ = town.take(an_order("A-1"), an_order("A-2", address="13 rue du Port"))
    cancel(client, key, one.order_id)
    answer = cancel(client, key, one.order_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "step_refused")
    assert (booked(town), town.envelope().engaged_cents) == (1, ENGAGED)


def test_two_orders_of_one_delivery_called_off_at_once_give_back_once(
    client: TestClient, key: dict[str, str], town: Town
) -> None:
    taken = town.take(
        *(an_order(f"A-{n}", shop=shop) for n, shop in enumerate(("fromagerie", "librairie")))
    )
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda each: cancel(client, key, each.order_id), taken))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert (booked(town), town.envelope().engaged_cents) == (0, 0)


def test_an_order_for_the_counter_is_called_off(
    client: TestClient, key: dict[str, str], town: Town
) -> None:
    answer = post(client, key, body(fulfilment="counter", address=None, slot_starts_at=None))
    order_id = answer.json()["order_id"]
    assert cancel(client, key, order_id).json()["state"] == "cancelled"
    assert town.order(order_id).state is OrderState.CANCELLED
