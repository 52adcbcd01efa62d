"""Orders from a file: good rows kept, bad rows given back, nothing half-written."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.rows import TupleRow

import api.operations.intake
import api.words
import data.channels.csv
import data.database
import data.towns
from api.operations.intake import Counter, Taken, take_order
from data.channels.csv import COLUMN_OF_FIELD, CellFault, Row
from data.channels.registry import Channel, ensure
from data.database import Pool
from delivery.errors import Refusal
from delivery.orders import NewOrder
from routing.streets import Streets


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an import did; `bad_rows` is the file to mend and send again, empty when all is well."""

    taken: int
    pooled: int
    repeated: int
    faults: tuple[CellFault, ...]
    bad_rows: bytes


class _Rehearsed(Exception):
    """A dry run came to its end: undo it."""


def import_csv(
    pool: Pool,
    town_id: int,
    content: bytes,
    *,
    channel: str,
    streets: Streets | None,
    now: datetime,
    dry_run: bool = False,
    language: str = "fr",
) -> Report:
    """Take the orders of a CSV file in one transaction, each good row in a savepoint of its own.

    A dry run does all the same, then undoes it: what it reports is what would happen.

    Raises NotCsv when the file cannot be read at all; then nothing changes.
    """
    rows = data.channels.csv.read(content)
    report: Report | None = None
    try:
        with data.database.scoped(pool, town_id) as conn:
            report = _take_rows(conn, town_id, rows, channel, streets, now, language)
            if dry_run:
                raise _Rehearsed
    except _Rehearsed:
        pass
    assert report is not None
    return report


def _take_rows(
    conn: Connection[TupleRow],
    town_id: int,
    rows: list[Row],
    channel_name: str,
    streets: Streets | None,
    now: datetime,
    language: str,
) -> Report:
    timezone = ZoneInfo(data.towns.by_id(conn, town_id).timezone)
    counter = api.operations.intake.counter(conn, streets)
    channel = ensure(conn, channel_name)
    taken = pooled = repeated = 0
    faults: list[CellFault] = []
    bad: list[tuple[Row, str]] = []
    for row in rows:
        read = data.channels.csv.order(row, timezone)
        if isinstance(read, NewOrder):
            outcome = _take(conn, counter, channel, row, read, now)
        else:
            outcome = read
        if isinstance(outcome, list):
            faults.extend(outcome)
            bad.append((row, " | ".join(sentence(fault, language) for fault in outcome)))
        else:
            taken += not outcome.repeated
            repeated += outcome.repeated
            pooled += outcome.pooled
    return Report(
        taken=taken,
        pooled=pooled,
        repeated=repeated,
        faults=tuple(faults),
        bad_rows=data.channels.csv.write_back(bad) if bad else b"",
    )


def _take(
    conn: Connection[TupleRow],
    counter: Counter,
    channel: Channel,
    row: Row,
    order: NewOrder,
    now: datetime,
) -> Taken | list[CellFault]:
    try:
        with conn.transaction():
            return take_order(conn, counter, channel, order, now=now)
    except Refusal as refusal:
        column = COLUMN_OF_FIELD.get(refusal.field or "", "")
        return [
            CellFault(
                line=row.line,
                column=column,
                value=row.cells.get(column, ""),
                code=refusal.code,
                parameters=refusal.parameters,
            )
        ]


def sentence(fault: CellFault, language: str) -> str:
    """Say what is wrong with a cell, where it stands and how to mend it."""
    place = api.words.text(
        "cell_place", {"line": fault.line, "column": fault.column, "value": fault.value}, language
    )
    return f"{place} : {api.words.text(fault.code, fault.parameters, language)}"
