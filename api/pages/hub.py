"""The hub and its drive: a tablet at a counter. Receive by code, see what waits, hand over."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

import api.errors
import api.operations.hub
import api.operations.receptions
from api.deps import Now, Pool
from api.operations.hub import Pending, Placed
from api.operations.receptions import Reception, Standing
from api.pages.forms import Fields, FormFields, FormState, read
from api.pages.frame import PRIVATE, fragment, language_of, page, seen
from api.pages.hub_words import HubWords, at_counter
from api.visits import LoggedIn, Login
from delivery.errors import Refusal

router = APIRouter(include_in_schema=False)

#: Parcels of half-received orders a counter remembers between two scans.
MOST_SCANNED = 60
LONGEST_TYPED = 200
_CODES = re.compile(r"[0-9A-F]{12}")

#: An order named in a page's address.
Asked = Annotated[int | None, Query(ge=1, le=2**63 - 1)]
#: What a form says it is about.
OrderId = Annotated[int, Field(ge=1, le=2**63 - 1)]


class TakenForm(BaseModel):
    """An order the agent says is here whole."""

    order: OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the counter says to what was scanned or typed last."""

    standing: Standing
    typed: str = ""
    orders: Sequence[Placed] = ()


@router.get("/t/{slug}/hub")
def show_counter(
    request: Request,
    login: LoggedIn,
    pool: Pool,
    now: Now,
    recu: Asked = None,
    deja: Asked = None,
    demande: Asked = None,
    vus: str = "",
) -> Response:
    """Show the counter, and what became of the order received last."""
    answer = None
    for order_id, standing in ((recu, Standing.RECEIVED), (deja, Standing.ALREADY)):
        if order_id is not None:
            found = api.operations.hub.look_up(pool, login.town.id, [order_id])
            answer = Answer(standing=standing, orders=found) if found else None
    waiting = api.operations.hub.pending(pool, login.town.id, _codes(vus), asked=demande)
    return _counter(request, login, pool, now, answer=answer, pending=waiting)


@router.get("/t/{slug}/hub/feuille")
def refresh_sheet(request: Request, login: LoggedIn, pool: Pool, now: Now) -> Response:
    """Send the day's lists alone, as they stand now."""
    sheet = api.operations.hub.sheet(pool, login.town.id, now=now)
    words = HubWords.of(login, now, language_of(request))
    body = fragment(request, "hub/sheet.html", sheet=sheet, hub=words)
    return HTMLResponse(body, headers={"Cache-Control": PRIVATE})


@router.post("/t/{slug}/hub/recevoir")
def receive(request: Request, login: LoggedIn, fields: Fields, pool: Pool, now: Now) -> Response:
    """Receive the order of what was scanned, typed or chosen, and say where it goes."""
    codes = _codes(fields.get("vus"))
    typed = fields.get("code")[:LONGEST_TYPED]
    try:
        reception = _received(login, fields, typed, codes, pool, now)
    except Refusal as refusal:
        return _refused(request, login, pool, now, typed, codes, refusal)
    code = [reception.code] if reception.code else []
    codes = list(dict.fromkeys([*codes, *code]))[-MOST_SCANNED:]
    where = f"/t/{login.town.slug}/hub"
    match reception.standing:
        case Standing.RECEIVED:
            return seen(request, where, recu=reception.order_ids[0], **_kept(codes))
        case Standing.ALREADY:
            return seen(request, where, deja=reception.order_ids[0], **_kept(codes))
        case Standing.ASKED:
            return seen(request, where, demande=reception.order_ids[0], **_kept(codes))
        case Standing.SEVERAL | Standing.UNKNOWN:
            found = api.operations.hub.look_up(pool, login.town.id, reception.order_ids)
            answer = Answer(standing=reception.standing, typed=typed, orders=found)
            waiting = api.operations.hub.pending(pool, login.town.id, codes)
            status = 422 if reception.standing is Standing.UNKNOWN else 200
            return _counter(
                request, login, pool, now, status=status, answer=answer, pending=waiting
            )


def _received(
    login: Login,
    fields: FormFields,
    typed: str,
    codes: Sequence[str],
    pool: Pool,
    now: datetime,
) -> Reception:
    chosen = read(TakenForm, fields, "fr").value
    if chosen is not None:
        return api.operations.receptions.receive_order(
            pool, login.town.id, chosen.order, now=now, actor=at_counter(login)
        )
    return api.operations.receptions.receive_typed(
        pool, login.town.id, typed, scanned=codes, now=now, actor=at_counter(login)
    )


def _refused(
    request: Request,
    login: Login,
    pool: Pool,
    now: datetime,
    typed: str,
    codes: Sequence[str],
    refusal: Refusal,
) -> Response:
    form: FormState[BaseModel] = FormState.of({"code": typed})
    sentence = form.refused(refusal, language_of(request), login.timezone)
    said = sentence.message or sentence.fault("code")
    return _counter(
        request,
        login,
        pool,
        now,
        status=api.errors.status_of(refusal),
        form=FormState(texts={"code": typed}, faults={"code": said}),
        pending=api.operations.hub.pending(pool, login.town.id, codes),
    )


def _codes(kept: str) -> list[str]:
    return _CODES.findall(kept)[-MOST_SCANNED:]


def _kept(codes: Iterable[str]) -> dict[str, str]:
    said = ".".join(codes)
    return {"vus": said} if said else {}


@router.post("/t/{slug}/hub/chercher")
def search(request: Request, login: LoggedIn, fields: Fields, pool: Pool, now: Now) -> Response:
    """Show whose parcels a name means; names stand in no address, so in no log."""
    words = fields.get("nom")[:LONGEST_TYPED]
    found = api.operations.hub.named(pool, login.town.id, words)
    return _counter(request, login, pool, now, name=words, found=found)


def _counter(
    request: Request,
    login: Login,
    pool: Pool,
    now: datetime,
    *,
    status: int = 200,
    form: FormState[BaseModel] | None = None,
    answer: Answer | None = None,
    pending: Sequence[Pending] = (),
    name: str = "",
    found: Sequence[Placed] | None = None,
) -> Response:
    return page(
        request,
        "hub/counter.html",
        status=status,
        sheet=api.operations.hub.sheet(pool, login.town.id, now=now),
        hub=HubWords.of(login, now, language_of(request)),
        form=form or FormState.of({"code": ""}),
        answer=answer,
        pending=pending,
        scanned=".".join(code for each in pending for code in each.scanned),
        name=name,
        found=found,
    )
