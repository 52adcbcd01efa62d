"""Recompute a statement from its bundle alone, sharing no code with what wrote it.

What the files hold is told in `evidence`. Rates are exact fractions here, decimals there.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256
from math import floor

from delivery.evidence import (
    Billed,
    BundleUnreadable,
    Evidence,
    Fault,
    Posted,
    Reasons,
    Rules,
    Served,
    hash_faults,
    parse,
)

HALF = Fraction(1, 2)

#: Fields of a line that follow from the rules, in the order they are compared.
DECIDED = (
    "line",
    "delivery",
    "household",
    "tariff_cents",
    "net_cents",
    "vat_cents",
    "gross_cents",
    "residual_cents",
    "reasons",
)
#: Columns of `lines.csv` that hold the cents of a line, as euros.
AMOUNTS = {
    8: "tariff_cents",
    9: "net_cents",
    10: "vat_cents",
    11: "gross_cents",
    12: "residual_cents",
}


def faults(files: Mapping[str, bytes]) -> tuple[Fault, ...]:
    """Return what does not hold in a bundle's files: lines first, then totals, ledger, hashes.

    Raises BundleUnreadable when a file is missing or means nothing.
    """
    broken = hash_faults(files)
    try:
        evidence = parse(files)
    except BundleUnreadable:
        if broken:
            return broken
        raise
    try:
        return (*_content_faults(evidence), *broken)
    except (ValueError, TypeError, KeyError, IndexError) as error:
        if broken:
            return broken
        raise BundleUnreadable(file="", reason=f"{type(error).__name__}: {error}") from error


def _content_faults(evidence: Evidence) -> Iterator[Fault]:
    expected = recomputed(evidence.rules, evidence.served, evidence.used)
    yield from _line_faults(expected, evidence.billed)
    yield from _proof_faults(evidence)
    yield from _table_faults(evidence)
    yield from _held_faults(evidence, expected)
    for name, value in _totals(expected, evidence.entries).items():
        if evidence.totals.get(name) != value:
            yield Fault(
                file="totals.json", what=f"{name}: {evidence.totals.get(name)}, not {value}"
            )
    yield from _chain_faults(evidence)


def recomputed(
    rules: Rules, served: Sequence[Served], used: Mapping[tuple[str, str], int]
) -> list[Billed]:
    """Decide the deliveries again, in canonical order, and share out the VAT."""
    counts = Counter(dict(used))
    lines: list[Billed] = []
    for each in sorted(served, key=lambda each: (each.service_at, each.delivery)):
        month = (each.household, each.promised_for[:7])
        tariff, net, reasons = _decide(rules, each, counts[month])
        counts[month] += net > 0
        lines.append(
            Billed(
                line=len(lines) + 1,
                delivery=each.delivery,
                household=each.household,
                tariff_cents=tariff,
                net_cents=net,
                vat_cents=0,
                gross_cents=net,
                residual_cents=tariff - net,
                reasons=reasons,
                state="proposed",
            )
        )
    shares = _vat_shares([line.net_cents for line in lines], Fraction(rules.vat_rate))
    return [
        replace(line, vat_cents=vat, gross_cents=line.net_cents + vat)
        for line, vat in zip(lines, shares, strict=True)
    ]


def _decide(rules: Rules, each: Served, used: int) -> tuple[int, int, Reasons]:
    in_force = rules.starts_on <= each.promised_for <= rules.ends_on
    if not in_force or each.fulfilment not in rules.fulfilments or each.zone not in rules.tariffs:
        return 0, 0, [["not_funded", {}]]
    tariff = rules.tariffs[each.zone]
    reasons: Reasons = [["tariff", {"zone": each.zone, "cents": tariff}]]
    most = rules.household_month_max
    if most is not None and used >= most:
        return tariff, 0, [*reasons, ["household_month_max", {"used": used, "max": most}]]
    net = floor(tariff * Fraction(rules.town_share) + HALF)
    reasons.append(["share", {"share": rules.town_share, "cents": net}])
    with_vat = 1 + Fraction(rules.vat_rate)
    if rules.cap_cents is not None and net * with_vat > rules.cap_cents:
        net = floor(rules.cap_cents / with_vat)
        reasons.append(["cap", {"max": rules.cap_cents, "cents": net}])
    if net > 0 and each.held_cents == 0:
        return tariff, 0, each.withheld
    return tariff, net, reasons


def _vat_shares(nets: Sequence[int], rate: Fraction) -> list[int]:
    exact = [net * rate for net in nets]
    shares = [floor(each) for each in exact]
    missing = floor(sum(exact) + HALF) - sum(shares)
    ranked = sorted(range(len(nets)), key=lambda at: (floor(exact[at]) - exact[at], at))
    for at in ranked[:missing]:
        shares[at] += 1
    return shares


def _line_faults(expected: Sequence[Billed], billed: Sequence[Billed]) -> Iterator[Fault]:
    for ours, theirs in zip(expected, billed, strict=False):
        for name in DECIDED:
            claimed, value = getattr(theirs, name), getattr(ours, name)
            if claimed != value:
                yield Fault(
                    file="lines.json", line=ours.line, what=f"{name}: {claimed}, not {value}"
                )
    if len(expected) != len(billed):
        yield Fault(
            file="lines.json",
            line=min(len(expected), len(billed)) + 1,
            what=f"{len(billed)} lines, not {len(expected)}",
        )


def _proof_faults(evidence: Evidence) -> Iterator[Fault]:
    deliveries = Counter(each.delivery for each in evidence.served)
    for line, each in enumerate(evidence.served, start=1):
        if deliveries[each.delivery] > 1:
            yield Fault(file="deliveries.json", line=line, what="delivery is there twice")
        if not (each.proof_kind and len(each.proof_sha256) == 64):
            yield Fault(file="deliveries.json", line=line, what="no proof")
        if each.service_at >= evidence.month_ends_at:
            yield Fault(file="deliveries.json", line=line, what="served after the month's end")


def _table_faults(evidence: Evidence) -> Iterator[Fault]:
    if len(evidence.table) != len(evidence.billed):
        yield Fault(
            file="lines.csv",
            what=f"{len(evidence.table)} lines, not {len(evidence.billed)}",
        )
    for row, line in zip(evidence.table, evidence.billed, strict=False):
        written = {name: int(row[column].replace(",", "")) for column, name in AMOUNTS.items()}
        if int(row[1]) != line.delivery or any(
            getattr(line, name) != cents for name, cents in written.items()
        ):
            yield Fault(file="lines.csv", line=line.line, what="differs from lines.json")


def _held_faults(evidence: Evidence, expected: Sequence[Billed]) -> Iterator[Fault]:
    """Compare each line with what the ledger moved for its delivery, before and at the close."""
    proven: Counter[tuple[int | None, int]] = Counter()
    settled: Counter[tuple[int | None, int]] = Counter()
    engaged: Counter[int | None] = Counter()
    for entry in evidence.entries:
        for envelope, account, cents in entry.postings:
            if account == "service_fait":
                settled[entry.delivery, envelope] += cents
                proven[entry.delivery, envelope] += cents if entry.kind == "prove" else 0
            elif account == "engaged":
                engaged[entry.delivery] += cents
    by_delivery = {each.delivery: each for each in evidence.served}
    for line in expected:
        each = by_delivery[line.delivery]
        key = (each.delivery, each.envelope)
        for what, cents, moved in (
            ("held", each.held_cents, proven[key]),
            ("settled", line.gross_cents, settled[key]),
            ("engaged", 0, engaged[each.delivery]),
        ):
            if moved != cents:
                yield Fault(
                    file="postings.json", line=line.line, what=f"{what}: {moved}, not {cents}"
                )
    for entry in evidence.entries:
        if entry.statement == evidence.statement and entry.delivery not in by_delivery:
            yield Fault(file="postings.json", seq=entry.seq, what="its delivery is on no line")


def _totals(expected: Sequence[Billed], entries: Sequence[Posted]) -> dict[str, object]:
    accounts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for entry in entries:
        for envelope, account, cents in entry.postings:
            accounts[str(envelope)][account] += cents
    return {
        "lines": len(expected),
        "tariff_cents": sum(line.tariff_cents for line in expected),
        "net_cents": sum(line.net_cents for line in expected),
        "vat_cents": sum(line.vat_cents for line in expected),
        "gross_cents": sum(line.gross_cents for line in expected),
        "residual_cents": sum(line.residual_cents for line in expected),
        "envelopes": {name: dict(sums) for name, sums in accounts.items()},
    }


def _chain_faults(evidence: Evidence) -> Iterator[Fault]:
    """Follow the chain from its first entry; no envelope may be overdrawn at any."""
    previous = "0" * 64
    left: Counter[int] = Counter()
    for seq, entry in enumerate(evidence.entries, start=1):
        if (entry.seq, entry.previous_sha256) != (seq, previous):
            yield Fault(file="postings.json", seq=seq, what="previous_sha256")
        if entry.sha256 != _digest(entry):
            yield Fault(file="postings.json", seq=seq, what="sha256")
        if len(entry.postings) < 2 or sum(cents for _, _, cents in entry.postings) != 0:
            yield Fault(file="postings.json", seq=seq, what="not balanced")
        for envelope, account, cents in entry.postings:
            left[envelope] += cents if account == "available" else 0
            if left[envelope] < 0:
                yield Fault(file="postings.json", seq=seq, what=f"envelope {envelope} overdrawn")
        previous = entry.sha256
    if previous != evidence.head_sha256:
        yield Fault(file="manifest.json", what="head_sha256")


def _digest(entry: Posted) -> str:
    text = json.dumps(
        {
            "at": entry.at,
            "delivery": entry.delivery,
            "key": entry.key,
            "kind": entry.kind,
            "postings": entry.postings,
            "seq": entry.seq,
            "statement": entry.statement,
        },
        sort_keys=True,
        separators=(",", ":"),
    )
    return sha256((entry.previous_sha256 + text).encode()).hexdigest()
