"""Which orders become one delivery, and what may happen to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point

from delivery.orders import Recipient
from delivery.pooling import (
    STEPS,
    DeliveryState,
    DeliveryStep,
    DeliveryStepRefused,
    point_key,
    recipient_key,
    step,
)


@pytest.mark.parametrize("state", DeliveryState)
@pytest.mark.parametrize("taken", DeliveryStep)
def test_a_step_leads_where_the_table_says_and_every_other_is_refused(
    state: DeliveryState, taken: DeliveryStep
) -> None:
    if (state, taken) in STEPS:
        assert step(state, taken) is STEPS[state, taken]
        return
    with pytest.raises(DeliveryStepRefused) as refused:
        step(state, taken)
    assert refused.value.parameters == {"state": state.value, "step": taken.value}


def test_a_proof_stands_wherever_the_delivery_was() -> None:
    able = {state for state, taken in STEPS if taken is DeliveryStep.PROVE}
    assert able == set(DeliveryState) - {DeliveryState.PROVEN, DeliveryState.CANCELLED}


def test_a_delivery_is_called_off_only_before_it_left() -> None:
    able = {state for state, taken in STEPS if taken is DeliveryStep.CANCEL}
    assert able == {DeliveryState.PROMISED, DeliveryState.PLANNED}


def test_a_phone_number_names_a_recipient_wherever_and_whoever_answers() -> None:
    one = Recipient(name="Anne Moreau", phone="+33639980001")
    other = Recipient(name="Paul Moreau", phone="+33639980001")
    assert recipient_key(one, "address:1") == recipient_key(other, "drive")


@pytest.mark.parametrize("name", ["MOREAU Anne", "anne moreau", "Anne  Moreau", "Moreau, Anne"])
def test_without_a_number_the_name_at_the_place_does(name: str) -> None:
    expected = recipient_key(Recipient(name="Anne Moreau"), "address:1")
    assert recipient_key(Recipient(name=name), "address:1") == expected
    assert recipient_key(Recipient(name=name), "address:2") != expected


def test_an_accent_does_not_make_another_person() -> None:
    written = recipient_key(Recipient(name="Gwenaëlle Le Goff"), "address:1")
    assert written == recipient_key(Recipient(name="LE GOFF GWENAELLE"), "address:1")


def test_a_name_is_not_a_number() -> None:
    key = recipient_key(Recipient(name="tel:+33639980001"), "address:1")
    assert key != recipient_key(Recipient(name="x", phone="+33639980001"), "address:1")


@given(st.floats(-179, 179), st.floats(-89, 89))
def test_points_far_apart_are_two_doors(lon: float, lat: float) -> None:
    assert point_key(Point(lon, lat)) == point_key(Point(lon, lat))
    assert point_key(Point(lon, lat)) != point_key(Point(lon + 0.0002, lat))


def test_points_a_few_metres_apart_are_one_door() -> None:
    assert point_key(Point(-2.05001, 48.45001)) == point_key(Point(-2.05004, 48.45004))
