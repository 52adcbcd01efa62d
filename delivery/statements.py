"""The monthly statement: every proven delivery, decided for good in canonical order.

Canonical order is time of service, then number of the delivery: the same lines come out whatever
order the couriers' phones reported in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from hashlib import sha256

from delivery.errors import Refusal
from delivery.programmes import Claim, Decision, Programme, Reason, decide

#: How long after its slot a delivery without news stays promised: phones report late.
GRACE = timedelta(days=3)

#: A household in a calendar month (its first day).
type HouseholdMonth = tuple[str, date]


class MonthNotOver(Refusal):
    """The month still runs. Parameters: month, ends_at."""

    code = "month_not_over"


class EarlierMonthOpen(Refusal):
    """A month before has something to settle and was not closed. Parameters: month."""

    code = "earlier_month_open"


class StatementState(Enum):
    """Where a statement stands."""

    #: Closed by the operator, not yet handed in.
    DRAFT = "draft"
    #: Handed in to the town hall.
    SUBMITTED = "submitted"
    #: The town hall reads it.
    IN_REVIEW = "in_review"
    #: Agreed, whole or in part.
    SETTLED = "settled"
    #: The agreed part is invoiced.
    INVOICED = "invoiced"


class LineState(Enum):
    """Where a line stands in the review."""

    #: As the close wrote it.
    PROPOSED = "proposed"
    #: The town hall agrees.
    ACCEPTED = "accepted"
    #: The town hall does not.
    CONTESTED = "contested"
    #: Agreed at another amount.
    CORRECTED = "corrected"
    #: Taken off.
    WITHDRAWN = "withdrawn"
    #: Left to a later month.
    CARRIED_OVER = "carried_over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """A proven delivery as its month's close finds it.

    `held_cents` is what the envelope holds for it; where that is nothing, `withheld` says why it
    was granted nothing. `household` is a digest, never an address.
    """

    delivery_id: int
    service_at: datetime
    claim: Claim
    household: str
    envelope_id: int
    held_cents: int
    withheld: tuple[Reason, ...]
    orders: int
    parcels: int
    proof_kind: str
    proof_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One delivery on a statement; `gross_cents` is what the town pays for it."""

    position: int
    proven: Proven
    tariff_cents: int
    net_cents: int
    vat_cents: int
    reasons: tuple[Reason, ...]
    state: LineState = LineState.PROPOSED

    @property
    def gross_cents(self) -> int:
        """The town's part with its VAT."""
        return self.net_cents + self.vat_cents

    @property
    def residual_cents(self) -> int:
        """What the town does not pay, before VAT."""
        return self.tariff_cents - self.net_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One programme's month; `head_sha256` anchors the ledger as it stood at the close."""

    id: int
    programme_id: int
    number: str
    month: date
    state: StatementState
    lines: int
    net_cents: int
    vat_cents: int
    residual_cents: int
    head_sha256: str
    closed_at: datetime

    @property
    def gross_cents(self) -> int:
        """What the town pays."""
        return self.net_cents + self.vat_cents


def decide_lines(
    proven: Iterable[Proven], rules: Programme, prior: Mapping[HouseholdMonth, int]
) -> tuple[Line, ...]:
    """Decide proven deliveries for good; `prior` counts grants on earlier statements.

    A household's month is the one its deliveries were promised for. Nothing costs more than is
    held for it: where nothing is, the line says why and the residual is the whole tariff.
    """
    used = dict(prior)
    lines: list[Line] = []
    for position, each in enumerate(sorted(proven, key=canonical_order), start=1):
        month = (each.household, each.claim.on.replace(day=1))
        decision = _bounded(decide(each.claim, rules, used.get(month, 0)), each)
        used[month] = used.get(month, 0) + (decision.net_cents > 0)
        lines.append(
            Line(
                position=position,
                proven=each,
                tariff_cents=decision.tariff_cents,
                net_cents=decision.net_cents,
                vat_cents=0,
                reasons=decision.reasons,
            )
        )
    shares = share_vat([line.net_cents for line in lines], rules.vat_rate)
    return tuple(
        replace(line, vat_cents=vat_cents) for line, vat_cents in zip(lines, shares, strict=True)
    )


def canonical_order(proven: Proven) -> tuple[datetime, int]:
    """Order deliveries by time of service, then number."""
    return proven.service_at, proven.delivery_id


def _bounded(decision: Decision, proven: Proven) -> Decision:
    if decision.most_cents <= proven.held_cents:
        return decision
    if proven.held_cents:
        raise ValueError(f"delivery {proven.delivery_id} is held at less than its rules decide")
    return replace(decision, net_cents=0, most_cents=0, reasons=proven.withheld)


def vat(net_cents: int, rate: Decimal) -> int:
    """Return the VAT of a statement's summed base, rounded half up.

    EN 16931 takes VAT on the sum per rate, not the sum of the lines' VAT; half up is our
    convention.

    >>> vat(1625, Decimal("0.20")), vat(1, Decimal("0.5"))
    (325, 1)
    """
    return int((net_cents * rate).to_integral_value(rounding=ROUND_HALF_UP))


def share_vat(nets: list[int], rate: Decimal) -> list[int]:
    """Share the statement's VAT over its lines by largest remainder, the earlier line first.

    The shares sum to the invoice's VAT, and none exceeds its own line's VAT rounded up.

    >>> share_vat([542, 542, 541], Decimal("0.20"))
    [109, 108, 108]
    """
    exact = [net * rate for net in nets]
    shares = [int(each) for each in exact]
    missing = vat(sum(nets), rate) - sum(shares)
    by_remainder = sorted(range(len(nets)), key=lambda index: (shares[index] - exact[index], index))
    for index in by_remainder[:missing]:
        shares[index] += 1
    return shares


def last_day(month: date) -> date:
    """Return the month's last day."""
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def end(month: date, timezone: tzinfo) -> datetime:
    """Return the moment the month has ended, on the town's clocks."""
    return datetime.combine(last_day(month) + timedelta(days=1), time(), tzinfo=timezone)


def require_over(month: date, timezone: tzinfo, *, now: datetime) -> datetime:
    """Return when the month ended.

    Raises MonthNotOver while it runs.
    """
    ends_at = end(month, timezone)
    if now < ends_at:
        raise MonthNotOver(field="month", month=f"{month:%Y-%m}", ends_at=ends_at.isoformat())
    return ends_at


def require_earlier_closed(due: Iterable[date], month: date, closed: Iterable[date]) -> None:
    """Refuse to close a month over an earlier one; `due` are the days of what is to be settled.

    What came late to a month that was closed, or that a later close passed over, may be settled.

    >>> require_earlier_closed([date(2026, 2, 9)], date(2026, 3, 1), [date(2026, 2, 1)])

    Raises EarlierMonthOpen.
    """
    last = max(closed, default=date.min)
    open_months = {day.replace(day=1) for day in due}
    earlier = [each for each in open_months if last < each < month]
    if earlier:
        raise EarlierMonthOpen(field="month", month=f"{min(earlier):%Y-%m}")


def number(month: date, rank: int) -> str:
    """Number a month's statements.

    >>> number(date(2026, 3, 1), 1)
    'ETAT-2026-03-01'
    """
    return f"ETAT-{month:%Y-%m}-{rank:02}"


def household(key: str) -> str:
    """Return the digest under which a household's deliveries are counted."""
    return sha256(key.encode()).hexdigest()
