"""Parcels at a counter: prepared, dropped off, received, handed over to whoever says the code."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from httpx import Response

import api.operations.orders
from delivery.orders import OrderState
from delivery.pooling import DeliveryState
from delivery.proofs import MOST_ATTEMPTS, WAIT
from tests.builders import AT_COUNTER, AT_DRIVE, an_order
from tests.small_town import ENGAGED, Town


@pytest.fixture
def shop(town: Town) -> dict[str, str]:
    return town.key("shop", town.shops["fromagerie"])


@pytest.fixture
def hub(town: Town) -> dict[str, str]:
    return town.key("hub")


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10_000:04d}"


def at_shop(
    client: TestClient, key: dict[str, str], order_id: int, step: str, code: str | None = None
) -> Response:
    said = {"code": code} if code else None
    return client.post(f"/api/v1/shop/orders/{order_id}/{step}", json=said, headers=key)


def at_drive(client: TestClient, key: dict[str, str], delivery_id: int, code: str) -> Response:
    path = f"/api/v1/hub/deliveries/{delivery_id}/hand-over"
    return client.post(path, json={"code": code}, headers=key)


def receive(client: TestClient, key: dict[str, str], order_id: int) -> Response:
    return client.post(f"/api/v1/hub/orders/{order_id}/receive", headers=key)


# At the shop


def test_a_shop_sees_its_own_orders(client: TestClient, town: Town, shop: dict[str, str]) -> None:
    town.take(an_order("A-1"), an_order("A-2", shop="librairie"))
    seen = client.get("/api/v1/shop/orders", headers=shop).json()
    assert [each["reference"] for each in seen] == ["A-1"]


@pytest.mark.parametrize(("step", "state"), [("ready", "ready"), ("drop-off", "dropped_off")])
def test_a_second_click_changes_nothing(
    client: TestClient, town: Town, shop: dict[str, str], step: str, state: str
) -> None:
    (taken,) = town.take(an_order())
    assert at_shop(client, shop, taken.order_id, step).json()["state"] == state
    told = town.count("order_events")
    assert at_shop(client, shop, taken.order_id, step).json()["state"] == state
    assert town.count("order_events") == told


def test_an_order_that_left_its_shop_is_not_marked_packed(
    client: TestClient, town: Town, shop: dict[str, str]
) -> None:
    (taken,) = town.take(an_order())
    at_shop(client, shop, taken.order_id, "drop-off")
    answer = at_shop(client, shop, taken.order_id, "ready")
    assert (answer.status_code, answer.json()["code"]) == (409, "step_refused")


@pytest.mark.parametrize("step", ["ready", "drop-off", "hand-over"])
def test_an_order_of_another_shop_does_not_exist(
    client: TestClient, town: Town, shop: dict[str, str], step: str
) -> None:
    (taken,) = town.take(an_order(shop="librairie", **AT_COUNTER))
    answer = at_shop(client, shop, taken.order_id, step, "1234" if step == "hand-over" else None)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert town.order(taken.order_id).state is OrderState.ACCEPTED


def test_at_the_counter_the_right_code_hands_over_even_what_nobody_marked_packed(
    client: TestClient, town: Town, shop: dict[str, str]
) -> None:
    (taken,) = town.take(an_order(**AT_COUNTER))
    answer = at_shop(client, shop, taken.order_id, "hand-over", taken.code)
    assert answer.json()["state"] == "handed_over"
    again = at_shop(client, shop, taken.order_id, "hand-over", taken.code)
    assert (again.status_code, again.json()["code"]) == (409, "step_refused")


def test_a_wrong_code_hands_nothing_over(
    client: TestClient, town: Town, shop: dict[str, str]
) -> None:
    (taken,) = town.take(an_order(**AT_COUNTER))
    answer = at_shop(client, shop, taken.order_id, "hand-over", wrong(taken.code))
    assert (answer.status_code, answer.json()["code"]) == (422, "wrong_code")
    assert town.order(taken.order_id).state is OrderState.ACCEPTED


def test_an_order_for_a_door_is_not_handed_over_at_the_counter(
    client: TestClient, town: Town, shop: dict[str, str]
) -> None:
    (taken,) = town.take(an_order())
    assert at_shop(client, shop, taken.order_id, "hand-over", taken.code).status_code == 404


def test_after_five_wrong_codes_the_right_one_must_wait(
    client: TestClient, town: Town, shop: dict[str, str]
) -> None:
    (taken,) = town.take(an_order(**AT_COUNTER))
    for _ in range(MOST_ATTEMPTS):
        assert (
            at_shop(client, shop, taken.order_id, "hand-over", wrong(taken.code)).json()["code"]
            == "wrong_code"
        )
    refused = at_shop(client, shop, taken.order_id, "hand-over", taken.code)
    assert refused.json()["code"] == "too_many_attempts"
    assert "15" in refused.json()["title"]
    town.clock.moment += WAIT + timedelta(seconds=1)
    assert at_shop(client, shop, taken.order_id, "hand-over", taken.code).status_code == 200


def test_wrong_codes_for_one_order_do_not_lock_another(
    client: TestClient, town: Town, shop: dict[str, str]
) -> None:
    one, other = town.take(an_order("A-1", **AT_COUNTER), an_order("A-2", **AT_COUNTER))
    for _ in range(MOST_ATTEMPTS):
        at_shop(client, shop, one.order_id, "hand-over", wrong(one.code))
    assert at_shop(client, shop, other.order_id, "hand-over", other.code).status_code == 200


@pytest.mark.parametrize("code", ["", "12", "12345", "abcd", "１２３４", "12 4"])
def test_what_is_no_code_is_no_attempt(
    client: TestClient, town: Town, shop: dict[str, str], code: str
) -> None:
    (taken,) = town.take(an_order(**AT_COUNTER))
    path = f"/api/v1/shop/orders/{taken.order_id}/hand-over"
    answer = client.post(path, json={"code": code}, headers=shop)
    assert answer.json()["code"] == "unfit_request"
    assert town.count("code_attempts") == 0


def test_a_counter_order_is_not_dropped_off(
    client: TestClient, town: Town, shop: dict[str, str]
) -> None:
    (taken,) = town.take(an_order(**AT_COUNTER))
    assert at_shop(client, shop, taken.order_id, "drop-off").json()["code"] == "step_refused"


# At the hub and its drive


def test_what_a_shop_drops_off_is_received_at_the_hub_or_on_the_drives_shelf(
    client: TestClient, town: Town, shop: dict[str, str], hub: dict[str, str]
) -> None:
    home, drive = town.take(an_order("A-1"), an_order("A-2", **AT_DRIVE))
    for taken in (home, drive):
        dropped = at_shop(client, shop, taken.order_id, "drop-off")
        assert dropped.json()["state"] == "dropped_off"
    assert receive(client, hub, home.order_id).json()["state"] == "at_hub"
    assert receive(client, hub, drive.order_id).json()["state"] == "at_drive"


def test_what_nobody_brought_is_not_received(
    client: TestClient, town: Town, hub: dict[str, str]
) -> None:
    (taken,) = town.take(an_order())
    assert receive(client, hub, taken.order_id).json()["code"] == "step_refused"
    assert receive(client, hub, 2**62).status_code == 404


def brought(
    client: TestClient, town: Town, shop: dict[str, str], hub: dict[str, str], *order_ids: int
) -> None:
    for order_id in order_ids:
        assert at_shop(client, shop, order_id, "drop-off").status_code == 200
        assert receive(client, hub, order_id).status_code == 200


def test_at_the_drive_the_code_is_the_proof_and_moves_the_money(
    client: TestClient, town: Town, shop: dict[str, str], hub: dict[str, str]
) -> None:
    one, other = town.take(an_order("A-1", **AT_DRIVE), an_order("A-2", **AT_DRIVE))
    assert one.delivery_id is not None
    brought(client, town, shop, hub, one.order_id, other.order_id)
    answer = at_drive(client, hub, one.delivery_id, one.code)
    assert [each["state"] for each in answer.json()] == ["handed_over"] * 2
    delivery = town.delivery(one.delivery_id)
    assert (delivery.state, delivery.proof_kind) == (DeliveryState.PROVEN, "code")
    assert town.envelope().service_fait_cents == ENGAGED
    again = at_drive(client, hub, one.delivery_id, one.code)
    assert (again.status_code, again.json()["code"]) == (409, "step_refused")
    assert town.envelope().service_fait_cents == ENGAGED


def test_a_delivery_is_handed_over_when_all_of_it_is_here(
    client: TestClient, town: Town, shop: dict[str, str], hub: dict[str, str]
) -> None:
    one, other = town.take(
        an_order("A-1", **AT_DRIVE), an_order("A-2", shop="librairie", **AT_DRIVE)
    )
    assert one.delivery_id is not None
    brought(client, town, shop, hub, one.order_id)
    answer = at_drive(client, hub, one.delivery_id, one.code)
    assert (answer.json()["code"], answer.json()["shops"]) == ("not_all_here", ["librairie"])
    api.operations.orders.cancel(
        town.pool, town.id, town.channel.id, other.order_id, now=town.clock()
    )
    assert at_drive(client, hub, one.delivery_id, one.code).status_code == 200


def test_five_wrong_codes_at_the_drive_are_remembered_though_each_was_refused(
    client: TestClient, town: Town, shop: dict[str, str], hub: dict[str, str]
) -> None:
    (taken,) = town.take(an_order(**AT_DRIVE))
    assert taken.delivery_id is not None
    brought(client, town, shop, hub, taken.order_id)
    for _ in range(MOST_ATTEMPTS):
        answer = at_drive(client, hub, taken.delivery_id, wrong(taken.code))
        assert answer.json()["code"] == "wrong_code"
    assert town.count("code_attempts") == MOST_ATTEMPTS
    answer = at_drive(client, hub, taken.delivery_id, taken.code)
    assert answer.json()["code"] == "too_many_attempts"
    assert town.delivery(taken.delivery_id).state is DeliveryState.PROMISED


def test_a_delivery_to_a_door_is_not_handed_over_at_the_drive(
    client: TestClient, town: Town, hub: dict[str, str]
) -> None:
    (taken,) = town.take(an_order())
    assert taken.delivery_id is not None
    assert at_drive(client, hub, taken.delivery_id, taken.code).status_code == 404
    assert at_drive(client, hub, 2**62, "1234").status_code == 404
