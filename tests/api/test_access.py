"""Every route with every role, and with a neighbour's ids: the table of access is what happens.

A route is called as each of the roles, as a program's key of each role, and as nobody. Who may call
it gets past the door, whatever the answer then is; everybody else is turned away.
"""

import uuid
from typing import Any

import pytest
from fastapi import FastAPI

from api.access import ACCESS, ALL_ROLES, Rows, access, calls
from data.keys import ROLES
from delivery.accounts import Role
from tests import logins
from tests.api.conftest import TestClient
from tests.two_towns import PARAMETER, World


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
