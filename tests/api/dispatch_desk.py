"""The dispatcher's desk: somebody at it, a planned day, and what its courier reports."""

import re
from datetime import datetime
from html import unescape
from typing import Any

from httpx import Response

import api.operations.rides
import data.database
import data.plans
from data.rounds import Round
from data.streets.engine import StreetProcesses
from delivery.accounts import Role
from delivery.orders import Recipient
from delivery.proofs import EventKind
from delivery.rounds import TaskKind
from tests import logins
from tests.api.client import TestClient
from tests.builders import DAY, a_slot, an_event, an_order
from tests.small_town import Town

DESK = "/t/essai/regulation"
BOARD = f"{DESK}/{DAY}"
MORNING = a_slot(hour=9).starts_at


class Dispatcher:
    """Somebody at the dispatcher's desk."""

    def __init__(self, client: TestClient, town: Town, role: Role = Role.DISPATCHER) -> None:
        self.client, self.town, self.role = client, town, role

    def _kept(self) -> dict[str, str]:
        """Come in anew: a login does not last as long as these tests' days."""
        town, now = self.town, self.town.clock()
        return logins.cookie(town.pool, town.id, self.role, now=now, name="Régie")

    @property
    def headers(self) -> dict[str, str]:
        ((name, token),) = self._kept().items()
        return {"Cookie": f"{name}={token}"}

    def open(self, path: str = BOARD, **headers: str) -> Response:
        return self.client.get(path, headers=self.headers | headers, follow_redirects=False)

    def send(self, path: str, **fields: Any) -> Response:
        ((name, token),) = (kept := self._kept()).items()
        data = {**fields, "csrf": logins.csrf_of(kept)}
        headers = {"Cookie": f"{name}={token}"}
        return self.client.post(path, data=data, headers=headers, follow_redirects=False)

    def follow(self, answer: Response) -> Response:
        assert answer.status_code == 303, answer.text
        return self.open(answer.headers["location"])


def hidden(answer: Response, form: str) -> dict[str, str]:
    """Return the hidden fields of the first form after some words."""
    page = answer.text[answer.text.index(form) :]
    page = page[: page.index("</form>")]
    return {
        name: unescape(value)
        for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)
    }


def planned(town: Town, streets: StreetProcesses) -> tuple[int, int]:
    """Plan two doors of the afternoon, with three orders; return their deliveries."""
    one, _, two = town.take(
        an_order("A-1", note="Sonnez deux fois"),
        an_order("A-2", shop="librairie"),
        an_order(
            "A-3", address="30 rue du Port", recipient=Recipient(name="Zoé Le Gall", phone=None)
        ),
    )
    town.plan(streets)
    assert one.delivery_id is not None and two.delivery_id is not None
    return one.delivery_id, two.delivery_id


def plan_id(town: Town) -> int:
    with data.database.scoped(town.pool, town.id) as conn:
        plan = data.plans.latest(conn, DAY)
    assert plan is not None
    return plan.id


def report(town: Town, round_: Round, kind: EventKind, at: datetime, **changes: Any) -> None:
    town.clock.moment = max(at, town.clock.moment)
    event = an_event(kind, round_id=round_.id, device_at=at, **{"task_id": None, **changes})
    (verdict,) = api.operations.rides.record(
        town.pool, town.id, round_.vehicle_id, [event], now=town.clock()
    )
    assert verdict.refusal is None, verdict.refusal


def ride(town: Town, streets: StreetProcesses) -> Round:
    """Publish, and let the courier take the parcels of the first stop."""
    planned(town, streets)
    town.publish()
    (round_,) = town.rounds()
    report(town, round_, EventKind.ROUND_STARTED, round_.departs_at)
    for task in round_.tasks:
        if task.kind is TaskKind.PICKUP:
            report(town, round_, EventKind.PICKED_UP, task.planned_at, task_id=task.id)
    return round_
