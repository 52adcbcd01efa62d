"""What became of an order, and what its delivery costs whom, in a shop's words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import api.words
from api.operations.entries import CHANNEL
from api.operations.shop_orders import OrderSheet
from api.pages.shop_words import Wording
from data.order_events import OrderEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One line of a story: when, what, by whom, and from what to what."""

    when: str
    text: str
    by: str
    more: tuple[str, ...]


class Story:
    """Tell a shop of one of its orders."""

    def __init__(self, words: Wording) -> None:
        """Keep the words."""
        self._words = words

    def told(self, sheet: OrderSheet) -> list[Told]:
        """Tell what became of an order, the latest first."""
        return [self._line(event, sheet) for event in reversed(sheet.story)]

    def _line(self, event: OrderEvent, sheet: OrderSheet) -> Told:
        texts = api.words.catalogue(self._words.language)
        is_own = event.step == "accept" and sheet.papers.channel.startswith(CHANNEL)
        code = "shop_story_entered" if is_own else f"shop_story_{event.step}"
        said = texts.get(code) or texts.get(f"step_{event.step}", event.step).capitalize()
        return Told(
            when=self._words.moment(event.at),
            text=said,
            by="" if is_own else texts.get(f"shop_by_{event.actor.partition(':')[0]}", ""),
            more=tuple(self._details(event)),
        )

    def _details(self, event: OrderEvent) -> Iterator[str]:
        text, language = self._words.text, self._words.language
        for name, value in event.detail.items():
            match name, value:
                case "basket_cents", [int(before), int(after)]:
                    yield text(
                        "shop_changed_basket",
                        before=api.words.euros(before, language),
                        after=api.words.euros(after, language),
                    )
                case "ready_at", [before, after]:
                    yield text(
                        "shop_changed_ready_at", before=self._at(before), after=self._at(after)
                    )
                case "parcels", [list(before), list(after)]:
                    yield text(
                        "shop_changed_parcels", before=self._load(before), after=self._load(after)
                    )
                case "note", _:
                    yield text("shop_changed_note")
                case "replaced_by", str(reference):
                    yield text("shop_replaced_by", reference=reference)
                case "to", str(moment) if event.step == "move_slot":
                    yield text("shop_changed_slot", after=self._at(moment))
                case _:
                    continue

    def _at(self, written: object) -> str:
        if not isinstance(written, str):
            return self._words.text("shop_any_time")
        return self._words.moment(datetime.fromisoformat(written))

    def _load(self, kinds: Sequence[Sequence[object]]) -> str:
        return ", ".join(
            f"{count} × {self._words.kind(str(size), str(temperature), bool(fragile), bool(age))}"
            for size, temperature, fragile, age, count in kinds
        )

    def money(self, sheet: OrderSheet) -> str:
        """Say what the town pays for the delivery and what is left to its shops; empty for none."""
        if sheet.subsidy is None:
            return ""
        decision = sheet.subsidy.decision
        code = "shop_paid_whole"
        if decision.residual_cents > 0:
            code = "shop_paid_part" if decision.net_cents > 0 else "shop_paid_none"
            code += "_pooled" if sheet.is_pooled else ""
        return self._words.text(
            code,
            town=api.words.euros(decision.net_cents, self._words.language),
            rest=api.words.euros(decision.residual_cents, self._words.language),
        )
