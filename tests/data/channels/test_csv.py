"""Orders from a spreadsheet: every bad cell named, good rows kept."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point

from data.channels.csv import COLUMNS, CellFault, NotCsv, Row, order, read, write_back
from delivery.orders import Fulfilment, NewOrder
from delivery.parcels import Parcel, Size, Temperature, parcel
from tests.builders import PARIS

GOOD = {
    "reference": "A-1",
    "commerce": "fromagerie",
    "destinataire": "Anne Moreau",
    "telephone": "06 39 98 00 01",
    "mode": "domicile",
    "adresse": "12 rue du Port",
    "lon": "",
    "lat": "",
    "creneau": "2026-11-20T15:00",
    "panier_eur": "23,50",
    "colis": "moyen",
    "note": "",
    "pret_a": "",
}


def a_file(*rows: dict[str, str], heading: tuple[str, ...] = COLUMNS) -> bytes:
    lines = [heading, *([row.get(name, "") for name in heading] for row in rows)]
    return "\r\n".join(";".join(line) for line in lines).encode()


def taken(**cells: str) -> NewOrder | list[CellFault]:
    (row,) = read(a_file(GOOD | cells))
    return order(row, PARIS)


def good(**cells: str) -> NewOrder:
    found = taken(**cells)
    assert isinstance(found, NewOrder), found
    return found


def faults(**cells: str) -> list[tuple[str, str]]:
    found = taken(**cells)
    assert isinstance(found, list), found
    assert all(fault.line == 2 for fault in found)
    return [(fault.column, fault.code) for fault in found]


def test_a_row_is_an_order() -> None:
    found = good(note="code 12B", pret_a="2026-11-20 14:00")
    assert (found.reference, found.shop, found.note) == ("A-1", "fromagerie", "code 12B")
    assert (found.recipient.name, found.recipient.phone) == ("Anne Moreau", "+33639980001")
    assert found.basket_cents == 2350
    assert found.slot_starts_at == datetime(2026, 11, 20, 14, tzinfo=UTC)
    assert found.ready_at == datetime(2026, 11, 20, 13, tzinfo=UTC)
    assert found.parcels == (parcel(Size.MEDIUM),)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("domicile", Fulfilment.HOME),
        ("DRIVE", Fulfilment.DRIVE),
        ("Retrait", Fulfilment.COUNTER),
    ],
)
def test_a_mode_is_read_in_any_case(written: str, meant: Fulfilment) -> None:
    assert good(mode=written).fulfilment is meant


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        ("0", 0),
        ("23", 2300),
        ("23.5", 2350),
        ("1 234,50", 123_450),
        ("1\u202f234,50", 123_450),
        ("10000", 1_000_000),
        ("0,500", 50),
    ],
)
def test_euros_are_read_as_france_writes_them(written: str, cents: int) -> None:
    assert good(panier_eur=written).basket_cents == cents


@pytest.mark.parametrize(
    "written",
    [
        "-1",
        "23,505",
        "10000,01",
        "NaN",
        "sNaN",
        "Infinity",
        "9e999999",
        "1e3",
        "1_000",
        "23 €",
        ",",
    ],
)
def test_what_is_no_amount_is_named(written: str) -> None:
    assert faults(panier_eur=written) == [("panier_eur", "cell_euros")]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("petit", (parcel(Size.SMALL),)),
        ("Petit + GRAND", (parcel(Size.SMALL), parcel(Size.LARGE))),
        ("petit froid", (parcel(Size.SMALL, temperature=Temperature.CHILLED),)),
        ("moyen x3", (parcel(Size.MEDIUM),) * 3),
        ("tres-grand 12,5kg fragile", (parcel(Size.BULKY, weight_g=12_500, fragile=True),)),
        ("petit age", (parcel(Size.SMALL, age_check=True),)),
        ("petit froid surgele", (parcel(Size.SMALL, temperature=Temperature.FROZEN),)),
    ],
)  # fmt: skip
def test_parcels_are_read(written: str, meant: tuple[Parcel, ...]) -> None:
    assert good(colis=written).parcels == meant


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("énorme", "cell_parcel"),
        ("petit +", "cell_parcel"),
        ("petit tiède", "cell_parcel_word"),
        ("petit 3,2 kg", "cell_parcel_word"),
        ("petit x0", "cell_parcel_count"),
        ("petit x51", "cell_parcel_count"),
        ("petit 0kg", "cell_parcel_weight"),
        ("petit 31kg", "cell_parcel_weight"),
        (f"petit {'9' * 400}kg", "cell_parcel_weight"),
    ],
)
def test_what_is_no_parcel_is_named(written: str, code: str) -> None:
    assert faults(colis=written) == [("colis", code)]


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"reference": ""}, "reference", "cell_missing"),
        ({"commerce": " "}, "commerce", "cell_missing"),
        ({"destinataire": ""}, "destinataire", "cell_missing"),
        ({"colis": ""}, "colis", "cell_missing"),
        ({"panier_eur": ""}, "panier_eur", "cell_missing"),
        ({"telephone": "12"}, "telephone", "cell_phone"),
        ({"mode": "vélo"}, "mode", "cell_choice"),
        ({"lon": "-2.05"}, "lat", "cell_half_a_point"),
        ({"lat": "48.45"}, "lon", "cell_half_a_point"),
        ({"lon": "nan", "lat": "48.45"}, "lon", "cell_degrees"),
        ({"lon": "-2.05", "lat": "inf"}, "lat", "cell_degrees"),
        ({"lon": "-2.05", "lat": "90.1"}, "lat", "cell_degrees"),
        ({"creneau": "demain"}, "creneau", "cell_moment"),
        ({"creneau": "20/11/2026 15:00"}, "creneau", "cell_moment"),
        ({"creneau": "2026-11-20"}, "creneau", "cell_moment"),
        ({"creneau": "2026-02-30T15:00"}, "creneau", "cell_moment"),
        ({"pret_a": "0001-01-01T00:00+14:00"}, "pret_a", "cell_moment"),
        ({"pret_a": "9999-12-31T23:59-14:00"}, "pret_a", "cell_moment"),
        ({"reference": "x" * 101}, "reference", "cell_too_long"),
        ({"destinataire": "x" * 121}, "destinataire", "cell_too_long"),
        ({"adresse": "x" * 201}, "adresse", "cell_too_long"),
        ({"note": "x" * 501}, "note", "cell_too_long"),
    ],
)
def test_a_bad_cell_is_named(cells: dict[str, str], column: str, code: str) -> None:
    assert faults(**cells) == [(column, code)]


def test_every_bad_cell_of_a_row_is_named_at_once() -> None:
    found = faults(telephone="12", mode="vélo", panier_eur="x", creneau="demain", colis="")
    assert [column for column, _ in found] == [
        "telephone",
        "mode",
        "creneau",
        "panier_eur",
        "colis",
    ]


def test_a_point_may_be_written_with_commas() -> None:
    assert good(lon="-2,05", lat="48,45").point == Point(-2.05, 48.45)


def test_a_moment_with_its_own_time_zone_keeps_it() -> None:
    found = good(creneau="2026-11-20T15:00Z").slot_starts_at
    assert found == datetime(2026, 11, 20, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-03-29T03:00", datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("2026-10-25T10:00", datetime(2026, 10, 25, 9, tzinfo=UTC)),
        ("2026-07-01T10:00", datetime(2026, 7, 1, 8, tzinfo=UTC)),
    ],
)
def test_a_moment_is_the_towns_clock_time(written: str, utc: datetime) -> None:
    assert good(creneau=written).slot_starts_at == utc


# The file


def test_a_byte_order_mark_and_a_heading_in_capitals_are_no_matter() -> None:
    content = a_file(GOOD).decode().replace("reference", " REFERENCE ", 1)
    assert len(read(content.encode("utf-8-sig"))) == 1


def test_columns_come_in_any_order_and_others_are_left_alone() -> None:
    content = a_file(GOOD | {"vendeur": "x"}, heading=("vendeur", *reversed(COLUMNS)))
    (row,) = read(content)
    assert isinstance(order(row, PARIS), NewOrder)


def test_columns_that_may_be_missing_may_be_missing() -> None:
    heading = ("reference", "commerce", "destinataire", "mode", "panier_eur", "colis")
    (row,) = read(a_file(GOOD | {"mode": "retrait"}, heading=heading))
    assert isinstance(order(row, PARIS), NewOrder)


def test_empty_lines_are_passed_over_and_lines_keep_their_numbers() -> None:
    rows = read(a_file(GOOD) + b"\r\n\r\n ;;\r\n" + a_file(GOOD).splitlines()[1])
    assert [row.line for row in rows] == [2, 5]


def test_a_cell_in_quotes_may_hold_semicolons_quotes_and_lines() -> None:
    note = '"porte A; ""bleue""\nau fond"'
    assert good(note=note).note == 'porte A; "bleue"\nau fond'


def test_a_short_line_is_filled_and_a_long_one_is_named() -> None:
    (row,) = read(a_file(GOOD).rstrip(b";") + b"\r\n")
    assert isinstance(order(row, PARIS), NewOrder)
    (row,) = read(a_file(GOOD) + b";;x")
    found = order(row, PARIS)
    assert isinstance(found, list)
    assert [fault.code for fault in found] == ["cells_too_many"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "missing_columns"),
        (b"\xff\xfe\x00", "not_utf8"),
        ("référence;nom".encode("cp1252"), "not_utf8"),
        (a_file(GOOD) + b"\r\n\0", "binary"),
        (b"\x89PNG\r\n\x1a\n", "not_utf8"),
        (a_file(GOOD).replace(b";", b","), "missing_columns"),
        (a_file(GOOD, heading=COLUMNS[1:]), "missing_columns"),
        (a_file(GOOD, heading=(*COLUMNS, "note")), "column_twice"),
        (a_file(GOOD, heading=("adrese", *COLUMNS[6:], *COLUMNS[:5])), "misspelt_columns"),
        (a_file(GOOD | {"note": '"jamais fermé'}), "quotes"),
        (a_file(GOOD | {"note": '"fermé" puis rouvert'}), "quotes"),
    ],
    ids=[
        "empty",
        "utf-16",
        "cp1252",
        "nul",
        "image",
        "commas",
        "missing",
        "twice",
        "misspelt",
        "open",
        "after",
    ],
)
def test_what_is_no_file_of_orders_is_refused_whole(content: bytes, reason: str) -> None:
    with pytest.raises(NotCsv) as refused:
        read(content)
    assert refused.value.parameters["reason"] == reason


def test_rows_given_back_can_be_mended_and_read_again() -> None:
    bad = [
        GOOD | {"mode": "vélo", "note": '"a; ""b""\nc"', "destinataire": "Zoé Ça"},
        GOOD | {"reference": "A-2", "panier_eur": "cent"},
    ]
    rows = read(a_file(*bad))
    returned = write_back([(row, "à corriger ; vraiment") for row in rows])
    assert returned.startswith("\ufeff".encode())
    again = read(returned)
    assert [{name: row.cells[name] for name in COLUMNS} for row in again] == [
        row.cells for row in rows
    ]
    mended = returned.replace("vélo".encode(), b"domicile").replace(b"cent", b"100")
    assert all(isinstance(order(row, PARIS), NewOrder) for row in read(mended))


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(st.lists(st.fixed_dictionaries({name: cells for name in COLUMNS}), max_size=4))
def test_whatever_rows_hold_they_come_back_as_they_were(rows: list[dict[str, str]]) -> None:
    written = [
        Row(line=number, cells={name: cell.strip() for name, cell in row.items()})
        for number, row in enumerate(rows, start=2)
    ]
    kept = [row for row in written if any(row.cells.values())]
    again = read(write_back([(row, "") for row in written]))
    assert [{name: row.cells[name] for name in COLUMNS} for row in again] == [
        row.cells for row in kept
    ]
    for row in again:
        assert isinstance(order(row, PARIS), NewOrder | list)
