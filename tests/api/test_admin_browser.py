"""The administrator's pages in a real browser: by keyboard, narrow, in the dark, for axe."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

import api.app
import data.accounts
import data.fleet
import data.keys
import data.shops
from api.settings import Settings
from data.database import Database, scoped
from data.keys import Key
from data.streets.engine import StreetProcesses
from delivery.accounts import Role
from tests import browser as browsing
from tests import logins
from tests.browser import Watch, breaches
from tests.small_town import EVE, Town

DESK = {"width": 1280, "height": 900}
NARROW = {"width": 320, "height": 640}
ADMIN = "/t/essai/admin"
#: What can be touched, but the frame's own: less than 24 px wide or 48 px high.
SMALL_TARGETS = """[...document.querySelectorAll("main a, main button, main input, main summary")]
    .filter((each) => each.checkVisibility() && each.type !== "hidden")
    .filter((each) => !each.closest(".pickable, .field-check, .tabs"))
    .map((each) => [each.outerHTML.slice(0, 100), each.getBoundingClientRect()])
    .filter(([, box]) => box.width < 24 || box.height < 47.9)
    .map(([html, box]) => `${html} ${box.width} x ${box.height}`)"""
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@dataclass
class Office:
    """An administrator's desk and the town behind it."""

    browser: Browser
    url: str
    town: Town
    cookies: dict[str, str]
    watch: Watch
    pages: list[Page] = field(default_factory=list)

    def open(self, path: str = "", **options: Any) -> Page:
        context = self.browser.new_context(
            **{"viewport": DESK, "locale": "fr-FR", "reduced_motion": "reduce", **options}
        )
        logins.add(context, self.url, "essai", self.cookies)
        page = context.new_page()
        self.pages.append(page)
        self.watch.over(page)
        page.goto(f"{self.url}{ADMIN}{path}")
        return page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.chromium() as started:
        yield started


@pytest.fixture
def office(
    browser: Browser, town: Town, database: Database, test_home: Any, streets: StreetProcesses
) -> Iterator[Office]:
    settings = Settings(home=test_home, DATABASE_URL=database.application_url)
    app = api.app.create_app(settings, clock=town.clock)
    with browsing.served(app) as url:
        app.state.streets_of = lambda town_id: streets
        opened = Office(
            browser=browser,
            url=url,
            town=town,
            cookies=logins.cookie(town.pool, town.id, Role.ADMIN, now=EVE, name="Claire"),
            watch=Watch(url),
        )
        yield opened
        for page in opened.pages:
            page.context.close()
    # A form that is answered with what to mend is no fault of the page.
    assert [each for each in opened.watch.complaints if "422" not in each] == []


@pytest.fixture
def paths(office: Office) -> tuple[str, ...]:
    """Every page of the administrator, each with something on it."""
    town = office.town
    with scoped(town.pool, town.id) as conn:
        shop, vehicle = data.shops.listed(conn)[0], data.fleet.listed(conn)[0]
        data.shops.set_partner(conn, data.shops.listed(conn)[1].id, False)
        data.fleet.set_in_service(conn, data.fleet.listed(conn)[1].id, False)
        for label in ("Site du marché", "Ancienne caisse"):
            key = Key(town_id=town.id, role="shop", subject_id=shop.id)
            data.keys.add(conn, key, label=label, at=EVE)
        data.keys.revoke_labelled(conn, "Ancienne caisse", at=EVE)
        (account,) = data.accounts.listed(conn)
    return (
        "",
        "/ville",
        "/commerces",
        "/commerces/nouveau",
        "/commerces/import",
        f"/commerces/{shop.id}",
        "/vehicules",
        "/vehicules/nouveau",
        f"/vehicules/{vehicle.id}",
        "/creneaux",
        "/comptes",
        "/comptes/nouveau",
        f"/comptes/{account.id}",
        "/cles",
    )


def test_axe_finds_nothing_by_day_and_by_night(office: Office, paths: tuple[str, ...]) -> None:
    for scheme in ("light", "dark"):
        page = office.open(color_scheme=scheme)
        for path in paths:
            page.goto(f"{office.url}{ADMIN}{path}")
            page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
            assert breaches(page) == [], (scheme, path)


def test_nothing_is_cut_off_at_320_pixels_and_all_can_be_touched(
    office: Office, paths: tuple[str, ...]
) -> None:
    page = office.open(viewport=NARROW)
    for path in paths:
        page.goto(f"{office.url}{ADMIN}{path}")
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        assert not page.evaluate(WIDER), path
        assert page.evaluate(SMALL_TARGETS) == [], path


def test_somebody_is_invited_by_keyboard_alone(office: Office) -> None:
    page = office.open("/comptes")
    page.get_by_role("link", name="Inviter quelqu’un").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/comptes/nouveau")
    page.locator("#f-name").focus()
    page.keyboard.type("La librairie")
    page.keyboard.press("Tab")
    page.keyboard.type("librairie@essai.example")
    page.keyboard.press("Tab")
    expect(page.get_by_role("radio", name="Commerce")).to_be_focused()
    expect(page.locator("#f-vehicle_id")).to_be_hidden()
    page.keyboard.press("Tab")
    expect(page.locator("#f-shop_id")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.keyboard.type("La lib")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Lien d’invitation")).to_be_visible()
    assert breaches(page) == []


def test_a_form_to_mend_leads_to_each_field_and_keeps_what_was_typed(office: Office) -> None:
    page = office.open("/commerces/nouveau")
    page.evaluate("for (const form of document.forms) form.noValidate = true")
    page.locator("#f-name").fill("La cave")
    page.locator("#f-siret").fill("123")
    page.locator("#f-opens_0_1").fill("9h")
    page.get_by_role("button", name="Enregistrer").click()
    faults = page.locator("#faults")
    expect(faults).to_contain_text("SIRET")
    expect(page.locator("#f-name")).to_have_value("La cave")
    expect(page.locator("#f-closes_0_1")).to_have_attribute("aria-invalid", "true")
    faults.get_by_role("link", name="SIRET").click()
    expect(page.locator("#f-siret")).to_be_focused()
    assert breaches(page) == []


def test_a_key_is_made_shown_and_revoked_by_keyboard(office: Office) -> None:
    page = office.open("/cles")
    page.locator("#f-label").focus()
    page.keyboard.type("Site du marché")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("marche")
    page.keyboard.press("Enter")
    expect(page.locator("#cle")).to_contain_text("col_")
    assert breaches(page) == []
    page.locator("summary", has_text="Révoquer").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Oui, révoquer")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("La clé est révoquée")
    expect(page.get_by_text("Aucune clé en vigueur")).to_be_visible()


def test_a_list_of_shops_is_chosen_and_sent(office: Office, tmp_path: Any) -> None:
    file = tmp_path / "commerces.csv"
    file.write_text(
        "code;nom;metier;siret;adresse;lon;lat;horaires;apporte;reste_a_charge\n"
        "cave;La cave;vin;73282932000074;20 rue du Port;-2.048;48.45;Tu-Sa 09:00-12:30;;\n"
        "halles;Les halles;primeur;1;20 rue du Port;-2.048;48.45;Tu-Sa 09:00-12:30;;\n"
    )
    page = office.open("/commerces/import")
    page.locator("#f-file").set_input_files(file)
    page.get_by_role("button", name="Importer").click()
    expect(page.locator("#faults")).to_contain_text("Ligne 3")
    expect(page.locator("#faults")).to_contain_text("1 commerce a été enregistré")
    assert breaches(page) == []


def test_words_are_english_where_english_is_asked_for(
    office: Office, paths: tuple[str, ...]
) -> None:
    page = office.open("?lang=en")
    for path in paths:
        page.goto(f"{office.url}{ADMIN}{path}")
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page.locator("nav.tabs")).to_contain_text("Shops")
        expect(page.locator("main")).not_to_contain_text("Enregistrer")
