"""Deliveries, promised and proven, for tests that are about their money."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from psycopg import Connection
from psycopg.rows import TupleRow
from shapely import Point

import api.operations.subsidies
import data.deliveries
import data.orders
import data.programmes
import data.shops
import data.slots
from data.database import Pool, scoped
from delivery.orders import Fulfilment
from delivery.pooling import DeliveryState, Place
from delivery.programmes import Programme
from delivery.slots import NewSlot, SlotKind
from tests import builders

VOTED_AT = datetime(2026, 1, 2, 9, tzinfo=UTC)
NOVEMBER = date(2026, 11, 1)
DECEMBER_1ST = datetime(2026, 12, 1, 8, tzinfo=UTC)


def a_programme(**changes: object) -> Programme:
    values: dict[str, object] = {
        "name": "Livraison du centre",
        "version": 1,
        "operator": "Coop des pavés",
        "deliberation": "2025-112",
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2026, 12, 31),
        "tariffs": {"ville": 650, "hameaux": 900},
        "fulfilments": frozenset({Fulfilment.HOME}),
        "town_share": Decimal(1),
        "vat_rate": Decimal("0.20"),
        **changes,
    }
    return Programme(**values)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Funded:
    """A town with a programme, credits, a shop that pays rests and one that does not."""

    pool: Pool
    town_id: int
    programme_id: int
    generous_shop: int
    strict_shop: int
    channel_id: int


def a_funded_town(
    pool: Pool, town_id: int, *, voted_cents: int = 100_000, **rules: object
) -> Funded:
    with scoped(pool, town_id) as conn:
        programme_id = data.programmes.save_programme(conn, a_programme(**rules))
        api.operations.subsidies.vote(conn, programme_id, 2026, voted_cents, VOTED_AT)
        shops = data.shops.save(
            conn,
            [builders.a_shop("fromagerie"), builders.a_shop("librairie", accepts_residual=False)],
        )
        row = conn.execute("INSERT INTO channels (name) VALUES ('csv') RETURNING id").fetchone()
        assert row is not None
    return Funded(
        pool=pool,
        town_id=town_id,
        programme_id=programme_id,
        generous_shop=shops["fromagerie"],
        strict_shop=shops["librairie"],
        channel_id=row[0],
    )


def a_delivery(
    conn: Connection[TupleRow],
    town: Funded,
    *,
    at: datetime = builders.NOON,
    place: str = "12 rue port",
    zone: str = "ville",
    shop_id: int | None = None,
) -> int:
    """Add a delivery with one order, its slot at `at`; promise nothing yet."""
    slot = NewSlot(
        kind=SlotKind.HOME,
        starts_at=at,
        ends_at=at + timedelta(hours=2),
        cutoff_at=at - timedelta(hours=1),
        capacity=100,
    )
    data.slots.publish(conn, [slot])
    slot_id = data.slots.id_at(conn, SlotKind.HOME, at)
    assert slot_id is not None
    row = conn.execute("SELECT coalesce(max(id), 0) + 1 FROM deliveries").fetchone()
    assert row is not None
    recipient_id = data.deliveries.recipient(
        conn, key=f"name:{at}:{place}:{row[0]}", name="Anne Moreau", phone=None
    )
    delivery_id = data.deliveries.add(
        conn,
        data.deliveries.NewDelivery(
            slot_id=slot_id,
            recipient_id=recipient_id,
            fulfilment=Fulfilment.HOME,
            place=Place(key=place, label=place, point=Point(-2.05, 48.45)),
            zone_code=zone,
            code="1234",
            promised_at=at - timedelta(days=1),
        ),
    )
    add_order(conn, town, delivery_id, recipient_id, shop_id or town.generous_shop)
    return delivery_id


def add_order(
    conn: Connection[TupleRow], town: Funded, delivery_id: int, recipient_id: int, shop_id: int
) -> int:
    row = conn.execute("SELECT coalesce(max(id), 0) + 1 FROM orders").fetchone()
    assert row is not None
    return data.orders.add(
        conn,
        builders.an_order(f"{delivery_id}-{shop_id}-{row[0]}"),
        data.orders.Intake(
            channel_id=town.channel_id,
            shop_id=shop_id,
            recipient_id=recipient_id,
            delivery_id=delivery_id,
            code=None,
            content_sha256="0" * 64,
            received_at=builders.NOON,
        ),
    )


def promise(town: Funded, **changes: object) -> int:
    """Add a delivery and promise it, in a transaction of its own; return its number."""
    with scoped(town.pool, town.town_id) as conn:
        delivery_id = a_delivery(conn, town, **changes)  # type: ignore[arg-type]
        api.operations.subsidies.promise(conn, delivery_id=delivery_id, at=builders.NOON)
    return delivery_id


def prove(town: Funded, delivery_id: int, at: datetime = builders.NOON) -> None:
    """Prove a delivery as a courier's event does."""
    with scoped(town.pool, town.town_id) as conn:
        prove_in(conn, delivery_id, at)


def prove_in(conn: Connection[TupleRow], delivery_id: int, at: datetime) -> None:
    data.deliveries.save_proof(
        conn,
        delivery_id,
        state=DeliveryState.PROVEN,
        proven_at=at,
        proof_kind="code",
        proof_sha256="a" * 64,
    )
    api.operations.subsidies.prove(conn, delivery_id=delivery_id, at=at)


def fail(town: Funded, delivery_id: int) -> None:
    with scoped(town.pool, town.town_id) as conn:
        data.deliveries.save_state(conn, delivery_id, DeliveryState.FAILED, failed_reason="absent")
