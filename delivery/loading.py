"""A delivery as one shipment: where its parcels are fetched, where they go, and by when.

Parcels are fetched at every shop the delivery is bought from, or at the hub where the shop brings
them; they go to the door within the slot, or to the drive before it opens.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from shapely import Point

from delivery.day import Day
from delivery.fleet import Hub
from delivery.orders import Fulfilment, Order
from delivery.parcels import total
from delivery.pooling import Delivery
from delivery.rounds import StopKind
from delivery.shops import Shop
from delivery.slots import Slot
from routing.shipment import Shipment, Task

#: Seconds per parcel, taken or given; and for the recipient's code or note. Our own estimates,
#: to be learned from each town's days.
PARCEL_S = 15
PROOF_S = 30
#: Parcels must lie on the drive's shelf so long before its slot opens.
SHELVING = timedelta(minutes=15)
#: A shop that brings its parcels has them at the hub so long after they are ready.
BRINGING = timedelta(minutes=30)
#: Longest ride of cold parcels in an insulated box. Our own prudent figures.
LONGEST_CHILLED_S = 5_400
LONGEST_FROZEN_S = 2_700
#: Leaving a delivery out costs more than any detour in a town: 200 euros.
UNSERVED_MILLICENTS = 20_000_000


type Window = tuple[datetime, datetime]


class ShopClosed(Exception):
    """No opening hours of a shop allow fetching its parcels in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consignment:
    """A delivery to plan, with its slot and the orders it pools (called-off ones left out)."""

    delivery: Delivery
    slot: Slot
    orders: tuple[Order, ...]

    @property
    def contents(self) -> dict[int, str]:
        """The fingerprints of the orders, by id: what a plan remembers of them."""
        return {order.id: fingerprint(order) for order in self.orders}


def fingerprint(order: Order) -> str:
    """Write what planning reads of an order itself: when it is ready, and what there is to load."""
    ready = order.ready_at.timestamp() if order.ready_at else None
    return f"{ready} {len(order.parcels)} {total(order.parcels)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place of the day as a stop would show it."""

    kind: StopKind
    label: str
    point: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A shipment and the trade it stands for: `orders[k]` change hands at pickup k."""

    delivery: Delivery
    orders: tuple[tuple[int, ...], ...]
    shipment: Shipment


class LoadingDay:
    """Turns deliveries into loads, collecting the day's places; place 0 is the hub."""

    def __init__(self, day: Day, hub: Hub, shops: Mapping[int, Shop]) -> None:
        """Begin with the hub alone."""
        self.day = day
        self.shops = shops
        self.spots = [Spot(kind=StopKind.HUB, label=hub.name, point=hub.point)]
        self._index: dict[tuple[StopKind, str, float, float], int] = {}

    def load(self, consignment: Consignment) -> Load | None:
        """Return the delivery's load; None when its shops bring everything to the drive.

        Raises ShopClosed.
        """
        _, until = handover_window(self.day, consignment.delivery.fulfilment, consignment.slot)
        pickups = list(self._pickups(consignment, until))
        if not pickups:
            return None
        moved = [order for _, orders in pickups for order in orders]
        shipment = Shipment(
            pickups=tuple(task for task, _ in pickups),
            amounts=tuple(
                total(parcel for order in orders for parcel in order.parcels)
                for _, orders in pickups
            ),
            dropoff=self._dropoff(consignment, moved),
            penalty=UNSERVED_MILLICENTS,
            longest_ride_s=_longest_ride_s(moved),
        )
        by_pickup = tuple(tuple(order.id for order in orders) for _, orders in pickups)
        return Load(delivery=consignment.delivery, orders=by_pickup, shipment=shipment)

    def _pickups(self, consignment: Consignment, until: datetime) -> list[tuple[Task, list[Order]]]:
        by_shop: dict[int, list[Order]] = {}
        brought: list[Order] = []
        for order in consignment.orders:
            if not self.shops[order.shop_id].brings_parcels:
                by_shop.setdefault(order.shop_id, []).append(order)
            elif consignment.delivery.fulfilment is Fulfilment.HOME:
                brought.append(order)
        windows = {
            shop_id: self._opening(self.shops[shop_id], orders, until)
            for shop_id, orders in sorted(by_shop.items())
        }
        first_closing = min((closes for _, closes in windows.values()), default=until)
        pickups = [
            (self._fetched(shop_id, orders, windows[shop_id], first_closing), orders)
            for shop_id, orders in sorted(by_shop.items())
        ]
        if brought:
            pickups.append((self._brought(brought, until), brought))
        return pickups

    def _fetched(
        self, shop_id: int, orders: Sequence[Order], window: Window, first_closing: datetime
    ) -> Task:
        """Fetch while the shop that closes first is open too, where the parcels are ready."""
        shop = self.shops[shop_id]
        with suppress(ShopClosed):
            window = self._opening(shop, orders, first_closing)
        opens, closes = window
        return Task(
            place=self._place(StopKind.SHOP, shop.name, shop.point),
            earliest_s=self.day.seconds(opens),
            latest_s=self.day.seconds(closes),
            service_s=_parcels_s(orders),
        )

    def _opening(self, shop: Shop, orders: Sequence[Order], until: datetime) -> Window:
        """Return the shop's last opening hours that begin before `until`, from when all is ready.

        Raises ShopClosed.
        """
        ready = max((order.ready_at for order in orders if order.ready_at), default=None)
        for opening in reversed(shop.hours(self.day.date)):
            opens, closes = self.day.at(opening.opens), self.day.at(opening.closes)
            if opens < until:
                earliest = opens if ready is None else max(opens, ready)
                if earliest <= closes:
                    return earliest, closes
                break
        raise ShopClosed

    def _brought(self, orders: Sequence[Order], until: datetime) -> Task:
        bringing = [order.ready_at + BRINGING for order in orders if order.ready_at]
        return Task(
            place=0,
            earliest_s=self.day.seconds(min(until, max(bringing, default=self.day.starts_at))),
            latest_s=self.day.seconds(until),
            service_s=_parcels_s(orders),
        )

    def _dropoff(self, consignment: Consignment, orders: Sequence[Order]) -> Task:
        earliest_at, latest_at = handover_window(
            self.day, consignment.delivery.fulfilment, consignment.slot
        )
        is_drive = consignment.delivery.fulfilment is Fulfilment.DRIVE
        place = consignment.delivery.place
        return Task(
            place=0 if is_drive else self._place(StopKind.DOOR, place.label, place.point),
            earliest_s=self.day.seconds(earliest_at),
            latest_s=self.day.seconds(latest_at),
            service_s=(0 if is_drive else PROOF_S) + _parcels_s(orders),
        )

    def _place(self, kind: StopKind, label: str, point: Point) -> int:
        key = (kind, label if kind is StopKind.SHOP else "", point.x, point.y)
        if key not in self._index:
            self._index[key] = len(self.spots)
            self.spots.append(Spot(kind=kind, label=label, point=point))
        return self._index[key]


def handover_window(day: Day, fulfilment: Fulfilment, slot: Slot) -> Window:
    """Return from when until when a round may hand over what a slot promises, in whole seconds."""
    if fulfilment is Fulfilment.DRIVE:
        window = day.starts_at, slot.starts_at - SHELVING
    else:
        window = slot.starts_at, slot.ends_at
    earliest_at, latest_at = (day.moment(day.seconds(moment)) for moment in window)
    return earliest_at, latest_at


def _parcels_s(orders: Sequence[Order]) -> int:
    return PARCEL_S * sum(len(order.parcels) for order in orders)


def _longest_ride_s(orders: Sequence[Order]) -> int | None:
    _, _, chilled_l, frozen_l = total(parcel for order in orders for parcel in order.parcels)
    if frozen_l:
        return LONGEST_FROZEN_S
    return LONGEST_CHILLED_S if chilled_l else None
