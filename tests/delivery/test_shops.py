"""When shops are open."""

from datetime import date, time

import pytest

from delivery.shops import Opening
from tests import builders

LUNCH = (
    Opening(weekday=4, opens=time(14), closes=time(19)),
    Opening(weekday=4, opens=time(9), closes=time(12, 30)),
    Opening(weekday=5, opens=time(8), closes=time(13)),
)


def test_a_days_stretches_come_in_order() -> None:
    shop = builders.a_shop(opening_hours=LUNCH)
    assert [each.opens for each in shop.hours(builders.DAY)] == [time(9), time(14)]


def test_a_day_without_hours_is_closed() -> None:
    shop = builders.a_shop(opening_hours=LUNCH)
    assert shop.hours(date(2026, 11, 22)) == ()
    assert len(shop.hours(date(2026, 11, 21))) == 1


@pytest.mark.parametrize(
    "hours",
    [
        {"weekday": 7, "opens": time(9), "closes": time(10)},
        {"weekday": -1, "opens": time(9), "closes": time(10)},
        {"weekday": 0, "opens": time(10), "closes": time(10)},
        {"weekday": 0, "opens": time(19), "closes": time(2)},
    ],
)
def test_hours_that_run_backwards_are_none(hours: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Opening(**hours)  # type: ignore[arg-type]


@pytest.mark.parametrize("changes", [{"code": ""}, {"name": ""}])
def test_a_shop_has_a_code_and_a_name(changes: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        builders.a_shop(**changes)  # type: ignore[arg-type]
