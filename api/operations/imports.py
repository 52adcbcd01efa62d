"""Orders from a file: good rows kept, bad rows given back, nothing half-written."""

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.rows import TupleRow

import api.operations.intake
import api.words
import data.channels.csv
import data.database
import data.rehearsal
import data.slots
import data.towns
from api.operations.intake import Counter, Taken, take_order
from data.channels.cells import inert
from data.channels.csv import COLUMN_OF_FIELD, CellFault, Row
from data.channels.registry import ensure
from data.database import Pool
from delivery.errors import Refusal
from delivery.orders import NewOrder
from routing.streets import Streets


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an import did.

    `orders` are those it took or knew, by line; `bad_rows` is the file to mend and send again,
    empty when all is well.
    """

    orders: tuple[tuple[Row, Taken], ...]
    taken: int
    pooled: int
    repeated: int
    faults: tuple[CellFault, ...]
    bad_rows: bytes


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
    """Take the orders of a CSV file, each good row in a transaction of its own.

    An import that was cut off is simply run again: what was taken counts as repeated. A dry run
    does all the same, then undoes it: what it reports is what would happen.

    Raises NotCsv when the file cannot be read at all; then nothing changes.
    """
    rows = data.channels.csv.read(content)
    with data.database.scoped(pool, town_id) as conn:
        timezone = ZoneInfo(data.towns.by_id(conn, town_id).timezone)
        counter = api.operations.intake.counter(conn, streets)
    read = [(row, data.channels.csv.order(row, timezone)) for row in rows]
    taking = _Taking(counter=counter, channel=channel, timezone=timezone, now=now)
    if dry_run:
        outcomes = _rehearse(pool, town_id, taking, read)
    else:
        outcomes = [_take_alone(pool, town_id, taking, row, order) for row, order in read]
    return _report(read, outcomes, language)


type Read = list[tuple[Row, NewOrder | list[CellFault]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taking:
    counter: Counter
    channel: str
    timezone: ZoneInfo
    now: datetime


def _take_alone(
    pool: Pool, town_id: int, taking: _Taking, row: Row, order: NewOrder | list[CellFault]
) -> Taken | list[CellFault]:
    """Take one row in a transaction of its own: slot, then envelope, as every intake locks."""
    if isinstance(order, list):
        return order
    with data.database.scoped(pool, town_id) as conn:
        return _take(conn, taking, row, order)


def _rehearse(
    pool: Pool, town_id: int, taking: _Taking, read: Read
) -> list[Taken | list[CellFault]]:
    """Take all rows in one transaction, alone at the counter, then undo it."""

    def take_all(conn: Connection[TupleRow]) -> list[Taken | list[CellFault]]:
        data.slots.hold_intake(conn)
        return [
            order if isinstance(order, list) else _take(conn, taking, row, order)
            for row, order in read
        ]

    return data.rehearsal.rehearsed(pool, town_id, take_all)


def _report(read: Read, outcomes: list[Taken | list[CellFault]], language: str) -> Report:
    orders = tuple(
        (row, outcome)
        for (row, _), outcome in zip(read, outcomes, strict=True)
        if isinstance(outcome, Taken)
    )
    taken = [outcome for _, outcome in orders]
    bad = [
        (row, outcome)
        for (row, _), outcome in zip(read, outcomes, strict=True)
        if isinstance(outcome, list)
    ]
    given_back = [
        (row, " | ".join(sentence(fault, language) for fault in faults)) for row, faults in bad
    ]
    return Report(
        orders=orders,
        taken=sum(not each.repeated for each in taken),
        pooled=sum(each.pooled for each in taken),
        repeated=sum(each.repeated for each in taken),
        faults=tuple(fault for _, faults in bad for fault in faults),
        bad_rows=data.channels.csv.write_back(given_back) if bad else b"",
    )


def _take(
    conn: Connection[TupleRow], taking: _Taking, row: Row, order: NewOrder
) -> Taken | list[CellFault]:
    channel = ensure(conn, taking.channel)
    try:
        with conn.transaction():
            return take_order(conn, taking.counter, channel, order, now=taking.now)
    except Refusal as refusal:
        column = COLUMN_OF_FIELD.get(refusal.field or "", "")
        return [
            CellFault(
                line=row.line,
                column=column,
                value=row.cells.get(column, ""),
                code=refusal.code,
                parameters=api.words.local(refusal.parameters, taking.timezone),
            )
        ]


def sentence(fault: CellFault, language: str) -> str:
    """Say what is wrong with a cell, where it stands and how to mend it."""
    place = api.words.text(
        "cell_place" if fault.column else "cell_line",
        {"line": fault.line, "column": fault.column, "value": fault.value},
        language,
    )
    return f"{place} : {api.words.text(fault.code, fault.parameters, language)}"


def codes(report: Report) -> bytes:
    """Write the code of each order taken, for the recipient: on a receipt, in a message.

    An order that joined another's delivery has none: its recipient was given the code there.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(("reference", "destinataire", "commande", "livraison", "code"))
    for row, taken in report.orders:
        name = inert(row.cells["destinataire"])
        reference = inert(row.cells["reference"])
        writer.writerow(
            (reference, name, taken.order_id, taken.delivery_id or "", taken.code or "")
        )
    return text.getvalue().encode("utf-8-sig")
