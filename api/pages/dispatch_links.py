"""A courier's phone let in for the day: the link, and a square to point the phone at."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

import api.operations.dispatching
import data.documents
from api.deps import Id, Now, Pool
from api.pages.dispatch_words import DispatchWords
from api.pages.forms import Fields, read
from api.pages.frame import page
from api.settings import Settings
from api.visits import LoggedIn
from delivery.errors import NotFound

router = APIRouter(include_in_schema=False)


class LinkForm(BaseModel):
    """The day the link is for, and whether phones that came in are put out."""

    jour: Annotated[date, Field(ge=date(2000, 1, 1), le=date(2099, 12, 30))]
    dehors: Literal["yes"] | None = None


@router.post("/t/{slug}/regulation/vehicules/{vehicle_id}/lien")
def make_link(
    request: Request, login: LoggedIn, vehicle_id: Id, fields: Fields, pool: Pool, now: Now
) -> Response:
    """Make a vehicle's link of the day and show it this once; former ones open nothing then."""
    form = read(LinkForm, fields, "fr").value
    if form is None:
        raise NotFound(field="jour")
    link = api.operations.dispatching.phone_link(
        pool, login.town.id, vehicle_id, form.jour, now=now, ends_phones=form.dehors is not None
    )
    settings: Settings = request.app.state.settings
    origin = (settings.public_url or str(request.base_url)).rstrip("/")
    url = f"{origin}/t/{login.town.slug}/telephone/{link.token}" if link.token else ""
    return page(
        request,
        "dispatch/link.html",
        status=200 if link.token else 409,
        url=url,
        qr=data.documents.qr(url) if url else "",
        link=link,
        is_put_out=form.dehors is not None,
        vehicle_id=vehicle_id,
        date=form.jour,
        until=DispatchWords.of(request, login).moment(link.until),
    )
