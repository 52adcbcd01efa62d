"""Refusals over HTTP: words for each in both languages, and never a 500."""

import importlib
import json
import pkgutil
import re
import string
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import api
import api.words
import data.database
import delivery
import routing
import zones
from api.errors import problem, status_of
from delivery.errors import Refusal
from tests.builders import DAY, NOON
from tests.small_town import Town, body

ROOMS = (api, data, delivery, routing, zones)
#: Modules of the peers and the street processes' main are no part of answering.
LEFT_ALONE = re.compile(r"api\.bench|__main__")


def refusals() -> list[type[Refusal]]:
    """Return every refusal there is, from every module."""
    for room in ROOMS:
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            if not LEFT_ALONE.search(module.name):
                importlib.import_module(module.name)
    found, waiting = [Refusal], [Refusal]
    while waiting:
        children = waiting.pop().__subclasses__()
        found += children
        waiting += children
    return found


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def documented(kind: type[Refusal]) -> set[str]:
    """Return the words after "Parameters:" in the docstring."""
    _, _, after = (kind.__doc__ or "").partition("Parameters:")
    return set(re.findall(r"\w+", after))


@pytest.mark.parametrize("kind", refusals(), ids=lambda kind: kind.__name__)
def test_a_refusal_has_words_in_both_languages_and_names_only_what_it_brings(
    kind: type[Refusal],
) -> None:
    for language in api.words.LANGUAGES:
        text = api.words.catalogue(language)[kind.code]
        assert text.strip()
        assert placeholders(text) <= documented(kind)


def test_every_refusal_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in refusals()]
    assert len(codes) == len(set(codes))


def test_both_languages_say_the_same_things() -> None:
    french, english = (api.words.catalogue(language) for language in api.words.LANGUAGES)
    assert french.keys() == english.keys()
    differing = {
        code for code in french if placeholders(french[code]) != placeholders(english[code])
    }
    assert differing == set()


@pytest.mark.parametrize("kind", refusals(), ids=lambda kind: kind.__name__)
def test_a_refusal_becomes_an_answer_even_without_its_parameters(kind: type[Refusal]) -> None:
    answer = problem(kind(field="x", at=NOON, day=DAY, many=[NOON, {"a": DAY}]), "fr")
    assert json.loads(json.dumps(answer))["code"] == kind.code
    assert 400 <= status_of(kind()) < 500


# What cannot be read


@pytest.fixture
def key(town: Town) -> dict[str, str]:
    return town.key("channel", town.channel.id) | {"Idempotency-Key": "k"}


UNFIT = [
    ({"basket_cents": "abc"}, "basket_cents", "il faut un nombre entier.", "a whole number"),
    ({"basket_cents": -1}, "basket_cents", "il faut au moins 0.", "0"),
    ({"basket_cents": 10**400}, "basket_cents", "il faut au plus 1000000.", "1000000"),
    ({"basket_cents": 1.5}, "basket_cents", "il faut un nombre entier.", "a whole number"),
    ({"parcels": []}, "parcels", "il en faut au moins 1.", "1"),
    ({"parcels": [{"size": "huge"}]}, "parcels.0.size", "écrivez l'un de", "one of"),
    ({"parcels": [{}]}, "parcels.0.size", "ce champ est obligatoire.", ""),
    ({"parcels": "x"}, "parcels", "il faut une liste.", "list"),
    ({"recipient": {"name": ""}}, "recipient.name", "il faut au moins 1 caractère", "1"),
    ({"recipient": {"name": " \t"}}, "recipient.name", "ce champ est obligatoire.", ""),
    ({"recipient": {"name": "\x1c"}}, "recipient.name", "ce champ est obligatoire.", ""),
    ({"recipient": {"name": "A", "phone": "12"}}, "recipient.phone", "numéro de téléphone", ""),
    ({"recipient": None}, "recipient", "il faut un objet JSON.", "object"),
    ({"point": {"lon": 181, "lat": 0}}, "point.lon", "il faut au plus 180", "180"),
    ({"slot_starts_at": "demain"}, "slot_starts_at", "date et une heure", ""),
    ({"slot_starts_at": "2026-11-20T10:00:00"}, "slot_starts_at", "fuseau horaire", "zone"),
    ({"ready_at": "0001-01-01T00:00:00+14:00"}, "ready_at", "il faut au moins", ""),
    ({"ready_at": "9999-12-31T23:59:59-14:00"}, "ready_at", "il faut au plus", ""),
    ({"surprise": 1}, "surprise", "ce champ est inconnu", "unknown"),
    ({"note": "x" * 501}, "note", "au plus 500 caractères.", "500"),
    ({"note": 7}, "note", "il faut un texte.", "text"),
    ({"note": "a\0b"}, "", "caractère nul", "NUL"),
    ({"fulfilment": "pigeon"}, "fulfilment", "écrivez l'un de", "one of"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "field", "french", "english"), UNFIT)
def test_an_unfit_body_is_told_field_and_mend_in_the_readers_language(
    client: TestClient,
    key: dict[str, str],
    changes: dict[str, Any],
    field: str,
    french: str,
    english: str,
) -> None:
    for language, words in (("fr-FR,fr;q=0.9", french), ("en-GB, fr", english)):
        headers = key | {"Accept-Language": language, "Content-Type": "application/json"}
        text = json.dumps(body() | changes)
        answer = client.post("/api/v1/orders", content=text, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "unfit_request")
        assert answer.headers["content-type"] == "application/problem+json"
        (fault,) = answer.json()["faults"]
        assert fault["field"] == field
        assert words.casefold() in fault["message"].casefold()


RAW = [
    "",
    "{",
    "null",
    "[]",
    '"x"',
    "7",
    "NaN",
    '{"point": {"lon": NaN, "lat": Infinity}}',
    '{"basket_cents": NaN}',
    '{"basket_cents": 1e999}',
    '{"\\ud800": 1}',
    '{"note": "\\ud800"}',
    '{"recipient": {"\\ud800": "\\udfff"}}',
    '{"note": ' + "[" * 3000 + "]" * 3000 + "}",
    '{"recipient": ' + '{"name":' * 3000 + "1" + "}" * 3000 + "}",
    "[" * 100_000,
]


@pytest.mark.parametrize("raw", RAW, ids=[raw[:24] for raw in RAW])
def test_what_is_hardly_json_is_unfit_and_no_fault_of_ours(
    client: TestClient, town: Town, key: dict[str, str], raw: str
) -> None:
    keys = key, town.key("courier", town.vehicles[0]), town.key("dispatcher")
    paths = "/api/v1/orders", "/api/v1/courier/events", f"/api/v1/dispatch/plans/{DAY}"
    for path, headers in zip(paths, keys, strict=True):
        headers = headers | {"Content-Type": "application/json"}
        answer = client.post(path, content=raw.encode(), headers=headers)
        assert answer.status_code in {400, 422}
        assert isinstance(answer.json(), dict)


def test_nothing_but_json_in_utf_8_is_read(client: TestClient, key: dict[str, str]) -> None:
    for content in (b"\xff\xfe", b"\x00", "é".encode("cp1252"), b"a=b"):
        answer = client.post(
            "/api/v1/orders", content=content, headers=key | {"Content-Type": "application/json"}
        )
        assert answer.status_code in {400, 422}


def an_event(**changes: Any) -> dict[str, Any]:
    return {
        "uuid": "00000000-0000-4000-8000-000000000001",
        "round_id": 1,
        "task_id": None,
        "seq": 0,
        "device_at": NOON.isoformat(),
        "monotonic_ms": 0,
        "kind": "round_started",
        **changes,
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"round_id": 2**63},
        {"round_id": 0},
        {"task_id": 2**70},
        {"seq": 2**31},
        {"seq": -1},
        {"monotonic_ms": 2**63},
        {"device_at": "0001-01-01T00:00:00+14:00"},
        {"device_at": "2026-11-20T10:00:00"},
        {"kind": "danced"},
        {"uuid": "x"},
        {"payload": {"a\0": "x"}},
        {"payload": {"a": "\0"}},
        {"payload": {"a": 1}},
        {"payload": {"a": "x" * 501}},
        {"payload": []},
    ],
)
def test_an_unfit_event_is_told_with_its_place_in_the_batch(
    client: TestClient, town: Town, changes: dict[str, Any]
) -> None:
    courier = town.key("courier", town.vehicles[0])
    answer = client.post(
        "/api/v1/courier/events", json={"events": [an_event(**changes)]}, headers=courier
    )
    assert answer.status_code == 422
    (fault,) = answer.json()["faults"]
    assert fault["field"].startswith(f"events.0.{next(iter(changes))}")


# Keys


DOORS = [
    ("post", "/api/v1/orders", "channel"),
    ("get", "/api/v1/orders/1", "channel"),
    ("post", "/api/v1/orders/1/cancel", "channel"),
    ("get", "/api/v1/shop/orders", "shop"),
    ("post", "/api/v1/shop/orders/1/ready", "shop"),
    ("post", "/api/v1/shop/orders/1/drop-off", "shop"),
    ("post", "/api/v1/shop/orders/1/hand-over", "shop"),
    ("get", "/api/v1/courier/rounds", "courier"),
    ("post", "/api/v1/courier/events", "courier"),
    ("post", "/api/v1/hub/orders/1/receive", "hub"),
    ("post", "/api/v1/hub/deliveries/1/hand-over", "hub"),
    ("get", "/api/v1/slots", "dispatcher shop channel"),
    ("post", f"/api/v1/dispatch/plans/{DAY}", "dispatcher"),
    ("post", f"/api/v1/dispatch/plans/{DAY}/publish", "dispatcher"),
    ("get", f"/api/v1/dispatch/days/{DAY}/rounds.geojson", "dispatcher"),
]


def test_every_door_asks_for_its_key(client: TestClient, town: Town) -> None:
    known = {path for path in client.get("/openapi.json").json()["paths"] if "/api/" in path}
    assert len(known) == len({path for _, path, _ in DOORS})
    keys = {
        "channel": town.key("channel", town.channel.id),
        "shop": town.key("shop", town.shops["fromagerie"]),
        "courier": town.key("courier", town.vehicles[0]),
        "hub": town.key("hub"),
        "dispatcher": town.key("dispatcher"),
    }
    nobody: list[dict[str, str]] = [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer col_x"},
        {"Authorization": "Basic eDp4"},
        {"Authorization": "Bearer é"},
    ]
    for method, path, role in DOORS:
        for headers in nobody:
            raw = {name: value.encode("latin-1") for name, value in headers.items()}
            answer = client.request(method, path, headers=raw)
            assert (answer.status_code, answer.json()["code"]) == (401, "key_missing")
        for other, headers in keys.items():
            answer = client.request(method, path, headers=headers)
            assert (answer.status_code == 403) == (other not in role.split())


def test_a_revoked_key_opens_nothing(client: TestClient, town: Town) -> None:
    key = town.key("dispatcher")
    with data.database.scoped(town.pool, town.id) as conn:
        conn.execute("UPDATE keys SET revoked_at = now()")
    assert client.get("/api/v1/slots", headers=key).status_code == 401


@pytest.mark.parametrize("order_id", ["0", "-1", str(2**63), str(10**40), "x", "1.5", "%00", "１"])
def test_an_id_no_row_can_have_is_never_looked_up(
    client: TestClient, key: dict[str, str], order_id: str
) -> None:
    answer = client.get(f"/api/v1/orders/{order_id}", headers=key)
    assert answer.status_code in {404, 422}
    assert client.get(f"/api/v1/orders/{2**63 - 1}", headers=key).status_code == 404


# Anything at all


def schemas(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"]
    return found


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(["", "\0", " ", "é" * 9, NOON.isoformat(), "1", "null", "💶"]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


def fitting(schema: dict[str, Any], known: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return values that mostly fit a schema of our OpenAPI document, and sometimes do not."""
    if "$ref" in schema:
        schema = known[schema["$ref"].rsplit("/", 1)[1]]
    if "anyOf" in schema:
        return st.one_of([fitting(each, known) for each in schema["anyOf"]])
    return st.integers(0, 11).flatmap(lambda dice: JUNK if dice == 0 else _typed(schema, known))


def _typed(schema: dict[str, Any], known: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema.get("type"):
        case "object" if "properties" in schema:
            return st.fixed_dictionaries(
                {name: fitting(each, known) for name, each in schema["properties"].items()}
            )
        case "object":
            return st.dictionaries(
                st.sampled_from(["code", "note", "reason"]),
                st.sampled_from(["1234", "absent", "au voisin"]),
                max_size=2,
            )
        case "array":
            return st.lists(fitting(schema["items"], known), min_size=1, max_size=3)
        case "integer":
            return st.integers(schema.get("minimum", 0), min(schema.get("maximum", 9), 10**6))
        case "number":
            low, high = schema.get("minimum", 0), schema.get("maximum", 1)
            return st.floats(low, min(high, low + 90))
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
        case _ if schema.get("format") == "date-time":
            return st.datetimes().map(lambda moment: f"{moment.isoformat()}+01:00")
        case _ if schema.get("format") == "uuid":
            return st.uuids().map(str)
        case _:
            return st.sampled_from(
                ["fromagerie", "12 rue du Port", "1234", "A-1", "A-2", "+33639980001"]
            )


def calls(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any] | None]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if path.startswith("/api/") and "geojson" not in path and path[-12:] != "/plans/{day}":
                content = operation.get("requestBody", {}).get("content", {})
                yield method, path, content.get("application/json", {}).get("schema")


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_whatever_is_sent_the_answer_is_never_a_fault_of_ours(
    client: TestClient, town: Town, data: st.DataObject
) -> None:
    document = client.get("/openapi.json").json()
    method, path, schema = data.draw(st.sampled_from(list(calls(document))))
    role = next(role for _, door, role in DOORS if door.split("/")[3] == path.split("/")[3])
    subjects = {
        "channel": town.channel.id,
        "shop": town.shops["fromagerie"],
        "courier": town.vehicles[0],
    }
    role = role.split()[0]
    headers = town.key(role, subjects.get(role)) | {
        "Idempotency-Key": data.draw(st.sampled_from(["a", "b", "é", "x" * 201, " "])),
        "Accept-Language": data.draw(st.sampled_from(["", "fr", "en", ";;,", "zz-ZZ;q=x"])),
        "Content-Type": "application/json",
    }
    day = data.draw(st.sampled_from([str(DAY), "2026-11-21", "9999-12-31", "x"]))
    number = data.draw(st.sampled_from(["1", "2", "0", "-1", str(2**63), "x"]))
    filled = path.replace("{day}", day).replace("{order_id}", number)
    answer = client.request(
        method,
        filled.replace("{delivery_id}", number),
        params=data.draw(st.sampled_from([{}, {"day": day}, {"day": "", "kind": "x"}])),
        content=_written(data.draw(fitting(schema, schemas(document)))) if schema else b"",
        headers={name: value.encode("latin-1") for name, value in headers.items()},
    )
    assert answer.status_code < 500


def _written(value: object) -> bytes:
    return json.dumps(value).encode()
