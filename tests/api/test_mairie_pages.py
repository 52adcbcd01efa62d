"""The town hall reads its envelope and its statements; every sum is the ledger's."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from httpx import Response
from hypothesis import given
from hypothesis import strategies as st
from psycopg import Connection
from psycopg.rows import TupleRow
from shapely.geometry import shape

import api.operations.months
import api.words
import data.ledger
import data.statements
import data.towns
from api.app import create_app
from api.pages.mairie_csv import COLUMNS, lines_csv
from api.pages.mairie_words import Wording
from api.settings import Settings
from data.channels.cells import FORMULA, inert
from data.database import Database, Pool, scoped
from delivery.accounts import Role
from delivery.ledger import Account, Kind
from delivery.orders import Fulfilment
from delivery.programmes import Claim, Reason, decide
from delivery.proofs import ProofKind
from delivery.statements import Line, LineState, Proven, StatementState
from tests import builders, closed_month, logins
from tests import money_builders as money
from tests.api.conftest import TestClient
from tests.closed_month import Closed
from zones.zone import Zone, ZoneKind

PARIS = ZoneInfo("Europe/Paris")
NOW = money.DECEMBER_1ST


def clock() -> datetime:
    return NOW


@pytest.fixture
def closed(pool: Pool, town_id: int) -> Closed:
    return closed_month.close_november(pool, town_id)


def open_client(
    database: Database, home: Path, pool: Pool, town_id: int, role: Role, **subject: int
) -> TestClient:
    settings = Settings(home=home, DATABASE_URL=database.application_url)  # type: ignore[call-arg]
    client = TestClient(create_app(settings, clock=clock), base_url="http://127.0.0.1")
    client.cookies.update(logins.cookie(pool, town_id, role, now=NOW, **subject))
    return client


@pytest.fixture
def client(
    closed: Closed, database: Database, pool: Pool, town_id: int, tmp_path: Path
) -> Iterator[TestClient]:
    with open_client(database, tmp_path, pool, town_id, Role.MAIRIE) as opened:
        yield opened


def path(closed: Closed, rest: str = "") -> str:
    return f"/t/essai/mairie/etats/{closed.statement.id}{rest}"


def plain(answer: Response) -> str:
    text = re.sub(r"<(head|header|footer|script)\b.*?</\1>", " ", answer.text, flags=re.DOTALL)
    text = unescape(re.sub(r"<[^>]+>", " ", text))
    text = text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    return re.sub(r"\s+", " ", text)


def read(client: TestClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return plain(answer)


def euros(cents: int) -> str:
    text = api.words.euros(cents)
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def lines(closed: Closed) -> list[Line]:
    with scoped(closed.town.pool, closed.town.town_id) as conn:
        return data.statements.lines(conn, closed.statement.id)


def shown_lines(answer: Response) -> list[int]:
    return [int(each) for each in re.findall(r'/lignes/(\d+)">', answer.text)]


# The envelope


def test_the_envelope_stands_on_top_and_every_statement_below(
    client: TestClient, closed: Closed
) -> None:
    text = read(client, "/t/essai/mairie")
    gross = closed.statement.gross_cents
    assert closed.statement.head_sha256 in read(client, path(closed))
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


# Sums


def test_totals_are_the_sum_of_the_lines_and_of_the_ledgers_movements(
    client: TestClient, closed: Closed
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
    text = read(client, path(closed))
    assert f"= mouvements du grand livre : {euros(gross)}." in text
    assert "Livraisons prouvées dont 1 sans coût pour la ville 7" in text
    net = sum(line.net_cents for line in every)
    vat = sum(line.vat_cents for line in every)
    residual = sum(line.residual_cents for line in every)
    for name, cents in (("TVA", vat), ("Part ville TTC", gross)):
        assert f"{name} {euros(cents)}" in text
    assert f"80 % du tarif, selon le programme {euros(net)}" in text
    assert f"non payé par la ville {euros(residual)}" in text


def test_sums_by_zone_way_and_rule_come_to_the_whole(client: TestClient, closed: Closed) -> None:
    every = lines(closed)
    text = read(client, path(closed))
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
    client: TestClient,
    closed: Closed,
    superuser: Connection[TupleRow],
    tampering: str,
    said: str,
) -> None:
    superuser.execute("SET session_replication_role = replica")
    superuser.execute(tampering)
    answer = client.get(path(closed))
    assert said in plain(answer)
    assert "banner-bad" in answer.text and "banner-good control" not in answer.text


# Lines


def test_a_line_says_where_when_why_and_by_what_proof_but_never_who(
    client: TestClient, closed: Closed
) -> None:
    answer = client.get(path(closed))
    text = plain(answer)
    assert f"20/11/2026 13:00 Ville Domicile 1 1 {euros(650)}" in text
    assert "Part de la ville : 80 %" in text
    assert "Plafond de 7,00 € TTC" in text
    assert "Quota du foyer atteint : 2 sur 2" in text
    assert "Code 13:00 aaaaaaaaaaaa…" in text and "Proposée" in text
    for page in (answer.text, client.get(path(closed, "/lignes/1")).text):
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
    client: TestClient, closed: Closed, query: str, positions: Any
) -> None:
    expected = [line for line in lines(closed) if positions(line)]
    answer = client.get(path(closed, f"?{query}"))
    assert answer.status_code == 200
    assert shown_lines(answer) == [line.position for line in expected]
    sums = f"Lignes retenues {len(expected)}"
    if len(expected) == 7:
        assert "Lignes retenues" not in plain(answer)
        return
    assert sums in plain(answer)
    assert euros(sum(line.gross_cents for line in expected)) in plain(answer)
    assert "Aucune ligne ne répond" in plain(answer) or expected
    table = csv_of(client.get(path(closed, f"/lignes.csv?{query}")))
    assert [int(row[0]) for row in table[1:]] == [line.position for line in expected]


def test_a_delivery_is_found_by_its_number(client: TestClient, closed: Closed) -> None:
    wanted = lines(closed)[3]
    answer = client.get(path(closed, f"?livraison={wanted.proven.delivery_id}"))
    assert shown_lines(answer) == [4]


@pytest.mark.parametrize("query", ["jour=hier", "livraison=x", "mode=fusee", "livraison=0"])
def test_a_filter_nobody_understands_is_told_and_no_file_is_sent(
    client: TestClient, closed: Closed, query: str
) -> None:
    answer = client.get(path(closed, f"?{query}"))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text and len(shown_lines(answer)) == 7
    assert client.get(path(closed, f"/lignes.csv?{query}")).status_code == 404


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


# The spreadsheet


def csv_of(answer: Response) -> list[list[str]]:
    assert answer.status_code == 200
    assert answer.content.startswith(b"\xef\xbb\xbf")
    text = answer.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def test_the_spreadsheet_holds_the_same_lines_and_sums(client: TestClient, closed: Closed) -> None:
    answer = client.get(path(closed, "/lignes.csv"))
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
    wording = Wording(PARIS, {"z": zone}, "fr")
    body = lines_csv([wording.row(a_line(("tariff", {"zone": "z", "cents": 1})))], wording)
    text = io.StringIO(body.decode("utf-8-sig"), newline="")
    head, row = csv.reader(text, delimiter=";")
    assert len(head) == len(row) == len(COLUMNS)
    assert row[COLUMNS.index("zone")] == inert(name)


# One line


def test_a_lines_own_page_shows_the_proof_the_rules_and_its_movements(
    client: TestClient, closed: Closed
) -> None:
    line = next(each for each in lines(closed) if each.reasons[-1][0] == "cap")
    text = read(client, path(closed, f"/lignes/{line.position}"))
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
    client: TestClient, closed: Closed
) -> None:
    unpaid = next(each for each in lines(closed) if each.gross_cents == 0)
    text = read(client, path(closed, f"/lignes/{unpaid.position}"))
    assert "Le foyer a déjà eu 2 livraisons aidées dans le mois, pour 2 au plus" in text
    assert "le grand livre n’a pas de mouvement" in text
    drive = next(each for each in lines(closed) if each.proven.claim.fulfilment.value == "drive")
    text = read(client, path(closed, f"/lignes/{drive.position}"))
    assert "De la remise au drive" in text and "son code à quatre chiffres au drive" in text


def a_line(*reasons: Reason) -> Line:
    proven = Proven(
        delivery_id=1,
        service_at=datetime(2026, 11, 20, 12, tzinfo=UTC),
        claim=Claim(on=builders.DAY, fulfilment=Fulfilment.HOME, zone_code="z"),
        household="h",
        envelope_id=1,
        held_cents=1,
        withheld=(),
        orders=1,
        parcels=1,
        proof_kind="code",
        proof_sha256="a" * 64,
    )
    return Line(
        position=1, proven=proven, tariff_cents=1, net_cents=0, vat_cents=0, reasons=reasons
    )


@pytest.mark.parametrize("language", api.words.LANGUAGES)
def test_every_reason_the_rules_can_give_has_words(language: str) -> None:
    rules = money.a_programme(cap_cents=100, household_month_max=1)
    claim = Claim(on=builders.DAY, fulfilment=Fulfilment.HOME, zone_code="ville")
    given_reasons = {
        code: parameters
        for usage in (0, 1)
        for code, parameters in decide(claim, rules, usage).reasons
    }
    given_reasons["envelope_spent"] = {"left_cents": 120, "needed_cents": 624}
    assert set(given_reasons) == {
        "tariff", "share", "cap", "household_month_max", "envelope_spent",
    }  # fmt: skip
    wording = Wording(PARIS, {}, language)
    for code, parameters in given_reasons.items():
        row = wording.row(a_line((code, parameters)))
        for said in (row.rule, row.reasons[0], wording.rule_name(code)):
            assert said != code and "–" not in said and "{" not in said


def test_a_reason_of_a_later_version_is_named_by_its_code() -> None:
    row = Wording(PARIS, {}, "fr").row(a_line(("monthly_bonus", {"cents": 5})))
    assert (row.rule, row.reasons) == ("monthly_bonus", ("monthly_bonus",))


@pytest.mark.parametrize("language", api.words.LANGUAGES)
def test_every_state_of_lines_and_statements_has_words(language: str) -> None:
    texts = api.words.catalogue(language)
    assert all(f"mairie_line_{state.value}" in texts for state in LineState)
    assert all(f"mairie_statement_{state.value}" in texts for state in StatementState)
    assert all(f"mairie_entry_{kind.value}" in texts for kind in Kind)
    assert all(f"mairie_account_{account.value}" in texts for account in Account)
    assert all(
        f"mairie_proof_kind_{way}_{kind.value}" in texts
        for way in ("home", "drive")
        for kind in ProofKind
    )


# The map


def test_the_map_has_every_zone_with_the_sums_of_its_lines(
    client: TestClient, closed: Closed
) -> None:
    answer = client.get(path(closed, "/zones.geojson"))
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


# The bundle


def test_the_bundle_can_be_carried_home_and_verified(
    client: TestClient, closed: Closed, tmp_path: Path
) -> None:
    answer = client.get(path(closed, "/liasse.zip"))
    assert answer.headers["content-type"] == "application/zip"
    assert answer.content == client.get(path(closed, "/liasse.zip")).content
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(tmp_path / "out")
    folder = tmp_path / "out" / "ETAT-2026-11-01"
    assert api.operations.months.verify(folder) == ()


def test_what_is_carried_home_says_who_as_little_as_the_pages(
    client: TestClient, closed: Closed
) -> None:
    carried = [client.get(path(closed, rest)).content for rest in ("/lignes.csv", "/zones.geojson")]
    bundle = client.get(path(closed, "/liasse.zip")).content
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        carried += [archive.read(name) for name in archive.namelist()]
    hidden = ["Anne", "Moreau", "rue port", *(line.proven.household for line in lines(closed))]
    for content in carried:
        assert [word for word in hidden if word.encode() in content] == []


# Who may


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


def test_what_is_not_there_is_not_found(client: TestClient, closed: Closed) -> None:
    missing = f"/t/essai/mairie/etats/{closed.statement.id + 1}"
    for rest in REST:
        assert client.get(missing + rest).status_code == 404
    for rest in ("/lignes/8", "/lignes/0", "/lignes/x", f"/lignes/{2**40}", f"/lignes/{2**70}"):
        assert client.get(path(closed, rest)).status_code == 404
    assert client.get("/t/essai/mairie/etats/derniere").status_code == 404


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


def test_pages_of_the_town_hall_are_kept_by_no_cache(client: TestClient, closed: Closed) -> None:
    for address in ("/t/essai/mairie", *(path(closed, rest) for rest in REST)):
        assert client.get(address).headers["cache-control"] == "no-store"


def test_it_reads_in_english_too(client: TestClient, closed: Closed) -> None:
    text = read(client, path(closed, "?lang=en"))
    assert "Monthly statement, November 2026" in text and "movements of the ledger" in text
    assert "Envelope 2026" in read(client, "/t/essai/mairie?lang=en")
