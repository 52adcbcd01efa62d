"""Eight shops promise at once; the envelope pays three."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

import api.operations.subsidies as subsidies
import data.envelope
import data.ledger
from data.database import Pool, scoped
from delivery.envelope import EnvelopeSpent
from delivery.ledger import Account, Entry, Kind, Posting
from tests import money_builders as money
from tests.builders import NOON


def test_an_envelope_with_room_for_three_promises_three(pool: Pool, town_id: int) -> None:
    town = money.a_funded_town(pool, town_id, voted_cents=3 * 780 + 700)
    with scoped(pool, town_id) as conn:
        waiting = [money.a_delivery(conn, town, place=f"{n} rue") for n in range(8)]

    def attempt(delivery_id: int) -> bool:
        try:
            with scoped(pool, town_id) as conn:
                subsidies.promise(conn, delivery_id=delivery_id, at=NOON)
        except EnvelopeSpent as refusal:
            assert refusal.parameters == {"left_cents": 700, "needed_cents": 780}
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        granted = list(threads.map(attempt, waiting))
    assert sum(granted) == 3
    with scoped(pool, town_id) as conn:
        (envelope,) = data.envelope.all_envelopes(conn)
        assert (envelope.engaged_cents, envelope.left_cents) == (3 * 780, 700)
        assert data.ledger.check(conn) == ()


def test_one_delivery_promised_from_four_threads_is_engaged_once(pool: Pool, town_id: int) -> None:
    town = money.a_funded_town(pool, town_id)
    with scoped(pool, town_id) as conn:
        delivery_id = money.a_delivery(conn, town)

    def attempt(_: int) -> None:
        with scoped(pool, town_id) as conn:
            subsidies.promise(conn, delivery_id=delivery_id, at=NOON)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(attempt, range(4)))
    with scoped(pool, town_id) as conn:
        assert data.envelope.all_envelopes(conn)[0].engaged_cents == 780


def test_a_household_month_is_not_overrun_by_promises_at_once(pool: Pool, town_id: int) -> None:
    town = money.a_funded_town(pool, town_id, household_month_max=2)
    with scoped(pool, town_id) as conn:
        waiting = [money.a_delivery(conn, town) for _ in range(6)]

    def attempt(delivery_id: int) -> int:
        with scoped(pool, town_id) as conn:
            return subsidies.promise(conn, delivery_id=delivery_id, at=NOON).net_cents

    with ThreadPoolExecutor(6) as threads:
        assert sorted(threads.map(attempt, waiting)) == [0, 0, 0, 0, 650, 650]


def test_the_database_itself_refuses_to_overspend(pool: Pool, town_id: int) -> None:
    money.a_funded_town(pool, town_id, voted_cents=100)
    with pytest.raises(EnvelopeSpent), scoped(pool, town_id) as conn:
        (envelope,) = data.envelope.all_envelopes(conn)
        entry = Entry(
            kind=Kind.ENGAGE,
            key="unguarded",
            at=NOON,
            postings=(
                Posting(envelope_id=envelope.id, account=Account.AVAILABLE, amount_cents=-101),
                Posting(envelope_id=envelope.id, account=Account.ENGAGED, amount_cents=101),
            ),
        )
        data.ledger.post(conn, [entry])


def test_voting_again_brings_the_credits_to_the_new_total(pool: Pool, town_id: int) -> None:
    town = money.a_funded_town(pool, town_id, voted_cents=1000)
    with scoped(pool, town_id) as conn:
        for cents in (1000, 5000, 2000, 5000):
            voted = subsidies.vote(conn, town.programme_id, 2026, cents, NOON)
            assert voted.voted_cents == cents
        assert len(data.ledger.links(conn)) == 4
        assert data.ledger.check(conn) == ()


def test_the_envelope_is_of_the_year_of_the_slot(pool: Pool, town_id: int) -> None:
    town = money.a_funded_town(pool, town_id, ends_on=datetime(2027, 12, 31).date())
    new_year = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    with pytest.raises(EnvelopeSpent):
        money.promise(town, at=new_year)
    with scoped(pool, town_id) as conn:
        subsidies.vote(conn, town.programme_id, 2027, 780, NOON)
    money.promise(town, at=new_year)
    with scoped(pool, town_id) as conn:
        assert [each.left_cents for each in data.envelope.all_envelopes(conn)] == [100_000, 0]
