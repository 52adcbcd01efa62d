"""A shop writes a new order down."""

from uuid import uuid4

from fastapi import APIRouter, Request, Response

import api.operations.entries
import api.operations.shop_orders
from api.deps import Now, Pool
from api.pages import shop_parcels
from api.pages.forms import Fields, FormState, read
from api.pages.frame import language_of
from api.pages.shop_form import OrderForm, form_page, taken
from api.pages.shop_words import Wording
from api.visits import LoggedIn
from delivery.errors import Refusal
from delivery.orders import Fulfilment
from delivery.parcels import Size, parcel

router = APIRouter(include_in_schema=False)


@router.get("/t/{slug}/commerce/commandes/nouvelle")
def show_new(request: Request, login: LoggedIn, pool: Pool, now: Now) -> Response:
    """Show the form for a new order, as most orders are."""
    desk = api.operations.shop_orders.desk(pool, login.town.id, login.shop, now=now)
    words = Wording(login.timezone, language_of(request), now)
    texts = {
        **dict.fromkeys(OrderForm.model_fields, ""),
        **shop_parcels.written([parcel(Size.MEDIUM)]),
        **{
            f"slot_{kind.value}": words.slot(slots[0]).value
            for kind, slots in desk.slots.items()
            if slots
        },
        "key": str(uuid4()),
        "fulfilment": Fulfilment.HOME.value,
    }
    return form_page(request, login, desk, words, FormState.of(texts))


@router.post("/t/{slug}/commerce/commandes")
def take(request: Request, login: LoggedIn, fields: Fields, pool: Pool, now: Now) -> Response:
    """Take an order as its shop wrote it, or show what to mend."""
    form = read(OrderForm, fields, language_of(request))
    refusal = None
    if form.value is not None:
        try:
            order_id = api.operations.entries.enter(
                pool,
                login.town.id,
                login.shop,
                form.value.entry(login.timezone),
                key=str(form.value.key or uuid4()),
                now=now,
            )
            return taken(request, login, order_id, "shop_taken")
        except Refusal as said:
            refusal = said
    desk = api.operations.shop_orders.desk(pool, login.town.id, login.shop, now=now)
    words = Wording(login.timezone, language_of(request), now)
    return form_page(request, login, desk, words, form, refusal=refusal)
