"""Subsidy rules as dated data, and the one function that applies them.

A tariff is before VAT; the town takes a share of it, up to a cap on what it really pays.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal, InvalidOperation

from delivery.errors import Refusal
from delivery.orders import Fulfilment

#: Why an amount is what it is: a rule's code and its parameters.
type Reason = tuple[str, Mapping[str, int | str]]

#: What a written programme may hold; with VAT at 100 % an amount still fits where it is kept.
LONGEST_TEXT = 500
LARGEST_WHOLE = 10**9


class NotFunded(Refusal):
    """No programme pays for this. Parameters: on, and fulfilment where one was asked for."""

    code = "not_funded"


class OutsideZone(Refusal):
    """The programme has no tariff for where it goes. Parameters: zone."""

    code = "outside_zone"


class ResidualRefused(Refusal):
    """The town does not pay it all, and a shop did not agree to pay the rest. Parameters:
    residual_cents, tariff_cents."""

    code = "residual_refused"


class ProgrammeChanged(Refusal):
    """This version of the programme exists with other rules. Parameters: name, version."""

    code = "programme_changed"


class ProgrammeOverlaps(Refusal):
    """Another programme is in force on some of these days. Parameters: starts_on, ends_on."""

    code = "programme_overlaps"


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """What a council decided to pay for, from one day to another, both included.

    `tariffs` are cents before VAT by zone code; `cap_cents` bounds what the town really pays for
    one delivery, VAT included; `household_month_max` how many deliveries to one place it pays in
    a calendar month. `vat_rate` is 0 under the franchise of article 293 B of the CGI.
    """

    name: str
    version: int
    operator: str
    deliberation: str
    starts_on: date
    ends_on: date
    tariffs: Mapping[str, int]
    fulfilments: frozenset[Fulfilment]
    town_share: Decimal
    vat_rate: Decimal
    cap_cents: int | None = None
    household_month_max: int | None = None

    def __post_init__(self) -> None:
        """Refuse rules that could not be applied."""
        for name in ("name", "operator", "deliberation"):
            if not getattr(self, name).strip():
                raise ValueError(f"{name}: must not be empty")
        if self.version < 1:
            raise ValueError(f"version: must be at least 1, not {self.version}")
        if self.ends_on < self.starts_on:
            raise ValueError(f"ends_on: {self.ends_on} lies before starts_on {self.starts_on}")
        if not self.tariffs:
            raise ValueError("tariffs: needs at least one zone")
        for zone, cents in self.tariffs.items():
            if cents < 0:
                raise ValueError(f"tariffs.{zone}: must not be negative, not {cents}")
        if not self.fulfilments or Fulfilment.COUNTER in self.fulfilments:
            raise ValueError("fulfilments: must be home, drive or both")
        for name in ("town_share", "vat_rate"):
            rate: Decimal = getattr(self, name)
            if not (rate.is_finite() and 0 <= rate <= 1):
                raise ValueError(f"{name}: must lie in 0..1, not {rate}")
        for name in ("cap_cents", "household_month_max"):
            bound: int | None = getattr(self, name)
            if bound is not None and bound < 0:
                raise ValueError(f"{name}: must not be negative, not {bound}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the rules look at: the day the delivery is promised for, its way and its zone."""

    on: date
    fulfilment: Fulfilment
    zone_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the town pays for one delivery, before VAT, and why.

    `most_cents` is the most it can cost the town once VAT is shared out over a statement.
    """

    tariff_cents: int
    net_cents: int
    most_cents: int
    reasons: tuple[Reason, ...]

    @property
    def residual_cents(self) -> int:
        """What the town does not pay, before VAT."""
        return self.tariff_cents - self.net_cents


def decide(claim: Claim, rules: Programme, usage: int) -> Decision:
    """Apply the rules; `usage` counts what the household was already granted in the month.

    Eighty percent of 650 is 520; with VAT at 20 % the town would pay 624, more than a cap of 600,
    which leaves 500 before VAT.

    Raises NotFunded outside the programme's days or fulfilments, OutsideZone without a tariff.
    """
    if not rules.starts_on <= claim.on <= rules.ends_on:
        raise NotFunded(on=claim.on.isoformat())
    if claim.fulfilment not in rules.fulfilments:
        raise NotFunded(
            field="fulfilment", on=claim.on.isoformat(), fulfilment=claim.fulfilment.value
        )
    tariff = rules.tariffs.get(claim.zone_code)
    if tariff is None:
        raise OutsideZone(zone=claim.zone_code)
    reasons: list[Reason] = [("tariff", {"zone": claim.zone_code, "cents": tariff})]
    most = rules.household_month_max
    if most is not None and usage >= most:
        net = 0
        reasons.append(("household_month_max", {"used": usage, "max": most}))
    else:
        net = town_part(tariff, rules.town_share)
        reasons.append(("share", {"share": str(rules.town_share), "cents": net}))
        if rules.cap_cents is not None and with_vat(net, rules.vat_rate) > rules.cap_cents:
            net = under_cap(rules.cap_cents, rules.vat_rate)
            reasons.append(("cap", {"max": rules.cap_cents, "cents": net}))
    return Decision(
        tariff_cents=tariff,
        net_cents=net,
        most_cents=with_vat(net, rules.vat_rate),
        reasons=tuple(reasons),
    )


def require_consent(decision: Decision, *, every_shop_accepts: bool) -> None:
    """Raise ResidualRefused when a rest is left that a shop did not agree to pay."""
    if decision.residual_cents > 0 and not every_shop_accepts:
        raise ResidualRefused(
            residual_cents=decision.residual_cents, tariff_cents=decision.tariff_cents
        )


def town_part(tariff_cents: int, share: Decimal) -> int:
    """Return the town's part of a tariff, rounded half up (our convention).

    >>> town_part(655, Decimal("0.5"))
    328
    """
    return int((tariff_cents * share).to_integral_value(rounding=ROUND_HALF_UP))


def with_vat(net_cents: int, rate: Decimal) -> int:
    """Return the amount with its VAT rounded up: no share of a statement's VAT is larger.

    >>> with_vat(542, Decimal("0.20"))
    651
    """
    return net_cents + int((net_cents * rate).to_integral_value(rounding=ROUND_CEILING))


def under_cap(cap_cents: int, rate: Decimal) -> int:
    """Return the largest amount before VAT that a cap with VAT leaves.

    >>> under_cap(600, Decimal("0.20"))
    500
    """
    return int(cap_cents // (1 + rate))


def rules_to_json(rules: Programme) -> dict[str, object]:
    """Write the rules as JSON; rates are strings, so that they stay exact."""
    return {
        "name": rules.name,
        "version": rules.version,
        "operator": rules.operator,
        "deliberation": rules.deliberation,
        "starts_on": rules.starts_on.isoformat(),
        "ends_on": rules.ends_on.isoformat(),
        "tariffs": dict(sorted(rules.tariffs.items())),
        "fulfilments": sorted(each.value for each in rules.fulfilments),
        "town_share": str(rules.town_share),
        "vat_rate": str(rules.vat_rate),
        "cap_cents": rules.cap_cents,
        "household_month_max": rules.household_month_max,
    }


def rules_from_json(document: object) -> Programme:
    """Read rules written by `rules_to_json` or by hand; ValueError names the field at fault."""
    if not isinstance(document, dict):
        raise ValueError("a programme is a JSON object")
    unknown = sorted(set(document) - {field.name for field in fields(Programme)})
    if unknown:
        raise ValueError(f"{unknown[0]}: unknown field")
    tariffs = _present(document, "tariffs")
    if not isinstance(tariffs, dict):
        raise ValueError("tariffs: must be an object of cents by zone code")
    return Programme(
        name=_text(document, "name"),
        version=_whole(_present(document, "version"), "version"),
        operator=_text(document, "operator"),
        deliberation=_text(document, "deliberation"),
        starts_on=_day(document, "starts_on"),
        ends_on=_day(document, "ends_on"),
        tariffs={zone: _whole(cents, f"tariffs.{zone}") for zone, cents in tariffs.items()},
        fulfilments=_fulfilments(_present(document, "fulfilments")),
        town_share=_rate(document, "town_share"),
        vat_rate=_rate(document, "vat_rate"),
        cap_cents=_optional_whole(document, "cap_cents"),
        household_month_max=_optional_whole(document, "household_month_max"),
    )


def _present(document: Mapping[str, object], name: str) -> object:
    if name not in document:
        raise ValueError(f"{name}: is missing")
    return document[name]


def _text(document: Mapping[str, object], name: str) -> str:
    value = _present(document, name)
    if not isinstance(value, str):
        raise ValueError(f"{name}: must be text, not {value!r}")
    if len(value) > LONGEST_TEXT:
        raise ValueError(f"{name}: has {LONGEST_TEXT} characters at most")
    return value


def _whole(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{name}: must be a whole number, not {value!r}")
    if abs(value) > LARGEST_WHOLE:
        raise ValueError(f"{name}: is {LARGEST_WHOLE} at most")
    return value


def _optional_whole(document: Mapping[str, object], name: str) -> int | None:
    value = document.get(name)
    return None if value is None else _whole(value, name)


def _rate(document: Mapping[str, object], name: str) -> Decimal:
    text = _text(document, name)
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{name}: must be a decimal such as 0.20, not {text!r}") from None


def _day(document: Mapping[str, object], name: str) -> date:
    text = _text(document, name)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{name}: must be a day such as 2026-03-01, not {text!r}") from None


def _fulfilments(value: object) -> frozenset[Fulfilment]:
    if not isinstance(value, Iterable) or isinstance(value, str | Mapping):
        raise ValueError("fulfilments: must be a list")
    known = {each.value: each for each in Fulfilment}
    for each in value:
        if not isinstance(each, str) or each not in known:
            raise ValueError(f"fulfilments: {each!r} is not home or drive")
    return frozenset(known[each] for each in value)
