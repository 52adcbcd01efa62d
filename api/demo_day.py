"""The demo's past day, hour by hour: orders in, a plan, the ride, the statement."""

import json
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path

import api.demo_orders
import api.demo_stage
import api.geojson
import api.operations.days
import api.operations.months
import data.database
import data.envelope
from api.demo_stage import Stage
from api.operations.days import DaySheet
from api.progress import Update
from api.simulate import Tally
from data.demo.day import DemoOrder
from delivery.day import Day
from delivery.envelope import Envelope
from delivery.statements import Statement

PLANNING_SECONDS = 8.0
#: What keys the households' pseudonyms in the demo's bundle: nothing there is secret.
DEMO_SECRET = b"colporteur demo"


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
        update(api.demo_orders.take(stage, orders))
    stage.clock.set(eve + timedelta(hours=19))
    planned = api.demo_stage.plan(stage, seconds=PLANNING_SECONDS)
    with stage.steps.step("La journée : boutiques, livreurs, drive") as update:
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


def _month_after(day: Day) -> Day:
    first = (day.date.replace(day=28) + timedelta(days=4)).replace(day=1)
    return Day(date=first, timezone=day.timezone)


def _ride(stage: Stage, update: Update) -> Tally:
    with api.demo_stage.people(stage) as town:
        tally = town.live(
            stage.day.date.isoformat(),
            each=lambda moment: update(f"{moment.astimezone(stage.day.timezone):%H:%M}"),
        )
    update(tally.said)
    return tally


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
