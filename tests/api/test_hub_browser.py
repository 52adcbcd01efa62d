"""The hub's counter on a tablet: by keyboard and scanner, without script, narrow, in the dark."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Response, expect

import api.app
import api.operations.handovers
from api.operations.intake import Taken
from api.settings import Settings
from data.database import Database, scoped
from delivery.accounts import Role
from delivery.orders import OrderState, Recipient
from delivery.parcels import Temperature
from tests import browser as browsing
from tests import logins
from tests.browser import Watch, breaches
from tests.builders import AT_DRIVE, NOON, a_parcel, an_order
from tests.small_town import EVE, Town

TABLET = {"width": 1024, "height": 768}
NARROW = {"width": 320, "height": 640}
#: Everything that can be touched, but the skip link, the notice and the footer.
SMALL_TARGETS = """[...document.querySelectorAll("a, button, input")]
    .filter((each) => each.checkVisibility() && each.type !== "hidden")
    .filter((each) => !each.matches(".skip, .notice a, .foot a"))
    .map((each) => [each.outerHTML.slice(0, 100), each.getBoundingClientRect()])
    .filter(([, box]) => box.width < 24 || box.height < 47.9)
    .map(([html, box]) => `${html} ${box.width} x ${box.height}`)"""
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@dataclass
class Counter:
    """The hub's tablet and the town behind it."""

    browser: Browser
    url: str
    town: Town
    cookies: dict[str, str]
    watch: Watch
    pages: list[Page] = field(default_factory=list)

    def open(
        self,
        path: str = "",
        *,
        is_watched: bool = True,
        before: Callable[[Page], object] = lambda page: None,
        **options: Any,
    ) -> Page:
        """Open a page of the hub; `before` is done to it while it is blank."""
        context = self.browser.new_context(
            **{"viewport": TABLET, "locale": "fr-FR", "reduced_motion": "reduce", **options}
        )
        logins.add(context, self.url, "essai", self.cookies)
        page = context.new_page()
        self.pages.append(page)
        if is_watched:
            self.watch.over(page)
        before(page)
        page.goto(f"{self.url}/t/essai/hub{path}")
        return page

    def take(self, *orders: Any) -> list[Taken]:
        """Take orders on the eve; it is noon of the day when the counter opens."""
        self.town.clock.moment = EVE
        taken = self.town.take(*orders)
        self.town.clock.moment = NOON
        return taken

    def bring(self, *taken: Taken) -> None:
        town = self.town
        for each in taken:
            shop_id = town.order(each.order_id).shop_id
            api.operations.handovers.drop_off(
                town.pool, town.id, shop_id, each.order_id, now=town.clock()
            )

    def receive(self, *taken: Taken) -> None:
        self.bring(*taken)
        for each in taken:
            api.operations.handovers.receive(
                self.town.pool, self.town.id, each.order_id, now=self.town.clock()
            )

    def code(self, taken: Taken, number: int = 1) -> str:
        with scoped(self.town.pool, self.town.id) as conn:
            rows = conn.execute(
                "SELECT code FROM parcels WHERE order_id = %s ORDER BY id", (taken.order_id,)
            ).fetchall()
        return str(rows[number - 1][0])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.chromium() as started:
        yield started


@pytest.fixture
def counter(browser: Browser, town: Town, database: Database, tmp_path: Path) -> Iterator[Counter]:
    settings = Settings(home=tmp_path, DATABASE_URL=database.application_url)
    app = api.app.create_app(settings, clock=town.clock)
    with browsing.served(app) as url:
        opened = Counter(
            browser=browser,
            url=url,
            town=town,
            cookies=logins.cookie(town.pool, town.id, Role.HUB, now=EVE, name="Comptoir"),
            watch=Watch(url),
        )
        yield opened
        for page in opened.pages:
            page.context.close()
    assert opened.watch.complaints == []


def a_lively_day(counter: Counter) -> list[Taken]:
    """Return orders half received, on the shelf, expected and handed over, in that order."""
    cold = a_parcel(temperature=Temperature.CHILLED, fragile=True)
    wine = a_parcel(age_check=True)
    long_name = "Jean-Baptiste de La Rochefoucauld-Montmorency"
    taken = counter.take(
        an_order("A-1", **AT_DRIVE, parcels=(cold, wine), recipient=Recipient(name=long_name)),
        an_order("A-2", **AT_DRIVE, parcels=(wine,), recipient=Recipient(name="Yann Le Goff")),
        an_order("A-3", shop="boulangerie"),
        an_order("A-4", **AT_DRIVE, recipient=Recipient(name="Soizic Prigent")),
    )
    counter.bring(taken[0])
    counter.receive(taken[1], taken[3])
    gone = taken[3]
    assert gone.delivery_id is not None and gone.code is not None
    api.operations.handovers.hand_over_at_drive(
        counter.town.pool,
        counter.town.id,
        gone.delivery_id,
        api.operations.handovers.Attempt(code=gone.code, now=NOON, actor="hub"),
    )
    return taken


def test_code_after_code_is_typed_without_touching_anything_else(counter: Counter) -> None:
    one, other = counter.take(an_order("A-1", **AT_DRIVE), an_order("A-2", shop="boulangerie"))
    counter.bring(one, other)
    page = counter.open()
    for taken, said in ((one, "Étagère du drive"), (other, "pas encore de tournée")):
        expect(page.locator("#f-code")).to_be_focused()
        page.keyboard.type(counter.code(taken))
        page.keyboard.press("Enter")
        expect(page.locator("#reponse")).to_contain_text(said)
    expect(page.locator("#f-code")).to_be_focused()
    expect(page.locator("#f-code")).to_have_value("")
    assert counter.town.order(one.order_id).state is OrderState.AT_DRIVE
    assert counter.town.order(other.order_id).state is OrderState.AT_HUB


def test_the_parcels_of_one_order_are_scanned_one_by_one(counter: Counter) -> None:
    (taken,) = counter.take(an_order("A-1", **AT_DRIVE, parcels=(a_parcel(),) * 3))
    counter.bring(taken)
    page = counter.open()
    for number in (1, 2):
        page.keyboard.type(counter.code(taken, number))
        page.keyboard.press("Enter")
        expect(page.locator(".hub-pending h2")).to_contain_text(f"Colis {number}/3")
    page.keyboard.type(counter.code(taken, 3))
    page.keyboard.press("Enter")
    expect(page.locator("#reponse")).to_have_text("Étagère du drive")
    expect(page.locator(".hub-pending")).to_have_count(0)


def test_what_a_scanner_types_goes_into_the_field_wherever_the_focus_is(counter: Counter) -> None:
    (taken,) = counter.take(an_order("A-1", **AT_DRIVE))
    counter.bring(taken)
    page = counter.open()
    page.locator("#vers-drive").focus()
    page.keyboard.type(counter.code(taken))
    expect(page.locator("#f-code")).to_have_value(counter.code(taken))
    page.keyboard.press("Enter")
    expect(page.locator("#reponse")).to_have_text("Étagère du drive")


def test_a_reception_is_undone_with_one_button(counter: Counter) -> None:
    (taken,) = counter.take(an_order("A-1", **AT_DRIVE))
    counter.bring(taken)
    page = counter.open()
    page.keyboard.type(counter.code(taken))
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Annuler la réception").click()
    expect(page.locator(".banner")).to_contain_text("La réception est annulée")
    assert counter.town.order(taken.order_id).state is OrderState.DROPPED_OFF


def test_the_lists_refresh_by_themselves_and_leave_focus_and_typing_alone(
    counter: Counter,
) -> None:
    one, other = counter.take(
        an_order("A-1", **AT_DRIVE),
        an_order("A-2", **AT_DRIVE, recipient=Recipient(name="Yann Le Goff")),
    )
    counter.receive(one)
    page = counter.open(before=lambda page: page.clock.install())
    page.keyboard.type("A1")
    expect(page.get_by_text("Yann Le Goff")).to_have_count(0)
    counter.bring(other)
    page.clock.fast_forward(21_000)
    expect(page.get_by_role("link", name="Yann Le Goff")).to_be_visible()
    expect(page.locator("#f-code")).to_be_focused()
    expect(page.locator("#f-code")).to_have_value("A1")
    link = page.locator(f"#drive-{one.delivery_id}")
    link.focus()
    with page.expect_response("**/hub/feuille"):
        page.clock.fast_forward(21_000)
    expect(link).to_be_focused()


def test_without_script_everything_is_there(counter: Counter) -> None:
    taken = a_lively_day(counter)
    page = counter.open(java_script_enabled=False)
    page.locator("#f-code").fill("A-1")
    page.locator("#f-code").press("Enter")
    page.get_by_role("button", name="Les 2 colis sont là").click()
    expect(page.locator("#reponse")).to_have_text("Étagère du drive")
    page.get_by_role("link", name="Yann Le Goff").click()
    page.locator("#f-code").fill(str(taken[1].code))
    page.locator("#f-code").press("Enter")
    expect(page.locator(".banner")).to_contain_text("La livraison est remise")


def test_a_delivery_is_found_by_name_and_handed_over_by_keyboard(counter: Counter) -> None:
    taken = a_lively_day(counter)
    page = counter.open()
    expect(page.locator("#f-code")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("goff")
    page.keyboard.press("Enter")
    expect(page.locator("#f-nom")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Yann Le Goff")
    expect(page.locator("#f-code")).to_be_focused()
    page.keyboard.type(str(taken[1].code))
    page.keyboard.press("Enter")
    expect(page.locator(".banner")).to_contain_text("La livraison est remise")
    assert counter.town.order(taken[1].order_id).state is OrderState.HANDED_OVER


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [NARROW, TABLET])
def test_no_page_has_a_barrier_or_scrolls_sideways(
    counter: Counter, scheme: str, viewport: dict[str, int]
) -> None:
    taken = a_lively_day(counter)
    page = counter.open(is_watched=False, color_scheme=scheme, viewport=viewport)
    found = [*faults(page)]
    for typed in (counter.code(taken[0]), "rien de tel", counter.code(taken[1])):
        page.locator("#f-code").fill(typed)
        page.locator("#f-code").press("Enter")
        page.wait_for_load_state()
        found += faults(page)
    page.locator("#f-nom").fill("jean")
    page.locator("#f-nom").press("Enter")
    page.wait_for_load_state()
    found += faults(page)
    for each in (taken[1], taken[2], taken[3]):
        page.goto(f"{counter.url}/t/essai/hub/livraisons/{each.delivery_id}")
        found += faults(page)
    page.goto(f"{counter.url}/t/essai/hub/livraisons/{taken[1].delivery_id}")
    page.locator("#f-code").fill("12")
    page.locator("#f-code").press("Enter")
    expect(page.locator("#e-code")).to_be_visible()
    found += faults(page)
    assert found == []


def faults(page: Page) -> list[str]:
    found = breaches(page) + page.evaluate(SMALL_TARGETS)
    return [*found, "it scrolls sideways"] if page.evaluate(WIDER) else found


def test_the_counter_is_light_and_asks_nothing_of_others(counter: Counter) -> None:
    a_lively_day(counter)
    answers: list[Response] = []
    page = counter.open(before=lambda page: page.on("response", lambda each: answers.append(each)))
    page.wait_for_load_state("networkidle")
    sizes = [answer.request.sizes()["responseBodySize"] for answer in answers]
    assert 5 <= len(sizes) <= 12 and sum(sizes) < 250_000
