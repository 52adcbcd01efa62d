"""Hostile requests: no value of an address, a form or a header breaks a page or opens a door."""

import secrets
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus

import pytest
from fastapi.routing import iter_route_contexts
from psycopg import Connection
from psycopg.rows import TupleRow

import api.security
from api.access import access, calls
from delivery.accounts import Role
from tests import builders, logins
from tests.api.conftest import TestClient
from tests.two_towns import PARAMETER, World

#: What an address may hold where a number, a day, a code or a name is expected, as it is sent.
IN_PATHS = (
    "%00", "a%00b", "%ED%A0%80", "%FF", "%2e%2e%2f", "9" * 40, "9" * 4400, "-1", "%C2%B2",
    "%D9%A3", "2026-02-30", "0001-01-01", "9999-12-31", "%0d%0aX:y", "%F0%9F%98%80", "{0}%25s",
)  # fmt: skip
IN_QUERIES = (
    "%00", "a%00b", "%ED%A0%80", "9" * 40, "-1", "NaN", "%C2%B2", "2026-02-30", "0001-01-01",
    "9999-12-31T23:59:59-14:00", "//[", "http://[", "%0d%0aX:y", "%3Cscript%3E", "{0}%25s",
)  # fmt: skip
#: What a field may hold; a lone surrogate is what no text may.
IN_FORMS = (
    "", "\0", "a\0b", "a\ud800b", "9" * 40, "9" * 4400, "-1", "NaN", "Infinity", "1e309", "²", "٣",
    "0001-01-01", "0001-01-01T00:00+14:00", "9999-12-31T23:59:59-14:00", "24:00", "//[", "\r\nX: y",
    "😀" * 50, "<script>", "{0}%s", "../..", "İ@x.fr", "x" * 120, "a" * 100_000,
)  # fmt: skip
#: Names that pages read from an address without saying so, and those that forms have.
NAMES = (
    "lang", "fait", "suite", "commande", "deplacee", "retour", "etat", "zone", "creneau",
    "boutique", "remise", "tournee", "texte", "q", "page", "jour", "livraison", "vers", "vu",
    "vus", "malgre", "mode", "preuve", "motif", "nul", "dit", "email", "password", "former",
    "name", "role", "shop_id", "vehicle_id", "key", "phone", "basket", "fulfilment", "address",
    "slot_home", "slot_drive", "ready_at", "note", "reference", "small_1", "temperature_1",
    "state", "code", "order", "nom", "seconds", "plan_id", "slot", "form", "pick", "outcome",
    "reason", "timezone", "hub_name", "lon", "lat", "setup_s", "siret", "trade", "opens_0_1",
    "closes_0_1", "profile", "weight_kg", "hour", "starts_1", "ends_1", "kind", "weekdays",
    "starts", "ends", "capacity", "closes", "eve_at", "first_day", "weeks", "label", "channel",
    "dehors", "telephone",
)  # fmt: skip

SLOT = builders.a_slot().starts_at.isoformat()
ORDER = {
    "phone": "0639980001",
    "name": "Anne",
    "basket": "12,50",
    "fulfilment": "home",
    "address": "12 rue du Port",
    "small_1": "1",
    "temperature_1": "ambient",
    "slot_home": SLOT,
    "ready_at": "2026-11-20T10:00",
    "note": "x",
    "reference": "R",
}
SHOP = {
    "code": "mercerie",
    "name": "Mercerie",
    "trade": "mercerie",
    "siret": "90123456700013",
    "address": "12 rue du Port",
    "opens_0_1": "08:00",
    "closes_0_1": "12:00",
}
VEHICLE = {
    "name": "Vélo 9",
    "profile": "van",
    "weight_kg": "100",
    "volume_l": "100",
    "hour": "24",
    "km": "0,15",
    "starts_1": "08:00",
    "ends_1": "12:00",
}
#: Forms that are well filled in, of which one field at a time is not.
FORMS: dict[str, dict[str, str]] = {
    "/t/{slug}/connexion": {"email": "a@b.fr", "password": "x", "suite": "/t/essai/compte"},
    "/t/{slug}/mot-de-passe": {"email": "a@b.fr"},
    "/t/{slug}/commerce/commandes": ORDER,
    "/t/{slug}/commerce/commandes/{order_id}/modifier": ORDER,
    "/t/{slug}/hub/recevoir": {"code": "ABCD", "vus": "7A78ABCFCBAC"},
    "/t/{slug}/regulation/{day}/publier": {"plan_id": "1"},
    "/t/{slug}/regulation/{day}/deplacer": {"livraison": "1", "vers": "t1", "vu": "a"},
    "/t/{slug}/regulation/livraisons/{delivery_id}/annuler": {"commande": "1"},
    "/t/{slug}/regulation/livraisons/{delivery_id}/creneau": {"creneau": SLOT},
    "/t/{slug}/regulation/vehicules/{vehicle_id}/lien": {"jour": builders.DAY.isoformat()},
    "/t/{slug}/suivi/{token}/creneau": {"slot": SLOT},
    "/t/{slug}/tournees/{round_id}/arrets/{stop_id}": {"pick": "1", "code_1": "1", "note": "x"},
    "/t/{slug}/admin/ville": {"name": "Essai", "timezone": "Europe/Paris"},
    "/t/{slug}/admin/ville/hub": {"hub_name": "H", "address": "12 rue du Port", "setup_s": "60"},
    "/t/{slug}/admin/commerces": SHOP,
    "/t/{slug}/admin/vehicules": VEHICLE,
    "/t/{slug}/admin/creneaux": {
        "kind": "home",
        "weekdays": "1",
        "starts": "09:00",
        "ends": "10:00",
        "capacity": "10",
        "closes": "notice",
        "first_day": "2026-11-21",
        "weeks": "1",
    },
    "/t/{slug}/admin/comptes": {"email": "q@b.fr", "name": "Q", "role": "shop", "shop_id": "1"},
    "/t/{slug}/admin/cles": {"role": "channel", "label": "l", "channel": "c"},
}
#: What is tried in one field of such a form.
IN_FIELDS = ("\0", "a\ud800b", "9" * 40, "9999-12-31T23:59:59-14:00", "²", "x" * 400)


@pytest.fixture
def open_world(world: World) -> World:
    """A world whose faults are answers, as they are for a browser."""
    world.client._transport.raise_server_exceptions = False
    world.client.follow_redirects = False
    return world


def path_of(world: World, route: str) -> str:
    return PARAMETER.sub(lambda found: str(world.own[found[1]]), route)


def caller(world: World, method: str, route: str) -> dict[str, str]:
    """Return the headers of somebody who may call a route; of a shop, where anybody may."""
    is_program = route.startswith("/api/")
    role = next(iter(sorted(access(method, route).roles)), "shop")
    return world.headers(role, is_program=is_program)


def routes(world: World, method: str) -> list[str]:
    return sorted(path for each, path in calls(world.client.app.routes) if each == method)


def written(fields: dict[str, str]) -> str:
    """Write a form as a browser does, and as none would."""
    return "&".join(
        f"{name}={quote_plus(value.encode('utf-8', 'surrogatepass'))}"
        for name, value in fields.items()
    )


def send(world: World, path: str, fields: dict[str, str], headers: dict[str, str]) -> Any:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return world.client.post(path, content=written(fields), headers=headers | kind)


def test_no_value_in_a_path_breaks_a_page(open_world: World) -> None:
    broken = []
    for method, route in sorted(calls(open_world.client.app.routes)):
        headers = caller(open_world, method, route)
        for name in PARAMETER.findall(route):
            for value in IN_PATHS:
                values = {**open_world.own, name: value}
                answer = open_world.call(method, route, values, headers)
                if answer.status_code >= 500:
                    broken.append(f"{method} {route} with {name}={value[:20]}")
    assert broken == []


def declared(world: World) -> dict[str, list[str]]:
    """Return what each page says that it reads from its address."""
    found: dict[str, list[str]] = {}
    for route in iter_route_contexts(world.client.app.routes):
        asked = getattr(route, "dependant", None)
        if asked is not None and "GET" in (route.methods or ()):
            found[str(route.path)] = [each.alias for each in asked.query_params]
    return found


def test_no_value_in_a_query_breaks_a_page(open_world: World) -> None:
    broken = []
    known = declared(open_world)
    assert known["/t/{slug}/hub"] == ["recu", "deja", "demande", "vus"]
    for route in routes(open_world, "GET"):
        headers = caller(open_world, "GET", route)
        own = known.get(route, [])
        for value in IN_QUERIES:
            for names in ([name for name in NAMES if name not in own], *([name] for name in own)):
                query = "&".join(f"{name}={value}" for name in names)
                path = f"{path_of(open_world, route)}?{query}"
                answer = open_world.client.get(path, headers=headers)
                if answer.status_code >= 500:
                    broken.append(f"{route} with {names[0]}={value}")
    assert broken == []


def test_no_value_in_a_form_breaks_a_page(open_world: World) -> None:
    broken = []
    for route in routes(open_world, "POST"):
        headers = caller(open_world, "POST", route)
        if route.startswith("/api/"):
            continue
        path = path_of(open_world, route)
        for value in IN_FORMS:
            if route.endswith("/deconnexion"):
                headers = caller(open_world, "POST", route)
            answer = send(open_world, path, dict.fromkeys(NAMES, value), headers)
            if answer.status_code >= 500:
                broken.append(f"{route} with {value[:20]!r} everywhere")
    assert broken == []


def test_no_value_in_one_field_of_a_form_breaks_a_page(open_world: World) -> None:
    broken = []
    for route, base in FORMS.items():
        headers = caller(open_world, "POST", route)
        path = path_of(open_world, route)
        for name in base:
            for value in IN_FIELDS:
                answer = send(open_world, path, {**base, name: value}, headers)
                if answer.status_code >= 500:
                    broken.append(f"{route} with {name}={value[:20]!r}")
    assert broken == []


@pytest.fixture
def browser(client: TestClient) -> Iterator[TestClient]:
    client.base_url = client.base_url.copy_with(scheme="http", host="127.0.0.1")
    client.follow_redirects = False
    client._transport.raise_server_exceptions = False
    yield client


PART = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'


@pytest.mark.parametrize(
    ("charset", "value"),
    [
        ("unicode_escape", b"\\ud800"),
        ("utf-7", b"+2AA-"),
        ("punycode", b"\\ud800"),
        ("undefined", b"a"),
        ("rot13", b"a"),
        ("none-such", b"a"),
    ],
)
def test_a_form_in_an_odd_alphabet_is_read_or_refused(
    browser: TestClient, charset: str, value: bytes
) -> None:
    body = PART % (b"email", value) + PART % (b"password", value) + PART % (value, value) + b"--x--"
    kind = f"multipart/form-data; boundary=x; charset={charset}"
    answer = browser.post("/t/essai/connexion", content=body, headers={"Content-Type": kind})
    assert answer.status_code in (400, 401, 422)


@pytest.mark.parametrize("origin", ["http://[", "//", "null", "http://127.0.0.1.example", "\x80"])
@pytest.mark.parametrize("host", ["127.0.0.1", ""])
def test_no_origin_but_ours_is_believed(browser: TestClient, origin: str, host: str) -> None:
    headers = {b"Origin": origin.encode("latin-1"), b"Host": host.encode()}
    form = {"email": "a@b.fr", "password": "x"}
    answer = browser.post("/t/essai/connexion", data=form, headers=headers)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "wanted",
    ["http://[", "//[", "//ailleurs.example", "/t/essai/\\ailleurs", "/t/autre/", "javascript:x"],
)
def test_a_login_that_leads_elsewhere_leads_home(world: World, wanted: str) -> None:
    headers = world.headers("shop", is_program=False)
    answer = world.client.get(
        "/t/essai/connexion", params={"suite": wanted}, headers=headers, follow_redirects=False
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/t/essai/commerce")


@pytest.mark.parametrize("path", ["/t/essai/connexion", "/t/essai/mot-de-passe"])
def test_a_body_nobody_needs_is_not_read_to_its_end(browser: TestClient, path: str) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        yield b"email="
        while sent < 5 * api.security.MOST_BODY_BYTES:
            sent += 1_000_000
            yield b"a=" + b"&a=" * 300_000 + b"b" * 99_998

    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = browser.post(path, content=endless(), headers=kind)
    assert answer.status_code in (400, 413)


def test_a_file_too_large_for_any_form_is_refused_in_words(browser: TestClient) -> None:
    large = b"x" * (api.security.MOST_BODY_BYTES + 1)
    answer = browser.post("/t/essai/connexion", files={"file": ("large.bin", large)})
    assert answer.status_code == 413
    assert answer.headers["content-type"].startswith("text/html")
    assert "trop" in answer.text


def test_a_program_may_not_send_more_either(browser: TestClient) -> None:
    body = b'{"note": "' + b"x" * api.security.MOST_BODY_BYTES + b'"}'
    answer = browser.post(
        "/api/v1/orders", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


def test_every_form_asks_where_it_comes_from(world: World) -> None:
    let_in = []
    for route in routes(world, "POST"):
        if route.startswith("/api/"):
            continue
        headers = caller(world, "POST", route)
        token = headers.pop("X-CSRF-Token")
        foreign = [
            headers | {"X-CSRF-Token": token, "Origin": "https://ailleurs.example"},
            headers | {"X-CSRF-Token": token, "Sec-Fetch-Site": "same-site"},
        ]
        if access("POST", route).roles:
            foreign += [headers, headers | {"X-CSRF-Token": token + "x"}]
        for each in foreign:
            answer = world.call("POST", route, world.own, each)
            if answer.status_code != 403:
                let_in.append(f"{route}: {answer.status_code}")
    assert let_in == []


#: What somebody could type to have it run, or to end an attribute or a script's data.
TYPED = """"><img src=x>'</script><b>{0}%s"""


def test_what_people_type_stays_text_on_every_page(
    world: World, superuser: Connection[TupleRow]
) -> None:
    for table, columns in {
        "accounts": ("name",),
        "deliveries": ("label",),
        "hubs": ("name",),
        "keys": ("label",),
        "orders": ("recipient_name", "note", "reference"),
        "plan_runs": ("asked_by",),
        "recipients": ("name",),
        "shops": ("name", "trade", "address", "code"),
        "stops": ("label",),
        "towns": ("name",),
        "vehicles": ("name",),
        "zones": ("name",),
    }.items():
        for column in columns:
            superuser.execute(f"UPDATE {table} SET {column} = {column} || %s", (TYPED,))
    run, shown = [], 0
    for route in routes(world, "GET"):
        for role in sorted(access("GET", route).roles) or ["shop"]:
            headers = world.headers(role, is_program=route.startswith("/api/"))
            answer = world.client.get(path_of(world, route), headers=headers)
            if answer.headers["content-type"].startswith("text/html"):
                shown += "img src=x" in answer.text
                if "<img src=x" in answer.text or "'</script" in answer.text:
                    run.append(f"{role} {route}")
    assert run == []
    assert shown > 40


def test_a_scanned_label_of_another_shop_tells_as_little_as_one_that_never_was(
    world: World,
) -> None:
    headers = world.headers("shop", is_program=False)
    others = world.client.get(f"/t/essai/c/{world.other['code']}", headers=headers)
    never = world.client.get("/t/essai/c/000000000000", headers=headers)
    assert (others.status_code, others.text) == (never.status_code, never.text)


#: Forms that name a row in a field, by who sends them; the row of a neighbour is not there.
NAMED_IN_FORMS = [
    ("hub", "/t/{slug}/hub/recevoir", "order", "order_id", {}),
    ("dispatcher", "/t/{slug}/regulation/{day}/deplacer", "livraison", "delivery_id",
     {"vers": "aucune"}),
    ("dispatcher", "/t/{slug}/regulation/{day}/publier", "plan_id", "plan_id", {}),
    ("dispatcher", "/t/{slug}/regulation/livraisons/{delivery_id}/annuler", "commande", "order_id",
     {}),
    ("admin", "/t/{slug}/admin/comptes", "shop_id", "shop_id",
     {"email": "q@b.fr", "name": "Q", "role": "shop"}),
    ("admin", "/t/{slug}/admin/comptes", "vehicle_id", "vehicle_id",
     {"email": "q@b.fr", "name": "Q", "role": "courier"}),
    ("admin", "/t/{slug}/admin/comptes/{account_id}", "shop_id", "shop_id",
     {"email": "q@b.fr", "name": "Q", "role": "shop"}),
    ("admin", "/t/{slug}/admin/cles", "shop_id", "shop_id", {"role": "shop", "label": "l"}),
    ("admin", "/t/{slug}/admin/cles", "vehicle_id", "vehicle_id",
     {"role": "courier", "label": "l"}),
]  # fmt: skip


@pytest.mark.parametrize(("role", "route", "field", "row", "others"), NAMED_IN_FORMS)
def test_a_row_of_another_town_named_in_a_form_is_not_found(
    world: World, role: str, route: str, field: str, row: str, others: dict[str, str]
) -> None:
    with world.town.pool.connection() as conn, conn.transaction():
        conn.execute("SELECT set_config('app.town', %s, true)", (str(world.neighbour.id),))
        found = conn.execute("SELECT max(id) FROM plans").fetchone()
    assert found is not None
    foreign = {**world.foreign, "plan_id": found[0]}
    headers = world.headers(role, is_program=False)
    answer = send(world, path_of(world, route), {**others, field: str(foreign[row])}, headers)
    assert answer.status_code in (404, 409), answer.text
    assert world.client.get("/t/essai/connexion").status_code == 200


def test_a_courier_reports_nothing_of_a_round_that_is_not_theirs(world: World) -> None:
    kept = logins.cookie(
        world.town.pool,
        world.town.id,
        Role.COURIER,
        now=world.town.clock(),
        vehicle_id=world.other["vehicle_id"],
    )
    ((name, token),) = kept.items()
    headers = {"Cookie": f"{name}={token}", "X-CSRF-Token": logins.csrf_of(kept)}
    event = {
        "uuid": "11111111-1111-4111-8111-111111111111",
        "round_id": world.own["round_id"],
        "seq": 0,
        "device_at": world.town.clock().isoformat(),
        "monotonic_ms": 0,
        "kind": "round_started",
    }
    answer = world.client.post(
        "/t/essai/tournees/evenements", json={"events": [event]}, headers=headers
    )
    (verdict,) = answer.json()["verdicts"]
    assert verdict["standing"] == "refused" and verdict["problem"]["status"] == 404


def test_a_key_of_a_form_belongs_to_one_shop(world: World) -> None:
    """What one shop's form is known by says nothing to another's."""
    key = "11111111-1111-4111-8111-111111111111"
    form = {**ORDER, "key": key, "reference": ""}
    ours = send(
        world,
        "/t/essai/commerce/commandes",
        form,
        world.headers("shop", is_program=False),
    )
    headers = world.headers("shop", is_program=False, shop="librairie")
    form["phone"] = f"06399800{secrets.randbelow(89) + 10}"
    theirs = send(world, "/t/essai/commerce/commandes", form, headers)
    assert ours.status_code == theirs.status_code == 200, theirs.text
    assert ours.url != theirs.url
