"""What belongs to somebody: kept by no cache, shown to no neighbour, and unchanged by looking."""

from typing import Any

import pytest
from psycopg import Connection
from psycopg.rows import TupleRow

from api.access import Rows, access, calls
from data.database import scoped
from delivery.orders import Recipient
from tests import builders
from tests.two_towns import PARAMETER, World

#: The town's streets, which everybody who is logged in may keep.
SHARED = {"/t/{slug}/streets.geojson"}


def gets(world: World) -> list[str]:
    return sorted(path for method, path in calls(world.client.app.routes) if method == "GET")


def path_of(world: World, route: str, **values: Any) -> str:
    return PARAMETER.sub(lambda found: str({**world.own, **values}[found[1]]), route)


def headers_of(world: World, role: str, route: str) -> dict[str, str]:
    return world.headers(role, is_program=route.startswith("/api/"))


def test_what_belongs_to_somebody_is_kept_by_no_cache(world: World) -> None:
    kept = []
    for route in gets(world):
        entry = access("GET", route)
        if entry.rows is Rows.PUBLIC or route in SHARED:
            continue
        headers = headers_of(world, min(entry.roles), route) if entry.roles else {}
        answer = world.client.get(path_of(world, route), headers=headers, follow_redirects=False)
        if answer.headers["cache-control"] != "no-store":
            kept.append(f"{route}: {answer.headers['cache-control']}")
    assert kept == []


def test_a_login_on_its_way_is_kept_by_no_cache_either(world: World) -> None:
    answer = world.client.post("/t/essai/connexion", data={"email": "a@b.fr", "password": "x"})
    assert answer.headers["cache-control"] in {"no-cache", "no-store"}
    headers = world.headers("shop", is_program=False)
    led = world.client.get("/t/essai/connexion", headers=headers, follow_redirects=False)
    assert (led.status_code, led.headers["cache-control"]) == (303, "no-store")


def test_no_other_site_may_frame_embed_or_open_a_page(world: World) -> None:
    for path in ("/t/essai/connexion", "/t/essai/suivi/x", "/api/v1/slots", "/static/page.css"):
        headers = world.client.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["x-content-type-options"] == "nosniff"


def test_the_town_s_streets_are_kept_by_browsers_of_those_who_may_see_them(world: World) -> None:
    headers = world.headers("courier", is_program=False)
    for query in ("", "?v=1"):
        answer = world.client.get(f"/t/essai/streets.geojson{query}", headers=headers)
        assert "public" not in answer.headers["cache-control"]


def test_the_language_is_remembered_out_of_reach_of_scripts(world: World) -> None:
    kept = world.client.get("/t/essai/connexion?lang=en").headers["set-cookie"]
    assert kept.startswith("langue=en") and "HttpOnly" in kept and "SameSite=lax" in kept
    assert "Secure" not in kept
    far = world.client.get("https://livraison.example/t/essai/connexion?lang=en")
    assert "Secure" in far.headers["set-cookie"]


def test_looking_changes_nothing(world: World, superuser: Connection[TupleRow]) -> None:
    """Whoever asks for a page, nothing of the town is other than before."""
    callers = [
        (role, world.headers(role, is_program=False))
        for role in ("shop", "courier", "hub", "dispatcher", "mairie", "admin")
    ]
    before = contents(superuser)
    for route in gets(world):
        for role, headers in callers:
            if not access("GET", route).roles or role in access("GET", route).roles:
                world.client.get(path_of(world, route), headers=headers, follow_redirects=False)
    assert contents(superuser) == before


def contents(conn: Connection[TupleRow]) -> dict[str, str]:
    """Return a fingerprint of every table."""
    tables = conn.execute(
        """
        SELECT format('%I.%I', schemaname, tablename)
          FROM pg_tables
         WHERE schemaname IN ('public', 'procrastinate')
         ORDER BY 1
        """
    ).fetchall()
    found = {}
    for (name,) in tables:
        row = conn.execute(
            f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {name} AS t"
        ).fetchone()
        assert row is not None
        found[name] = row[0]
    return found


#: What the other shop's order is known by, none of which is anybody else's business.
SECRET = {
    "name": "Ysolde Kerbrat",
    "phone": "+33639980099",
    "written": "06 39 98 00 99",
    "note": "sonner deux fois",
    "reference": "ZQ-77",
    "place": "37 rue du Port",
}


@pytest.fixture
def pooled(world: World) -> dict[str, str]:
    """An order of the other shop that rides with one of ours, to the same door and person."""
    recipient = Recipient(name=SECRET["name"], phone=SECRET["phone"])
    theirs, ours = world.town.take(
        builders.an_order(
            SECRET["reference"],
            shop="librairie",
            recipient=recipient,
            address=SECRET["place"],
            note=SECRET["note"],
            basket_cents=98_765,
        ),
        builders.an_order(
            "A-9",
            recipient=Recipient(name="Notre cliente", phone=SECRET["phone"]),
            address=SECRET["place"],
        ),
    )
    assert ours.pooled and ours.delivery_id == theirs.delivery_id
    with scoped(world.town.pool, world.town.id) as conn:
        row = conn.execute(
            """
            SELECT deliveries.code, orders.tracking_token, parcels.code
              FROM orders
              JOIN deliveries ON deliveries.id = orders.delivery_id
              JOIN parcels ON parcels.order_id = orders.id
             WHERE orders.id = %s
            """,
            (theirs.order_id,),
        ).fetchone()
    assert row is not None
    code, token, label = (str(each) for each in row)
    return {"order_id": str(ours.order_id), "code": code, "token": token, "label": label}


def test_a_shop_reads_nothing_of_what_another_sells(world: World, pooled: dict[str, str]) -> None:
    """Not even of an order that rides with its own: only that there is one."""
    told = []
    headers = world.headers("shop", is_program=False)
    hidden = (SECRET["name"], SECRET["note"], SECRET["reference"], "987,65", "librairie",
              pooled["token"], pooled["label"])  # fmt: skip
    for route in gets(world):
        if "shop" not in access("GET", route).roles or route.startswith("/api/"):
            continue
        for query in ("", "?q=Ysolde", "?q=ZQ", "?q=0639980099"):
            path = path_of(world, route, order_id=pooled["order_id"]) + query
            answer = world.client.get(path, headers=headers)
            told += [f"{path} tells {word}" for word in hidden if word in answer.text]
    assert told == []
    page = world.client.get(f"/t/essai/commerce/commandes/{pooled['order_id']}", headers=headers)
    assert f'class="bigcode">{pooled["code"]}' not in page.text
    regulars = "/t/essai/commerce/destinataires"
    known = world.client.post(regulars, data={"telephone": SECRET["phone"]}, headers=headers)
    assert known.json()["name"] == "Notre cliente"
    other = world.headers("shop", is_program=False, shop="librairie")
    never = world.client.post(regulars, data={"telephone": "0639980001"}, headers=other)
    assert never.json() == {}


def test_a_recipient_s_link_tells_of_the_other_parcels_only_how_many(
    world: World, pooled: dict[str, str]
) -> None:
    with scoped(world.town.pool, world.town.id) as conn:
        row = conn.execute(
            "SELECT tracking_token FROM orders WHERE id = %s", (pooled["order_id"],)
        ).fetchone()
    assert row is not None
    for end in ("", "/etat"):
        page = world.client.get(f"/t/essai/suivi/{row[0]}{end}").text
        for word in (SECRET["name"], SECRET["note"], SECRET["reference"], "La librairie"):
            assert word not in page
        assert "Notre cliente" in page


def test_the_map_of_a_day_names_nobody(world: World) -> None:
    for role, path in (
        ("dispatcher", f"/t/essai/jour/{builders.DAY}/rounds.geojson"),
        ("courier", path_of(world, "/t/{slug}/tournees/{round_id}/trace.geojson")),
    ):
        answer = world.client.get(path, headers=world.headers(role, is_program=False))
        assert answer.status_code == 200 and len(answer.json()["features"]) > 1
        for word in ("Anne", "Autre Personne", "+33"):
            assert word not in answer.text


def test_no_code_that_is_asked_for_stands_on_the_pages_of_who_asks(
    world: World, pooled: dict[str, str]
) -> None:
    """The hub, the courier and the dispatcher hear the four digits; they do not read them."""
    with scoped(world.town.pool, world.town.id) as conn:
        conn.execute("UPDATE deliveries SET code = '7391'")
    told = []
    for route in gets(world):
        for role in sorted(access("GET", route).roles & {"hub", "courier", "dispatcher"}):
            headers = headers_of(world, role, route)
            for delivery in (world.own["delivery_id"], world.other["delivery_id"]):
                path = path_of(world, route, delivery_id=delivery)
                text = world.client.get(path, headers=headers).text
                if ">7391<" in text or '"7391"' in text:
                    told.append(f"{role} {path}")
    assert told == []
