"""A delivery at the hub's counter: what of it is here, handing it over, taking a reception back."""

import re
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, BeforeValidator, Field

import api.errors
import api.operations.handovers
import api.operations.hub
import api.operations.receptions
import api.words
from api.deps import Id, Now, Pool
from api.operations.handovers import Attempt
from api.pages.forms import Fields, FormState, read
from api.pages.frame import language_of, page, seen
from api.pages.hub_words import HubWords, at_counter
from api.visits import LoggedIn, Login
from delivery.errors import NotFound, Refusal

router = APIRouter(include_in_schema=False)


class CodeForm(BaseModel):
    """The four digits a recipient says."""

    code: Annotated[
        str,
        BeforeValidator(lambda said: re.sub(r"[\s.-]", "", str(said))),
        Field(pattern=r"^[0-9]{4}$"),
    ]


@router.get("/t/{slug}/hub/livraisons/{delivery_id}")
def show_delivery(
    request: Request, delivery_id: Id, login: LoggedIn, pool: Pool, now: Now
) -> Response:
    """Show a delivery with its parcels, and ask for the recipient's code where all is here."""
    return _delivery(request, delivery_id, login, pool, now, FormState.of({"code": ""}))


@router.post("/t/{slug}/hub/livraisons/{delivery_id}/remettre")
def hand_over(
    request: Request, delivery_id: Id, login: LoggedIn, fields: Fields, pool: Pool, now: Now
) -> Response:
    """Hand a delivery over to whoever says its code."""
    language = language_of(request)
    form = read(CodeForm, fields, language)
    if form.value is None:
        said = api.words.text("hub_code_form", {}, language)
        form = FormState(texts=form.texts, faults={"code": said})
        return _delivery(request, delivery_id, login, pool, now, form, status=422)
    attempt = Attempt(code=form.value.code, now=now, actor=at_counter(login))
    try:
        api.operations.handovers.hand_over_at_drive(pool, login.town.id, delivery_id, attempt)
    except NotFound:
        raise
    except Refusal as refusal:
        status = api.errors.status_of(refusal)
        form = FormState.of({"code": ""}).refused(refusal, language, login.timezone)
        return _delivery(request, delivery_id, login, pool, now, form, status=status)
    return seen(request, f"/t/{login.town.slug}/hub", done="hub_handed_over")


def _delivery(
    request: Request,
    delivery_id: int,
    login: Login,
    pool: Pool,
    now: datetime,
    form: FormState[CodeForm],
    *,
    status: int = 200,
) -> Response:
    return page(
        request,
        "hub/delivery.html",
        status=status,
        sheet=api.operations.hub.delivery_sheet(pool, login.town.id, delivery_id),
        hub=HubWords.of(login, now, language_of(request)),
        form=form,
    )


@router.post("/t/{slug}/hub/commandes/{order_id}/annuler-reception")
def take_back(request: Request, order_id: Id, login: LoggedIn, pool: Pool, now: Now) -> Response:
    """Take a reception back while nothing else happened to the order."""
    api.operations.receptions.take_back(
        pool, login.town.id, order_id, now=now, actor=at_counter(login)
    )
    return seen(request, f"/t/{login.town.slug}/hub", done="hub_taken_back")
