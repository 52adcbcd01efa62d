"""The dispatcher's desk over HTTP: free slots, a plan, its publication, the map."""

import pytest
from fastapi.testclient import TestClient

import data.fleet
from data.database import scoped
from delivery.parcels import HEAVIEST_G, Size
from tests.builders import DAY, a_parcel, an_order
from tests.small_town import Town

DESK, SLOTS = "/api/v1/dispatch", "/api/v1/slots"


@pytest.fixture
def desk(town: Town) -> dict[str, str]:
    return town.key("dispatcher")


def test_free_slots_are_listed_with_what_is_left(
    client: TestClient, town: Town, desk: dict[str, str]
) -> None:
    town.take(an_order())
    slots = client.get(f"{SLOTS}?day={DAY}&kind=home", headers=desk).json()
    assert [slot["left"] for slot in slots] == [20, 19, 2]
    assert client.get(f"{SLOTS}", headers=desk).json() == []


def test_a_day_is_planned_published_and_drawn(
    client: TestClient, town: Town, desk: dict[str, str]
) -> None:
    town.take(an_order())
    plan = client.post(f"{DESK}/plans/{DAY}", json={"seconds": 0.1}, headers=desk)
    assert plan.status_code == 200
    assert (plan.json()["rounds"], plan.json()["unserved"]) == (1, [])
    assert plan.json()["published_at"] is None
    assert client.post(f"{DESK}/plans/{DAY}/publish", headers=desk).status_code == 204
    drawn = client.get(f"{DESK}/days/{DAY}/rounds.geojson", headers=desk).json()
    assert drawn["type"] == "FeatureCollection"
    assert drawn["features"]


def test_what_no_round_takes_is_told_with_the_price_of_each_way_to_mend_it(
    client: TestClient, town: Town, desk: dict[str, str]
) -> None:
    parcels = (a_parcel(Size.BULKY, weight_g=HEAVIEST_G),) * 7
    (taken,) = town.take(an_order(parcels=parcels))
    plan = client.post(f"{DESK}/plans/{DAY}", json={"seconds": 0.1}, headers=desk)
    (left,) = plan.json()["unserved"]
    assert (left["delivery_id"], left["reason"]) == (taken.delivery_id, "too_large")
    (more,) = left["relaxations"]
    assert (more["kind"], more["seconds"]) == ("more_capacity", 0)
    with scoped(town.pool, town.id) as conn:
        assert more["vehicle_id"] in {vehicle.id for vehicle in data.fleet.listed(conn)}
    assert more["cost_cents"] > 0


def test_a_plan_published_twice_or_never_made_is_refused(
    client: TestClient, town: Town, desk: dict[str, str]
) -> None:
    path = f"{DESK}/plans/{DAY}"
    assert client.post(f"{path}/publish", headers=desk).json()["code"] == "plan_unknown"
    client.post(path, json={"seconds": 0.1}, headers=desk)
    client.post(f"{path}/publish", headers=desk)
    assert client.post(f"{path}/publish", headers=desk).json()["code"] == "plan_published"


@pytest.mark.parametrize("wish", [{"seconds": 0}, {"seconds": 301}, {"seed": -1}, {"hours": 1}])
def test_a_wish_out_of_bounds_is_unfit(
    client: TestClient, desk: dict[str, str], wish: dict[str, float]
) -> None:
    answer = client.post(f"{DESK}/plans/{DAY}", json=wish, headers=desk)
    assert (answer.status_code, answer.json()["code"]) == (422, "unfit_request")


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2026-02-30", "demain", "%00"])
def test_a_day_nobody_lives_through_is_unfit(
    client: TestClient, town: Town, desk: dict[str, str], day: str
) -> None:
    courier = town.key("courier", town.vehicles[0])
    for answer in (
        client.get(f"{SLOTS}?day={day}", headers=desk),
        client.get(f"{DESK}/days/{day}/rounds.geojson", headers=desk),
        client.post(f"{DESK}/plans/{day}", json={}, headers=desk),
        client.post(f"{DESK}/plans/{day}/publish", headers=desk),
        client.get(f"/api/v1/courier/rounds?day={day}", headers=courier),
    ):
        assert answer.status_code == 422
        assert answer.json()["faults"][0]["field"] == "day"
