"""A recipient's link: where it leads, a slot taken there, what a courier reports meanwhile."""

from datetime import datetime, timedelta
from typing import Any

from httpx import Response

import api.operations.rides as rides
from api.operations.intake import Taken
from data.database import scoped
from data.streets.engine import StreetProcesses
from delivery.proofs import EventKind
from delivery.rounds import TaskKind
from tests.api.client import TestClient
from tests.builders import a_slot, an_event, an_order
from tests.small_town import Town

MORNING, AFTERNOON, EVENING = (a_slot(hour=hour).starts_at for hour in (9, 14, 16))


def link(town: Town, order_id: int) -> str:
    with scoped(town.pool, town.id) as conn:
        row = conn.execute(
            "SELECT tracking_token FROM orders WHERE id = %s", (order_id,)
        ).fetchone()
    assert row is not None
    return f"/t/essai/suivi/{row[0]}"


def take_slot(client: TestClient, path: str, starts_at: datetime | str, **options: Any) -> Response:
    value = starts_at if isinstance(starts_at, str) else starts_at.isoformat()
    return client.post(f"{path}/creneau", data={"slot": value}, follow_redirects=False, **options)


def report(town: Town, kind: EventKind, at: TaskKind, **payload: str) -> None:
    (round_,) = town.rounds()
    task = next(task for task in round_.tasks if task.kind is at)
    event = an_event(
        kind, round_id=round_.id, task_id=task.id, device_at=town.clock(), payload=payload
    )
    (verdict,) = rides.record(town.pool, town.id, round_.vehicle_id, [event], now=town.clock())
    assert verdict.refusal is None


def delivered(town: Town, streets: StreetProcesses) -> Taken:
    """Take an order that its courier hands over twenty minutes into its slot, by its code."""
    (taken,) = town.take(an_order())
    town.plan(streets)
    town.publish()
    town.clock.moment = AFTERNOON + timedelta(minutes=20)
    assert taken.code is not None
    report(town, EventKind.DELIVERED, TaskKind.DROPOFF, code=taken.code)
    return taken
