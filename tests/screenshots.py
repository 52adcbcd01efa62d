"""Look at every page of the demo: 390 and 1280 px wide, in daylight and in the dark.

make screenshots                       # README's three, into docs/screenshots
python -m tests.screenshots all DIR    # every page of every role, into a folder
"""

import argparse
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from delivery.accounts import Role
from tests import demo_site
from tests.browser import chromium_path, launch

WIDTHS = {390: 844, 1280: 900}
SCHEMES = ("light", "dark")
#: README's pictures: name, role, route, width and height.
README = (
    ("regulation", Role.DISPATCHER, "/t/{slug}/regulation", 1280, 2300),
    ("commerce", Role.SHOP, "/t/{slug}/commerce", 1280, 900),
    ("tournee", Role.COURIER, "/t/{slug}/tournees/{round_id}/carte", 390, 844),
)


def main() -> None:
    """Start the demo, take the pictures, stop it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("readme", "all"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=8124)
    parser.add_argument("--url", help="a demo that runs already")
    parser.add_argument("--role", action="append", choices=[role.value for role in Role])
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    roles = [role for role in Role if not asked.role or role.value in asked.role]
    if asked.url:
        take(asked.url, asked.what, asked.folder, roles)
    else:
        with demo_site.served(asked.port) as url:
            take(url, asked.what, asked.folder, roles)


def take(url: str, what: str, folder: Path, roles: list[Role]) -> None:
    """Take the pictures of a served demo."""
    town = demo_site.slug(url)
    with sync_playwright() as playwright:
        browser = launch(playwright, chromium_path())
        if what == "readme":
            _readme(browser, url, town, folder)
        else:
            for role in roles:
                _all(browser, url, town, role, folder)
        browser.close()


def _readme(browser: Browser, url: str, town: str, folder: Path) -> None:
    for name, role, route, width, height in README:
        path = demo_site.pages(url, town, role)[route]
        context = _context(browser, url, town, role, width, "light")
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.goto(path)
        page.wait_for_timeout(4000)
        page.screenshot(path=folder / f"{name}.jpg", type="jpeg", quality=78)
        context.close()
        print(folder / f"{name}.jpg")


def _all(browser: Browser, url: str, town: str, role: Role, folder: Path) -> None:
    found = demo_site.pages(url, town, role)
    for width in WIDTHS:
        for scheme in SCHEMES:
            context = _context(browser, url, town, role, width, scheme)
            for route, path in sorted(found.items()):
                page = context.new_page()
                page.goto(path)
                page.wait_for_timeout(1500 if page.locator("#map").count() else 300)
                name = route.removeprefix("/t/{slug}").strip("/").replace("/", "_") or "home"
                name = name.replace("{", "").replace("}", "")
                page.screenshot(
                    path=folder / f"{role.value}-{name}-{width}-{scheme}.png", full_page=True
                )
                page.close()
            context.close()
    print(f"{role.value}: {len(found)} pages")


def _context(
    browser: Browser, url: str, town: str, role: Role, width: int, scheme: str
) -> BrowserContext:
    context = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": WIDTHS[width]},
        color_scheme=scheme,
        locale="fr-FR",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(f"/t/{town}/connexion")
    email = demo_site.DEMO_ACCOUNTS[role]
    page.locator(f"form:has(input[value='{email}']) button").click()
    page.close()
    return context


if __name__ == "__main__":
    main()
