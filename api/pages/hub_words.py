"""How the hub's counter says when, where next and how to keep: short, for a glance."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import api.words
from api.operations.hub import Placed
from api.pages.label_words import marks
from api.visits import Login
from data.documents import grouped
from data.hub import HubOrder, Ride
from data.parcels import KeptParcel
from delivery.orders import Fulfilment, OrderState
from delivery.rounds import TaskKind

GAP = "\N{NO-BREAK SPACE}"
#: How a state looks beside its words.
LOOKS = {
    OrderState.DROPPED_OFF: "caution",
    OrderState.AT_HUB: "good",
    OrderState.AT_DRIVE: "good",
    OrderState.HANDED_OVER: "good",
    OrderState.DELIVERED: "good",
    OrderState.COLLECTED: "accent",
}


def at_counter(login: Login) -> str:
    """Name who takes a step at the hub's counter: the hub, and whose account it was."""
    return f"hub:{login.account_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HubWords:
    """Says things in a language and in the town's own time; `today` is spared where it is meant."""

    language: str
    timezone: ZoneInfo
    today: date

    @classmethod
    def of(cls, login: Login, now: datetime, language: str) -> "HubWords":
        """Speak to whoever is logged in."""
        today = now.astimezone(login.timezone).date()
        return cls(language=language, timezone=login.timezone, today=today)

    def hour(self, moment: datetime) -> str:
        """Say a time of day."""
        return api.words.hour(moment.astimezone(self.timezone), self.language)

    def slot(self, order: HubOrder) -> str:
        """Say an order's slot, with its day where that is not today."""
        hours = f"{self.hour(order.slot_starts_at)}{GAP}– {self.hour(order.slot_ends_at)}"
        day = order.slot_starts_at.astimezone(self.timezone).date()
        if day == self.today:
            return hours
        return f"{api.words.weekday(day, self.language)}, {hours}"

    def next_place(self, placed: Placed) -> str:
        """Say where an order goes that is here, in a few large words."""
        if placed.order.fulfilment is Fulfilment.DRIVE:
            return self._say("hub_next_drive")
        if placed.ride is None or placed.ride.kind is not TaskKind.PICKUP:
            return self._say("hub_next_none")
        return self._say(
            "hub_next_round",
            vehicle=placed.ride.vehicle,
            hour=self.hour(placed.ride.planned_at),
        )

    def coming(self, ride: Ride) -> str:
        """Say which round brings something, and when."""
        return self._say("hub_coming_round", vehicle=ride.vehicle, hour=self.hour(ride.planned_at))

    def leaving(self, ride: Ride | None) -> str:
        """Say which round takes something, and when."""
        if ride is None:
            return self._say("hub_leaving_none")
        return self._say("hub_leaving_round", vehicle=ride.vehicle, hour=self.hour(ride.planned_at))

    def keeping(self, order: HubOrder) -> list[str]:
        """Say how an order must be kept."""
        found = []
        if order.is_chilled:
            found.append(self._say("hub_keep_chilled"))
        if order.is_frozen:
            found.append(self._say("hub_keep_frozen"))
        return found

    def look(self, order: HubOrder) -> str:
        """Name the badge of an order's state."""
        return LOOKS.get(order.state, "plain")

    def state(self, order: HubOrder) -> str:
        """Say where an order stands."""
        return self._say(f"hub_state_{order.state.value}")

    def code(self, parcel: KeptParcel) -> str:
        """Write a parcel's code as on its label."""
        return grouped(parcel.code)

    def marks(self, parcel: KeptParcel) -> list[str]:
        """Say what its label says of a parcel."""
        return [self._say(f"hub_label_{mark.value}") for mark in marks(parcel.parcel)]

    def _say(self, code: str, **parameters: object) -> str:
        return api.words.text(code, parameters, self.language)
