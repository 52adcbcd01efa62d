"""The rules decide, and say why."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.orders import Fulfilment
from delivery.programmes import (
    Claim,
    NotFunded,
    OutsideZone,
    ResidualRefused,
    decide,
    require_consent,
    rules_from_json,
    rules_to_json,
)
from tests.money_builders import a_programme

CLAIM = Claim(on=date(2026, 11, 20), fulfilment=Fulfilment.HOME, zone_code="ville")
SHARES = st.decimals(0, 1, places=4)


def test_the_town_pays_the_whole_tariff_of_the_zone() -> None:
    decision = decide(CLAIM, a_programme(), 0)
    assert (decision.tariff_cents, decision.net_cents, decision.residual_cents) == (650, 650, 0)
    assert decision.most_cents == 780
    assert decision.reasons == (
        ("tariff", {"zone": "ville", "cents": 650}),
        ("share", {"share": "1", "cents": 650}),
    )


def test_half_a_cent_of_the_share_goes_to_the_town() -> None:
    rules = a_programme(tariffs={"ville": 655}, town_share=Decimal("0.5"))
    assert decide(CLAIM, rules, 0).net_cents == 328


def test_the_cap_bounds_what_the_town_really_pays() -> None:
    rules = a_programme(town_share=Decimal("0.8"), cap_cents=600)
    decision = decide(CLAIM, rules, 0)
    assert (decision.net_cents, decision.most_cents, decision.residual_cents) == (500, 600, 150)
    assert decision.reasons[-1] == ("cap", {"max": 600, "cents": 500})


def test_a_cap_that_does_not_bind_is_no_reason() -> None:
    codes = [code for code, _ in decide(CLAIM, a_programme(cap_cents=780), 0).reasons]
    assert codes == ["tariff", "share"]


def test_the_household_pays_itself_once_its_month_is_full() -> None:
    rules = a_programme(household_month_max=3)
    assert decide(CLAIM, rules, 2).net_cents == 650
    decision = decide(CLAIM, rules, 3)
    assert (decision.net_cents, decision.most_cents, decision.residual_cents) == (0, 0, 650)
    assert decision.reasons[-1] == ("household_month_max", {"used": 3, "max": 3})


def test_a_zone_without_tariff_is_outside() -> None:
    with pytest.raises(OutsideZone) as refusal:
        decide(replace(CLAIM, zone_code="loin"), a_programme(), 0)
    assert refusal.value.parameters == {"zone": "loin"}


@pytest.mark.parametrize(
    "claim",
    [
        replace(CLAIM, fulfilment=Fulfilment.DRIVE),
        replace(CLAIM, on=date(2025, 12, 31)),
        replace(CLAIM, on=date(2027, 1, 1)),
    ],
)
def test_what_the_programme_does_not_cover_is_not_funded(claim: Claim) -> None:
    with pytest.raises(NotFunded):
        decide(claim, a_programme(), 0)


def test_a_rest_needs_the_consent_of_every_shop() -> None:
    decision = decide(CLAIM, a_programme(town_share=Decimal("0.8")), 0)
    require_consent(decision, every_shop_accepts=True)
    with pytest.raises(ResidualRefused) as refusal:
        require_consent(decision, every_shop_accepts=False)
    assert refusal.value.parameters == {"residual_cents": 130, "tariff_cents": 650}


def test_no_rest_needs_no_consent() -> None:
    require_consent(decide(CLAIM, a_programme(), 0), every_shop_accepts=False)


@given(
    tariff=st.integers(0, 100_000),
    share=SHARES,
    vat_rate=SHARES,
    cap=st.none() | st.integers(0, 100_000),
    most=st.none() | st.integers(0, 4),
    usage=st.integers(0, 6),
)
def test_the_town_never_pays_over_tariff_or_cap(
    tariff: int,
    share: Decimal,
    vat_rate: Decimal,
    cap: int | None,
    most: int | None,
    usage: int,
) -> None:
    rules = a_programme(
        tariffs={"ville": tariff},
        town_share=share,
        vat_rate=vat_rate,
        cap_cents=cap,
        household_month_max=most,
    )
    decision = decide(CLAIM, rules, usage)
    assert 0 <= decision.net_cents <= tariff
    assert decision.net_cents + decision.residual_cents == tariff
    assert decision.net_cents * (1 + vat_rate) <= decision.most_cents
    if cap is not None:
        assert decision.most_cents <= cap
        capped = decision.reasons[-1][0] == "cap"
        assert not capped or (decision.net_cents + 1) * (1 + vat_rate) > cap
    if most is not None and usage >= most:
        assert decision.net_cents == 0


@given(
    tariffs=st.dictionaries(st.text(min_size=1), st.integers(0, 10_000), min_size=1),
    share=SHARES,
    vat_rate=SHARES,
    cap=st.none() | st.integers(0, 10_000),
    fulfilments=st.sampled_from(
        [{Fulfilment.HOME}, {Fulfilment.DRIVE}, {Fulfilment.HOME, Fulfilment.DRIVE}]
    ),
)
def test_rules_survive_the_round_trip_through_json(
    tariffs: dict[str, int],
    share: Decimal,
    vat_rate: Decimal,
    cap: int | None,
    fulfilments: set[Fulfilment],
) -> None:
    rules = a_programme(
        tariffs=tariffs,
        town_share=share,
        vat_rate=vat_rate,
        cap_cents=cap,
        fulfilments=frozenset(fulfilments),
    )
    assert rules_from_json(rules_to_json(rules)) == rules


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", 3),
        ("version", 0),
        ("version", True),
        ("starts_on", "2026-13-01"),
        ("ends_on", "2025-01-01"),
        ("tariffs", []),
        ("tariffs", {}),
        ("tariffs", {"ville": "650"}),
        ("tariffs", {"ville": -1}),
        ("fulfilments", ["counter"]),
        ("fulfilments", ["bike"]),
        ("fulfilments", "home"),
        ("fulfilments", []),
        ("town_share", "1.01"),
        ("town_share", 0.8),
        ("vat_rate", "vingt"),
        ("vat_rate", "NaN"),
        ("cap_cents", -1),
        ("household_month_max", 1.5),
        ("tva", "0.2"),
    ],
)
def test_a_bad_field_is_named(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"^{field}"):
        rules_from_json({**rules_to_json(a_programme()), field: value})


def test_a_missing_field_is_named() -> None:
    document = rules_to_json(a_programme())
    del document["deliberation"]
    with pytest.raises(ValueError, match=r"^deliberation: is missing"):
        rules_from_json(document)
