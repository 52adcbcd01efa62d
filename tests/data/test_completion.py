"""A door is found while it is being written, in a town of ten thousand of them."""

import time
from collections.abc import Callable, Iterator

import pytest
from psycopg import Connection
from psycopg.rows import TupleRow

import data.addresses
import data.database
from data.database import Pool
from tests.builders import an_address

STREETS = 400
NUMBERS = 25


@pytest.fixture
def conn(pool: Pool, town_id: int) -> Iterator[Connection[TupleRow]]:
    with data.database.scoped(pool, town_id) as scoped:
        data.addresses.save(
            scoped,
            [
                an_address(12, "rue du Port"),
                an_address(2, "rue du Port"),
                an_address(20, "rue du Port"),
                an_address(120, "rue du Port"),
                an_address(12, "quai du Port"),
                an_address(12, "avenue du Général-Leclerc"),
                an_address(3, "place Saint-Sauveur"),
                an_address(3, "place Saint-Sauveur", postcode="22998", city="Autre"),
            ],
        )
        yield scoped


def labels(conn: Connection[TupleRow], text: str, most: int = 8) -> list[str]:
    return [f"{each.number} {each.street}" for each in data.addresses.complete(conn, text, most)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("12 rue du po", "12 rue du Port"),
        ("12 r du port", "12 rue du Port"),
        ("12, rue du", "12 rue du Port"),
        ("12 RUE PORT", "12 rue du Port"),
        ("12 quai", "12 quai du Port"),
        ("12 av gen", "12 avenue du Général-Leclerc"),
        ("12 leclerc", "12 avenue du Général-Leclerc"),
        ("port 20", "20 rue du Port"),
        ("3 st sauv", "3 place Saint-Sauveur"),
        ("12 rue du Port, 22999 Essai", "12 rue du Port"),
        ("12 rue du prot", "12 rue du Port"),
        ("12 avenu leclerk", "12 avenue du Général-Leclerc"),
    ],
)
def test_a_door_is_found_while_it_is_written(
    conn: Connection[TupleRow], text: str, first: str
) -> None:
    assert labels(conn, text)[0] == first


def test_a_number_is_whole_once_a_word_follows(conn: Connection[TupleRow]) -> None:
    assert labels(conn, "2 port") == ["2 rue du Port"]
    assert set(labels(conn, "2")) == {"2 rue du Port", "20 rue du Port"}


def test_a_street_alone_offers_its_doors_in_their_order(conn: Connection[TupleRow]) -> None:
    assert labels(conn, "rue du port") == [f"{number} rue du Port" for number in (2, 12, 20, 120)]


def test_namesakes_in_two_towns_are_both_offered(conn: Connection[TupleRow]) -> None:
    found = data.addresses.complete(conn, "3 place saint sauveur", 8)
    assert [each.city for each in found] == ["Autre", "Essai"]


@pytest.mark.parametrize("text", ["", "  ", ",;%_'", "zzzz qqqq", "%"])
def test_what_is_like_no_door_offers_none(conn: Connection[TupleRow], text: str) -> None:
    assert labels(conn, text) == []


def test_no_more_are_offered_than_asked_for(conn: Connection[TupleRow]) -> None:
    assert len(labels(conn, "port", most=3)) == 3


def test_ten_thousand_doors_are_searched_at_once(
    conn: Connection[TupleRow], record_property: Callable[[str, object], None]
) -> None:
    data.addresses.save(
        conn,
        [
            an_address(number, f"rue des Lilas {street:03d} Verts")
            for street in range(STREETS)
            for number in range(1, NUMBERS + 1)
        ],
    )
    slowest = 0.0
    for text in ("1", "12 rue du po", "12 rue des lilas 3", "rue", "12 rue du prot", "zzz"):
        began = time.perf_counter()
        data.addresses.complete(conn, text, 8)
        took = (time.perf_counter() - began) * 1000
        print(f"{text}: {took:.1f} ms")
        slowest = max(slowest, took)
    record_property("slowest_ms", round(slowest, 1))
    assert slowest < 500
