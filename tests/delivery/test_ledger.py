"""Entries are balanced, and chained so that any change shows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.ledger import (
    GENESIS,
    Account,
    Entry,
    Kind,
    Posting,
    balances,
    canonical,
    chain,
    digest,
)

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def an_entry(key: str = "engage:delivery:12", cents: int = 780, at: datetime = AT) -> Entry:
    return Entry(
        kind=Kind.ENGAGE,
        key=key,
        at=at,
        delivery_id=12,
        postings=(
            Posting(envelope_id=3, account=Account.AVAILABLE, amount_cents=-cents),
            Posting(envelope_id=3, account=Account.ENGAGED, amount_cents=cents),
        ),
    )


def test_an_unbalanced_entry_is_not_an_entry() -> None:
    with pytest.raises(ValueError, match="not balanced"):
        replace(an_entry(), postings=an_entry().postings[:1])
    with pytest.raises(ValueError, match="not balanced"):
        replace(an_entry(), postings=())


def test_a_posting_of_nothing_is_not_a_posting() -> None:
    with pytest.raises(ValueError, match="move"):
        Posting(envelope_id=3, account=Account.ENGAGED, amount_cents=0)


def test_the_canonical_form_is_written_down() -> None:
    assert canonical(1, an_entry()) == (
        '{"at":"2026-11-20T09:00:00.000000Z","delivery":12,"key":"engage:delivery:12",'
        '"kind":"engage","postings":[[3,"available",-780],[3,"engaged",780]],"seq":1,'
        '"statement":null}'
    )


def test_the_hash_is_of_the_previous_hash_and_the_canonical_form() -> None:
    expected = sha256((GENESIS + canonical(1, an_entry())).encode()).hexdigest()
    assert digest(GENESIS, 1, an_entry()) == expected


def test_the_same_moment_in_another_time_zone_has_the_same_hash() -> None:
    paris = AT.astimezone(timezone(timedelta(hours=1)))
    assert digest(GENESIS, 1, an_entry(at=paris)) == digest(GENESIS, 1, an_entry())


def test_a_chain_goes_on_where_it_ended() -> None:
    first = chain(0, GENESIS, [an_entry("a"), an_entry("b")])
    more = chain(first[-1].seq, first[-1].sha256, [an_entry("c")])
    assert (*first, *more) == chain(0, GENESIS, [an_entry("a"), an_entry("b"), an_entry("c")])


def test_trying_the_same_act_later_repeats_it() -> None:
    assert an_entry().repeats(an_entry(at=AT + timedelta(hours=1)))
    assert not an_entry().repeats(an_entry(cents=779))


@given(
    amounts=st.lists(st.integers(1, 1000), min_size=2, max_size=8),
    place=st.integers(0, 7),
    change=st.integers(1, 5),
)
def test_changing_any_entry_changes_every_hash_from_there_on(
    amounts: list[int], place: int, change: int
) -> None:
    entries = [an_entry(str(index), cents) for index, cents in enumerate(amounts)]
    place %= len(entries)
    changed = [*entries]
    changed[place] = an_entry(str(place), amounts[place] + change)
    before, after = chain(0, GENESIS, entries), chain(0, GENESIS, changed)
    same = [ours.sha256 == theirs.sha256 for ours, theirs in zip(before, after, strict=True)]
    assert same == [index < place for index in range(len(entries))]


@given(st.lists(st.integers(1, 1000)))
def test_balances_sum_to_nothing(amounts: list[int]) -> None:
    assert sum(balances(an_entry(cents=each) for each in amounts).values()) == 0
