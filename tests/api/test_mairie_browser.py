"""The recipient's page and the town hall's in a real browser: seen, touched, and by keyboard."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response, expect

import api.app
import api.operations.handovers
import api.operations.towns
import data.slots
import data.streets.basemap
import data.towns
from api.settings import Settings
from data.database import Database, Pool, scoped
from delivery.accounts import Role
from delivery.slots import NewSlot, SlotKind
from tests import browser as browsing
from tests import closed_month, logins, planned_day
from tests import money_builders as money
from tests.browser import Watch, breaches
from tests.builders import a_slot, an_order
from tests.small_town import Town

PHONE = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 900}
#: A page without its map: the town hall reads it over a slow line too.
MOST_BYTES = 250_000


@dataclass
class Site:
    """A served town, looked at with or without a login."""

    browser: Browser
    url: str
    watch: Watch
    cookies: dict[str, str]
    pages: list[Page]

    def open(self, path: str, *, has_map: bool = False, **options: object) -> Page:
        context = self.browser.new_context(
            **{"viewport": DESK, "locale": "fr-FR", "reduced_motion": "reduce", **options}
        )
        logins.add(context, self.url, "essai", self.cookies)
        page = context.new_page()
        self.pages.append(page)
        self.watch.over(page)
        page.goto(self.url + path)
        if has_map:
            page.wait_for_selector("#map[data-ready=yes]", timeout=30_000)
        return page

    def close(self) -> None:
        for page in self.pages:
            page.context.close()
        assert self.watch.complaints == []


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.chromium() as started:
        yield started


def check_narrow(page: Page) -> None:
    """Nothing scrolls sideways, and what is touched is large enough; links in text are exempt."""
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    small = page.evaluate(
        """[...document.querySelectorAll("main a, main button, main summary, main input")]
            .filter((each) => each.checkVisibility() && !each.matches("p > a, dd > a"))
            .map((each) => [each.outerHTML.slice(0, 80),
                            (each.closest("label") ?? each).getBoundingClientRect()])
            .filter(([, box]) => box.height < 44)
            .map(([html, box]) => `${html} ${box.width} x ${box.height}`)"""
    )
    assert small == []
    assert breaches(page) == []


# The recipient


@dataclass
class Parcel:
    """An order on its way, and its link."""

    site: Site
    town: Town
    order_id: int
    path: str


@pytest.fixture
def parcel(browser: Browser, town: Town, database: Database, tmp_path: Path) -> Iterator[Parcel]:
    tomorrow = a_slot().starts_at + timedelta(days=1)
    with scoped(town.pool, town.id) as conn:
        data.slots.publish(
            conn,
            [
                NewSlot(
                    kind=SlotKind.HOME,
                    starts_at=tomorrow,
                    ends_at=tomorrow + timedelta(hours=2),
                    cutoff_at=tomorrow,
                    capacity=5,
                )
            ],
        )
    taken, _ = town.take(an_order("A-1"), an_order("A-2", shop="librairie"))
    with scoped(town.pool, town.id) as conn:
        row = conn.execute(
            "SELECT tracking_token FROM orders WHERE id = %s", (taken.order_id,)
        ).fetchone()
    assert row is not None
    settings = Settings(home=tmp_path, DATABASE_URL=database.application_url)  # type: ignore[call-arg]
    with browsing.served(api.app.create_app(settings, clock=town.clock)) as url:
        site = Site(browser=browser, url=url, watch=Watch(url), cookies={}, pages=[])
        yield Parcel(site=site, town=town, order_id=taken.order_id, path=f"/t/essai/suivi/{row[0]}")
        site.close()


def test_a_recipient_takes_another_slot_by_touch(parcel: Parcel) -> None:
    page = parcel.site.open(parcel.path, viewport={"width": 390, "height": 844}, has_touch=True)
    expect(page.get_by_role("heading", name="En préparation")).to_be_visible()
    page.get_by_text("Changer de créneau").tap()
    page.get_by_role("group", name="samedi 21 novembre").get_by_text("entre 15 h et 17 h").tap()
    page.get_by_role("button", name="Prendre ce créneau").tap()
    expect(page.get_by_role("status").first).to_have_text("Votre nouveau créneau est retenu.")
    expect(page.get_by_text("samedi 21 novembre, entre 15 h et 17 h")).to_be_visible()
    assert page.context.cookies() == []


def test_a_recipient_takes_another_slot_by_keyboard_without_script(parcel: Parcel) -> None:
    page = parcel.site.open(parcel.path, java_script_enabled=False)
    parcel.site.watch.complaints.clear()
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".banner-good")).to_contain_text("Votre nouveau créneau est retenu.")


def test_the_page_keeps_itself_up_to_date_and_says_so_once(parcel: Parcel) -> None:
    page = parcel.site.open(parcel.path)
    page.locator("summary").click()
    api.operations.handovers.prepare(
        parcel.town.pool,
        parcel.town.id,
        parcel.town.shops["fromagerie"],
        parcel.order_id,
        now=parcel.town.clock(),
    )
    page.evaluate(
        "htmx.ajax('GET', document.querySelector('#etat').getAttribute('hx-get'),"
        " {target: '#etat', swap: 'outerHTML'})"
    )
    expect(page.get_by_role("heading", name="Préparée")).to_be_visible()
    expect(page.locator("#nouvelles")).to_have_text("Du nouveau : Préparée")
    expect(page.get_by_role("button", name="Prendre ce créneau")).to_be_visible()
    assert page.locator("#etat").get_attribute("hx-trigger") == "every 60s"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_recipients_page(parcel: Parcel, scheme: str) -> None:
    page = parcel.site.open(parcel.path, color_scheme=scheme)
    assert breaches(page) == []
    page.locator("summary").click()
    assert breaches(page) == []


def test_the_recipients_page_fits_the_narrowest_phone(parcel: Parcel) -> None:
    check_narrow(parcel.site.open(parcel.path, viewport=PHONE))


def test_a_wrong_link_is_a_calm_page(parcel: Parcel) -> None:
    page = parcel.site.open(f"{parcel.path[:-4]}0000")
    expect(page.get_by_role("heading", level=1)).to_have_text("Page introuvable")
    assert breaches(page) == []
    # Chromium tells the console of every page that answers 404.
    parcel.site.watch.complaints.clear()


# The town hall


@dataclass
class Hall:
    """A closed month, looked at by the town hall."""

    site: Site
    path: str


@pytest.fixture
def more(request: pytest.FixtureRequest) -> int:
    """How many lines the statement has beyond its seven."""
    return getattr(request, "param", 0)


#: The statement has more lines than a page shows.
long = pytest.mark.parametrize("more", [100], indirect=True)


@pytest.fixture
def hall(
    browser: Browser, pool: Pool, database: Database, town_id: int, tmp_path: Path, more: int
) -> Iterator[Hall]:
    closed = closed_month.close_november(pool, town_id, more=more)
    with pool.connection() as conn:
        town = data.towns.by_id(conn, town_id)
    folder = api.operations.towns.basemap_file(tmp_path, town).parent
    data.streets.basemap.write_basemap(planned_day.town_map(), folder)
    settings = Settings(home=tmp_path, DATABASE_URL=database.application_url)  # type: ignore[call-arg]
    app = api.app.create_app(settings, clock=lambda: money.DECEMBER_1ST)
    cookies = logins.cookie(pool, town_id, Role.MAIRIE, now=money.DECEMBER_1ST)
    with browsing.served(app) as url:
        site = Site(browser=browser, url=url, watch=Watch(url), cookies=cookies, pages=[])
        yield Hall(site=site, path=f"/t/essai/mairie/etats/{closed.statement.id}")
        site.close()


def test_the_town_hall_finds_a_line_with_its_proof(hall: Hall) -> None:
    page = hall.site.open("/t/essai/mairie")
    page.get_by_role("link", name="ETAT-2026-11-01").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("État mensuel, novembre 2026")
    expect(page.get_by_text("Contrôle : total de l’état")).to_be_visible()
    page.get_by_label("Preuve", exact=True).select_option("Note")
    page.get_by_label("Zone", exact=True).select_option("=Hameaux")
    page.get_by_role("button", name="Filtrer").click()
    expect(page.get_by_text("Lignes 1 à 1 sur 1")).to_be_visible()
    page.locator(".lines tbody .row-link").click()
    expect(page.get_by_role("region", name="La preuve")).to_contain_text("a" * 64)
    expect(page.get_by_role("region", name="La décision")).to_contain_text("ramenée à 5,83")
    expect(page.get_by_role("table", name="Mouvements dans le grand livre")).to_contain_text(
        "Engagement"
    )
    page.get_by_role("link", name="Ligne suivante").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ligne")


def test_the_map_shades_zones_by_amount_and_by_count_and_leads_to_their_lines(hall: Hall) -> None:
    page = hall.site.open(hall.path, has_map=True)
    legend = page.get_by_role("list", name="Légende")
    expect(legend.locator("li")).to_have_count(6)
    expect(legend.locator("li").last).to_contain_text("€")
    page.get_by_role("button", name="Livraisons").click()
    expect(legend.locator("li").last).to_have_text("jusqu’à 5")
    expect(page.get_by_role("button", name="Livraisons")).to_have_attribute("aria-pressed", "true")
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(300)
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.locator("#map canvas").click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    page.wait_for_url("**?zone=ville#lignes")
    expect(page.get_by_role("row", name="Lignes retenues 5")).to_be_visible()


@long
def test_the_heads_stay_while_the_lines_scroll(hall: Hall) -> None:
    page = hall.site.open(hall.path)
    page.locator(".lines tbody tr").nth(60).scroll_into_view_if_needed()
    head = page.locator(".lines thead th").first.bounding_box()
    assert head is not None and head["y"] == pytest.approx(0, abs=1)


@long
def test_pages_of_lines_are_turned_and_the_filters_stay(hall: Hall) -> None:
    page = hall.site.open(f"{hall.path}?zone=ville")
    page.get_by_role("link", name="Suivantes").click()
    expect(page.get_by_text("Lignes 101 à 105 sur 105")).to_be_visible()
    expect(page.get_by_label("Zone", exact=True)).to_have_value("ville")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_town_halls_pages(hall: Hall, scheme: str) -> None:
    for path in ("/t/essai/mairie", hall.path, f"{hall.path}?nul=yes", f"{hall.path}/lignes/1"):
        page = hall.site.open(path, color_scheme=scheme, has_map=path.startswith(hall.path + "?"))
        page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        assert breaches(page) == [], path


def test_the_town_halls_pages_fit_the_narrowest_phone(hall: Hall) -> None:
    for path in ("/t/essai/mairie", f"{hall.path}?nul=yes", f"{hall.path}/lignes/1"):
        check_narrow(hall.site.open(path, viewport=PHONE))


def test_without_script_the_tables_say_what_the_map_would(hall: Hall) -> None:
    page = hall.site.open(hall.path, java_script_enabled=False)
    # Chromium counts the preload of a script it will not run as refused by policy.
    hall.site.watch.complaints.clear()
    expect(page.locator("#map-state")).to_contain_text("Le tableau par zone dit la même chose")
    expect(page.get_by_role("table", name="Par zone")).to_contain_text("Ville")
    expect(page.get_by_role("group", name="Montrer sur la carte")).to_be_hidden()


@long
def test_pages_are_light(hall: Hall) -> None:
    for path in ("/t/essai/mairie", f"{hall.path}/lignes/1", hall.path):
        sizes: dict[str, int] = {}

        def weigh(response: Response, sizes: dict[str, int] = sizes) -> None:
            if "maplibre" not in response.url and "geojson" not in response.url:
                sizes[response.url] = response.request.sizes()["responseBodySize"]

        page = hall.site.open("/t/essai/compte")
        page.on("response", weigh)
        page.goto(hall.site.url + path, wait_until="networkidle")
        assert 0 < sum(sizes.values()) < MOST_BYTES, sizes
