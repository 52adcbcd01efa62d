"""Money voted for a programme and a year: engaged, then service fait, never over."""

from dataclasses import dataclass
from datetime import datetime

from delivery.errors import Refusal
from delivery.ledger import Account, Entry, Kind, Posting


class EnvelopeSpent(Refusal):
    """The year's credits do not hold this. Parameters: left_cents, needed_cents."""

    code = "envelope_spent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The credits of one programme and calendar year, and what became of them."""

    id: int
    programme_id: int
    year: int
    voted_cents: int
    engaged_cents: int
    service_fait_cents: int

    @property
    def left_cents(self) -> int:
        """What nobody was promised: disponible."""
        return self.voted_cents - self.engaged_cents - self.service_fait_cents


def vote(envelope: Envelope, voted_cents: int, *, times: int, at: datetime) -> Entry | None:
    """Bring the credits to a new total; `times` counts the votes before. None when they are there.

    Raises EnvelopeSpent when less is voted than already promised.
    """
    change = voted_cents - envelope.voted_cents
    if change == 0:
        return None
    if envelope.left_cents + change < 0:
        raise EnvelopeSpent(left_cents=envelope.left_cents, needed_cents=-change)
    return Entry(
        kind=Kind.VOTE,
        key=f"vote:envelope:{envelope.id}:{times + 1}",
        at=at,
        postings=_move(envelope.id, Account.CREDITS, Account.AVAILABLE, change),
    )


def engage(
    envelope: Envelope, delivery_id: int, cents: int, *, attempt: int, at: datetime
) -> Entry | None:
    """Reserve money for a promised delivery; None when it costs the town nothing.

    Raises EnvelopeSpent when less is left.
    """
    if cents > envelope.left_cents:
        raise EnvelopeSpent(left_cents=envelope.left_cents, needed_cents=cents)
    return _entry(
        Kind.ENGAGE,
        delivery_id,
        attempt,
        at,
        _move(envelope.id, Account.AVAILABLE, Account.ENGAGED, cents),
    )


def release(
    envelope_id: int, delivery_id: int, cents: int, *, attempt: int, at: datetime
) -> Entry | None:
    """Give back what was reserved for a delivery that came to nothing."""
    return _entry(
        Kind.RELEASE,
        delivery_id,
        attempt,
        at,
        _move(envelope_id, Account.ENGAGED, Account.AVAILABLE, cents),
    )


def prove(
    envelope_id: int, delivery_id: int, cents: int, *, attempt: int, at: datetime
) -> Entry | None:
    """Move what was reserved to service fait: the delivery is proven."""
    return _entry(
        Kind.PROVE,
        delivery_id,
        attempt,
        at,
        _move(envelope_id, Account.ENGAGED, Account.SERVICE_FAIT, cents),
    )


def settle(
    envelope_id: int, delivery_id: int, spare_cents: int, *, statement_id: int, at: datetime
) -> Entry | None:
    """Give back what a statement's final amount left of the service fait."""
    if spare_cents < 0:
        raise ValueError(f"delivery {delivery_id} costs {-spare_cents} more than was held for it")
    postings = _move(envelope_id, Account.SERVICE_FAIT, Account.AVAILABLE, spare_cents)
    if not postings:
        return None
    return Entry(
        kind=Kind.CLOSE,
        key=f"close:delivery:{delivery_id}",
        at=at,
        postings=postings,
        delivery_id=delivery_id,
        statement_id=statement_id,
    )


def _entry(
    kind: Kind, delivery_id: int, attempt: int, at: datetime, postings: tuple[Posting, ...]
) -> Entry | None:
    if not postings:
        return None
    again = "" if attempt == 1 else f":{attempt}"
    return Entry(
        kind=kind,
        key=f"{kind.value}:delivery:{delivery_id}{again}",
        at=at,
        postings=postings,
        delivery_id=delivery_id,
    )


def _move(envelope_id: int, source: Account, target: Account, cents: int) -> tuple[Posting, ...]:
    if cents == 0:
        return ()
    return (
        Posting(envelope_id=envelope_id, account=source, amount_cents=-cents),
        Posting(envelope_id=envelope_id, account=target, amount_cents=cents),
    )
