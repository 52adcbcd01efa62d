"""The courier's pages on a phone: map and turns, targets for a thumb, no script needed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import api.app
import api.operations.towns
import data.streets.basemap
import data.streets.osm
import data.towns
from api.settings import Settings
from data.database import Database
from data.streets.engine import StreetProcesses
from delivery.accounts import Role
from delivery.orders import Fulfilment, Recipient
from delivery.parcels import Size, Temperature
from delivery.rounds import RoundState, StopKind, TaskState
from delivery.slots import SlotKind
from tests import browser as browsing
from tests import builders, logins
from tests.api.test_day_page import colours
from tests.browser import Watch, breaches
from tests.small_town import Town

PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 640}
#: The first round's colour in daylight, and the map's ground.
BLUE, GROUND = "10,63,176", "243,240,232"
#: Everything that can be touched, but the skip link, links in the footer and marks on the map:
#: what a mark says stands in the list below it too.
TARGETS = """[...document.querySelectorAll("a, button, summary, input, label.pickable")]
    .filter((each) => each.checkVisibility() && each.type !== "hidden")
    .filter((each) => !each.matches(".mark, .skip, .foot a, .notice a, .pickable input"))
    .map((each) => [each.outerHTML.slice(0, 100), each.getBoundingClientRect()])
    .filter(([, box]) => box.width < 48 || box.height < 47.9)
    .map(([html, box]) => `${html} ${box.width} x ${box.height}`)"""


@dataclass
class Saddle:
    """A courier's phone and the town behind it."""

    browser: Browser
    url: str
    town: Town
    cookies: dict[str, str]
    watch: Watch
    pages: list[Page]

    @property
    def path(self) -> str:
        return f"/t/essai/tournees/{self.town.rounds()[0].id}"

    def open(self, path: str = "", **options: object) -> Page:
        context = self.browser.new_context(
            **{"viewport": PHONE, "locale": "fr-FR", "reduced_motion": "reduce", **options}
        )
        logins.add(context, self.url, "essai", self.cookies)
        page = context.new_page()
        self.pages.append(page)
        self.watch.over(page)
        page.goto(self.url + self.path + path)
        return page

    def open_map(self, **options: object) -> Page:
        page = self.open("/carte", **options)
        page.wait_for_selector("#map[data-ready=yes]", timeout=30_000)
        return page

    def stop(self, kind: StopKind) -> str:
        stop = next(each for each in self.town.rounds()[0].stops if each.kind is kind)
        return f"/arrets/{stop.id}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.chromium() as started:
        yield started


@pytest.fixture
def server(
    town: Town, streets: StreetProcesses, database: Database, test_home: Path, tmp_path: Path
) -> Iterator[str]:
    """The small town with its streets to look at, one round published for its first bike."""
    town.take(
        builders.an_order(
            "A-1",
            note="digicode 12B",
            parcels=(
                builders.a_parcel(temperature=Temperature.CHILLED),
                builders.a_parcel(Size.LARGE, fragile=True, age_check=True),
            ),
        ),
        builders.an_order("A-2", shop="librairie"),
        builders.an_order("A-3", recipient=Recipient(name="Yann Kerbiriou", phone="+33639980003")),
        builders.an_order(
            "A-4",
            recipient=Recipient(name="Paul Le Goff", phone="+33639980002"),
            fulfilment=Fulfilment.DRIVE,
            address=None,
            slot_starts_at=builders.a_slot(SlotKind.DRIVE, hour=15).starts_at,
        ),
    )
    town.plan(streets, iterations=20)
    town.publish()
    town.clock.moment = town.rounds()[0].departs_at
    _draw(town, test_home, tmp_path)
    settings = Settings(home=tmp_path, DATABASE_URL=database.application_url)
    app = api.app.create_app(settings, clock=town.clock)
    with browsing.served(app) as url:
        app.state.streets_of = lambda town_id: streets
        yield url


def _draw(town: Town, test_home: Path, home: Path) -> None:
    """Draw the streets that OSRM rides on, as an import would."""
    with town.pool.connection() as conn:
        kept = data.towns.by_id(conn, town.id)
    town_map = data.streets.osm.read_town(test_home / "small-town.osm")
    folder = api.operations.towns.basemap_file(home, kept).parent
    folder.mkdir(parents=True, exist_ok=True)
    data.streets.basemap.write_basemap(town_map, folder)


@pytest.fixture
def saddle(browser: Browser, server: str, town: Town) -> Iterator[Saddle]:
    cookies = logins.cookie(
        town.pool,
        town.id,
        Role.COURIER,
        vehicle_id=town.rounds()[0].vehicle_id,
        now=town.clock(),
        name="Vélo 1",
    )
    opened = Saddle(
        browser=browser, url=server, town=town, cookies=cookies, watch=Watch(server), pages=[]
    )
    yield opened
    for page in opened.pages:
        page.context.close()
    # A form that is asked again comes with a status the browser notes on its console.
    assert [each for each in opened.watch.complaints if "status of 422" not in each] == []


def act(page: Page) -> None:
    """Press the page's one big button."""
    page.locator(".thumb .button-big").click()


def test_the_map_shows_the_streets_and_the_way_to_follow(saddle: Saddle) -> None:
    page = saddle.open_map()
    seen = colours(page)
    assert seen.get(BLUE, 0) > 200 and seen.get(GROUND, 0) > 1000
    expect(page.locator("#map-state")).to_be_hidden()
    stops = len(saddle.town.rounds()[0].stops)
    expect(page.locator(".halt")).to_have_count(stops)
    assert page.locator(".mark").count() >= 2


def test_the_turns_are_written_beside_the_map(saddle: Saddle) -> None:
    page = saddle.open_map()
    turns = page.locator(".turn")
    expect(turns.first).to_contain_text("Partez")
    expect(turns.first).to_contain_text(" m")
    expect(turns.last).to_contain_text("Arrivée")
    assert turns.locator(".sign").count() == turns.count()


def test_a_stop_is_reached_and_read_on_the_map_with_the_keyboard_alone(saddle: Saddle) -> None:
    page = saddle.open_map()
    page.locator("#map canvas").focus()
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('mark')"):
            break
    mark = page.locator(".mark:focus")
    expect(mark).to_have_accessible_name(re.compile(r"Arrêt 1.*à prendre.*à faire"))
    page.keyboard.press("ArrowRight")
    expect(page.locator(".maplibregl-popup")).to_contain_text("Arrêt")
    page.keyboard.press("Escape")
    expect(page.locator(".maplibregl-popup")).to_have_count(0)


def test_a_round_is_ridden_by_its_one_big_button(saddle: Saddle) -> None:
    page = saddle.open()
    act(page)
    for stop in saddle.town.rounds()[0].stops:
        expect(page.locator("#suite")).to_contain_text(f"Aller à {stop.label}")
        act(page)
        expect(page.get_by_role("heading", level=1)).to_have_text(stop.label)
        for field in page.locator("input.digits").all():
            task = int((field.get_attribute("name") or "").removeprefix("code_"))
            delivery = next(each.delivery_id for each in stop.tasks if each.id == task)
            field.fill(saddle.town.delivery(delivery).code)
        act(page)
        expect(page.get_by_role("status")).to_have_text("C’est enregistré.")
    expect(page.locator("#suite")).to_contain_text("Rentrer au hub")
    act(page)
    expect(page.locator("#suite")).to_have_text("Tournée terminée")
    round_ = saddle.town.rounds()[0]
    assert round_.state is RoundState.FINISHED
    assert {task.state for task in round_.tasks} == {TaskState.DONE}


def test_without_javascript_everything_can_still_be_done(saddle: Saddle) -> None:
    page = saddle.open("/carte", java_script_enabled=False)
    # Chromium counts the preload of a script it will not run as refused by policy.
    saddle.watch.complaints.clear()
    expect(page.locator("#map-state")).to_contain_text("La carte vient avec JavaScript")
    expect(page.locator(".turn").last).to_contain_text("Arrivée")
    act(page)
    page.goto(saddle.url + saddle.path + saddle.stop(StopKind.DOOR))
    page.locator("details.fold summary").last.click()
    page.locator("input[name=reason][value=absent]").check()
    page.get_by_role("button", name="Signaler l’échec").click()
    expect(page.get_by_role("status")).to_have_text("C’est enregistré.")
    page.goto(saddle.url + saddle.path + saddle.stop(StopKind.DOOR))
    for box in page.locator("input[name=pick]").all():
        box.check()
    page.get_by_label("Pas de code").fill("remis à la gardienne")
    page.get_by_role("button", name="Colis remis").click()
    expect(page.get_by_role("status")).to_have_text("C’est enregistré.")
    door = next(each for each in saddle.town.rounds()[0].stops if each.kind is StopKind.DOOR)
    assert {task.state for task in door.tasks} == {TaskState.DONE}


def test_enter_in_the_code_field_means_done(saddle: Saddle) -> None:
    page = saddle.open(saddle.stop(StopKind.DOOR))
    page.locator("input.digits").first.fill("00")
    page.keyboard.press("Enter")
    expect(page.locator("#faults")).to_contain_text("Le code a 4 chiffres")
    assert page.locator("details.fold[open]").count() == 0


def test_the_next_act_is_reached_by_keyboard_and_never_hidden(saddle: Saddle) -> None:
    page = saddle.open()
    for _ in range(60):
        page.keyboard.press("Tab")
        hidden = page.evaluate(
            """() => {
                const held = document.activeElement;
                if (held === document.body || held.closest(".thumb")) return "";
                const box = held.getBoundingClientRect();
                const bar = document.querySelector(".thumb").getBoundingClientRect();
                return box.top >= bar.top ? held.outerHTML.slice(0, 90) : "";
            }"""
        )
        assert hidden == ""
        if page.evaluate("document.activeElement.closest('.thumb') !== null"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#suite")).to_contain_text("Aller à")


PATHS = ["list", "", "/carte", "shop", "door", "/retour"]


def visit(saddle: Saddle, path: str, **options: object) -> Page:
    """Open one of the courier's pages, its problems unfolded."""
    if path == "/carte":
        page = saddle.open_map(**options)
    elif path == "list":
        page = saddle.open("", **options)
        page.goto(f"{saddle.url}/t/essai/tournees")
    else:
        kinds = {"shop": StopKind.SHOP, "door": StopKind.DOOR}
        page = saddle.open(saddle.stop(kinds[path]) if path in kinds else path, **options)
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    return page


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(saddle: Saddle, path: str, scheme: str) -> None:
    assert breaches(visit(saddle, path, color_scheme=scheme)) == []


@pytest.mark.parametrize("path", PATHS)
def test_a_narrow_phone_shows_targets_for_a_thumb_and_never_scrolls_sideways(
    saddle: Saddle, path: str
) -> None:
    page = visit(saddle, path, viewport=NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
    assert page.evaluate(TARGETS) == []
    big = page.locator(".thumb .button-big").bounding_box()
    assert big is not None
    assert big["height"] >= 64 and big["width"] >= NARROW["width"] - 40
    assert big["y"] + big["height"] > NARROW["height"] - 32


def test_a_fault_is_told_where_it_can_be_mended(saddle: Saddle) -> None:
    page = saddle.open(saddle.stop(StopKind.DOOR))
    page.get_by_role("button", name="Colis remis").click()
    expect(page.get_by_role("alert")).to_contain_text("il faut une preuve")
    page.locator("#faults a").first.click()
    expect(page.locator("input.digits").first).to_be_focused()
    assert breaches(page) == []
