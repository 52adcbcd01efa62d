"""The day's page in a real browser: map, rounds, stops, tables, and what it must never do."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

import api.app
from api.settings import Settings
from data.database import Database, Pool
from delivery.accounts import Role
from tests import browser as browsing
from tests import builders, logins, planned_day
from tests.browser import Watch, breaches

DAY = f"/t/essai/jour/{builders.DAY}"
#: The first two rounds in daylight, as tokens.css has them.
BLUE, OCHRE = "10,63,176", "174,98,0"
PHONE = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 900}


@dataclass
class Site:
    """A served town and how to look at it."""

    browser: Browser
    url: str
    watch: Watch
    pages: list[Page]
    login: dict[str, str]

    def open(
        self, path: str = DAY, *, ready: bool = True, script: str = "", **options: object
    ) -> Page:
        context = self.browser.new_context(
            **{"viewport": DESK, "locale": "fr-FR", "reduced_motion": "reduce", **options}
        )
        logins.add(context, self.url, "essai", self.login)
        page = context.new_page()
        self.pages.append(page)
        self.watch.over(page)
        page.add_init_script(script)
        page.goto(self.url + path)
        if ready:
            page.wait_for_selector("#map[data-ready=yes]", timeout=30_000)
        return page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.chromium() as started:
        yield started


@pytest.fixture
def server(pool: Pool, database: Database, town_id: int, tmp_path: Path) -> Iterator[str]:
    planned_day.write_day(pool, town_id, tmp_path)
    settings = Settings(home=tmp_path, DATABASE_URL=database.application_url)
    app = api.app.create_app(settings, clock=lambda: builders.NOON)
    with browsing.served(app) as url:
        yield url


@pytest.fixture
def login(pool: Pool, town_id: int) -> dict[str, str]:
    return logins.cookie(pool, town_id, Role.DISPATCHER, now=builders.NOON)


@pytest.fixture
def site(browser: Browser, server: str, login: dict[str, str]) -> Iterator[Site]:
    opened = Site(browser=browser, url=server, watch=Watch(server), pages=[], login=login)
    yield opened
    for page in opened.pages:
        page.context.close()
    assert opened.watch.complaints == []


def colours(page: Page) -> dict[str, int]:
    """Count the colours of the map as it is seen on the screen."""
    page.wait_for_timeout(300)
    shot = base64.b64encode(page.locator("#map").screenshot()).decode()
    return page.evaluate(
        """async (shot) => {
            const image = new Image();
            image.src = `data:image/png;base64,${shot}`;
            await image.decode();
            const sheet = new OffscreenCanvas(image.width, image.height);
            const pen = sheet.getContext("2d");
            pen.drawImage(image, 0, 0);
            const { data } = pen.getImageData(0, 0, image.width, image.height);
            const seen = {};
            for (let at = 0; at < data.length; at += 4) {
                const colour = data.slice(at, at + 3).join();
                seen[colour] = (seen[colour] ?? 0) + 1;
            }
            return seen;
        }""",
        shot,
    )


def test_the_map_shows_streets_water_and_every_round(site: Site) -> None:
    page = site.open()
    seen = colours(page)
    for colour in ("243,240,232", "255,255,255", "185,216,232", "215,229,198"):
        assert seen.get(colour, 0) > 200, f"{colour} is missing: {len(seen)} colours"
    for round_colour in (BLUE, OCHRE):
        assert seen.get(round_colour, 0) > 200
    expect(page.locator("#map-state")).to_be_hidden()


def test_the_map_follows_the_dark_of_the_evening(site: Site) -> None:
    page = site.open(DAY + "#tournee-1")
    assert colours(page).get("26,34,39", 0) == 0
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(500)
    assert colours(page).get("26,34,39", 0) > 10_000
    expect(page.locator(".mark").first).to_be_visible()


def test_choosing_a_round_brings_it_forward_on_map_list_and_table(site: Site) -> None:
    page = site.open()
    blue_before = colours(page)[BLUE]
    page.get_by_role("button", name="Tournée 2").click()
    expect(page.get_by_role("button", name="Tournée 2")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#said")).to_contain_text("Tournée 2, Camionnette")
    expect(page.locator("#tournee-2")).to_have_attribute("open", "")
    expect(page.locator(".mark")).to_have_count(2)
    assert colours(page).get(BLUE, 0) < blue_before / 4
    assert page.url.endswith("#tournee-2")
    page.get_by_role("button", name="Toutes les tournées").click()
    expect(page.locator(".mark")).to_have_count(0)
    assert colours(page)[BLUE] > blue_before / 2


def test_a_stop_is_reached_and_read_with_the_keyboard_alone(site: Site) -> None:
    page = site.open()
    page.get_by_role("button", name="Tournée 1").focus()
    page.keyboard.press("Enter")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('mark')"):
            break
    mark = page.locator(".mark:focus")
    expect(mark).to_have_accessible_name(
        "Arrêt 1 · 3, 14:25, Boutique La fromagerie, 1 retrait, fait à 14:25 ; "
        "14:35, Boutique La fromagerie, 1 retrait, fait à 14:35"
    )
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    tip = page.locator(".maplibregl-popup")
    expect(tip).to_contain_text("Arrêt 4")
    expect(tip).to_contain_text("12 rue du Port")
    expect(tip).to_contain_text("1 remise entre 15:00 et 17:00")
    expect(tip).to_contain_text("fait à 17:09, 9 min après le créneau")
    page.keyboard.press("Escape")
    expect(tip).to_have_count(0)


def test_a_row_of_the_table_leads_to_its_stop_on_the_map(site: Site) -> None:
    page = site.open()
    page.locator("#tournee-1 summary").click()
    page.get_by_role("button", name="Arrêt 5, Montrer sur la carte").first.click()
    expect(page.locator(".maplibregl-popup")).to_contain_text("20 rue du Port")
    expect(page.locator(".maplibregl-popup")).to_contain_text("échec à")
    expect(page.locator(".mark:focus")).to_have_text("5")


def test_a_click_on_a_line_of_the_map_chooses_its_round(site: Site) -> None:
    page = site.open()
    box = page.locator("#map").bounding_box()
    assert box is not None
    # The van alone rides the far end of the street.
    page.evaluate("document.querySelector('.mapped').scrollIntoView()")
    page.locator("#map").hover()
    shot = page.locator(".pick[data-round='2']")
    for across in range(int(box["width"]) - 45, int(box["width"]) // 2, -3):
        page.locator("#map canvas").click(position={"x": across, "y": int(box["height"]) // 2})
        if shot.get_attribute("aria-pressed") == "true":
            return
    pytest.fail("no click met the van's round")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(site: Site, scheme: str) -> None:
    page = site.open(color_scheme=scheme)
    assert breaches(page) == []
    page.get_by_role("button", name="Tournée 1").click()
    page.locator(".mark").first.focus()
    page.locator("#tournee-2 summary").click()
    assert breaches(page) == []


def test_a_narrow_phone_never_scrolls_sideways(site: Site) -> None:
    page = site.open(viewport=PHONE)
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    small = page.evaluate(
        """[...document.querySelectorAll("a, button, summary")]
            .filter((each) => each.checkVisibility() && !each.matches(".mark, .skip, .foot a"))
            .map((each) => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
            .filter(([, box]) => box.width < 48 || box.height < 48)
            .map(([html, box]) => `${html} ${box.width} x ${box.height}`)"""
    )
    assert small == []
    assert breaches(page) == []


def test_without_javascript_the_tables_say_it_all(site: Site) -> None:
    page = site.open(ready=False, java_script_enabled=False)
    # Chromium counts the preload of a script it will not run as refused by policy.
    site.watch.complaints.clear()
    expect(page.locator("#map-state")).to_contain_text("La carte vient avec JavaScript")
    page.locator("#tournee-1 summary").click()
    expect(page.locator("#tournee-1 tbody tr")).to_have_count(5)
    expect(page.get_by_role("region", name="Livraisons")).to_contain_text("40 rue du Port")


def test_without_webgl_the_page_says_so_and_keeps_its_tables(site: Site) -> None:
    page = site.open(ready=False, script="HTMLCanvasElement.prototype.getContext = () => null")
    expect(page.locator("#map-state")).to_contain_text("WebGL manque")
    page.get_by_role("button", name="Tournée 2").click()
    expect(page.locator("#tournee-2 tbody")).to_contain_text("30 rue du Port")


def test_a_day_without_a_plan_says_so(site: Site) -> None:
    page = site.open("/t/essai/jour/2026-11-21", ready=False)
    expect(page.get_by_role("heading", name="Aucune tournée ce jour-là")).to_be_visible()
    expect(page.get_by_role("link", name="Jour précédent")).to_be_visible()
    assert breaches(page) == []


def test_the_page_speaks_english_where_asked(site: Site) -> None:
    page = site.open(DAY + "?lang=en")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Rounds of Friday 20 November 2026")
    expect(page.get_by_role("button", name="All rounds")).to_be_visible()
    assert page.get_by_role("link", name="Next day").get_attribute("href").endswith("?lang=en")


def test_the_figures_of_the_day_stand_first(server: str, login: dict[str, str]) -> None:
    text = httpx.get(server + DAY, headers={"accept-language": "fr"}, cookies=login).text
    plain = text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    for figure in ("5", "4", "1", "2", "2,7 km", "0 %", "8,00 €"):
        assert f'<span class="figure">{figure}</span>' in plain
    assert "Ville fictive" in text
    assert text.index("Commandes") < text.index('id="map"')


def test_the_start_leads_to_the_only_town_and_its_newest_planned_day(
    server: str, login: dict[str, str]
) -> None:
    answer = httpx.get(server + "/", follow_redirects=True)
    assert answer.url.path == "/t/essai/connexion"
    answer = httpx.get(server + "/t/essai/jour", cookies=login)
    assert "20 novembre 2026" in answer.text


@pytest.mark.parametrize(
    "path", ["/t/nulle-part/jour", "/t/essai/jour/2026-02-30", "/t/essai/jour/20261120"]
)
def test_what_does_not_exist_is_a_readable_page(
    server: str, login: dict[str, str], path: str
) -> None:
    answer = httpx.get(server + path, cookies=login)
    assert answer.status_code == 404
    assert "Page introuvable" in answer.text
    assert answer.headers["content-type"].startswith("text/html")


def test_answers_forbid_other_origins_and_keep_versioned_files(
    server: str, login: dict[str, str]
) -> None:
    with httpx.Client(base_url=server, cookies=login) as client:
        page = client.get(DAY)
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "unsafe-inline" not in page.headers["content-security-policy"]
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["cache-control"] == "no-store"
        rounds = client.get(f"{DAY}/rounds.geojson")
        again = client.get(
            f"{DAY}/rounds.geojson", headers={"if-none-match": rounds.headers["etag"]}
        )
        assert again.status_code == 304
        streets = client.get("/t/essai/streets.geojson?v=1")
        assert streets.headers["content-encoding"] == "gzip"
        assert "immutable" in streets.headers["cache-control"]
        assert streets.json()["features"]
        assert client.get("/static/../pages.py").status_code == 404
        assert client.get("/static/maplibre/package.json").status_code == 404
        assert client.get("/healthz").json() == {"status": "ok"}


def test_a_towns_day_is_closed_to_strangers(server: str) -> None:
    for path in ("/t/essai/jour", DAY):
        answer = httpx.get(server + path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/t/essai/connexion?suite=")
    for path in (f"{DAY}/rounds.geojson", "/t/essai/streets.geojson"):
        assert httpx.get(server + path).status_code == 401
