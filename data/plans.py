"""Rows of plans: the versions of a day, their rounds, and what they leave unserved."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from psycopg import Connection
from psycopg.errors import ExclusionViolation
from psycopg.rows import TupleRow, class_row
from psycopg.types.json import Jsonb
from shapely.geometry import mapping

from delivery.planning import Relaxation, Unserved
from delivery.rounds import PlannedRound, PlannedStop, PlannedTask, VehicleTwice
from routing.streets import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One version of a day's rounds; published once its rounds are."""

    id: int
    day: date
    version: int
    cost_millicents: int
    created_at: datetime
    published_at: datetime | None


def lock_day(conn: Connection[TupleRow], day: date) -> None:
    """Let one transaction at a time write plans of this day."""
    conn.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(%(name)s || current_town(), 0))",
        {"name": f"plan:{day}:"},
    )


def add(
    conn: Connection[TupleRow],
    day: date,
    *,
    seed: int,
    cost_millicents: int,
    at: datetime,
    contents: Mapping[int, str] | None = None,
) -> Plan:
    """Add the next version of the day's plan; drafts nobody published give way to it.

    `contents` are the fingerprints of the orders it was made from, by id.
    """
    with conn.cursor(row_factory=class_row(Plan)) as cursor:
        plan = cursor.execute(
            """
            INSERT INTO plans (day, version, seed, cost_millicents, created_at, contents)
                 SELECT %(day)s, coalesce(max(version), 0) + 1, %(seed)s, %(cost_millicents)s,
                        %(at)s, %(contents)s
                   FROM plans
                  WHERE day = %(day)s
              RETURNING id, day, version, cost_millicents, created_at, published_at
            """,
            {
                "day": day,
                "seed": seed,
                "cost_millicents": cost_millicents,
                "at": at,
                "contents": Jsonb(dict(contents or {})),
            },
        ).fetchone()
    assert plan is not None
    conn.execute(
        """
        DELETE FROM plans
         WHERE day = %(day)s
           AND published_at IS NULL
           AND id <> %(id)s
        """,
        {"day": day, "id": plan.id},
    )
    return plan


def latest(conn: Connection[TupleRow], day: date) -> Plan | None:
    """Return the day's newest plan."""
    with conn.cursor(row_factory=class_row(Plan)) as cursor:
        return cursor.execute(
            """
            SELECT id, day, version, cost_millicents, created_at, published_at
              FROM plans
             WHERE day = %(day)s
             ORDER BY version DESC
             LIMIT 1
            """,
            {"day": day},
        ).fetchone()


def day_to_show(conn: Connection[TupleRow], today: date) -> date:
    """Return today where it has a plan, else the newest day that has one, else today."""
    row = conn.execute(
        """
        SELECT day
          FROM plans
         ORDER BY day = %(today)s DESC, day DESC
         LIMIT 1
        """,
        {"today": today},
    ).fetchone()
    day: date = row[0] if row else today
    return day


def add_round(conn: Connection[TupleRow], plan_id: int, planned: PlannedRound, route: Route) -> int:
    """Add a draft round with its stops, tasks and the way between them; return its id."""
    row = conn.execute(
        """
        INSERT INTO rounds (plan_id, vehicle_id, state, departs_at, returns_at, distance_m,
                            cost_millicents, legs)
             VALUES (%(plan_id)s, %(vehicle_id)s, 'draft', %(departs_at)s, %(returns_at)s,
                     %(distance_m)s, %(cost_millicents)s, %(legs)s)
          RETURNING id
        """,
        {
            "plan_id": plan_id,
            "vehicle_id": planned.vehicle_id,
            "departs_at": planned.departs_at,
            "returns_at": planned.returns_at,
            "distance_m": planned.distance_m,
            "cost_millicents": planned.cost_millicents,
            "legs": legs_json(route),
        },
    ).fetchone()
    assert row is not None
    task_position = 0
    for position, stop in enumerate(planned.stops):
        stop_id = add_stop(conn, row[0], position, stop)
        for task in stop.tasks:
            add_task(conn, row[0], stop_id, task_position, task)
            task_position += 1
    return int(row[0])


def legs_json(route: Route) -> str:
    """Write the way of a round as its row keeps it."""
    return json.dumps(_legs(route))


def _legs(route: Route) -> list[dict[str, object]]:
    return [
        {
            "distance_m": leg.distance_m,
            "duration_s": leg.duration_s,
            "line": mapping(leg.line) if leg.line is not None else None,
            "steps": [
                {
                    "manoeuvre": step.manoeuvre,
                    "street": step.street,
                    "distance_m": step.distance_m,
                    "duration_s": step.duration_s,
                    "lon": step.point.x,
                    "lat": step.point.y,
                }
                for step in leg.steps
            ],
        }
        for leg in route.legs
    ]


def add_stop(conn: Connection[TupleRow], round_id: int, position: int, stop: PlannedStop) -> int:
    """Add a stop to a round, without its tasks; return its id."""
    row = conn.execute(
        """
        INSERT INTO stops (round_id, position, kind, label, lon, lat, arrives_at, leaves_at)
             VALUES (%(round_id)s, %(position)s, %(kind)s, %(label)s, %(lon)s, %(lat)s,
                     %(arrives_at)s, %(leaves_at)s)
          RETURNING id
        """,
        {
            "round_id": round_id,
            "position": position,
            "kind": stop.kind.value,
            "label": stop.label,
            "lon": stop.point.x,
            "lat": stop.point.y,
            "arrives_at": stop.arrives_at,
            "leaves_at": stop.leaves_at,
        },
    ).fetchone()
    assert row is not None
    return int(row[0])


def add_task(
    conn: Connection[TupleRow], round_id: int, stop_id: int, position: int, task: PlannedTask
) -> None:
    """Add a task to a stop; `position` counts along the whole round."""
    conn.execute(
        """
        WITH task AS (
            INSERT INTO tasks (round_id, stop_id, delivery_id, position, kind, earliest_at,
                               latest_at, planned_at)
                 VALUES (%(round_id)s, %(stop_id)s, %(delivery_id)s, %(position)s, %(kind)s,
                         %(earliest_at)s, %(latest_at)s, %(planned_at)s)
              RETURNING id
        )
        INSERT INTO task_orders (task_id, order_id)
             SELECT task.id, order_id
               FROM task, unnest(%(order_ids)s::bigint[]) AS order_id
        """,
        {
            "round_id": round_id,
            "stop_id": stop_id,
            "delivery_id": task.delivery_id,
            "position": position,
            "kind": task.kind.value,
            "earliest_at": task.earliest_at,
            "latest_at": task.latest_at,
            "planned_at": task.planned_at,
            "order_ids": list(task.order_ids),
        },
    )


def add_unserved(conn: Connection[TupleRow], plan_id: int, unserved: Iterable[Unserved]) -> None:
    """Keep what the plan leaves out, why, and what would mend it."""
    with conn.cursor() as cursor:
        cursor.executemany(
            """
            INSERT INTO unserved (plan_id, delivery_id, reason, relaxations)
                 VALUES (%(plan_id)s, %(delivery_id)s, %(reason)s, %(relaxations)s)
            """,
            [
                {
                    "plan_id": plan_id,
                    "delivery_id": each.delivery_id,
                    "reason": each.reason,
                    "relaxations": Jsonb([asdict(relaxation) for relaxation in each.relaxations]),
                }
                for each in unserved
            ],
        )


def unserved(conn: Connection[TupleRow], plan_id: int) -> list[Unserved]:
    """Return what the plan leaves out, why, and what would mend it, by delivery."""
    rows = conn.execute(
        """
        SELECT delivery_id, reason, relaxations
          FROM unserved
         WHERE plan_id = %(plan_id)s
         ORDER BY delivery_id
        """,
        {"plan_id": plan_id},
    ).fetchall()
    return [
        Unserved(
            delivery_id=delivery_id,
            reason=reason,
            relaxations=tuple(Relaxation(**each) for each in relaxations),
        )
        for delivery_id, reason, relaxations in rows
    ]


def orders_of(conn: Connection[TupleRow], plan_id: int) -> dict[int, tuple[int, ...]]:
    """Return the orders each delivery of the plan was planned with, by delivery."""
    rows = conn.execute(
        """
        SELECT tasks.delivery_id, array_agg(task_orders.order_id ORDER BY task_orders.order_id)
          FROM rounds
          JOIN tasks ON tasks.town_id = rounds.town_id AND tasks.round_id = rounds.id
          JOIN task_orders ON task_orders.town_id = tasks.town_id
                          AND task_orders.task_id = tasks.id
         WHERE rounds.plan_id = %(plan_id)s
           AND tasks.kind = 'dropoff'
         GROUP BY tasks.delivery_id
         ORDER BY tasks.delivery_id
        """,
        {"plan_id": plan_id},
    ).fetchall()
    return {delivery_id: tuple(order_ids) for delivery_id, order_ids in rows}


def windows_of(conn: Connection[TupleRow], plan_id: int) -> dict[int, tuple[datetime, datetime]]:
    """Return within which moments each delivery of the plan is handed over, by delivery."""
    rows = conn.execute(
        """
        SELECT tasks.delivery_id, tasks.earliest_at, tasks.latest_at
          FROM rounds
          JOIN tasks ON tasks.town_id = rounds.town_id AND tasks.round_id = rounds.id
         WHERE rounds.plan_id = %(plan_id)s
           AND tasks.kind = 'dropoff'
         ORDER BY tasks.delivery_id
        """,
        {"plan_id": plan_id},
    ).fetchall()
    return {delivery_id: (earliest_at, latest_at) for delivery_id, earliest_at, latest_at in rows}


def contents(conn: Connection[TupleRow], plan_id: int) -> dict[int, str]:
    """Return the fingerprints of the orders the plan was made from, by id."""
    row = conn.execute("SELECT contents FROM plans WHERE id = %(id)s", {"id": plan_id}).fetchone()
    return {} if row is None else {int(id_): str(said) for id_, said in row[0].items()}


def publish(conn: Connection[TupleRow], plan_id: int, *, at: datetime) -> None:
    """Show the plan's rounds to their couriers.

    Raises VehicleTwice where a vehicle has a round at that time already.
    """
    try:
        conn.execute(
            "UPDATE rounds SET state = 'published' WHERE plan_id = %(id)s AND state = 'draft'",
            {"id": plan_id},
        )
    except ExclusionViolation as error:
        if error.diag.constraint_name == "round_vehicle_once":
            raise VehicleTwice(field="plan") from error
        raise
    conn.execute(
        "UPDATE plans SET published_at = %(at)s WHERE id = %(id)s", {"at": at, "id": plan_id}
    )


def busy(
    conn: Connection[TupleRow], start: datetime, end: datetime
) -> Sequence[tuple[int, datetime, datetime]]:
    """Return when vehicles ride published rounds in [start, end): id, departure, return."""
    return conn.execute(
        """
        SELECT vehicle_id, departs_at, returns_at
          FROM rounds
         WHERE state <> 'draft'
           AND departs_at < %(end)s
           AND returns_at > %(start)s
         ORDER BY departs_at, vehicle_id
        """,
        {"start": start, "end": end},
    ).fetchall()
