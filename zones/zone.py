"""A zone of the town: a polygon with a code that tariffs refer to."""

from dataclasses import dataclass
from enum import Enum

from shapely import MultiPolygon, Polygon


class ZoneKind(Enum):
    """What a zone is for."""

    #: Deliveries inside it have its tariff.
    DELIVERY = "delivery"


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A named area of the town; `area` is in WGS84, valid and not empty."""

    code: str
    name: str
    kind: ZoneKind
    area: Polygon | MultiPolygon

    def __post_init__(self) -> None:
        """Refuse a zone without a code, or whose outline crosses itself."""
        if not self.code:
            raise ValueError("a zone needs a code")
        if self.area.is_empty or not self.area.is_valid:
            raise ValueError(f"zone {self.code}: its outline is empty or crosses itself")
