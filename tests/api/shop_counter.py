"""A shop's counter: its browser, the form it sends, what a page says of it."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from httpx import Response

from delivery.accounts import Role
from delivery.slots import SlotKind
from tests import logins
from tests.api.client import TestClient
from tests.builders import PARIS, a_slot
from tests.small_town import Town

COUNTER = "/t/essai/commerce"
ORDERS = f"{COUNTER}/commandes"
NEW = f"{ORDERS}/nouvelle"
AFTERNOON = a_slot().starts_at
DRIVE_SLOT = a_slot(SlotKind.DRIVE, hour=15).starts_at


type Door = Callable[..., "Counter"]


class Counter:
    """A shop's browser."""

    def __init__(self, client: TestClient, cookies: dict[str, str]) -> None:
        self.client = client
        self.cookies = cookies
        self.csrf = logins.csrf_of(cookies)

    def _cookie(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def get(self, path: str = COUNTER) -> Response:
        return self.client.get(path, headers=self._cookie(), follow_redirects=False)

    def post(self, path: str, **fields: Any) -> Response:
        return self.client.post(
            path,
            data={"csrf": self.csrf, **fields},
            headers=self._cookie(),
            follow_redirects=False,
        )

    def follow(self, answer: Response) -> str:
        assert answer.status_code == 303, answer.text
        return self.get(answer.headers["location"]).text


def door_of(client: TestClient, town: Town) -> Door:
    """Open the counter of the shop that is named, else the cheese shop's."""

    def opened(shop: str = "fromagerie") -> Counter:
        shop_id = town.shops[shop]
        return Counter(
            client,
            logins.cookie(town.pool, town.id, Role.SHOP, shop_id=shop_id, now=town.clock()),
        )

    return opened


def form(**changes: Any) -> dict[str, Any]:
    """What a browser sends of the form, filled in as for most orders."""
    return {
        "key": str(uuid4()),
        "phone": "06 39 98 00 01",
        "name": "Anne Moreau",
        "basket": "23,50",
        "fulfilment": "home",
        "address": "12 rue du Port",
        "medium_1": "1",
        "temperature_1": "ambient",
        "temperature_2": "chilled",
        "slot_home": AFTERNOON.astimezone(PARIS).isoformat(),
        "slot_drive": DRIVE_SLOT.astimezone(PARIS).isoformat(),
        "ready_at": "",
        "note": "",
        "reference": "",
        **changes,
    }


def order_id(answer: Response) -> int:
    assert answer.status_code == 303, fault(answer.text)
    found = re.search(r"/commandes/(\d+)\?", answer.headers["location"])
    assert found is not None
    return int(found[1])


def fault(page: str, name: str | None = None) -> str:
    """Return what the page says at a field, or over the whole form."""
    pattern = rf'id="e-{name}">([^<]+)<' if name else r'id="faults">\s*<p><strong>([^<]+)<'
    found = re.search(pattern, page)
    return found[1] if found else ""


def section(page: str, group: str) -> str:
    found = re.search(rf'<section class="group group-{group}".*?</section>', page, re.DOTALL)
    return found[0] if found else ""
