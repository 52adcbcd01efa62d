"""Rows of the doors a town knows, and the search among them."""

from collections.abc import Iterable

from psycopg import Connection
from psycopg.rows import TupleRow
from shapely import Point

from delivery.addresses import Address, NewAddress, fold

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
