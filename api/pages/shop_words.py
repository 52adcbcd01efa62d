"""A shop's orders in the words of its counter: when, how, what to mind, what to do next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import api.words
from api.operations.shop_orders import Board
from data.shop_orders import Seller, ShopOrder
from delivery.orders import Fulfilment, OrderState
from delivery.parcels import Parcel
from delivery.slots import Slot

_S = OrderState
#: The list's groups in their order, and the states they hold.
GROUPS: dict[str, frozenset[OrderState]] = {
    "prepare": frozenset({_S.RECEIVED, _S.ACCEPTED}),
    "waiting": frozenset({_S.READY, _S.DROPPED_OFF}),
    "gone": frozenset({_S.COLLECTED, _S.AT_HUB, _S.AT_DRIVE}),
    "trouble": frozenset({_S.FAILED, _S.RESCHEDULED, _S.RETURNED, _S.REFUSED}),
    "done": frozenset({_S.DELIVERED, _S.HANDED_OVER, _S.CANCELLED}),
}
#: How a group's state badge looks.
LOOKS = {"prepare": "accent", "waiting": "plain", "gone": "plain", "trouble": "bad", "done": "good"}
#: Groups that read latest first.
LATEST_FIRST = {"trouble", "done"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """The next thing to do with an order: the end of its address and the code of its word."""

    end: str
    code: str
    needs_code: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An order on a list."""

    id: int
    name: str
    reference: str
    time: str
    day: str
    is_late: bool
    mode: str
    parcels: str
    marks: tuple[str, ...]
    look: str
    state: str
    remark: str
    act: Act | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Orders that stand alike."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotChoice:
    """A slot to choose: its value in the form, its day and hours, a remark."""

    value: str
    words: str
    remark: str


def group_of(state: OrderState) -> str:
    """Return the name of the group a state belongs to."""
    return next(name for name, states in GROUPS.items() if state in states)


def next_act(order: ShopOrder, seller: Seller) -> Act | None:
    """Return the shop's next step with an order; None where it waits for somebody else's."""
    is_counter = order.fulfilment is Fulfilment.COUNTER
    match order.state:
        case OrderState.ACCEPTED:
            return Act(end="prete", code="shop_prepare")
        case OrderState.READY if is_counter:
            return Act(end="remettre", code="shop_hand_over", needs_code=True)
        case OrderState.READY if seller.brings_parcels:
            place = "drive" if order.fulfilment is Fulfilment.DRIVE else "hub"
            return Act(end="depot", code=f"shop_drop_off_{place}")
        case _:
            return None


class Wording:
    """Say a shop's orders in a language, by the town's clocks, at a moment."""

    def __init__(self, timezone: ZoneInfo, language: str, now: datetime) -> None:
        """Keep them."""
        self._timezone = timezone
        self.language = language
        self._now = now

    def groups(self, board: Board) -> list[Group]:
        """Sort the list into its groups, what is needed first first."""
        return [
            Group(
                name=name,
                rows=tuple(
                    self.row(order, board.seller)
                    for order in _sorted(
                        [order for order in board.orders if order.state in states],
                        latest_first=name in LATEST_FIRST,
                    )
                ),
            )
            for name, states in GROUPS.items()
        ]

    def row(self, order: ShopOrder, seller: Seller | None = None) -> Row:
        """Say one order of a list; where no shop is named, there is nothing to do with it."""
        needed = _needed_at(order)
        is_open = order.state in GROUPS["prepare"]
        return Row(
            id=order.id,
            name=order.recipient_name,
            reference=order.reference,
            time=self.times(order),
            day=self.day(needed or order.told_at),
            is_late=is_open and needed is not None and needed < self._now,
            mode=self.text(f"shop_mode_{order.fulfilment.value}"),
            parcels=api.words.counted("shop_parcels", order.parcels, self.language),
            marks=tuple(_marks(order)),
            look=LOOKS[group_of(order.state)],
            state=self.text(f"shop_state_{order.state.value}"),
            remark=self._remark(order),
            act=next_act(order, seller) if seller else None,
        )

    def times(self, order: ShopOrder) -> str:
        """Say from when until when it is promised, or from when it is ready."""
        if order.slot_starts_at is not None and order.slot_ends_at is not None:
            return self.hours(order.slot_starts_at, order.slot_ends_at)
        if order.ready_at is not None:
            return self.text("shop_from", time=self.clock(order.ready_at))
        return self.text("shop_any_time")

    def _remark(self, order: ShopOrder) -> str:
        if order.pickup_at is not None:
            return self.text("shop_pickup", time=self.clock(order.pickup_at))
        if order.state is OrderState.FAILED and order.failed_reason is not None:
            return self.text(f"shop_failed_{order.failed_reason}")
        return ""

    def clock(self, moment: datetime) -> str:
        """Write a time of day in the town."""
        return api.words.clock(moment.astimezone(self._timezone), self.language)

    def hours(self, start: datetime, end: datetime) -> str:
        """Write from when until when."""
        return f"{self.clock(start)}\N{EN DASH}{self.clock(end)}"

    def day(self, moment: datetime) -> str:
        """Name a day as people do who live in it; nothing where it is today."""
        days = (self._date(moment) - self._date(self._now)).days
        near = {0: "", 1: self.text("shop_tomorrow"), -1: self.text("shop_yesterday")}
        return near.get(days) or (
            "" if days == 0 else api.words.weekday(self._date(moment), self.language)
        )

    def moment(self, moment: datetime) -> str:
        """Name a day and a time."""
        day = self.day(moment) or self.text("shop_today_word")
        return f"{day} {self.clock(moment)}"

    def slot(self, slot: Slot) -> SlotChoice:
        """Offer a slot, with how many places are left in it."""
        left = api.words.counted("shop_places", slot.left, self.language)
        return self._choice(slot.starts_at, slot.ends_at, left)

    def own_slot(self, starts_at: datetime, ends_at: datetime) -> SlotChoice:
        """Offer an order the slot it has."""
        return self._choice(starts_at, ends_at, self.text("shop_slot_own"))

    def _choice(self, starts_at: datetime, ends_at: datetime, remark: str) -> SlotChoice:
        day = self.day(starts_at) or self.text("shop_today_word")
        return SlotChoice(
            value=starts_at.astimezone(self._timezone).isoformat(),
            words=f"{day.capitalize()} {self.hours(starts_at, ends_at)}",
            remark=remark,
        )

    def _date(self, moment: datetime) -> date:
        return moment.astimezone(self._timezone).date()

    def parcels(self, parcels: Sequence[Parcel]) -> list[str]:
        """Say what there is to carry, alike together: 2 moyens, frais."""
        counts: dict[str, int] = {}
        for parcel in parcels:
            words = self.kind(
                parcel.size.value, parcel.temperature.value, parcel.fragile, parcel.age_check
            )
            counts[words] = counts.get(words, 0) + 1
        return [f"{count} × {words}" for words, count in counts.items()]

    def kind(self, size: str, temperature: str, fragile: bool, age_check: bool) -> str:
        """Say one kind of parcel."""
        words = [self.text(f"shop_size_{size}")]
        if temperature != "ambient":
            words.append(self.text(f"shop_mark_{temperature}"))
        words += [
            self.text(f"shop_mark_{name}")
            for name, is_so in (("fragile", fragile), ("adult", age_check))
            if is_so
        ]
        return ", ".join(words)

    def text(self, code: str, **parameters: object) -> str:
        """Return a sentence of the catalogue."""
        return api.words.text(code, parameters, self.language)


def _needed_at(order: ShopOrder) -> datetime | None:
    return order.pickup_at or order.slot_starts_at or order.ready_at


def _sorted(orders: list[ShopOrder], *, latest_first: bool) -> list[ShopOrder]:
    if latest_first:
        return sorted(orders, key=lambda order: (order.told_at, order.id), reverse=True)
    soonest = min((order.told_at for order in orders), default=None)
    return sorted(orders, key=lambda order: (_needed_at(order) or soonest, order.id))


def _marks(order: ShopOrder) -> Iterator[str]:
    for name, is_so in (
        ("chilled", order.is_chilled),
        ("frozen", order.is_frozen),
        ("fragile", order.is_fragile),
        ("adult", order.needs_age),
    ):
        if is_so:
            yield name
