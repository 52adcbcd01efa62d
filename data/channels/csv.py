"""Orders from the spreadsheet a shop keeps: every bad cell named, good rows kept.

Columns are in French, `;` between cells, UTF-8 with or without a byte-order mark; see
`docs/commerce.md`.
"""

import csv
import difflib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from shapely import Point

from data.channels import cells
from data.channels.cells import Unfit
from delivery.errors import Refusal
from delivery.orders import NewOrder, Recipient

COLUMNS = (
    "reference",
    "commerce",
    "destinataire",
    "telephone",
    "mode",
    "adresse",
    "lon",
    "lat",
    "creneau",
    "panier_eur",
    "colis",
    "note",
    "pret_a",
)
#: What a file of rows to mend has besides.
FAULT_COLUMN = "a_corriger"
REQUIRED = ("reference", "commerce", "destinataire", "mode", "panier_eur", "colis")

#: Longest texts, as the API takes them; references and codes stand in indexes.
LONGEST = {"reference": 100, "commerce": 100, "destinataire": 120, "adresse": 200, "note": 500}
#: The field of a refusal that came later, back to the column it stands in.
COLUMN_OF_FIELD = {
    "shop": "commerce",
    "reference": "reference",
    "address": "adresse",
    "point": "lon",
    "slot_starts_at": "creneau",
    "fulfilment": "mode",
    "ready_at": "pret_a",
}


class NotCsv(Refusal):
    """The file cannot be read as a CSV at all. Parameters: reason, columns, suggestions, byte,
    line."""

    code = "not_csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the file, as it stands there; `line` counts from 1 with the heading.

    `surplus` are the cells beyond the heading's.
    """

    line: int
    cells: dict[str, str]
    surplus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFault:
    """One cell that cannot be taken: `code` and `parameters` as for a refusal."""

    line: int
    column: str
    value: str
    code: str
    parameters: dict[str, object]


def read(
    content: bytes, *, columns: Sequence[str] = COLUMNS, required: Sequence[str] = REQUIRED
) -> list[Row]:
    """Split the file into rows, passing over empty ones.

    Raises NotCsv when it is no UTF-8 text, lacks a required column or names one twice; then
    nothing of it may be taken.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotCsv(field="file", reason="not_utf8", byte=error.start) from error
    if "\0" in text:
        raise NotCsv(field="file", reason="binary")
    reader = csv.reader(io.StringIO(text), delimiter=";", strict=True)
    try:
        heading = [name.strip().casefold() for name in next(reader, [])]
        _check_heading(heading, columns, required)
        rows = []
        for cells in reader:
            if any(cell.strip() for cell in cells):
                padded = cells + [""] * (len(heading) - len(cells))
                rows.append(
                    Row(
                        line=reader.line_num,
                        cells=dict(zip(heading, (cell.strip() for cell in padded), strict=False)),
                        surplus=tuple(cell for cell in cells[len(heading) :] if cell.strip()),
                    )
                )
    except csv.Error as error:
        raise NotCsv(field="file", reason="quotes", line=reader.line_num) from error
    return rows


def _check_heading(heading: list[str], columns: Sequence[str], required: Sequence[str]) -> None:
    missing = [name for name in required if name not in heading]
    if missing:
        raise NotCsv(field="file", reason="missing_columns", columns=missing)
    known = {*columns, FAULT_COLUMN}
    near = {
        name: match[0]
        for name in heading
        if name and name not in known
        if (match := difflib.get_close_matches(name, set(columns) - set(heading), 1, 0.75))
    }
    if near:
        raise NotCsv(
            field="file",
            reason="misspelt_columns",
            columns=sorted(near),
            suggestions=[near[name] for name in sorted(near)],
        )
    twice = sorted({name for name in heading if name and heading.count(name) > 1})
    if twice:
        raise NotCsv(field="file", reason="column_twice", columns=twice)


class _Cells:
    """Reads the cells of a row, one after the other, gathering what is wrong with them."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.faults: list[CellFault] = []
        if row.surplus:
            self.refuse("", "cells_too_many")

    def refuse(self, column: str, code: str, **parameters: object) -> None:
        value = self.row.cells.get(column, "")
        self.faults.append(
            CellFault(
                line=self.row.line, column=column, value=value, code=code, parameters=parameters
            )
        )

    def read[T](self, column: str, convert: Callable[[str], T]) -> T | None:
        """Return the converted cell, or None and a fault."""
        value = self.row.cells.get(column, "")
        try:
            if not value and column in REQUIRED:
                raise Unfit("cell_missing")
            if len(value) > LONGEST.get(column, len(value)):
                raise Unfit("cell_too_long", most=LONGEST[column])
            return convert(value)
        except Unfit as unfit:
            self.refuse(column, unfit.code, **unfit.parameters)
            return None

    def point(self) -> Point | None:
        """Return the point of both coordinates, None where neither is written."""
        lon = self.read("lon", lambda value: cells.degrees(value, 180))
        lat = self.read("lat", lambda value: cells.degrees(value, 90))
        if lon is not None and lat is not None:
            return Point(lon, lat)
        if (lon is None) != (lat is None) and not self.faults:
            self.refuse("lon" if lon is None else "lat", "cell_half_a_point")
        return None


def order(row: Row, timezone: ZoneInfo) -> NewOrder | list[CellFault]:
    """Turn a row into an order, or name every cell that cannot be taken."""
    row_cells = _Cells(row)
    reference = row_cells.read("reference", str)
    shop = row_cells.read("commerce", str)
    name = row_cells.read("destinataire", str)
    phone = row_cells.read("telephone", cells.phone)
    fulfilment = row_cells.read("mode", cells.mode)
    point = row_cells.point()
    slot = row_cells.read("creneau", lambda value: cells.moment(value, timezone))
    basket_cents = row_cells.read("panier_eur", cells.cents)
    parcels = row_cells.read("colis", cells.parcels)
    address = row_cells.read("adresse", str)
    note = row_cells.read("note", str)
    ready_at = row_cells.read("pret_a", lambda value: cells.moment(value, timezone))
    if row_cells.faults:
        return row_cells.faults
    assert reference and shop and name and fulfilment and parcels and basket_cents is not None
    return NewOrder(
        reference=reference,
        shop=shop,
        recipient=Recipient(name=name, phone=phone),
        fulfilment=fulfilment,
        basket_cents=basket_cents,
        parcels=parcels,
        address=address or None,
        point=point,
        slot_starts_at=slot,
        ready_at=ready_at,
        note=note or "",
    )


def write_back(rows: list[tuple[Row, str]]) -> bytes:
    """Write bad rows as a file to mend and send again, each with what is wrong with it."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow((*COLUMNS, FAULT_COLUMN))
    for row, fault in rows:
        kept = (row.cells.get(column, "") for column in COLUMNS)
        writer.writerow((*kept, fault, *row.surplus))
    return text.getvalue().encode("utf-8-sig")
