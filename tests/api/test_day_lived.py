"""A day lived by its people, in a real browser, each at their own door, without a command."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

import api.operations.logins
import api.operations.months
import api.operations.password_links
import api.operations.passwords
import api.operations.towns
import data.accounts
import data.database
import data.streets.basemap
import data.towns
from api.app import create_app
from api.settings import Settings
from data.database import Database, scoped
from data.streets.engine import StreetProcesses
from delivery.accounts import NewAccount, Role
from delivery.pooling import DeliveryState
from delivery.rounds import RoundState
from tests import browser as browsing
from tests import builders, planned_day
from tests.browser import Watch, breaches
from tests.small_town import Town

PASSWORD = "trois petits bateaux"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
PLAN_TIMEOUT_MS = 60_000


@dataclass
class People:
    """Everybody of the town, each with a browser of their own."""

    url: str
    town: Town
    browser: Browser
    watch: Watch

    def enter(self, role: Role, **options: object) -> Page:
        """Come in by the login page as a person would."""
        page = self.strangers(**options)
        page.goto(f"{self.url}/t/essai")
        page.get_by_label("Adresse électronique").fill(email(role))
        page.get_by_label("Mot de passe").fill(PASSWORD)
        page.get_by_role("button", name="Entrer").click()
        return page

    def strangers(self, **options: object) -> Page:
        context: BrowserContext = self.browser.new_context(
            **{"viewport": DESK, "locale": "fr-FR", "reduced_motion": "reduce", **options}
        )
        page = context.new_page()
        self.watch.over(page)
        return page


def email(role: Role) -> str:
    return f"{role.value}@essai.example"


@pytest.fixture
def people(
    town: Town, streets: StreetProcesses, database: Database, tmp_path: Path
) -> Iterator[People]:
    kept = api.operations.passwords.hash_password(PASSWORD)
    with town.pool.connection() as conn:
        folder = api.operations.towns.basemap_file(tmp_path, data.towns.by_id(conn, town.id)).parent
    data.streets.basemap.write_basemap(planned_day.town_map(), folder)
    with scoped(town.pool, town.id) as conn:
        for role in Role:
            account = NewAccount(
                email=email(role),
                name=f"Compte {role.value}",
                role=role,
                shop_id=town.shops["fromagerie"] if role is Role.SHOP else None,
                vehicle_id=town.vehicles[0] if role is Role.COURIER else None,
            )
            data.accounts.add(conn, account, at=town.clock(), password_hash=kept)
    settings = Settings(home=tmp_path, DATABASE_URL=database.application_url)  # type: ignore[call-arg]
    app = create_app(settings, clock=town.clock, worker=True)
    with browsing.chromium() as browser, browsing.served(app) as url:
        app.state.streets_of = lambda town_id: streets
        opened = People(url=url, town=town, browser=browser, watch=Watch(url))
        yield opened
        for context in browser.contexts:
            context.close()
    assert opened.watch.complaints == []


def test_a_day_is_lived_without_the_command_line(people: People) -> None:
    home_code, link = shop_enters_an_order_and_prints_its_label(people)
    drive_code = shop_enters_an_order_for_the_drive(people)
    recipient_takes_another_slot(people, link)
    dispatcher_plans_and_publishes(people)
    people.town.clock.moment = datetime(2026, 11, 20, 16, 10, tzinfo=UTC)
    courier_rides_and_proves(people, home_code)
    drive_hands_over(people, drive_code)
    recipient_sees_that_it_came(people, link)
    town_hall_finds_the_line_with_its_proof(people)


def shop_enters_an_order_and_prints_its_label(people: People) -> tuple[str, str]:
    page = people.enter(Role.SHOP)
    page.get_by_role("link", name="Nouvelle commande").first.click()
    page.locator("[name=phone]").fill("06 39 98 00 01")
    page.locator("[name=name]").fill("Anne Moreau")
    page.locator("[name=basket]").fill("23,50")
    page.locator("[name=fulfilment][value=home]").check()
    page.locator("[name=address]").fill("12 rue du Port")
    page.keyboard.press("Escape")
    page.locator("[name=slot_home]").nth(1).check()
    page.locator("#order .save button").click()
    page.wait_for_url(re.compile(r"/commerce/commandes/\d+"))
    code = page.locator(".bigcode").inner_text()
    assert re.fullmatch(r"\d{4}", code)
    label = page.get_by_role("link", name=re.compile("tiquette")).first.get_attribute("href")
    assert label is not None
    sheet = page.request.get(people.url + label)
    assert sheet.headers["content-type"] == "application/pdf"
    assert sheet.body().startswith(b"%PDF")
    return code, page.locator("#lien").input_value()


def shop_enters_an_order_for_the_drive(people: People) -> str:
    page = people.enter(Role.SHOP)
    page.get_by_role("link", name="Nouvelle commande").first.click()
    page.locator("[name=phone]").fill("06 39 98 00 02")
    page.locator("[name=name]").fill("Paul Kerbrat")
    page.locator("[name=basket]").fill("12")
    page.locator("[name=fulfilment][value=drive]").check()
    page.locator("#order .save button").click()
    page.wait_for_url(re.compile(r"/commerce/commandes/\d+"))
    return page.locator(".bigcode").inner_text()


def recipient_takes_another_slot(people: People, link: str) -> None:
    page = people.strangers(viewport=PHONE)
    page.goto(link)
    page.locator("details.change summary").click()
    page.locator("[name=slot]").last.check()
    page.locator("details.change button").click()
    expect(page.locator(".banner-good")).to_be_visible()
    (home,) = [each for each in people.town.deliveries() if each.fulfilment.value == "home"]
    (slot,) = [each for each in people.town.slots() if each.id == home.slot_id]
    assert slot.starts_at == builders.a_slot(hour=16).starts_at


def dispatcher_plans_and_publishes(people: People) -> None:
    page = people.enter(Role.DISPATCHER)
    page.goto(f"{people.url}/t/essai/regulation/{builders.DAY}")
    page.get_by_role("button", name=re.compile("Planifier|Calculer")).click()
    expect(page.locator("progress")).to_be_visible()
    page.locator(".dispatch-confirm summary").click(timeout=PLAN_TIMEOUT_MS)
    page.locator(".dispatch-confirm form button").click()
    expect(page.locator(".banner-good")).to_be_visible()
    assert {each.state for each in people.town.deliveries()} == {DeliveryState.PLANNED}
    page.wait_for_selector("#map[data-ready=yes]")
    page.context.close()


def courier_rides_and_proves(people: People, code: str) -> None:
    riding = people.town.rounds()[0].vehicle_id
    with scoped(people.town.pool, people.town.id) as conn:
        conn.execute("UPDATE accounts SET vehicle_id = %s WHERE role = 'courier'", (riding,))
    page = people.enter(Role.COURIER, viewport=PHONE)
    for _ in range(40):
        if all(each.state is RoundState.FINISHED for each in people.town.rounds()):
            break
        for field in page.locator("input.digits").all():
            field.fill(code)
        page.locator(".thumb .button-big").first.click()
        page.wait_for_load_state()
    home, drive = sorted(people.town.deliveries(), key=lambda each: each.fulfilment.value != "home")
    assert home.state is DeliveryState.PROVEN
    assert home.proof_kind == "code"
    assert drive.state is DeliveryState.UNDER_WAY


def drive_hands_over(people: People, code: str) -> None:
    page = people.enter(Role.HUB)
    page.get_by_role("link", name=re.compile("Paul Kerbrat")).first.click()
    page.locator("[name=code]").fill("0000" if code != "0000" else "0001")
    page.get_by_role("button", name=re.compile("Remettre")).click()
    expect(page.locator(".fault")).to_be_visible()
    # Browsers note on their console what a page answers to a wrong code.
    assert [each for each in people.watch.complaints if "422" in each and "/remettre" in each]
    people.watch.complaints.clear()
    page.locator("[name=code]").fill(code)
    page.get_by_role("button", name=re.compile("Remettre")).click()
    expect(page.locator(".banner-good").first).to_be_visible()
    assert {each.state for each in people.town.deliveries()} == {DeliveryState.PROVEN}


def recipient_sees_that_it_came(people: People, link: str) -> None:
    page = people.strangers(viewport=PHONE)
    page.goto(link)
    expect(page.locator(".now-done")).to_be_visible()


def town_hall_finds_the_line_with_its_proof(people: People) -> None:
    people.town.clock.moment = datetime(2026, 12, 1, 8, tzinfo=UTC) + timedelta(days=3)
    api.operations.months.close(
        people.town.pool, people.town.id, date(2026, 11, 1), now=people.town.clock()
    )
    (home,) = [each for each in people.town.deliveries() if each.fulfilment.value == "home"]
    page = people.enter(Role.MAIRIE)
    page.get_by_role("link", name=re.compile("ETAT-2026-11-01")).first.click()
    expect(page.locator(".control.banner-good")).to_be_visible()
    page.locator("[name=livraison]").fill(str(home.id))
    page.get_by_role("button", name="Filtrer").click()
    page.wait_for_url(re.compile(r"livraison="))
    line = page.locator("a[href*='/lignes/']")
    expect(line).to_have_count(1)
    line.click()
    assert home.proof_sha256 is not None
    expect(page.locator("main")).to_contain_text(home.proof_sha256)
    expect(page.locator("main")).not_to_contain_text("Moreau")
    expect(page.locator("main")).not_to_contain_text("rue du Port")


def test_the_pages_behind_links_have_no_barrier(people: People) -> None:
    town = people.town
    with scoped(town.pool, town.id) as conn:
        account = data.accounts.by_email(conn, email(Role.MAIRIE))
    assert account is not None
    reset = api.operations.password_links.make_link(
        town.pool, town.id, account.id, "reset", now=town.clock()
    )
    phone = api.operations.logins.make_day_link(
        town.pool, town.id, town.vehicles[0], date(2026, 11, 19), now=town.clock()
    )
    for path in (f"mot-de-passe/{reset}", f"telephone/{phone}"):
        for scheme in ("light", "dark"):
            page = people.strangers(viewport={"width": 320, "height": 700}, color_scheme=scheme)
            page.goto(f"{people.url}/t/essai/{path}")
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            assert breaches(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth") == 320
