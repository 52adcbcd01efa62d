"""Rows of plans and rounds that a dispatcher changes by hand."""

import itertools
from collections.abc import Mapping
from datetime import datetime

from psycopg import Connection
from psycopg.errors import ExclusionViolation
from psycopg.rows import TupleRow, class_row
from psycopg.types.json import Jsonb

from data.plans import Plan, add_round, add_stop, add_task, legs_json
from data.rounds import Round, Task
from delivery.rounds import PlannedRound, PlannedTask, TaskKind, VehicleTwice
from routing.streets import Route

#: Stops and tasks that give way to new ones are numbered from here until they are gone.
ASIDE = 1_000_000


def renew(
    conn: Connection[TupleRow],
    plan_id: int,
    *,
    added_millicents: int,
    contents: Mapping[int, str],
    at: datetime,
) -> Plan:
    """Make a draft the next version of its day's plan, its rounds with it; lock the day first.

    Whoever looked at the former version can no longer publish it. `contents` are the fingerprints
    of the orders that were read anew, by id (`Consignment.contents`).
    """
    with conn.cursor(row_factory=class_row(Plan)) as cursor:
        plan = cursor.execute(
            """
            INSERT INTO plans (day, version, seed, cost_millicents, created_at, contents)
                 SELECT day, 1 + (SELECT max(version) FROM plans AS others
                                   WHERE others.day = plans.day),
                        seed, cost_millicents + %(added)s, %(at)s, contents || %(contents)s
                   FROM plans
                  WHERE id = %(id)s
              RETURNING id, day, version, cost_millicents, created_at, published_at
            """,
            {
                "added": added_millicents,
                "at": at,
                "contents": Jsonb(dict(contents)),
                "id": plan_id,
            },
        ).fetchone()
    assert plan is not None
    ids = {"old": plan_id, "new": plan.id}
    conn.execute("UPDATE rounds SET plan_id = %(new)s WHERE plan_id = %(old)s", ids)
    conn.execute("UPDATE unserved SET plan_id = %(new)s WHERE plan_id = %(old)s", ids)
    conn.execute("DELETE FROM plans WHERE id = %(old)s", ids)
    return plan


def add_cost(conn: Connection[TupleRow], plan_id: int, added_millicents: int) -> None:
    """Let a plan cost so much more."""
    conn.execute(
        "UPDATE plans SET cost_millicents = cost_millicents + %(added)s WHERE id = %(id)s",
        {"added": added_millicents, "id": plan_id},
    )


def remove_unserved(conn: Connection[TupleRow], plan_id: int, delivery_id: int) -> bool:
    """Strike a delivery off what the plan leaves out; tell whether it was there."""
    done = conn.execute(
        "DELETE FROM unserved WHERE plan_id = %(plan_id)s AND delivery_id = %(delivery_id)s",
        {"plan_id": plan_id, "delivery_id": delivery_id},
    )
    return done.rowcount > 0


def remove_round(conn: Connection[TupleRow], round_id: int) -> None:
    """Remove a round nobody began, with its stops and tasks."""
    conn.execute("DELETE FROM rounds WHERE id = %(id)s", {"id": round_id})


def open_round(conn: Connection[TupleRow], plan: Plan, planned: PlannedRound, route: Route) -> int:
    """Add a round to a plan; to a published one, shown to its courier at once. Return its id.

    Raises VehicleTwice.
    """
    round_id = add_round(conn, plan.id, planned, route)
    if plan.published_at is not None:
        try:
            conn.execute("UPDATE rounds SET state = 'published' WHERE id = %s", (round_id,))
        except ExclusionViolation as error:
            raise _twice(error) from error
    return round_id


def rewrite(conn: Connection[TupleRow], round_: Round, planned: PlannedRound, route: Route) -> None:
    """Give a round other stops; lock it first. Tasks that stay keep their ids.

    A phone that holds the former list still reports on tasks that exist.

    Raises VehicleTwice.
    """
    _number_from(conn, round_.id, ASIDE)
    known = {_key(task): task.id for task in round_.tasks}
    tasks = itertools.count()
    for number, stop in enumerate(planned.stops):
        stop_id = add_stop(conn, round_.id, number, stop)
        for task, position in zip(stop.tasks, tasks, strict=False):
            if (task_id := known.get(_key(task))) is None:
                add_task(conn, round_.id, stop_id, position, task)
            else:
                _keep_task(conn, task_id, stop_id, position, task)
    _remove_from(conn, round_.id, ASIDE)
    _save(conn, round_.id, planned, route)


def _key(task: Task | PlannedTask) -> tuple[int, TaskKind, tuple[int, ...]]:
    return task.delivery_id, task.kind, tuple(sorted(task.order_ids))


def _number_from(conn: Connection[TupleRow], round_id: int, position: int) -> None:
    ids = {"id": round_id, "from": position}
    conn.execute("UPDATE stops SET position = position + %(from)s WHERE round_id = %(id)s", ids)
    conn.execute("UPDATE tasks SET position = position + %(from)s WHERE round_id = %(id)s", ids)


def _remove_from(conn: Connection[TupleRow], round_id: int, position: int) -> None:
    ids = {"id": round_id, "from": position}
    conn.execute("DELETE FROM tasks WHERE round_id = %(id)s AND position >= %(from)s", ids)
    conn.execute("DELETE FROM stops WHERE round_id = %(id)s AND position >= %(from)s", ids)


def _keep_task(
    conn: Connection[TupleRow], task_id: int, stop_id: int, position: int, task: PlannedTask
) -> None:
    conn.execute(
        """
        UPDATE tasks
           SET stop_id = %(stop_id)s, position = %(position)s, earliest_at = %(earliest_at)s,
               latest_at = %(latest_at)s, planned_at = %(planned_at)s
         WHERE id = %(id)s
        """,
        {
            "stop_id": stop_id,
            "position": position,
            "earliest_at": task.earliest_at,
            "latest_at": task.latest_at,
            "planned_at": task.planned_at,
            "id": task_id,
        },
    )


def _save(conn: Connection[TupleRow], round_id: int, planned: PlannedRound, route: Route) -> None:
    try:
        conn.execute(
            """
            UPDATE rounds
               SET departs_at = %(departs_at)s, returns_at = %(returns_at)s,
                   distance_m = %(distance_m)s, cost_millicents = %(cost_millicents)s,
                   legs = %(legs)s
             WHERE id = %(id)s
            """,
            {
                "departs_at": planned.departs_at,
                "returns_at": planned.returns_at,
                "distance_m": planned.distance_m,
                "cost_millicents": planned.cost_millicents,
                "legs": legs_json(route),
                "id": round_id,
            },
        )
    except ExclusionViolation as error:
        raise _twice(error) from error


def _twice(error: ExclusionViolation) -> Exception:
    is_ours = error.diag.constraint_name == "round_vehicle_once"
    return VehicleTwice(field="to") if is_ours else error
