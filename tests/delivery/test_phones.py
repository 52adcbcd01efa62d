"""Phone numbers as people write them."""

import pytest

from delivery.phones import e164


@pytest.mark.parametrize(
    "written",
    [
        "06 39 98 00 01",
        "0639980001",
        "06.39.98.00.01",
        "06-39-98-00-01",
        "+33 6 39 98 00 01",
        "+33 (0)6 39 98 00 01",
        "0033639980001",
        "  0639980001 ",
    ],
)
def test_a_french_number_is_one_number_however_it_is_written(written: str) -> None:
    assert e164(written) == "+33639980001"


def test_a_foreign_number_keeps_its_country() -> None:
    assert e164("+44 7700 900123") == "+447700900123"


@pytest.mark.parametrize("written", ["", " ", "abc", "12", "06 39 98 00", "+33", "1" * 300])
def test_what_is_no_number_is_refused(written: str) -> None:
    with pytest.raises(ValueError):
        e164(written)
