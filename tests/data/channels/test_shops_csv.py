"""Partner shops from a spreadsheet."""

from datetime import time

import pytest

from data.channels.csv import NotCsv
from data.channels.shops_csv import COLUMNS, read

GOOD = {
    "code": "fromagerie",
    "nom": "La fromagerie",
    "metier": "fromagerie",
    "siret": "732 829 320 00074",
    "adresse": "1 rue du Port",
    "lon": "-2.05",
    "lat": "48,45",
    "horaires": "Tu-Sa 09:00-12:30,14:00-19:00",
    "apporte": "oui",
    "reste_a_charge": "",
}


def a_file(*rows: dict[str, str], heading: tuple[str, ...] = COLUMNS) -> bytes:
    lines = [heading, *([row.get(name, "") for name in heading] for row in rows)]
    return "\r\n".join(";".join(line) for line in lines).encode()


def test_a_row_is_a_shop() -> None:
    (shop,), faults = read(a_file(GOOD))
    assert faults == ()
    assert (shop.code, shop.siret, shop.point.y) == ("fromagerie", "73282932000074", 48.45)
    assert (shop.brings_parcels, shop.accepts_residual) == (True, False)
    assert len(shop.opening_hours) == 10
    assert shop.opening_hours[0].opens == time(9)


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"code": ""}, "code", "cell_missing"),
        ({"nom": ""}, "nom", "cell_missing"),
        ({"siret": "12345678901234"}, "siret", "cell_siret"),
        ({"siret": ""}, "siret", "cell_siret"),
        ({"lon": "181"}, "lon", "cell_degrees"),
        ({"lat": "nan"}, "lat", "cell_degrees"),
        ({"lat": ""}, "lat", "cell_degrees"),
        ({"horaires": "9h-18h"}, "horaires", "cell_hours"),
        ({"horaires": ""}, "horaires", "cell_hours"),
    ],
)
def test_a_bad_cell_is_named_and_the_other_rows_are_kept(
    cells: dict[str, str], column: str, code: str
) -> None:
    shops, faults = read(a_file(GOOD | cells, GOOD))
    assert [(fault.line, fault.column, fault.code) for fault in faults] == [(2, column, code)]
    assert [shop.code for shop in shops] == ["fromagerie"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "missing_columns"),
        ("é".encode("cp1252"), "not_utf8"),
        (a_file(GOOD, heading=COLUMNS[1:]), "missing_columns"),
        (a_file(GOOD) + b"\r\n\0", "binary"),
        (a_file(GOOD | {"nom": '"jamais fermé'}), "quotes"),
    ],
)
def test_what_is_no_file_of_shops_is_refused_whole(content: bytes, reason: str) -> None:
    with pytest.raises(NotCsv) as refused:
        read(content)
    assert refused.value.parameters["reason"] == reason


def test_a_byte_order_mark_empty_lines_and_surplus_cells_are_no_matter() -> None:
    shops, faults = read("\ufeff".encode() + a_file(GOOD) + b";x\r\n\r\n;;;\r\n")
    assert len(shops) == 1
    assert {fault.line for fault in faults} <= {4}
