"""A statement as files anyone can recompute; `verifier` says what each holds.

Households are pseudonyms keyed by the town's secret; no name, address or phone number enters.
"""

import csv
import hmac
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from delivery.ledger import Link, balances, instant
from delivery.programmes import Programme, Reason, rules_to_json
from delivery.statements import HouseholdMonth, Line, Statement

FORMAT = "colporteur-statement/1"

#: Heads of `lines.csv`, for the town hall.
COLUMNS = (
    "Ligne",
    "Course n°",
    "Date du service fait (UTC)",
    "Zone",
    "Mode",
    "Commandes",
    "Colis",
    "Foyer (pseudonyme)",
    "Tarif HT (€)",
    "Part ville HT (€)",
    "TVA (€)",
    "Part ville TTC (€)",
    "Reste à charge HT (€)",
    "Motifs",
    "Preuve",
    "Empreinte de la preuve",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What goes into a bundle: `ends_at` is when the month ended, `links` the whole chain up to
    the statement's head."""

    town: str
    statement: Statement
    ends_at: datetime
    rules: Programme
    lines: tuple[Line, ...]
    prior: Mapping[HouseholdMonth, int]
    links: tuple[Link, ...]


def pack(content: Content, *, secret: bytes) -> dict[str, bytes]:
    """Return the bundle's files by name, the manifest last."""
    names = {
        household: pseudonym(household, secret)
        for household in sorted({line.proven.household for line in content.lines})
    }
    files = {
        "rules.json": _json(rules_to_json(content.rules)),
        "usage.json": _json(
            [
                [names[household], f"{month:%Y-%m}", count]
                for (household, month), count in sorted(content.prior.items())
            ]
        ),
        "deliveries.json": _json([_delivery(line, names) for line in content.lines]),
        "lines.json": _json([_line(line, names) for line in content.lines]),
        "lines.csv": _csv(content.lines, names),
        "postings.json": _json([_link(link) for link in content.links]),
        "totals.json": _json(_totals(content)),
    }
    return {**files, "manifest.json": _manifest(content, files)}


def pseudonym(household: str, secret: bytes) -> str:
    """Return the name a household bears in bundles, which only the secret's owner can find."""
    return hmac.new(secret, household.encode(), sha256).hexdigest()[:32]


def _json(value: object) -> bytes:
    text = json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False)
    return (text + "\n").encode()


def _manifest(content: Content, files: Mapping[str, bytes]) -> bytes:
    manifest: dict[str, object] = {
        "format": FORMAT,
        "town": content.town,
        "programme": content.rules.name,
        "programme_version": content.rules.version,
        "month": f"{content.statement.month:%Y-%m}",
        "month_ends_at": instant(content.ends_at),
        "number": content.statement.number,
        "statement": content.statement.id,
        "closed_at": instant(content.statement.closed_at),
        "head_sha256": content.statement.head_sha256,
        "files": {name: sha256(file).hexdigest() for name, file in files.items()},
    }
    seal = sha256(_json(manifest)).hexdigest()
    return _json({**manifest, "seal": seal})


def _reasons(reasons: tuple[Reason, ...]) -> list[list[object]]:
    return [[code, dict(parameters)] for code, parameters in reasons]


def _delivery(line: Line, names: Mapping[str, str]) -> dict[str, object]:
    each = line.proven
    return {
        "delivery": each.delivery_id,
        "service_at": instant(each.service_at),
        "promised_for": each.claim.on.isoformat(),
        "zone": each.claim.zone_code,
        "fulfilment": each.claim.fulfilment.value,
        "household": names[each.household],
        "orders": each.orders,
        "parcels": each.parcels,
        "envelope": each.envelope_id,
        "held_cents": each.held_cents,
        "withheld": [] if each.held_cents else _reasons(each.withheld),
        "proof_kind": each.proof_kind,
        "proof_sha256": each.proof_sha256,
    }


def _line(line: Line, names: Mapping[str, str]) -> dict[str, object]:
    return {
        "line": line.position,
        "delivery": line.proven.delivery_id,
        "household": names[line.proven.household],
        "tariff_cents": line.tariff_cents,
        "net_cents": line.net_cents,
        "vat_cents": line.vat_cents,
        "gross_cents": line.gross_cents,
        "residual_cents": line.residual_cents,
        "reasons": _reasons(line.reasons),
        "state": line.state.value,
    }


def _csv(lines: tuple[Line, ...], names: Mapping[str, str]) -> bytes:
    text = io.StringIO()
    rows = csv.writer(text, delimiter=";", lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for line in lines:
        each = line.proven
        rows.writerow(
            (
                line.position,
                each.delivery_id,
                instant(each.service_at),
                each.claim.zone_code,
                each.claim.fulfilment.value,
                each.orders,
                each.parcels,
                names[each.household],
                *map(
                    euros,
                    (
                        line.tariff_cents,
                        line.net_cents,
                        line.vat_cents,
                        line.gross_cents,
                        line.residual_cents,
                    ),
                ),
                " ".join(code for code, _ in line.reasons),
                each.proof_kind,
                each.proof_sha256,
            )
        )
    return text.getvalue().encode("utf-8-sig")


def euros(cents: int) -> str:
    """Write cents as French spreadsheets read them.

    >>> euros(105)
    '1,05'
    """
    return f"{cents // 100},{cents % 100:02}"


def _link(link: Link) -> dict[str, object]:
    return {
        "seq": link.seq,
        "key": link.entry.key,
        "kind": link.entry.kind.value,
        "at": instant(link.entry.at),
        "delivery": link.entry.delivery_id,
        "statement": link.entry.statement_id,
        "postings": [
            [each.envelope_id, each.account.value, each.amount_cents]
            for each in link.entry.postings
        ],
        "previous_sha256": link.previous_sha256,
        "sha256": link.sha256,
    }


def _totals(content: Content) -> dict[str, object]:
    sums = balances(link.entry for link in content.links)
    accounts: dict[str, dict[str, int]] = {}
    for (envelope_id, account), cents in sorted(sums.items(), key=lambda each: str(each[0])):
        accounts.setdefault(str(envelope_id), {})[account.value] = cents
    return {
        "lines": len(content.lines),
        "tariff_cents": sum(line.tariff_cents for line in content.lines),
        "net_cents": content.statement.net_cents,
        "vat_cents": content.statement.vat_cents,
        "gross_cents": content.statement.gross_cents,
        "residual_cents": content.statement.residual_cents,
        "envelopes": accounts,
    }
