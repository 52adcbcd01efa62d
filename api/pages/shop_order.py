"""One order of a shop: all that is known of it, and the steps its shop takes with it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import AfterValidator, BaseModel
from pydantic_core import PydanticCustomError

import api.errors
import api.operations.handovers
import api.operations.orders
import api.operations.shop_orders
from api.deps import Id, Now, Pool
from api.operations.handovers import Attempt
from api.operations.shop_orders import OrderSheet
from api.pages.forms import Fields, FormFields, FormState, read
from api.pages.frame import language_of, page, seen
from api.pages.shop_story import Story
from api.pages.shop_words import Wording
from api.settings import Settings
from api.visits import LoggedIn, Login
from delivery.errors import Refusal
from delivery.orders import ENDED, STEPS, Fulfilment, OrderState, OrderStep, step
from delivery.phones import national

router = APIRouter(include_in_schema=False)

#: A counter order is handed over by its code while it is in one of these.
HANDED_FROM = {OrderState.ACCEPTED, OrderState.READY}

#: What a banner says was done, and the state that came of it: taken back while it lasts.
STEP_OF = {"shop_prepared": OrderState.READY, "shop_dropped_off": OrderState.DROPPED_OFF}


def _code(text: str) -> str:
    code = "".join(text.split())
    if not (len(code) == 4 and code.isascii() and code.isdigit()):
        raise PydanticCustomError("shop_code", "not four digits")
    return code


class CodeForm(BaseModel):
    """What a recipient says at the counter."""

    code: Annotated[str, AfterValidator(_code)]


class UndoForm(BaseModel):
    """The state that is taken back."""

    state: OrderState


@router.get("/t/{slug}/commerce/commandes/{order_id}")
def show_order(request: Request, order_id: Id, login: LoggedIn, pool: Pool, now: Now) -> Response:
    """Show everything about one order."""
    sheet = api.operations.shop_orders.sheet(pool, login.town.id, login.shop, order_id)
    form: FormState[CodeForm] = FormState.of({"code": ""})
    return _order_page(request, login, sheet, form, now=now)


def _order_page(
    request: Request,
    login: Login,
    sheet: OrderSheet,
    form: FormState[CodeForm],
    *,
    now: datetime,
    status: int = 200,
) -> Response:
    order = sheet.order
    words = Wording(login.timezone, language_of(request), now)
    story = Story(words)
    return page(
        request,
        "shop/order.html",
        status=status,
        form=form,
        sheet=sheet,
        order=order,
        row=words.row(sheet.listed, sheet.seller),
        parcels=words.parcels(order.parcels),
        ready=words.moment(order.ready_at) if order.ready_at else "",
        story=story.told(sheet),
        money=story.money(sheet),
        link=_link(request, login, sheet),
        is_new=request.query_params.get("fait") in {"shop_taken", "shop_replaced"},
        undo=order.state.value if _is_undoable(request, order.state) else None,
        is_amendable=(order.state, OrderStep.AMEND) in STEPS,
        is_cancellable=(order.state, OrderStep.CANCEL) in STEPS,
        phone=national(order.recipient_phone) if order.recipient_phone else "",
        is_open=order.state not in ENDED,
        is_handed_here=order.fulfilment is Fulfilment.COUNTER and order.state in HANDED_FROM,
    )


def _is_undoable(request: Request, state: OrderState) -> bool:
    """Tell whether the order's state is the one the shop has just brought about."""
    return STEP_OF.get(request.query_params.get("fait", "")) is state


def _link(request: Request, login: Login, sheet: OrderSheet) -> str:
    settings: Settings = request.app.state.settings
    origin = (settings.public_url or str(request.base_url)).rstrip("/")
    return f"{origin}/t/{login.town.slug}/suivi/{sheet.papers.tracking_token}"


@router.post("/t/{slug}/commerce/commandes/{order_id}/prete")
def prepare(
    request: Request, order_id: Id, login: LoggedIn, fields: Fields, pool: Pool, now: Now
) -> Response:
    """Mark an order packed."""
    api.operations.handovers.prepare(pool, login.town.id, login.shop, order_id, now=now)
    return _back(request, login, order_id, fields, "shop_prepared")


@router.post("/t/{slug}/commerce/commandes/{order_id}/depot")
def drop_off(
    request: Request, order_id: Id, login: LoggedIn, fields: Fields, pool: Pool, now: Now
) -> Response:
    """Note that the shop brought an order to the hub or drive."""
    api.operations.handovers.drop_off(pool, login.town.id, login.shop, order_id, now=now)
    return _back(request, login, order_id, fields, "shop_dropped_off")


@router.post("/t/{slug}/commerce/commandes/{order_id}/retour")
def reopen(
    request: Request, order_id: Id, login: LoggedIn, fields: Fields, pool: Pool, now: Now
) -> Response:
    """Take the shop's last step back."""
    form = read(UndoForm, fields, language_of(request))
    undone = form.value.state if form.value else OrderState.READY
    api.operations.handovers.reopen(pool, login.town.id, login.shop, order_id, undone, now=now)
    return _back(request, login, order_id, fields, "shop_reopened")


@router.post("/t/{slug}/commerce/commandes/{order_id}/remettre")
def hand_over(
    request: Request, order_id: Id, login: LoggedIn, fields: Fields, pool: Pool, now: Now
) -> Response:
    """Hand a click-and-collect order over to whoever says its code."""
    language = language_of(request)
    form = read(CodeForm, fields, language)
    status = 422
    if form.value is not None:
        attempt = Attempt(code=form.value.code, now=now, actor=f"shop:{login.shop}")
        try:
            api.operations.handovers.hand_over_at_counter(
                pool, login.town.id, login.shop, order_id, attempt
            )
            return _back(request, login, order_id, fields, "shop_handed_over")
        except Refusal as refusal:
            if refusal.field != "code":
                raise
            form = form.refused(refusal, language)
            status = api.errors.status_of(refusal)
    sheet = api.operations.shop_orders.sheet(pool, login.town.id, login.shop, order_id)
    return _order_page(request, login, sheet, form, now=now, status=status)


@router.get("/t/{slug}/commerce/commandes/{order_id}/annuler")
def ask_to_cancel(
    request: Request, order_id: Id, login: LoggedIn, pool: Pool, now: Now
) -> Response:
    """Ask whether an order shall be called off, and say what that does."""
    sheet = api.operations.shop_orders.sheet(pool, login.town.id, login.shop, order_id)
    step(sheet.order.state, OrderStep.CANCEL)
    words = Wording(login.timezone, language_of(request), now)
    row = words.row(sheet.listed, sheet.seller)
    return page(request, "shop/cancel.html", sheet=sheet, row=row)


@router.post("/t/{slug}/commerce/commandes/{order_id}/annuler")
def cancel(request: Request, order_id: Id, login: LoggedIn, pool: Pool, now: Now) -> Response:
    """Call an order off."""
    api.operations.orders.cancel_of_shop(pool, login.town.id, login.shop, order_id, now=now)
    return seen(request, f"/t/{login.town.slug}/commerce", done="shop_cancelled")


def _back(request: Request, login: Login, order_id: int, fields: FormFields, done: str) -> Response:
    """Lead back to the page the step was taken on: the order's own, or the list."""
    counter = f"/t/{login.town.slug}/commerce"
    if fields.get("page") == "order":
        return seen(request, f"{counter}/commandes/{order_id}", done=done)
    return seen(request, counter, done=done, commande=order_id)
