"""What the town hall reads: the envelope, the months' statements, a statement line by line."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.rows import TupleRow

import data.database
import data.envelope
import data.ledger
import data.programmes
import data.statements
import data.towns
from data.database import Pool
from delivery import review
from delivery.envelope import Envelope
from delivery.errors import NotFound
from delivery.ledger import Link
from delivery.programmes import Programme
from delivery.review import Control
from delivery.statements import Line, Statement
from zones.zone import Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The town's envelopes and statements, the newest first; programmes by their number."""

    envelopes: tuple[Envelope, ...]
    statements: tuple[Statement, ...]
    programmes: Mapping[int, Programme]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementSheet:
    """A statement with its lines, held against the ledger; zones by their code."""

    statement: Statement
    programme: Programme
    lines: tuple[Line, ...]
    control: Control
    zones: Mapping[str, Zone]
    timezone: ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSheet:
    """One line with every entry the ledger has of its delivery, in the chain's order."""

    statement: Statement
    programme: Programme
    line: Line
    links: tuple[Link, ...]
    zones: Mapping[str, Zone]


def overview(pool: Pool, town_id: int) -> Overview:
    """Return what the town voted and what became of it."""
    with data.database.scoped(pool, town_id) as conn:
        envelopes = data.envelope.all_envelopes(conn)
        statements = data.statements.listed(conn)
        ids = {each.programme_id for each in envelopes} | {each.programme_id for each in statements}
        return Overview(
            envelopes=tuple(reversed(envelopes)),
            statements=tuple(statements),
            programmes={id_: data.programmes.find(conn, id_).rules for id_ in sorted(ids)},
        )


def sheet(pool: Pool, town_id: int, statement_id: int) -> StatementSheet:
    """Return a statement whole; its totals are the sums of these very lines.

    Raises NotFound.
    """
    with data.database.scoped(pool, town_id) as conn:
        statement = _found(conn, statement_id)
        lines = tuple(data.statements.lines(conn, statement_id))
        return StatementSheet(
            statement=statement,
            programme=data.programmes.find(conn, statement.programme_id).rules,
            lines=lines,
            control=review.control(statement, lines, data.ledger.settled(conn, statement_id)),
            zones={zone.code: zone for zone in data.towns.zones(conn)},
            timezone=ZoneInfo(data.towns.by_id(conn, town_id).timezone),
        )


def line(pool: Pool, town_id: int, statement_id: int, position: int) -> LineSheet:
    """Return one line of a statement with its movements.

    Raises NotFound.
    """
    with data.database.scoped(pool, town_id) as conn:
        statement = _found(conn, statement_id)
        found = data.statements.lines(conn, statement_id, position=position)
        if not found:
            raise NotFound(field="position")
        links = data.ledger.links(conn, delivery_id=found[0].proven.delivery_id)
        return LineSheet(
            statement=statement,
            programme=data.programmes.find(conn, statement.programme_id).rules,
            line=found[0],
            links=tuple(links),
            zones={zone.code: zone for zone in data.towns.zones(conn)},
        )


def number(pool: Pool, town_id: int, statement_id: int) -> str:
    """Return a statement's number.

    Raises NotFound.
    """
    with data.database.scoped(pool, town_id) as conn:
        return _found(conn, statement_id).number


def _found(conn: Connection[TupleRow], statement_id: int) -> Statement:
    found = data.statements.listed(conn, statement_id=statement_id)
    if not found:
        raise NotFound(field="statement_id")
    return found[0]
