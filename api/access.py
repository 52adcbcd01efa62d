"""Who may call which route, and whose rows they see: the one table of it.

Every route of the application has an entry here; a test fails where one has none, and nobody is let
in there. The guards in `api/deps.py` and `api/visits.py` read this table, so that what it says is
what happens.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute


class Rows(Enum):
    """Whose rows a caller of the route sees."""

    #: None of a town: pages and files anybody may read.
    PUBLIC = "public"
    #: The one thing the link's unguessable token names.
    LINK = "link"
    #: Every row of the caller's town.
    TOWN = "town"
    #: The orders that came through the caller's channel.
    OWN_CHANNEL = "own_channel"
    #: The orders of the caller's shop.
    OWN_SHOP = "own_shop"
    #: The published rounds of the caller's vehicle.
    OWN_VEHICLE = "own_vehicle"
    #: The caller's own account.
    OWN_ACCOUNT = "own_account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Roles that may call a route (none where anybody may), and the rows it shows them."""

    roles: frozenset[str]
    rows: Rows


def _to(rows: Rows, *roles: str) -> Access:
    return Access(roles=frozenset(roles), rows=rows)


ANYBODY = _to(Rows.PUBLIC)
BY_LINK = _to(Rows.LINK)
ALL_ROLES = ("courier", "shop", "hub", "dispatcher", "mairie", "admin")

#: (method, path) -> access, the doors in the order of README's map. `GET` stands for `HEAD` too.
ACCESS: dict[tuple[str, str], Access] = {
    # Programs, by key
    ("POST", "/api/v1/orders"): _to(Rows.OWN_CHANNEL, "channel"),
    ("GET", "/api/v1/orders/{order_id}"): _to(Rows.OWN_CHANNEL, "channel"),
    ("POST", "/api/v1/orders/{order_id}/cancel"): _to(Rows.OWN_CHANNEL, "channel"),
    ("GET", "/api/v1/slots"): _to(Rows.TOWN, "channel", "shop", "dispatcher"),
    ("GET", "/api/v1/shop/orders"): _to(Rows.OWN_SHOP, "shop"),
    ("POST", "/api/v1/shop/orders/{order_id}/ready"): _to(Rows.OWN_SHOP, "shop"),
    ("POST", "/api/v1/shop/orders/{order_id}/drop-off"): _to(Rows.OWN_SHOP, "shop"),
    ("POST", "/api/v1/shop/orders/{order_id}/hand-over"): _to(Rows.OWN_SHOP, "shop"),
    ("GET", "/api/v1/courier/rounds"): _to(Rows.OWN_VEHICLE, "courier"),
    ("POST", "/api/v1/courier/events"): _to(Rows.OWN_VEHICLE, "courier"),
    ("POST", "/api/v1/hub/orders/{order_id}/receive"): _to(Rows.TOWN, "hub"),
    ("POST", "/api/v1/hub/deliveries/{delivery_id}/hand-over"): _to(Rows.TOWN, "hub"),
    ("POST", "/api/v1/dispatch/plans/{day}"): _to(Rows.TOWN, "dispatcher"),
    ("POST", "/api/v1/dispatch/plans/{day}/publish"): _to(Rows.TOWN, "dispatcher"),
    ("GET", "/api/v1/dispatch/days/{day}/rounds.geojson"): _to(Rows.TOWN, "dispatcher"),
    # Anybody
    ("GET", "/"): ANYBODY,
    ("GET", "/docs"): ANYBODY,
    ("GET", "/openapi.json"): ANYBODY,
    ("GET", "/static/{name:path}"): ANYBODY,
    ("GET", "/healthz"): ANYBODY,
    # Logging in and out
    ("GET", "/t/{slug}"): ANYBODY,
    ("GET", "/t/{slug}/connexion"): ANYBODY,
    ("POST", "/t/{slug}/connexion"): ANYBODY,
    ("POST", "/t/{slug}/deconnexion"): _to(Rows.OWN_ACCOUNT, *ALL_ROLES),
    ("GET", "/t/{slug}/compte"): _to(Rows.OWN_ACCOUNT, *ALL_ROLES),
    ("POST", "/t/{slug}/compte"): _to(Rows.OWN_ACCOUNT, *ALL_ROLES),
    ("GET", "/t/{slug}/mot-de-passe"): ANYBODY,
    ("POST", "/t/{slug}/mot-de-passe"): ANYBODY,
    ("GET", "/t/{slug}/mot-de-passe/{token}"): BY_LINK,
    ("POST", "/t/{slug}/mot-de-passe/{token}"): BY_LINK,
    ("GET", "/t/{slug}/telephone/{token}"): BY_LINK,
    ("POST", "/t/{slug}/telephone/{token}"): BY_LINK,
    # The town's streets, under every map
    ("GET", "/t/{slug}/streets.geojson"): _to(Rows.TOWN, *ALL_ROLES),
    # The shop's counter
    # The courier's saddle
    ("GET", "/t/{slug}/tournees"): _to(Rows.OWN_VEHICLE, "courier"),
    ("POST", "/t/{slug}/tournees/evenements"): _to(Rows.OWN_VEHICLE, "courier"),
    ("GET", "/t/{slug}/tournees/{round_id}"): _to(Rows.OWN_VEHICLE, "courier"),
    ("GET", "/t/{slug}/tournees/{round_id}/carte"): _to(Rows.OWN_VEHICLE, "courier"),
    ("GET", "/t/{slug}/tournees/{round_id}/trace.geojson"): _to(Rows.OWN_VEHICLE, "courier"),
    ("POST", "/t/{slug}/tournees/{round_id}/depart"): _to(Rows.OWN_VEHICLE, "courier"),
    ("GET", "/t/{slug}/tournees/{round_id}/retour"): _to(Rows.OWN_VEHICLE, "courier"),
    ("POST", "/t/{slug}/tournees/{round_id}/retour"): _to(Rows.OWN_VEHICLE, "courier"),
    ("GET", "/t/{slug}/tournees/{round_id}/arrets/{stop_id}"): _to(Rows.OWN_VEHICLE, "courier"),
    ("POST", "/t/{slug}/tournees/{round_id}/arrets/{stop_id}"): _to(Rows.OWN_VEHICLE, "courier"),
    ("POST", "/t/{slug}/tournees/{round_id}/arrets/{stop_id}/arrivee"): _to(
        Rows.OWN_VEHICLE, "courier"
    ),
    # The hub and its drive
    # The dispatcher's desk
    ("GET", "/t/{slug}/jour"): _to(Rows.TOWN, "dispatcher", "hub", "admin"),
    ("GET", "/t/{slug}/jour/{day}"): _to(Rows.TOWN, "dispatcher", "hub", "admin"),
    ("GET", "/t/{slug}/jour/{day}/rounds.geojson"): _to(Rows.TOWN, "dispatcher", "hub", "admin"),
    # The recipient's link
    ("GET", "/t/{slug}/suivi/{token}"): BY_LINK,
    ("GET", "/t/{slug}/suivi/{token}/etat"): BY_LINK,
    ("POST", "/t/{slug}/suivi/{token}/creneau"): BY_LINK,
    # The town hall
    # The administrator
}


class RouteWithoutAccess(Exception):
    """A route is missing in the table: nobody said who may call it."""


def access(method: str, path: str) -> Access:
    """Return who may call a route.

    Raises RouteWithoutAccess.
    """
    try:
        return ACCESS["GET" if method == "HEAD" else method, path]
    except KeyError:
        raise RouteWithoutAccess(f"{method} {path}") from None


def calls(routes: Sequence[BaseRoute]) -> set[tuple[str, str]]:
    """Return every (method, path) of an application's routes; `GET` stands for `HEAD` too."""
    return {
        (method, route.path)
        for route in iter_route_contexts(routes)
        for method in route.methods or ()
        if method != "HEAD" and route.path is not None
    }
