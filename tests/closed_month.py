"""A closed month for the town hall to read: two zones, both ways, every rule, both proofs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from shapely import box

import api.operations.months
import api.operations.subsidies
import data.towns
from data.database import Pool, scoped
from delivery.orders import Fulfilment
from delivery.statements import Statement
from tests import builders
from tests import money_builders as money
from tests.builders import NOON
from zones.zone import Zone, ZoneKind

#: Zones overlap: the earlier one wins.
ZONES = tuple(
    Zone(code=code, name=name, kind=ZoneKind.DELIVERY, area=area)
    for code, name, area in (
        ("ville", "Ville", box(-2.053, 48.448, -2.047, 48.452)),
        ("hameaux", "=Hameaux", box(-2.06, 48.444, -2.04, 48.456)),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """The town and its November statement."""

    town: money.Funded
    statement: Statement


def close_november(pool: Pool, town_id: int, *, more: int = 0) -> Closed:
    """Prove seven deliveries, and `more` alike, then close the month.

    The programme takes 80 percent up to 7.00 euros with VAT, for two deliveries a household.
    """
    town = money.a_funded_town(
        pool,
        town_id,
        voted_cents=1_000_000,
        town_share=Decimal("0.8"),
        cap_cents=700,
        household_month_max=2,
        fulfilments=frozenset({Fulfilment.HOME, Fulfilment.DRIVE}),
    )
    with scoped(pool, town_id) as conn:
        data.towns.replace_zones(conn, ZONES)
        data.towns.set_hub(conn, builders.a_hub())
    _prove(town, NOON, place="1 rue port")
    _prove(town, NOON + timedelta(days=1), place="1 rue port", proof="note")
    _prove(town, NOON + timedelta(days=2), place="1 rue port")
    _prove(town, NOON, place="2 rue port", zone="hameaux", proof="note")
    _prove(town, NOON + timedelta(hours=1), place="3 rue port")
    _prove(town, NOON, place="halle", way=Fulfilment.DRIVE)
    _prove(town, NOON + timedelta(days=3), place="4 rue port", zone="hameaux")
    for number in range(more):
        _prove(town, NOON + timedelta(minutes=number), place=f"{100 + number} rue port")
    money.promise(town, at=NOON + timedelta(days=30), place="5 rue port")
    statement = api.operations.months.close(pool, town_id, money.NOVEMBER, now=money.DECEMBER_1ST)
    return Closed(town=town, statement=statement)


def _prove(
    town: money.Funded,
    at: datetime,
    *,
    place: str,
    zone: str = "ville",
    proof: str = "code",
    way: Fulfilment = Fulfilment.HOME,
) -> None:
    with scoped(town.pool, town.town_id) as conn:
        delivery_id = money.a_delivery(conn, town, at=at, place=place, zone=zone)
        conn.execute(
            "UPDATE deliveries SET fulfilment = %s WHERE id = %s", (way.value, delivery_id)
        )
        api.operations.subsidies.promise(conn, delivery_id=delivery_id, at=builders.NOON)
        money.prove_in(conn, delivery_id, at)
        conn.execute("UPDATE deliveries SET proof_kind = %s WHERE id = %s", (proof, delivery_id))
