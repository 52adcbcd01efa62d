"""A statement narrowed, summed, and held against the ledger."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery import review
from delivery.orders import Fulfilment
from delivery.programmes import Claim
from delivery.proofs import ProofKind
from delivery.review import Filter
from delivery.statements import Line, Proven, Statement, StatementState
from tests import builders
from tests.money_builders import NOVEMBER

PARIS = ZoneInfo("Europe/Paris")


def a_line(position: int = 1, *, net: int = 500, zone: str = "ville", **changes: object) -> Line:
    values: dict[str, object] = {
        "delivery_id": position,
        "service_at": datetime(2026, 11, 20, 23, 30, tzinfo=UTC),
        "claim": Claim(on=builders.DAY, fulfilment=Fulfilment.HOME, zone_code=zone),
        "household": "h",
        "envelope_id": 1,
        "held_cents": 780,
        "withheld": (),
        "orders": 1,
        "parcels": 2,
        "proof_kind": "code",
        "proof_sha256": "a" * 64,
        **changes,
    }
    return Line(
        position=position,
        proven=Proven(**values),  # type: ignore[arg-type]
        tariff_cents=650,
        net_cents=net,
        vat_cents=net // 5,
        reasons=(("tariff", {}), ("share" if net else "household_month_max", {})),
    )


def a_statement(lines: list[Line]) -> Statement:
    return Statement(
        id=1,
        programme_id=1,
        number="ETAT-2026-11-01",
        month=NOVEMBER,
        state=StatementState.DRAFT,
        lines=len(lines),
        net_cents=sum(line.net_cents for line in lines),
        vat_cents=sum(line.vat_cents for line in lines),
        residual_cents=sum(line.residual_cents for line in lines),
        head_sha256="0" * 64,
        closed_at=builders.NOON,
    )


@given(st.lists(st.tuples(st.integers(0, 650), st.sampled_from(["a", "b", "c"]))))
def test_sums_by_anything_come_to_the_whole(parts: list[tuple[int, str]]) -> None:
    lines = [a_line(n, net=net, zone=zone) for n, (net, zone) in enumerate(parts, start=1)]
    whole = review.totals(lines)
    for key in (review.zone, review.fulfilment, review.rule):
        grouped = review.by(lines, key).values()
        assert sum(each.count for each in grouped) == whole.count == len(lines)
        assert sum(each.gross_cents for each in grouped) == whole.gross_cents
        assert sum(each.residual_cents for each in grouped) == whole.residual_cents
        assert sum(each.unpaid for each in grouped) == whole.unpaid
        amounts = [each.gross_cents for each in grouped]
        assert amounts == sorted(amounts, reverse=True)


@pytest.mark.parametrize(
    ("asked", "lets"),
    [
        (Filter(), True),
        (Filter(zone="ville"), True),
        (Filter(zone="hameaux"), False),
        (Filter(fulfilment=Fulfilment.DRIVE), False),
        (Filter(proof=ProofKind.CODE), True),
        (Filter(proof=ProofKind.NOTE), False),
        (Filter(rule="share"), True),
        (Filter(rule="tariff"), False),
        (Filter(day=datetime(2026, 11, 21).date()), True),
        (Filter(day=builders.DAY), False),
        (Filter(delivery_id=1), True),
        (Filter(delivery_id=2), False),
        (Filter(unpaid=True), False),
    ],
)
def test_a_filter_asks_for_what_it_says_on_the_towns_clocks(asked: Filter, lets: bool) -> None:
    assert asked.lets(a_line(), PARIS) is lets


def test_what_costs_nothing_is_found() -> None:
    assert Filter(unpaid=True).lets(a_line(net=0), PARIS)


def test_statement_lines_and_ledger_hold_together_or_say_where_they_do_not() -> None:
    lines = [a_line(1), a_line(2), a_line(3, net=0)]
    settled = {1: 600, 2: 600}
    assert review.control(a_statement(lines), lines, settled).holds
    for statement, moved, faulty in (
        (replace(a_statement(lines), net_cents=1), settled, ()),
        (a_statement(lines), {1: 599, 2: 601}, (1, 2)),
        (a_statement(lines), {1: 600, 2: 600, 3: 1}, (3,)),
    ):
        found = review.control(statement, lines, moved)
        assert not found.holds
        assert found.faulty == faulty
