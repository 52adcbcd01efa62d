"""A statement's lines: narrowed, a hundred a page, and each with its proof and its rules."""

from html import unescape
from pathlib import Path
from typing import Any

import pytest

import data.ledger
from data.database import Database, Pool, scoped
from delivery.accounts import Role
from delivery.orders import Fulfilment
from tests import closed_month
from tests.api.client import TestClient
from tests.api.reading import plain, read
from tests.api.town_hall import csv_of, euros, lines, open_client, path, shown_lines
from tests.closed_month import Closed


def test_a_line_says_where_when_why_and_by_what_proof_but_never_who(
    clerk: TestClient, closed: Closed
) -> None:
    answer = clerk.get(path(closed))
    text = plain(answer)
    assert f"20/11/2026 13:00 Ville Domicile 1 1 {euros(650)}" in text
    assert "Part de la ville : 80 %" in text
    assert "Plafond de 7,00 € TTC" in text
    assert "Quota du foyer atteint : 2 sur 2" in text
    assert "Code 13:00 aaaaaaaaaaaa…" in text and "Proposée" in text
    for page in (answer.text, clerk.get(path(closed, "/lignes/1")).text):
        assert "Anne" not in page and "Moreau" not in page
        assert "rue port" not in page and "1234" not in page
        assert lines(closed)[0].proven.household not in page


@pytest.mark.parametrize(
    ("query", "positions"),
    [
        ("zone=hameaux", lambda each: each.proven.claim.zone_code == "hameaux"),
        ("mode=drive", lambda each: each.proven.claim.fulfilment is Fulfilment.DRIVE),
        ("preuve=note", lambda each: each.proven.proof_kind == "note"),
        ("motif=cap", lambda each: each.reasons[-1][0] == "cap"),
        ("motif=household_month_max", lambda each: each.gross_cents == 0),
        ("nul=yes", lambda each: each.gross_cents == 0),
        ("jour=2026-11-21", lambda each: each.proven.service_at.day == 21),
        ("zone=ville&preuve=note", lambda each: each.position == 5),
        ("zone=&mode=&jour=", lambda each: True),
        ("zone=nulle-part", lambda each: False),
    ],
)
def test_filters_narrow_the_lines_and_their_totals_stand_beside_the_whole(
    clerk: TestClient, closed: Closed, query: str, positions: Any
) -> None:
    expected = [line for line in lines(closed) if positions(line)]
    answer = clerk.get(path(closed, f"?{query}"))
    assert answer.status_code == 200
    assert shown_lines(answer) == [line.position for line in expected]
    sums = f"Lignes retenues {len(expected)}"
    if len(expected) == 7:
        assert "Lignes retenues" not in plain(answer)
        return
    assert sums in plain(answer)
    assert euros(sum(line.gross_cents for line in expected)) in plain(answer)
    assert "Aucune ligne ne répond" in plain(answer) or expected
    table = csv_of(clerk.get(path(closed, f"/lignes.csv?{query}")))
    assert [int(row[0]) for row in table[1:]] == [line.position for line in expected]


def test_a_delivery_is_found_by_its_number(clerk: TestClient, closed: Closed) -> None:
    wanted = lines(closed)[3]
    answer = clerk.get(path(closed, f"?livraison={wanted.proven.delivery_id}"))
    assert shown_lines(answer) == [4]


@pytest.mark.parametrize("query", ["jour=hier", "livraison=x", "mode=fusee", "livraison=0"])
def test_a_filter_nobody_understands_is_told_and_no_file_is_sent(
    clerk: TestClient, closed: Closed, query: str
) -> None:
    answer = clerk.get(path(closed, f"?{query}"))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text and len(shown_lines(answer)) == 7
    assert clerk.get(path(closed, f"/lignes.csv?{query}")).status_code == 404


def test_a_hundred_lines_a_page(
    database: Database, pool: Pool, town_id: int, tmp_path: Path
) -> None:
    closed = closed_month.close_november(pool, town_id, more=120)
    with open_client(database, tmp_path, pool, town_id, Role.MAIRIE) as client:
        first = client.get(path(closed))
        assert shown_lines(first) == list(range(1, 101))
        assert "Lignes 1 à 100 sur 127" in plain(first)
        second = client.get(path(closed, "?zone=ville&page=2"))
        assert len(shown_lines(second)) == 25
        assert "Lignes 101 à 125 sur 125" in plain(second)
        assert "?zone=ville&page=1#lignes" in unescape(second.text)
        assert len(shown_lines(client.get(path(closed, "?page=99")))) == 27
        assert len(shown_lines(client.get(path(closed, "?toutes=1")))) == 127
        assert client.get(path(closed, "?page=0")).status_code == 404


def test_a_lines_own_page_shows_the_proof_the_rules_and_its_movements(
    clerk: TestClient, closed: Closed
) -> None:
    line = next(each for each in lines(closed) if each.reasons[-1][0] == "cap")
    text = read(clerk, path(closed, f"/lignes/{line.position}"))
    assert "a" * 64 in text
    assert "Du message du téléphone du livreur" in text
    assert "Tarif de la zone =Hameaux : 9,00 € HT." in text
    assert "La ville en prend 80 % : 7,20 € HT." in text
    assert "la part de la ville est ramenée à 5,83 € HT." in text
    assert f"La ville paie {euros(line.gross_cents)} TTC." in text
    with scoped(closed.town.pool, closed.town.town_id) as conn:
        links = data.ledger.links(conn, delivery_id=line.proven.delivery_id)
    assert [link.entry.kind.value for link in links][:2] == ["engage", "prove"]
    for link in links:
        assert f" {link.seq} " in text and link.sha256 in text
    assert "Engagement Disponible Engagé 7,00 €" in text
    assert "Service fait Engagé Service fait 7,00 €" in text


def test_a_line_that_cost_nothing_and_one_of_the_drive_say_so(
    clerk: TestClient, closed: Closed
) -> None:
    unpaid = next(each for each in lines(closed) if each.gross_cents == 0)
    text = read(clerk, path(closed, f"/lignes/{unpaid.position}"))
    assert "Le foyer a déjà eu 2 livraisons aidées dans le mois, pour 2 au plus" in text
    assert "le grand livre n’a pas de mouvement" in text
    drive = next(each for each in lines(closed) if each.proven.claim.fulfilment.value == "drive")
    text = read(clerk, path(closed, f"/lignes/{drive.position}"))
    assert "De la remise au drive" in text and "son code à quatre chiffres au drive" in text
