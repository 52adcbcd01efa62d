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
    #: What the role's own pages show: a shop its orders, a courier its rounds, others the town.
    OWN_OF_ROLE = "own_of_role"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Roles that may call a route (none where anybody may), and the rows it shows them."""

    roles: frozenset[str]
    rows: Rows


def _to(rows: Rows, *roles: str) -> Access:
    return Access(roles=frozenset(roles), rows=rows)


ANYBODY = _to(Rows.PUBLIC)
BY_LINK = _to(Rows.LINK)
DISPATCH = _to(Rows.TOWN, "dispatcher", "admin")
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
    ("GET", "/t/{slug}/commerce"): _to(Rows.OWN_SHOP, "shop"),
    ("GET", "/t/{slug}/commerce/commandes"): _to(Rows.OWN_SHOP, "shop"),
    ("POST", "/t/{slug}/commerce/commandes"): _to(Rows.OWN_SHOP, "shop"),
    ("GET", "/t/{slug}/commerce/commandes/nouvelle"): _to(Rows.OWN_SHOP, "shop"),
    ("POST", "/t/{slug}/commerce/destinataires"): _to(Rows.OWN_SHOP, "shop"),
    ("POST", "/t/{slug}/commerce/adresses"): _to(Rows.TOWN, "shop"),
    ("GET", "/t/{slug}/commerce/commandes/{order_id}"): _to(Rows.OWN_SHOP, "shop"),
    ("GET", "/t/{slug}/commerce/commandes/{order_id}/modifier"): _to(Rows.OWN_SHOP, "shop"),
    ("POST", "/t/{slug}/commerce/commandes/{order_id}/modifier"): _to(Rows.OWN_SHOP, "shop"),
    ("GET", "/t/{slug}/commerce/commandes/{order_id}/annuler"): _to(Rows.OWN_SHOP, "shop"),
    ("POST", "/t/{slug}/commerce/commandes/{order_id}/annuler"): _to(Rows.OWN_SHOP, "shop"),
    ("POST", "/t/{slug}/commerce/commandes/{order_id}/prete"): _to(Rows.OWN_SHOP, "shop"),
    ("POST", "/t/{slug}/commerce/commandes/{order_id}/depot"): _to(Rows.OWN_SHOP, "shop"),
    ("POST", "/t/{slug}/commerce/commandes/{order_id}/retour"): _to(Rows.OWN_SHOP, "shop"),
    ("POST", "/t/{slug}/commerce/commandes/{order_id}/remettre"): _to(Rows.OWN_SHOP, "shop"),
    ("GET", "/t/{slug}/commerce/commandes/{order_id}/etiquettes.pdf"): _to(Rows.OWN_SHOP, "shop"),
    ("GET", "/t/{slug}/commerce/etiquettes.pdf"): _to(Rows.OWN_SHOP, "shop"),
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
    ("GET", "/t/{slug}/c/{code}"): _to(
        Rows.OWN_OF_ROLE, "hub", "courier", "shop", "dispatcher", "admin"
    ),
    ("GET", "/t/{slug}/hub"): _to(Rows.TOWN, "hub", "dispatcher", "admin"),
    ("GET", "/t/{slug}/hub/feuille"): _to(Rows.TOWN, "hub", "dispatcher", "admin"),
    ("POST", "/t/{slug}/hub/recevoir"): _to(Rows.TOWN, "hub", "dispatcher", "admin"),
    ("POST", "/t/{slug}/hub/chercher"): _to(Rows.TOWN, "hub", "dispatcher", "admin"),
    ("GET", "/t/{slug}/hub/livraisons/{delivery_id}"): _to(Rows.TOWN, "hub", "dispatcher", "admin"),
    ("POST", "/t/{slug}/hub/livraisons/{delivery_id}/remettre"): _to(
        Rows.TOWN, "hub", "dispatcher", "admin"
    ),
    ("POST", "/t/{slug}/hub/commandes/{order_id}/annuler-reception"): _to(
        Rows.TOWN, "hub", "dispatcher", "admin"
    ),
    # The dispatcher's desk
    ("GET", "/t/{slug}/regulation"): DISPATCH,
    ("GET", "/t/{slug}/regulation/{day}"): DISPATCH,
    ("POST", "/t/{slug}/regulation/{day}/planifier"): DISPATCH,
    ("GET", "/t/{slug}/regulation/{day}/calcul/{run_id}"): DISPATCH,
    ("POST", "/t/{slug}/regulation/{day}/publier"): DISPATCH,
    ("GET", "/t/{slug}/regulation/{day}/deplacer"): DISPATCH,
    ("POST", "/t/{slug}/regulation/{day}/deplacer"): DISPATCH,
    ("GET", "/t/{slug}/regulation/{day}/livraisons"): DISPATCH,
    ("POST", "/t/{slug}/regulation/{day}/livraisons"): DISPATCH,
    ("GET", "/t/{slug}/regulation/livraisons/{delivery_id}"): DISPATCH,
    ("POST", "/t/{slug}/regulation/livraisons/{delivery_id}/annuler"): DISPATCH,
    ("POST", "/t/{slug}/regulation/livraisons/{delivery_id}/creneau"): DISPATCH,
    ("POST", "/t/{slug}/regulation/vehicules/{vehicle_id}/lien"): DISPATCH,
    ("GET", "/t/{slug}/jour"): _to(Rows.TOWN, "dispatcher", "hub", "admin"),
    ("GET", "/t/{slug}/jour/{day}"): _to(Rows.TOWN, "dispatcher", "hub", "admin"),
    ("GET", "/t/{slug}/jour/{day}/rounds.geojson"): _to(Rows.TOWN, "dispatcher", "hub", "admin"),
    # The recipient's link
    ("GET", "/t/{slug}/suivi/{token}"): BY_LINK,
    ("GET", "/t/{slug}/suivi/{token}/etat"): BY_LINK,
    ("POST", "/t/{slug}/suivi/{token}/creneau"): BY_LINK,
    # The town hall
    ("GET", "/t/{slug}/mairie"): _to(Rows.TOWN, "mairie", "admin"),
    ("GET", "/t/{slug}/mairie/etats/{statement_id}"): _to(Rows.TOWN, "mairie", "admin"),
    ("GET", "/t/{slug}/mairie/etats/{statement_id}/lignes.csv"): _to(Rows.TOWN, "mairie", "admin"),
    ("GET", "/t/{slug}/mairie/etats/{statement_id}/lignes/{position}"): _to(
        Rows.TOWN, "mairie", "admin"
    ),
    ("GET", "/t/{slug}/mairie/etats/{statement_id}/zones.geojson"): _to(
        Rows.TOWN, "mairie", "admin"
    ),
    ("GET", "/t/{slug}/mairie/etats/{statement_id}/liasse.zip"): _to(Rows.TOWN, "mairie", "admin"),
    # The administrator
    ("GET", "/t/{slug}/admin"): _to(Rows.TOWN, "admin"),
    ("GET", "/t/{slug}/admin/ville"): _to(Rows.TOWN, "admin"),
    ("POST", "/t/{slug}/admin/ville"): _to(Rows.TOWN, "admin"),
    ("POST", "/t/{slug}/admin/ville/hub"): _to(Rows.TOWN, "admin"),
    ("POST", "/t/{slug}/admin/ville/reglages"): _to(Rows.TOWN, "admin"),
    ("GET", "/t/{slug}/admin/commerces"): _to(Rows.TOWN, "admin"),
    ("POST", "/t/{slug}/admin/commerces"): _to(Rows.TOWN, "admin"),
    ("GET", "/t/{slug}/admin/commerces/nouveau"): _to(Rows.TOWN, "admin"),
    ("GET", "/t/{slug}/admin/commerces/import"): _to(Rows.TOWN, "admin"),
    ("POST", "/t/{slug}/admin/commerces/import"): _to(Rows.TOWN, "admin"),
    ("GET", "/t/{slug}/admin/commerces/{shop_id}"): _to(Rows.TOWN, "admin"),
    ("POST", "/t/{slug}/admin/commerces/{shop_id}"): _to(Rows.TOWN, "admin"),
    ("POST", "/t/{slug}/admin/commerces/{shop_id}/partenaire"): _to(Rows.TOWN, "admin"),
    ("GET", "/t/{slug}/admin/vehicules"): _to(Rows.TOWN, "admin"),
    ("POST", "/t/{slug}/admin/vehicules"): _to(Rows.TOWN, "admin"),
    ("GET", "/t/{slug}/admin/vehicules/nouveau"): _to(Rows.TOWN, "admin"),
    ("GET", "/t/{slug}/admin/vehicules/{vehicle_id}"): _to(Rows.TOWN, "admin"),
    ("POST", "/t/{slug}/admin/vehicules/{vehicle_id}"): _to(Rows.TOWN, "admin"),
    ("POST", "/t/{slug}/admin/vehicules/{vehicle_id}/service"): _to(Rows.TOWN, "admin"),
    ("GET", "/t/{slug}/admin/creneaux"): _to(Rows.TOWN, "admin"),
    ("POST", "/t/{slug}/admin/creneaux"): _to(Rows.TOWN, "admin"),
    ("POST", "/t/{slug}/admin/creneaux/{slot_id}/fermer"): _to(Rows.TOWN, "admin"),
    ("GET", "/t/{slug}/admin/comptes"): _to(Rows.TOWN, "admin"),
    ("POST", "/t/{slug}/admin/comptes"): _to(Rows.TOWN, "admin"),
    ("GET", "/t/{slug}/admin/comptes/nouveau"): _to(Rows.TOWN, "admin"),
    ("GET", "/t/{slug}/admin/comptes/{account_id}"): _to(Rows.TOWN, "admin"),
    ("POST", "/t/{slug}/admin/comptes/{account_id}"): _to(Rows.TOWN, "admin"),
    ("POST", "/t/{slug}/admin/comptes/{account_id}/lien"): _to(Rows.TOWN, "admin"),
    ("POST", "/t/{slug}/admin/comptes/{account_id}/fermer"): _to(Rows.TOWN, "admin"),
    ("POST", "/t/{slug}/admin/comptes/{account_id}/ouvrir"): _to(Rows.TOWN, "admin"),
    ("GET", "/t/{slug}/admin/cles"): _to(Rows.TOWN, "admin"),
    ("POST", "/t/{slug}/admin/cles"): _to(Rows.TOWN, "admin"),
    ("POST", "/t/{slug}/admin/cles/{key_id}/revoquer"): _to(Rows.TOWN, "admin"),
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
