"""The demo as it is served: its accounts, and every page of every role looked at in a browser.

Links are followed from each role's door; a page no link leads to is opened by name, and one that is
neither fails the test, so that no page goes unlooked at.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from api.access import ACCESS, Rows
from api.demo_accounts import DEMO_ACCOUNTS
from delivery.accounts import Role
from tests import browser as browsing
from tests import demo_site
from tests.browser import Watch, breaches, transfer

LANDING = {
    Role.SHOP: "/commerce",
    Role.COURIER: "/tournees",
    Role.HUB: "/hub",
    Role.DISPATCHER: "/regulation",
    Role.MAIRIE: "/mairie",
    Role.ADMIN: "/admin",
}
#: What is sent with a page or by it, and is none itself.
NO_PAGE = re.compile(r"\.(geojson|csv|zip|pdf|json)$|^/static/|^/healthz$|^/docs$|/feuille$|/etat$")
#: What leads elsewhere at once.
LEADS_ON = {"/", "/t/{slug}", "/t/{slug}/c/{code}"}
#: Opened by their own tests: each needs a link that was just made, or work that is under way.
BY_THEIR_OWN_TESTS = {
    "/t/{slug}/mot-de-passe/{token}",
    "/t/{slug}/telephone/{token}",
    "/t/{slug}/regulation/{day}/calcul/{run_id}",
}
HEAVIEST_BYTES = 250_000


@dataclass(frozen=True)
class Demo:
    """A served demo, its town, and one address of each page by role."""

    url: str
    town: str
    pages: dict[Role, dict[str, str]]

    @property
    def each(self) -> dict[str, tuple[Role, str]]:
        """One role and address for each page's route."""
        return {route: (role, path) for role in Role for route, path in self.pages[role].items()}


@pytest.fixture(scope="module")
def demo(test_home: Path) -> Iterator[Demo]:
    with demo_site.served(0, home=test_home) as url:
        town = demo_site.slug(url)
        pages = {role: demo_site.pages(url, town, role) for role in Role}
        yield Demo(url=url, town=town, pages=pages)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.chromium() as started:
        yield started


def enter(browser: Browser, demo: Demo, role: Role, **options: object) -> BrowserContext:
    """Come in by the login page's own button."""
    context = browser.new_context(
        **{"base_url": demo.url, "locale": "fr-FR", "reduced_motion": "reduce", **options}
    )
    page = context.new_page()
    page.goto(f"/t/{demo.town}")
    page.locator(f"form:has(input[value='{DEMO_ACCOUNTS[role]}']) button").click()
    expect(page).to_have_url(re.compile(re.escape(f"/t/{demo.town}{LANDING[role]}") + r"(\?|$|/)"))
    page.close()
    return context


def test_the_demo_opens_on_a_login_page_and_each_account_lands_on_its_day(
    demo: Demo, browser: Browser
) -> None:
    for role in Role:
        context = enter(browser, demo, role)
        page = context.new_page()
        page.goto(f"/t/{demo.town}{LANDING[role]}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        context.close()


def test_every_page_is_looked_at(demo: Demo) -> None:
    routes = {
        path
        for (method, path), entry in ACCESS.items()
        if (method == "GET" and entry.rows is not Rows.PUBLIC) or path.endswith("/connexion")
    }
    routes = {path for path in routes if not NO_PAGE.search(path) and not path.startswith("/api/")}
    assert (
        routes - demo.each.keys() - LEADS_ON - BY_THEIR_OWN_TESTS - {"/t/{slug}/connexion"} == set()
    )


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_no_page_has_a_barrier_scrolls_sideways_or_asks_others(
    demo: Demo, browser: Browser, width: int, scheme: str
) -> None:
    watch = Watch(demo.url)
    wrong = []
    for role in Role:
        mine = {route: path for route, (who, path) in demo.each.items() if who is role}
        context = enter(
            browser,
            demo,
            role,
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
        )
        for route, path in sorted(mine.items()):
            page = context.new_page()
            watch.over(page)
            page.goto(path)
            wrong += [f"{route}: {each}" for each in breaches(page)]
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wrong.append(f"{route}: scrolls sideways")
            page.close()
        context.close()
    assert wrong == []
    assert watch.complaints == []


def test_a_first_visit_to_a_page_is_light(demo: Demo, browser: Browser, record_property) -> None:
    weights = {}
    for role in Role:
        context = enter(browser, demo, role)
        for route, (who, path) in demo.each.items():
            if who is role:
                _, weights[route] = transfer(context, path)
        context.close()
    heaviest = sorted(weights.items(), key=lambda each: -each[1])
    record_property("heaviest", heaviest[:5])
    print("\n".join(f"{weight / 1000:6.0f} kB {route}" for route, weight in heaviest))
    assert heaviest[0][1] < HEAVIEST_BYTES


def test_the_login_page_itself_has_no_barrier(demo: Demo, browser: Browser) -> None:
    for path in ("connexion", "mot-de-passe", "nulle-part"):
        for scheme in ("light", "dark"):
            page = browser.new_page(
                base_url=demo.url, color_scheme=scheme, viewport={"width": 320, "height": 700}
            )
            page.goto(f"/t/{demo.town}/{path}")
            assert breaches(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth") == 320
            page.close()


def test_pages_say_the_town_does_not_exist(demo: Demo) -> None:
    assert "n’existe pas" in httpx.get(f"{demo.url}/t/{demo.town}/connexion").text
