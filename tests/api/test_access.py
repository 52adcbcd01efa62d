"""Every route with every role, and with a neighbour's ids: the table of access is what happens.

A route is called as each of the roles, as a program's key of each role, and as nobody. Who may call
it gets past the door, whatever the answer then is; everybody else is turned away.
"""

import re
import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from fastapi import FastAPI

import api.operations.months
import api.operations.plan_runs
import data.channels.registry
from api.access import ACCESS, ALL_ROLES, Rows, access, calls
from data.database import scoped
from data.keys import ROLES
from delivery.accounts import Role
from delivery.orders import Fulfilment, Recipient
from delivery.slots import SlotKind
from tests import builders, logins
from tests.api.conftest import TestClient
from tests.small_town import Town, a_small_town

PARAMETER = re.compile(r"\{(\w+)(?::path)?\}")
#: What a call must bring before the row it names is looked for.
BODIES: dict[str, Any] = {
    "/api/v1/shop/orders/{order_id}/hand-over": {"code": "0000"},
    "/api/v1/hub/deliveries/{delivery_id}/hand-over": {"code": "0000"},
}
FORMS: dict[str, dict[str, str]] = {}


@dataclass
class World:
    """Two towns in one database, each with a day under way; what each path parameter may be."""

    town: Town
    neighbour: Town
    client: TestClient
    own: dict[str, Any] = field(default_factory=dict)
    #: The same of another shop, vehicle or channel of the town.
    other: dict[str, Any] = field(default_factory=dict)
    #: The same of another town.
    foreign: dict[str, Any] = field(default_factory=dict)

    def headers(self, role: str, *, is_program: bool) -> dict[str, str]:
        if is_program:
            return self.town.key(role, self._subject(role))
        kept = logins.cookie(
            self.town.pool,
            self.town.id,
            Role(role),
            now=self.town.clock(),
            shop_id=self.town.shops["fromagerie"] if role == "shop" else None,
            vehicle_id=self.own["vehicle_id"] if role == "courier" else None,
        )
        ((name, token),) = kept.items()
        return {"Cookie": f"{name}={token}", "X-CSRF-Token": logins.csrf_of(kept)}

    def _subject(self, role: str) -> int | None:
        return {
            "channel": self.town.channel.id,
            "shop": self.town.shops["fromagerie"],
            "courier": self.own["vehicle_id"],
        }.get(role)

    def call(self, method: str, route: str, values: dict[str, Any], headers: dict[str, str]) -> Any:
        path = PARAMETER.sub(lambda found: str(values[found[1]]), route)
        body: dict[str, Any] = {}
        if method == "POST" and route.startswith("/api/"):
            body = {"json": BODIES.get(route, {})}
        elif method == "POST":
            body = {"data": FORMS.get(route, {"x": "1"})}
        return self.client.request(method, path, headers=headers, follow_redirects=False, **body)

    def turned_away(self, answer: Any) -> bool:
        leads_to = answer.headers.get("location", "").partition("?suite=")[0]
        return answer.status_code in {401, 403} or leads_to.endswith("/connexion")


def live(town: Town, streets: Any) -> dict[str, Any]:
    """Live a day up to its rounds; return one of each thing there is."""
    with scoped(town.pool, town.id) as conn:
        another = data.channels.registry.ensure(conn, "autre")
    (other,) = town.take(
        builders.an_order(
            "A-3",
            shop="librairie",
            address="30 rue du Port",
            recipient=Recipient(name="Autre Personne"),
            slot_starts_at=builders.a_slot(hour=9).starts_at,
        ),
        channel=another,
    )
    first, drive, counter = town.take(
        builders.an_order("A-1"),
        builders.an_order(
            "A-2",
            fulfilment=Fulfilment.DRIVE,
            address=None,
            slot_starts_at=builders.a_slot(SlotKind.DRIVE, hour=15).starts_at,
        ),
        builders.an_order("A-4", fulfilment=Fulfilment.COUNTER, address=None, slot_starts_at=None),
    )
    town.plan(streets)
    town.publish()
    return {"orders": (first, drive, other, counter), "rounds": town.rounds()}


def things(town: Town, streets: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a town's own things by parameter, and those of another shop or vehicle in it."""
    lived = live(town, streets)
    first, drive, other, _ = lived["orders"]
    rounds = lived["rounds"]
    statement = api.operations.months.close(town.pool, town.id, date(2026, 10, 1), now=town.clock())
    run = api.operations.plan_runs.ask(
        town.pool, town.id, builders.DAY, asked_by="essai", seconds=1, seed=0, now=town.clock()
    )
    with scoped(town.pool, town.id) as conn:
        labels = """
            SELECT tracking_token, parcels.code
              FROM orders
              JOIN parcels ON parcels.town_id = orders.town_id AND parcels.order_id = orders.id
             WHERE orders.id = %s
            """
        row = conn.execute(labels, (first.order_id,)).fetchone()
        elses = conn.execute(labels, (other.order_id,)).fetchone()
        keys = conn.execute("SELECT max(id) FROM keys WHERE town_id = current_town()").fetchone()
        accounts = conn.execute("SELECT max(id) FROM accounts").fetchone()
    assert row is not None and elses is not None and keys is not None and accounts is not None
    round_ = next(
        each for each in rounds if first.delivery_id in {t.delivery_id for t in each.tasks}
    )
    vehicles = [vehicle for vehicle in town.vehicles if vehicle != round_.vehicle_id]
    own = {
        "slug": "essai",
        "day": builders.DAY.isoformat(),
        "name": "page.css",
        "order_id": first.order_id,
        "delivery_id": drive.delivery_id,
        "round_id": round_.id,
        "stop_id": round_.stops[0].id,
        "vehicle_id": round_.vehicle_id,
        "shop_id": town.shops["fromagerie"],
        "account_id": accounts[0] or 1,
        "key_id": keys[0] or 1,
        "statement_id": statement.id,
        "position": 1,
        "run_id": run.id,
        "slot_id": town.slots()[0].id,
        "token": str(row[0]),
        "code": row[1],
        "weekday": 1,
    }
    elsewhere = {
        "order_id": other.order_id,
        "delivery_id": other.delivery_id,
        "vehicle_id": vehicles[0],
        "code": elses[1],
    }
    return own, elsewhere


@pytest.fixture
def world(town: Town, client: TestClient, streets: Any) -> World:
    neighbour = a_small_town(town.pool, "voisine")
    for each in (neighbour, town):
        each.key("dispatcher")
        logins.cookie(each.pool, each.id, Role.HUB, now=each.clock())
    foreign, _ = things(neighbour, streets)
    own, other = things(town, streets)
    client.base_url = client.base_url.copy_with(scheme="http", host="127.0.0.1")
    return World(
        town=town, neighbour=neighbour, client=client, own=own, other=other, foreign=foreign
    )


def routes(app: FastAPI) -> set[tuple[str, str]]:
    return calls(app.routes)


def test_every_route_stands_in_the_table_and_nothing_else_does(client: TestClient) -> None:
    there = routes(client.app)
    assert there - ACCESS.keys() == set(), "routes without an entry: say who may call them"
    assert ACCESS.keys() - there == set(), "entries without a route"


def test_roles_are_those_that_exist() -> None:
    for (_, path), entry in ACCESS.items():
        known = set(ROLES) if path.startswith("/api/") else set(ALL_ROLES)
        assert entry.roles <= known, path
        assert bool(entry.roles) != (entry.rows in {Rows.PUBLIC, Rows.LINK}), path


@pytest.mark.parametrize("role", ["nobody", *ALL_ROLES])
def test_a_page_opens_to_the_roles_of_its_entry_alone(world: World, role: str) -> None:
    wrong = []
    for method, path in sorted(routes(world.client.app)):
        if path.startswith("/api/"):
            continue
        headers = {} if role == "nobody" else world.headers(role, is_program=False)
        answer = world.call(method, path, world.own, headers)
        entry = access(method, path)
        may = not entry.roles or role in entry.roles
        if world.turned_away(answer) is may and not _leads_to_the_door(path):
            wrong.append(f"{method} {path}: {answer.status_code}")
        assert answer.status_code < 500, f"{method} {path}: {answer.text[:300]}"
    assert wrong == []


def _leads_to_the_door(path: str) -> bool:
    """Who comes to the town's own address, or to a scanned label, is led to log in first."""
    return path == "/t/{slug}"


@pytest.mark.parametrize("role", ["nobody", *ROLES])
def test_a_call_opens_to_the_keys_of_its_entry_alone(world: World, role: str) -> None:
    headers = {} if role == "nobody" else world.headers(role, is_program=True)
    wrong = []
    for method, path in sorted(routes(world.client.app)):
        if path.startswith("/api/"):
            answer = world.call(method, path, world.own, headers)
            if world.turned_away(answer) is (role in access(method, path).roles):
                wrong.append(f"{method} {path}: {answer.status_code}")
    assert wrong == []


#: Parameters that name a row.
ROW_IDS = {
    "order_id", "delivery_id", "round_id", "stop_id", "vehicle_id", "shop_id", "account_id",
    "key_id", "statement_id", "run_id", "slot_id", "token", "code",
}  # fmt: skip


def test_a_neighbour_towns_ids_are_not_found(world: World) -> None:
    wrong = []
    for method, path in sorted(routes(world.client.app)):
        entry = access(method, path)
        names = set(PARAMETER.findall(path)) & ROW_IDS
        if not names:
            continue
        is_program = path.startswith("/api/")
        for name in sorted(names):
            values = {**world.own, name: _foreign(world, name)}
            for role in sorted(entry.roles) or ["nobody"]:
                headers = {} if role == "nobody" else world.headers(role, is_program=is_program)
                answer = world.call(method, path, values, headers)
                if answer.status_code not in _not_found(path):
                    wrong.append(f"{role} {method} {path} with {name}: {answer.status_code}")
    assert wrong == []


def _foreign(world: World, name: str) -> Any:
    """Return the neighbour's row where it is another number than ours, else one nobody has."""
    foreign = world.foreign[name]
    if name in {"token", "code"}:
        return foreign
    return foreign if foreign != world.own[name] else 987_654


def _not_found(path: str) -> set[int]:
    """A link that leads nowhere is gone; one of a password says no more than that."""
    return {410} if "mot-de-passe" in path or "telephone" in path else {404}


def test_another_shops_vehicles_or_channels_ids_are_not_found(world: World) -> None:
    subjects = {
        Rows.OWN_SHOP: "shop",
        Rows.OWN_VEHICLE: "courier",
        Rows.OWN_CHANNEL: "channel",
        Rows.OWN_OF_ROLE: "shop",
    }
    wrong, tried = [], 0
    for method, path in sorted(routes(world.client.app)):
        rows = access(method, path).rows
        if rows not in subjects:
            continue
        headers = world.headers(subjects[rows], is_program=path.startswith("/api/"))
        for name in set(PARAMETER.findall(path)) & world.other.keys():
            values = {**world.own, name: world.other[name]}
            answer = world.call(method, path, values, headers)
            tried += 1
            if answer.status_code != 404:
                wrong.append(f"{method} {path} with {name}: {answer.status_code}")
    assert wrong == []
    assert tried > 5


def test_a_round_of_another_vehicle_is_not_found(world: World) -> None:
    stranger = world.other["vehicle_id"]
    kept = logins.cookie(
        world.town.pool,
        world.town.id,
        Role.COURIER,
        now=world.town.clock(),
        vehicle_id=stranger,
    )
    ((name, token),) = kept.items()
    headers = {"Cookie": f"{name}={token}", "X-CSRF-Token": logins.csrf_of(kept)}
    found = []
    for method, path in sorted(routes(world.client.app)):
        if access(method, path).rows is Rows.OWN_VEHICLE and "{round_id}" in path:
            answer = world.call(method, path, world.own, headers)
            found.append(f"{method} {path}")
            assert answer.status_code == 404, found[-1]
    assert found, "the courier's pages have rounds"


def test_a_link_that_was_never_made_opens_nothing(world: World) -> None:
    for method, path in sorted(routes(world.client.app)):
        if access(method, path).rows is Rows.LINK:
            for token in (str(uuid.uuid4()), "x", "%00", "a" * 500):
                answer = world.call(method, path, {**world.own, "token": token}, {})
                assert answer.status_code in {404, 410}, f"{method} {path} {token}"
