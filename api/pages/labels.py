"""Labels to print, and what a scanned one leads to."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

import api.operations.labels
import api.words
import data.documents
from api.deps import Id, Now, Pool
from api.operations.labels import Scanned
from api.pages.frame import PRIVATE, language_of, message
from api.pages.label_words import label
from api.settings import Settings
from api.visits import LoggedIn, Login
from data.documents import LabelForm
from data.parcels import Labelled
from delivery.accounts import Role
from delivery.errors import NotFound

router = APIRouter(include_in_schema=False)

#: A browser's own viewer of PDF files is a plug-in to it; a file runs no code of ours.
PDF_POLICY = (
    "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
)

Form = Annotated[LabelForm, Query(alias="format")]


@router.get("/t/{slug}/commerce/commandes/{order_id}/etiquettes.pdf")
def print_order(
    request: Request, order_id: Id, login: LoggedIn, pool: Pool, form: Form = LabelForm.A4
) -> Response:
    """Print the labels of one of the shop's orders."""
    found = api.operations.labels.of_order(pool, login.town.id, login.shop, order_id)
    return _pdf(request, login, found, form)


@router.get("/t/{slug}/commerce/etiquettes.pdf")
def print_orders(
    request: Request, login: LoggedIn, pool: Pool, now: Now, form: Form = LabelForm.A4
) -> Response:
    """Print the labels of all the shop has to pack."""
    found = api.operations.labels.to_prepare(pool, login.town.id, login.shop, now=now)
    if not found:
        return _plain(request, "hub_labels_none_title", "hub_labels_none")
    return _pdf(request, login, found, form)


def _pdf(request: Request, login: Login, found: Sequence[Labelled], form: LabelForm) -> Response:
    settings: Settings = request.app.state.settings
    origin = (settings.public_url or str(request.base_url)).rstrip("/")
    language = language_of(request)
    sheet = [
        label(
            each,
            town_address=f"{origin}/t/{login.town.slug}",
            timezone=login.timezone,
            language=language,
        )
        for each in found
    ]
    title = api.words.text("hub_labels_title", {"shop": found[0].shop}, language)
    return Response(
        data.documents.labels(sheet, form, title=title, language=language),
        media_type="application/pdf",
        headers={
            "Cache-Control": PRIVATE,
            "Content-Disposition": 'inline; filename="etiquettes.pdf"',
            "Content-Security-Policy": PDF_POLICY,
        },
    )


@router.get("/t/{slug}/c/{code}")
def lead_to_parcel(request: Request, code: str, login: LoggedIn, pool: Pool) -> Response:
    """Lead whoever scanned a label to where their role acts on its order."""
    vehicle_id = login.vehicle if login.role is Role.COURIER else None
    found = api.operations.labels.scanned(pool, login.town.id, code, vehicle_id=vehicle_id)
    path = _path(login, found)
    if path is not None:
        return RedirectResponse(f"/t/{login.town.slug}/{path}", status_code=303)
    if login.role is Role.COURIER:
        return _plain(request, "hub_scan_not_yours_title", "hub_scan_not_yours")
    return _plain(request, "hub_scan_counter_title", "hub_scan_counter", shop=found.shop)


def _path(login: Login, found: Scanned) -> str | None:
    """Return where a role acts on an order; None where it has nothing to do with it.

    Raises NotFound for another shop's order, as for one that is not there.
    """
    order = found.order
    match login.role:
        case Role.SHOP if order.shop_id != login.shop:
            raise NotFound(field="code")
        case Role.SHOP:
            return f"commerce/commandes/{order.id}"
        case Role.COURIER:
            return None if found.stop is None else "tournees/{}/arrets/{}".format(*found.stop)
        case _ if order.delivery_id is None:
            return None
        case Role.HUB:
            return f"hub/livraisons/{order.delivery_id}"
        case _:
            return f"regulation/livraisons/{order.delivery_id}"


def _plain(request: Request, title: str, sentence: str, **parameters: object) -> Response:
    language = language_of(request)
    return message(
        request,
        api.words.text(title, {}, language),
        api.words.text(sentence, parameters, language),
        status=404,
    )
