"""Free slots, for whoever takes orders."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

import api.operations.days
from api.deps import ApiKey, Date, Now, Pool
from delivery.slots import SlotKind

router = APIRouter(prefix="/api/v1/slots", tags=["slots"])


class SlotOut(BaseModel):
    """A window that can still be booked, named in orders by `starts_at`."""

    kind: SlotKind
    starts_at: datetime
    ends_at: datetime
    left: int


@router.get("")
def read_slots(
    key: ApiKey,
    pool: Pool,
    now: Now,
    day: Date | None = None,
    kind: Annotated[SlotKind | None, Query()] = None,
) -> list[SlotOut]:
    """Return the slots of a day that can still be booked, today's without one named."""
    slots = api.operations.days.free_slots(pool, key.town_id, day=day, kind=kind, now=now)
    return [
        SlotOut(kind=slot.kind, starts_at=slot.starts_at, ends_at=slot.ends_at, left=slot.left)
        for slot in slots
    ]
