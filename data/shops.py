"""Rows of partner shops and their opening hours."""

from collections.abc import Iterable

from psycopg import Connection
from psycopg.errors import UniqueViolation
from psycopg.rows import TupleRow
from shapely import Point

from delivery.shops import NewShop, Opening, Shop, ShopCodeTaken


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
            _values(shop),
        ).fetchone()
        assert row is not None
        ids[shop.code] = row[0]
        _replace_openings(conn, row[0], shop.opening_hours)
    return ids


def _values(shop: NewShop) -> dict[str, object]:
    return {
        "code": shop.code,
        "name": shop.name,
        "trade": shop.trade,
        "siret": shop.siret,
        "lon": shop.point.x,
        "lat": shop.point.y,
        "address": shop.address,
        "brings_parcels": shop.brings_parcels,
        "accepts_residual": shop.accepts_residual,
    }


def add(conn: Connection[TupleRow], shop: NewShop) -> int:
    """Add a shop; return its id.

    Raises ShopCodeTaken.
    """
    try:
        with conn.transaction():
            row = conn.execute(
                """
                INSERT INTO shops (code, name, trade, siret, lon, lat, address, brings_parcels,
                                   accepts_residual)
                     VALUES (%(code)s, %(name)s, %(trade)s, %(siret)s, %(lon)s, %(lat)s,
                             %(address)s, %(brings_parcels)s, %(accepts_residual)s)
                  RETURNING id
                """,
                _values(shop),
            ).fetchone()
    except UniqueViolation as error:
        raise _coded(error, shop) from error
    assert row is not None
    _replace_openings(conn, row[0], shop.opening_hours)
    return int(row[0])


def change(conn: Connection[TupleRow], shop_id: int, shop: NewShop) -> None:
    """Write what a shop is from now on.

    Raises ShopCodeTaken.
    """
    try:
        with conn.transaction():
            conn.execute(
                """
                UPDATE shops
                   SET code = %(code)s, name = %(name)s, trade = %(trade)s, siret = %(siret)s,
                       lon = %(lon)s, lat = %(lat)s, address = %(address)s,
                       brings_parcels = %(brings_parcels)s,
                       accepts_residual = %(accepts_residual)s
                 WHERE id = %(id)s
                """,
                _values(shop) | {"id": shop_id},
            )
    except UniqueViolation as error:
        raise _coded(error, shop) from error
    _replace_openings(conn, shop_id, shop.opening_hours)


def _coded(error: UniqueViolation, shop: NewShop) -> Exception:
    if error.diag.constraint_name == "shop_code_once":
        return ShopCodeTaken(field="code", shop=shop.code)
    return error


def set_partner(conn: Connection[TupleRow], shop_id: int, is_partner: bool) -> None:
    """Let a shop sell through the town, or not any more."""
    conn.execute(
        "UPDATE shops SET is_partner = %(is_partner)s WHERE id = %(id)s",
        {"is_partner": is_partner, "id": shop_id},
    )


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


def listed(conn: Connection[TupleRow], *, shop_id: int | None = None) -> list[Shop]:
    """Return every shop of the town, or one, by code."""
    openings: dict[int, list[Opening]] = {}
    for of_shop, weekday, opens, closes in conn.execute(
        """
        SELECT shop_id, weekday, opens, closes
          FROM shop_openings
         WHERE (%(id)s::bigint IS NULL OR shop_id = %(id)s)
         ORDER BY shop_id, weekday, opens
        """,
        {"id": shop_id},
    ):
        openings.setdefault(of_shop, []).append(
            Opening(weekday=weekday, opens=opens, closes=closes)
        )
    rows = conn.execute(
        """
        SELECT id, code, name, trade, siret, lon, lat, address, brings_parcels, accepts_residual,
               is_partner
          FROM shops
         WHERE (%(id)s::bigint IS NULL OR id = %(id)s)
         ORDER BY code
        """,
        {"id": shop_id},
    ).fetchall()
    return [_shop(row, tuple(openings.get(row[0], ()))) for row in rows]


def by_id(conn: Connection[TupleRow], shop_id: int) -> Shop | None:
    """Return one shop, or None when the town has no such shop."""
    found = listed(conn, shop_id=shop_id)
    return found[0] if found else None


def standing(conn: Connection[TupleRow], code: str) -> tuple[int, bool] | None:
    """Return the id of the shop with this code, and whether it is a partner; None for no shop."""
    row = conn.execute("SELECT id, is_partner FROM shops WHERE code = %s", (code,)).fetchone()
    return None if row is None else (int(row[0]), bool(row[1]))


def _shop(row: TupleRow, openings: tuple[Opening, ...]) -> Shop:
    id_, code, name, trade, siret, lon, lat, address, *said = row
    brings_parcels, accepts_residual, is_partner = said
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
        is_partner=is_partner,
    )


def names(conn: Connection[TupleRow], shop_ids: Iterable[int]) -> dict[int, str]:
    """Return the names of these shops, by id."""
    rows = conn.execute(
        "SELECT id, name FROM shops WHERE id = ANY(%(ids)s) ORDER BY id",
        {"ids": sorted(set(shop_ids))},
    ).fetchall()
    return {int(id_): str(name) for id_, name in rows}


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
