"""The vehicles of a town: added, changed, in service or not."""

from psycopg import Connection
from psycopg.rows import TupleRow

import data.database
import data.fleet
from data.database import Pool
from delivery.errors import NotFound
from delivery.fleet import NewVehicle, Vehicle


def listed(pool: Pool, town_id: int) -> list[Vehicle]:
    """Return the town's vehicles, those in service first."""
    with data.database.scoped(pool, town_id) as conn:
        vehicles = data.fleet.listed(conn)
    return sorted(vehicles, key=lambda vehicle: not vehicle.in_service)


def find(pool: Pool, town_id: int, vehicle_id: int) -> Vehicle:
    """Return one vehicle.

    Raises NotFound.
    """
    with data.database.scoped(pool, town_id) as conn:
        return _kept(conn, vehicle_id)


def _kept(conn: Connection[TupleRow], vehicle_id: int) -> Vehicle:
    vehicle = data.fleet.by_id(conn, vehicle_id)
    if vehicle is None:
        raise NotFound(field="vehicle_id")
    return vehicle


def add(pool: Pool, town_id: int, vehicle: NewVehicle) -> int:
    """Add a vehicle; return its id.

    Raises VehicleNameTaken.
    """
    with data.database.scoped(pool, town_id) as conn:
        return data.fleet.add(conn, vehicle)


def change(pool: Pool, town_id: int, vehicle_id: int, vehicle: NewVehicle) -> None:
    """Write what a vehicle is from now on; rounds that were planned stay as they are.

    Raises NotFound, VehicleNameTaken.
    """
    with data.database.scoped(pool, town_id) as conn:
        _kept(conn, vehicle_id)
        data.fleet.change(conn, vehicle_id, vehicle)


def set_in_service(pool: Pool, town_id: int, vehicle_id: int, in_service: bool) -> None:
    """Let a vehicle be planned, or not any more; what is published it still rides.

    Raises NotFound.
    """
    with data.database.scoped(pool, town_id) as conn:
        _kept(conn, vehicle_id)
        data.fleet.set_in_service(conn, vehicle_id, in_service)
