"""A small town that trades: shops, doors, slots, two bikes and money, on a real database."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shapely import Point

import api.operations.intake
import api.operations.plans
import api.operations.publishing
import api.operations.subsidies
import data.addresses
import data.deliveries
import data.envelope
import data.fleet
import data.keys
import data.ledger
import data.orders
import data.programmes
import data.rounds
import data.shops
import data.slots
import data.towns
from api.operations.intake import Taken
from api.operations.plans import Planned
from data.channels.registry import Channel, ensure
from data.database import Pool, scoped
from data.keys import Key
from data.rounds import Round
from data.streets.engine import StreetProcesses
from delivery.day import Day
from delivery.envelope import Envelope
from delivery.orders import Fulfilment, NewOrder, Order
from delivery.pooling import Delivery
from delivery.slots import Slot, SlotKind
from tests import builders
from tests.money_builders import VOTED_AT, a_programme

#: The eve of builders.DAY: every slot is open.
EVE = builders.NOON - timedelta(days=1)
#: What the town engages for one delivery: 5.20 euros and VAT.
ENGAGED = 624


@dataclass
class Clock:
    """A clock the test sets."""

    moment: datetime = EVE

    def __call__(self) -> datetime:
        return self.moment


@dataclass
class Town:
    """The seeded town, with the few things tests ask it for."""

    pool: Pool
    id: int
    shops: dict[str, int]
    vehicles: list[int]
    channel: Channel
    clock: Clock = field(default_factory=Clock)

    def take(
        self,
        *orders: NewOrder,
        streets: StreetProcesses | None = None,
        channel: Channel | None = None,
    ) -> list[Taken]:
        """Take orders in, each in a transaction of its own."""
        taken = []
        for order in orders:
            with scoped(self.pool, self.id) as conn:
                counter = api.operations.intake.counter(conn, streets)
                taken.append(
                    api.operations.intake.take_order(
                        conn, counter, channel or self.channel, order, now=self.clock()
                    )
                )
        return taken

    def key(self, role: str, subject: int | None = None) -> dict[str, str]:
        """Return the headers of a new key."""
        with scoped(self.pool, self.id) as conn:
            token = data.keys.add(conn, Key(town_id=self.id, role=role, subject_id=subject))
        return {"Authorization": f"Bearer {token}"}

    def order(self, order_id: int) -> Order:
        with scoped(self.pool, self.id) as conn:
            found = data.orders.by_id(conn, order_id)
        assert found is not None
        return found

    def delivery(self, delivery_id: int | None) -> Delivery:
        assert delivery_id is not None
        with scoped(self.pool, self.id) as conn:
            found = data.deliveries.by_id(conn, delivery_id)
        assert found is not None
        return found

    def deliveries(self) -> list[Delivery]:
        with scoped(self.pool, self.id) as conn:
            return data.deliveries.listed(conn)

    def slots(self) -> list[Slot]:
        day = Day(date=builders.DAY, timezone=builders.PARIS)
        with scoped(self.pool, self.id) as conn:
            return data.slots.between(conn, day.starts_at, day.ends_at)

    def envelope(self) -> Envelope:
        """Return the envelope; the books must hold."""
        with scoped(self.pool, self.id) as conn:
            assert data.ledger.check(conn) == ()
            (envelope,) = data.envelope.all_envelopes(conn)
        return envelope

    def count(self, table: str) -> int:
        with scoped(self.pool, self.id) as conn:
            row = conn.execute(f"SELECT count(*) FROM {table}").fetchone()
        assert row is not None
        return int(row[0])

    def plan(self, streets: StreetProcesses, *, iterations: int = 200) -> Planned:
        return api.operations.plans.plan_day(
            self.pool,
            self.id,
            builders.DAY,
            streets,
            now=self.clock(),
            seconds=None,
            iterations=iterations,
        )

    def publish(self) -> None:
        api.operations.publishing.publish(self.pool, self.id, builders.DAY, now=self.clock())

    def rounds(self) -> list[Round]:
        day = Day(date=builders.DAY, timezone=builders.PARIS)
        with scoped(self.pool, self.id) as conn:
            return data.rounds.between(conn, day.starts_at, day.ends_at)


def a_small_town(pool: Pool, slug: str = "essai") -> Town:
    """Three shops (one brings its parcels), forty doors, slots, a hub with a drive, two bikes."""
    with pool.connection() as conn:
        town_id = data.towns.add(conn, builders.a_town(slug)).id
    with scoped(pool, town_id) as conn:
        shops = data.shops.save(
            conn,
            [
                builders.a_shop("fromagerie"),
                builders.a_shop("librairie", point=Point(-2.048, 48.4495)),
                builders.a_shop("boulangerie", brings_parcels=True),
            ],
        )
        data.addresses.save(
            conn,
            [
                *(builders.an_address(number) for number in range(1, 41)),
                builders.an_address(8, "rue Haute"),
                builders.an_address(8, "rue Haute", postcode="22998", city="Autre"),
                builders.an_address(1, "rue Lointaine", point=Point(-1.5, 48.45)),
            ],
        )
        data.slots.publish(
            conn,
            [
                builders.a_slot(hour=9),
                builders.a_slot(hour=14),
                builders.a_slot(hour=16, capacity=2),
                builders.a_slot(SlotKind.DRIVE, hour=15),
            ],
        )
        data.towns.set_hub(conn, builders.a_hub())
        data.towns.replace_zones(conn, [builders.a_zone()])
        data.fleet.save(conn, [builders.a_bike(), builders.a_bike("Vélo 2")])
        programme = data.programmes.save_programme(
            conn,
            a_programme(
                tariffs={"ville": 520}, fulfilments=frozenset({Fulfilment.HOME, Fulfilment.DRIVE})
            ),
        )
        api.operations.subsidies.vote(conn, programme, 2026, 1_000_000, VOTED_AT)
        return Town(
            pool=pool,
            id=town_id,
            shops=shops,
            vehicles=[vehicle.id for vehicle in data.fleet.listed(conn)],
            channel=ensure(conn, "essai"),
        )


def body(reference: str = "A-1", **changes: Any) -> dict[str, Any]:
    """An order as a channel's program writes it."""
    return {
        "reference": reference,
        "shop": "fromagerie",
        "recipient": {"name": "Anne Moreau", "phone": "+33639980001"},
        "fulfilment": "home",
        "basket_cents": 2350,
        "parcels": [{"size": "medium"}],
        "address": "12 rue du Port",
        "slot_starts_at": builders.a_slot().starts_at.isoformat(),
        **changes,
    }
