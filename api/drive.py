"""The hub and its drive: receive parcels, hand deliveries over by code."""

from fastapi import APIRouter

import api.operations.handovers
from api.channels import OrderOut
from api.deps import ApiKey, Id, Now, Pool
from api.operations.handovers import Attempt
from api.shops import CodeIn

router = APIRouter(prefix="/api/v1/hub", tags=["drive"])


@router.post("/orders/{order_id}/receive")
def receive(order_id: Id, key: ApiKey, pool: Pool, now: Now) -> OrderOut:
    """Note that an order reached the hub or the drive's shelf."""
    return OrderOut.of(api.operations.handovers.receive(pool, key.town_id, order_id, now=now))


@router.post("/deliveries/{delivery_id}/hand-over")
def hand_over(delivery_id: Id, said: CodeIn, key: ApiKey, pool: Pool, now: Now) -> list[OrderOut]:
    """Hand a delivery over at the drive; the code is its proof."""
    attempt = Attempt(code=said.code, now=now, actor="hub")
    orders = api.operations.handovers.hand_over_at_drive(pool, key.town_id, delivery_id, attempt)
    return [OrderOut.of(order) for order in orders]
