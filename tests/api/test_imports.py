"""Orders from a file, on a real database: good rows taken, bad rows given back to mend."""

from dataclasses import replace

import pytest

import api.operations.imports
import api.words
from api.operations.imports import Report, sentence
from data.channels.csv import COLUMNS, NotCsv
from data.streets.engine import StreetProcesses
from tests.builders import a_slot, an_order
from tests.small_town import ENGAGED, Town

GOOD = {
    "reference": "A-1",
    "commerce": "fromagerie",
    "destinataire": "Anne Moreau",
    "telephone": "06 39 98 00 01",
    "mode": "domicile",
    "adresse": "12 rue du Port",
    "creneau": "2026-11-20T15:00",
    "panier_eur": "23,50",
    "colis": "moyen",
}
BAD = [
    GOOD | {"reference": "B-1", "mode": "vélo"},
    GOOD | {"reference": "B-2", "adresse": "99 rue du Prt"},
    GOOD | {"reference": "B-3", "commerce": "fromageri", "note": '"a; ""b"""'},
    GOOD | {"reference": "B-4", "creneau": "2026-11-20T11:00"},
]


def a_file(*rows: dict[str, str]) -> bytes:
    lines = [COLUMNS, *([row.get(name, "") for name in COLUMNS] for row in rows)]
    return "\r\n".join(";".join(line) for line in lines).encode("utf-8-sig")


def take(
    town: Town,
    content: bytes,
    *,
    channel: str = "papier",
    streets: StreetProcesses | None = None,
    dry_run: bool = False,
    language: str = "fr",
) -> Report:
    return api.operations.imports.import_csv(
        town.pool,
        town.id,
        content,
        channel=channel,
        streets=streets,
        now=town.clock(),
        dry_run=dry_run,
        language=language,
    )


def told(report: Report) -> object:
    """Return what a report says, but for ids and codes."""
    return replace(report, orders=()), [(row, taken.pooled) for row, taken in report.orders]


def kept(town: Town) -> list[object]:
    tables = ("orders", "deliveries", "recipients", "parcels", "ledger_entries")
    return [*(town.count(table) for table in tables), town.slots(), town.envelope()]


def test_good_rows_are_taken_and_pooled(town: Town) -> None:
    report = take(town, a_file(GOOD, GOOD | {"reference": "A-2", "commerce": "librairie"}))
    assert (report.taken, report.pooled, report.repeated) == (2, 1, 0)
    assert (report.faults, report.bad_rows) == ((), b"")
    assert town.envelope().engaged_cents == ENGAGED


def test_a_file_and_a_program_pool_with_each_other(town: Town) -> None:
    town.take(an_order("A-1"))
    assert take(town, a_file(GOOD | {"commerce": "librairie"})).pooled == 1


def test_bad_rows_are_named_and_the_good_ones_kept(town: Town) -> None:
    report = take(town, a_file(BAD[0], GOOD, *BAD[1:]))
    assert report.taken == 1
    assert [(fault.line, fault.column, fault.code) for fault in report.faults] == [
        (2, "mode", "cell_choice"),
        (4, "adresse", "address_unknown"),
        (5, "commerce", "shop_unknown"),
        (6, "creneau", "slot_unknown"),
    ]
    assert [fault.value for fault in report.faults][:2] == ["vélo", "99 rue du Prt"]


def test_bad_rows_come_back_as_a_file_that_is_mended_and_sent_again(town: Town) -> None:
    returned = take(town, a_file(GOOD, *BAD)).bad_rows.decode("utf-8-sig")
    assert len(returned.strip().splitlines()) == 1 + len(BAD)
    assert "Ligne 3, colonne « mode » (vélo) : écrivez l'un de" in returned
    mended = (
        returned.replace(";vélo;", ";domicile;")
        .replace(";99 rue du Prt;", ";9 rue du Port;")
        .replace(";fromageri;", ";fromagerie;")
        .replace(";2026-11-20T11:00;", ";2026-11-20T15:00;")
    )
    report = take(town, mended.encode())
    assert (report.taken, report.faults) == (len(BAD), ())
    notes = {town.order(number).note for number in range(1, 20) if _exists(town, number)}
    assert 'a; "b"' in notes


def _exists(town: Town, order_id: int) -> bool:
    try:
        town.order(order_id)
    except AssertionError:
        return False
    return True


def test_the_same_file_again_repeats(town: Town) -> None:
    content = a_file(GOOD, *BAD)
    take(town, content)
    before = kept(town)
    report = take(town, content)
    assert (report.taken, report.repeated, len(report.faults)) == (0, 1, len(BAD))
    assert kept(town) == before


def test_a_row_twice_in_a_file_is_taken_once(town: Town) -> None:
    report = take(town, a_file(GOOD, GOOD))
    assert (report.taken, report.repeated) == (1, 1)
    report = take(town, a_file(GOOD, GOOD | {"panier_eur": "1"}))
    assert [fault.code for fault in report.faults] == ["reference_taken"]


def test_a_dry_run_says_what_would_happen_and_writes_nothing(town: Town) -> None:
    content = a_file(GOOD, *BAD, GOOD | {"reference": "A-2", "commerce": "librairie"})
    before = kept(town)
    rehearsed = take(town, content, dry_run=True)
    assert kept(town) == before
    assert told(rehearsed) == told(take(town, content))
    assert (rehearsed.taken, rehearsed.pooled) == (2, 1)


def test_a_dry_run_fills_a_slot_as_the_run_will(town: Town) -> None:
    evening = [
        GOOD | {"reference": f"A-{n}", "adresse": f"{n} rue du Port", "creneau": "2026-11-20T17:00"}
        for n in range(1, 5)
    ]
    rehearsed = take(town, a_file(*evening), dry_run=True)
    assert [fault.code for fault in rehearsed.faults] == ["slot_full"] * 2
    assert told(rehearsed) == told(take(town, a_file(*evening)))


@pytest.mark.parametrize(
    "content",
    [
        a_file(GOOD).decode("utf-8-sig").replace("Moreau", "Moréau").encode("cp1252"),
        a_file(GOOD) + b"\r\n\0",
        b"\x89PNG\r\n\x1a\n",
        a_file(GOOD).replace(b"reference", b"numero"),
        a_file(GOOD, GOOD | {"note": '"jamais ferme'}),
        b"",
    ],
    ids=["cp1252", "nul", "image", "missing column", "quotes", "empty"],
)
def test_a_file_that_cannot_be_read_changes_nothing(town: Town, content: bytes) -> None:
    before = kept(town)
    with pytest.raises(NotCsv):
        take(town, content)
    assert kept(town) == before


def test_a_point_far_from_any_street_is_named_in_its_column(
    town: Town, streets: StreetProcesses
) -> None:
    row = GOOD | {"adresse": "", "lon": "-2,03", "lat": "48,46"}
    (fault,) = take(town, a_file(row), streets=streets).faults
    assert (fault.column, fault.code, fault.value) == ("lon", "too_far_from_street", "-2,03")


def test_a_moment_in_a_refusal_is_told_in_the_towns_own_time(town: Town) -> None:
    town.clock.moment = a_slot().cutoff_at
    (fault,) = take(town, a_file(GOOD)).faults
    assert fault.code == "slot_closed"
    assert "vendredi 20 novembre 15:00" in sentence(fault, "fr")


@pytest.mark.parametrize("language", api.words.LANGUAGES)
def test_every_fault_has_words(town: Town, language: str) -> None:
    rows = [
        *BAD,
        GOOD | {"reference": "C-1", "telephone": "12", "panier_eur": "x", "colis": "énorme"},
        GOOD | {"reference": "C-2", "colis": "petit x99", "creneau": "demain", "lon": "-2"},
        GOOD | {"reference": "C-3", "lon": "-2.05", "colis": "petit 99kg"},
        GOOD | {"reference": "C-4", "destinataire": "x" * 121, "colis": "petit tiède"},
        GOOD | {"reference": "C-5", "lon": "-2.05"},
        GOOD | {"reference": "", "adresse": ""},
        GOOD | {"reference": "C-6", "adresse": ""},
        GOOD | {"reference": "C-7", "creneau": ""},
        GOOD | {"reference": "C-8", "adresse": "1 rue Lointaine"},
        GOOD | {"reference": "C-9", "adresse": "8 rue Haute"},
    ]
    report = take(town, a_file(*rows), language=language)
    for fault in report.faults:
        words = sentence(fault, language)
        assert "–" not in words.replace("() :", ""), (fault, words)
        assert str(fault.line) in words
    assert report.bad_rows.count(b"\r\n") >= len(rows)
