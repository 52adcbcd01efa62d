"""Rows of partner shops and their opening hours."""

from collections.abc import Iterable

from psycopg import Connection
from psycopg.rows import TupleRow
from shapely import Point

from delivery.shops import NewShop, Opening, Shop


def save(conn: Connection[TupleRow], shops: Iterable[NewShop]) -> dict[str, int]:
    """Add shops, or bring those with the same code up to date; return ids by code."""
    ids: dict[str, int] = {}
    for shop in shops:
        row = conn.execute(
            """
            INSERT INTO shops (code, name, trade, siret, lon, lat, address,
                               brings_parcels, accepts_residual)
                 VALUES (%(code)s, %(name)s, %(trade)s, %(siret)s, %(lon)s, %(lat)s, %(address)s,
                         %(brings_parcels)s, %(accepts_residual)s)
            ON CONFLICT ON CONSTRAINT shop_code_once
              DO UPDATE SET name = EXCLUDED.name, trade = EXCLUDED.trade, siret = EXCLUDED.siret,
                            lon = EXCLUDED.lon, lat = EXCLUDED.lat, address = EXCLUDED.address,
                            brings_parcels = EXCLUDED.brings_parcels,
                            accepts_residual = EXCLUDED.accepts_residual
              RETURNING id
            """,
            {
                "code": shop.code,
                "name": shop.name,
                "trade": shop.trade,
                "siret": shop.siret,
                "lon": shop.point.x,
                "lat": shop.point.y,
                "address": shop.address,
                "brings_parcels": shop.brings_parcels,
                "accepts_residual": shop.accepts_residual,
            },
        ).fetchone()
        assert row is not None
        ids[shop.code] = row[0]
        _replace_openings(conn, row[0], shop.opening_hours)
    return ids


def _replace_openings(
    conn: Connection[TupleRow], shop_id: int, openings: tuple[Opening, ...]
) -> None:
    conn.execute("DELETE FROM shop_openings WHERE shop_id = %s", (shop_id,))
    with conn.cursor() as cursor:
        cursor.executemany(
            """
            INSERT INTO shop_openings (shop_id, weekday, opens, closes)
                 VALUES (%(shop_id)s, %(weekday)s, %(opens)s, %(closes)s)
            """,
            [
                {
                    "shop_id": shop_id,
                    "weekday": opening.weekday,
                    "opens": opening.opens,
                    "closes": opening.closes,
                }
                for opening in openings
            ],
        )


def listed(conn: Connection[TupleRow]) -> list[Shop]:
    """Return every shop of the town, by code."""
    openings: dict[int, list[Opening]] = {}
    for shop_id, weekday, opens, closes in conn.execute(
        """
        SELECT shop_id, weekday, opens, closes
          FROM shop_openings
         ORDER BY shop_id, weekday, opens
        """
    ):
        openings.setdefault(shop_id, []).append(
            Opening(weekday=weekday, opens=opens, closes=closes)
        )
    rows = conn.execute(
        """
        SELECT id, code, name, trade, siret, lon, lat, address, brings_parcels, accepts_residual
          FROM shops
         ORDER BY code
        """
    ).fetchall()
    return [_shop(row, tuple(openings.get(row[0], ()))) for row in rows]


def _shop(row: TupleRow, openings: tuple[Opening, ...]) -> Shop:
    id_, code, name, trade, siret, lon, lat, address, brings_parcels, accepts_residual = row
    return Shop(
        id=id_,
        code=code,
        name=name,
        trade=trade,
        siret=siret,
        point=Point(lon, lat),
        address=address,
        opening_hours=openings,
        brings_parcels=brings_parcels,
        accepts_residual=accepts_residual,
    )


def id_of(conn: Connection[TupleRow], code: str) -> int | None:
    """Return the id of the shop with this code, if the town has one."""
    row = conn.execute("SELECT id FROM shops WHERE code = %s", (code,)).fetchone()
    return None if row is None else int(row[0])


def like(conn: Connection[TupleRow], code: str, *, most: int = 5) -> list[str]:
    """Return the codes spelled most like this, best first."""
    rows = conn.execute(
        """
        SELECT code
          FROM shops
         WHERE similarity(code, %(code)s) > 0.2
         ORDER BY similarity(code, %(code)s) DESC, code
         LIMIT %(most)s
        """,
        {"code": code, "most": most},
    ).fetchall()
    return [str(found) for (found,) in rows]
