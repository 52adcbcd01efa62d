"""Programmes are written once, and statements come back as they were written."""

from datetime import date
from decimal import Decimal

import pytest

import api.operations.months as months
import data.programmes
import data.statements
from data.database import Pool, scoped
from delivery.programmes import ProgrammeChanged, ProgrammeOverlaps
from delivery.statements import LineState
from tests import money_builders as money


def test_a_programme_is_saved_once(pool: Pool, town_id: int) -> None:
    with scoped(pool, town_id) as conn:
        saved = data.programmes.save_programme(conn, money.a_programme())
        assert data.programmes.save_programme(conn, money.a_programme()) == saved
        assert data.programmes.find(conn, saved).rules == money.a_programme()


def test_a_version_never_changes(pool: Pool, town_id: int) -> None:
    with scoped(pool, town_id) as conn:
        data.programmes.save_programme(conn, money.a_programme())
        with pytest.raises(ProgrammeChanged):
            data.programmes.save_programme(conn, money.a_programme(town_share=Decimal("0.5")))


def test_two_programmes_never_pay_on_one_day(pool: Pool, town_id: int) -> None:
    with scoped(pool, town_id) as conn:
        data.programmes.save_programme(conn, money.a_programme())
        with pytest.raises(ProgrammeOverlaps):
            data.programmes.save_programme(conn, money.a_programme(version=2))
        later = {"starts_on": date(2027, 1, 1), "ends_on": date(2027, 12, 31)}
        data.programmes.save_programme(conn, money.a_programme(version=2, **later))
        found = data.programmes.in_force(conn, date(2027, 6, 1))
        assert found is not None and found.rules.version == 2
        assert data.programmes.in_force(conn, date(2028, 6, 1)) is None


def test_lines_come_back_as_they_were_decided(pool: Pool, town_id: int) -> None:
    town = money.a_funded_town(pool, town_id)
    delivery_id = money.promise(town)
    money.prove(town, delivery_id)
    statement = months.close(pool, town_id, money.NOVEMBER, now=money.DECEMBER_1ST)
    with scoped(pool, town_id) as conn:
        (line,) = data.statements.lines(conn, statement.id)
        assert data.statements.listed(conn) == [statement]
    assert (line.proven.delivery_id, line.proven.orders, line.proven.parcels) == (delivery_id, 1, 1)
    assert (line.net_cents, line.vat_cents, line.state) == (650, 130, LineState.PROPOSED)
    assert line.reasons[0] == ("tariff", {"zone": "ville", "cents": 650})
    assert "port" not in line.proven.household
