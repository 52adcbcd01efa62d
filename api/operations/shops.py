"""Partner shops: signed up, changed, let go, and brought in from a spreadsheet."""

from dataclasses import dataclass, replace

from psycopg import Connection
from psycopg.rows import TupleRow

import data.channels.shops_csv
import data.database
import data.shops
from api.operations.places import check_street, find_door
from data.channels.csv import CellFault
from data.database import Pool
from delivery.addresses import fold
from delivery.errors import NotFound
from delivery.shops import NewShop, Shop
from routing.streets import Streets


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a spreadsheet: how many shops were written, and what is wrong elsewhere."""

    shops: int
    faults: tuple[CellFault, ...]


def listed(pool: Pool, town_id: int, *, search: str = "") -> list[Shop]:
    """Return the town's shops by name, those whose name, code or trade holds every word asked."""
    with data.database.scoped(pool, town_id) as conn:
        shops = data.shops.listed(conn)
    words = fold(search).split()
    found = [
        shop
        for shop in shops
        if all(word in fold(f"{shop.name} {shop.code} {shop.trade}") for word in words)
    ]
    return sorted(found, key=lambda shop: (not shop.is_partner, fold(shop.name), shop.code))


def find(pool: Pool, town_id: int, shop_id: int) -> Shop:
    """Return one shop.

    Raises NotFound.
    """
    with data.database.scoped(pool, town_id) as conn:
        return _kept(conn, shop_id)


def _kept(conn: Connection[TupleRow], shop_id: int) -> Shop:
    shop = data.shops.by_id(conn, shop_id)
    if shop is None:
        raise NotFound(field="shop_id")
    return shop


def add(pool: Pool, town_id: int, shop: NewShop, *, at_door: bool, streets: Streets) -> int:
    """Sign a shop up; return its id. `at_door` puts it where its address is, else at its point.

    Raises ShopCodeTaken, AddressMissing, AddressUnknown, AddressAmbiguous, TooFarFromStreet,
    OutOfReach.
    """
    placed = _placed(pool, town_id, shop, at_door=at_door, streets=streets)
    with data.database.scoped(pool, town_id) as conn:
        return data.shops.add(conn, placed)


def change(
    pool: Pool, town_id: int, shop_id: int, shop: NewShop, *, at_door: bool, streets: Streets
) -> None:
    """Write what a shop is from now on.

    Raises NotFound, and what `add` raises.
    """
    find(pool, town_id, shop_id)
    placed = _placed(pool, town_id, shop, at_door=at_door, streets=streets)
    with data.database.scoped(pool, town_id) as conn:
        data.shops.change(conn, shop_id, placed)


def _placed(pool: Pool, town_id: int, shop: NewShop, *, at_door: bool, streets: Streets) -> NewShop:
    if at_door:
        with data.database.scoped(pool, town_id) as conn:
            door = find_door(conn, shop.address)
        return replace(shop, address=door.label, point=door.point)
    check_street(streets, shop.point)
    return shop


def set_partner(pool: Pool, town_id: int, shop_id: int, is_partner: bool) -> None:
    """Let a shop sell through the town, or nothing new any more; its orders go on.

    Raises NotFound.
    """
    with data.database.scoped(pool, town_id) as conn:
        _kept(conn, shop_id)
        data.shops.set_partner(conn, shop_id, is_partner)


def import_csv(pool: Pool, town_id: int, content: bytes) -> Imported:
    """Sign up the shops of a spreadsheet's good rows, or bring those of the same code up to date.

    Raises NotCsv where it cannot be read at all.
    """
    shops, faults = data.channels.shops_csv.read(content)
    with data.database.scoped(pool, town_id) as conn:
        data.shops.save(conn, shops)
    return Imported(shops=len(shops), faults=faults)
