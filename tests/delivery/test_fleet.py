"""What vehicles may do."""

from datetime import time

import pytest

from delivery.fleet import WorkingPeriod
from tests import builders


def test_a_working_period_of_six_hours_is_legal() -> None:
    assert WorkingPeriod(starts=time(8), ends=time(14)).ends == time(14)


@pytest.mark.parametrize(
    ("starts", "ends"), [(time(8), time(14, 1)), (time(8), time(8)), (time(14), time(8))]
)
def test_a_longer_or_a_backward_working_period_is_refused(starts: time, ends: time) -> None:
    with pytest.raises(ValueError):
        WorkingPeriod(starts=starts, ends=ends)


@pytest.mark.parametrize(
    "changes",
    [
        {"capacity": (1, 2, 3)},
        {"capacity": (1, 2, 3, -4)},
        {"hour_cents": -1},
        {"km_cents": -1},
        {"use_cents": -1},
    ],
)
def test_a_vehicle_has_four_capacities_and_costs_that_are_not_negative(
    changes: dict[str, object],
) -> None:
    with pytest.raises(ValueError):
        builders.a_bike(**changes)
