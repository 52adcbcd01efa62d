"""A month is closed once, carried out and recomputed."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from psycopg import Connection
from psycopg.rows import TupleRow

import api.operations.months as months
import api.operations.subsidies as subsidies
import data.deliveries
import data.envelope
import data.ledger
import data.programmes
import data.statements
from data.bundles import OutTaken
from data.database import Pool, scoped
from delivery.envelope import Envelope, EnvelopeSpent
from delivery.errors import NotFound
from delivery.evidence import BundleUnreadable
from delivery.ledger import BooksFaulty
from delivery.pooling import Delivery, DeliveryState
from delivery.programmes import NotFunded, OutsideZone, ResidualRefused
from delivery.statements import EarlierMonthOpen, Line, MonthNotOver, Statement
from tests import money_builders as money
from tests.builders import NOON

WAITING = """
SELECT 1
  FROM pg_stat_activity
 WHERE datname = current_database()
   AND wait_event_type = 'Lock'
"""


def close(town: money.Funded, month: date = money.NOVEMBER) -> Statement:
    return months.close(town.pool, town.town_id, month, now=money.DECEMBER_1ST + timedelta(days=62))


def lines(town: money.Funded, statement: Statement) -> list[Line]:
    with scoped(town.pool, town.town_id) as conn:
        return data.statements.lines(conn, statement.id)


def envelope(town: money.Funded) -> Envelope:
    with scoped(town.pool, town.town_id) as conn:
        assert data.ledger.check(conn) == ()
        return data.envelope.all_envelopes(conn)[0]


def delivery(town: money.Funded, delivery_id: int) -> Delivery:
    with scoped(town.pool, town.town_id) as conn:
        found = data.deliveries.by_id(conn, delivery_id)
    assert found is not None
    return found


def withdraw(town: money.Funded, delivery_id: int) -> None:
    with scoped(town.pool, town.town_id) as conn:
        subsidies.withdraw(conn, delivery_id=delivery_id, at=NOON)


@pytest.fixture
def town(pool: Pool, town_id: int) -> money.Funded:
    return money.a_funded_town(pool, town_id)


def test_money_is_engaged_then_service_fait_then_settled(town: money.Funded) -> None:
    delivery_id = money.promise(town)
    assert envelope(town).engaged_cents == delivery(town, delivery_id).engaged_cents == 780
    money.prove(town, delivery_id)
    assert (envelope(town).engaged_cents, envelope(town).service_fait_cents) == (0, 780)
    statement = close(town)
    assert (statement.number, statement.lines, statement.gross_cents) == ("ETAT-2026-11-01", 1, 780)
    assert delivery(town, delivery_id).state is DeliveryState.CLOSED


def test_only_what_is_proven_is_on_the_statement(town: money.Funded) -> None:
    proven, promised, failed = (money.promise(town, place=f"{n} rue") for n in range(3))
    money.prove(town, proven)
    money.fail(town, failed)
    statement = close(town)
    assert [line.proven.delivery_id for line in lines(town, statement)] == [proven]
    for nothing in (promised, failed):
        assert delivery(town, nothing).state is DeliveryState.CLOSED
    assert (envelope(town).engaged_cents, envelope(town).service_fait_cents) == (0, 780)


def test_a_parcel_on_the_drives_shelf_over_the_months_end_keeps_its_money(
    town: money.Funded,
) -> None:
    delivery_id = money.promise(town)
    with scoped(town.pool, town.town_id) as conn:
        data.deliveries.save_state(conn, delivery_id, DeliveryState.UNDER_WAY)
    assert close(town).lines == 0
    assert delivery(town, delivery_id).state is DeliveryState.UNDER_WAY
    assert envelope(town).engaged_cents == delivery(town, delivery_id).engaged_cents == 780
    money.prove(town, delivery_id, datetime(2026, 12, 2, 9, tzinfo=UTC))
    assert close(town, date(2026, 12, 1)).gross_cents == 780


@pytest.mark.parametrize(
    ("state", "slot_at", "is_settled"),
    [
        (DeliveryState.PROMISED, datetime(2026, 11, 27, 20, 59, tzinfo=UTC), True),
        (DeliveryState.PROMISED, datetime(2026, 11, 27, 21, 0, tzinfo=UTC), False),
        (DeliveryState.PLANNED, datetime(2026, 11, 27, 20, 59, tzinfo=UTC), True),
        (DeliveryState.PLANNED, datetime(2026, 11, 30, 9, 0, tzinfo=UTC), False),
        (DeliveryState.FAILED, datetime(2026, 11, 30, 9, 0, tzinfo=UTC), True),
        (DeliveryState.FAILED, datetime(2026, 11, 30, 22, 0, tzinfo=UTC), False),
    ],
)
def test_what_nobody_reported_waits_three_days_for_late_phones_and_a_failure_does_not(
    town: money.Funded, state: DeliveryState, slot_at: datetime, is_settled: bool
) -> None:
    delivery_id = money.promise(town, at=slot_at)
    with scoped(town.pool, town.town_id) as conn:
        data.deliveries.save_state(conn, delivery_id, state)
    close(town)
    assert delivery(town, delivery_id).state is (DeliveryState.CLOSED if is_settled else state)
    assert envelope(town).engaged_cents == (0 if is_settled else 780)
    close(town, date(2026, 12, 1))
    assert delivery(town, delivery_id).state is DeliveryState.CLOSED
    assert envelope(town).left_cents == 100_000


def test_a_month_is_not_closed_over_an_earlier_one_that_is_open(town: money.Funded) -> None:
    february, march = (datetime(2026, month, 10, 9, tzinfo=UTC) for month in (2, 3))
    first = money.promise(town, at=february)
    money.prove(town, first, february)
    money.prove(town, money.promise(town, at=march), march)
    with pytest.raises(EarlierMonthOpen) as refusal:
        close(town, date(2026, 3, 1))
    assert refusal.value.parameters == {"month": "2026-02"}
    assert [line.proven.delivery_id for line in lines(town, close(town, february.date()))] == [
        first
    ]
    assert close(town, date(2026, 3, 1)).lines == 1


def test_a_proof_late_to_a_closed_month_or_to_one_passed_over_is_on_the_next_statement(
    town: money.Funded,
) -> None:
    days = [datetime(2026, month, 10, 9, tzinfo=UTC) for month in (1, 2, 3)]
    late = [money.promise(town, at=day) for day in days]
    for delivery_id in late:
        with scoped(town.pool, town.town_id) as conn:
            data.deliveries.save_state(conn, delivery_id, DeliveryState.UNDER_WAY)
    assert close(town, date(2026, 1, 1)).lines == close(town, date(2026, 3, 1)).lines == 0
    for delivery_id, day in zip(late, days, strict=True):
        money.prove(town, delivery_id, day)
    assert [line.proven.delivery_id for line in lines(town, close(town, date(2026, 4, 1)))] == late


def test_a_delivery_made_the_day_before_its_programme_begins_does_not_hold_up_the_close(
    pool: Pool, town_id: int
) -> None:
    town = money.a_funded_town(pool, town_id, starts_on=date(2026, 11, 20))
    money.prove(town, money.promise(town), datetime(2026, 10, 31, 9, tzinfo=UTC))
    assert close(town).lines == 1


def test_a_withdrawn_promise_gives_its_money_back_once(town: money.Funded) -> None:
    delivery_id = money.promise(town)
    withdraw(town, delivery_id)
    withdraw(town, delivery_id)
    assert envelope(town).left_cents == 100_000
    assert delivery(town, delivery_id).engaged_cents == 0


def test_a_proven_delivery_is_not_withdrawn(town: money.Funded) -> None:
    delivery_id = money.promise(town)
    money.prove(town, delivery_id)
    with pytest.raises(ValueError, match="proven"):
        withdraw(town, delivery_id)


def test_the_close_gives_back_the_cents_that_rounding_spared(pool: Pool, town_id: int) -> None:
    town = money.a_funded_town(pool, town_id, tariffs={"ville": 542})
    for number in range(4):
        money.prove(town, money.promise(town, place=f"{number} rue"))
    assert envelope(town).service_fait_cents == 4 * 651
    statement = close(town)
    assert (statement.net_cents, statement.vat_cents) == (2168, 434)
    assert [line.vat_cents for line in lines(town, statement)] == [109, 109, 108, 108]
    assert envelope(town).service_fait_cents == statement.gross_cents == 2602


def test_closing_again_changes_nothing_and_late_proofs_wait(town: money.Funded) -> None:
    first, late = money.promise(town), money.promise(town, place="3 rue")
    money.prove(town, first)
    statement = close(town)
    money.prove(town, late)
    assert close(town) == statement
    december = close(town, date(2026, 12, 1))
    assert [line.proven.delivery_id for line in lines(town, december)] == [late]
    assert (december.number, december.gross_cents) == ("ETAT-2026-12-01", 780)


def test_a_month_closed_from_four_doors_at_once_is_closed_once(town: money.Funded) -> None:
    money.prove(town, money.promise(town))
    with ThreadPoolExecutor(4) as threads:
        statements = list(threads.map(lambda _: close(town), range(4)))
    assert len(set(statements)) == 1


def test_a_month_ends_at_midnight_in_the_town(town: money.Funded) -> None:
    in_time, too_late = money.promise(town), money.promise(town, place="3 rue")
    money.prove(town, in_time, datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC))
    money.prove(town, too_late, datetime(2026, 11, 30, 23, 0, tzinfo=UTC))
    assert [line.proven.delivery_id for line in lines(town, close(town))] == [in_time]


def test_a_month_that_runs_is_refused(town: money.Funded) -> None:
    with pytest.raises(MonthNotOver):
        months.close(town.pool, town.town_id, money.NOVEMBER, now=NOON)


def test_a_month_without_deliveries_gives_a_statement_without_lines(town: money.Funded) -> None:
    statement = close(town, date(2026, 3, 17))
    assert (statement.number, statement.lines, statement.gross_cents) == ("ETAT-2026-03-01", 0, 0)


def test_a_town_without_a_programme_has_nothing_to_close(pool: Pool, town_id: int) -> None:
    with pytest.raises(NotFunded):
        months.close(pool, town_id, money.NOVEMBER, now=money.DECEMBER_1ST)


def test_the_order_in_which_proofs_arrive_does_not_matter(pool: Pool, town_id: int) -> None:
    town = money.a_funded_town(
        pool,
        town_id,
        town_share=Decimal("0.8"),
        household_month_max=2,
        tariffs={"ville": 647},
        vat_rate=Decimal("0.055"),
    )
    told = []
    for month, order in ((date(2026, 10, 1), (0, 1, 2, 3)), (money.NOVEMBER, (3, 1, 0, 2))):
        at = datetime(2026, month.month, 20, 12, tzinfo=UTC)
        ids = [money.promise(town, at=at, place=place) for place in ("a", "a", "b", "a")]
        for number in order:
            money.prove(town, ids[number], at + timedelta(minutes=5 * (4 - number)))
        told.append(
            [
                (ids.index(line.proven.delivery_id), line.net_cents, line.vat_cents)
                for line in lines(town, close(town, month))
            ]
        )
    assert told[0] == told[1] == [(3, 0, 0), (2, 518, 29), (1, 518, 28), (0, 518, 28)]


def test_a_delivery_over_the_households_month_keeps_the_reason_of_its_promise(
    pool: Pool, town_id: int
) -> None:
    town = money.a_funded_town(pool, town_id, household_month_max=1)
    within, over = money.promise(town), money.promise(town)
    money.prove(town, over, NOON)
    money.prove(town, within, NOON + timedelta(hours=1))
    first, second = lines(town, close(town))
    assert (first.proven.delivery_id, first.net_cents, first.residual_cents) == (over, 0, 650)
    assert first.reasons[-1] == ("household_month_max", {"used": 1, "max": 1})
    assert (second.proven.delivery_id, second.net_cents) == (within, 650)


def test_a_rest_needs_every_shop_of_the_delivery(pool: Pool, town_id: int) -> None:
    town = money.a_funded_town(pool, town_id, town_share=Decimal("0.8"))
    with pytest.raises(ResidualRefused):
        money.promise(town, shop_id=town.strict_shop)
    delivery_id = money.promise(town, shop_id=town.generous_shop)
    recipient_id = delivery(town, delivery_id).recipient_id
    with pytest.raises(ResidualRefused), scoped(pool, town_id) as conn:
        money.add_order(conn, town, delivery_id, recipient_id, town.strict_shop)
        subsidies.promise(conn, delivery_id=delivery_id, at=NOON)


def test_an_order_that_joins_a_delivery_engages_nothing_more(town: money.Funded) -> None:
    delivery_id = money.promise(town)
    recipient_id = delivery(town, delivery_id).recipient_id
    with scoped(town.pool, town.town_id) as conn:
        money.add_order(conn, town, delivery_id, recipient_id, town.strict_shop)
        subsidies.promise(conn, delivery_id=delivery_id, at=NOON)
    assert envelope(town).engaged_cents == 780
    money.prove(town, delivery_id)
    (line,) = lines(town, close(town))
    assert (line.proven.orders, line.proven.parcels, line.gross_cents) == (2, 2, 780)


def test_nothing_is_promised_outside_tariffs_days_or_credits(pool: Pool, town_id: int) -> None:
    town = money.a_funded_town(pool, town_id, voted_cents=779)
    with pytest.raises(OutsideZone):
        money.promise(town, zone="loin")
    with pytest.raises(NotFunded):
        money.promise(town, at=datetime(2027, 2, 1, 9, tzinfo=UTC))
    with pytest.raises(EnvelopeSpent):
        money.promise(town)
    assert envelope(town).left_cents == 779


def test_a_proof_after_the_release_is_paid_while_money_is_left(town: money.Funded) -> None:
    delivery_id = money.promise(town)
    money.fail(town, delivery_id)
    close(town)
    assert envelope(town).left_cents == 100_000
    money.prove(town, delivery_id)
    money.prove(town, delivery_id)
    assert envelope(town).service_fait_cents == 780
    december = close(town, date(2026, 12, 1))
    assert december.gross_cents == 780


def test_a_proof_after_the_release_with_the_credits_spent_is_kept_without_money(
    pool: Pool, town_id: int, tmp_path: Path
) -> None:
    town = money.a_funded_town(pool, town_id, voted_cents=1000)
    failed = money.promise(town)
    withdraw(town, failed)
    money.prove(town, money.promise(town, place="3 rue"), NOON + timedelta(hours=1))
    money.prove(town, failed)
    first, second = lines(town, close(town))
    assert (first.proven.delivery_id, first.gross_cents) == (failed, 0)
    assert first.reasons[-1] == ("envelope_spent", {"left_cents": 220, "needed_cents": 780})
    assert second.gross_cents == 780
    months.export(pool, town_id, "latest", tmp_path / "etat", secret=b"s")
    assert months.verify(tmp_path / "etat") == ()


def test_books_that_do_not_hold_are_not_closed(
    town: money.Funded, superuser: Connection[TupleRow], town_id: int
) -> None:
    money.prove(town, money.promise(town))
    superuser.execute("UPDATE ledger_entries SET key = 'x' WHERE seq = 2")
    with pytest.raises(BooksFaulty) as refusal:
        close(town)
    assert refusal.value.parameters["seq"] == 2
    with scoped(town.pool, town_id) as conn:
        assert data.statements.listed(conn) == []


def test_every_statement_can_be_carried_out_and_recomputed(
    pool: Pool, town_id: int, tmp_path: Path
) -> None:
    town = money.a_funded_town(
        pool, town_id, household_month_max=2, cap_cents=700, town_share=Decimal("0.9")
    )
    for number in range(6):
        at = NOON + timedelta(days=number)
        money.prove(town, money.promise(town, at=at, place=f"{number % 2} rue du Port"), at)
    late = money.promise(town, place="9 rue du Port")
    november = close(town)
    money.prove(town, late)
    december = close(town, date(2026, 12, 1))
    for wanted, number in ((november.id, november.number), ("latest", december.number)):
        out = tmp_path / str(wanted)
        paths = months.export(pool, town_id, wanted, out, secret=b"s")
        assert sorted(path.name for path in paths) == sorted(path.name for path in out.iterdir())
        assert months.verify(out) == ()
        content = b"".join(path.read_bytes() for path in paths)
        assert number.encode() in content
        for private in (b"Moreau", b"rue du", b"33639980001"):
            assert private not in content


def test_a_bundle_is_the_same_however_often_it_is_exported(
    town: money.Funded, tmp_path: Path
) -> None:
    money.prove(town, money.promise(town))
    statement = close(town)
    bundles = []
    for _ in range(2):
        paths = months.export(
            town.pool, town.town_id, statement.number, tmp_path / "etat", secret=b"s"
        )
        bundles.append([path.read_bytes() for path in paths])
        money.prove(town, money.promise(town, place="7 rue"))
    assert bundles[0] == bundles[1]
    assert [path.name for path in tmp_path.iterdir()] == ["etat"]


def test_the_town_hall_reads_its_lines_in_french(town: money.Funded, tmp_path: Path) -> None:
    money.prove(town, money.promise(town))
    close(town)
    months.export(town.pool, town.town_id, "latest", tmp_path / "etat", secret=b"s")
    text = (tmp_path / "etat" / "lines.csv").read_bytes().decode("utf-8-sig")
    head, line = text.splitlines()
    assert head.startswith("Ligne;Course n°;Date du service fait")
    assert ";6,50;6,50;1,30;7,80;0,00;tariff share;code;" in line


def test_a_changed_byte_on_disk_does_not_verify(town: money.Funded, tmp_path: Path) -> None:
    money.prove(town, money.promise(town))
    close(town)
    months.export(town.pool, town.town_id, "latest", tmp_path / "etat", secret=b"s")
    path = tmp_path / "etat" / "lines.json"
    path.write_bytes(path.read_bytes().replace(b'"net_cents": 650', b'"net_cents": 651'))
    first = months.verify(tmp_path / "etat")[0]
    assert (first.file, first.line, first.what) == ("lines.json", 1, "net_cents: 651, not 650")


def test_what_is_no_bundle_is_unreadable_and_not_overwritten(
    town: money.Funded, tmp_path: Path
) -> None:
    close(town)
    (tmp_path / "lettre.txt").write_text("chère mairie")
    with pytest.raises(OutTaken):
        months.export(town.pool, town.town_id, "latest", tmp_path, secret=b"s")
    with pytest.raises(BundleUnreadable):
        months.verify(tmp_path)
    with pytest.raises(BundleUnreadable):
        months.verify(tmp_path / "nowhere")
    with pytest.raises(NotFound):
        months.export(town.pool, town.town_id, "ETAT-1999-01-01", tmp_path, secret=b"s")


def test_late_proofs_of_an_ended_programme_have_a_statement_of_their_own(
    pool: Pool, town_id: int, tmp_path: Path
) -> None:
    town = money.a_funded_town(pool, town_id)
    late = money.promise(town, at=datetime(2026, 12, 31, 9, tzinfo=UTC))
    with scoped(pool, town_id) as conn:
        rules = money.a_programme(version=2, starts_on=date(2027, 1, 1), ends_on=date(2027, 12, 31))
        newer = data.programmes.save_programme(conn, rules)
        subsidies.vote(conn, newer, 2027, 10_000, NOON)
    money.prove(town, late, datetime(2027, 1, 2, 9, tzinfo=UTC))
    january = close(town, date(2027, 1, 1))
    assert (january.number, january.programme_id, january.lines) == ("ETAT-2027-01-01", newer, 0)
    with scoped(pool, town_id) as conn:
        _, other = data.statements.listed(conn, month=date(2027, 1, 1))
    assert (other.number, other.programme_id, other.lines) == (
        "ETAT-2027-01-02",
        town.programme_id,
        1,
    )
    months.export(pool, town_id, other.number, tmp_path / "etat", secret=b"s")
    assert months.verify(tmp_path / "etat") == ()


def test_a_close_of_two_programmes_and_a_couriers_batch_do_not_block_each_other(
    pool: Pool, town_id: int, superuser: Connection[TupleRow]
) -> None:
    town = money.a_funded_town(pool, town_id)
    late = money.promise(town, at=datetime(2026, 12, 31, 9, tzinfo=UTC))
    at = datetime(2027, 1, 2, 9, tzinfo=UTC)
    with scoped(pool, town_id) as conn:
        rules = money.a_programme(version=2, starts_on=date(2027, 1, 1), ends_on=date(2027, 12, 31))
        newer = data.programmes.save_programme(conn, rules)
        subsidies.vote(conn, newer, 2027, 10_000, NOON)
    with ThreadPoolExecutor(1) as threads:
        with scoped(pool, town_id) as conn:
            data.deliveries.lock(conn, [late])
            closing = threads.submit(close, town, date(2027, 1, 1))
            while not superuser.execute(WAITING).fetchone():
                time.sleep(0.01)
            money.prove_in(conn, late, at)
        assert closing.result().programme_id == newer
    with scoped(pool, town_id) as conn:
        statements = data.statements.listed(conn)
    assert {each.programme_id: each.lines for each in statements} == {
        newer: 0,
        town.programme_id: 1,
    }


def test_a_proof_no_programme_knows_is_no_error(town: money.Funded) -> None:
    with scoped(town.pool, town.town_id) as conn:
        delivery_id = money.a_delivery(conn, town, zone="loin")
        assert subsidies.prove(conn, delivery_id=delivery_id, at=NOON) is None


def test_promises_and_proofs_go_on_while_a_month_closes(town: money.Funded) -> None:
    ids = [money.promise(town, place=f"{number} rue") for number in range(12)]
    for delivery_id in ids[:6]:
        money.prove(town, delivery_id)

    def act(number: int) -> int:
        if number == 3:
            return close(town).lines
        if number % 2:
            money.prove(town, ids[6 + number // 2])
        else:
            money.promise(town, place=f"{number} place")
        return 0

    with ThreadPoolExecutor(6) as threads:
        closed = sum(threads.map(act, range(12)))
    later = close(town, date(2026, 12, 1)).lines
    assert closed >= 6 and closed + later == 6 + 5
    assert envelope(town).service_fait_cents == 11 * 780
