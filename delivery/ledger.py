"""Balanced postings in an append-only chain: what it takes to find every cent again.

Every entry carries the hash of the one before, so that a changed, removed or moved entry shows.
Entries name deliveries and statements by number only; no personal data may enter, because the
chain can never forget.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from hashlib import sha256

from delivery.errors import Refusal

#: What the first entry points back to.
GENESIS = "0" * 64


class BooksFaulty(Refusal):
    """The ledger does not hold; nothing may be closed on it. Parameters: seq, what, faults."""

    code = "books_faulty"


class Account(Enum):
    """Where money of an envelope stands; the accounts of one envelope sum to nothing."""

    #: Credits voted, as a negative: crédits ouverts.
    CREDITS = "credits"
    #: Voted and not yet promised to anyone: disponible.
    AVAILABLE = "available"
    #: Promised: engagé.
    ENGAGED = "engaged"
    #: Delivered, with proof: service fait.
    SERVICE_FAIT = "service_fait"


class Kind(Enum):
    """Why an entry was made."""

    #: The council voted or changed credits.
    VOTE = "vote"
    #: A delivery was promised.
    ENGAGE = "engage"
    #: A promise came to nothing.
    RELEASE = "release"
    #: A delivery was proven.
    PROVE = "prove"
    #: A month's close settled the final amount.
    CLOSE = "close"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """An amount that enters (or, negative, leaves) an account of an envelope."""

    envelope_id: int
    account: Account
    amount_cents: int

    def __post_init__(self) -> None:
        """Refuse a posting that moves nothing."""
        if self.amount_cents == 0:
            raise ValueError("a posting must move something")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Postings that belong together; `key` is the same for every try of the same act."""

    kind: Kind
    key: str
    at: datetime
    postings: tuple[Posting, ...]
    delivery_id: int | None = None
    statement_id: int | None = None

    def __post_init__(self) -> None:
        """Refuse what is not balanced, has no postings or no time zone."""
        if len(self.postings) < 2 or sum(each.amount_cents for each in self.postings) != 0:
            raise ValueError(f"entry {self.key} is not balanced: {self.postings}")
        if not self.key or self.at.tzinfo is None:
            raise ValueError(f"entry {self.key!r} needs a key and a time zone")

    def repeats(self, other: "Entry") -> bool:
        """Whether both are the same act, whenever each was tried."""
        return (self.kind, self.key, self.postings, self.delivery_id, self.statement_id) == (
            other.kind,
            other.key,
            other.postings,
            other.delivery_id,
            other.statement_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An entry at its place in the chain."""

    seq: int
    previous_sha256: str
    sha256: str
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Where the books do not hold; `seq` is None for what no single entry shows."""

    seq: int | None
    what: str


def canonical(seq: int, entry: Entry) -> str:
    """Write an entry the one way its hash is taken of: sorted keys, no spaces, UTC to the
    microsecond, ASCII."""
    return json.dumps(
        {
            "at": instant(entry.at),
            "delivery": entry.delivery_id,
            "key": entry.key,
            "kind": entry.kind.value,
            "postings": [
                [each.envelope_id, each.account.value, each.amount_cents] for each in entry.postings
            ],
            "seq": seq,
            "statement": entry.statement_id,
        },
        sort_keys=True,
        separators=(",", ":"),
    )


def instant(moment: datetime) -> str:
    """Write a moment in UTC: `2026-03-04T09:00:00.000000Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def digest(previous_sha256: str, seq: int, entry: Entry) -> str:
    """Return the hash of an entry: sha256 of the previous hash and the canonical entry."""
    return sha256((previous_sha256 + canonical(seq, entry)).encode()).hexdigest()


def chain(seq: int, head_sha256: str, entries: Iterable[Entry]) -> tuple[Link, ...]:
    """Append entries to a chain that ends with `seq` and `head_sha256`."""
    links = []
    for entry in entries:
        seq += 1
        sha = digest(head_sha256, seq, entry)
        links.append(Link(seq=seq, previous_sha256=head_sha256, sha256=sha, entry=entry))
        head_sha256 = sha
    return tuple(links)


def balances(entries: Iterable[Entry]) -> dict[tuple[int, Account], int]:
    """Sum the postings by envelope and account."""
    sums: dict[tuple[int, Account], int] = {}
    for entry in entries:
        for each in entry.postings:
            key = (each.envelope_id, each.account)
            sums[key] = sums.get(key, 0) + each.amount_cents
    return sums
