"""The day's rounds on a map of the town's own streets, and their tables."""

import json
from datetime import date, datetime

from fastapi import APIRouter, Request, Response

import api.assets
import api.day_page
import api.geojson
import api.operations.days
import api.operations.towns
import api.words
import data.database
import data.plans
from api.day_page import DayView
from api.deps import Now, Pool
from api.operations.days import DaySheet
from api.pages.frame import PRIVATE, language_of, page
from api.settings import Settings
from api.visits import LoggedIn, Login, NoPage
from data.towns import Town

router = APIRouter(include_in_schema=False)

#: Words the map says; `day.js` knows them by these names without the prefix.
MAP_WORDS = (
    "title", "zoom_in", "zoom_out", "fingers", "scroll", "scroll_mac", "all_rounds",
    "loading", "failed", "no_webgl", "stop", "hub", "selected", "show_stop",
)  # fmt: skip


@router.get("/t/{slug}/jour")
def show_newest_day(request: Request, login: LoggedIn, pool: Pool, now: Now) -> Response:
    """Show today's rounds; the newest planned day's where today has none."""
    return _day(request, pool, login, day_to_show(pool, login, now), now)


@router.get("/t/{slug}/jour/{day}")
def show_day(request: Request, login: LoggedIn, day: str, pool: Pool, now: Now) -> Response:
    """Show a day's rounds."""
    return _day(request, pool, login, parsed(day), now)


@router.get("/t/{slug}/jour/{day}/rounds.geojson")
def read_rounds(request: Request, login: LoggedIn, day: str, pool: Pool, now: Now) -> Response:
    """Send a day's rounds and stops for the map."""
    sheet = api.operations.days.sheet(pool, login.town.id, parsed(day), now=now)
    body = json.dumps(api.geojson.day(sheet), ensure_ascii=False, separators=(",", ":"))
    found = api.assets.content(body.encode(), "application/geo+json")
    return api.assets.answer(request, found, cache=PRIVATE)


def day_to_show(pool: Pool, login: Login, now: datetime) -> date:
    """Return today where it has a plan, else the newest day that has one."""
    with data.database.scoped(pool, login.town.id) as conn:
        return data.plans.day_to_show(conn, now.astimezone(login.timezone).date())


def parsed(text: str) -> date:
    """Read the day of an address.

    Raises NoPage.
    """
    day = api.day_page.parse_day(text)
    if day is None:
        raise NoPage("page_no_day")
    return day


def _day(request: Request, pool: Pool, login: Login, day: date, now: datetime) -> Response:
    sheet = api.operations.days.sheet(pool, login.town.id, day, now=now)
    view = api.day_page.view(sheet, language_of(request))
    return page(
        request,
        "day.html",
        day=view,
        path=f"/t/{login.town.slug}/jour",
        facts=map_facts(request, login.town, sheet, view),
    )


def map_facts(request: Request, town: Town, sheet: DaySheet, view: DayView) -> dict[str, object]:
    """Return what the map's script needs to know, beside the page."""
    words = api.words.catalogue(language_of(request))
    return {
        "maplibre": api.assets.address("maplibre/maplibre-gl.mjs"),
        "rounds": f"/t/{town.slug}/jour/{sheet.day.date}/rounds.geojson",
        "streets": streets_address(request, town),
        "tints": {each.number: each.tint for each in view.rounds},
        "patterns": {each.number: each.pattern for each in view.rounds},
        "words": {name: words[f"page_map_{name}"] for name in MAP_WORDS},
    }


def streets_address(request: Request, town: Town) -> str:
    """Return the versioned address of the town's streets, for any map."""
    settings: Settings = request.app.state.settings
    streets = api.assets.kept(api.operations.towns.basemap_file(settings.home, town))
    return f"/t/{town.slug}/streets.geojson?v={streets.digest if streets else ''}"
