"""The fictional town's subsidy programme: tariffs by zone, a share, a cap, an envelope."""

from datetime import date
from decimal import Decimal

from delivery.orders import Fulfilment
from delivery.programmes import Programme

#: Voted for the year: an invention, enough for about a month of such days.
VOTED_CENTS = 4_500_000


def programme(year: int, *, version: int = 1) -> Programme:
    """Return the programme of a year; every figure of it is invented."""
    return Programme(
        name="Livraison du centre-ville",
        version=version,
        operator="Coopérative Les Roues du Port",
        deliberation=f"{year - 1}-112",
        starts_on=date(year, 1, 1),
        ends_on=date(year, 12, 31),
        tariffs={"centre": 420, "ville": 520, "campagne": 700},
        fulfilments=frozenset({Fulfilment.HOME, Fulfilment.DRIVE}),
        town_share=Decimal(1),
        vat_rate=Decimal("0.20"),
        cap_cents=800,
    )
