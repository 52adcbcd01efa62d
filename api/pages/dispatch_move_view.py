"""Every move of one delivery in words: what each costs, when the door is reached, what breaks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

import api.words
from api.operations.moves import Options, Preview
from api.operations.situations import FreeTrip
from api.pages.dispatch_rides import write_ride
from api.pages.dispatch_words import DASH, DispatchWords
from delivery.breaches import Breach
from delivery.orders import Fulfilment
from routing.fault import FaultCode

KG = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceView:
    """One place a delivery may go; `number` is its round's, None for a vehicle at home."""

    to: str
    seen: str
    name: str
    hours: str
    number: int | None
    cost: str
    time: str
    distance: str
    door: str
    breaches: tuple[str, ...]
    standing: tuple[str, ...]
    is_aside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveView:
    """All the page of a move shows: `fits` break nothing, the cheapest first."""

    delivery_id: int
    label: str
    window: str
    source: str
    is_assigned: bool
    is_drive: bool
    fits: tuple[PlaceView, ...]
    breaking: tuple[PlaceView, ...]
    aside: PlaceView | None
    gone: str


def view(options: Options, words: DispatchWords) -> MoveView:
    """Put every move of a delivery into words."""
    numbers = {round_id: number for number, round_id in enumerate(options.rounds, start=1)}
    places = [(each, _place(each, options, numbers, words)) for each in options.previews]
    inside = [(preview, place) for preview, place in places if preview.target is not None]
    cheapest = sorted(inside, key=lambda pair: _added(pair[0]))
    return MoveView(
        delivery_id=options.delivery.id,
        label=options.delivery.place.label,
        window=words.text("move_window", hours=words.span(*options.window)),
        source=_source(options, numbers, words),
        is_assigned=options.source is not None,
        is_drive=options.delivery.fulfilment is Fulfilment.DRIVE,
        fits=tuple(place for preview, place in cheapest if preview.is_feasible),
        breaking=tuple(place for preview, place in cheapest if not preview.is_feasible),
        aside=next((place for preview, place in places if preview.target is None), None),
        gone=words.text(
            "move_gone",
            rounds=", ".join(f"{numbers[each.id]} ({each.vehicle})" for each in options.gone),
        )
        if options.gone
        else "",
    )


def _added(preview: Preview) -> int:
    return preview.after.cost_millicents - preview.before.cost_millicents


def _source(options: Options, numbers: dict[int, int], words: DispatchWords) -> str:
    if options.source is None:
        return words.text("move_from_nowhere")
    round_ = options.rounds[options.source]
    planned = [t.planned_at for t in round_.tasks if t.delivery_id == options.delivery.id]
    return words.text(
        "move_from",
        number=numbers[round_.id],
        vehicle=round_.vehicle,
        hours=words.span(round_.departs_at, round_.returns_at),
        at=words.clock(max(planned)),
    )


def _place(
    preview: Preview, options: Options, numbers: dict[int, int], words: DispatchWords
) -> PlaceView:
    before, after, language = preview.before, preview.after, words.language
    cents = _cents(_added(preview))
    metres = after.distance_m - before.distance_m
    seconds = after.paid_s - before.paid_s
    name, hours = _named(preview, options, numbers, words)
    minutes = words.text("move_minutes", count=api.words.whole(round(abs(seconds) / 60), language))
    return PlaceView(
        to=write_ride(preview.target),
        seen=preview.seen,
        name=name,
        hours=hours,
        number=numbers[preview.target] if isinstance(preview.target, int) else None,
        cost=words.signed(cents, api.words.euros(abs(cents), language)),
        time=words.signed(seconds, minutes),
        distance=words.signed(metres, api.words.kilometres(abs(metres), language)),
        door=words.clock(after.arrives_at) if after.arrives_at else DASH,
        breaches=said(preview.breaches, words),
        standing=said(preview.standing, words),
        is_aside=preview.target is None,
    )


def _cents(millicents: int) -> int:
    return round(millicents / 1000)


def _named(
    preview: Preview, options: Options, numbers: dict[int, int], words: DispatchWords
) -> tuple[str, str]:
    match preview.target:
        case None:
            return words.text("move_aside"), ""
        case FreeTrip(vehicle_id=vehicle_id, starts=starts):
            vehicle = options.vehicles[vehicle_id]
            period = next(each for each in vehicle.periods if each.starts == starts)
            hours = words.span(options.day.at(period.starts), options.day.at(period.ends))
            return (
                words.text("move_free", vehicle=vehicle.name),
                words.text("move_free_hours", hours=hours),
            )
        case int(round_id):
            round_ = options.rounds[round_id]
            return (
                words.text("move_round", number=numbers[round_id], vehicle=round_.vehicle),
                words.span(round_.departs_at, round_.returns_at),
            )
        case _:
            assert_never(preview.target)


def said(breaches: Sequence[Breach], words: DispatchWords) -> tuple[str, ...]:
    """Say what breaks, what is missed by most first; once a stop, however much is done there."""
    stops: dict[tuple[object, ...], list[Breach]] = {}
    for each in sorted(breaches, key=lambda each: -each.excess):
        where = (each.code, each.vehicle, each.kind, each.label, each.dimension)
        stops.setdefault(where, []).append(each)
    return tuple(
        _said(worst, words) + (f" {words.count('fault_more', len(more))}" if more else "")
        for worst, *more in stops.values()
    )


def _said(breach: Breach, words: DispatchWords) -> str:
    facts: dict[str, object] = {
        "vehicle": breach.vehicle,
        "place": breach.label,
        "late": words.minutes(breach.excess),
        "planned": words.clock(breach.planned_at) if breach.planned_at else DASH,
        "latest": words.clock(breach.latest_at) if breach.latest_at else DASH,
    }
    match breach.code:
        case FaultCode.TOO_LATE if breach.kind is not None:
            return words.text(f"fault_too_late_{breach.kind.value}", **facts)
        case FaultCode.OVERLOADED:
            is_weight = breach.dimension == "weight_g"
            excess = max(1, round(breach.excess / KG)) if is_weight else breach.excess
            shown = api.words.whole(excess, words.language)
            return words.text(f"fault_overloaded_{breach.dimension}", excess=shown, **facts)
        case _:
            return words.text(f"fault_{breach.code.value}", **facts)
