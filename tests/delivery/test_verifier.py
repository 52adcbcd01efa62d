"""A bundle that holds verifies; one that was touched anywhere does not."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delivery.bundles import Content, pack
from delivery.envelope import Envelope, engage, prove, settle, vote
from delivery.evidence import BundleUnreadable, Fault
from delivery.ledger import GENESIS, chain
from delivery.orders import Fulfilment
from delivery.programmes import Claim
from delivery.statements import Proven, Statement, StatementState, decide_lines
from delivery.verifier import faults
from tests.money_builders import a_programme

SERVED = datetime(2026, 11, 20, 14, tzinfo=UTC)
ENVELOPE = Envelope(
    id=3,
    programme_id=1,
    year=2026,
    voted_cents=0,
    engaged_cents=0,
    service_fait_cents=0,
)


def a_proven(delivery_id: int) -> Proven:
    held = 0 if delivery_id == 14 else 651
    return Proven(
        delivery_id=delivery_id,
        service_at=SERVED + timedelta(minutes=delivery_id),
        claim=Claim(on=date(2026, 11, 20), fulfilment=Fulfilment.HOME, zone_code="ville"),
        household="rue du port" if delivery_id < 13 else "place saint sauveur",
        envelope_id=3,
        held_cents=held,
        withheld=() if held else (("envelope_spent", {"left_cents": 0, "needed_cents": 651}),),
        orders=1,
        parcels=2,
        proof_kind="code",
        proof_sha256="a" * 64,
    )


def a_bundle() -> dict[str, bytes]:
    """Four lines of 542 cents: 13 settles a cent lower, and 14 is granted nothing."""
    rules = a_programme(tariffs={"ville": 542}, household_month_max=3)
    prior = {("rue du port", date(2026, 11, 1)): 1}
    proven = [a_proven(each) for each in (11, 12, 13, 14)]
    lines = decide_lines(proven, rules, prior)
    entries = [vote(ENVELOPE, 1953, times=0, at=SERVED)]
    rich = Envelope(
        id=3, programme_id=1, year=2026, voted_cents=1953, engaged_cents=0, service_fait_cents=0
    )
    for each in proven:
        entries += [
            engage(rich, each.delivery_id, each.held_cents, attempt=1, at=SERVED),
            prove(3, each.delivery_id, each.held_cents, attempt=1, at=SERVED),
        ]
    entries += [
        settle(
            3,
            line.proven.delivery_id,
            line.proven.held_cents - line.gross_cents,
            statement_id=7,
            at=SERVED,
        )
        for line in lines
    ]
    links = chain(0, GENESIS, [entry for entry in entries if entry is not None])
    statement = Statement(
        id=7,
        programme_id=1,
        number="ETAT-2026-11-01",
        month=date(2026, 11, 1),
        state=StatementState.DRAFT,
        lines=len(lines),
        net_cents=sum(line.net_cents for line in lines),
        vat_cents=sum(line.vat_cents for line in lines),
        residual_cents=sum(line.residual_cents for line in lines),
        head_sha256=links[-1].sha256,
        closed_at=SERVED + timedelta(days=12),
    )
    return pack(
        Content(
            town="Essai",
            statement=statement,
            ends_at=datetime(2026, 11, 30, 23, tzinfo=UTC),
            rules=rules,
            lines=lines,
            prior=prior,
            links=links,
        ),
        secret=b"town",
    )


BUNDLE = a_bundle()


def resealed(name: str, change: Callable[[list[dict[str, object]]], object]) -> dict[str, bytes]:
    """Forge a file and everything the manifest says about it."""

    def written(value: object) -> bytes:
        return (json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode()

    document = json.loads(BUNDLE[name])
    change(document)
    files = {**BUNDLE, name: written(document)}
    manifest = json.loads(BUNDLE["manifest.json"])
    manifest["files"][name] = sha256(files[name]).hexdigest()
    del manifest["seal"]
    manifest["seal"] = sha256(written(manifest)).hexdigest()
    return {**files, "manifest.json": written(manifest)}


def test_a_bundle_verifies() -> None:
    assert faults(BUNDLE) == ()


def test_no_place_is_named_in_a_bundle() -> None:
    assert b"rue du port" not in b"".join(BUNDLE.values())


@settings(max_examples=300)
@given(name=st.sampled_from(sorted(BUNDLE)), data=st.data())
def test_one_changed_byte_does_not_verify(name: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(BUNDLE[name]) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda each: each != BUNDLE[name][place]))
    changed = BUNDLE[name][:place] + bytes([byte]) + BUNDLE[name][place + 1 :]
    with suppress(BundleUnreadable):
        assert faults({**BUNDLE, name: changed})


def test_the_first_line_that_does_not_hold_comes_first() -> None:
    def dearer(lines: list[dict[str, object]]) -> None:
        lines[1]["net_cents"] = 543

    found = faults(resealed("lines.json", dearer))
    assert found[0] == Fault(file="lines.json", line=2, what="net_cents: 543, not 542")


def test_a_line_too_many_is_found() -> None:
    found = faults(resealed("lines.json", lambda lines: lines.append({**lines[0], "line": 5})))
    assert found[0] == Fault(file="lines.json", line=5, what="5 lines, not 4")


def test_a_delivery_the_ledger_does_not_know_is_found() -> None:
    def swapped(deliveries: list[dict[str, object]]) -> None:
        deliveries[0]["delivery"] = 99

    found = faults(resealed("deliveries.json", swapped))
    assert found[0].file == "lines.json" and found[0].line == 1
    assert any(each.file == "postings.json" for each in found)


def test_other_rules_do_not_give_the_same_lines() -> None:
    def halved(rules: object) -> None:
        assert isinstance(rules, dict)
        rules["town_share"] = "0.5"

    found = faults(resealed("rules.json", halved))
    assert found[0] == Fault(file="lines.json", line=1, what="net_cents: 542, not 271")


def test_a_hidden_earlier_grant_is_found() -> None:
    def used_up(usage: list[object]) -> None:
        household = json.loads(BUNDLE["deliveries.json"])[0]["household"]
        usage[0] = [household, "2026-11", 3]

    assert faults(resealed("usage.json", used_up))[0].line == 1  # type: ignore[arg-type]


def test_a_proof_after_the_months_end_is_found() -> None:
    def late(deliveries: list[dict[str, object]]) -> None:
        deliveries[3]["service_at"] = "2026-11-30T23:00:00.000000Z"

    what = [(each.line, each.what) for each in faults(resealed("deliveries.json", late))]
    assert (4, "served after the month's end") in what


def test_a_delivery_without_proof_is_found() -> None:
    def bare(deliveries: list[dict[str, object]]) -> None:
        deliveries[2]["proof_sha256"] = ""

    assert faults(resealed("deliveries.json", bare)) == (
        Fault(file="deliveries.json", line=3, what="no proof"),
    )


def test_a_changed_posting_is_found_at_its_entry() -> None:
    def moved(entries: list[dict[str, object]]) -> None:
        entries[3]["at"] = "2026-11-20T14:00:00.000001Z"

    assert faults(resealed("postings.json", moved)) == (
        Fault(file="postings.json", seq=4, what="sha256"),
    )


def test_a_removed_entry_is_found() -> None:
    found = faults(resealed("postings.json", lambda entries: entries.pop()))
    assert Fault(file="manifest.json", what="head_sha256") in found


def test_a_changed_total_is_found() -> None:
    def more(totals: object) -> None:
        assert isinstance(totals, dict)
        totals["gross_cents"] += 1

    (found,) = faults(resealed("totals.json", more))
    assert found.file == "totals.json" and found.what.startswith("gross_cents")


def test_a_missing_file_or_another_format_is_no_bundle() -> None:
    with pytest.raises(BundleUnreadable):
        faults({name: file for name, file in BUNDLE.items() if name != "rules.json"})
    with pytest.raises(BundleUnreadable):
        faults({**BUNDLE, "manifest.json": b"{}"})
    with pytest.raises(BundleUnreadable):
        faults(resealed("deliveries.json", lambda deliveries: deliveries[0].pop("zone")))
