"""One delivery in words: its orders, its money, its story."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import api.words
from api.operations.deliveries import DeliverySheet, OrderSheet
from api.pages.dispatch_list_view import is_movable, proof, round_text
from api.pages.dispatch_words import DASH, Badge, DispatchWords
from delivery.orders import STEPS, Order, OrderStep
from delivery.parcels import Temperature, total
from delivery.proofs import Event, EventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """One order: what it holds, and whether it may be called off."""

    id: int
    shop: str
    reference: str
    state: str
    contents: tuple[str, ...]
    note: str
    tracking_token: UUID
    is_cancellable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One line of the story."""

    at: datetime
    when: str
    text: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryView:
    """All the page of one delivery shows; `facts` are names with values."""

    id: int
    day: date
    label: str
    badge: Badge
    facts: tuple[tuple[str, str], ...]
    number: int | None
    orders: tuple[OrderView, ...]
    story: tuple[Told, ...]
    is_movable: bool
    is_assigned: bool
    is_draft: bool
    slots: tuple[tuple[str, str], ...]


def view(sheet: DeliverySheet, words: DispatchWords) -> DeliveryView:
    """Put one delivery into words."""
    row = sheet.row
    return DeliveryView(
        id=row.delivery.id,
        day=sheet.day.date,
        label=row.delivery.place.label,
        badge=words.delivery(row.delivery.state),
        facts=tuple(_facts(sheet, words)),
        number=row.number,
        orders=tuple(_order(each, sheet, words) for each in sheet.orders),
        story=tuple(sorted(_story(sheet, words), key=lambda each: each.at)),
        is_movable=is_movable(row),
        is_assigned=row.round is not None,
        is_draft=sheet.is_draft,
        slots=tuple(
            (
                slot.starts_at.isoformat(),
                words.text(
                    f"one_slot_left_{'one' if slot.left == 1 else 'many'}",
                    hours=f"{words.moment(slot.starts_at)}{DASH}{words.clock(slot.ends_at)}",
                    count=slot.left,
                ),
            )
            for slot in sheet.slots
        ),
    )


def _facts(sheet: DeliverySheet, words: DispatchWords) -> Iterator[tuple[str, str]]:
    row, delivery = sheet.row, sheet.row.delivery
    yield words.text("one_recipient"), row.recipient
    if row.phone:
        yield words.text("one_phone"), row.phone
    kind = words.text(f"kind_{delivery.fulfilment.value}")
    yield words.text("one_zone"), f"{sheet.zone}, {kind}"
    yield words.text("one_slot"), words.span(row.slot.starts_at, row.slot.ends_at)
    yield words.text("one_round"), round_text(row, words)
    if row.planned_at is not None:
        yield words.text("one_at"), words.clock(row.planned_at)
    yield words.text("one_promised"), words.moment(delivery.promised_at)
    if said := proof(row, words):
        yield words.text("one_proof"), said
    yield words.text("one_engaged"), _money(sheet, words)
    if sheet.wrong_codes:
        yield words.text("one_tries"), api.words.whole(sheet.wrong_codes, words.language)


def _money(sheet: DeliverySheet, words: DispatchWords) -> str:
    engaged = sheet.row.delivery.engaged_cents
    if not engaged or sheet.subsidy is None:
        return words.text("one_engaged_none")
    decision, language = sheet.subsidy.decision, words.language
    return words.text(
        "one_paid_part" if decision.residual_cents else "one_paid",
        engaged=api.words.euros(engaged, language),
        paid=api.words.euros(decision.net_cents, language),
        left=api.words.euros(decision.residual_cents, language),
    )


def _order(each: OrderSheet, sheet: DeliverySheet, words: DispatchWords) -> OrderView:
    order = each.order
    return OrderView(
        id=order.id,
        shop=sheet.shops.get(order.shop_id, order.shop_code),
        reference=order.reference,
        state=api.words.text(f"state_{order.state.value}", {}, words.language),
        contents=tuple(_contents(order, words)),
        note=order.note,
        tracking_token=each.tracking_token,
        is_cancellable=(order.state, OrderStep.CANCEL) in STEPS,
    )


def _contents(order: Order, words: DispatchWords) -> Iterator[str]:
    weight_g, *_ = total(order.parcels)
    yield words.count("one_parcels", len(order.parcels))
    yield words.text(
        "one_weight", kg=api.words.whole(max(1, round(weight_g / 1000)), words.language)
    )
    temperatures = {parcel.temperature for parcel in order.parcels}
    for temperature in (Temperature.CHILLED, Temperature.FROZEN):
        if temperature in temperatures:
            yield words.text(f"one_{temperature.value}")
    if any(parcel.fragile for parcel in order.parcels):
        yield words.text("one_fragile")
    if any(parcel.age_check for parcel in order.parcels):
        yield words.text("one_age")
    yield words.text("one_basket", amount=api.words.euros(order.basket_cents, words.language))
    if order.ready_at is not None:
        yield words.text("one_ready", at=words.clock(order.ready_at))


def _story(sheet: DeliverySheet, words: DispatchWords) -> Iterator[Told]:
    texts = api.words.catalogue(words.language)
    for each in sheet.orders:
        for event in each.story:
            code = f"dispatch_story_{event.step}"
            said = texts.get(code) or texts.get(f"step_{event.step}", event.step)
            yield Told(
                at=event.at,
                when=words.moment(event.at),
                text=said.format_map({"reference": each.order.reference}),
                by=texts.get(f"dispatch_by_{event.actor.partition(':')[0]}", ""),
            )
    for report in sheet.reports:
        yield from _reported(report, sheet, words)


def _reported(report: Event, sheet: DeliverySheet, words: DispatchWords) -> Iterator[Told]:
    if report.kind in (EventKind.ROUND_STARTED, EventKind.ROUND_FINISHED):
        return
    assert report.task_id is not None and sheet.row.round is not None
    reason = report.payload.get("reason")
    texts = api.words.catalogue(words.language)
    why = texts.get(f"dispatch_failed_{reason}") or words.text("failed_unsaid")
    yield Told(
        at=report.device_at,
        when=words.moment(report.device_at),
        text=words.text(
            f"story_{report.kind.value}",
            vehicle=sheet.row.round.vehicle,
            place=sheet.stops[report.task_id].label,
            why=why,
        ),
        by="",
    )
