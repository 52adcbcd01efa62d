"""The demo's day, hour by hour: orders in, a plan, the ride, the statement."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

import httpx

import api.geojson
import api.operations.days
import api.operations.imports
import api.operations.months
import api.operations.plans
import data.channels.registry
import data.database
import data.deliveries
import data.demo.csv_rows
import data.envelope
import data.fleet
import data.keys
import data.orders
import data.shops
import data.slots
from api.operations.days import DaySheet
from api.progress import Steps, Update
from api.simulate import Keys, OrderFacts, Tally, Town
from data.database import Pool
from data.demo.day import DemoOrder
from data.keys import Key
from delivery.day import Day
from delivery.envelope import Envelope
from delivery.orders import CALLED_OFF
from delivery.statements import Statement
from routing.solver import Progress
from routing.streets import Streets

PLANNING_SECONDS = 8.0
#: Channels whose orders come as a file; the others call the API.
BY_FILE = ("papier", "telephone")
#: What keys the households' pseudonyms in the demo's bundle: nothing there is secret.
DEMO_SECRET = b"colporteur demo"


@dataclass(slots=True)
class SimulatedClock:
    """The demo's present moment."""

    moment: datetime

    def __call__(self) -> datetime:
        """Return the moment."""
        return self.moment

    def set(self, moment: datetime) -> None:
        """Let time pass; it never runs back."""
        self.moment = max(self.moment, moment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What the day is played with."""

    pool: Pool
    town_id: int
    day: Day
    client: httpx.Client
    clock: SimulatedClock
    streets: Streets
    steps: Steps
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What the day came to."""

    sheet: DaySheet
    statement: Statement
    envelope: Envelope
    faults: int
    tally: Tally


def play(stage: Stage, orders: tuple[DemoOrder, ...]) -> Played:
    """Play the day: orders the day before, a plan in the evening, the ride, the month's close."""
    eve = stage.day.starts_at - timedelta(days=1)
    stage.clock.set(eve + timedelta(hours=10))
    with stage.steps.step("Commandes par fichier et par l'API") as update:
        update(_take(stage, orders))
    stage.clock.set(eve + timedelta(hours=19))
    with stage.steps.step("Planification des tournées") as update:
        planned = api.operations.plans.plan_day(
            stage.pool,
            stage.town_id,
            stage.day.date,
            stage.streets,
            now=stage.clock(),
            seconds=PLANNING_SECONDS,
            seed=stage.seed,
            progress=lambda now: update(_planning(now)),
        )
        update(f"{len(planned.rounds)} tournées, {len(planned.unserved)} livraisons non servies")
    api.operations.plans.publish(stage.pool, stage.town_id, stage.day.date, now=stage.clock())
    with stage.steps.step("La journée : boutiques, coursiers, drive") as update:
        tally = _ride(stage, update)
    with stage.steps.step("Clôture du mois et état récapitulatif"):
        stage.clock.set(_month_after(stage.day).at(time(8)))
        statement = api.operations.months.close(
            stage.pool, stage.town_id, stage.day.date.replace(day=1), now=stage.clock()
        )
    with data.database.scoped(stage.pool, stage.town_id) as conn:
        (envelope,) = data.envelope.all_envelopes(conn)
    sheet = api.operations.days.sheet(stage.pool, stage.town_id, stage.day.date, now=stage.clock())
    return Played(
        sheet=sheet,
        statement=statement,
        envelope=envelope,
        faults=len(planned.faults),
        tally=tally,
    )


def _planning(now: Progress) -> str:
    return f"{now.share:.0%}, coût {now.cost / 100_000:.0f} €, {now.unserved} non servies"


def _month_after(day: Day) -> Day:
    first = (day.date.replace(day=28) + timedelta(days=4)).replace(day=1)
    return Day(date=first, timezone=day.timezone)


def _take(stage: Stage, orders: tuple[DemoOrder, ...]) -> str:
    taken = pooled = 0
    refused: dict[str, int] = {}
    for channel in sorted({each.channel for each in orders}):
        mine = [each for each in orders if each.channel == channel]
        if channel in BY_FILE:
            text = data.demo.csv_rows.csv_text(mine, timezone=str(stage.day.timezone))
            report = api.operations.imports.import_csv(
                stage.pool,
                stage.town_id,
                text.encode(),
                channel=channel,
                streets=stage.streets,
                now=stage.clock(),
            )
            taken += report.taken
            pooled += report.pooled
            codes = [fault.code for fault in report.faults]
        else:
            key = _channel_key(stage, channel)
            answers = [_send(stage, key, each) for each in mine]
            taken += sum("order_id" in answer for answer in answers)
            pooled += sum(bool(answer.get("pooled")) for answer in answers)
            codes = [str(answer["code"]) for answer in answers if "order_id" not in answer]
        for code in codes:
            refused[code] = refused.get(code, 0) + 1
    said = "".join(f", {count} × {code}" for code, count in sorted(refused.items()))
    return f"{taken} prises, {pooled} groupées à une autre{said}"


def _channel_key(stage: Stage, name: str) -> str:
    with data.database.scoped(stage.pool, stage.town_id) as conn:
        channel = data.channels.registry.ensure(conn, name)
        return data.keys.add(
            conn, Key(town_id=stage.town_id, role="channel", subject_id=channel.id)
        )


def _send(stage: Stage, key: str, each: DemoOrder) -> dict[str, object]:
    order = each.order
    body = {
        "reference": order.reference,
        "shop": order.shop,
        "recipient": {"name": order.recipient.name, "phone": order.recipient.phone},
        "fulfilment": order.fulfilment.value,
        "basket_cents": order.basket_cents,
        "parcels": [
            {
                "size": parcel.size.value,
                "weight_g": parcel.weight_g,
                "volume_l": parcel.volume_l,
                "temperature": parcel.temperature.value,
                "fragile": parcel.fragile,
                "age_check": parcel.age_check,
            }
            for parcel in order.parcels
        ],
        "address": order.address,
        "point": {"lon": order.point.x, "lat": order.point.y} if order.point else None,
        "slot_starts_at": order.slot_starts_at.isoformat() if order.slot_starts_at else None,
        "ready_at": order.ready_at.isoformat() if order.ready_at else None,
        "note": order.note,
    }
    answer: dict[str, object] = stage.client.post(
        "/api/v1/orders",
        json=body,
        headers={
            "Authorization": f"Bearer {key}",
            "Idempotency-Key": hashlib.sha256(json.dumps(body).encode()).hexdigest(),
        },
    ).json()
    return answer


def _ride(stage: Stage, update: Update) -> Tally:
    with data.database.scoped(stage.pool, stage.town_id) as conn:
        keys = Keys(
            shops={
                shop.id: data.keys.add(conn, _key(stage, "shop", shop.id))
                for shop in data.shops.listed(conn)
            },
            vehicles={
                vehicle.id: data.keys.add(conn, _key(stage, "courier", vehicle.id))
                for vehicle in data.fleet.listed(conn)
            },
            hub=data.keys.add(conn, _key(stage, "hub", None)),
        )
    town = Town(stage.client, keys, _facts(stage), seed=stage.seed, set_clock=stage.clock.set)
    tally = town.live(
        stage.day.date.isoformat(),
        each=lambda moment: update(f"{moment.astimezone(stage.day.timezone):%H:%M}"),
    )
    said = "".join(f", {count} × {code}" for code, count in sorted(tally.refused.items()))
    update(f"{tally.requests} requêtes{said}")
    return tally


def _key(stage: Stage, role: str, subject_id: int | None) -> Key:
    return Key(town_id=stage.town_id, role=role, subject_id=subject_id)


def _facts(stage: Stage) -> list[OrderFacts]:
    with data.database.scoped(stage.pool, stage.town_id) as conn:
        shops = {shop.id: shop for shop in data.shops.listed(conn)}
        deliveries = {delivery.id: delivery for delivery in data.deliveries.listed(conn)}
        slots = data.slots.between(conn, stage.day.starts_at, stage.day.ends_at)
        starts = {slot.id: slot.starts_at for slot in slots}
        orders = [order for shop_id in shops for order in data.orders.of_shop(conn, shop_id)]
    return [
        OrderFacts(
            order_id=order.id,
            shop_id=order.shop_id,
            fulfilment=order.fulfilment,
            brings_parcels=shops[order.shop_id].brings_parcels,
            delivery_id=order.delivery_id,
            ready_at=order.ready_at or stage.day.at(time(9)),
            slot_starts_at=starts[deliveries[order.delivery_id].slot_id]
            if order.delivery_id
            else None,
            code=deliveries[order.delivery_id].code if order.delivery_id else order.code or "",
        )
        for order in orders
        if order.state not in CALLED_OFF
    ]


def export(stage: Stage, played: Played, folder: Path) -> Path:
    """Write the rounds as GeoJSON and the statement's bundle; return the GeoJSON's path."""
    folder.mkdir(parents=True, exist_ok=True)
    rounds = folder / "rounds.geojson"
    rounds.write_text(json.dumps(api.geojson.day(played.sheet), ensure_ascii=False))
    api.operations.months.export(
        stage.pool,
        stage.town_id,
        played.statement.id,
        folder / played.statement.number,
        secret=DEMO_SECRET,
    )
    return rounds
