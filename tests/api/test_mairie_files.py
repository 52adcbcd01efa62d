"""What the town hall carries home of a statement: the spreadsheet, the map, the bundle."""

import csv
import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import shape

import api.operations.months
from api.pages.mairie_csv import COLUMNS, lines_csv
from api.pages.mairie_words import Wording
from data.channels.cells import FORMULA, inert
from tests import builders
from tests.api.client import TestClient
from tests.api.town_hall import a_line, csv_of, lines, path
from tests.closed_month import Closed
from zones.zone import Zone, ZoneKind


def test_the_spreadsheet_holds_the_same_lines_and_sums(clerk: TestClient, closed: Closed) -> None:
    answer = clerk.get(path(closed, "/lignes.csv"))
    assert answer.headers["content-disposition"] == 'attachment; filename="ETAT-2026-11-01.csv"'
    assert answer.headers["cache-control"] == "no-store"
    head, *rows = csv_of(answer)
    assert len(head) == len(COLUMNS) and head[0] == "Ligne"
    assert len(rows) == 7

    def cents(column: str) -> int:
        place = COLUMNS.index(column)
        assert all(re.fullmatch(r"\d+,\d\d", row[place]) for row in rows)
        return sum(int(row[place].replace(",", "")) for row in rows)

    assert cents("net") == closed.statement.net_cents
    assert cents("vat") == closed.statement.vat_cents
    assert cents("gross") == closed.statement.gross_cents
    assert cents("residual") == closed.statement.residual_cents
    assert "'=Hameaux" in {row[COLUMNS.index("zone")] for row in rows}
    assert {row[COLUMNS.index("hash")] for row in rows} == {"a" * 64}
    reasons = {row[COLUMNS.index("reasons")] for row in rows}
    assert any("Le plafond est de 7,00\N{NO-BREAK SPACE}€ TTC par livraison" in r for r in reasons)


@given(st.text(min_size=1))
def test_no_cell_begins_a_formula_and_nothing_is_lost(text: str) -> None:
    written = inert(text)
    assert not written.lstrip().startswith(FORMULA)
    assert written[:1] not in ("\t", "\r", "\n")
    assert written in (text, f"'{text}")


@given(name=st.text(min_size=1, alphabet=st.characters(exclude_categories=["Cs"])))
def test_whatever_a_zone_is_called_its_row_stays_one_row(name: str) -> None:
    zone = Zone(code="z", name=name, kind=ZoneKind.DELIVERY, area=builders.CENTRE.buffer(1))
    wording = Wording(builders.PARIS, {"z": zone}, "fr")
    body = lines_csv([wording.row(a_line(("tariff", {"zone": "z", "cents": 1})))], wording)
    text = io.StringIO(body.decode("utf-8-sig"), newline="")
    head, row = csv.reader(text, delimiter=";")
    assert len(head) == len(row) == len(COLUMNS)
    assert row[COLUMNS.index("zone")] == inert(name)


def test_the_map_has_every_zone_with_the_sums_of_its_lines(
    clerk: TestClient, closed: Closed
) -> None:
    answer = clerk.get(path(closed, "/zones.geojson"))
    assert answer.headers["content-type"] == "application/geo+json"
    features = {each["properties"]["code"]: each for each in json.loads(answer.content)["features"]}
    assert set(features) == {"ville", "hameaux"}
    assert (
        sum(each["properties"]["gross"] for each in features.values())
        == closed.statement.gross_cents
    )
    assert sum(each["properties"]["count"] for each in features.values()) == 7
    areas = [shape(each["geometry"]) for each in features.values()]
    assert areas[0].intersection(areas[1]).area == pytest.approx(0)


def test_the_bundle_can_be_carried_home_and_verified(
    clerk: TestClient, closed: Closed, tmp_path: Path
) -> None:
    answer = clerk.get(path(closed, "/liasse.zip"))
    assert answer.headers["content-type"] == "application/zip"
    assert answer.content == clerk.get(path(closed, "/liasse.zip")).content
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(tmp_path / "out")
    folder = tmp_path / "out" / "ETAT-2026-11-01"
    assert api.operations.months.verify(folder) == ()


def test_what_is_carried_home_says_who_as_little_as_the_pages(
    clerk: TestClient, closed: Closed
) -> None:
    carried = [clerk.get(path(closed, rest)).content for rest in ("/lignes.csv", "/zones.geojson")]
    bundle = clerk.get(path(closed, "/liasse.zip")).content
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        carried += [archive.read(name) for name in archive.namelist()]
    hidden = ["Anne", "Moreau", "rue port", *(line.proven.household for line in lines(closed))]
    for content in carried:
        assert [word for word in hidden if word.encode() in content] == []
