"""The page behind a recipient's link: how far an order is, its code, its slot. No cookie is set."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from markupsafe import Markup
from pydantic import BaseModel

import api.errors
import api.words
from api.deps import Moment, Now, Pool
from api.operations import tracking
from api.operations.tracking import Followed
from api.pages.forms import Fields, FormState, read
from api.pages.frame import fragment, language_of, page, seen
from api.pages.recipient_words import Wording, fixed, stage_code
from api.visits import NoPage, Visit, Visited
from delivery.envelope import EnvelopeSpent
from delivery.errors import NotFound, Refusal
from delivery.following import GOING, masked
from delivery.orders import StepRefused
from delivery.pooling import DeliveryStepRefused
from delivery.programmes import NotFunded, OutsideZone, ResidualRefused
from delivery.slots import ReadyTooLate, SlotClosed, SlotFull, SlotUnknown

router = APIRouter(include_in_schema=False)

#: What a recipient is told where a change is refused: nothing of the town's money or its rounds.
SAID: dict[type[Refusal], str] = {
    StepRefused: "recipient_too_late",
    DeliveryStepRefused: "recipient_too_late",
    SlotUnknown: "recipient_slot_gone",
    SlotFull: "recipient_slot_full",
    SlotClosed: "recipient_slot_closed",
    ReadyTooLate: "recipient_not_ready",
    EnvelopeSpent: "recipient_other_day",
    NotFunded: "recipient_other_day",
    OutsideZone: "recipient_other_day",
    ResidualRefused: "recipient_other_day",
}


class SlotForm(BaseModel):
    """Which slot the recipient takes, named by its beginning."""

    slot: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What is renewed while the page is open; `digest` tells whether it has changed."""

    state: Markup
    digest: str
    stage_code: str
    is_going: bool
    address: str


@router.get("/t/{slug}/suivi/{token}")
def show_order(request: Request, visit: Visit, token: str, pool: Pool, now: Now) -> Response:
    """Show an order to its recipient."""
    followed = _followed(pool, visit, token, now)
    form: FormState[SlotForm] = FormState.of({"slot": _own(followed)})
    return _page(request, visit, token, followed, form)


@router.get("/t/{slug}/suivi/{token}/etat")
def show_state(
    request: Request, visit: Visit, token: str, pool: Pool, now: Now, vu: str = ""
) -> Response:
    """Send how far the order is, where that is not what the page shows already."""
    live = _live(request, visit, token, _followed(pool, visit, token, now))
    if live.digest == vu:
        return _private(Response(status_code=204))
    return _private(page(request, "recipient/live.html", live=live, is_news=True))


@router.post("/t/{slug}/suivi/{token}/creneau")
def take_slot(
    request: Request, visit: Visit, token: str, fields: Fields, pool: Pool, now: Now
) -> Response:
    """Move the delivery to the slot that was chosen."""
    followed = _followed(pool, visit, token, now)
    if followed.passage is None:
        raise NoPage("page_missing")
    before = followed.passage.slot.starts_at
    form = read(SlotForm, fields, language_of(request))
    if form.value is None:
        return _page(request, visit, token, followed, form)
    chosen = form.value.slot
    try:
        tracking.choose(pool, visit.town.id, _parsed(token), chosen, now=now)
    except Refusal as refusal:
        form = FormState(texts=form.texts, message=_why_not(refusal, language_of(request)))
        followed = _followed(pool, visit, token, now)
        status = api.errors.status_of(refusal)
        return _page(request, visit, token, followed, form, status=status)
    lang = request.query_params.get("lang", "")
    return seen(
        request,
        f"/t/{visit.town.slug}/suivi/{token}",
        done="recipient_same" if chosen == before else "recipient_moved",
        **({"lang": lang} if lang in api.words.LANGUAGES else {}),
    )


def _why_not(refusal: Refusal, language: str) -> str:
    if isinstance(refusal, NotFound):
        raise refusal
    return api.words.text(SAID.get(type(refusal), "recipient_too_late"), {}, language)


def _parsed(token: str) -> UUID:
    """Read a link's token as we write it and no other way."""
    try:
        parsed = UUID(token)
    except ValueError:
        raise NoPage("page_missing") from None
    if str(parsed) != token:
        raise NoPage("page_missing")
    return parsed


def _followed(pool: Pool, visit: Visited, token: str, now: datetime) -> Followed:
    """Return the order of a link; one that is wrong tells nothing.

    Raises NoPage.
    """
    try:
        return tracking.follow(pool, visit.town.id, _parsed(token), now=now)
    except NotFound:
        raise NoPage("page_missing") from None


def _own(followed: Followed) -> str:
    """Return the form's value of the slot it has, empty where nobody brings it anywhere."""
    return followed.passage.slot.starts_at.isoformat() if followed.passage else ""


def _page(
    request: Request,
    visit: Visited,
    token: str,
    followed: Followed,
    form: FormState[SlotForm],
    *,
    status: int | None = None,
) -> Response:
    wording = Wording(visit.timezone, language_of(request))
    passage = followed.passage
    response = page(
        request,
        "recipient/order.html",
        status=status or (422 if form.faults else 200),
        live=_live(request, visit, token, followed),
        is_news=False,
        followed=followed,
        form=form,
        days=wording.days(passage.offers if passage else ()),
        own=_own(followed),
        until=wording.moment(passage.slot.cutoff_at) if passage else {},
        fixed=fixed(followed),
        here=f"/t/{visit.town.slug}/suivi/{token}",
    )
    return _private(response)


def _live(request: Request, visit: Visited, token: str, followed: Followed) -> Live:
    wording = Wording(visit.timezone, language_of(request))
    passage = followed.passage
    name = followed.order.recipient_name
    state = fragment(
        request,
        "recipient/state.html",
        followed=followed,
        passage=passage,
        kind=followed.order.fulfilment.value,
        stage=followed.stage.value,
        is_going=followed.stage in GOING,
        way=list(wording.way(followed)),
        slot_text=wording.slot(passage.slot) if passage else "",
        arrival=wording.between(*passage.arrival) if passage and passage.arrival else "",
        done_at=wording.done_at(followed),
        name=name if followed.is_shown else masked(name),
    )
    return Live(
        state=Markup(state),
        digest=hashlib.sha256(state.encode()).hexdigest()[:16],
        stage_code=stage_code(followed),
        is_going=followed.stage in GOING,
        address=f"/t/{visit.town.slug}/suivi/{token}/etat",
    )


def _private(response: Response) -> Response:
    """Keep the page out of caches and search engines, and the browser free of cookies."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    if "set-cookie" in response.headers:
        del response.headers["set-cookie"]
    return response
