"""How long pages take and what they weigh, with the demo's living day loaded.

    python -m tests.benchmarks.pages [--port 8123]

For each role and page: the median of thirty answers of a warm server, in milliseconds, from request
to last byte on this machine; what a first visit transfers, compressed, and without what only the
map needs. The health check of the same server stands in the first line for comparison.
"""

import argparse
import statistics
import time

import httpx
from playwright.sync_api import sync_playwright

from delivery.accounts import Role
from tests import demo_site
from tests.browser import chromium_path, launch, transfer

TIMES = 30


def main() -> None:
    """Measure and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8123)
    parser.add_argument("--url", help="a demo that runs already")
    asked = parser.parse_args()
    if asked.url:
        report(asked.url)
    else:
        with demo_site.served(asked.port) as url:
            report(url)


def report(url: str) -> None:
    """Print the table of a served demo."""
    town = demo_site.slug(url)
    print("| role | page | median ms | kB | kB without map |\n|---|---|---:|---:|---:|")
    with httpx.Client(base_url=url) as client:
        print(f"| | /healthz | {_median_ms(client, '/healthz'):.1f} | | |")
    with sync_playwright() as playwright:
        browser = launch(playwright, chromium_path())
        for role in Role:
            context = browser.new_context(base_url=url)
            _enter(context, town, role)
            with demo_site.client(url, town, role) as client:
                for route, path in demo_site.pages(url, town, role).items():
                    whole, light = transfer(context, path)
                    print(
                        f"| {role.value} | `{route.removeprefix('/t/{slug}')}` |"
                        f" {_median_ms(client, path):.0f} | {whole / 1000:.0f} |"
                        f" {light / 1000:.0f} |",
                        flush=True,
                    )
            context.close()
        browser.close()


def _median_ms(client: httpx.Client, path: str) -> float:
    took = []
    for _ in range(TIMES + 1):
        started = time.perf_counter()
        client.get(path, headers={"accept-encoding": "gzip"}).raise_for_status()
        took.append((time.perf_counter() - started) * 1000)
    return statistics.median(took[1:])


def _enter(context, town: str, role: Role) -> None:
    page = context.new_page()
    page.goto(f"/t/{town}/connexion")
    email = demo_site.DEMO_ACCOUNTS[role]
    page.locator(f"form:has(input[value='{email}']) button").click()
    page.close()


if __name__ == "__main__":
    main()
