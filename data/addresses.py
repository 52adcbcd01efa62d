"""Rows of the doors a town knows, and the search among them."""

import math
from collections.abc import Iterable

from psycopg import Connection
from psycopg.rows import TupleRow
from shapely import Point

from delivery.addresses import Address, NewAddress, fold, split_town

#: A degree of latitude.
METRES_A_DEGREE = 111_320
#: How many near spellings a refusal offers.
SUGGESTIONS = 5


def save(conn: Connection[TupleRow], addresses: Iterable[NewAddress]) -> int:
    """Add the doors the town does not have yet; return how many were new."""
    new = _new(conn, addresses)
    with conn.cursor() as cursor:
        cursor.executemany(
            """
            INSERT INTO addresses (number, street, postcode, city, lon, lat, key)
                 VALUES (%(number)s, %(street)s, %(postcode)s, %(city)s, %(lon)s, %(lat)s, %(key)s)
            """,
            [
                {
                    "number": address.number,
                    "street": address.street,
                    "postcode": address.postcode,
                    "city": address.city,
                    "lon": address.point.x,
                    "lat": address.point.y,
                    "key": address.key,
                }
                for address in new
            ],
        )
    return len(new)


def _new(conn: Connection[TupleRow], addresses: Iterable[NewAddress]) -> list[NewAddress]:
    rows = conn.execute("SELECT key, postcode, city FROM addresses").fetchall()
    known = {(key, postcode, city) for key, postcode, city in rows}
    new = []
    for address in addresses:
        door = (address.key, address.postcode, address.city)
        if door not in known:
            known.add(door)
            new.append(address)
    return new


def find(conn: Connection[TupleRow], door: str, postcode: str | None) -> list[Address]:
    """Return the doors whose spelling folds to the same key, in the postcode if one is given."""
    rows = conn.execute(
        """
        SELECT id, number, street, postcode, city, lon, lat
          FROM addresses
         WHERE key = %(key)s
           AND (%(postcode)s::text IS NULL OR postcode = %(postcode)s OR postcode = '')
         ORDER BY id
        """,
        {"key": fold(door), "postcode": postcode},
    ).fetchall()
    return [_address(*row) for row in rows]


def nearest(conn: Connection[TupleRow], point: Point, *, within_m: int) -> Address | None:
    """Return the known door nearest to a point, as the crow flies, if one is that near."""
    row = conn.execute(
        """
        SELECT id, number, street, postcode, city, lon, lat
          FROM addresses
         WHERE lat BETWEEN %(lat)s - %(dlat)s AND %(lat)s + %(dlat)s
           AND lon BETWEEN %(lon)s - %(dlon)s AND %(lon)s + %(dlon)s
           AND ((lat - %(lat)s) / %(dlat)s) ^ 2 + ((lon - %(lon)s) / %(dlon)s) ^ 2 <= 1
         ORDER BY ((lat - %(lat)s) / %(dlat)s) ^ 2 + ((lon - %(lon)s) / %(dlon)s) ^ 2, id
         LIMIT 1
        """,
        {
            "lon": point.x,
            "lat": point.y,
            "dlat": within_m / METRES_A_DEGREE,
            "dlon": within_m / (METRES_A_DEGREE * max(0.01, math.cos(math.radians(point.y)))),
        },
    ).fetchone()
    return None if row is None else _address(*row)


def suggest(conn: Connection[TupleRow], door: str) -> list[str]:
    """Return the labels of the doors spelled most like this, best first."""
    rows = conn.execute(
        """
        SELECT id, number, street, postcode, city, lon, lat
          FROM addresses
         WHERE key %% %(key)s
         ORDER BY similarity(key, %(key)s) DESC, id
         LIMIT %(most)s
        """,
        {"key": fold(door), "most": SUGGESTIONS},
    ).fetchall()
    return [_address(*row).label for row in rows]


def complete(conn: Connection[TupleRow], text: str, most: int) -> list[Address]:
    """Return the doors somebody may be writing, best first; `text` may end within a word.

    Each word begins a word of the door, in any order; a number stands for the whole number once
    a word follows. Where no door is so, the nearest spellings are returned.
    """
    words = fold(split_town(text)[0]).split()
    number = next((word for word in words if word[0].isdigit()), None)
    streets = [word for word in words if word != number]
    if not words:
        return []
    rows = conn.execute(
        """
        SELECT id, number, street, postcode, city, lon, lat
          FROM addresses
         WHERE ' ' || key LIKE ALL(%(patterns)s)
         ORDER BY key LIKE %(start)s DESC, street, length(number), number, postcode, city, id
         LIMIT %(most)s
        """,
        {
            "patterns": [
                *(f"% {word}%" for word in streets),
                *([] if number is None else [f" {number}{' ' if streets else ''}%"]),
            ],
            "start": f"{' '.join(words)}%",
            "most": most,
        },
    ).fetchall()
    return [_address(*row) for row in rows] or _nearest_spellings(conn, words, number, most)


def _nearest_spellings(
    conn: Connection[TupleRow], words: list[str], number: str | None, most: int
) -> list[Address]:
    rows = conn.execute(
        """
        SELECT id, number, street, postcode, city, lon, lat
          FROM addresses
         WHERE (%(number)s::text IS NULL OR key LIKE %(number)s || ' %%')
           AND key %% %(key)s
         ORDER BY similarity(key, %(key)s) DESC, id
         LIMIT %(most)s
        """,
        {"number": number, "key": " ".join(words), "most": most},
    ).fetchall()
    return [_address(*row) for row in rows]


def _address(
    id_: int, number: str, street: str, postcode: str, city: str, lon: float, lat: float
) -> Address:
    return Address(
        id=id_, number=number, street=street, postcode=postcode, city=city, point=Point(lon, lat)
    )
