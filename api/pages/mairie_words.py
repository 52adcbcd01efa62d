"""A statement in a clerk's words: reasons, proofs, movements, days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_percent

import api.words
from delivery.ledger import Account, Link
from delivery.programmes import Reason
from delivery.statements import Line
from zones.zone import Zone

#: Of a hash, what a table has room for; the line's own page shows it whole.
SHORT_HASH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line as the table and the spreadsheet say it; amounts stay with the line."""

    line: Line
    day: str
    time: str
    zone: str
    mode: str
    rule: str
    reasons: tuple[str, ...]
    proof: str
    state: str

    @property
    def short_hash(self) -> str:
        """The beginning of the proof's hash."""
        return self.line.proven.proof_sha256[:SHORT_HASH]


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A ledger entry: what it was, from which account to which, and where it stands."""

    seq: int
    at: datetime
    kind: str
    source: str
    target: str
    cents: int
    sha256: str


class Wording:
    """Say lines and movements in a language, by the town's clocks and zones."""

    def __init__(self, timezone: ZoneInfo, zones: Mapping[str, Zone], language: str) -> None:
        """Keep what words depend on."""
        self._timezone = timezone
        self._zones = zones
        self._language = language

    def zone(self, code: str) -> str:
        """Return a zone's name; its code where the town has it no longer."""
        return self._zones[code].name if code in self._zones else code

    def row(self, line: Line) -> Row:
        """Put a line into words."""
        proven = line.proven
        at = proven.service_at.astimezone(self._timezone)
        return Row(
            line=line,
            day=format_date(at.date(), "dd/MM/yyyy"),
            time=api.words.clock(at, self._language),
            zone=self.zone(proven.claim.zone_code),
            mode=self.text(f"mairie_mode_{proven.claim.fulfilment.value}"),
            rule=self._reason("mairie_rule", line.reasons[-1]),
            reasons=tuple(self._reason("mairie_reason", each) for each in line.reasons),
            proof=self.text(f"mairie_proof_{proven.proof_kind}"),
            state=self.text(f"mairie_line_{line.state.value}"),
        )

    def rule_name(self, code: str) -> str:
        """Name a rule, for lists to choose from."""
        return self._known(f"mairie_rule_name_{code}", {}) or code

    def _reason(self, family: str, reason: Reason) -> str:
        """Say why in a sentence; a rule we have no words for yet is named by its code."""
        code, parameters = reason
        shown: dict[str, object] = {name: value for name, value in parameters.items()}
        for name in ("cents", "left_cents", "needed_cents"):
            if name in parameters:
                shown[name] = api.words.euros(int(parameters[name]), self._language)
        if code == "cap":
            shown["max"] = api.words.euros(int(parameters["max"]), self._language)
        if "zone" in parameters:
            shown["zone"] = self.zone(str(parameters["zone"]))
        if "share" in parameters:
            shown["share"] = percent(Decimal(str(parameters["share"])), self._language)
        return self._known(f"{family}_{code}", shown) or code

    def movement(self, link: Link) -> Movement:
        """Say what a ledger entry moved: out of the account that lost, into the one that won."""
        entry = link.entry
        source = min(entry.postings, key=lambda each: each.amount_cents)
        target = max(entry.postings, key=lambda each: each.amount_cents)
        return Movement(
            seq=link.seq,
            at=entry.at,
            kind=self.text(f"mairie_entry_{entry.kind.value}"),
            source=self._account(source.account),
            target=self._account(target.account),
            cents=target.amount_cents,
            sha256=link.sha256,
        )

    def _account(self, account: Account) -> str:
        return self.text(f"mairie_account_{account.value}")

    def text(self, code: str, **parameters: object) -> str:
        """Return a sentence of the catalogue."""
        return api.words.text(code, parameters, self._language)

    def _known(self, code: str, parameters: Mapping[str, object]) -> str:
        if code not in api.words.catalogue(self._language):
            return ""
        return api.words.text(code, parameters, self._language)


def month(first: date, language: str) -> str:
    """Write a month: novembre 2026."""
    return format_date(first, "MMMM y", locale=language)


def percent(share: Decimal, language: str) -> str:
    """Write a share of one: 80 %, 33,3 %."""
    gap = "\N{NO-BREAK SPACE}" if language == "fr" else ""
    return format_percent(share, f"#,##0.##{gap}%", locale=language)
