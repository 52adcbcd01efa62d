"""Rows of the doors a town knows, and the search among them."""

import math
from collections.abc import Iterable

from psycopg import Connection
from psycopg.rows import TupleRow
from shapely import Point

from delivery.addresses import Address, NewAddress, fold

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


def _address(
    id_: int, number: str, street: str, postcode: str, city: str, lon: float, lat: float
) -> Address:
    return Address(
        id=id_, number=number, street=street, postcode=postcode, city=city, point=Point(lon, lat)
    )
