"""Rows of vehicles and the working periods of their day."""

from collections.abc import Iterable

from psycopg import Connection
from psycopg.rows import TupleRow

from delivery.fleet import NewVehicle, Vehicle, WorkingPeriod


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
            {
                "name": vehicle.name,
                "profile": vehicle.profile,
                "capacity": list(vehicle.capacity),
                "hour_cents": vehicle.hour_cents,
                "km_cents": vehicle.km_cents,
                "use_cents": vehicle.use_cents,
            },
        ).fetchone()
        assert row is not None
        conn.execute("DELETE FROM vehicle_periods WHERE vehicle_id = %s", (row[0],))
        for period in vehicle.periods:
            conn.execute(
                """
                INSERT INTO vehicle_periods (vehicle_id, starts, ends)
                     VALUES (%(vehicle_id)s, %(starts)s, %(ends)s)
                """,
                {"vehicle_id": row[0], "starts": period.starts, "ends": period.ends},
            )


def listed(conn: Connection[TupleRow]) -> list[Vehicle]:
    """Return every vehicle of the town, by name, with its periods in order."""
    periods: dict[int, list[WorkingPeriod]] = {}
    for vehicle_id, starts, ends in conn.execute(
        "SELECT vehicle_id, starts, ends FROM vehicle_periods ORDER BY vehicle_id, starts"
    ):
        periods.setdefault(vehicle_id, []).append(WorkingPeriod(starts=starts, ends=ends))
    rows = conn.execute(
        """
        SELECT id, name, profile, capacity, hour_cents, km_cents, use_cents
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
        )
        for id_, name, profile, capacity, hour_cents, km_cents, use_cents in rows
    ]
