"""What the town grew along: its river, ramparts, boulevard, ring road and radials.

The knots are drawn by hand and shaken by the seed; streets fill the faces between them
(`data/demo/blocks.py`).
"""

import random
from dataclasses import dataclass

from shapely import LineString, Polygon

from data.demo.countryside import Hamlet, country_roads, settled
from data.demo.plane import Spot, Stroke, beside, curve, polar, shaken, snapped


@dataclass(frozen=True, slots=True, kw_only=True)
class Skeleton:
    """The bones of the town: `gates` are where a street passes the rampart."""

    strokes: tuple[Stroke, ...]
    river: Polygon
    rampart: Polygon
    gates: tuple[tuple[str, Spot], ...]
    hamlets: tuple[Hamlet, ...]


RIVER = (
    (980, -4300), (700, -3500), (930, -2700), (640, -1900), (500, -1250), (590, -650),
    (450, -200), (425, 200), (520, 620), (440, 1150), (640, 1800), (520, 2600), (820, 3400),
    (740, 4300),
)  # fmt: skip
#: Half the river's width at each of its knots: an estuary that widens to the north.
RIVER_HALF_M = (16, 17, 18, 20, 24, 26, 32, 38, 42, 52, 70, 95, 120, 150)
#: From the river's edge to the middle of the quay.
QUAY_M = 14
RAMPART = (
    (205, 60), (222, 175), (135, 262), (45, 345), (-125, 332), (-215, 222), (-305, 120),
    (-268, -40), (-288, -150), (-190, -238), (-66, -252), (-36, -325), (66, -330), (108, -250),
    (165, -190), (238, -70),
)  # fmt: skip
RING_WEST = (
    (170, 1060), (-230, 950), (-580, 900), (-900, 560), (-1190, 170), (-1080, -330),
    (-770, -630), (-440, -950), (-60, -1060), (260, -930),
)  # fmt: skip
RING_EAST = ((850, -790), (1140, -480), (1120, -40), (1190, 330), (900, 680))
#: The gates: name and bearing from the middle of the old town.
GATES = (
    ("Porte du Port", 18.0), ("Porte Neuve", 88.0), ("Porte Saint-Yves", 142.0),
    ("Porte du Marchix", 192.0), ("Porte de l'Horloge", 244.0), ("Porte Basse", 306.0),
)  # fmt: skip
#: Radials of the west bank: the gate each starts from, its elbows, the hamlet it serves.
RADIALS = (
    ("route de La Ville-Guérin", 88.0, ((-60, 700), (-230, 1450)), 0),
    ("route de Kerlannec", 142.0, ((-560, 470), (-1250, 1020)), 1),
    ("route du Moulin Brûlé", 192.0, ((-720, -60), (-1750, 30)), 2),
    ("route de Saint-Gwen", 222.0, ((-560, -560), (-1330, -1080)), 3),
    ("route de La Croix-Morvan", 258.0, ((-190, -620), (-420, -1600)), 4),
)


def skeleton(*, seed: int) -> Skeleton:
    """Draw the bones of the town."""
    rng = random.Random(f"skeleton {seed}")
    river, west, east = _river(rng)
    rampart = Polygon([shaken(spot, rng, 6) for spot in RAMPART])
    boulevard = _belt(rampart, 30)
    hamlets = settled(rng)
    inner = _belt(rampart, -16)
    gates = [(name, _bearing_on(rampart, bearing)) for name, bearing in GATES]
    strokes = [
        Stroke(kind="boulevard", spots=boulevard),
        Stroke(kind="wall_lane", spots=inner),
        *_gate_streets(boulevard, inner),
        *_banks(west, east, boulevard, rng),
        *_radials(boulevard, east, hamlets, rng),
        *country_roads(hamlets, rng),
    ]
    return Skeleton(
        strokes=tuple(strokes),
        river=river,
        rampart=rampart,
        gates=tuple(gates),
        hamlets=hamlets,
    )


def _river(rng: random.Random) -> tuple[Polygon, LineString, LineString]:
    """Return the water and the middles of its west and east quay, south to north."""
    middle = LineString(curve([shaken(spot, rng, 15) for spot in RIVER]))
    knots = [middle.line_locate_point(LineString([spot, spot]).centroid) for spot in RIVER]
    places = [25.0 * step for step in range(int(middle.length // 25) + 1)]
    half = [_between(place, knots, RIVER_HALF_M) for place in places]

    def bank(side: int, extra_m: float) -> list[Spot]:
        paired = zip(places, half, strict=True)
        return [snapped(beside(middle, at, side * (wide + extra_m))) for at, wide in paired]

    water = Polygon([*bank(1, 0), *reversed(bank(-1, 0))]).buffer(0)
    if not isinstance(water, Polygon):
        raise ValueError("the river crosses itself")
    return water, LineString(bank(1, QUAY_M)), LineString(bank(-1, QUAY_M))


def _between(place: float, knots: list[float], values: tuple[int, ...]) -> float:
    for low, high, start, end in zip(knots, knots[1:], values, values[1:], strict=False):
        if place <= high:
            return start + (end - start) * max(0.0, place - low) / (high - low)
    return float(values[-1])


def _belt(rampart: Polygon, out_m: float) -> tuple[Spot, ...]:
    """Return a smooth closed street `out_m` outside the wall (negative: inside)."""
    ring = rampart.buffer(out_m, join_style="mitre").exterior
    knots = [ring.interpolate(share, normalized=True) for share in _shares(36)]
    return tuple(curve([(knot.x, knot.y) for knot in knots], closed=True, pace_m=35))


def _shares(count: int) -> list[float]:
    return [step / count for step in range(count)]


def _bearing_on(ring: Polygon, degrees: float) -> Spot:
    return _crossing(ring.exterior, (0.0, 0.0), polar(2_000, degrees))


def _crossing(ring: LineString, start: Spot, end: Spot) -> Spot:
    hit = LineString([start, end]).intersection(ring).representative_point()
    return snapped((hit.x, hit.y))


def _gate_streets(boulevard: tuple[Spot, ...], inner: tuple[Spot, ...]) -> list[Stroke]:
    outer_ring, inner_ring = Polygon(boulevard), Polygon(inner)
    return [
        Stroke(
            kind="gate",
            spots=(_bearing_on(inner_ring, bearing), _bearing_on(outer_ring, bearing)),
        )
        for _, bearing in GATES
    ]


def _banks(
    west: LineString, east: LineString, boulevard: tuple[Spot, ...], rng: random.Random
) -> list[Stroke]:
    """Return quays, ring road and bridges, and the two ways from the gates down to the port."""
    west_south, west_north = _at_north(west, -830), _at_north(west, 960)
    east_south, east_north = _at_north(east, -820), _at_north(east, 760)
    port, beyond = _at_north(west, 150), _at_north(east, 158)
    ring_west = [west_north, *(shaken(spot, rng, 40) for spot in RING_WEST), west_south]
    ring_east = [east_south, *(shaken(spot, rng, 40) for spot in RING_EAST), east_north]
    steep = _bearing_on(Polygon(boulevard), 18)
    hill = _bearing_on(Polygon(boulevard), 306)
    park = _bearing_on(Polygon(boulevard), 72)
    landing = _at_north(west, 60)
    foot, mill = _at_north(west, -330), _at_north(west, 590)
    return [
        Stroke(kind="quay", spots=_stretch(west, west_south, _at_north(west, 1_050))),
        Stroke(kind="quay", spots=_stretch(east, east_south, _at_north(east, 840))),
        Stroke(kind="ring", spots=tuple(curve(ring_west, pace_m=45))),
        Stroke(kind="ring", spots=tuple(curve(ring_east, pace_m=45))),
        Stroke(kind="bridge", spots=(port, beyond), name="Pont des Gabares"),
        Stroke(kind="bridge", spots=(west_south, east_south), name="Pont Neuf"),
        Stroke(kind="steep", spots=tuple(curve(_winding(steep, landing), pace_m=18))),
        Stroke(kind="radial", spots=tuple(curve(_winding(hill, foot), pace_m=25))),
        Stroke(kind="radial", spots=tuple(curve(_winding(park, mill), pace_m=25))),
    ]


def _winding(start: Spot, end: Spot) -> list[Spot]:
    """Return knots that swing once left and once right on the way."""
    run, rise = end[0] - start[0], end[1] - start[1]
    return [
        start,
        (start[0] + 0.33 * run - 0.12 * rise, start[1] + 0.33 * rise + 0.12 * run),
        (start[0] + 0.67 * run + 0.10 * rise, start[1] + 0.67 * rise - 0.10 * run),
        end,
    ]


def _at_north(line: LineString, north_m: float) -> Spot:
    return _crossing(line, (-5_000.0, north_m), (5_000.0, north_m))


def _stretch(line: LineString, start: Spot, end: Spot) -> tuple[Spot, ...]:
    """Return the part of a northbound line between two of its spots."""
    between = [(x, y) for x, y in line.coords if start[1] + 8 < y < end[1] - 8]
    return (start, *between, end)


def _radials(
    boulevard: tuple[Spot, ...],
    east: LineString,
    hamlets: tuple[Hamlet, ...],
    rng: random.Random,
) -> list[Stroke]:
    ring = Polygon(boulevard)
    roads = [
        (name, [_bearing_on(ring, bearing), *elbows, hamlets[target].spot])
        for name, bearing, elbows, target in RADIALS
    ]
    bridge = _at_north(east, 158)
    roads += [
        ("route de Trélosquet", [bridge, (760, 120), (1180, 60), (2100, 60), hamlets[6].spot]),
        ("route de La Haute-Lande", [(760, 120), (930, 560), (1500, 1300), hamlets[7].spot]),
        ("route du Bas-Chemin", [(760, 120), (900, -350), (1250, -1000), hamlets[5].spot]),
    ]
    return [
        Stroke(
            kind="radial",
            name=name,
            spots=tuple(curve([knots[0], *_bent(knots[1:-1], rng), knots[-1]], pace_m=40)),
        )
        for name, knots in roads
    ]


def _bent(knots: list[Spot], rng: random.Random) -> list[Spot]:
    return [spot if spot == (760, 120) else shaken(spot, rng, 45) for spot in knots]
