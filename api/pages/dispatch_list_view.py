"""A day's deliveries in words, narrowed by what a dispatcher asks for."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import api.words
from api.operations.deliveries import DeliveryList, DeliveryRow
from api.operations.situations import OPEN
from api.pages.dispatch_words import DASH, Badge, DispatchWords
from delivery.orders import Fulfilment
from delivery.pooling import DeliveryState

type Options = list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What is asked for; an empty text asks for everything."""

    state: str = ""
    zone: str = ""
    slot: str = ""
    shop: str = ""
    kind: str = ""
    ride: str = ""
    text: str = ""

    def __bool__(self) -> bool:
        return any((self.state, self.zone, self.slot, self.shop, self.kind, self.ride, self.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One order of a delivery, for the list."""

    shop: str
    reference: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """One row of the list."""

    delivery_id: int
    label: str
    recipient: str
    orders: tuple[OrderLine, ...]
    badge: Badge
    slot: str
    zone: str
    kind: str
    round: str
    number: int | None
    planned: str
    proof: str
    is_movable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListView:
    """The list, and what each filter offers."""

    rows: tuple[RowView, ...]
    total: int
    states: Options
    zones: Options
    slots: Options
    shops: Options
    kinds: Options
    rides: Options


def view(found: DeliveryList, asked: Filter, words: DispatchWords) -> ListView:
    """Narrow a day's deliveries and put them into words."""
    rows = [row for row in found.rows if _fits(row, found, asked)]
    return ListView(
        rows=tuple(_row(row, found, words) for row in rows),
        total=len(found.rows),
        states=[
            (state.value, words.delivery(state).text)
            for state in DeliveryState
            if any(row.delivery.state is state for row in found.rows)
        ],
        zones=_offered(found.zones.items(), {row.delivery.zone_code for row in found.rows}),
        slots=sorted({(_slot_key(row), _slot_text(row, words)) for row in found.rows}),
        shops=sorted(
            ((str(id_), name) for id_, name in found.shops.items()),
            key=lambda each: _plain(each[1]),
        ),
        kinds=[(each.value, words.text(f"kind_{each.value}")) for each in _KINDS],
        rides=[("sans", words.text("ride_none")), ("avec", words.text("ride_some"))],
    )


_KINDS = (Fulfilment.HOME, Fulfilment.DRIVE)


def _offered(names: Iterable[tuple[str, str]], there: set[str]) -> Options:
    return [(code, name) for code, name in names if code in there]


def _slot_key(row: DeliveryRow) -> str:
    return f"{row.slot.starts_at:%H%M}-{row.slot.kind.value}"


def _slot_text(row: DeliveryRow, words: DispatchWords) -> str:
    hours = words.span(row.slot.starts_at, row.slot.ends_at)
    return f"{hours} {words.text(f'kind_{row.slot.kind.value}')}"


def _fits(row: DeliveryRow, found: DeliveryList, asked: Filter) -> bool:
    return (
        asked.state in ("", row.delivery.state.value)
        and asked.zone in ("", row.delivery.zone_code)
        and asked.slot in ("", _slot_key(row))
        and (not asked.shop or any(str(order.shop_id) == asked.shop for order in row.orders))
        and asked.kind in ("", row.delivery.fulfilment.value)
        and asked.ride in ("", "sans" if _is_without(row) else "avec")
        and _is_meant(_plain(asked.text).split(), _said_of(row, found))
    )


def _is_without(row: DeliveryRow) -> bool:
    is_promised = row.delivery.state is DeliveryState.PROMISED
    return row.round is None and row.needs_ride and is_promised


def _said_of(row: DeliveryRow, found: DeliveryList) -> str:
    """Return all a dispatcher may search a delivery by."""
    said = [str(row.delivery.id), row.delivery.place.label, row.recipient, row.phone or ""]
    for order in row.orders:
        said += [order.reference, order.recipient_name, found.shops.get(order.shop_id, "")]
    return _plain(" ".join(said))


def _is_meant(wanted: Sequence[str], said: str) -> bool:
    """Tell whether each word is in what is said; a phone number may begin with its 0."""
    return all(word in said or _is_phone(word, said) for word in wanted)


def _is_phone(word: str, said: str) -> bool:
    return word.isdecimal() and word.startswith("0") and f"+33{word[1:]}" in said


def _plain(text: str) -> str:
    """Write a text without accents and capitals, as people search."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _row(row: DeliveryRow, found: DeliveryList, words: DispatchWords) -> RowView:
    delivery = row.delivery
    return RowView(
        delivery_id=delivery.id,
        label=delivery.place.label,
        recipient=row.recipient,
        orders=tuple(
            OrderLine(
                shop=found.shops.get(order.shop_id, order.shop_code),
                reference=order.reference,
                state=api.words.text(f"state_{order.state.value}", {}, words.language),
            )
            for order in row.orders
        ),
        badge=words.delivery(delivery.state),
        slot=words.span(row.slot.starts_at, row.slot.ends_at),
        zone=found.zones.get(delivery.zone_code, delivery.zone_code),
        kind=words.text(f"kind_{delivery.fulfilment.value}"),
        round=round_text(row, words),
        number=row.number,
        planned=words.clock(row.planned_at) if row.planned_at else DASH,
        proof=proof(row, words),
        is_movable=is_movable(row),
    )


def round_text(row: DeliveryRow, words: DispatchWords) -> str:
    """Name the round a delivery is in, by number and vehicle."""
    if row.round is None:
        return words.text("no_round" if row.needs_ride else "no_ride_needed")
    return f"{row.number}, {row.round.vehicle}"


def proof(row: DeliveryRow, words: DispatchWords) -> str:
    """Say how and when it was proven, or why it failed."""
    delivery = row.delivery
    if delivery.proven_at is not None and delivery.proof_kind is not None:
        kind = words.text(f"proof_{delivery.proof_kind}")
        return words.text("proof_at", kind=kind, at=words.clock(delivery.proven_at))
    if delivery.failed_reason is not None:
        return words.text(f"failed_{delivery.failed_reason}")
    return ""


def is_movable(row: DeliveryRow) -> bool:
    """Tell whether a dispatcher may still put it elsewhere."""
    is_waiting = row.delivery.state in (DeliveryState.PROMISED, DeliveryState.PLANNED)
    is_open = row.round.state in OPEN if row.round else row.needs_ride
    return is_waiting and is_open
