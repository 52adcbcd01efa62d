"""The demo as its visitors find it: served by its own command, entered by its own accounts."""

import re
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urljoin, urlsplit

import httpx

from api.access import ACCESS
from api.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from delivery.accounts import Role

HREF = re.compile(r'href="([^"#]+)')
SLUG = re.compile(r"/t/([a-z0-9-]+)")
START_TIMEOUT_S = 180


@contextmanager
def served(port: int) -> Iterator[str]:
    """Run the demo's command; yield its address once its living day is there."""
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "demo", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        for line in process.stderr:
            print(line, end="", file=sys.stderr)
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found:
                break
        else:
            raise SystemExit("the demo ended before it served")
        yield found[0]
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)


def slug(url: str) -> str:
    """Return the web address of the demo's town."""
    found = SLUG.search(str(httpx.get(url, follow_redirects=True).url))
    assert found is not None
    return found[1]


@contextmanager
def client(url: str, town: str, role: Role) -> Iterator[httpx.Client]:
    """Open a client that came in by the role's demo account."""
    with httpx.Client(base_url=url, follow_redirects=True, timeout=60) as opened:
        answer = opened.post(
            f"/t/{town}/connexion", data={"email": DEMO_ACCOUNTS[role], "password": DEMO_PASSWORD}
        )
        answer.raise_for_status()
        yield opened


def route_of(path: str) -> str | None:
    """Return the route of the table that a GET of a path meets, the most literal one first."""
    fitting = [
        route
        for method, route in ACCESS
        if method == "GET"
        and re.fullmatch(re.sub(r"\\{\w+(:path)?\\}", r"[^/]+", re.escape(route)), path)
    ]
    return min(fitting, key=lambda route: route.count("{"), default=None)


def pages(url: str, town: str, role: Role, *, most: int = 400) -> dict[str, str]:
    """Follow a role's links from its door; return one address for each page's route."""
    with client(url, town, role) as browser:
        waiting = deque([f"/t/{town}"])
        known = set(waiting)
        found: dict[str, str] = {}
        while waiting and len(known) < most:
            path = waiting.popleft()
            answer = browser.get(path)
            if "text/html" not in answer.headers.get("content-type", ""):
                continue
            if answer.status_code == 200:
                at = answer.url.raw_path.decode()
                route = route_of(urlsplit(at).path)
                if route is not None:
                    found.setdefault(route, at)
            for href in HREF.findall(answer.text):
                parts = urlsplit(urljoin(str(answer.url), href.replace("&amp;", "&")))
                target = parts.path + (f"?{parts.query}" if parts.query else "")
                is_new = route_of(parts.path) not in found and target not in known
                if parts.netloc == answer.url.netloc.decode() and is_new and "lang=" not in target:
                    known.add(target)
                    waiting.append(target)
    return found
