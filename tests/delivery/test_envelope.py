"""Money voted is engaged, then service fait, and never over."""

from datetime import UTC, datetime

import pytest

from delivery.envelope import Envelope, EnvelopeSpent, engage, prove, release, settle, vote
from delivery.ledger import Account, Entry, balances

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
ENVELOPE = Envelope(
    id=3,
    programme_id=1,
    year=2026,
    voted_cents=1000,
    engaged_cents=200,
    service_fait_cents=300,
)


def moved(entry: Entry | None) -> dict[str, int]:
    assert entry is not None
    return {account.value: cents for (_, account), cents in balances([entry]).items()}


def test_what_is_left_is_voted_less_engaged_less_service_fait() -> None:
    assert ENVELOPE.left_cents == 500


def test_engaging_takes_what_is_available() -> None:
    entry = engage(ENVELOPE, 12, 500, attempt=1, at=AT)
    assert moved(entry) == {"available": -500, "engaged": 500}
    assert entry is not None and entry.key == "engage:delivery:12"


def test_engaging_over_what_is_left_refuses_and_says_how_much() -> None:
    with pytest.raises(EnvelopeSpent) as refusal:
        engage(ENVELOPE, 12, 501, attempt=1, at=AT)
    assert refusal.value.parameters == {"left_cents": 500, "needed_cents": 501}


def test_a_delivery_that_costs_nothing_moves_nothing() -> None:
    assert engage(ENVELOPE, 12, 0, attempt=1, at=AT) is None


def test_engaging_again_after_a_release_has_its_own_key() -> None:
    entry = engage(ENVELOPE, 12, 1, attempt=2, at=AT)
    assert entry is not None and entry.key == "engage:delivery:12:2"


def test_release_and_proof_undo_what_was_engaged() -> None:
    assert moved(release(3, 12, 50, attempt=1, at=AT)) == {"engaged": -50, "available": 50}
    assert moved(prove(3, 12, 50, attempt=1, at=AT)) == {"engaged": -50, "service_fait": 50}


def test_settling_gives_back_the_difference() -> None:
    entry = settle(3, 12, 1, statement_id=7, at=AT)
    assert moved(entry) == {"service_fait": -1, "available": 1}
    assert entry is not None and entry.statement_id == 7
    assert settle(3, 12, 0, statement_id=7, at=AT) is None


def test_settling_above_what_was_held_is_a_bug() -> None:
    with pytest.raises(ValueError, match="delivery 12"):
        settle(3, 12, -1, statement_id=7, at=AT)


def test_votes_bring_credits_to_a_total() -> None:
    assert moved(vote(ENVELOPE, 1500, times=1, at=AT)) == {"credits": -500, "available": 500}
    assert moved(vote(ENVELOPE, 600, times=1, at=AT)) == {"credits": 400, "available": -400}
    assert vote(ENVELOPE, 1000, times=1, at=AT) is None


def test_credits_never_fall_below_what_is_promised() -> None:
    with pytest.raises(EnvelopeSpent):
        vote(ENVELOPE, 499, times=1, at=AT)


def test_accounts_are_the_ones_the_ledger_knows() -> None:
    assert {each.value for each in Account} == {"credits", "available", "engaged", "service_fait"}
