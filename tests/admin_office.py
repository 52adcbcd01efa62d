"""An administrator at their browser, and what they read on its pages."""

import html
import re
from datetime import date, datetime, time, timedelta
from typing import Any

from httpx import Response

import data.accounts
import data.fleet
import data.shops
import data.slots
import data.towns
from data.database import scoped
from delivery.accounts import Account, Role
from delivery.fleet import Hub, Vehicle
from delivery.shops import Shop
from delivery.slots import Slot
from tests import builders, logins
from tests.api.conftest import TestClient
from tests.small_town import Town

ADMIN = "/t/essai/admin"
FAULT = re.compile(r'<span class="fault" id="e-([^"]+)">([^<]+)</span>')


class Office:
    """An administrator's browser."""

    def __init__(self, client: TestClient, town: Town) -> None:
        self.client = client
        self.town = town
        self.cookies = logins.cookie(town.pool, town.id, Role.ADMIN, now=town.clock(), name="Admin")
        self.csrf = logins.csrf_of(self.cookies)

    def get(self, path: str = "", **query: str) -> Response:
        return self.client.get(ADMIN + path, params=query, headers=self.cookie())

    def post(self, path: str, *, files: Any = None, **fields: Any) -> Response:
        return self.client.post(
            ADMIN + path,
            data={"csrf": self.csrf, **fields},
            files=files,
            headers=self.cookie(),
            follow_redirects=False,
        )

    def cookie(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def shop(self, code: str) -> Shop:
        with scoped(self.town.pool, self.town.id) as conn:
            return next(each for each in data.shops.listed(conn) if each.code == code)

    def vehicle(self, name: str) -> Vehicle:
        with scoped(self.town.pool, self.town.id) as conn:
            return next(each for each in data.fleet.listed(conn) if each.name == name)

    def account(self, email: str) -> Account:
        with scoped(self.town.pool, self.town.id) as conn:
            found = data.accounts.by_email(conn, email)
        assert found is not None
        return found

    def hub(self) -> Hub:
        with scoped(self.town.pool, self.town.id) as conn:
            found = data.towns.hub(conn)
        assert found is not None
        return found

    def slots_on(self, day: date) -> list[Slot]:
        start = datetime.combine(day, time(0), builders.PARIS)
        with scoped(self.town.pool, self.town.id) as conn:
            return data.slots.between(conn, start, start + timedelta(days=1))


def done(answer: Response) -> str:
    """Return where a form that was taken leads."""
    assert answer.status_code == 303, (answer.status_code, faults(answer))
    return answer.headers["location"]


def faults(answer: Response) -> dict[str, str]:
    """Return what a page says is wrong, by field."""
    return {field: html.unescape(said) for field, said in FAULT.findall(answer.text)}


def refused(answer: Response, field: str, words: str, status: int = 422) -> None:
    assert answer.status_code == status
    assert field in faults(answer), faults(answer)
    assert words in faults(answer)[field]


def a_form(**changes: Any) -> dict[str, Any]:
    return {
        "code": "cave",
        "name": "La cave",
        "trade": "caviste",
        "siret": "732 829 320 00074",
        "address": "20 rue du Port",
        "opens_1_1": "9h30",
        "closes_1_1": "12:30",
        "opens_1_2": "14",
        "closes_1_2": "1900",
        "accepts_residual": "yes",
        **changes,
    }


def a_bike(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Vélo 3",
        "profile": "cargo_bike",
        "weight_kg": "150",
        "volume_l": "500",
        "starts_1": "8:30",
        "ends_1": "12h30",
        "hour": "24,50",
        "km": "0,15",
        **changes,
    }
