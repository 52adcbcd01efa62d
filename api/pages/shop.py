"""The shop's counter: its orders at a glance, those of before, and what its form looks up."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

import api.operations.shop_orders
from api.deps import Now, Pool
from api.pages.forms import Fields
from api.pages.frame import PRIVATE, language_of, page
from api.pages.shop_words import Wording
from api.visits import LoggedIn
from delivery.orders import OrderState
from delivery.phones import e164

router = APIRouter(include_in_schema=False)

#: What may be taken back from the banner that says it was done.
UNDONE = {OrderState.READY, OrderState.DROPPED_OFF}
LONGEST_DOOR = 200


@router.get("/t/{slug}/commerce")
def show_today(request: Request, login: LoggedIn, pool: Pool, now: Now) -> Response:
    """Show what the shop has to do with now; the step that was just taken may be taken back."""
    board = api.operations.shop_orders.board(pool, login.town.id, login.shop, now=now)
    states = {str(order.id): order.state for order in board.orders}
    asked = request.query_params.get("commande", "")
    undone = states.get(asked)
    return page(
        request,
        "shop/today.html",
        groups=Wording(login.timezone, language_of(request), now).groups(board),
        seller=board.seller,
        today=now.astimezone(login.timezone).date(),
        undo={"id": asked, "state": undone.value} if undone in UNDONE else None,
    )


@router.get("/t/{slug}/commerce/commandes")
def show_orders(
    request: Request,
    login: LoggedIn,
    pool: Pool,
    now: Now,
    q: Annotated[str, Query(max_length=100)] = "",
    at: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1,
) -> Response:
    """Show the shop's orders of all times, newest first, narrowed by what is looked for."""
    text = q.replace("\0", "").strip()
    found = api.operations.shop_orders.search(pool, login.town.id, login.shop, text, page=at)
    words = Wording(login.timezone, language_of(request), now)
    return page(
        request,
        "shop/orders.html",
        rows=[words.row(order) for order in found.orders],
        has_more=found.has_more,
        q=text,
        at=at,
    )


@router.post("/t/{slug}/commerce/destinataires")
def find_regular(login: LoggedIn, fields: Fields, pool: Pool) -> Response:
    """Tell the form who has a phone number, from the shop's own orders alone.

    Numbers and doors stand in no address, so in no log.
    """
    try:
        phone = e164(fields.get("telephone"))
    except ValueError:
        return _private({})
    found = api.operations.shop_orders.regular(pool, login.town.id, login.shop, phone)
    return _private({"name": found.name, "address": found.door or ""} if found else {})


@router.post("/t/{slug}/commerce/adresses")
def complete_address(login: LoggedIn, fields: Fields, pool: Pool) -> Response:
    """Tell the form which doors somebody may be writing."""
    text = fields.get("q")[:LONGEST_DOOR]
    found = api.operations.shop_orders.doors(pool, login.town.id, text)
    return _private([door.label for door in found])


def _private(body: object) -> Response:
    return JSONResponse(body, headers={"Cache-Control": PRIVATE})
