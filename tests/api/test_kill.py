"""Killing the server at any moment loses no acknowledged order or event, and doubles none."""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
from psycopg import Connection
from psycopg.rows import TupleRow

import api.operations.plans
import api.operations.publishing
import api.operations.subsidies
import api.operations.towns
import data.channels.registry
import data.database
import data.keys
import data.ledger
import data.programmes
import data.rounds
import data.slots
from data.database import Database, Pool
from data.demo.programme import programme
from data.keys import Key
from delivery.slots import NewSlot, SlotKind
from tests import demo_places

KILLS = 20
WRITERS = 2
#: A day that is far away when the test runs, so that the server's own clock is before its cut-off.
AHEAD = timedelta(days=365 * 20)


@dataclass(slots=True)
class Acknowledged:
    """What the server said it kept."""

    orders: dict[str, int] = field(default_factory=dict)
    events: set[str] = field(default_factory=set)
    unanswered: int = 0


@contextmanager
def _server(database: Database, home: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "serve", "--port", str(port)],
        env={
            **os.environ,
            "DATABASE_URL": database.application_url,
            "COLPORTEUR_HOME": str(home),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while not _answers(port):
            assert process.poll() is None and time.monotonic() < deadline, "serve did not start"
            time.sleep(0.05)
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _Writers:
    """Channels and couriers that send on whatever happens, and again until they are answered."""

    def __init__(self, url: str, tokens: dict[str, str], round_: data.rounds.Round) -> None:
        self.acknowledged = Acknowledged()
        self.stopped = threading.Event()
        self._client = httpx.Client(base_url=url, timeout=10)
        self._tokens = tokens
        self._round = round_
        self._threads = [
            threading.Thread(target=write, args=(number,))
            for number in range(WRITERS)
            for write in (self._order, self._report)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self.stopped.set()
        for thread in self._threads:
            thread.join()
        self._client.close()

    def _order(self, number: int) -> None:
        count = 0
        while not self.stopped.is_set():
            count += 1
            reference = f"K-{number}-{count}"
            body = {
                "reference": reference,
                "shop": self._tokens["shop"],
                "recipient": {"name": f"Destinataire {number}", "phone": f"063998{count:04d}"},
                "fulfilment": "drive",
                "basket_cents": 1000 + count,
                "parcels": [{"size": "small"}],
                "slot_starts_at": self._tokens["slot"],
            }
            headers = {"Idempotency-Key": reference}
            answer = self._send("/api/v1/orders", self._tokens["channel"], body, headers)
            if answer is not None:
                assert answer.status_code == 201, answer.text
                self.acknowledged.orders[reference] = answer.json()["order_id"]

    def _report(self, number: int) -> None:
        count = 0
        while not self.stopped.is_set():
            count += 1
            task = self._round.tasks[(number + count * WRITERS) % len(self._round.tasks)]
            uuid = str(uuid4())
            event = {
                "uuid": uuid,
                "round_id": self._round.id,
                "task_id": task.id,
                "seq": count,
                "device_at": "2026-11-20T09:00:00+01:00",
                "monotonic_ms": count,
                "kind": "arrived",
            }
            body = {"events": [event]}
            answer = self._send("/api/v1/courier/events", self._tokens["courier"], body, {})
            if answer is not None:
                (verdict,) = answer.json()["verdicts"]
                assert verdict["standing"] in {"accepted", "repeated"}, verdict
                self.acknowledged.events.add(uuid)

    def _send(
        self, path: str, token: str, body: object, headers: dict[str, str]
    ) -> httpx.Response | None:
        """Send until answered; None when the test is over first."""
        while not self.stopped.is_set():
            try:
                return self._client.post(
                    path, json=body, headers={"Authorization": f"Bearer {token}", **headers}
                )
            except httpx.TransportError:
                self.acknowledged.unanswered += 1
                time.sleep(0.1)
        return None


def _ready(pool: Pool, home: Path) -> tuple[int, data.rounds.Round, dict[str, str]]:
    """A town with published rounds, a slot for everybody, and the keys of those who write."""
    town = demo_places.demo_town(pool, home, orders=40)
    demo_places.take_orders(pool, town)
    day, now = demo_places.DAY.date, demo_places.EVE
    with api.operations.towns.open_streets(home, town.imported.town) as streets:
        api.operations.plans.plan_day(
            pool, town.id, day, streets, now=now, iterations=300, seconds=None
        )
    api.operations.publishing.publish(pool, town.id, day, now=now)
    starts_at = demo_places.DAY.starts_at + AHEAD
    later = replace(programme(starts_at.year), version=2)
    with data.database.scoped(pool, town.id) as conn:
        (round_, *_) = data.rounds.between(conn, demo_places.DAY.starts_at, demo_places.DAY.ends_at)
        slot = NewSlot(
            kind=SlotKind.DRIVE,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            cutoff_at=starts_at,
            capacity=100_000,
        )
        data.slots.publish(conn, [slot])
        programme_id = data.programmes.save_programme(conn, later)
        api.operations.subsidies.vote(conn, programme_id, starts_at.year, 500_000_000, now)
        channel = data.channels.registry.ensure(conn, "woocommerce")
        tokens = {
            "shop": town.orders[0].order.shop,
            "slot": starts_at.isoformat(),
            "channel": _key(conn, town.id, "channel", channel.id),
            "courier": _key(conn, town.id, "courier", round_.vehicle_id),
        }
    return town.id, round_, tokens


def _key(conn: Connection[TupleRow], town_id: int, role: str, subject_id: int) -> str:
    return data.keys.add(conn, Key(town_id=town_id, role=role, subject_id=subject_id))


def test_twenty_kills_under_load_lose_and_double_nothing(
    database: Database, pool: Pool, test_home: Path
) -> None:
    town_id, round_, tokens = _ready(pool, test_home)
    port = _free_port()
    writers = _Writers(f"http://127.0.0.1:{port}", tokens, round_)
    chance = random.Random(20)
    writers.start()
    try:
        for _ in range(KILLS):
            with _server(database, test_home, port):
                time.sleep(chance.uniform(0.05, 0.6))
        with _server(database, test_home, port):
            time.sleep(0.5)
    finally:
        writers.stop()
    kept = writers.acknowledged
    assert len(kept.orders) > KILLS and len(kept.events) > KILLS
    assert kept.unanswered > KILLS
    with data.database.scoped(pool, town_id) as conn:
        orders = conn.execute(
            "SELECT reference, id FROM orders WHERE reference LIKE 'K-%'"
        ).fetchall()
        events = {str(uuid) for (uuid,) in conn.execute("SELECT uuid FROM events").fetchall()}
        assert len(dict(orders)) == len(orders)
        assert kept.orders.items() <= dict(orders).items()
        assert kept.events <= events
        assert data.ledger.check(conn) == ()
        engaged = conn.execute(
            """
            SELECT (SELECT sum(engaged_cents) FROM deliveries WHERE state <> 'cancelled'),
                   (SELECT sum(engaged_cents) FROM envelopes),
                   (SELECT sum(booked) FROM slots),
                   (SELECT count(*) FROM deliveries WHERE state <> 'cancelled')
            """
        ).fetchone()
    assert engaged is not None
    promised, reserved, booked, deliveries = engaged
    assert promised == reserved
    assert booked == deliveries
