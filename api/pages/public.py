"""Pages and files anybody may read: the towns, the API's reference, static files, health."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

import api.assets
import api.operations.towns
import api.reference
import data.database
import data.towns
from api.deps import Pool
from api.pages.frame import page
from api.settings import Settings
from api.visits import LoggedIn, NoPage

router = APIRouter(include_in_schema=False)


@router.get("/")
def show_towns(request: Request, pool: Pool) -> Response:
    """Lead to the only town, or list the towns."""
    with pool.connection() as conn:
        towns = data.towns.listed(conn)
    if len(towns) == 1:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/t/{towns[0].slug}{query}", status_code=307)
    return page(request, "towns.html", towns=towns)


@router.get("/docs")
def show_reference(request: Request) -> Response:
    """Show what programs may ask."""
    schema = request.app.openapi()
    return page(
        request,
        "reference.html",
        calls=api.reference.calls(schema),
        shapes=api.reference.shapes(schema),
    )


@router.get("/t/{slug}/streets.geojson")
def read_streets(request: Request, login: LoggedIn) -> Response:
    """Send the town's own streets for the maps."""
    settings: Settings = request.app.state.settings
    found = api.assets.kept(api.operations.towns.basemap_file(settings.home, login.town))
    if found is None:
        raise NoPage("page_no_file")
    cache = api.assets.KEEP_OURS if "v" in request.query_params else api.assets.ASK_AGAIN
    return api.assets.answer(request, found, cache=cache)


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
