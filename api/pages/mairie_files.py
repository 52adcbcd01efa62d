"""A statement carried away: its lines as a spreadsheet, its zones for the map, its bundle."""

import io
import json
import zipfile
from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

import api.geojson
import data.secrets
from api.deps import Id, Pool
from api.operations import months, statements
from api.pages.forms import FormState
from api.pages.frame import PRIVATE
from api.pages.mairie import found_lines, wording_of
from api.pages.mairie_csv import lines_csv
from api.pages.mairie_filter import FilterForm, read_filter
from api.settings import Settings
from api.visits import LoggedIn, NoPage
from delivery import review

router = APIRouter(include_in_schema=False)

#: When the files of a bundle were made says nothing; the same statement is the same zip.
ZIP_DATE = (1980, 1, 1, 0, 0, 0)


@router.get("/t/{slug}/mairie/etats/{statement_id}/lignes.csv")
def read_lines(request: Request, login: LoggedIn, statement_id: Id, pool: Pool) -> Response:
    """Send the lines, narrowed by the same filters, as a spreadsheet."""
    sheet = statements.sheet(pool, login.town.id, statement_id)
    asked = _valid(read_filter(request))
    wording = wording_of(request, sheet)
    body = lines_csv([wording.row(line) for line in found_lines(sheet, asked.filter)], wording)
    return _attached(body, "text/csv; charset=utf-8", f"{sheet.statement.number}.csv")


@router.get("/t/{slug}/mairie/etats/{statement_id}/zones.geojson")
def read_zones(login: LoggedIn, statement_id: Id, pool: Pool) -> Response:
    """Send the town's zones with what the statement's lines come to in each."""
    sheet = statements.sheet(pool, login.town.id, statement_id)
    found = api.geojson.zones(sheet.zones.values(), review.by(sheet.lines, review.zone))
    body = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return Response(body, media_type="application/geo+json", headers={"Cache-Control": PRIVATE})


@router.get("/t/{slug}/mairie/etats/{statement_id}/liasse.zip")
def read_bundle(request: Request, login: LoggedIn, statement_id: Id, pool: Pool) -> Response:
    """Send the bundle anyone can recompute the statement from."""
    settings: Settings = request.app.state.settings
    secret = data.secrets.household_secret(settings.home)
    number = statements.number(pool, login.town.id, statement_id)
    files = months.bundle(pool, login.town.id, statement_id, secret=secret)
    return _attached(_zipped(files, number), "application/zip", f"{number}.zip")


def _valid(form: FormState[FilterForm]) -> FilterForm:
    """Return the filters of a file; one that cannot be read is not sent whole instead.

    Raises NoPage.
    """
    if form.value is None:
        raise NoPage("page_missing")
    return form.value


def _zipped(files: Mapping[str, bytes], folder: str) -> bytes:
    """Pack files under one folder; the same files give the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(f"{folder}/{name}", ZIP_DATE), content)
    return packed.getvalue()


def _attached(body: bytes, media_type: str, name: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": PRIVATE,
    }
    return Response(body, media_type=media_type, headers=headers)
