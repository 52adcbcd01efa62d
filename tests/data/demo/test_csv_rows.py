"""Orders as the file shops send."""

import csv
import io
from datetime import UTC, datetime

from shapely import Point

from data.demo.csv_rows import COLUMNS, csv_text
from data.demo.day import DemoOrder
from delivery.orders import Fulfilment, NewOrder, Recipient
from delivery.parcels import Size, Temperature, parcel

PARIS = "Europe/Paris"


def an_order():
    return NewOrder(
        reference="C-1",
        shop="cave-port",
        recipient=Recipient(name="Maëlle Riou", phone="+33639980012"),
        fulfilment=Fulfilment.HOME,
        basket_cents=2350,
        parcels=(
            parcel(Size.MEDIUM, temperature=Temperature.CHILLED, weight_g=3_200),
            parcel(Size.BULKY, fragile=True, age_check=True),
        ),
        point=Point(-2.03, 48.41),
        slot_starts_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
        note="code 12B; 2e étage",
    )


def test_a_row_has_local_times_commas_and_compact_parcels():
    text = csv_text([DemoOrder(channel="papier", order=an_order())], timezone=PARIS)
    row = next(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert tuple(row) == COLUMNS
    assert row["telephone"] == "06 39 98 00 12"
    assert row["mode"] == "domicile"
    assert row["creneau"] == "2026-11-20T10:00"
    assert row["panier_eur"] == "23,50"
    assert row["colis"] == "moyen froid 3,2kg+tres-grand fragile age"
    assert row["note"] == "code 12B; 2e étage"
    assert (row["lon"], row["lat"], row["adresse"], row["pret_a"]) == (
        "-2.0300000", "48.4100000", "", "",
    )  # fmt: skip


def test_a_whole_day_fits_in_one_file(orders):
    text = csv_text(orders, timezone=PARIS)
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert len(rows) == len(orders)
    assert {row["mode"] for row in rows} == {"domicile", "drive", "retrait"}
