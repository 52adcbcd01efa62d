"""The courier's phone: the rounds of the day, and batches of events back."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

import api.errors
import api.operations.days
import api.operations.rides
from api.deps import ApiKey, Date, Moment, Now, Pool, subject
from api.errors import language_of
from api.operations.days import RoundSheet
from api.operations.rides import Verdict
from data.rounds import Task
from delivery.orders import CALLED_OFF, Fulfilment
from delivery.parcels import Temperature
from delivery.proofs import Event, EventKind
from delivery.rounds import TaskKind

router = APIRouter(prefix="/api/v1/courier", tags=["couriers"])

MOST_EVENTS = 500


class EventIn(BaseModel):
    """One report of the phone; `payload` holds `code` or `note` (delivered), `reason` (failed)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    uuid: UUID
    round_id: Annotated[int, Field(ge=1, le=2**63 - 1)]
    task_id: Annotated[int | None, Field(ge=1, le=2**63 - 1)] = None
    seq: Annotated[int, Field(ge=0, le=2**31 - 1)]
    device_at: Moment
    monotonic_ms: Annotated[int, Field(ge=0, le=2**63 - 1)]
    kind: EventKind
    payload: dict[
        Annotated[str, Field(max_length=40, pattern=r"^[^\x00]*$")],
        Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")],
    ] = {}

    def event(self) -> Event:
        """Return the record of the trade."""
        return Event(
            uuid=self.uuid,
            round_id=self.round_id,
            task_id=self.task_id,
            seq=self.seq,
            device_at=self.device_at,
            monotonic_ms=self.monotonic_ms,
            kind=self.kind,
            payload=dict(self.payload),
        )


class BatchIn(BaseModel):
    """Events in the order the phone sends them, which need not be the order they happened in."""

    model_config = ConfigDict(extra="forbid")

    events: Annotated[list[EventIn], Field(min_length=1, max_length=MOST_EVENTS)]


class VerdictOut(BaseModel):
    """What became of one event: `accepted`, `repeated`, or `refused` with the problem."""

    uuid: UUID
    standing: str
    problem: dict[str, Any] | None = None


class BatchOut(BaseModel):
    """One verdict an event, in the order they were sent."""

    verdicts: list[VerdictOut]

    @classmethod
    def of(cls, verdicts: Iterable[Verdict], language: str) -> "BatchOut":
        """Shape verdicts for the phone, refusals in its language."""
        return cls(
            verdicts=[
                VerdictOut(
                    uuid=each.uuid,
                    standing=each.standing.value,
                    problem=api.errors.problem(each.refusal, language) if each.refusal else None,
                )
                for each in verdicts
            ]
        )


class TaskOut(BaseModel):
    """A task as the courier needs it; the recipient's phone at the door only."""

    id: int
    kind: str
    state: str
    delivery_id: int
    recipient: str | None
    phone: str | None
    parcels: int
    chilled: bool
    frozen: bool
    fragile: bool
    age_check: bool
    needs_proof: bool
    notes: list[str]
    earliest_at: datetime
    latest_at: datetime
    planned_at: datetime


class StopOut(BaseModel):
    """A place of the round, with the way to it."""

    kind: str
    label: str
    lon: float
    lat: float
    arrives_at: datetime
    leaves_at: datetime
    leg: dict[str, Any]
    tasks: list[TaskOut]


class RoundOut(BaseModel):
    """A round of the courier's vehicle."""

    id: int
    vehicle: str
    profile: str
    state: str
    departs_at: datetime
    returns_at: datetime
    distance_m: int
    stops: list[StopOut]
    way_back: dict[str, Any]

    @classmethod
    def of(cls, sheet: RoundSheet) -> "RoundOut":
        """Shape a round and its orders for the phone."""
        round_ = sheet.round
        return cls(
            id=round_.id,
            vehicle=round_.vehicle,
            profile=round_.profile,
            state=round_.state.value,
            departs_at=round_.departs_at,
            returns_at=round_.returns_at,
            distance_m=round_.distance_m,
            stops=[
                StopOut(
                    kind=stop.kind.value,
                    label=stop.label,
                    lon=stop.point.x,
                    lat=stop.point.y,
                    arrives_at=stop.arrives_at,
                    leaves_at=stop.leaves_at,
                    leg=leg,
                    tasks=[_task(sheet, task) for task in stop.tasks],
                )
                for stop, leg in zip(round_.stops, round_.legs[:-1], strict=True)
            ],
            way_back=round_.legs[-1],
        )


def _task(sheet: RoundSheet, task: Task) -> TaskOut:
    orders = [
        order
        for order_id in task.order_ids
        if (order := sheet.orders[order_id]).state not in CALLED_OFF
    ]
    parcels = [parcel for order in orders for parcel in order.parcels]
    at_door = task.kind is TaskKind.DROPOFF and any(
        order.fulfilment is Fulfilment.HOME for order in orders
    )
    return TaskOut(
        id=task.id,
        kind=task.kind.value,
        state=task.state.value,
        delivery_id=task.delivery_id,
        recipient=orders[0].recipient_name if orders else None,
        phone=orders[0].recipient_phone if at_door else None,
        parcels=len(parcels),
        chilled=any(parcel.temperature is Temperature.CHILLED for parcel in parcels),
        frozen=any(parcel.temperature is Temperature.FROZEN for parcel in parcels),
        fragile=any(parcel.fragile for parcel in parcels),
        age_check=any(parcel.age_check for parcel in parcels),
        needs_proof=at_door,
        notes=[order.note for order in orders if order.note],
        earliest_at=task.earliest_at,
        latest_at=task.latest_at,
        planned_at=task.planned_at,
    )


@router.get("/rounds")
def read_rounds(key: ApiKey, pool: Pool, now: Now, day: Date | None = None) -> list[RoundOut]:
    """Return the vehicle's published rounds of a day, today's without one named."""
    sheets = api.operations.days.round_sheets(
        pool, key.town_id, day=day, vehicle_id=subject(key), now=now
    )
    return [RoundOut.of(sheet) for sheet in sheets]


@router.post("/events")
def record_events(batch: BatchIn, key: ApiKey, pool: Pool, now: Now, request: Request) -> BatchOut:
    """Keep a batch of events; what is answered `accepted` or `repeated` is kept for good."""
    verdicts = api.operations.rides.record(
        pool, key.town_id, subject(key), [each.event() for each in batch.events], now=now
    )
    return BatchOut.of(verdicts, language_of(request))
