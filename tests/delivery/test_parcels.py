"""What a parcel weighs, and what rounds are loaded with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.parcels import (
    ASSUMED,
    BULKIEST_L,
    HEAVIEST_G,
    Parcel,
    Size,
    Temperature,
    parcel,
    total,
)

parcels = st.builds(
    Parcel,
    size=st.sampled_from(Size),
    weight_g=st.integers(1, HEAVIEST_G),
    volume_l=st.integers(1, BULKIEST_L),
    temperature=st.sampled_from(Temperature),
)


@pytest.mark.parametrize("size", Size)
def test_a_size_nobody_weighed_has_its_assumed_weight_and_volume(size: Size) -> None:
    assert (parcel(size).weight_g, parcel(size).volume_l) == ASSUMED[size]


def test_what_was_weighed_is_believed() -> None:
    assert parcel(Size.SMALL, weight_g=1).weight_g == 1
    assert parcel(Size.SMALL, volume_l=7).volume_l == 7


@pytest.mark.parametrize(
    "changes", [{"weight_g": 0}, {"weight_g": 30_001}, {"volume_l": 0}, {"volume_l": 251}]
)
def test_what_no_courier_lifts_is_no_parcel(changes: dict[str, int]) -> None:
    with pytest.raises(ValueError):
        parcel(Size.BULKY, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("temperature", "cold"),
    [
        (Temperature.AMBIENT, (0, 0)),
        (Temperature.CHILLED, (10, 0)),
        (Temperature.FROZEN, (0, 10)),
    ],
)
def test_cold_litres_count_in_their_own_column_too(
    temperature: Temperature, cold: tuple[int, int]
) -> None:
    assert parcel(Size.MEDIUM, temperature=temperature).amount == (2_500, 10, *cold)


def test_nothing_weighs_nothing() -> None:
    assert total([]) == (0, 0, 0, 0)


@given(st.lists(parcels), st.lists(parcels))
def test_a_load_is_the_sum_of_its_parts(some: list[Parcel], others: list[Parcel]) -> None:
    both = zip(total(some), total(others), strict=True)
    assert total(some + others) == tuple(one + other for one, other in both)
