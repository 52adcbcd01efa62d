"""The demo's orders as deliveries to plan, without a database.

They are pooled by recipient, slot and place as intake does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from zoneinfo import ZoneInfo

import data.demo.day
from data.demo.slots import slots_of_day
from data.demo.trade import TownPlaces, Trade
from delivery.addresses import NewAddress, fold, split_town
from delivery.day import Day
from delivery.loading import Consignment
from delivery.orders import Fulfilment, NewOrder, Order, OrderState
from delivery.pooling import Delivery, DeliveryState, Place, point_key
from delivery.shops import Shop
from delivery.slots import Slot

TIMEZONE = "Europe/Paris"
#: A Friday: every shop is open.
DAY = Day(date=date(2026, 10, 16), timezone=ZoneInfo(TIMEZONE))
#: The demo's slots have places for so many orders; a busier day is several such days in one.
ORDERS = 200

type _Key = tuple[str | None, Fulfilment, datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBook:
    """What orders refer to: shops by their code, the town's doors, its drive, its slots."""

    trade: Trade
    places: TownPlaces
    shops: dict[str, Shop]
    doors: dict[str, NewAddress]
    slots: tuple[Slot, ...]

    @classmethod
    def of(cls, trade: Trade, places: TownPlaces) -> "OrderBook":
        """Number the shops and the slots, and key the doors."""
        return cls(
            trade=trade,
            places=places,
            shops={shop.code: shop for shop in _shops(trade)},
            doors={door.key: door for door in places.addresses},
            slots=tuple(_slots()),
        )

    def consignments(self) -> Iterator[Consignment]:
        """Yield deliveries without end, a day's orders after the other."""
        numbers = count(1)
        for seed in count(1):
            for orders in self._pooled(seed):
                number = next(numbers)
                # A delivery's orders are numbered after it.
                yield self._consignment(orders, number)

    def _pooled(self, seed: int) -> list[list[NewOrder]]:
        pooled: dict[_Key, list[NewOrder]] = {}
        demo = data.demo.day.orders_of_day(
            self.trade, self.places, day=DAY.date, timezone=TIMEZONE, seed=seed, orders=ORDERS
        )
        for order in (each.order for each in demo):
            if order.fulfilment is not Fulfilment.COUNTER:
                key = order.recipient.phone, order.fulfilment, order.slot_starts_at
                pooled.setdefault(key, []).append(order)
        return list(pooled.values())

    def _consignment(self, orders: Sequence[NewOrder], number: int) -> Consignment:
        first = orders[0]
        slot = self._slot(first)
        delivery = Delivery(
            id=number,
            slot_id=slot.id,
            recipient_id=number,
            fulfilment=first.fulfilment,
            place=self._place(first),
            zone_code="",
            state=DeliveryState.PROMISED,
            code="0000",
            engaged_cents=0,
            promised_at=DAY.starts_at,
        )
        numbered = enumerate(orders, start=number * 100)
        return Consignment(
            delivery=delivery,
            slot=slot,
            orders=tuple(self._order(order, id_, number) for id_, order in numbered),
        )

    def _slot(self, order: NewOrder) -> Slot:
        return next(
            slot
            for slot in self.slots
            if slot.kind.value == order.fulfilment.value and slot.starts_at == order.slot_starts_at
        )

    def _place(self, order: NewOrder) -> Place:
        if order.fulfilment is Fulfilment.DRIVE:
            return Place(key="drive", label=self.trade.hub.name, point=self.trade.hub.point)
        if order.point is not None:
            key = point_key(order.point)
            return Place(key=key, label=key, point=order.point)
        key = fold(split_town(order.address or "")[0])
        return Place(key=key, label=self.doors[key].label, point=self.doors[key].point)

    def _order(self, order: NewOrder, id_: int, delivery_id: int) -> Order:
        return Order(
            id=id_,
            reference=order.reference,
            channel_id=1,
            shop_id=self.shops[order.shop].id,
            shop_code=order.shop,
            recipient_name=order.recipient.name,
            recipient_phone=order.recipient.phone,
            fulfilment=order.fulfilment,
            state=OrderState.ACCEPTED,
            basket_cents=order.basket_cents,
            delivery_id=delivery_id,
            code=None,
            ready_at=order.ready_at,
            note=order.note,
            parcels=order.parcels,
        )


def _shops(trade: Trade) -> Iterator[Shop]:
    for number, shop in enumerate(trade.shops, start=1):
        yield Shop(
            id=number,
            code=shop.code,
            name=shop.name,
            trade=shop.trade,
            siret=shop.siret,
            point=shop.point,
            address=shop.address,
            opening_hours=shop.opening_hours,
            brings_parcels=shop.brings_parcels,
            accepts_residual=shop.accepts_residual,
        )


def _slots() -> Iterator[Slot]:
    for number, slot in enumerate(slots_of_day(DAY.date, TIMEZONE), start=1):
        yield Slot(
            id=number,
            booked=0,
            kind=slot.kind,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            cutoff_at=slot.cutoff_at,
            capacity=slot.capacity,
        )
