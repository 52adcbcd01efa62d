"""The town hall's pages of a statement: who opens them, where they are, what lines they have."""

import csv
import io
import re
from datetime import UTC, datetime
from pathlib import Path

from httpx import Response

import api.words
import data.statements
from api.app import create_app
from api.settings import Settings
from data.database import Database, Pool, scoped
from delivery.accounts import Role
from delivery.orders import Fulfilment
from delivery.programmes import Claim, Reason
from delivery.statements import Line, Proven
from tests import builders, logins
from tests import money_builders as money
from tests.api.client import TestClient
from tests.closed_month import Closed

NOW = money.DECEMBER_1ST


def clock() -> datetime:
    return NOW


def open_client(
    database: Database, home: Path, pool: Pool, town_id: int, role: Role, **subject: int
) -> TestClient:
    settings = Settings(home=home, DATABASE_URL=database.application_url)  # type: ignore[call-arg]
    client = TestClient(create_app(settings, clock=clock), base_url="http://127.0.0.1")
    client.cookies.update(logins.cookie(pool, town_id, role, now=NOW, **subject))
    return client


def path(closed: Closed, rest: str = "") -> str:
    return f"/t/essai/mairie/etats/{closed.statement.id}{rest}"


def euros(cents: int) -> str:
    text = api.words.euros(cents)
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def lines(closed: Closed) -> list[Line]:
    with scoped(closed.town.pool, closed.town.town_id) as conn:
        return data.statements.lines(conn, closed.statement.id)


def shown_lines(answer: Response) -> list[int]:
    return [int(each) for each in re.findall(r'/lignes/(\d+)">', answer.text)]


def csv_of(answer: Response) -> list[list[str]]:
    assert answer.status_code == 200
    assert answer.content.startswith(b"\xef\xbb\xbf")
    text = answer.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def a_line(*reasons: Reason) -> Line:
    proven = Proven(
        delivery_id=1,
        service_at=datetime(2026, 11, 20, 12, tzinfo=UTC),
        claim=Claim(on=builders.DAY, fulfilment=Fulfilment.HOME, zone_code="z"),
        household="h",
        envelope_id=1,
        held_cents=1,
        withheld=(),
        orders=1,
        parcels=1,
        proof_kind="code",
        proof_sha256="a" * 64,
    )
    return Line(
        position=1, proven=proven, tariff_cents=1, net_cents=0, vat_cents=0, reasons=reasons
    )
