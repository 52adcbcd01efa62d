"""What the demo's days are played with: a clock of their own, a plan, and the people of a town."""

import time as timing
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

import httpx

import api.operations.plans
import api.operations.publishing
import data.database
import data.deliveries
import data.fleet
import data.keys
import data.orders
import data.shops
import data.slots
from api.operations.plans import Planned
from api.progress import Steps
from api.simulate import USUAL, Habits, Keys, OrderFacts, Town
from data.database import Pool
from data.keys import Key
from delivery.day import Day
from delivery.orders import CALLED_OFF, Order
from routing.solver import Progress
from routing.streets import Streets

#: By what the keys of simulated people are known, until the day is over for them.
LABEL = "Démonstration"


@dataclass(slots=True)
class SimulatedClock:
    """The demo's present moment; it stands still until it is set, or told to run on."""

    moment: datetime
    running_since: float | None = None

    def __call__(self) -> datetime:
        """Return the moment."""
        if self.running_since is None:
            return self.moment
        return self.moment + timedelta(seconds=timing.monotonic() - self.running_since)

    def set(self, moment: datetime) -> None:
        """Let time pass; it never runs back."""
        self.moment = max(self.moment, moment)

    def run_on(self) -> None:
        """Go on from here as fast as everybody's clock."""
        self.running_since = timing.monotonic()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a day is played with; channels keep their keys, by name, from one day to the next."""

    pool: Pool
    town_id: int
    day: Day
    client: httpx.Client
    clock: SimulatedClock
    streets: Streets
    steps: Steps
    seed: int
    channel_keys: dict[str, str] = field(default_factory=dict)


def plan(stage: Stage, *, seconds: float) -> Planned:
    """Plan the stage's day now and publish the plan."""
    with stage.steps.step("Planification des tournées") as update:
        planned = api.operations.plans.plan_day(
            stage.pool,
            stage.town_id,
            stage.day.date,
            stage.streets,
            now=stage.clock(),
            seconds=seconds,
            seed=stage.seed,
            progress=lambda now: update(_planning(now)),
        )
        update(f"{len(planned.rounds)} tournées, {len(planned.unserved)} livraisons non servies")
    api.operations.publishing.publish(stage.pool, stage.town_id, stage.day.date, now=stage.clock())
    return planned


def _planning(now: Progress) -> str:
    return f"{now.share:.0%}, coût {now.cost / 100_000:.0f} €, {now.unserved} non servies"


@contextmanager
def people(stage: Stage, habits: Habits = USUAL) -> Iterator[Town]:
    """Wake the people of the stage's day up; their keys open nothing once it is over."""
    now = stage.clock()
    with data.database.scoped(stage.pool, stage.town_id) as conn:
        keys = Keys(
            shops={
                shop.id: data.keys.add(conn, _key(stage, "shop", shop.id), label=LABEL, at=now)
                for shop in data.shops.listed(conn)
            },
            vehicles={
                vehicle.id: data.keys.add(
                    conn, _key(stage, "courier", vehicle.id), label=LABEL, at=now
                )
                for vehicle in data.fleet.listed(conn)
            },
            hub=data.keys.add(conn, _key(stage, "hub", None), label=LABEL, at=now),
        )
    yield Town(
        stage.client,
        keys,
        _facts(stage),
        seed=stage.seed,
        set_clock=stage.clock.set,
        habits=habits,
    )
    with data.database.scoped(stage.pool, stage.town_id) as conn:
        data.keys.revoke_labelled(conn, LABEL, at=stage.clock())


def _key(stage: Stage, role: str, subject_id: int | None) -> Key:
    return Key(town_id=stage.town_id, role=role, subject_id=subject_id)


def _facts(stage: Stage) -> list[OrderFacts]:
    day = stage.day
    with data.database.scoped(stage.pool, stage.town_id) as conn:
        shops = {shop.id: shop for shop in data.shops.listed(conn)}
        deliveries = {
            delivery.id: delivery
            for delivery in data.deliveries.listed(
                conn, slots_from=day.starts_at, slots_until=day.ends_at
            )
        }
        slots = data.slots.between(conn, day.starts_at, day.ends_at)
        orders = [order for shop_id in shops for order in data.orders.of_shop(conn, shop_id)]
    starts = {slot.id: slot.starts_at for slot in slots}

    def is_todays(order: Order) -> bool:
        if order.delivery_id is not None:
            return order.delivery_id in deliveries
        return day.starts_at <= (order.ready_at or day.starts_at) < day.ends_at

    return [
        OrderFacts(
            order_id=order.id,
            shop_id=order.shop_id,
            fulfilment=order.fulfilment,
            brings_parcels=shops[order.shop_id].brings_parcels,
            delivery_id=order.delivery_id,
            ready_at=order.ready_at or day.at(time(9)),
            slot_starts_at=starts[deliveries[order.delivery_id].slot_id]
            if order.delivery_id
            else None,
            code=deliveries[order.delivery_id].code if order.delivery_id else order.code or "",
        )
        for order in orders
        if order.state not in CALLED_OFF and is_todays(order)
    ]
