"""Orders as programs send them: one call an order, safe to repeat."""

import hashlib
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError
from shapely import Point

import api.operations.orders
from api.deps import ApiKey, Id, Moment, Now, Pool, TownStreets, subject
from api.errors import IdempotencyKeyMissing, language_of
from api.texts import without_nul
from delivery.orders import MOST_PARCELS, Fulfilment, NewOrder, Order, Recipient
from delivery.parcels import BULKIEST_L, HEAVIEST_G, Parcel, Size, Temperature, parcel
from delivery.phones import e164

router = APIRouter(prefix="/api/v1/orders", tags=["channels"])


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RecipientIn(_Strict):
    """Who receives."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    phone: str | None = None

    @field_validator("name")
    @classmethod
    def _named(cls, value: str) -> str:
        if not value.strip():
            raise PydanticCustomError("missing", "a recipient needs a name")
        return value

    @field_validator("phone")
    @classmethod
    def _e164(cls, value: str | None) -> str | None:
        try:
            return e164(value) if value else None
        except ValueError as error:
            raise PydanticCustomError("phone", "not a phone number") from error


class PointIn(_Strict):
    """A place in WGS84 degrees."""

    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]


class ParcelIn(_Strict):
    """One physical thing; weight and volume are assumed from the size where not given."""

    size: Size
    weight_g: Annotated[int | None, Field(ge=1, le=HEAVIEST_G)] = None
    volume_l: Annotated[int | None, Field(ge=1, le=BULKIEST_L)] = None
    temperature: Temperature = Temperature.AMBIENT
    fragile: bool = False
    age_check: bool = False

    def parcel(self) -> Parcel:
        """Return the record of the trade."""
        return parcel(
            self.size,
            weight_g=self.weight_g,
            volume_l=self.volume_l,
            temperature=self.temperature,
            fragile=self.fragile,
            age_check=self.age_check,
        )


class OrderIn(_Strict):
    """An order; `slot_starts_at` names the slot by its beginning, `address` or `point` the door."""

    reference: Annotated[str, Field(min_length=1, max_length=100)]
    shop: Annotated[str, Field(min_length=1, max_length=100)]
    recipient: RecipientIn
    fulfilment: Fulfilment
    basket_cents: Annotated[int, Field(ge=0, le=1_000_000)]
    parcels: Annotated[tuple[ParcelIn, ...], Field(min_length=1, max_length=MOST_PARCELS)]
    address: Annotated[str | None, Field(max_length=200)] = None
    point: PointIn | None = None
    slot_starts_at: Moment | None = None
    ready_at: Moment | None = None
    note: Annotated[str, Field(max_length=500)] = ""

    _no_nul = model_validator(mode="before")(without_nul)

    def new_order(self) -> NewOrder:
        """Return the record of the trade."""
        return NewOrder(
            reference=self.reference,
            shop=self.shop,
            recipient=Recipient(name=self.recipient.name, phone=self.recipient.phone),
            fulfilment=self.fulfilment,
            basket_cents=self.basket_cents,
            parcels=tuple(each.parcel() for each in self.parcels),
            address=self.address,
            point=Point(self.point.lon, self.point.lat) if self.point else None,
            slot_starts_at=self.slot_starts_at,
            ready_at=self.ready_at,
            note=self.note,
        )


class OrderOut(BaseModel):
    """An order as its channel sees it."""

    order_id: int
    reference: str
    shop: str
    fulfilment: Fulfilment
    state: str
    delivery_id: int | None
    basket_cents: int
    ready_at: datetime | None

    @classmethod
    def of(cls, order: Order) -> "OrderOut":
        """Shape a record for its channel."""
        return cls(
            order_id=order.id,
            reference=order.reference,
            shop=order.shop_code,
            fulfilment=order.fulfilment,
            state=order.state.value,
            delivery_id=order.delivery_id,
            basket_cents=order.basket_cents,
            ready_at=order.ready_at,
        )


class TakenOut(BaseModel):
    """An order that was taken.

    `code` is what the recipient says; none where the order joined another shop's delivery, whose
    channel was given it.
    """

    order_id: int
    delivery_id: int | None
    code: str | None
    pooled: bool
    state: str


@router.post("", status_code=201, response_model=TakenOut)
def take_order(
    order: OrderIn,
    key: ApiKey,
    pool: Pool,
    now: Now,
    streets_of: TownStreets,
    request: Request,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """Take an order. The same `Idempotency-Key` and body always get the same answer."""
    if not idempotency_key:
        raise IdempotencyKeyMissing(field="Idempotency-Key")
    answer = api.operations.orders.take_once(
        pool,
        key.town_id,
        subject(key),
        order.new_order(),
        key=idempotency_key,
        body_sha256=hashlib.sha256(order.model_dump_json().encode()).hexdigest(),
        streets=streets_of(key.town_id) if order.point else None,
        language=language_of(request),
        now=now,
    )
    kind = "application/json" if answer.status < 400 else "application/problem+json"
    return JSONResponse(answer.body, status_code=answer.status, media_type=kind)


@router.get("/{order_id}")
def read_order(order_id: Id, key: ApiKey, pool: Pool) -> OrderOut:
    """Return one of the channel's own orders."""
    return OrderOut.of(api.operations.orders.read(pool, key.town_id, subject(key), order_id))


@router.post("/{order_id}/cancel")
def cancel_order(order_id: Id, key: ApiKey, pool: Pool, now: Now) -> OrderOut:
    """Call an order off before it is collected."""
    return OrderOut.of(
        api.operations.orders.cancel(pool, key.town_id, subject(key), order_id, now=now)
    )
