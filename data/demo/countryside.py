"""The country round the town: hamlets, and the lanes between them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from data.demo.plane import Spot, Stroke, curve, polar, shaken

HAMLETS = (
    ("La Ville-Guérin", (-640, 2350)), ("Kerlannec", (-2250, 1500)),
    ("Le Moulin Brûlé", (-2900, 150)), ("Saint-Gwen", (-2350, -1500)),
    ("La Croix-Morvan", (-700, -2450)), ("Le Bas-Chemin", (2050, -1900)),
    ("Trélosquet", (3050, 250)), ("La Haute-Lande", (2050, 1900)),
)  # fmt: skip
#: Country lanes between hamlets of one bank, by place in `HAMLETS`.
LANES = ((0, 1), (1, 2), (2, 3), (3, 4), (5, 6), (6, 7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hamlet:
    """A few farms round a lane, out in the country."""

    name: str
    spot: Spot


def settled(rng: random.Random) -> tuple[Hamlet, ...]:
    """Return the hamlets, each about where it belongs."""
    return tuple(Hamlet(name=name, spot=shaken(at, rng, 60)) for name, at in HAMLETS)


def country_roads(hamlets: Sequence[Hamlet], rng: random.Random) -> list[Stroke]:
    """Return the lanes between hamlets, their own streets, and the roads beyond."""
    return [
        *_lanes(hamlets, rng),
        *(_loop(hamlet, rng) for hamlet in hamlets),
        *(_road_beyond(hamlet, rng) for hamlet in hamlets),
    ]


def _lanes(hamlets: Sequence[Hamlet], rng: random.Random) -> list[Stroke]:
    """Return the lanes from hamlet to hamlet, bowed away from the town."""
    lanes = []
    for one, other in LANES:
        start, end = hamlets[one].spot, hamlets[other].spot
        bow = rng.uniform(1.04, 1.16)
        middle = ((start[0] + end[0]) / 2 * bow, (start[1] + end[1]) / 2 * bow)
        quarter = shaken(((start[0] + middle[0]) / 2, (start[1] + middle[1]) / 2), rng, 90)
        late = shaken(((end[0] + middle[0]) / 2, (end[1] + middle[1]) / 2), rng, 90)
        knots = [start, quarter, middle, late, end]
        lanes.append(Stroke(kind="country", spots=tuple(curve(knots, pace_m=50))))
    return lanes


def _loop(hamlet: Hamlet, rng: random.Random) -> Stroke:
    """Return the crooked street around the hamlet's middle."""
    around = [
        (hamlet.spot[0] + dx, hamlet.spot[1] + dy)
        for degrees in range(0, 360, 60)
        for dx, dy in [polar(rng.uniform(60, 125), degrees + rng.uniform(-14, 14))]
    ]
    return Stroke(kind="hamlet", spots=tuple(curve(around, closed=True, pace_m=25)))


def _road_beyond(hamlet: Hamlet, rng: random.Random) -> Stroke:
    """Return the road that leaves the hamlet for the next parish."""
    knots = [hamlet.spot]
    for share in (1.15, 1.32, 1.48):
        there = hamlet.spot[0] * share, hamlet.spot[1] * share
        knots.append(shaken(there, rng, 90))
    return Stroke(kind="country", spots=tuple(curve(knots, pace_m=50)))
