"""The shop's order form in a real browser, by keyboard alone, and every page of its door."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, expect

import api.app
import api.operations.entries
import api.operations.handovers
from api.settings import Settings
from data.database import Database
from delivery.accounts import Role
from delivery.orders import Fulfilment, Order, Recipient
from delivery.parcels import Size, Temperature
from tests import browser as browsing
from tests import logins
from tests.api.test_entries import an_entry
from tests.browser import Watch, breaches
from tests.builders import a_parcel, an_order
from tests.small_town import Town

COUNTER = "/t/essai/commerce"
NEW = f"{COUNTER}/commandes/nouvelle"
DESK = {"width": 1280, "height": 900}
#: The narrowest phone a page must fit.
NARROW = {"width": 320, "height": 640}
MOST_BYTES = 250_000
#: A page that refuses a form is no failure of the browser's.
REFUSAL = re.compile(r"status of (409|422|429)")

type Record = Callable[[str, object], None]


@dataclass
class Hands:
    """Two hands on a keyboard: every key they press is counted."""

    page: Page
    keys: int = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1

    def type(self, text: str) -> None:
        self.press(*text)


@dataclass
class Wire:
    """What a page asked for."""

    paths: list[str] = field(default_factory=list)
    size: int = 0

    def over(self, page: Page) -> None:
        page.on("request", self._ask)
        page.on("requestfinished", self._count)

    def _ask(self, request: Request) -> None:
        self.paths.append(request.url.split("/", 3)[3])

    def _count(self, request: Request) -> None:
        sizes = request.sizes()
        self.size += sizes["responseBodySize"] + sizes["responseHeadersSize"]


@dataclass
class Counter:
    """A shop's browser on a served town."""

    browser: Browser
    url: str
    town: Town
    cookies: dict[str, str]
    watch: Watch
    pages: list[Page] = field(default_factory=list)

    def open(self, path: str = NEW, **options: object) -> Page:
        context = self.browser.new_context(
            **{"viewport": DESK, "locale": "fr-FR", "reduced_motion": "reduce", **options}
        )
        logins.add(context, self.url, "essai", self.cookies)
        page = context.new_page()
        self.pages.append(page)
        self.watch.over(page)
        page.goto(self.url + path)
        return page

    def orders(self) -> list[Order]:
        return api.operations.handovers.of_shop(
            self.town.pool, self.town.id, self.town.shops["fromagerie"]
        )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.chromium() as started:
        yield started


@pytest.fixture
def counter(browser: Browser, town: Town, database: Database, tmp_path: Path) -> Iterator[Counter]:
    settings = Settings(home=tmp_path, DATABASE_URL=database.application_url)  # type: ignore[call-arg]
    app = api.app.create_app(settings, clock=town.clock)
    shop_id = town.shops["fromagerie"]
    with browsing.served(app) as url:
        cookies = logins.cookie(town.pool, town.id, Role.SHOP, shop_id=shop_id, now=town.clock())
        opened = Counter(
            browser=browser, url=url, town=town, cookies=cookies, watch=Watch(origin=url)
        )
        yield opened
        for page in opened.pages:
            page.context.close()
    assert [each for each in opened.watch.complaints if not REFUSAL.search(each)] == []


def serve(town: Town, key: str, **changes: object) -> int:
    return api.operations.entries.enter(
        town.pool,
        town.id,
        town.shops["fromagerie"],
        an_entry(**changes),
        key=key,
        now=town.clock(),
    )


def test_a_regular_is_served_in_eighteen_keys(
    counter: Counter, town: Town, record_property: Record
) -> None:
    serve(town, "before")
    page = counter.open(COUNTER)
    page.keyboard.press("Tab")  # The browser's window has the focus, as at a counter.
    wire = Wire()
    wire.over(page)
    began = time.perf_counter()
    hands = Hands(page)
    hands.press("Alt+n")
    expect(page.locator("#f-phone")).to_be_focused()
    hands.type("0639980001")
    expect(page.locator("#known")).to_contain_text("Anne Moreau")
    hands.press("Tab", "Tab")
    hands.type("23,50")
    hands.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("La commande est enregistrée")
    took = time.perf_counter() - began
    expect(page.locator(".bigcode")).to_have_text(re.compile(r"\d{4}"))
    expect(page.locator("main").get_by_role("link", name="Nouvelle commande")).to_be_focused()
    _, order = counter.orders()
    assert (order.recipient_name, order.basket_cents) == ("Anne Moreau", 2350)
    assert town.delivery(order.delivery_id).place.label == "12 rue du Port, 22999 Essai"
    documents = [path for path in wire.paths if path.startswith("t/")]
    for name, value in (
        ("keystrokes", hands.keys),
        ("requests", len(wire.paths)),
        ("requests_without_files", len(documents)),
        ("seconds", round(took, 2)),
    ):
        record_property(name, value)
        print(f"{name}: {value}")
    assert hands.keys <= 20
    assert len(documents) <= 5


def test_somebody_new_is_written_down_by_keyboard_alone(
    counter: Counter, record_property: Record
) -> None:
    page = counter.open()
    hands = Hands(page)
    hands.type("0639980002")
    hands.press("Tab")
    hands.type("Paul Le Goff")
    hands.press("Tab")
    hands.type("48")
    hands.press("Tab", "Tab")
    expect(page.locator("#f-address")).to_be_focused()
    hands.type("14 port")
    options = page.get_by_role("option")
    expect(options).to_have_count(1)
    hands.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    hands.press("Enter")
    expect(page.locator("#f-address")).to_have_value("14 rue du Port, 22999 Essai")
    expect(page.locator("#doors")).to_be_hidden()
    # The second slot, two large ones and no medium one, chilled.
    hands.press("Tab", "ArrowDown", "Tab", "Tab", "0", "Tab", "2", "Tab", "Tab", "ArrowRight")
    hands.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("La commande est enregistrée")
    (order,) = counter.orders()
    assert (order.recipient_name, order.recipient_phone) == ("Paul Le Goff", "+33639980002")
    assert order.parcels == (a_parcel(Size.LARGE, temperature=Temperature.CHILLED),) * 2
    delivery = counter.town.delivery(order.delivery_id)
    assert delivery.place.label == "14 rue du Port, 22999 Essai"
    assert [slot.booked for slot in counter.town.slots()][:2] == [0, 1]
    record_property("keystrokes_new_recipient", hands.keys)
    print(f"keystrokes, somebody new: {hands.keys}")
    assert hands.keys < 60


def test_arrow_keys_choose_the_way_and_only_its_slots_stay(counter: Counter) -> None:
    page = counter.open()
    home = page.get_by_role("group", name="Créneau de livraison")
    drive = page.get_by_role("group", name="Créneau au drive")
    expect(home).to_be_visible()
    expect(drive).to_be_hidden()
    page.get_by_role("radio", name="Domicile").focus()
    page.keyboard.press("ArrowDown")
    expect(drive).to_be_visible()
    expect(home).to_be_hidden()
    expect(page.locator("#f-address")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Au comptoir")).to_be_checked()
    expect(drive).to_be_hidden()


def test_the_list_of_doors_closes_with_escape_and_leaves_what_was_written(
    counter: Counter,
) -> None:
    page = counter.open()
    address = page.locator("#f-address")
    address.focus()
    page.keyboard.type("12 rue du")
    expect(address).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(address).to_have_attribute("aria-activedescendant", "door-0")
    page.keyboard.press("Escape")
    expect(address).to_have_attribute("aria-expanded", "false")
    expect(address).to_have_value("12 rue du")


def test_what_somebody_typed_is_not_overwritten(counter: Counter, town: Town) -> None:
    serve(town, "before")
    page = counter.open()
    page.locator("#f-name").fill("Mme Moreau mère")
    page.locator("#f-phone").fill("06 39 98 00 01")
    page.keyboard.press("Tab")
    expect(page.locator("#f-address")).to_have_value("12 rue du Port, 22999 Essai")
    expect(page.locator("#f-name")).to_have_value("Mme Moreau mère")


def test_what_is_to_be_mended_has_the_focus_and_leads_to_its_field(counter: Counter) -> None:
    page = counter.open()
    page.locator("#f-name").fill("Paul")
    page.locator("#f-basket").fill("vingt")
    page.keyboard.press("Enter")
    expect(page.locator("#faults")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#f-basket")).to_be_focused()
    expect(page.locator("#f-basket")).to_have_attribute("aria-invalid", "true")
    assert page.title().startswith("À corriger")


def test_it_works_without_script(counter: Counter) -> None:
    page = counter.open(java_script_enabled=False)
    page.locator("#f-name").fill("Paul Le Goff")
    page.locator("#f-basket").fill("12")
    page.locator("#f-address").fill("12 rue du Prot")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="12 rue du Port, 22999 Essai").click()
    expect(page.get_by_role("status")).to_contain_text("La commande est enregistrée")
    assert len(counter.orders()) == 1


def test_enter_sends_the_form_and_not_the_first_suggestion(counter: Counter) -> None:
    page = counter.open()
    page.locator("#f-name").fill("Paul Le Goff")
    page.locator("#f-basket").fill("12")
    page.locator("#f-address").fill("8 rue Haute")
    page.keyboard.press("Enter")
    expect(page.locator("#e-address")).to_contain_text("Plusieurs portes")
    page.locator("#f-name").press("Enter")
    expect(page.locator("#e-address")).to_contain_text("Plusieurs portes")
    assert counter.orders() == []


def test_a_new_order_appears_on_the_list_by_itself(counter: Counter, town: Town) -> None:
    page = counter.open("/t/essai/commerce")
    page.close()
    context = counter.browser.new_context(viewport=DESK, locale="fr-FR")
    logins.add(context, counter.url, "essai", counter.cookies)
    page = context.new_page()
    counter.pages.append(page)
    counter.watch.over(page)
    page.clock.install()
    page.goto(counter.url + COUNTER)
    town.take(an_order())
    page.clock.fast_forward(46_000)
    expect(page.get_by_role("link", name="Anne Moreau")).to_be_visible()
    expect(page.locator("#said")).to_contain_text("1 nouvelle")


# Every page


@pytest.fixture
def paths(counter: Counter, town: Town) -> dict[str, str]:
    """Every page of the shop's door, on a day that has something in every group."""
    at_counter = {"fulfilment": Fulfilment.COUNTER, "address": None, "slot_starts_at": None}
    shop_id = town.shops["fromagerie"]
    first = serve(
        town,
        "one",
        parcels=(
            a_parcel(Size.SMALL, temperature=Temperature.CHILLED),
            a_parcel(fragile=True, age_check=True),
        ),
        note="code portail 12B",
    )
    paul = Recipient(name="Paul Le Goff", phone="+33639980002")
    others = [
        serve(town, f"k-{n}", recipient=paul, address=f"{n + 20} rue du Port") for n in range(5)
    ]
    fetched = serve(town, "counter", recipient=paul, **at_counter)
    for each in (others[0], fetched):
        api.operations.handovers.prepare(town.pool, town.id, shop_id, each, now=town.clock())
    with town.pool.connection() as conn, conn.transaction():
        conn.execute("SELECT set_config('app.town', %s, true)", (str(town.id),))
        for state, each in zip(("collected", "failed", "delivered"), others[1:], strict=False):
            conn.execute("UPDATE orders SET state = %s WHERE id = %s", (state, each))
    order = f"{COUNTER}/commandes/{first}"
    return {
        "today": COUNTER,
        "search": f"{COUNTER}/commandes?q=paul",
        "nothing": f"{COUNTER}/commandes?q=zzz",
        "new": NEW,
        "order": order,
        "taken": f"{order}?fait=shop_taken",
        "counter": f"{COUNTER}/commandes/{fetched}",
        "amend": f"{order}/modifier",
        "cancel": f"{order}/annuler",
    }


def test_axe_finds_nothing_by_day_and_by_night(counter: Counter, paths: dict[str, str]) -> None:
    for scheme in ("light", "dark"):
        for name, path in paths.items():
            page = counter.open(path, color_scheme=scheme)
            assert breaches(page) == [], (scheme, name)
            page.close()


def test_axe_finds_nothing_in_a_form_to_mend_nor_in_an_open_list(counter: Counter) -> None:
    page = counter.open()
    page.locator("#f-address").fill("12 rue du Prot")
    page.locator("#f-name").fill("Paul")
    page.locator("#f-basket").fill("12")
    page.keyboard.press("Enter")
    expect(page.locator("#faults")).to_be_visible()
    assert breaches(page) == []
    page.locator("#f-address").fill("")
    page.locator("#f-address").press_sequentially("12 rue")
    expect(page.get_by_role("listbox")).to_be_visible()
    assert breaches(page) == []


def test_nothing_scrolls_sideways_on_the_narrowest_phone(
    counter: Counter, paths: dict[str, str]
) -> None:
    for name, path in paths.items():
        page = counter.open(path, viewport=NARROW)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= NARROW["width"], name
        page.close()


def test_fingers_find_what_they_press(counter: Counter, paths: dict[str, str]) -> None:
    for name, path in paths.items():
        page = counter.open(path, viewport=NARROW)
        small = page.evaluate(
            """() => [...document.querySelectorAll(
                "main button, main .button, main input:not([type=hidden]), main summary"
            )]
                .filter((each) => !each.closest(".unseen, .pickable") && each.checkVisibility())
                .filter((each) => each.getBoundingClientRect().height < 47.5)
                .map((each) => each.outerHTML.slice(0, 120))"""
        )
        assert small == [], name
        page.close()


def test_pages_are_light(counter: Counter, paths: dict[str, str], record_property: Record) -> None:
    for name, path in paths.items():
        context = counter.browser.new_context(viewport=DESK, locale="fr-FR")
        logins.add(context, counter.url, "essai", counter.cookies)
        page = context.new_page()
        wire = Wire()
        wire.over(page)
        page.goto(counter.url + path)
        page.wait_for_load_state("networkidle")
        record_property(f"bytes_{name}", wire.size)
        print(f"{name}: {wire.size / 1000:.0f} kB in {len(wire.paths)} requests")
        assert wire.size < MOST_BYTES
        context.close()
