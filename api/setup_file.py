"""The file a town is set up with: hub, zones, fleet, slots, programme, credits, as JSON.

A stop-gap with the exactness of the pages to come: every fault is named by its field.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError
from shapely import MultiPolygon, Point, Polygon
from shapely.errors import ShapelyError
from shapely.geometry import shape

from api.texts import without_nul
from delivery.fleet import Hub, NewVehicle, WorkingPeriod
from delivery.programmes import Programme, rules_from_json
from delivery.slots import NewSlot, SlotKind
from zones.zone import Zone, ZoneKind

Cents = Annotated[int, Field(ge=0, le=10**12)]
Whole = Annotated[int, Field(ge=0, le=10**9)]


def _by_the_town_s_clocks(value: time) -> time:
    if value.tzinfo is not None:
        raise PydanticCustomError("time", "not a time of day")
    return value


#: A time of day as the town's clocks show it.
Clock = Annotated[time, AfterValidator(_by_the_town_s_clocks)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HubIn(_Strict):
    """Where rounds begin and end."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    drive: bool = True
    setup_s: Annotated[int, Field(ge=0, le=3600)] = 60

    def hub(self) -> Hub:
        """Return the record of the trade."""
        return Hub(
            name=self.name,
            point=Point(self.lon, self.lat),
            has_drive=self.drive,
            setup_s=self.setup_s,
        )


class ZoneIn(_Strict):
    """A zone; `area` is a GeoJSON Polygon or MultiPolygon."""

    code: Annotated[str, Field(min_length=1, max_length=40)]
    name: Annotated[str, Field(min_length=1, max_length=120)]
    area: dict[str, Any]

    def zone(self) -> Zone:
        """Return the record of the map.

        Raises ValueError where the outline is no polygon or crosses itself.
        """
        area = shape(self.area)
        if not isinstance(area, Polygon | MultiPolygon):
            raise ValueError(f"{self.code}: Polygon, MultiPolygon")
        return Zone(code=self.code, name=self.name, kind=ZoneKind.DELIVERY, area=area)

    @model_validator(mode="after")
    def _is_a_polygon(self) -> Self:
        try:
            self.zone()
        except (AttributeError, LookupError, TypeError, ShapelyError) as error:
            raise ValueError(f"{self.code}: GeoJSON") from error
        return self


class CapacityIn(_Strict):
    """What a vehicle holds; cold litres are part of the volume."""

    weight_g: Whole
    volume_l: Whole
    chilled_l: Whole = 0
    frozen_l: Whole = 0


class VehicleIn(_Strict):
    """A vehicle; `periods` are its working periods, six hours at most each."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    profile: Literal["cargo_bike", "van"]
    capacity: CapacityIn
    periods: Annotated[tuple[tuple[Clock, Clock], ...], Field(min_length=1)]
    hour_cents: Whole
    km_cents: Whole
    use_cents: Whole = 0

    @model_validator(mode="after")
    def _has_fit_periods(self) -> Self:
        self.vehicle()
        return self

    def vehicle(self) -> NewVehicle:
        """Return the record of the trade."""
        capacity = self.capacity
        return NewVehicle(
            name=self.name,
            profile=self.profile,
            capacity=(
                capacity.weight_g,
                capacity.volume_l,
                capacity.chilled_l,
                capacity.frozen_l,
            ),
            periods=tuple(WorkingPeriod(starts=start, ends=end) for start, end in self.periods),
            hour_cents=self.hour_cents,
            km_cents=self.km_cents,
            use_cents=self.use_cents,
        )


class WindowIn(_Strict):
    """A window of each day; it closes some minutes before, or the evening before at `eve_at`."""

    kind: SlotKind
    starts: Clock
    ends: Clock
    capacity: Whole
    notice_minutes: Annotated[int, Field(ge=0, le=1440)] = 120
    eve_at: Clock | None = None

    @model_validator(mode="after")
    def _runs_forwards(self) -> Self:
        if self.ends <= self.starts:
            raise ValueError(f"{self.starts} - {self.ends}")
        return self

    def slot(self, day: date, timezone: ZoneInfo) -> NewSlot:
        """Return the window on one day."""
        starts_at = datetime.combine(day, self.starts, tzinfo=timezone)
        cutoff_at = starts_at - timedelta(minutes=self.notice_minutes)
        if self.eve_at is not None:
            cutoff_at = datetime.combine(day - timedelta(days=1), self.eve_at, tzinfo=timezone)
        return NewSlot(
            kind=self.kind,
            starts_at=starts_at,
            ends_at=datetime.combine(day, self.ends, tzinfo=timezone),
            cutoff_at=cutoff_at,
            capacity=self.capacity,
        )


class SlotsIn(_Strict):
    """The same windows on the weekdays (Monday is 1) of a stretch of days."""

    first_day: date
    last_day: date
    weekdays: Annotated[frozenset[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1)]
    windows: Annotated[tuple[WindowIn, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _lasts_a_year_at_most(self) -> Self:
        if not timedelta(0) <= self.last_day - self.first_day <= timedelta(days=366):
            raise ValueError(f"{self.first_day} - {self.last_day}")
        return self

    def slots(self, timezone: ZoneInfo) -> Iterator[NewSlot]:
        """Return every slot, day by day."""
        for step in range((self.last_day - self.first_day).days + 1):
            day = self.first_day + timedelta(days=step)
            if day.isoweekday() in self.weekdays:
                yield from (window.slot(day, timezone) for window in self.windows)


class SetupIn(_Strict):
    """All of a town's trade but its shops; what is left out stays as it is."""

    hub: HubIn | None = None
    zones: tuple[ZoneIn, ...] = ()
    vehicles: tuple[VehicleIn, ...] = ()
    slots: tuple[SlotsIn, ...] = ()
    programme: dict[str, Any] | None = None
    voted_cents: dict[Annotated[int, Field(ge=2000, le=2100)], Cents] = {}

    _no_nul = model_validator(mode="before")(without_nul)

    @field_validator("programme")
    @classmethod
    def _has_fit_rules(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        if value is not None:
            rules_from_json(value)
        return value

    @model_validator(mode="after")
    def _votes_for_a_programme(self) -> Self:
        if self.voted_cents and self.programme is None:
            raise ValueError("voted_cents: programme")
        return self

    def rules(self) -> Programme | None:
        """Return the programme, if there is one."""
        return None if self.programme is None else rules_from_json(self.programme)
