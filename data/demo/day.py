"""One day of orders: who buys what where, and when they want it."""

import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import cycle, islice

from data.demo import trades
from data.demo.collecting import moment_ready
from data.demo.plane import Plane, gap
from data.demo.slots import slots_of_day
from data.demo.spelling import spelling
from data.demo.trade import TownPlaces, Trade
from delivery.addresses import NewAddress
from delivery.orders import Fulfilment, NewOrder, Recipient
from delivery.parcels import Parcel, parcel
from delivery.shops import NewShop
from delivery.slots import NewSlot, SlotKind

#: Of a hundred orders so many are for the door and for the drive; the rest for the counter.
HOME_SHARE, DRIVE_SHARE = 60, 25
#: Of a hundred orders so many recipients, and among them so many who buy from several shops.
RECIPIENT_SHARE, POOLED_SHARE = 76, 14
#: How orders reach the shops, and how their references begin.
CHANNELS = {
    "papier": "C", "telephone": "T", "woocommerce": "WC", "prestashop": "PS", "shopify": "SH",
}  # fmt: skip
NOTES = (
    "code portail 12B", "sonner deux fois", "laisser chez la voisine du 2e si absent",
    "interphone au nom de jeune fille", "attention au chien, il est gentil", "code 4807A",
    "entrée par la cour", "3e étage sans ascenseur", "portail bleu au fond de la venelle",
)  # fmt: skip
#: Numbers kept for fiction by the ARCEP (decision 2018-0881): 06 39 98 00 00 to 06 39 98 99 99.
FICTION_PHONE = "+33639980000"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOrder:
    """An order and the channel it comes in through."""

    channel: str
    order: NewOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What one recipient wants today: so many orders in one slot at one place."""

    recipient: Recipient
    fulfilment: Fulfilment
    slot: NewSlot | None
    door: NewAddress | None
    orders: int


def orders_of_day(
    trade: Trade, places: TownPlaces, *, day: date, timezone: str, seed: int, orders: int = 250
) -> tuple[DemoOrder, ...]:
    """Invent the day's orders; a slot never gets more deliveries than its capacity.

    There are fewer than `orders` where too few shops are open.
    """
    rng = random.Random(f"orders {seed} {day.isoformat()}")
    slots = slots_of_day(day, timezone)
    channels = {shop.code: rng.choice(list(CHANNELS)) for shop in trade.shops}
    basket: list[DemoOrder] = []
    for wish in _wishes(trade, places, slots, orders, rng):
        written = _placed(wish, rng)
        for shop in _shops(trade, wish, day, timezone, rng):
            channel = channels[shop.code]
            number = f"{CHANNELS[channel]}-{day:%m%d}{len(basket) + 1:04d}"
            order = replace(
                written,
                reference=number,
                shop=shop.code,
                basket_cents=_basket_cents(shop, rng),
                parcels=_parcels(shop, rng),
                ready_at=moment_ready(shop, wish.slot, day=day, timezone=timezone),
            )
            basket.append(DemoOrder(channel=channel, order=order))
    return tuple(basket)


def _wishes(
    trade: Trade,
    places: TownPlaces,
    slots: Sequence[NewSlot],
    orders: int,
    rng: random.Random,
) -> list[_Wish]:
    counts = _orders_of_recipients(orders)
    names = _recipients(len(counts), rng)
    doors = iter(_doors(trade, places, len(counts), rng))
    left = {slot.starts_at.isoformat() + slot.kind.value: slot.capacity for slot in slots}
    quota = Counter(
        {
            Fulfilment.HOME: orders * HOME_SHARE // 100,
            Fulfilment.DRIVE: orders * DRIVE_SHARE // 100,
        }
    )
    wishes = []
    for place, (recipient, count) in enumerate(zip(names, counts, strict=True)):
        pooled_drive = count > 1 and place % 4 == 3
        kind = next(
            (
                kind
                for kind in ((Fulfilment.DRIVE, Fulfilment.HOME) if pooled_drive else tuple(quota))
                if quota[kind] >= count
            ),
            Fulfilment.COUNTER,
        )
        quota[kind] -= count
        slot = _slot(kind, slots, left, rng)
        door = next(doors) if kind is Fulfilment.HOME else None
        wishes.append(
            _Wish(recipient=recipient, fulfilment=kind, slot=slot, door=door, orders=count)
        )
    rng.shuffle(wishes)
    return wishes


def _orders_of_recipients(orders: int) -> list[int]:
    """Return how many shops each recipient buys from, the busiest first, `orders` in all."""
    recipients = max(1, math.ceil(orders * RECIPIENT_SHARE / 100))
    several = min(recipients, max(1, orders * POOLED_SHARE // 100))
    more = orders - recipients
    counts = [1] * recipients
    for place in range(more):
        counts[place % several] += 1
    return counts


def _recipients(count: int, rng: random.Random) -> list[Recipient]:
    pairs = [(first, last) for first in trades.FIRST_NAMES for last in trades.SURNAMES]
    named = rng.sample(pairs, count)
    phones = rng.sample(range(10_000), count)
    return [
        Recipient(name=f"{first} {last}", phone=f"{FICTION_PHONE[:-4]}{phone:04d}")
        for (first, last), phone in zip(named, phones, strict=True)
    ]


def _doors(trade: Trade, places: TownPlaces, count: int, rng: random.Random) -> list[NewAddress]:
    """Choose doors, most in the town round the hub, a few out in the hamlets.

    They are distinct while the town's file has enough; then neighbours share one.
    """
    plane = Plane(trade.hub.point)
    spellings = Counter(door.key for door in places.addresses)
    shops = {shop.address for shop in trade.shops}
    free = [
        door
        for door in places.addresses
        if spellings[door.key] == 1 and door.label not in shops and door.number
    ]

    def rank(door: NewAddress) -> float:
        away_m = gap((0, 0), plane.spot(door.point))
        weight = math.exp(-away_m / 650) + 0.022
        return float(rng.random() ** (1 / weight))

    ranked = sorted(free or places.addresses, key=rank, reverse=True)
    return list(islice(cycle(ranked), count))


def _slot(
    kind: Fulfilment, slots: Sequence[NewSlot], left: dict[str, int], rng: random.Random
) -> NewSlot | None:
    """Choose a slot in proportion to the places left in it, and take one."""
    if kind is Fulfilment.COUNTER:
        return None
    wanted = SlotKind.HOME if kind is Fulfilment.HOME else SlotKind.DRIVE
    open_slots = [slot for slot in slots if slot.kind is wanted]
    keys = [slot.starts_at.isoformat() + slot.kind.value for slot in open_slots]
    if not any(left[key] for key in keys):
        raise ValueError("the day's slots have fewer places than the day has deliveries")
    place = rng.choices(range(len(keys)), weights=[left[key] for key in keys])[0]
    left[keys[place]] -= 1
    return open_slots[place]


def _shops(
    trade: Trade, wish: _Wish, day: date, timezone: str, rng: random.Random
) -> list[NewShop]:
    """Choose different shops that a courier can reach in time for the wish's slot."""
    able = [
        shop
        for shop in trade.shops
        if moment_ready(shop, wish.slot, day=day, timezone=timezone) is not None
    ]
    chosen: list[NewShop] = []
    while able and len(chosen) < wish.orders:
        shop = rng.choices(able, weights=[_kind(each).pull for each in able])[0]
        able.remove(shop)
        chosen.append(shop)
    return chosen


def _placed(wish: _Wish, rng: random.Random) -> NewOrder:
    """Write what the wish's orders have in common: who, where, when."""
    door, by_point = wish.door, rng.random() < 0.06
    return NewOrder(
        reference="-",
        shop="-",
        recipient=wish.recipient,
        fulfilment=wish.fulfilment,
        basket_cents=0,
        parcels=(parcel(trades.OTHER.goods[0].size),),
        address=spelling(door, rng=rng) if door and not by_point else None,
        point=door.point if door and by_point else None,
        slot_starts_at=wish.slot.starts_at if wish.slot else None,
        note=rng.choice(NOTES) if door and rng.random() < 0.12 else "",
    )


def _kind(shop: NewShop) -> trades.Kind:
    return next((kind for kind in trades.KINDS if kind.french == shop.trade), trades.OTHER)


def _basket_cents(shop: NewShop, rng: random.Random) -> int:
    """Draw a basket in the trade's range, smaller ones more often, to the ten cents."""
    low, high = _kind(shop).basket_cents
    return round((low + (high - low) * rng.betavariate(1.6, 3.2)) / 10) * 10


def _parcels(shop: NewShop, rng: random.Random) -> tuple[Parcel, ...]:
    goods = _kind(shop).goods
    count = 2 if rng.random() < 0.14 else 1
    drawn = rng.choices(goods, weights=[each.weight for each in goods], k=count)
    return tuple(
        parcel(
            each.size,
            weight_g=rng.randrange(300, 2_000, 100) if rng.random() < 0.08 else None,
            temperature=each.temperature,
            fragile=each.fragile,
            age_check=each.age_check,
        )
        for each in drawn
    )
