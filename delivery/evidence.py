"""What a statement's bundle claims: its files as records, for the verifier.

Format `colporteur-statement/1`: UTF-8 JSON, integer cents, moments in UTC, eight files.

- `manifest.json`: format, town, programme and version, month and when it ended on the town's
  clocks, number, statement, closed_at, `head_sha256` (the ledger's end at the close), `files`
  (name to sha256), `seal` (sha256 of this file without its seal). JSON files have sorted keys and
  one space of indent.
- `rules.json`: the programme; rates are decimal strings, null is "no bound".
- `usage.json`: `[household, month, count]`, what earlier statements granted.
- `deliveries.json`: what was proven, in canonical order (service_at, delivery); `held_cents` is
  what the envelope held, `withheld` the reasons where that is nothing.
- `lines.json`: what each costs the town and why; `lines.csv` the same for the town hall.
- `postings.json`: the ledger from its first entry to the head; an entry's `sha256` is that of
  `previous_sha256` and of the entry's other fields as JSON without spaces, sorted, ASCII.
- `totals.json`: sums of the lines, and every account of every envelope at the head.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256

from delivery.errors import Refusal

FORMAT = "colporteur-statement/1"
FILES = (
    "rules.json",
    "usage.json",
    "deliveries.json",
    "lines.json",
    "lines.csv",
    "postings.json",
    "totals.json",
)

type Reasons = list[list[object]]


class BundleUnreadable(Refusal):
    """The folder holds no bundle, or one of another format. Parameters: file, reason."""

    code = "bundle_unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What does not hold: in which file, and on which line or ledger entry where there is one."""

    file: str
    what: str
    line: int | None = None
    seq: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules the bundle says it was decided by."""

    name: str
    version: int
    operator: str
    deliberation: str
    starts_on: str
    ends_on: str
    tariffs: Mapping[str, int]
    fulfilments: Sequence[str]
    town_share: str
    vat_rate: str
    cap_cents: int | None
    household_month_max: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A proven delivery."""

    delivery: int
    service_at: str
    promised_for: str
    zone: str
    fulfilment: str
    household: str
    orders: int
    parcels: int
    envelope: int
    held_cents: int
    withheld: Reasons
    proof_kind: str
    proof_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Billed:
    """A line of the statement."""

    line: int
    delivery: int
    household: str
    tariff_cents: int
    net_cents: int
    vat_cents: int
    gross_cents: int
    residual_cents: int
    reasons: Reasons
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A ledger entry."""

    seq: int
    key: str
    kind: str
    at: str
    delivery: int | None
    statement: int | None
    postings: list[tuple[int, str, int]]
    previous_sha256: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything a bundle says."""

    month_ends_at: str
    statement: int
    head_sha256: str
    rules: Rules
    used: Mapping[tuple[str, str], int]
    served: Sequence[Served]
    billed: Sequence[Billed]
    table: Sequence[Sequence[str]]
    entries: Sequence[Posted]
    totals: Mapping[str, object]


def parse(files: Mapping[str, bytes]) -> Evidence:
    """Read a bundle's files.

    Raises BundleUnreadable when one means nothing.
    """
    try:
        manifest = json.loads(files["manifest.json"])
        rules = json.loads(files["rules.json"])
        for rate in ("town_share", "vat_rate"):
            Fraction(rules[rate])
        return Evidence(
            month_ends_at=manifest["month_ends_at"],
            statement=manifest["statement"],
            head_sha256=manifest["head_sha256"],
            rules=Rules(**rules),
            used={(name, month): n for name, month, n in json.loads(files["usage.json"])},
            served=[Served(**each) for each in json.loads(files["deliveries.json"])],
            billed=[Billed(**each) for each in json.loads(files["lines.json"])],
            table=_table(files["lines.csv"]),
            entries=[Posted(**each) for each in json.loads(files["postings.json"])],
            totals=json.loads(files["totals.json"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BundleUnreadable(file="", reason=f"{type(error).__name__}: {error}") from error


def _table(text: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.decode("utf-8-sig"), newline=""), delimiter=";"))[1:]


def hash_faults(files: Mapping[str, bytes]) -> tuple[Fault, ...]:
    """Return every file that is not the one the manifest was sealed over.

    Raises BundleUnreadable when a file is missing or the manifest is of another format.
    """
    for name in ("manifest.json", *FILES):
        if name not in files:
            raise BundleUnreadable(file=name, reason="missing")
    try:
        manifest = json.loads(files["manifest.json"])
    except ValueError as error:
        raise BundleUnreadable(file="manifest.json", reason=str(error)) from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise BundleUnreadable(file="manifest.json", reason=f"format is not {FORMAT}")
    return tuple(_broken(manifest, files))


def _broken(manifest: dict[str, object], files: Mapping[str, bytes]) -> Iterator[Fault]:
    listed = manifest.get("files")
    for name in FILES:
        if not isinstance(listed, dict) or listed.get(name) != sha256(files[name]).hexdigest():
            yield Fault(file=name, what="sha256")
    unsealed = {name: value for name, value in manifest.items() if name != "seal"}
    if manifest.get("seal") != sha256(_json(unsealed)).hexdigest():
        yield Fault(file="manifest.json", what="seal")
    elif files["manifest.json"] != _json(manifest):
        yield Fault(file="manifest.json", what="form")


def _json(value: object) -> bytes:
    return (json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode()
