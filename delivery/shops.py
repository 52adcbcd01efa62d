"""Who sells: partner shops, their hours, and whether they bring parcels to the hub themselves."""

from dataclasses import dataclass
from datetime import date, time

from shapely import Point

from delivery.errors import Refusal


class ShopCodeTaken(Refusal):
    """Another shop of the town has this code. Parameters: shop."""

    code = "shop_code_taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One stretch of opening hours: `weekday` 0 is Monday, `closes` is after `opens`."""

    weekday: int
    opens: time
    closes: time

    def __post_init__(self) -> None:
        """Refuse a day that does not exist and hours that run backwards."""
        if not 0 <= self.weekday <= 6:
            raise ValueError(f"weekday must lie in 0..6, not {self.weekday}")
        if self.closes <= self.opens:
            raise ValueError(f"closes ({self.closes}) must come after opens ({self.opens})")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShop:
    """A shop as its town signs it up.

    `code` is how channels name it; `brings_parcels` says that it drops its parcels off at the
    hub itself; `accepts_residual` that it agreed to pay what the town does not.
    """

    code: str
    name: str
    trade: str
    siret: str
    point: Point
    address: str
    opening_hours: tuple[Opening, ...]
    brings_parcels: bool = False
    accepts_residual: bool = False

    def __post_init__(self) -> None:
        """Refuse a shop without a code or a name."""
        if not self.code or not self.name:
            raise ValueError("a shop needs a code and a name")

    def hours(self, day: date) -> tuple[Opening, ...]:
        """Return the day's stretches in order; none when the shop is closed."""
        mine = (opening for opening in self.opening_hours if opening.weekday == day.weekday())
        return tuple(sorted(mine, key=lambda opening: opening.opens))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop(NewShop):
    """A shop the town knows; one that left the programme takes no new orders."""

    id: int
    is_partner: bool = True
