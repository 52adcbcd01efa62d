"""Move a delivery by hand: every place it may go with its price, and the decision."""

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

import api.errors
import api.operations.moves
from api.deps import Now, Pool, TownStreets
from api.pages.day import parsed
from api.pages.dispatch_move_view import view
from api.pages.dispatch_rides import parse_ride, write_ride
from api.pages.dispatch_words import DispatchWords
from api.pages.forms import Fields, FormState, read
from api.pages.frame import page, seen
from api.visits import LoggedIn, Login
from delivery.errors import NotFound, Refusal
from delivery.moving import MoveBreaks
from delivery.rounds import PlanOutdated
from routing.streets import Streets

router = APIRouter(include_in_schema=False)

DeliveryId = Annotated[int, Field(ge=1, le=2**63 - 1)]
Asked = Annotated[int, Query(alias="livraison", ge=1, le=2**63 - 1)]


class MoveForm(BaseModel):
    """Which delivery, where to, what was seen of it, and whether faults were agreed to."""

    livraison: DeliveryId
    vers: Annotated[str, Field(max_length=40)]
    vu: Annotated[str, Field(max_length=64)] | None = None
    malgre: Literal["yes"] | None = None


@router.get("/t/{slug}/regulation/{day}/deplacer")
def show_places(
    request: Request,
    login: LoggedIn,
    day: str,
    delivery_id: Asked,
    pool: Pool,
    now: Now,
    streets_of: TownStreets,
) -> Response:
    """Show every place a delivery may go, and what each would cost and break."""
    streets = streets_of(login.town.id)
    return _places(request, login, parsed(day), delivery_id, pool, streets, now)


@router.post("/t/{slug}/regulation/{day}/deplacer")
def move(
    request: Request,
    login: LoggedIn,
    day: str,
    fields: Fields,
    pool: Pool,
    now: Now,
    streets_of: TownStreets,
) -> Response:
    """Move the delivery, and offer the way back."""
    asked = parsed(day)
    form = read(MoveForm, fields, "fr").value
    if form is None:
        raise NotFound(field="livraison")
    streets = streets_of(login.town.id)
    try:
        done = api.operations.moves.move(
            pool,
            login.town.id,
            asked,
            form.livraison,
            to=parse_ride(form.vers),
            streets=streets,
            now=now,
            despite_faults=form.malgre is not None,
            seen=form.vu,
        )
    except (MoveBreaks, PlanOutdated) as refusal:
        return _places(request, login, asked, form.livraison, pool, streets, now, refusal=refusal)
    return seen(
        request,
        f"/t/{login.town.slug}/regulation/{asked}",
        deplacee=form.livraison,
        retour=write_ride(done.back),
    )


def _places(
    request: Request,
    login: Login,
    day: date,
    delivery_id: int,
    pool: Pool,
    streets: Streets,
    now: datetime,
    *,
    refusal: Refusal | None = None,
) -> Response:
    words = DispatchWords.of(request, login)
    options = api.operations.moves.options(
        pool, login.town.id, day, delivery_id, streets=streets, now=now
    )
    match refusal:
        case MoveBreaks():
            message = words.text("move_unseen")
        case PlanOutdated():
            message = words.text("move_changed")
        case _:
            message = ""
    form: FormState[BaseModel] = FormState(message=message)
    return page(
        request,
        "dispatch/move.html",
        status=api.errors.status_of(refusal) if refusal else 200,
        move=view(options, words),
        date=day,
        form=form,
    )
