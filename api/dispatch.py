"""The dispatcher's desk: plan a day, publish it, look at it."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

import api.geojson
import api.operations.days
import api.operations.plans
import api.operations.publishing
from api.deps import ApiKey, Date, Now, Pool, TownStreets
from delivery.planning import Unserved

router = APIRouter(prefix="/api/v1/dispatch", tags=["dispatch"])

MOST_SECONDS = 300


class PlanIn(BaseModel):
    """How long to think, and the seed that makes it think the same again."""

    model_config = ConfigDict(extra="forbid")

    seconds: Annotated[float, Field(gt=0, le=MOST_SECONDS)] = 10
    seed: Annotated[int, Field(ge=0, le=2**31)] = 0


class RelaxationOut(BaseModel):
    """One way to serve a delivery after all: what to give up, and what rounds cost more then."""

    kind: str
    vehicle_id: int
    cost_cents: int
    seconds: int


class UnservedOut(BaseModel):
    """A delivery no round takes, why, and what would mend it, cheapest first."""

    delivery_id: int
    reason: str
    relaxations: list[RelaxationOut]

    @classmethod
    def of(cls, unserved: Unserved) -> "UnservedOut":
        """Show what planning left."""
        return cls(
            delivery_id=unserved.delivery_id,
            reason=unserved.reason,
            relaxations=[
                RelaxationOut(
                    kind=each.kind,
                    vehicle_id=each.vehicle_id,
                    cost_cents=round(each.cost_millicents / 1000),
                    seconds=each.seconds,
                )
                for each in unserved.relaxations
            ],
        )


class PlanOut(BaseModel):
    """A day's plan."""

    id: int
    day: date
    version: int
    published_at: datetime | None
    rounds: int
    unserved: list[UnservedOut]
    cost_cents: int


@router.post("/plans/{day}")
def plan_day(
    day: Date, wish: PlanIn, key: ApiKey, pool: Pool, now: Now, streets_of: TownStreets
) -> PlanOut:
    """Plan the day's promised deliveries; the draft waits to be published."""
    planned = api.operations.plans.plan_day(
        pool,
        key.town_id,
        day,
        streets_of(key.town_id),
        now=now,
        seconds=wish.seconds,
        seed=wish.seed,
    )
    return PlanOut(
        id=planned.plan.id,
        day=planned.plan.day,
        version=planned.plan.version,
        published_at=planned.plan.published_at,
        rounds=len(planned.rounds),
        unserved=[UnservedOut.of(each) for each in planned.unserved],
        cost_cents=planned.plan.cost_millicents // 1000,
    )


@router.post("/plans/{day}/publish", status_code=204)
def publish(
    day: Date,
    key: ApiKey,
    pool: Pool,
    now: Now,
    plan_id: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> None:
    """Show the day's newest plan to its couriers; `plan_id` is the one that was looked at."""
    api.operations.publishing.publish(pool, key.town_id, day, now=now, plan_id=plan_id)


@router.get("/days/{day}/rounds.geojson")
def read_day(day: Date, key: ApiKey, pool: Pool, now: Now) -> dict[str, Any]:
    """Return the day's rounds and stops as GeoJSON."""
    return api.geojson.day(api.operations.days.sheet(pool, key.town_id, day, now=now))
