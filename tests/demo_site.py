"""The demo as its visitors find it: served by its own command, entered by its own accounts."""

import os
import re
import signal
import subprocess
import sys
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx

from api.access import ACCESS
from api.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from delivery.accounts import Role

HREF = re.compile(r'href="([^"#]+)')
SLUG = re.compile(r"/t/([a-z0-9-]+)")


@contextmanager
def served(port: int, *, home: Path | None = None) -> Iterator[str]:
    """Run the demo's command; yield its address once its living day is there. Port 0 is any."""
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "demo", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | ({"COLPORTEUR_HOME": str(home)} if home else {}),
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
        process.wait(timeout=60)
        process.stderr.close()


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


def pages(url: str, town: str, role: Role, *, most: int = 5) -> dict[str, str]:
    """Follow a role's links from its door, `most` of each route; return an address of each page."""
    with client(url, town, role) as browser:
        waiting = deque([f"/t/{town}"])
        known, of_route = set(waiting), Counter[str]()
        found: dict[str, str] = {}
        while waiting:
            answer = browser.get(waiting.popleft())
            if "text/html" not in answer.headers.get("content-type", ""):
                continue
            at = answer.url.raw_path.decode()
            route = route_of(urlsplit(at).path)
            if answer.status_code == 200 and route is not None:
                found.setdefault(route, at)
            for target in _links(answer):
                to = route_of(urlsplit(target).path)
                if to is not None and target not in known and of_route[to] < most:
                    known.add(target)
                    of_route[to] += 1
                    waiting.append(target)
    return found


def _links(answer: httpx.Response) -> list[str]:
    """Return where a page's links lead within its site, but not to itself in another language."""
    targets = []
    for href in HREF.findall(answer.text):
        parts = urlsplit(urljoin(str(answer.url), href.replace("&amp;", "&")))
        is_ours = parts.netloc == answer.url.netloc.decode() and "lang=" not in parts.query
        if is_ours and not parts.path.startswith("/static/"):
            targets.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    return targets
