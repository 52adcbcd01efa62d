"""Deliveries at the dispatcher's desk: the day's list, one of them, and what may be done."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

import api.errors
import api.operations.deliveries
from api.deps import Id, Moment, Now, Pool
from api.pages.day import parsed
from api.pages.dispatch_delivery_view import view as delivery_view
from api.pages.dispatch_list_view import Filter, view
from api.pages.dispatch_words import DayHead, DispatchWords
from api.pages.forms import Fields, FormState, read
from api.pages.frame import page, seen
from api.visits import LoggedIn, Login
from delivery.errors import NotFound, Refusal

router = APIRouter(include_in_schema=False)

LONGEST_TYPED = 200
#: What the list's form calls each filter.
NAMES = {
    "etat": "state",
    "zone": "zone",
    "creneau": "slot",
    "boutique": "shop",
    "remise": "kind",
    "tournee": "ride",
}


class CancelForm(BaseModel):
    """The order to call off."""

    commande: Annotated[int, Field(ge=1, le=2**63 - 1)]


class SlotForm(BaseModel):
    """When the slot begins that the delivery shall take."""

    creneau: Moment


@router.get("/t/{slug}/regulation/{day}/livraisons")
def show_list(request: Request, login: LoggedIn, day: str, pool: Pool) -> Response:
    """Show a day's deliveries, narrowed as the address says."""
    given = {name: request.query_params.get(name, "") for name in NAMES}
    return _list(request, login, parsed(day), pool, given, text="")


@router.post("/t/{slug}/regulation/{day}/livraisons")
def search(request: Request, login: LoggedIn, day: str, fields: Fields, pool: Pool) -> Response:
    """Show a day's deliveries, narrowed as the form says; names stand in no address."""
    given = {name: fields.get(name) for name in NAMES}
    return _list(request, login, parsed(day), pool, given, text=fields.get("texte"))


def _list(
    request: Request, login: Login, day: date, pool: Pool, given: dict[str, str], *, text: str
) -> Response:
    words = DispatchWords.of(request, login)
    typed = text[:LONGEST_TYPED]
    asked = Filter(**{NAMES[name]: value[:100] for name, value in given.items()}, text=typed)
    found = api.operations.deliveries.listed(pool, login.town.id, day)
    form: FormState[BaseModel] = FormState.of({**given, "texte": typed})
    return page(
        request,
        "dispatch/deliveries.html",
        list=view(found, asked, words),
        asked=asked,
        head=DayHead.of(day, words),
        date=day,
        form=form,
    )


@router.get("/t/{slug}/regulation/livraisons/{delivery_id}")
def show_delivery(
    request: Request, login: LoggedIn, delivery_id: Id, pool: Pool, now: Now
) -> Response:
    """Show one delivery whole."""
    return _delivery(request, login, delivery_id, pool, now, FormState())


@router.post("/t/{slug}/regulation/livraisons/{delivery_id}/annuler")
def cancel_order(
    request: Request, login: LoggedIn, delivery_id: Id, fields: Fields, pool: Pool, now: Now
) -> Response:
    """Call one of its orders off."""
    form = read(CancelForm, fields, "fr").value
    if form is None:
        raise NotFound(field="commande")
    try:
        api.operations.deliveries.cancel_order(
            pool, login.town.id, delivery_id, form.commande, now=now, actor=login.actor
        )
    except Refusal as refusal:
        return _refused(request, login, delivery_id, pool, now, refusal)
    return seen(request, _path(login, delivery_id), done="dispatch_cancelled")


@router.post("/t/{slug}/regulation/livraisons/{delivery_id}/creneau")
def change_slot(
    request: Request, login: LoggedIn, delivery_id: Id, fields: Fields, pool: Pool, now: Now
) -> Response:
    """Give it another slot."""
    form = read(SlotForm, fields, "fr").value
    if form is None:
        raise NotFound(field="creneau")
    try:
        moved = api.operations.deliveries.change_slot(
            pool, login.town.id, delivery_id, form.creneau, now=now, actor=login.actor
        )
    except Refusal as refusal:
        return _refused(request, login, delivery_id, pool, now, refusal)
    return seen(request, _path(login, moved.id), done="dispatch_slot_changed")


def _path(login: Login, delivery_id: int) -> str:
    return f"/t/{login.town.slug}/regulation/livraisons/{delivery_id}"


def _refused(
    request: Request,
    login: Login,
    delivery_id: int,
    pool: Pool,
    now: datetime,
    refusal: Refusal,
) -> Response:
    """Show the delivery again with what was refused; what is not there is not shown."""
    if isinstance(refusal, NotFound):
        raise refusal
    words = DispatchWords.of(request, login)
    form: FormState[BaseModel] = FormState()
    form = form.refused(refusal, words.language, login.timezone)
    return _delivery(request, login, delivery_id, pool, now, form, api.errors.status_of(refusal))


def _delivery(
    request: Request,
    login: Login,
    delivery_id: int,
    pool: Pool,
    now: datetime,
    form: FormState[BaseModel],
    status: int = 200,
) -> Response:
    words = DispatchWords.of(request, login)
    sheet = api.operations.deliveries.find(pool, login.town.id, delivery_id, now=now)
    return page(
        request,
        "dispatch/delivery.html",
        status=status,
        one=delivery_view(sheet, words),
        form=form,
    )
