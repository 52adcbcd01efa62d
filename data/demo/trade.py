"""The demo's trade: partner shops, a hub, vehicles and zones on any town, fictional or real."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from shapely import Point
from stdnum import luhn

import delivery.addresses
from data.demo import areas, trades
from data.demo.plane import Plane, gap
from data.opening_hours import openings
from delivery.addresses import NewAddress
from delivery.fleet import Hub, NewVehicle, WorkingPeriod
from delivery.shops import NewShop, Opening
from zones.zone import Zone

#: What OSM calls a shop and nobody would have delivered.
SERVICES = frozenset((
    "vacant", "car", "car_repair", "car_parts", "motorcycle", "hairdresser", "beauty", "massage",
    "tattoo", "funeral_directors", "travel_agency", "laundry", "dry_cleaning", "estate_agent",
    "ticket", "lottery", "bookmaker", "fuel", "gas", "storage_rental", "pawnbroker", "trade",
    "money_lender", "insurance", "mobile_phone", "tobacco", "kiosk", "wholesale", "copyshop",
))  # fmt: skip
#: So many of a hundred shops bring their parcels to the hub, and pay what the town does not.
BRING_SHARE, RESIDUAL_SHARE = 10, 85
#: Streets a van and a queue of recipients can surely reach, by how they are called.
WIDE_STREETS = ("boulevard", "avenue", "cours", "place", "promenade")

VEHICLES = (
    *(
        NewVehicle(
            name=name, profile="cargo_bike", capacity=(180_000, 600, 60, 20),
            periods=(WorkingPeriod(starts=time(8, 30), ends=time(13)),
                     WorkingPeriod(starts=time(13, 30), ends=time(19))),
            hour_cents=2_450, km_cents=15,
        )
        for name in ("Vélo-cargo Azénor", "Vélo-cargo Gradlon")
    ),
    NewVehicle(
        name="Fourgonnette Morgane", profile="van", capacity=(600_000, 4_000, 400, 100),
        periods=(WorkingPeriod(starts=time(9), ends=time(13)),
                 WorkingPeriod(starts=time(14), ends=time(18, 30))),
        hour_cents=2_760, km_cents=58,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopPlace:
    """A shop as the town's OSM file has it: `trade` is OSM's word, `opening_hours` OSM's text."""

    name: str
    trade: str
    point: Point
    opening_hours: str | None
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TownPlaces:
    """What a town's OSM file offers the demo."""

    shops: tuple[ShopPlace, ...]
    addresses: tuple[NewAddress, ...]

    def __post_init__(self) -> None:
        """Refuse a town without doors: nothing could be delivered there."""
        if not self.addresses:
            raise ValueError("the town has no addresses")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """Who sells, where goods change vehicles, what rides, and the zones tariffs refer to."""

    shops: tuple[NewShop, ...]
    hub: Hub
    vehicles: tuple[NewVehicle, ...]
    zones: tuple[Zone, ...]


def trade(places: TownPlaces, *, seed: int, shops: int = 120) -> Trade:
    """Set up a trade of `shops` partner shops, inventing those the file does not have."""
    rng = random.Random(f"trade {seed}")
    partners = _partners(_chosen(places, shops, rng), rng)
    hub = _hub(places, [shop.point for shop in partners])
    doors = [address.point for address in places.addresses]
    return Trade(
        shops=tuple(partners),
        hub=hub,
        vehicles=VEHICLES,
        zones=areas.areas(hub.point, [shop.point for shop in partners], doors),
    )


def _chosen(places: TownPlaces, count: int, rng: random.Random) -> list[ShopPlace]:
    """Return the shops that take part: known trades first, then others, then invented ones."""
    sellers = [shop for shop in places.shops if shop.trade not in SERVICES]
    rng.shuffle(sellers)
    sellers.sort(key=lambda shop: shop.trade not in trades.BY_OSM)
    chosen = sellers[:count]
    return [*chosen, *_invented(places, chosen, count - len(chosen), rng)]


def _invented(
    places: TownPlaces, known: Sequence[ShopPlace], count: int, rng: random.Random
) -> list[ShopPlace]:
    """Turn addresses near the middle into shops."""
    around = [shop.point for shop in known] or [door.point for door in places.addresses]
    plane = Plane(areas.middle(around))
    reach_m = 350.0
    doors = sorted(
        places.addresses,
        key=lambda door: gap((0, 0), plane.spot(door.point)) / reach_m + rng.expovariate(1),
    )
    kinds = [kind for kind in trades.KINDS for _ in range(kind.share)]
    rng.shuffle(kinds)
    return [
        ShopPlace(name="", trade=kind.osm, point=door.point, opening_hours=None, address=door.label)
        for door, kind in zip(doors[:count], kinds * (1 + count // len(kinds)), strict=False)
    ]


def _partners(chosen: Sequence[ShopPlace], rng: random.Random) -> list[NewShop]:
    taken = {shop.name for shop in chosen}
    codes: set[str] = set()
    partners = []
    bringing = set(rng.sample(range(len(chosen)), len(chosen) * BRING_SHARE // 100))
    for place, shop in enumerate(chosen):
        kind = trades.BY_OSM.get(shop.trade, trades.OTHER)
        name = shop.name or trades.sign(kind, rng=rng, taken=taken)
        partners.append(
            NewShop(
                code=_code(name, codes),
                name=name,
                trade=kind.french,
                siret=_siret(rng),
                point=shop.point,
                address=shop.address,
                opening_hours=_hours(shop, kind, rng),
                brings_parcels=place in bringing,
                accepts_residual=rng.randrange(100) < RESIDUAL_SHARE,
            )
        )
    return partners


def _code(name: str, taken: set[str]) -> str:
    """Make a code no other shop has, and add it to `taken`."""
    stem = delivery.addresses.fold(name).replace(" ", "-")[:32].strip("-") or "commerce"
    code, number = stem, 1
    while code in taken:
        number += 1
        code = f"{stem}-{number}"
    taken.add(code)
    return code


def _siret(rng: random.Random) -> str:
    """Invent a SIRET: its check digits are right, its 999 reads as invented."""
    siren = f"999{rng.randrange(100_000):05d}"
    siren += luhn.calc_check_digit(siren)
    stem = f"{siren}0001"
    return stem + str(luhn.calc_check_digit(stem))


def _hours(shop: ShopPlace, kind: trades.Kind, rng: random.Random) -> tuple[Opening, ...]:
    """Return the shop's own hours where they are simple, else those of its trade."""
    usual = openings(rng.choice(kind.hours))
    if usual is None:
        raise ValueError(f"the hours of {kind.french} cannot be read")
    return (openings(shop.opening_hours) if shop.opening_hours else None) or usual


def _hub(places: TownPlaces, counters: Sequence[Point]) -> Hub:
    """Put the hub at a door on the edge of the centre, on a wide street if there is one."""
    plane = Plane(areas.middle(counters))
    distances = sorted(gap((0, 0), plane.spot(point)) for point in counters)
    edge_m = min(600.0, max(250.0, areas.share_of(distances, 0.7)))

    def cost(door: NewAddress) -> tuple[float, str]:
        off_m = abs(gap((0, 0), plane.spot(door.point)) - edge_m)
        narrow_m = 0.0 if door.street.lower().startswith(WIDE_STREETS) else 250.0
        return off_m + narrow_m, door.label

    door = min(places.addresses, key=cost)
    return Hub(name=f"Hub et drive, {door.number} {door.street}", point=door.point, has_drive=True)
