"""Every reason, state and movement of a statement has words in every language."""

import pytest

import api.words
from api.pages.mairie_words import Wording
from delivery.ledger import Account, Kind
from delivery.orders import Fulfilment
from delivery.programmes import Claim, decide
from delivery.proofs import ProofKind
from delivery.statements import LineState, StatementState
from tests import builders
from tests import money_builders as money
from tests.api.town_hall import a_line


@pytest.mark.parametrize("language", api.words.LANGUAGES)
def test_every_reason_the_rules_can_give_has_words(language: str) -> None:
    rules = money.a_programme(cap_cents=100, household_month_max=1)
    claim = Claim(on=builders.DAY, fulfilment=Fulfilment.HOME, zone_code="ville")
    given_reasons = {
        code: parameters
        for usage in (0, 1)
        for code, parameters in decide(claim, rules, usage).reasons
    }
    given_reasons["envelope_spent"] = {"left_cents": 120, "needed_cents": 624}
    assert set(given_reasons) == {
        "tariff", "share", "cap", "household_month_max", "envelope_spent",
    }  # fmt: skip
    wording = Wording(builders.PARIS, {}, language)
    for code, parameters in given_reasons.items():
        row = wording.row(a_line((code, parameters)))
        for said in (row.rule, row.reasons[0], wording.rule_name(code)):
            assert said != code and "–" not in said and "{" not in said


def test_a_reason_of_a_later_version_is_named_by_its_code() -> None:
    row = Wording(builders.PARIS, {}, "fr").row(a_line(("monthly_bonus", {"cents": 5})))
    assert (row.rule, row.reasons) == ("monthly_bonus", ("monthly_bonus",))


@pytest.mark.parametrize("language", api.words.LANGUAGES)
def test_every_state_of_lines_and_statements_has_words(language: str) -> None:
    texts = api.words.catalogue(language)
    assert all(f"mairie_line_{state.value}" in texts for state in LineState)
    assert all(f"mairie_statement_{state.value}" in texts for state in StatementState)
    assert all(f"mairie_entry_{kind.value}" in texts for kind in Kind)
    assert all(f"mairie_account_{account.value}" in texts for account in Account)
    assert all(
        f"mairie_proof_kind_{way}_{kind.value}" in texts
        for way in ("home", "drive")
        for kind in ProofKind
    )
