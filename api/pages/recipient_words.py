"""An order in the words of its recipient: stages, days, hours."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

import api.words
from api.operations.tracking import Followed, Obstacle, Offer
from delivery.following import GOING, WAYS, Stage
from delivery.orders import Fulfilment
from delivery.slots import Slot

#: Which steps of an order's tale mean that a stage was reached, the surest first.
REACHED_BY: dict[Stage, tuple[str, ...]] = {
    Stage.PREPARING: ("accept",),
    Stage.READY: ("prepare", "drop_off", "receive_at_hub"),
    Stage.ON_THE_WAY: ("collect",),
    Stage.WAITING: ("receive_at_drive",),
    Stage.DONE: ("deliver", "hand_over"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One stage of the way: its words, how it stands (done, now, ahead), when it was reached."""

    text: str
    standing: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A slot to choose: its value in the form, its hours, whether it joins another delivery."""

    value: str
    hours: str
    joins: bool


class Wording:
    """Say what a recipient follows in a language, by the town's clocks."""

    def __init__(self, timezone: ZoneInfo, language: str) -> None:
        """Keep both."""
        self._timezone = timezone
        self._language = language

    def way(self, followed: Followed) -> Iterator[Mark]:
        """Return the stages of the order's way; none for one that left it."""
        fulfilment = followed.order.fulfilment
        stages = WAYS[fulfilment]
        if followed.stage not in {*GOING, Stage.DONE}:
            return
        # An order on the road to the drive is packed and not there yet.
        at = stages.index(followed.stage if followed.stage in stages else Stage.READY)
        is_over = followed.stage is Stage.DONE
        for index, stage in enumerate(stages):
            code = f"recipient_way_{stage.value}"
            if stage in {Stage.WAITING, Stage.DONE}:
                code += f"_{fulfilment.value}"
            is_now = index == at and not is_over
            yield Mark(
                text=self._text(code),
                standing="now" if is_now else "done" if index <= at else "ahead",
                at=self._short(_reached_at(followed, stage)) if index <= at else "",
            )

    def done_at(self, followed: Followed) -> str:
        """Say when the order was handed over; nothing where it was not."""
        at = _reached_at(followed, Stage.DONE)
        if followed.passage and followed.passage.delivery.proven_at:
            at = followed.passage.delivery.proven_at
        if followed.stage is not Stage.DONE or at is None:
            return ""
        return self._text("recipient_done_at", **self.moment(at))

    def moment(self, at: datetime) -> dict[str, str]:
        """Return a moment's day and time, for sentences."""
        local = at.astimezone(self._timezone)
        return {
            "day": api.words.weekday(local.date(), self._language),
            "time": api.words.hour(local, self._language),
        }

    def between(self, start: datetime, end: datetime) -> str:
        """Say from when until when."""
        return self._text(
            "recipient_between", start=self.moment(start)["time"], end=self.moment(end)["time"]
        )

    def slot(self, slot: Slot) -> str:
        """Say a slot with its day."""
        day = self.moment(slot.starts_at)["day"]
        return f"{day}, {self.between(slot.starts_at, slot.ends_at)}"

    def days(self, offers: Iterable[Offer]) -> list[tuple[str, list[Choice]]]:
        """Return the slots on offer, day by day."""
        return [
            (
                day,
                [
                    Choice(
                        value=offer.slot.starts_at.isoformat(),
                        hours=self.between(offer.slot.starts_at, offer.slot.ends_at),
                        joins=offer.joins,
                    )
                    for offer in of_day
                ],
            )
            for day, of_day in groupby(offers, key=lambda o: self.moment(o.slot.starts_at)["day"])
        ]

    def _short(self, at: datetime | None) -> str:
        if at is None:
            return ""
        local = at.astimezone(self._timezone)
        day = api.words.short_day(local.date(), self._language)
        return f"{day}, {api.words.hour(local, self._language)}"

    def _text(self, code: str, **parameters: str) -> str:
        return api.words.text(code, parameters, self._language)


def _reached_at(followed: Followed, stage: Stage) -> datetime | None:
    steps = REACHED_BY[stage]
    if stage is Stage.WAITING and followed.passage is None:
        steps = REACHED_BY[Stage.READY]
    return next((at for step in steps if (at := followed.happened.get(step))), None)


def stage_code(followed: Followed) -> str:
    """Return the code of the words for how far it is; what is over is said alike everywhere."""
    stage = followed.stage
    if stage in GOING or stage is Stage.DONE:
        return f"recipient_stage_{followed.order.fulfilment.value}_{stage.value}"
    return f"recipient_stage_{stage.value}"


def fixed(followed: Followed) -> str:
    """Return the code of why the slot stays as it is, empty where it may change or is past."""
    if followed.stage not in GOING or followed.passage is None:
        return ""
    obstacle = followed.passage.obstacle
    if obstacle is None:
        return ""
    if obstacle is Obstacle.PLANNED and followed.order.fulfilment is Fulfilment.DRIVE:
        return "recipient_fixed_drive"
    return f"recipient_fixed_{obstacle.value}"
