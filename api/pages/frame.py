"""What every page shares: its frame, its words, where it leads, and how it says no."""

from functools import cache, partial
from pathlib import PurePosixPath
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException

import api.assets
import api.cookies
import api.errors
import api.words
from api.pages import doors
from api.visits import DoorClosed, ForeignRequest, Login, NoPage, NotLoggedIn
from data.towns import Town
from delivery.errors import Refusal

#: What belongs to somebody is kept by no cache, not even that of a counter everybody uses.
PRIVATE = "no-store"


def language_of(request: Request) -> str:
    """Return the page's language: asked for in the address, chosen before, the browser's."""
    for asked in (request.query_params.get("lang"), request.cookies.get(api.cookies.LANGUAGE)):
        if asked in api.words.LANGUAGES:
            return asked
    return api.errors.language_of(request)


def page(request: Request, template: str, *, status: int = 200, **values: object) -> Response:
    """Render a page in the reader's language; a login's and a link's are kept by no cache."""
    body = fragment(request, template, **values)
    found = api.assets.content(body.encode(), "text/html")
    is_private = hasattr(request.state, "login") or "token" in request.path_params
    cache = PRIVATE if is_private else api.assets.ASK_AGAIN
    response = api.assets.answer(request, found, status=status, cache=cache)
    language = language_of(request)
    response.headers["Content-Language"] = language
    if request.query_params.get("lang") == language:
        api.cookies.keep_language(request, response, language)
    return response


def fragment(request: Request, template: str, **values: object) -> str:
    """Render a template as text."""
    language = language_of(request)
    login: Login | None = getattr(request.state, "login", None)
    town: Town | None = getattr(request.state, "town", None)
    asked = request.query_params.get("lang", "")
    context: dict[str, object] = {
        **_words(language, ZoneInfo(town.timezone) if town else None),
        "language": language,
        "query": f"?lang={asked}" if asked in api.words.LANGUAGES else "",
        "address": api.assets.address,
        "login": login,
        "csrf": login.csrf if login else "",
        "town": town,
        "base": f"/t/{town.slug}" if town else "",
        "nav": doors.links(login, request.url.path, language) if login else (),
        "done": _done(request, language),
        "path": request.url.path,
    }
    return _templates().get_template(template).render(context | values)


def _words(language: str, timezone: ZoneInfo | None) -> dict[str, object]:
    """Return how templates say things: texts by code, counts, moments by the town's clocks."""
    return {
        "t": partial(_say, language),
        "n": lambda code, count: api.words.counted(code, count, language),
        "clock": lambda moment: api.words.clock(moment.astimezone(timezone), language),
        "moment": lambda moment: api.words.show(moment.astimezone(timezone), language),
        "day": lambda date: api.words.show(date, language),
        "euros": lambda cents: api.words.euros(cents, language),
        "km": lambda metres: api.words.kilometres(metres, language),
    }


def _say(language: str, code: str, **parameters: object) -> str:
    return api.words.text(code, parameters, language)


def _done(request: Request, language: str) -> str:
    """Return what the banner says was just done: a code of the catalogue, never a text."""
    code = request.query_params.get("fait", "")
    return api.words.catalogue(language).get(code, "") if code else ""


def seen(
    request: Request, path: str, *, done: str | None = None, **query: str | int
) -> RedirectResponse:
    """Lead on after a form was taken; `done` is the code of what the next page's banner says."""
    asked = {**({"fait": done} if done else {}), **{k: str(v) for k, v in query.items()}}
    return RedirectResponse(f"{path}?{urlencode(asked)}" if asked else path, status_code=303)


def message(request: Request, title: str, sentence: str, *, status: int) -> Response:
    """Say one thing on a page of its own."""
    return page(request, "message.html", status=status, title=title, sentence=sentence)


def install(app: FastAPI) -> None:
    """Say no on pages as pages do, and to programs as the API does."""

    @app.exception_handler(Refusal)
    def refuse(request: Request, refusal: Refusal) -> Response:
        if _is_program(request):
            return api.errors.refuse(request, refusal)
        return refused(request, refusal)

    @app.exception_handler(HTTPException)
    def refuse_http(request: Request, error: HTTPException) -> Response:
        if _is_program(request) or error.status_code == 405:
            return api.errors.refuse_http(request, error)
        if error.status_code == 404:
            return _no(request, "page_missing_title", "page_missing", status=404)
        code = api.errors.HTTP_CODES.get(error.status_code, "unfit_request")
        return _no(request, "page_refused_title", code, status=error.status_code)

    @app.exception_handler(RequestValidationError)
    def refuse_form(request: Request, error: RequestValidationError) -> Response:
        if _is_program(request):
            return api.errors.refuse_form(request, error)
        return _no(request, "page_missing_title", "page_missing", status=404)

    @app.exception_handler(NoPage)
    def refuse_page(request: Request, error: NoPage) -> Response:
        return _no(request, "page_missing_title", error.code, status=404)

    @app.exception_handler(DoorClosed)
    def refuse_door(request: Request, error: DoorClosed) -> Response:
        return _no(request, "page_door_title", "page_door", status=403)

    @app.exception_handler(ForeignRequest)
    def refuse_foreign(request: Request, error: ForeignRequest) -> Response:
        return _no(request, "page_foreign_title", "page_foreign", status=403)

    @app.exception_handler(NotLoggedIn)
    def lead_to_login(request: Request, error: NotLoggedIn) -> Response:
        slug = request.path_params["slug"]
        login_page = f"/t/{slug}/connexion"
        if request.method == "GET" and _wants_page(request):
            after = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            login_page += f"?suite={quote(after, safe='/')}"
        if request.headers.get("hx-request"):
            return Response(status_code=401, headers={"HX-Redirect": login_page})
        if not _wants_page(request):
            return Response(status_code=401)
        return RedirectResponse(login_page, status_code=303)


def _is_program(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def refused(request: Request, refusal: Refusal) -> Response:
    """Say a refusal on a page, with the status its class has."""
    language = language_of(request)
    town: Town | None = getattr(request.state, "town", None)
    parameters = refusal.parameters
    if town is not None:
        parameters = api.words.local(parameters, ZoneInfo(town.timezone))
    sentence = api.words.text(refusal.code, parameters, language)
    status = api.errors.status_of(refusal)
    title = "page_missing_title" if status == 404 else "page_refused_title"
    return message(request, _say(language, title), sentence, status=status)


def _no(request: Request, title: str, code: str, *, status: int) -> Response:
    language = language_of(request)
    return message(request, _say(language, title), _say(language, code), status=status)


def _wants_page(request: Request) -> bool:
    """Tell a page somebody opens from a file a page asks for."""
    if PurePosixPath(request.url.path).suffix in {".geojson", ".json"}:
        return False
    return request.headers.get("sec-fetch-mode", "navigate") == "navigate"


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("api.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
