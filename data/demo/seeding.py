"""Write the demo's trade into a town: shops, hub, fleet, zones, slots, programme."""

from collections.abc import Iterable
from datetime import date

from psycopg import Connection
from psycopg.rows import TupleRow

import data.fleet
import data.programmes
import data.shops
import data.slots
import data.towns
from data.demo.programme import programme
from data.demo.slots import slots_of_day
from data.demo.trade import ShopPlace, TownPlaces, Trade
from data.streets.osm import TownMap
from delivery.addresses import NewAddress


def places(town_map: TownMap, addresses: Iterable[NewAddress]) -> TownPlaces:
    """Return what the town's map offers the demo."""
    known = tuple(addresses)
    doors = {(door.point.x, door.point.y): door.label for door in known}
    return TownPlaces(
        shops=tuple(
            ShopPlace(
                name=shop.name,
                trade=shop.trade,
                point=shop.point,
                opening_hours=shop.opening_hours or None,
                address=doors.get((shop.point.x, shop.point.y), ""),
            )
            for shop in town_map.shops
        ),
        addresses=known,
    )


def seed(conn: Connection[TupleRow], trade: Trade, *, day: date, timezone: str) -> int:
    """Write the trade into the town of the transaction; return the programme's id."""
    data.shops.save(conn, trade.shops)
    data.fleet.save(conn, trade.vehicles)
    data.towns.set_hub(conn, trade.hub)
    data.towns.replace_zones(conn, trade.zones)
    data.slots.publish(conn, slots_of_day(day, timezone))
    return data.programmes.save_programme(conn, programme(day.year))
