"""The town hall reads its envelope and its statements; every sum is the ledger's."""

import re
from pathlib import Path

import pytest
from psycopg import Connection
from psycopg.rows import TupleRow

import api.operations.months
import data.ledger
import data.towns
from data.database import Database, Pool, scoped
from delivery.accounts import Role
from delivery.orders import Fulfilment
from tests import builders
from tests import money_builders as money
from tests.api.client import TestClient
from tests.api.reading import plain, read
from tests.api.town_hall import NOW, euros, lines, open_client, path
from tests.closed_month import Closed


def test_the_envelope_stands_on_top_and_every_statement_below(
    clerk: TestClient, closed: Closed
) -> None:
    text = read(clerk, "/t/essai/mairie")
    gross = closed.statement.gross_cents
    assert closed.statement.head_sha256 in read(clerk, path(closed))
    assert f"Voté {euros(1_000_000)}" in text
    assert f"livré, avec preuve {euros(gross)}" in text
    assert f"promis, pas encore livré {euros(624)}" in text
    assert f"Disponible {euros(1_000_000 - gross - 624)}" in text
    assert "Enveloppe 2026 Livraison du centre, version 1." in text
    assert "Délibération 2025-112." in text
    assert "ETAT-2026-11-01 novembre 2026 Livraison du centre 7" in text
    assert f"{euros(gross)} Clos, à transmettre" in text


def test_a_town_without_credits_or_statements_says_so(
    database: Database, pool: Pool, town_id: int, tmp_path: Path
) -> None:
    with open_client(database, tmp_path, pool, town_id, Role.ADMIN) as client:
        text = read(client, "/t/essai/mairie")
    assert "Aucune enveloppe" in text and "Aucun état" in text


def test_a_month_without_deliveries_has_a_statement_without_lines(
    database: Database, pool: Pool, town_id: int, tmp_path: Path
) -> None:
    money.a_funded_town(pool, town_id)
    statement = api.operations.months.close(pool, town_id, money.NOVEMBER, now=NOW)
    with open_client(database, tmp_path, pool, town_id, Role.MAIRIE) as client:
        text = read(client, f"/t/essai/mairie/etats/{statement.id}")
    assert "État sans ligne" in text and "Contrôle : total de l’état" in text


def test_totals_are_the_sum_of_the_lines_and_of_the_ledgers_movements(
    clerk: TestClient, closed: Closed
) -> None:
    every = lines(closed)
    with scoped(closed.town.pool, closed.town.town_id) as conn:
        settled = data.ledger.settled(conn, closed.statement.id)
        assert data.ledger.check(conn) == ()
    gross = sum(line.gross_cents for line in every)
    assert gross == sum(settled.values()) == closed.statement.gross_cents
    assert {line.proven.delivery_id: line.gross_cents for line in every if line.gross_cents} == {
        delivery_id: cents for delivery_id, cents in settled.items() if cents
    }
    text = read(clerk, path(closed))
    assert f"= mouvements du grand livre : {euros(gross)}." in text
    assert "Livraisons prouvées dont 1 sans coût pour la ville 7" in text
    net = sum(line.net_cents for line in every)
    vat = sum(line.vat_cents for line in every)
    residual = sum(line.residual_cents for line in every)
    for name, cents in (("TVA", vat), ("Part ville TTC", gross)):
        assert f"{name} {euros(cents)}" in text
    assert f"80 % du tarif, selon le programme {euros(net)}" in text
    assert f"non payé par la ville {euros(residual)}" in text


def test_sums_by_zone_way_and_rule_come_to_the_whole(clerk: TestClient, closed: Closed) -> None:
    every = lines(closed)
    text = read(clerk, path(closed))
    town = sum(line.gross_cents for line in every if line.proven.claim.zone_code == "ville")
    drive = sum(
        line.gross_cents for line in every if line.proven.claim.fulfilment is Fulfilment.DRIVE
    )
    assert re.search(rf"Ville 5 [\d,]+ € {re.escape(euros(town))}", text)
    assert re.search(rf"Drive 1 [\d,]+ € {re.escape(euros(drive))}", text)
    assert "Plafond 2" in text and "Quota du foyer 1" in text and "Part de la ville 4" in text
    whole = re.escape(euros(closed.statement.gross_cents))
    assert len(re.findall(rf"Tout l’état 7 [\d,]+ € {whole}", text)) == 3


@pytest.mark.parametrize(
    ("tampering", "said"),
    [
        ("UPDATE statements SET net_cents = net_cents + 1", "Contrôle en échec."),
        (
            """
            UPDATE ledger_postings SET amount_cents = amount_cents + 100
             WHERE account = 'service_fait'
               AND seq = (SELECT seq FROM ledger_entries
                           WHERE kind = 'prove'
                             AND delivery_id = (SELECT delivery_id FROM statement_lines
                                                 WHERE position = 1))
            """,
            "Lignes en cause : 1.",
        ),
    ],
)
def test_a_statement_that_differs_from_the_ledger_is_told_in_red(
    clerk: TestClient,
    closed: Closed,
    superuser: Connection[TupleRow],
    tampering: str,
    said: str,
) -> None:
    superuser.execute("SET session_replication_role = replica")
    superuser.execute(tampering)
    answer = clerk.get(path(closed))
    assert said in plain(answer)
    assert "banner-bad" in answer.text and "banner-good control" not in answer.text


REST = ("", "/lignes.csv", "/lignes/1", "/zones.geojson", "/liasse.zip")


def test_a_neighbours_statement_is_not_found(
    database: Database, pool: Pool, closed: Closed, tmp_path: Path
) -> None:
    with pool.connection() as conn:
        neighbour = data.towns.add(conn, builders.a_town("voisine")).id
    with open_client(database, tmp_path, pool, neighbour, Role.MAIRIE) as client:
        for rest in REST:
            address = path(closed, rest).replace("essai", "voisine")
            assert client.get(address).status_code == 404


def test_what_is_not_there_is_not_found(clerk: TestClient, closed: Closed) -> None:
    missing = f"/t/essai/mairie/etats/{closed.statement.id + 1}"
    for rest in REST:
        assert clerk.get(missing + rest).status_code == 404
    for rest in ("/lignes/8", "/lignes/0", "/lignes/x", f"/lignes/{2**40}", f"/lignes/{2**70}"):
        assert clerk.get(path(closed, rest)).status_code == 404
    assert clerk.get("/t/essai/mairie/etats/derniere").status_code == 404


def test_the_door_is_the_town_halls_and_the_administrators(
    database: Database, pool: Pool, closed: Closed, tmp_path: Path
) -> None:
    town_id = closed.town.town_id
    with open_client(database, tmp_path, pool, town_id, Role.ADMIN) as client:
        for rest in REST:
            assert client.get(path(closed, rest)).status_code == 200
    shop = closed.town.generous_shop
    with open_client(database, tmp_path, pool, town_id, Role.SHOP, shop_id=shop) as client:
        for rest in REST:
            assert client.get(path(closed, rest)).status_code == 403
        client.cookies.clear()
        for rest in REST:
            assert client.get(path(closed, rest), follow_redirects=False).status_code in (303, 401)


def test_pages_of_the_town_hall_are_kept_by_no_cache(clerk: TestClient, closed: Closed) -> None:
    for address in ("/t/essai/mairie", *(path(closed, rest) for rest in REST)):
        assert clerk.get(address).headers["cache-control"] == "no-store"


def test_it_reads_in_english_too(clerk: TestClient, closed: Closed) -> None:
    text = read(clerk, path(closed, "?lang=en"))
    assert "Monthly statement, November 2026" in text and "movements of the ledger" in text
    assert "Envelope 2026" in read(clerk, "/t/essai/mairie?lang=en")
