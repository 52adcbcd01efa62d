"""A real server and a real Chromium; every page is watched for what it should never do."""

import os
import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request, sync_playwright

#: Software rendering, and none of the browser's own errands.
ARGUMENTS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: The accessibility rules every page is held to.
AXE = Path("api/web/node_modules/axe-core/axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "RGAAv4"]
#: Files only a map needs, and what it draws.
MAP = re.compile(r"maplibre|map\.css|\.geojson|map_|_map|day\.js|stops\.js")
NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium_path() -> str | None:
    """Return where the system's Chromium is, if it has one."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def launch(playwright: Playwright, path: str | None) -> Browser:
    """Start Chromium as the pages' tests need it."""
    return playwright.chromium.launch(executable_path=path, args=ARGUMENTS)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium; skip loudly where there is none, fail in CI."""
    path = chromium_path()
    if path is None:
        said = "no Chromium: the pages are NOT tested (apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(said)
        pytest.skip(said)
    with sync_playwright() as playwright:
        browser = launch(playwright, path)
        yield browser
        browser.close()


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve the application on loopback; yield its address."""
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", ws="none")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        assert thread.is_alive() and time.monotonic() < deadline, "the server did not start"
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=10)


@dataclass
class Watch:
    """What a page did that it must not: foreign requests, console complaints, errors."""

    origin: str
    complaints: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        page.on("request", self._request)
        page.on("requestfailed", self._failed)
        page.on("pageerror", lambda error: self._say("error", f"{error} {error.stack}"))
        page.on(
            "console",
            lambda message: (
                message.type in {"error", "warning"}
                and self._say(message.type, f"{message.text} {message.location.get('url', '')}")
            ),
        )

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.origin, "data:")):
            self._say("foreign request", request.url)

    def _failed(self, request: Request) -> None:
        # A page that is left or closed breaks off what it was fetching.
        if "ERR_ABORTED" not in (request.failure or ""):
            self._say("failed", f"{request.url} {request.failure}")

    def _say(self, what: str, about: str) -> None:
        self.complaints.append(f"{what}: {about}")


def breaches(page: Page) -> list[str]:
    """Return what axe finds wrong, one line a rule."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("(tags) => axe.run({ runOnly: tags })", RULES)
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:200]} {each['nodes'][0].get('failureSummary')}"
        for each in found["violations"]
    ]


def transfer(context: BrowserContext, path: str) -> tuple[int, int]:
    """Return the compressed bytes of a first visit: all of them, and those that no map needs."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    addresses: dict[str, str] = {}
    sizes: dict[str, float] = {}
    session.on(
        "Network.responseReceived",
        lambda event: addresses.update({event["requestId"]: event["response"]["url"]}),
    )
    session.on(
        "Network.loadingFinished",
        lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}),
    )
    page.goto(path)
    page.wait_for_timeout(400)
    page.close()
    light = sum(size for id_, size in sizes.items() if not MAP.search(addresses.get(id_, "")))
    return int(sum(sizes.values())), int(light)
