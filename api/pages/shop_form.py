"""The form a shop writes orders on: what is read from it, and its page with what to mend."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    NaiveDatetime,
    PlainValidator,
    model_validator,
)
from pydantic_core import PydanticCustomError

import api.errors
import api.words
import data.channels.cells
from api.deps import Moment
from api.operations.entries import Entry
from api.operations.shop_orders import Desk, OrderSheet
from api.pages import shop_parcels
from api.pages.forms import FormState
from api.pages.frame import page, seen
from api.pages.shop_words import SlotChoice, Wording
from api.visits import Login
from delivery.addresses import AddressAmbiguous, AddressUnknown
from delivery.errors import NotFound, Refusal
from delivery.orders import MOST_PARCELS, AlreadyEntered, Fulfilment, Recipient, StepRefused
from delivery.parcels import Parcel
from delivery.phones import e164

#: Where a refusal is told on this form that names none of its fields.
FIELDS = {
    "delivery_step_refused": "slot_starts_at",
    "outside_zone": "address",
    "not_funded": "fulfilment",
    "residual_refused": "fulfilment",
    "envelope_spent": "fulfilment",
}


def _phone(text: str) -> str:
    try:
        return e164(text)
    except ValueError as error:
        raise PydanticCustomError("shop_phone", "no phone number") from error


def _cents(value: object) -> int:
    try:
        return data.channels.cells.cents(str(value).replace("€", ""))
    except data.channels.cells.Unfit as error:
        raise PydanticCustomError("shop_euros", "no amount") from error


def _parcels(value: object) -> tuple[Parcel, ...]:
    assert isinstance(value, Mapping)
    return shop_parcels.read(value)


class OrderForm(BaseModel):
    """An order as a shop writes it. A slot is named by its beginning, once for each way."""

    key: UUID | None = None
    phone: Annotated[str | None, AfterValidator(_phone)] = None
    name: Annotated[str, Field(max_length=120)]
    basket: Annotated[int, BeforeValidator(_cents)]
    fulfilment: Fulfilment
    address: Annotated[str | None, Field(max_length=200)] = None
    parcels: Annotated[tuple[Parcel, ...], PlainValidator(_parcels)]
    slot_home: Moment | None = None
    slot_drive: Moment | None = None
    ready_at: Annotated[
        NaiveDatetime | None, Field(ge=datetime(1970, 1, 2), le=datetime(2099, 12, 30))
    ] = None
    note: Annotated[str, Field(max_length=500)] = ""
    reference: Annotated[str | None, Field(max_length=100)] = None

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, given: object) -> object:
        """Read the parcels from all their fields together."""
        return {**given, "parcels": given} if isinstance(given, Mapping) else given

    @property
    def slot_starts_at(self) -> datetime | None:
        """The beginning of the slot of the way that was chosen."""
        return {Fulfilment.HOME: self.slot_home, Fulfilment.DRIVE: self.slot_drive}.get(
            self.fulfilment
        )

    @property
    def door(self) -> str | None:
        """The address, where somebody brings it there."""
        return self.address if self.fulfilment is Fulfilment.HOME else None

    def ready(self, timezone: ZoneInfo) -> datetime | None:
        """Return when it is packed, by the town's clocks."""
        return self.ready_at.replace(tzinfo=timezone) if self.ready_at else None

    def entry(self, timezone: ZoneInfo) -> Entry:
        """Return what the operation takes."""
        return Entry(
            recipient=Recipient(name=self.name, phone=self.phone),
            fulfilment=self.fulfilment,
            basket_cents=self.basket,
            parcels=self.parcels,
            reference=self.reference,
            address=self.door,
            slot_starts_at=self.slot_starts_at,
            ready_at=self.ready(timezone),
            note=self.note,
        )


def form_page(
    request: Request,
    login: Login,
    desk: Desk,
    words: Wording,
    form: FormState[OrderForm],
    *,
    sheet: OrderSheet | None = None,
    refusal: Refusal | None = None,
) -> Response:
    """Show the form: fresh, or again with what to mend at its field."""
    status = 422 if form.faults else 200
    if refusal is not None:
        status = api.errors.status_of(refusal)
        form = _refused(form, refusal, words, login.timezone)
    offered = {
        kind.value: [words.slot(slot) for slot in slots] for kind, slots in desk.slots.items()
    }
    if sheet is not None and sheet.listed.slot_starts_at is not None:
        _keep_own(offered[sheet.order.fulfilment.value], sheet, words)
    return page(
        request,
        "shop/form.html",
        status=status,
        form=form,
        desk=desk,
        sheet=sheet,
        slots=offered,
        groups=shop_parcels.groups(form.texts),
        most=MOST_PARCELS,
        doors=refusal.parameters["suggestions"]
        if isinstance(refusal, AddressUnknown | AddressAmbiguous)
        else (),
        entered=refusal.parameters["order_id"] if isinstance(refusal, AlreadyEntered) else None,
    )


def _keep_own(offered: list[SlotChoice], sheet: OrderSheet, words: Wording) -> None:
    """Offer an order the slot it has, though it may be full or past its cut-off."""
    starts_at, ends_at = sheet.listed.slot_starts_at, sheet.listed.slot_ends_at
    assert starts_at is not None and ends_at is not None
    own = words.own_slot(starts_at, ends_at)
    offered[:] = [own, *(each for each in offered if each.value != own.value)]


def _refused(
    form: FormState[OrderForm], refusal: Refusal, words: Wording, timezone: ZoneInfo
) -> FormState[OrderForm]:
    """Tell a refusal at its field, in a shop's words where there are any.

    Raises it where it is about no form: the order is not the shop's, or not any more.
    """
    if isinstance(refusal, NotFound | StepRefused):
        raise refusal
    told = Refusal(field=FIELDS.get(refusal.code, refusal.field), **refusal.parameters)
    own = f"shop_{refusal.code}"
    told.code = own if own in api.words.catalogue(words.language) else refusal.code
    names = {"slot_starts_at": f"slot_{form.text('fulfilment')}", "point": "address"}
    return form.refused(told, words.language, timezone, names=names)


def taken(request: Request, login: Login, order_id: int, done: str) -> Response:
    """Lead to an order that was written down."""
    return seen(request, f"/t/{login.town.slug}/commerce/commandes/{order_id}", done=done)
