"""Where each role lands, and the links at the top of its pages."""

from dataclasses import dataclass

import api.words
from api.visits import Login
from delivery.accounts import Role

#: A role's pages, its first one first: (path under the town's, code of its words).
DOORS: dict[Role, tuple[tuple[str, str], ...]] = {
    Role.SHOP: (
        ("commerce", "nav_shop_today"),
        ("commerce/commandes/nouvelle", "nav_shop_new"),
        ("commerce/commandes", "nav_shop_orders"),
    ),
    Role.COURIER: (("tournees", "nav_courier_rounds"),),
    Role.HUB: (("hub", "nav_hub"), ("jour", "nav_day")),
    Role.DISPATCHER: (("regulation", "nav_dispatch"), ("hub", "nav_hub")),
    Role.MAIRIE: (("mairie", "nav_mairie"),),
    Role.ADMIN: (
        ("admin", "nav_admin"),
        ("regulation", "nav_dispatch"),
        ("hub", "nav_hub"),
        ("mairie", "nav_mairie"),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link of a page's head."""

    href: str
    text: str
    is_current: bool


def home(slug: str, role: Role) -> str:
    """Return the page a role lands on."""
    return f"/t/{slug}/{DOORS[role][0][0]}"


def links(login: Login, path: str, language: str) -> tuple[Link, ...]:
    """Return a role's links; the one whose page, or the nearest above it, is shown is current."""
    base = f"/t/{login.town.slug}/"
    hrefs = [(base + end, code) for end, code in DOORS[login.role]]
    above = [href for href, _ in hrefs if path == href or path.startswith(f"{href}/")]
    current = max(above, key=len, default="")
    return tuple(
        Link(href=href, text=api.words.text(code, {}, language), is_current=href == current)
        for href, code in hrefs
    )
