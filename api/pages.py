"""Pages people look at: the day's rounds on a map of the town's own streets, and their tables.

Until there are accounts, a real town's doors are no public matter: every page of a town answers 404
unless `settings.open_day_page` is set, which only the demo does.
"""

import json
import re
from datetime import date, datetime
from functools import cache, partial
from zoneinfo import ZoneInfo

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

import api.assets
import api.day_page
import api.errors
import api.geojson
import api.operations.days
import api.operations.towns
import api.reference
import api.words
import data.database
import data.plans
import data.towns
from api.deps import Now, Pool
from api.security import SecurityHeaders
from api.settings import Settings
from data.towns import Town

router = APIRouter(include_in_schema=False)

#: Words the map says; `day.js` knows them by these names without the prefix.
MAP_WORDS = (
    "title", "zoom_in", "zoom_out", "fingers", "scroll", "scroll_mac", "all_rounds",
    "loading", "failed", "no_webgl", "stop", "hub", "selected", "show_stop",
)  # fmt: skip


SLUG = re.compile(r"[a-z0-9-]{1,100}")


class NoPage(Exception):
    """There is nothing at this address, or nothing that may be looked at."""

    def __init__(self, code: str) -> None:
        """Name the sentence that says so."""
        super().__init__(code)
        self.code = code


@router.get("/")
def show_towns(request: Request, pool: Pool) -> Response:
    """Lead to the only town's day, or list the towns."""
    if not _settings(request).open_day_page:
        return _message(request, "page_closed_title", "page_closed")
    with pool.connection() as conn:
        towns = data.towns.listed(conn)
    if len(towns) == 1:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/t/{towns[0].slug}/jour{query}", status_code=307)
    return _page(request, "towns.html", towns=towns)


@router.get("/docs")
def show_reference(request: Request) -> Response:
    """Show what programs may ask."""
    schema = request.app.openapi()
    return _page(
        request,
        "reference.html",
        calls=api.reference.calls(schema),
        shapes=api.reference.shapes(schema),
    )


@router.get("/t/{slug}/jour")
def show_newest_day(request: Request, slug: str, pool: Pool, now: Now) -> Response:
    """Show today's rounds; the newest planned day's where today has none."""
    town = _town(request, pool, slug)
    today = now.astimezone(ZoneInfo(town.timezone)).date()
    with data.database.scoped(pool, town.id) as conn:
        day = data.plans.day_to_show(conn, today)
    return _day(request, pool, town, day, now)


@router.get("/t/{slug}/jour/{day}")
def show_day(request: Request, slug: str, day: str, pool: Pool, now: Now) -> Response:
    """Show a day's rounds."""
    return _day(request, pool, _town(request, pool, slug), _parsed(day), now)


@router.get("/t/{slug}/jour/{day}/rounds.geojson")
def read_rounds(request: Request, slug: str, day: str, pool: Pool, now: Now) -> Response:
    """Send a day's rounds and stops for the map."""
    town = _town(request, pool, slug)
    sheet = api.operations.days.sheet(pool, town.id, _parsed(day), now=now)
    body = json.dumps(api.geojson.day(sheet), ensure_ascii=False, separators=(",", ":"))
    found = api.assets.content(body.encode(), "application/geo+json")
    return api.assets.answer(request, found, cache=api.assets.ASK_AGAIN)


@router.get("/t/{slug}/streets.geojson")
def read_streets(request: Request, slug: str, pool: Pool) -> Response:
    """Send the town's own streets for the map."""
    town = _town(request, pool, slug)
    found = api.assets.kept(api.operations.towns.basemap_file(_settings(request).home, town))
    if found is None:
        raise NoPage("page_no_file")
    return api.assets.answer(request, found)


@router.get("/static/{name:path}")
def read_static(request: Request, name: str) -> Response:
    """Send a file that pages need."""
    found = api.assets.static(name)
    if found is None:
        raise NoPage("page_no_file")
    return api.assets.answer(request, found)


@router.get("/healthz")
def check_health(pool: Pool, response: Response) -> dict[str, str]:
    """Answer 200 where the database answers, 503 where it does not."""
    answers = data.database.answers(pool)
    response.status_code = 200 if answers else 503
    return {"status": "ok" if answers else "no database"}


def install(app: FastAPI) -> None:
    """Serve the pages, and tell browsers what to refuse."""
    app.include_router(router)
    app.add_middleware(SecurityHeaders)

    @app.exception_handler(NoPage)
    def refuse_page(request: Request, error: NoPage) -> Response:
        return _message(request, "page_missing_title", error.code, status=404)


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _town(request: Request, pool: Pool, slug: str) -> Town:
    if not _settings(request).open_day_page:
        raise NoPage("page_missing")
    with pool.connection() as conn:
        town = data.towns.by_slug(conn, slug) if SLUG.fullmatch(slug) else None
    if town is None:
        raise NoPage("page_no_town")
    return town


def _parsed(text: str) -> date:
    day = api.day_page.parse_day(text)
    if day is None:
        raise NoPage("page_no_day")
    return day


def _day(request: Request, pool: Pool, town: Town, day: date, now: datetime) -> Response:
    language = _language(request)
    sheet = api.operations.days.sheet(pool, town.id, day, now=now)
    streets = api.assets.kept(api.operations.towns.basemap_file(_settings(request).home, town))
    view = api.day_page.view(sheet, language)
    facts = {
        "maplibre": api.assets.address("maplibre/maplibre-gl.mjs"),
        "rounds": f"/t/{town.slug}/jour/{day}/rounds.geojson",
        "streets": f"/t/{town.slug}/streets.geojson?v={streets.digest if streets else ''}",
        "tints": {each.number: each.tint for each in view.rounds},
        "patterns": {each.number: each.pattern for each in view.rounds},
        "words": {name: api.words.catalogue(language)[f"page_map_{name}"] for name in MAP_WORDS},
    }
    return _page(request, "day.html", town=town, day=view, path=f"/t/{town.slug}/jour", facts=facts)


def _language(request: Request) -> str:
    """Return the language of the page: what the address asks for, else what the browser does."""
    asked = request.query_params.get("lang", "")
    return asked if asked in api.words.LANGUAGES else api.errors.language_of(request)


def _message(request: Request, title: str, code: str, *, status: int = 200) -> Response:
    return _page(request, "message.html", status=status, title_code=title, message_code=code)


def _page(request: Request, template: str, *, status: int = 200, **values: object) -> Response:
    language = _language(request)
    asked = request.query_params.get("lang", "")
    body = (
        _templates()
        .get_template(template)
        .render(
            t=partial(_say, language),
            language=language,
            query=f"?lang={asked}" if asked in api.words.LANGUAGES else "",
            address=api.assets.address,
            **values,
        )
    )
    found = api.assets.content(body.encode(), "text/html")
    response = api.assets.answer(request, found, status=status, cache=api.assets.ASK_AGAIN)
    response.headers["Content-Language"] = language
    return response


def _say(language: str, code: str, **parameters: object) -> str:
    return api.words.text(code, parameters, language)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("api.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
