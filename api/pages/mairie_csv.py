"""A statement's lines for the town hall's spreadsheet: semicolons, decimal commas, a BOM."""

import csv
import io
from collections.abc import Iterable

from api.pages.mairie_words import Row, Wording
from data.channels.cells import inert
from delivery.bundles import euros

#: The codes of the heads, in order.
COLUMNS = (
    "position", "delivery", "day", "time", "zone", "mode", "orders", "parcels", "tariff", "net",
    "vat", "gross", "residual", "reasons", "proof", "hash", "state",
)  # fmt: skip


def lines_csv(rows: Iterable[Row], wording: Wording) -> bytes:
    """Write lines as a file that a French spreadsheet opens with a double click."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(wording.text(f"mairie_csv_{column}") for column in COLUMNS)
    for row in rows:
        line, proven = row.line, row.line.proven
        writer.writerow(
            (
                line.position,
                proven.delivery_id,
                row.day,
                row.time,
                inert(row.zone),
                inert(row.mode),
                proven.orders,
                proven.parcels,
                euros(line.tariff_cents),
                euros(line.net_cents),
                euros(line.vat_cents),
                euros(line.gross_cents),
                euros(line.residual_cents),
                inert(" ".join(row.reasons)),
                inert(row.proof),
                proven.proof_sha256,
                inert(row.state),
            )
        )
    return text.getvalue().encode("utf-8-sig")
