"""A month is decided in canonical order, and its columns equal its invoice."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.orders import Fulfilment
from delivery.programmes import Claim, decide, with_vat
from delivery.statements import (
    MonthNotOver,
    Proven,
    decide_lines,
    end,
    household,
    last_day,
    number,
    require_over,
    share_vat,
    vat,
)
from tests.money_builders import a_programme

PARIS = ZoneInfo("Europe/Paris")
NOVEMBER = date(2026, 11, 1)
SERVED = datetime(2026, 11, 20, 14, tzinfo=UTC)


def a_proven(delivery_id: int, minutes: int = 0, *, home: str = "a", held: int = 780) -> Proven:
    return Proven(
        delivery_id=delivery_id,
        service_at=SERVED + timedelta(minutes=minutes),
        claim=Claim(on=date(2026, 11, 20), fulfilment=Fulfilment.HOME, zone_code="ville"),
        household=home,
        envelope_id=3,
        held_cents=held,
        withheld=() if held else (("household_month_max", {"used": 3, "max": 3}),),
        orders=1,
        parcels=2,
        proof_kind="code",
        proof_sha256="a" * 64,
    )


def test_lines_stand_in_order_of_service_then_number() -> None:
    lines = decide_lines([a_proven(3, 5), a_proven(9), a_proven(4)], a_programme(), {})
    assert [(line.position, line.proven.delivery_id) for line in lines] == [(1, 4), (2, 9), (3, 3)]


def test_no_delivery_gives_no_line() -> None:
    assert decide_lines([], a_programme(), {}) == ()


def test_earlier_statements_count_towards_the_households_month() -> None:
    rules = a_programme(household_month_max=3)
    proven = [a_proven(1), a_proven(2, 1), a_proven(3, 2)]
    lines = decide_lines(proven, rules, {("a", NOVEMBER): 1, ("a", date(2026, 10, 1)): 3})
    assert [line.net_cents for line in lines] == [650, 650, 0]
    assert lines[2].residual_cents == 650


def test_a_delivery_that_nothing_is_held_for_costs_nothing_and_takes_no_turn() -> None:
    rules = a_programme(household_month_max=1)
    lines = decide_lines([a_proven(1, held=0), a_proven(2, 1)], rules, {})
    assert [line.net_cents for line in lines] == [0, 650]
    assert lines[0].reasons == (("household_month_max", {"used": 3, "max": 3}),)


def test_holding_less_than_the_rules_decide_is_a_bug() -> None:
    with pytest.raises(ValueError, match="delivery 1"):
        decide_lines([a_proven(1, held=700)], a_programme(), {})


@given(
    homes=st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.booleans())),
    seed=st.integers(0, 10),
    most=st.integers(0, 4),
)
def test_the_close_does_not_depend_on_the_order_of_messages(
    homes: list[tuple[str, int, bool]], seed: int, most: int
) -> None:
    rules = a_programme(
        household_month_max=most, vat_rate=Decimal("0.055"), town_share=Decimal("0.8")
    )
    proven = [
        a_proven(index, minutes, home=home, held=780 if held else 0)
        for index, (home, minutes, held) in enumerate(homes)
    ]
    shuffled = [*proven]
    Random(seed).shuffle(shuffled)
    lines = decide_lines(proven, rules, {})
    assert decide_lines(shuffled, rules, {}) == lines
    granted = Counter(line.proven.household for line in lines if line.net_cents)
    assert all(count <= most for count in granted.values())
    assert all(line.gross_cents <= line.proven.held_cents for line in lines)


@given(
    nets=st.lists(st.integers(0, 100_000)),
    rate=st.decimals(0, 1, places=4) | st.sampled_from([Decimal("0.20"), Decimal("0.055")]),
)
def test_vat_columns_equal_the_invoice_and_stay_under_what_is_held(
    nets: list[int], rate: Decimal
) -> None:
    shares = share_vat(nets, rate)
    assert sum(shares) == vat(sum(nets), rate)
    for net, share in zip(nets, shares, strict=True):
        assert int(net * rate) <= share <= with_vat(net, rate) - net


def test_the_earlier_line_takes_the_cent_of_a_tie() -> None:
    assert share_vat([541, 541, 542, 542, 542], Decimal("0.20")) == [108, 108, 109, 109, 108]


def test_under_the_franchise_there_is_no_vat() -> None:
    lines = decide_lines([a_proven(1, held=650)], a_programme(vat_rate=Decimal(0)), {})
    assert (lines[0].vat_cents, lines[0].gross_cents) == (0, 650)


@given(usage=st.integers(0, 5), rate=st.decimals(0, 1, places=3), tariff=st.integers(0, 2000))
def test_a_line_never_exceeds_what_its_promise_held(usage: int, rate: Decimal, tariff: int) -> None:
    rules = a_programme(vat_rate=rate, tariffs={"ville": tariff})
    proven = [a_proven(index, home=str(index)) for index in range(usage)]
    most = decide(a_proven(1).claim, rules, 0).most_cents
    held = [a_proven(each.delivery_id, home=each.household, held=most) for each in proven]
    assert all(line.gross_cents <= most for line in decide_lines(held, rules, {}))


def test_a_month_ends_on_the_towns_clocks() -> None:
    assert end(date(2026, 10, 1), PARIS).astimezone(UTC) == datetime(2026, 10, 31, 23, tzinfo=UTC)
    assert end(date(2026, 12, 9), PARIS).astimezone(UTC) == datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert last_day(date(2028, 2, 1)) == date(2028, 2, 29)


def test_a_month_that_runs_is_not_closed() -> None:
    with pytest.raises(MonthNotOver):
        require_over(NOVEMBER, PARIS, now=datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC))
    require_over(NOVEMBER, PARIS, now=datetime(2026, 11, 30, 23, tzinfo=UTC))


def test_statements_are_numbered_by_month() -> None:
    assert number(NOVEMBER, 1) == "ETAT-2026-11-01"


def test_a_household_is_a_digest_of_its_place() -> None:
    assert household("12 rue port") == household("12 rue port")
    assert "rue" not in household("12 rue port")
