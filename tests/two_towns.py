"""Two towns in one database, each with a day under way, and whoever may call on them."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import api.operations.months
import api.operations.plan_runs
import data.channels.registry
from data.database import scoped
from delivery.accounts import Role
from delivery.orders import Fulfilment, Recipient
from delivery.slots import SlotKind
from tests import builders, logins
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
    client: Any
    own: dict[str, Any] = field(default_factory=dict)
    #: The same of another shop, vehicle or channel of the town.
    other: dict[str, Any] = field(default_factory=dict)
    #: The same of another town.
    foreign: dict[str, Any] = field(default_factory=dict)

    def headers(self, role: str, *, is_program: bool, shop: str = "fromagerie") -> dict[str, str]:
        """Let somebody of a role in: by a new key, or logged in, at `shop` where it is one."""
        if is_program:
            return self.town.key(role, self._subject(role, shop))
        kept = logins.cookie(
            self.town.pool,
            self.town.id,
            Role(role),
            now=self.town.clock(),
            shop_id=self.town.shops[shop] if role == "shop" else None,
            vehicle_id=self.own["vehicle_id"] if role == "courier" else None,
        )
        ((name, token),) = kept.items()
        return {"Cookie": f"{name}={token}", "X-CSRF-Token": logins.csrf_of(kept)}

    def _subject(self, role: str, shop: str) -> int | None:
        return {
            "channel": self.town.channel.id,
            "shop": self.town.shops[shop],
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


def two_towns(town: Town, client: Any, streets: Any) -> World:
    """Give the town a neighbour in its database, and let both live a day."""
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
