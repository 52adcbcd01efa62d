"""A statement as the town hall reads it: its lines narrowed, summed, held against the ledger."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from delivery.orders import Fulfilment
from delivery.proofs import ProofKind
from delivery.statements import Line, Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What some lines come to; `unpaid` counts those that cost the town nothing."""

    count: int
    unpaid: int
    tariff_cents: int
    net_cents: int
    vat_cents: int
    residual_cents: int

    @property
    def gross_cents(self) -> int:
        """What the town pays for them."""
        return self.net_cents + self.vat_cents


def totals(lines: Iterable[Line]) -> Totals:
    """Sum lines up."""
    kept = list(lines)
    return Totals(
        count=len(kept),
        unpaid=sum(line.gross_cents == 0 for line in kept),
        tariff_cents=sum(line.tariff_cents for line in kept),
        net_cents=sum(line.net_cents for line in kept),
        vat_cents=sum(line.vat_cents for line in kept),
        residual_cents=sum(line.residual_cents for line in kept),
    )


def by[K](lines: Iterable[Line], key: Callable[[Line], K]) -> dict[K, Totals]:
    """Sum lines up by what `key` says of each, the dearest to the town first."""
    grouped: dict[K, list[Line]] = {}
    for line in lines:
        grouped.setdefault(key(line), []).append(line)
    summed = {each: totals(of_key) for each, of_key in grouped.items()}
    ranked = sorted(summed.items(), key=lambda pair: (-pair[1].gross_cents, str(pair[0])))
    return dict(ranked)


def zone(line: Line) -> str:
    """Return the zone a line's delivery went to."""
    return line.proven.claim.zone_code


def fulfilment(line: Line) -> Fulfilment:
    """Return the way a line's delivery went."""
    return line.proven.claim.fulfilment


def rule(line: Line) -> str:
    """Return the rule that set a line's amount: the last one applied."""
    return line.reasons[-1][0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which lines are asked for; None asks for any. `day` is on the town's clocks."""

    zone: str | None = None
    fulfilment: Fulfilment | None = None
    proof: ProofKind | None = None
    rule: str | None = None
    day: date | None = None
    delivery_id: int | None = None
    unpaid: bool = False

    def lets(self, line: Line, timezone: tzinfo) -> bool:
        """Whether a line is asked for."""
        each = line.proven
        return (
            self.zone in (None, zone(line))
            and self.fulfilment in (None, fulfilment(line))
            and (self.proof is None or self.proof.value == each.proof_kind)
            and self.rule in (None, rule(line))
            and (self.day is None or self.day == each.service_at.astimezone(timezone).date())
            and self.delivery_id in (None, each.delivery_id)
            and not (self.unpaid and line.gross_cents)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """What a statement's head, its lines and the ledger say it costs; `faulty` are the lines on
    which ledger and statement differ."""

    head_cents: int
    lines_cents: int
    ledger_cents: int
    faulty: tuple[int, ...]

    @property
    def holds(self) -> bool:
        """Whether all three say the same, line by line."""
        return self.head_cents == self.lines_cents == self.ledger_cents and not self.faulty


def control(statement: Statement, lines: Sequence[Line], settled: Mapping[int, int]) -> Control:
    """Hold a statement against the ledger; `settled` is what each delivery moved there for good."""
    return Control(
        head_cents=statement.gross_cents,
        lines_cents=sum(line.gross_cents for line in lines),
        ledger_cents=sum(settled.values()),
        faulty=tuple(
            line.position
            for line in lines
            if settled.get(line.proven.delivery_id, 0) != line.gross_cents
        ),
    )
