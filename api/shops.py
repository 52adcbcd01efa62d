"""The shop's counter: its orders, packed, dropped off, handed over by code."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

import api.operations.handovers
from api.channels import OrderOut
from api.deps import ApiKey, Id, Now, Pool, subject
from api.operations.handovers import Attempt
from delivery.orders import Order

router = APIRouter(prefix="/api/v1/shop", tags=["shops"])


class CodeIn(BaseModel):
    """The four digits a recipient says."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, Field(pattern=r"^[0-9]{4}$")]


class ShopOrderOut(OrderOut):
    """An order as its shop needs it: for whom, how many parcels, what to mind."""

    recipient: str
    parcels: int
    note: str

    @classmethod
    def of(cls, order: Order) -> "ShopOrderOut":
        """Shape a record for its shop."""
        return cls(
            **OrderOut.of(order).model_dump(),
            recipient=order.recipient_name,
            parcels=len(order.parcels),
            note=order.note,
        )


@router.get("/orders")
def read_orders(key: ApiKey, pool: Pool) -> list[ShopOrderOut]:
    """Return the shop's orders."""
    orders = api.operations.handovers.of_shop(pool, key.town_id, subject(key))
    return [ShopOrderOut.of(order) for order in orders]


@router.post("/orders/{order_id}/ready")
def prepare(order_id: Id, key: ApiKey, pool: Pool, now: Now) -> OrderOut:
    """Mark an order packed."""
    return OrderOut.of(
        api.operations.handovers.prepare(pool, key.town_id, subject(key), order_id, now=now)
    )


@router.post("/orders/{order_id}/drop-off")
def drop_off(order_id: Id, key: ApiKey, pool: Pool, now: Now) -> OrderOut:
    """Note that the shop brought an order to the hub or drive."""
    return OrderOut.of(
        api.operations.handovers.drop_off(pool, key.town_id, subject(key), order_id, now=now)
    )


@router.post("/orders/{order_id}/hand-over")
def hand_over(order_id: Id, said: CodeIn, key: ApiKey, pool: Pool, now: Now) -> OrderOut:
    """Hand a click-and-collect order over at the shop's counter."""
    attempt = Attempt(code=said.code, now=now, actor=f"shop:{subject(key)}")
    return OrderOut.of(
        api.operations.handovers.hand_over_at_counter(
            pool, key.town_id, subject(key), order_id, attempt
        )
    )
