"""A day of the town: between its clocks, moments, and the seconds that rounds count in."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One calendar day in the town's time zone; seconds count from its first moment."""

    date: date
    timezone: ZoneInfo

    @property
    def starts_at(self) -> datetime:
        """Its first moment, in UTC, so that differences are true on the days clocks jump."""
        return self.at(time()).astimezone(UTC)

    @property
    def ends_at(self) -> datetime:
        """The next day's first moment, in UTC."""
        return Day(date=self.date + timedelta(days=1), timezone=self.timezone).starts_at

    def at(self, clock: time) -> datetime:
        """Return the moment when the town's clocks show this time."""
        return datetime.combine(self.date, clock, tzinfo=self.timezone).astimezone(UTC)

    def seconds(self, moment: datetime) -> int:
        """Count seconds from the first moment; none for what lies before it."""
        return max(0, int((moment - self.starts_at).total_seconds()))

    def moment(self, seconds: int) -> datetime:
        """Return the moment so many seconds after the first."""
        return self.starts_at + timedelta(seconds=seconds)
