"""A month: closed into statements, carried out as bundles, verified without a database."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.rows import TupleRow

import data.bundles
import data.database
import data.ledger
import data.months
import data.programmes
import data.statements
import data.subsidies
import data.towns
import delivery.bundles
import delivery.statements
import delivery.verifier
from data.database import Pool
from data.months import Due
from data.programmes import KeptProgramme
from data.subsidies import SubsidyState
from delivery import envelope as moves
from delivery.errors import NotFound
from delivery.evidence import Fault
from delivery.ledger import BooksFaulty, Entry
from delivery.programmes import NotFunded
from delivery.statements import Line, Statement


def close(pool: Pool, town_id: int, month: date, *, now: datetime) -> Statement:
    """Close a month and return its statement; closed before, it comes back as it was.

    Proofs of earlier months that came late are on it. A programme that ended, but still had late
    proofs, gets a statement of its own beside. Locks are taken as everywhere, and for all
    programmes before anything is decided: deliveries, envelopes, the ledger's head.

    Raises MonthNotOver, EarlierMonthOpen, NotFunded without any programme, BooksFaulty.
    """
    month = month.replace(day=1)
    with data.database.scoped(pool, town_id) as conn:
        data.months.lock(conn)
        timezone = ZoneInfo(data.towns.by_id(conn, town_id).timezone)
        ends_at = delivery.statements.require_over(month, timezone, now=now)
        programmes = data.programmes.begun(conn, delivery.statements.last_day(month))
        if not programmes:
            raise NotFunded(field="month", on=month.isoformat())
        first, *others = programmes
        closed = data.statements.listed(conn, programme_id=first.id, month=month)
        if closed:
            return closed[0]
        due = data.months.lock_due(conn, ends_at)
        _require_earlier_closed(conn, due, programmes, month, timezone)
        data.envelope.lock_all(conn)
        data.ledger.lock_head(conn)
        statement = _close_programme(conn, first, month, due, now=now)
        for other in others:
            if other.rules.ends_on >= month or any(d.programme_id == other.id for d in due):
                _close_programme(conn, other, month, due, now=now)
        return statement


def _require_earlier_closed(
    conn: Connection[TupleRow],
    due: list[Due],
    programmes: list[KeptProgramme],
    month: date,
    timezone: ZoneInfo,
) -> None:
    """A delivery served before its programme began belongs to the programme's first month."""
    begins = {kept.id: kept.rules.starts_on for kept in programmes}
    delivery.statements.require_earlier_closed(
        [
            max(each.at.astimezone(timezone).date(), begins[each.programme_id])
            for each in due
            if each.programme_id in begins
        ],
        month,
        [statement.month for statement in data.statements.listed(conn)],
    )


def _close_programme(
    conn: Connection[TupleRow],
    kept: KeptProgramme,
    month: date,
    due: list[Due],
    *,
    now: datetime,
) -> Statement:
    closed = data.statements.listed(conn, programme_id=kept.id, month=month)
    if closed:
        return closed[0]
    mine = [each for each in due if each.programme_id == kept.id]
    proven_ids = [each.delivery_id for each in mine if each.is_proven]
    failed_ids = [each.delivery_id for each in mine if not each.is_proven]
    _, head = data.ledger.lock_head(conn)
    _require_sound_books(conn)
    lines = _decided(conn, kept, proven_ids)
    statement = data.statements.add(
        conn, programme_id=kept.id, month=month, lines=lines, head_sha256=head, at=now
    )
    data.ledger.post(
        conn,
        [*_settlements(lines, statement.id, at=now), *_releases(conn, failed_ids, at=now)],
    )
    data.subsidies.set_state(conn, failed_ids, SubsidyState.RELEASED)
    data.months.settle(
        conn,
        dict.fromkeys(failed_ids, 0)
        | {line.proven.delivery_id: line.gross_cents for line in lines},
    )
    _, head = data.ledger.lock_head(conn)
    data.statements.anchor(conn, statement.id, head)
    return data.statements.find(conn, statement.id)


def _require_sound_books(conn: Connection[TupleRow]) -> None:
    faults = data.ledger.check(conn)
    if faults:
        raise BooksFaulty(seq=faults[0].seq, what=faults[0].what, faults=len(faults))


def _decided(
    conn: Connection[TupleRow], kept: KeptProgramme, proven_ids: list[int]
) -> tuple[Line, ...]:
    proven = data.months.proven(conn, proven_ids)
    prior = data.statements.prior_usage(
        conn, kept.id, before=None, households=sorted({each.household for each in proven})
    )
    return delivery.statements.decide_lines(proven, kept.rules, prior)


def _settlements(lines: tuple[Line, ...], statement_id: int, *, at: datetime) -> list[Entry | None]:
    return [
        moves.settle(
            line.proven.envelope_id,
            line.proven.delivery_id,
            line.proven.held_cents - line.gross_cents,
            statement_id=statement_id,
            at=at,
        )
        for line in lines
    ]


def _releases(
    conn: Connection[TupleRow], failed_ids: list[int], *, at: datetime
) -> list[Entry | None]:
    return [
        moves.release(
            granted.envelope_id,
            granted.delivery_id,
            granted.decision.most_cents,
            attempt=granted.attempt,
            at=at,
        )
        for granted in data.subsidies.promised(conn, failed_ids)
    ]


def export(
    pool: Pool, town_id: int, statement: int | str, out: Path, *, secret: bytes
) -> tuple[Path, ...]:
    """Write a statement's bundle into the folder `out`; return its files.

    `statement` is its id, its number, or `latest`. `secret` keys the households' pseudonyms: the
    same secret lets months be compared. A bundle already there is replaced at once.

    Raises NotFound, OutTaken.
    """
    return data.bundles.write(bundle(pool, town_id, statement, secret=secret), out)


def bundle(pool: Pool, town_id: int, statement: int | str, *, secret: bytes) -> dict[str, bytes]:
    """Return the files of a statement's bundle by name; `export` says what is asked for.

    Raises NotFound.
    """
    with data.database.scoped(pool, town_id) as conn:
        found = _named(data.statements.listed(conn), statement)
        kept = data.programmes.find(conn, found.programme_id)
        lines = data.statements.lines(conn, found.id)
        town = data.towns.by_id(conn, town_id)
        content = delivery.bundles.Content(
            town=town.name,
            statement=found,
            ends_at=delivery.statements.end(found.month, ZoneInfo(town.timezone)),
            rules=kept.rules,
            lines=tuple(lines),
            prior=data.statements.prior_usage(
                conn,
                kept.id,
                before=found.id,
                households=sorted({line.proven.household for line in lines}),
            ),
            links=tuple(data.ledger.links(conn, until_sha256=found.head_sha256)),
        )
    return delivery.bundles.pack(content, secret=secret)


def _named(statements: list[Statement], wanted: int | str) -> Statement:
    for each in statements:
        if wanted in ("latest", each.id, each.number, str(each.id)):
            return each
    raise NotFound(field="statement", statement=wanted)


def verify(folder: Path) -> tuple[Fault, ...]:
    """Recompute a bundle from its files alone; return what does not hold, nothing when all does.

    Raises BundleUnreadable when it is no bundle.
    """
    return delivery.verifier.faults(data.bundles.read(folder))
