"""A day's seconds, also on the days when clocks jump."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.day import Day
from tests import builders

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def day(on: date) -> Day:
    return Day(date=on, timezone=builders.PARIS)


@pytest.mark.parametrize(("on", "hours"), [(SPRING, 23), (AUTUMN, 25), (builders.DAY, 24)])
def test_a_day_lasts_as_long_as_the_town_lives_through_it(on: date, hours: int) -> None:
    assert day(on).ends_at - day(on).starts_at == timedelta(hours=hours)


@pytest.mark.parametrize(("on", "hours"), [(SPRING, 9), (AUTUMN, 11), (builders.DAY, 10)])
def test_ten_in_the_morning_is_so_many_hours_after_midnight(on: date, hours: int) -> None:
    assert day(on).seconds(day(on).at(time(10))) == hours * 3600


def test_a_clock_time_is_the_towns_own() -> None:
    assert day(builders.DAY).at(time(15)) == datetime(2026, 11, 20, 14, tzinfo=UTC)
    assert day(date(2026, 7, 1)).at(time(15)) == datetime(2026, 7, 1, 13, tzinfo=UTC)


def test_a_moment_before_the_day_counts_no_seconds() -> None:
    assert day(SPRING).seconds(day(SPRING).starts_at - timedelta(hours=3)) == 0


def test_days_touch() -> None:
    first = date(2026, 3, 27)
    days = [day(first + timedelta(days=number)) for number in range(5)]
    assert [each.ends_at for each in days[:-1]] == [each.starts_at for each in days[1:]]


@given(
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.integers(0, 90_000),
    st.sampled_from(["Europe/Paris", "America/Cayenne", "Indian/Reunion", "Pacific/Noumea"]),
)
def test_seconds_and_moments_are_the_same_thing(on: date, seconds: int, timezone: str) -> None:
    asked = Day(date=on, timezone=ZoneInfo(timezone))
    assert asked.seconds(asked.moment(seconds)) == seconds
