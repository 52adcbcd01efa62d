"""Rows of vehicles and the working periods of their day."""

from collections.abc import Iterable

from psycopg import Connection
from psycopg.errors import UniqueViolation
from psycopg.rows import TupleRow

from delivery.fleet import NewVehicle, Vehicle, VehicleNameTaken, WorkingPeriod


def save(conn: Connection[TupleRow], vehicles: Iterable[NewVehicle]) -> None:
    """Add vehicles, or bring those of the same name up to date."""
    for vehicle in vehicles:
        row = conn.execute(
            """
            INSERT INTO vehicles (name, profile, capacity, hour_cents, km_cents, use_cents)
                 VALUES (%(name)s, %(profile)s, %(capacity)s, %(hour_cents)s, %(km_cents)s,
                         %(use_cents)s)
            ON CONFLICT ON CONSTRAINT vehicle_name_once
              DO UPDATE SET profile = EXCLUDED.profile, capacity = EXCLUDED.capacity,
                            hour_cents = EXCLUDED.hour_cents, km_cents = EXCLUDED.km_cents,
                            use_cents = EXCLUDED.use_cents
              RETURNING id
            """,
            _values(vehicle),
        ).fetchone()
        assert row is not None
        _replace_periods(conn, row[0], vehicle.periods)


def _values(vehicle: NewVehicle) -> dict[str, object]:
    return {
        "name": vehicle.name,
        "profile": vehicle.profile,
        "capacity": list(vehicle.capacity),
        "hour_cents": vehicle.hour_cents,
        "km_cents": vehicle.km_cents,
        "use_cents": vehicle.use_cents,
    }


def _replace_periods(
    conn: Connection[TupleRow], vehicle_id: int, periods: Iterable[WorkingPeriod]
) -> None:
    conn.execute("DELETE FROM vehicle_periods WHERE vehicle_id = %s", (vehicle_id,))
    with conn.cursor() as cursor:
        cursor.executemany(
            """
            INSERT INTO vehicle_periods (vehicle_id, starts, ends)
                 VALUES (%(vehicle_id)s, %(starts)s, %(ends)s)
            """,
            [
                {"vehicle_id": vehicle_id, "starts": period.starts, "ends": period.ends}
                for period in periods
            ],
        )


def add(conn: Connection[TupleRow], vehicle: NewVehicle) -> int:
    """Add a vehicle; return its id.

    Raises VehicleNameTaken.
    """
    try:
        with conn.transaction():
            row = conn.execute(
                """
                INSERT INTO vehicles (name, profile, capacity, hour_cents, km_cents, use_cents)
                     VALUES (%(name)s, %(profile)s, %(capacity)s, %(hour_cents)s, %(km_cents)s,
                             %(use_cents)s)
                  RETURNING id
                """,
                _values(vehicle),
            ).fetchone()
    except UniqueViolation as error:
        raise _named(error, vehicle) from error
    assert row is not None
    _replace_periods(conn, row[0], vehicle.periods)
    return int(row[0])


def change(conn: Connection[TupleRow], vehicle_id: int, vehicle: NewVehicle) -> None:
    """Write what a vehicle is from now on.

    Raises VehicleNameTaken.
    """
    try:
        with conn.transaction():
            conn.execute(
                """
                UPDATE vehicles
                   SET name = %(name)s, profile = %(profile)s, capacity = %(capacity)s,
                       hour_cents = %(hour_cents)s, km_cents = %(km_cents)s,
                       use_cents = %(use_cents)s
                 WHERE id = %(id)s
                """,
                _values(vehicle) | {"id": vehicle_id},
            )
    except UniqueViolation as error:
        raise _named(error, vehicle) from error
    _replace_periods(conn, vehicle_id, vehicle.periods)


def _named(error: UniqueViolation, vehicle: NewVehicle) -> Exception:
    if error.diag.constraint_name == "vehicle_name_once":
        return VehicleNameTaken(field="name", name=vehicle.name)
    return error


def set_in_service(conn: Connection[TupleRow], vehicle_id: int, in_service: bool) -> None:
    """Let a vehicle be planned, or not any more."""
    conn.execute(
        "UPDATE vehicles SET in_service = %(in_service)s WHERE id = %(id)s",
        {"in_service": in_service, "id": vehicle_id},
    )


def by_id(conn: Connection[TupleRow], vehicle_id: int) -> Vehicle | None:
    """Return one vehicle, or None when the town has no such vehicle."""
    return next((each for each in listed(conn) if each.id == vehicle_id), None)


def listed(conn: Connection[TupleRow]) -> list[Vehicle]:
    """Return every vehicle of the town, by name, with its periods in order."""
    periods: dict[int, list[WorkingPeriod]] = {}
    for vehicle_id, starts, ends in conn.execute(
        "SELECT vehicle_id, starts, ends FROM vehicle_periods ORDER BY vehicle_id, starts"
    ):
        periods.setdefault(vehicle_id, []).append(WorkingPeriod(starts=starts, ends=ends))
    rows = conn.execute(
        """
        SELECT id, name, profile, capacity, hour_cents, km_cents, use_cents, in_service
          FROM vehicles
         ORDER BY name
        """
    ).fetchall()
    return [
        Vehicle(
            id=id_,
            name=name,
            profile=profile,
            capacity=tuple(capacity),
            periods=tuple(periods.get(id_, ())),
            hour_cents=hour_cents,
            km_cents=km_cents,
            use_cents=use_cents,
            in_service=in_service,
        )
        for id_, name, profile, capacity, hour_cents, km_cents, use_cents, in_service in rows
    ]
