"""The people of the demo: shops, couriers, the drive's agent, recipients, all over HTTP.

They live through a day in the order of its moments. Phones lose the network now and then: events
are then sent late, twice and shuffled, as real ones are.
"""

import heapq
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import httpx

from delivery.orders import Fulfilment

#: Shares of a day's doors: nobody home; a note instead of a code; a phone without network.
ABSENT, NOTED, OFFLINE = 0.015, 0.15, 0.2
#: How a ride differs from the plan, and what one task takes at the door, in seconds.
PACE = (0.85, 1.15)
TASK_S = (25, 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """What the people of the day know of an order; `slot_starts_at` only where there is one."""

    order_id: int
    shop_id: int
    fulfilment: Fulfilment
    brings_parcels: bool
    delivery_id: int | None
    ready_at: datetime
    slot_starts_at: datetime | None
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys they hold: by shop, by vehicle, and the hub's."""

    shops: dict[int, str]
    vehicles: dict[int, str]
    hub: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What is special about a day: at whose doors (deliveries) nobody is, whose parcels a shop does
    not find, and which orders the hub's agent leaves on the counter."""

    away: frozenset[int] = frozenset()
    mislaid: frozenset[int] = frozenset()
    left_waiting: frozenset[int] = frozenset()


USUAL = Habits()


@dataclass(slots=True)
class Tally:
    """What happened: requests that were answered, and what was refused, by code."""

    requests: int = 0
    refused: dict[str, int] = field(default_factory=dict)

    @property
    def said(self) -> str:
        """Say it in words."""
        refused = "".join(f", {count} × {code}" for code, count in sorted(self.refused.items()))
        return f"{self.requests} requêtes{refused}"


class Town:
    """Everybody of one day, over one HTTP client; the clock is set to each moment in turn."""

    def __init__(
        self,
        client: httpx.Client,
        keys: Keys,
        orders: list[OrderFacts],
        *,
        seed: int,
        set_clock: Callable[[datetime], None],
        habits: Habits = USUAL,
    ) -> None:
        """Wake everybody up."""
        self.tally = Tally()
        self._client = client
        self._keys = keys
        self._orders = orders
        self._codes = {o.delivery_id: o.code for o in orders if o.delivery_id is not None}
        self._random = random.Random(f"simulate {seed}")
        self._set_clock = set_clock
        self._habits = habits
        self._queue: list[tuple[datetime, int, Callable[[], object]]] = []
        self._turn = count()

    def live(
        self,
        day: str,
        *,
        until: datetime | None = None,
        each: Callable[[datetime], None] = lambda moment: None,
    ) -> Tally:
        """Live through the day (ISO date), or a part of it: then everybody stops where they are.

        `each` hears every moment something happens.
        """
        for order in self._orders:
            self._expect_order(order)
        for token in self._keys.vehicles.values():
            for round_ in self._get(token, "/api/v1/courier/rounds", day=day):
                self._expect_round(token, round_)
        for delivery_id, moment in self._fetchings():
            self._at(moment, lambda chosen=delivery_id: self._fetch(chosen))  # type: ignore[misc]
        while self._queue and (until is None or self._queue[0][0] <= until):
            moment, _, happens = heapq.heappop(self._queue)
            self._set_clock(moment)
            each(moment)
            happens()
        if until is not None:
            self._set_clock(until)
        return self.tally

    def expect(self, moment: datetime, happens: Callable[[], object]) -> None:
        """Let something else happen during the day."""
        self._at(moment, happens)

    def _at(self, moment: datetime, happens: Callable[[], object]) -> None:
        heapq.heappush(self._queue, (moment, next(self._turn), happens))

    def _expect_order(self, order: OrderFacts) -> None:
        shop = self._keys.shops[order.shop_id]
        path = f"/api/v1/shop/orders/{order.order_id}"
        self._at(order.ready_at, lambda: self._post(shop, f"{path}/ready"))
        if order.brings_parcels and order.fulfilment is not Fulfilment.COUNTER:
            brought = order.ready_at + timedelta(minutes=self._random.randint(8, 20))
            self._at(brought, lambda: self._post(shop, f"{path}/drop-off"))
            if order.order_id not in self._habits.left_waiting:
                received = brought + timedelta(minutes=3)
                receive = f"/api/v1/hub/orders/{order.order_id}/receive"
                self._at(received, lambda: self._post(self._keys.hub, receive))
        if order.fulfilment is Fulfilment.COUNTER:
            said = {"code": order.code}
            fetched = order.ready_at + timedelta(minutes=self._random.randint(30, 300))
            self._at(fetched, lambda: self._post(shop, f"{path}/hand-over", said))

    def _fetchings(self) -> Iterator[tuple[int, datetime]]:
        slots = {
            order.delivery_id: order.slot_starts_at
            for order in self._orders
            if order.fulfilment is Fulfilment.DRIVE
        }
        for delivery_id, starts_at in slots.items():
            if delivery_id is not None and starts_at is not None:
                yield delivery_id, starts_at + timedelta(minutes=self._random.randint(2, 110))

    def _fetch(self, delivery_id: int) -> None:
        path = f"/api/v1/hub/deliveries/{delivery_id}/hand-over"
        self._post(self._keys.hub, path, {"code": self._codes[delivery_id]})

    def _expect_round(self, token: str, round_: dict[str, Any]) -> None:
        phone = _Phone(self._random, round_["id"])
        for moment, events in _ride(phone, round_, self._codes, self._habits):
            self._at(moment, lambda batch=events: self._report(token, batch))  # type: ignore[misc]

    def _report(self, token: str, events: list[dict[str, Any]]) -> None:
        answer = self._post(token, "/api/v1/courier/events", {"events": events})
        for verdict in answer["verdicts"]:
            if verdict["standing"] == "refused":
                self._refused(verdict["problem"]["code"])

    def _get(self, token: str, path: str, **query: str) -> Any:
        answer = self._client.get(path, params=query, headers=_bearer(token))
        answer.raise_for_status()
        self.tally.requests += 1
        return answer.json()

    def _post(self, token: str, path: str, body: object = None) -> Any:
        answer = self._client.post(path, json=body, headers=_bearer(token))
        self.tally.requests += 1
        if answer.status_code >= 500:
            answer.raise_for_status()
        if answer.status_code >= 400:
            self._refused(answer.json()["code"])
        return answer.json()

    def _refused(self, code: str) -> None:
        self.tally.refused[code] = self.tally.refused.get(code, 0) + 1


class _Phone:
    """Writes events with a sequence and clocks of its own."""

    def __init__(self, chance: random.Random, round_id: int) -> None:
        self.chance = chance
        self._round_id = round_id
        self._seq = count()
        self._switched_on: datetime | None = None

    def event(
        self, kind: str, at: datetime, task_id: int | None = None, **payload: str
    ) -> dict[str, Any]:
        self._switched_on = self._switched_on or at
        return {
            "uuid": str(UUID(int=self.chance.getrandbits(128), version=4)),
            "round_id": self._round_id,
            "task_id": task_id,
            "seq": next(self._seq),
            "device_at": at.isoformat(),
            "monotonic_ms": int((at - self._switched_on).total_seconds() * 1000),
            "kind": kind,
            "payload": payload,
        }


def _ride(
    phone: _Phone,
    round_: dict[str, Any],
    codes: dict[int, str],
    habits: Habits,
) -> Iterator[tuple[datetime, list[dict[str, Any]]]]:
    """Ride a round stop by stop; yield when which events reach the server."""
    chance = phone.chance
    moment = datetime.fromisoformat(round_["departs_at"])
    unsent = [phone.event("round_started", moment)]
    for stop in round_["stops"]:
        pace = chance.uniform(*PACE)
        planned = datetime.fromisoformat(stop["arrives_at"])
        ridden = moment + timedelta(seconds=round(stop["leg"]["duration_s"] * pace))
        moment = max(ridden, planned - timedelta(minutes=4))
        unsent.append(phone.event("arrived", moment, stop["tasks"][0]["id"]))
        for task in stop["tasks"]:
            moment += timedelta(seconds=chance.randint(*TASK_S))
            moment = max(moment, datetime.fromisoformat(task["earliest_at"]))
            unsent.append(_outcome(phone, task, moment, codes, habits))
        if chance.random() >= OFFLINE:
            yield moment, _muddled(unsent, chance)
            unsent = []
    moment += timedelta(seconds=round_["way_back"]["duration_s"])
    unsent.append(phone.event("round_finished", moment))
    yield moment, _muddled(unsent, chance)


def _outcome(
    phone: _Phone,
    task: dict[str, Any],
    moment: datetime,
    codes: dict[int, str],
    habits: Habits,
) -> dict[str, Any]:
    if task["delivery_id"] in habits.mislaid:
        return phone.event("failed", moment, task["id"], reason="not_ready")
    if task["kind"] == "pickup":
        return phone.event("picked_up", moment, task["id"])
    if not task["needs_proof"]:
        return phone.event("delivered", moment, task["id"])
    if phone.chance.random() < ABSENT or task["delivery_id"] in habits.away:
        return phone.event("failed", moment, task["id"], reason="absent")
    if phone.chance.random() < NOTED:
        return phone.event("delivered", moment, task["id"], note="remis en main propre, sans code")
    return phone.event("delivered", moment, task["id"], code=codes[task["delivery_id"]])


def _muddled(events: list[dict[str, Any]], chance: random.Random) -> list[dict[str, Any]]:
    """Shuffle a batch, and send one of its events twice."""
    batch = [*events, chance.choice(events)]
    chance.shuffle(batch)
    return batch


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
