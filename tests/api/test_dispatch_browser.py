"""The dispatcher's desk in a real browser: plans, bars and moves, by keyboard, narrow, dark."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Response, expect

import api.app
import api.operations.rides
import api.operations.towns
import data.streets.basemap
import data.towns
from api.settings import Settings
from data.database import Database
from data.streets.engine import StreetProcesses
from delivery.accounts import Role
from delivery.proofs import EventKind
from delivery.rounds import RoundState, TaskKind
from tests import browser as browsing
from tests import logins, planned_day
from tests.browser import Watch, breaches
from tests.builders import DAY, a_slot, an_event, an_order
from tests.small_town import EVE, Town

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 320, "height": 640}
BOARD = f"/t/essai/regulation/{DAY}"
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
#: Buttons and links that stand alone; links within a sentence or a cell may be lower.
LOW_TARGETS = """[...document.querySelectorAll("main :is(.button, select, input, .tabs a)")]
    .filter((each) => each.checkVisibility() && each.type !== "hidden" && each.type !== "checkbox")
    .filter((each) => each.getBoundingClientRect().height < 47.9)
    .map((each) => each.outerHTML.slice(0, 100))"""
#: What a page may weigh, the map's own code and data apart.
MOST_BYTES = 250_000
MAP_FILES = ("maplibre", ".geojson")


@dataclass
class Office:
    """The dispatcher's computer and the town behind it."""

    browser: Browser
    url: str
    town: Town
    streets: StreetProcesses
    cookies: dict[str, str]
    watch: Watch
    pages: list[Page] = field(default_factory=list)

    def open(self, path: str = BOARD, *, is_watched: bool = True, **options: Any) -> Page:
        page = self.blank(is_watched=is_watched, **options)
        page.goto(self.url + path)
        return page

    def blank(self, *, is_watched: bool = True, **options: Any) -> Page:
        context = self.browser.new_context(
            **{"viewport": DESK, "locale": "fr-FR", "reduced_motion": "reduce", **options}
        )
        logins.add(context, self.url, "essai", self.cookies)
        page = context.new_page()
        self.pages.append(page)
        if is_watched:
            self.watch.over(page)
        return page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.chromium() as started:
        yield started


@pytest.fixture
def office(
    browser: Browser, town: Town, streets: StreetProcesses, database: Database, tmp_path: Path
) -> Iterator[Office]:
    with town.pool.connection() as conn:
        folder = api.operations.towns.basemap_file(tmp_path, data.towns.by_id(conn, town.id)).parent
    data.streets.basemap.write_basemap(planned_day.town_map(), folder)
    settings = Settings(home=tmp_path, DATABASE_URL=database.application_url)
    app = api.app.create_app(settings, clock=town.clock, worker=True)
    with browsing.served(app) as url:
        app.state.streets_of = lambda town_id: streets
        opened = Office(
            browser=browser,
            url=url,
            town=town,
            streets=streets,
            cookies=logins.cookie(town.pool, town.id, Role.DISPATCHER, now=EVE, name="Régulation"),
            watch=Watch(url),
        )
        yield opened
        for page in opened.pages:
            page.context.close()
    assert opened.watch.complaints == []


def four_doors(town: Town) -> list[int]:
    """Take four doors of the afternoon in; return their deliveries."""
    taken = town.take(
        *(
            an_order(f"A-{number}", address=f"{number} rue du Port", shop=shop)
            for number, shop in ((12, "fromagerie"), (20, "librairie"), (30, "fromagerie"))
        ),
        an_order("A-8", address="8 rue Haute, 22999 Essai"),
    )
    return [each.delivery_id for each in taken if each.delivery_id is not None]


def a_busy_day(office: Office) -> list[int]:
    """Publish a round of three doors, one done late, one failed; set one delivery aside."""
    town = office.town
    deliveries = four_doors(town)
    town.plan(office.streets)
    town.publish()
    (round_,) = town.rounds()
    doors = [task for task in round_.tasks if task.kind is TaskKind.DROPOFF]
    late = doors[0].latest_at
    reports = [
        (EventKind.ROUND_STARTED, None, round_.departs_at, {}),
        *(
            (EventKind.PICKED_UP, task.id, task.planned_at, {})
            for task in round_.tasks
            if task.kind is TaskKind.PICKUP
        ),
        (EventKind.FAILED, doors[0].id, doors[0].planned_at, {"reason": "absent"}),
        (EventKind.DELIVERED, doors[1].id, late.replace(minute=9), {"note": "au voisin"}),
    ]
    town.clock.moment = late.replace(minute=12)
    for seq, (kind, task_id, at, payload) in enumerate(reports):
        event = an_event(
            kind, round_id=round_.id, task_id=task_id, device_at=at, seq=seq, payload=payload
        )
        (verdict,) = api.operations.rides.record(
            town.pool, town.id, round_.vehicle_id, [event], now=town.clock()
        )
        assert verdict.refusal is None, verdict.refusal
    office.cookies = logins.cookie(town.pool, town.id, Role.DISPATCHER, now=town.clock())
    return deliveries


def test_a_day_is_planned_watched_and_published(office: Office) -> None:
    four_doors(office.town)
    page = office.open()
    expect(page.get_by_text("4 livraisons attendent d’être planifiées")).to_be_visible()
    page.get_by_label("Temps de calcul").select_option("10")
    page.get_by_role("button", name="Planifier").click()
    expect(page.get_by_role("heading", name="Calcul du plan")).to_be_visible()
    bar = page.get_by_role("progressbar", name="Calcul du plan")
    expect(page.locator("#calcul-dit")).to_have_text(
        re.compile(r"Calcul en cours\s: [2-9]0"), timeout=30_000
    )
    expect(bar).to_be_visible()
    expect(page.get_by_text(re.compile("Meilleur plan à .*€, 0 livraison"))).to_be_visible()
    assert breaches(page) == []
    expect(page.get_by_text("Le plan est prêt")).to_be_visible(timeout=30_000)
    page.wait_for_selector("#map[data-ready=yes]", timeout=30_000)
    assert {round_.state for round_ in office.town.rounds()} == {RoundState.DRAFT}
    page.get_by_text("Publier le plan…").click()
    expect(page.get_by_text("1 tournée apparaît aussitôt")).to_be_visible()
    page.get_by_role("button", name="Publier aux livreurs").click()
    expect(page.get_by_text("Le plan est publié")).to_be_visible()
    assert {round_.state for round_ in office.town.rounds()} == {RoundState.PUBLISHED}


def test_the_bars_are_read_by_keyboard_and_by_pointer(office: Office) -> None:
    four_doors(office.town)
    office.town.plan(office.streets)
    page = office.open()
    page.wait_for_selector("#map[data-ready=yes]", timeout=30_000)
    said = page.locator("#bars-said")
    expect(said).to_contain_text("Flèches")
    bar = page.locator(".bars-plot .ride")
    bar.focus()
    expect(bar).to_have_accessible_name(re.compile(r"Tournée 1, Vélo \d, .* brouillon"))
    stops = page.locator("#tournee-1 tr[data-stop]")
    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text(re.compile(r"^\d\d:\d\d, "))
    first = said.text_content()
    page.keyboard.press("ArrowRight")
    assert said.text_content() != first
    page.keyboard.press("End")
    expect(said).to_contain_text("à faire")
    expect(page.locator(".stop.shown")).to_have_count(1)
    page.keyboard.press("Home")
    expect(said).to_have_text(first or "")
    page.locator(".bars-plot .stop").last.hover()
    assert said.text_content() != first
    bar.focus()
    page.keyboard.press("Enter")
    expect(stops.first).to_be_visible()


def test_a_delivery_is_moved_by_keyboard_alone(office: Office) -> None:
    one, *_ = four_doors(office.town)
    office.town.plan(office.streets)
    page = office.open()
    page.wait_for_selector("#map[data-ready=yes]", timeout=30_000)
    page.locator("#tournee-1 summary").focus()
    page.keyboard.press("Enter")
    link = page.get_by_role("link", name=f"Déplacer la livraison n° {one}")
    for _ in range(60):
        page.keyboard.press("Tab")
        if link.evaluate("each => each === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(str(one))
    button = page.get_by_role("button", name=re.compile("^Déplacer ici")).first
    for _ in range(30):
        page.keyboard.press("Tab")
        if button.evaluate("each => each === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Livraison n° {one} déplacée")).to_be_visible()
    assert len(office.town.rounds()) == 2
    page.get_by_role("button", name="Annuler ce déplacement").press("Enter")
    expect(page.locator(".dispatch-undo")).to_be_visible()
    assert len(office.town.rounds()) == 1


def paths(deliveries: list[int]) -> list[str]:
    """Return the desk's pages that are opened by an address."""
    return [
        BOARD,
        f"{BOARD}/livraisons",
        f"/t/essai/regulation/livraisons/{deliveries[0]}",
        f"/t/essai/regulation/{DAY + timedelta(days=1)}",
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_at_the_desk(office: Office, scheme: str) -> None:
    deliveries = a_busy_day(office)
    found = {}
    for path in paths(deliveries):
        page = office.open(path, color_scheme=scheme)
        page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
        found[path] = breaches(page)
    link = office.open(color_scheme=scheme)
    link.get_by_role("button", name=re.compile("^Lien du téléphone de Vélo 1")).click()
    expect(link.get_by_role("img", name=re.compile("Code à viser"))).to_be_visible()
    found["link"] = breaches(link)
    assert found == {path: [] for path in found}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_where_deliveries_are_moved(office: Office, scheme: str) -> None:
    one, *_ = four_doors(office.town)
    office.town.take(
        an_order("B-1", slot_starts_at=a_slot(hour=9).starts_at, address="14 rue du Port")
    )
    office.town.plan(office.streets)
    page = office.open(f"{BOARD}/deplacer?livraison={one}", color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
    expect(page.get_by_text("J’ai vu ce qui casse").first).to_be_visible()
    assert breaches(page) == []
    board = office.open(color_scheme=scheme)
    board.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
    assert breaches(board) == []


def test_nothing_is_wider_than_a_narrow_phone(office: Office) -> None:
    deliveries = a_busy_day(office)
    wide, low = [], []
    for path in paths(deliveries):
        page = office.open(path, viewport=PHONE)
        page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
        wide += [path] if page.evaluate(WIDER) else []
        low += page.evaluate(LOW_TARGETS)
    page = office.open(viewport=PHONE)
    page.get_by_role("button", name=re.compile("^Lien du téléphone de Vélo 1")).click()
    page.wait_for_url(re.compile("/lien$"))
    wide += ["link"] if page.evaluate(WIDER) else []
    low += page.evaluate(LOW_TARGETS)
    assert (wide, low) == ([], [])


def test_moves_fit_a_narrow_phone(office: Office) -> None:
    one, *_ = four_doors(office.town)
    office.town.plan(office.streets)
    page = office.open(f"{BOARD}/deplacer?livraison={one}", viewport=PHONE)
    page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
    assert not page.evaluate(WIDER)
    assert page.evaluate(LOW_TARGETS) == []


def test_the_desk_works_without_script(office: Office) -> None:
    one, *_ = four_doors(office.town)
    page = office.open(java_script_enabled=False, is_watched=False)
    page.get_by_role("button", name="Planifier").click()
    expect(page.get_by_text("Le plan est prêt")).to_be_visible(timeout=40_000)
    page.locator("#tournee-1 summary").click()
    page.get_by_role("link", name=f"Déplacer la livraison n° {one}").click()
    page.get_by_role("button", name="Mettre de côté").click()
    expect(page.get_by_text("mise de côté par la régulation")).to_be_visible()
    page.get_by_role("link", name=f"Affecter à une tournée la livraison n° {one}").click()
    page.get_by_text("Déplacer malgré tout…").first.click()
    expect(page.get_by_text("J’ai vu ce qui casse").first).to_be_visible()
    page.get_by_role("button", name=re.compile("^Déplacer ici")).first.click()
    page.get_by_text("Publier le plan…").click()
    page.get_by_role("button", name="Publier aux livreurs").click()
    expect(page.get_by_text("Le plan est publié")).to_be_visible()


def test_pages_are_light(office: Office) -> None:
    deliveries = a_busy_day(office)
    heavy = {}
    for path in paths(deliveries):
        page = office.blank()
        weights: list[int] = []

        def weigh(response: Response, weights: list[int] = weights) -> None:
            if not any(part in response.url for part in MAP_FILES):
                weights.append(response.request.sizes()["responseBodySize"])

        page.on("response", weigh)
        page.goto(office.url + path, wait_until="networkidle")
        heavy[path] = sum(weights)
    print(heavy)
    assert max(heavy.values()) < MOST_BYTES, heavy
