"""Partner shops from a spreadsheet: every bad cell named, good rows kept."""

from shapely import Point
from stdnum.fr import siret

import data.channels.csv
from data.channels.csv import CellFault
from data.opening_hours import openings
from delivery.shops import NewShop

COLUMNS = (
    "code",
    "nom",
    "metier",
    "siret",
    "adresse",
    "lon",
    "lat",
    "horaires",
    "apporte",
    "reste_a_charge",
)
YES = frozenset({"oui", "o", "1", "x"})


def read(content: bytes) -> tuple[list[NewShop], tuple[CellFault, ...]]:
    """Return the shops of the good rows and the faults of the others.

    `horaires` is written as in OpenStreetMap: `Tu-Sa 09:00-12:30,14:00-19:00`.

    Raises NotCsv when the file cannot be read at all.
    """
    shops: list[NewShop] = []
    faults: list[CellFault] = []
    for row in data.channels.csv.read(content, columns=COLUMNS, required=COLUMNS):
        found = _faults(row.cells, row.line)
        if found:
            faults.extend(found)
        else:
            shops.append(_shop(row.cells))
    return shops, tuple(faults)


def _faults(row: dict[str, str], line: int) -> list[CellFault]:
    checks = {
        "code": ("cell_missing", bool(row["code"])),
        "nom": ("cell_missing", bool(row["nom"])),
        "siret": ("cell_siret", siret.is_valid(row["siret"])),
        "lon": ("cell_degrees", _degrees(row["lon"], 180) is not None),
        "lat": ("cell_degrees", _degrees(row["lat"], 90) is not None),
        "horaires": ("cell_hours", bool(openings(row["horaires"]))),
    }
    return [
        CellFault(line=line, column=column, value=row[column], code=code, parameters={})
        for column, (code, is_well) in checks.items()
        if not is_well
    ]


def _shop(row: dict[str, str]) -> NewShop:
    lon, lat = _degrees(row["lon"], 180), _degrees(row["lat"], 90)
    hours = openings(row["horaires"])
    assert lon is not None and lat is not None and hours is not None
    return NewShop(
        code=row["code"],
        name=row["nom"],
        trade=row["metier"],
        siret=siret.compact(row["siret"]),
        point=Point(lon, lat),
        address=row["adresse"],
        opening_hours=hours,
        brings_parcels=row["apporte"].casefold() in YES,
        accepts_residual=row["reste_a_charge"].casefold() in YES,
    )


def _degrees(text: str, most: int) -> float | None:
    try:
        degrees = float(text.replace(",", "."))
    except ValueError:
        return None
    return degrees if -most <= degrees <= most else None
