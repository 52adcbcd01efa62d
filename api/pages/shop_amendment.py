"""A shop writes an order anew while it still has it."""

from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

import api.operations.amendments
import api.operations.shop_orders
from api.deps import Id, Now, Pool
from api.operations.amendments import Amendment
from api.operations.shop_orders import OrderSheet
from api.pages import shop_parcels
from api.pages.forms import Fields, FormState, read
from api.pages.frame import language_of
from api.pages.shop_form import OrderForm, form_page, taken
from api.pages.shop_words import Wording
from api.visits import LoggedIn, Login
from delivery.addresses import fold, split_town, written_city
from delivery.errors import Refusal
from delivery.orders import Fulfilment, OrderStep, step
from delivery.phones import national

router = APIRouter(include_in_schema=False)


@router.get("/t/{slug}/commerce/commandes/{order_id}/modifier")
def show_amendment(
    request: Request, order_id: Id, login: LoggedIn, pool: Pool, now: Now
) -> Response:
    """Show an order its shop still has, to be written anew."""
    sheet = _amendable(pool, login, order_id)
    desk = api.operations.shop_orders.desk(pool, login.town.id, login.shop, now=now)
    words = Wording(login.timezone, language_of(request), now)
    texts = _written(sheet, login.timezone)
    return form_page(request, login, desk, words, FormState.of(texts), sheet=sheet)


@router.post("/t/{slug}/commerce/commandes/{order_id}/modifier")
def amend(
    request: Request, order_id: Id, login: LoggedIn, fields: Fields, pool: Pool, now: Now
) -> Response:
    """Write an order anew: in place, or as another where it is for somebody or somewhere else."""
    sheet = _amendable(pool, login, order_id)
    form = read(OrderForm, fields, language_of(request))
    refusal = None
    if form.value is not None:
        try:
            if _is_for_another(form.value, sheet):
                entry = form.value.entry(login.timezone)
                replaced = api.operations.amendments.replace_order(
                    pool, login.town.id, login.shop, order_id, entry, now=now
                )
                return taken(request, login, replaced.order_id, "shop_replaced")
            changes = _changes(form.value, sheet, login.timezone)
            api.operations.amendments.amend(
                pool, login.town.id, login.shop, order_id, changes, now=now
            )
            return taken(request, login, order_id, "shop_amended")
        except Refusal as said:
            refusal = said
    desk = api.operations.shop_orders.desk(pool, login.town.id, login.shop, now=now)
    words = Wording(login.timezone, language_of(request), now)
    return form_page(request, login, desk, words, form, sheet=sheet, refusal=refusal)


def _amendable(pool: Pool, login: Login, order_id: int) -> OrderSheet:
    sheet = api.operations.shop_orders.sheet(pool, login.town.id, login.shop, order_id)
    step(sheet.order.state, OrderStep.AMEND)
    return sheet


def _is_for_another(form: OrderForm, sheet: OrderSheet) -> bool:
    order = sheet.order
    label = sheet.delivery.place.label if sheet.delivery else ""
    return (form.name, form.phone, form.fulfilment) != (
        order.recipient_name,
        order.recipient_phone,
        order.fulfilment,
    ) or (form.fulfilment is Fulfilment.HOME and not _is_door(form.address or "", label))


def _is_door(written: str, label: str) -> bool:
    """Whether an address is another spelling of the one that was there."""
    (door, postcode), (known, its_postcode) = split_town(written), split_town(label)
    is_there = postcode in (None, its_postcode) and written_city(written) in (
        None,
        written_city(label),
    )
    return written == label or (fold(door) == fold(known) and is_there)


def _changes(form: OrderForm, sheet: OrderSheet, timezone: ZoneInfo) -> Amendment:
    is_moved = form.slot_starts_at not in (None, sheet.listed.slot_starts_at)
    ready_at, before = form.ready(timezone), sheet.order.ready_at
    # The form's minutes are coarser than what programs send.
    is_same = ready_at and before and ready_at == before.replace(second=0, microsecond=0)
    return Amendment(
        parcels=form.parcels,
        basket_cents=form.basket,
        note=form.note,
        ready_at=before if is_same else ready_at,
        slot_starts_at=form.slot_starts_at if is_moved else None,
    )


def _written(sheet: OrderSheet, timezone: ZoneInfo) -> dict[str, str]:
    """Return the form's fields as an order has them."""
    order, starts_at = sheet.order, sheet.listed.slot_starts_at
    ready_at = order.ready_at.astimezone(timezone) if order.ready_at else None
    way = order.fulfilment.value
    return {
        **dict.fromkeys(OrderForm.model_fields, ""),
        **shop_parcels.written(order.parcels),
        "phone": national(order.recipient_phone) if order.recipient_phone else "",
        "name": order.recipient_name,
        "basket": f"{order.basket_cents // 100},{order.basket_cents % 100:02d}",
        "fulfilment": way,
        "address": sheet.delivery.place.label if sheet.delivery and way == "home" else "",
        "ready_at": ready_at.strftime("%Y-%m-%dT%H:%M") if ready_at else "",
        "note": order.note,
        f"slot_{way}": starts_at.astimezone(timezone).isoformat() if starts_at else "",
    }
