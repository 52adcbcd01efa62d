"""Orders from the spreadsheet a shop keeps: every bad cell named, good rows kept.

Columns are in French, `;` between cells, UTF-8 with or without a byte-order mark; see
`docs/commerce.md`.
"""

import csv
import difflib
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from shapely import Point

from delivery.errors import Refusal
from delivery.orders import MOST_PARCELS, Fulfilment, NewOrder, Recipient
from delivery.parcels import Parcel, Size, Temperature, parcel
from delivery.phones import e164

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

MODES = {
    "domicile": Fulfilment.HOME,
    "drive": Fulfilment.DRIVE,
    "retrait": Fulfilment.COUNTER,
}
SIZES = {
    "petit": Size.SMALL,
    "moyen": Size.MEDIUM,
    "grand": Size.LARGE,
    "tres-grand": Size.BULKY,
}
#: Longest texts, as the API takes them; references and codes stand in indexes.
LONGEST = {"reference": 100, "commerce": 100, "destinataire": 120, "adresse": 200, "note": 500}
#: Years a moment may lie in: PostgreSQL and Python hold them in every time zone.
YEARS = range(1970, 2100)

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
    """One line of the file, as it stands there; `line` counts from 1 with the heading."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFault:
    """One cell that cannot be taken: `code` and `parameters` as for a refusal."""

    line: int
    column: str
    value: str
    code: str
    parameters: dict[str, object]


class _Unfit(ValueError):
    def __init__(self, code: str, **parameters: object) -> None:
        super().__init__(code)
        self.code = code
        self.parameters = parameters


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
                named = dict(zip(heading, (cell.strip() for cell in padded), strict=False))
                if any(cell.strip() for cell in cells[len(heading) :]):
                    named["__too_many__"] = str(len(cells))
                rows.append(Row(line=reader.line_num, cells=named))
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
        if "__too_many__" in row.cells:
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
                raise _Unfit("cell_missing")
            if len(value) > LONGEST.get(column, len(value)):
                raise _Unfit("cell_too_long", most=LONGEST[column])
            return convert(value)
        except _Unfit as unfit:
            self.refuse(column, unfit.code, **unfit.parameters)
            return None

    def point(self) -> Point | None:
        """Return the point of both coordinates, None where neither is written."""
        lon = self.read("lon", lambda value: _degrees(value, 180))
        lat = self.read("lat", lambda value: _degrees(value, 90))
        if lon is not None and lat is not None:
            return Point(lon, lat)
        if (lon is None) != (lat is None) and not self.faults:
            self.refuse("lon" if lon is None else "lat", "cell_half_a_point")
        return None


def order(row: Row, timezone: ZoneInfo) -> NewOrder | list[CellFault]:
    """Turn a row into an order, or name every cell that cannot be taken."""
    cells = _Cells(row)
    reference = cells.read("reference", str)
    shop = cells.read("commerce", str)
    name = cells.read("destinataire", str)
    phone = cells.read("telephone", _phone)
    fulfilment = cells.read("mode", _mode)
    point = cells.point()
    slot = cells.read("creneau", lambda value: _moment(value, timezone))
    basket_cents = cells.read("panier_eur", _cents)
    parcels = cells.read("colis", _parcels)
    address = cells.read("adresse", str)
    note = cells.read("note", str)
    ready_at = cells.read("pret_a", lambda value: _moment(value, timezone))
    if cells.faults:
        return cells.faults
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
        writer.writerow((*(row.cells.get(column, "") for column in COLUMNS), fault))
    return text.getvalue().encode("utf-8-sig")


def _phone(value: str) -> str | None:
    try:
        return e164(value) if value else None
    except ValueError as error:
        raise _Unfit("cell_phone") from error


def _mode(value: str) -> Fulfilment:
    if value.casefold() not in MODES:
        raise _Unfit("cell_choice", choices=list(MODES))
    return MODES[value.casefold()]


def _degrees(value: str, most: int) -> float | None:
    if not value:
        return None
    try:
        degrees = float(value.replace(",", "."))
    except ValueError as error:
        raise _Unfit("cell_degrees", most=most) from error
    if not -most <= degrees <= most:
        raise _Unfit("cell_degrees", most=most)
    return degrees


def _moment(value: str, timezone: ZoneInfo) -> datetime | None:
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise _Unfit("cell_moment") from error
    if not re.match(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", value) or moment.year not in YEARS:
        raise _Unfit("cell_moment")
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone)


def _cents(value: str) -> int:
    plain = re.sub(r"\s", "", value).replace(",", ".")
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,4})?", plain):
        raise _Unfit("cell_euros")
    cents = Decimal(plain) * 100
    if cents != int(cents) or cents > 1_000_000:
        raise _Unfit("cell_euros")
    return int(cents)


def _parcels(value: str) -> tuple[Parcel, ...]:
    parcels = tuple(each for part in value.split("+") for each in _parcel(part))
    if len(parcels) > MOST_PARCELS:
        raise _Unfit("cell_parcel_count", most=MOST_PARCELS)
    return parcels


def _parcel(text: str) -> list[Parcel]:
    words = text.casefold().split()
    if not words or words[0] not in SIZES:
        raise _Unfit("cell_parcel", parcel=text.strip(), choices=list(SIZES))
    weight_g = None
    copies = 1
    flags = set()
    for word in words[1:]:
        if match := re.fullmatch(r"(\d+(?:[.,]\d+)?)kg", word):
            weight_g = int(Decimal(match.group(1).replace(",", ".")) * 1000)
        elif match := re.fullmatch(r"x(\d{1,2})", word):
            copies = int(match.group(1))
        elif word in {"froid", "surgele", "fragile", "age"}:
            flags.add(word)
        else:
            raise _Unfit("cell_parcel_word", word=word)
    if not 1 <= copies <= MOST_PARCELS:
        raise _Unfit("cell_parcel_count", most=MOST_PARCELS)
    temperature = Temperature.AMBIENT
    if flags & {"froid", "surgele"}:
        temperature = Temperature.FROZEN if "surgele" in flags else Temperature.CHILLED
    try:
        one = parcel(
            SIZES[words[0]],
            weight_g=weight_g,
            temperature=temperature,
            fragile="fragile" in flags,
            age_check="age" in flags,
        )
    except ValueError as error:
        raise _Unfit("cell_parcel_weight") from error
    return [one] * copies
