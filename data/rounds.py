"""Rows of rounds as people ride and watch them: stops, tasks, and what became of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from psycopg import Connection
from psycopg.rows import TupleRow
from shapely import Point

from delivery.rounds import RoundState, StopKind, TaskKind, TaskState

type Leg = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task of a round and where it stands."""

    id: int
    stop_id: int
    delivery_id: int
    kind: TaskKind
    state: TaskState
    order_ids: tuple[int, ...]
    earliest_at: datetime
    latest_at: datetime
    planned_at: datetime
    settled_at: datetime | None

    @property
    def is_on_time(self) -> bool | None:
        """Whether it was done within its window; None while it is not done."""
        if self.state is not TaskState.DONE or self.settled_at is None:
            return None
        return self.settled_at <= self.latest_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A place of a round."""

    id: int
    kind: StopKind
    label: str
    point: Point
    arrives_at: datetime
    leaves_at: datetime
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A round with its stops; `legs` lead to each stop in turn and back to the hub."""

    id: int
    plan_id: int
    vehicle_id: int
    vehicle: str
    profile: str
    state: RoundState
    departs_at: datetime
    returns_at: datetime
    distance_m: int
    cost_millicents: int
    legs: tuple[Leg, ...]
    stops: tuple[Stop, ...]

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Every task in the order of the round."""
        return tuple(task for stop in self.stops for task in stop.tasks)


def between(
    conn: Connection[TupleRow],
    start: datetime,
    end: datetime,
    *,
    vehicle_id: int | None = None,
    states: Iterable[RoundState] = tuple(RoundState),
    with_legs: bool = True,
) -> list[Round]:
    """Return the rounds that depart in [start, end), by departure.

    Legs are heavy: turn by turn, with their lines. Without them a round says where, not which way.
    """
    return _rounds(
        conn, start=start, end=end, vehicle_id=vehicle_id, states=states, with_legs=with_legs
    )


def by_id(conn: Connection[TupleRow], round_id: int) -> Round | None:
    """Return one round, or None when the town has no such round."""
    found = _rounds(conn, round_id=round_id)
    return found[0] if found else None


def next_departure(
    conn: Connection[TupleRow], vehicle_id: int, *, after: datetime
) -> datetime | None:
    """Return when the vehicle's next published round departs, or None while none is known."""
    row = conn.execute(
        """
        SELECT min(departs_at)
          FROM rounds
         WHERE vehicle_id = %(vehicle_id)s
           AND state <> 'draft'
           AND departs_at >= %(after)s
        """,
        {"vehicle_id": vehicle_id, "after": after},
    ).fetchone()
    assert row is not None
    departs_at: datetime | None = row[0]
    return departs_at


def lock(conn: Connection[TupleRow], round_ids: Iterable[int]) -> None:
    """Hold these rounds until the transaction ends."""
    conn.execute(
        "SELECT 1 FROM rounds WHERE id = ANY(%(ids)s) ORDER BY id FOR UPDATE",
        {"ids": sorted(set(round_ids))},
    )


def save_state(conn: Connection[TupleRow], round_id: int, state: RoundState) -> None:
    """Write the round's state."""
    conn.execute(
        "UPDATE rounds SET state = %(state)s WHERE id = %(id)s",
        {"state": state.value, "id": round_id},
    )


def save_task(conn: Connection[TupleRow], task_id: int, state: TaskState, at: datetime) -> None:
    """Write what the task came to, and when by the courier's clock."""
    conn.execute(
        "UPDATE tasks SET state = %(state)s, settled_at = %(at)s WHERE id = %(id)s",
        {"state": state.value, "at": at, "id": task_id},
    )


def skip_tasks(conn: Connection[TupleRow], delivery_id: int) -> None:
    """Skip the delivery's open tasks of which every order was called off."""
    conn.execute(
        """
        UPDATE tasks
           SET state = 'skipped'
         WHERE delivery_id = %(delivery_id)s
           AND state = 'to_do'
           AND NOT EXISTS (SELECT 1
                             FROM task_orders
                             JOIN orders ON orders.town_id = task_orders.town_id
                                        AND orders.id = task_orders.order_id
                            WHERE task_orders.town_id = tasks.town_id
                              AND task_orders.task_id = tasks.id
                              AND orders.state NOT IN ('cancelled', 'refused'))
        """,
        {"delivery_id": delivery_id},
    )


def _rounds(
    conn: Connection[TupleRow],
    *,
    round_id: int | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    vehicle_id: int | None = None,
    states: Iterable[RoundState] = tuple(RoundState),
    with_legs: bool = True,
) -> list[Round]:
    rows = conn.execute(
        """
        SELECT rounds.id, plan_id, vehicle_id, vehicles.name, profile, state, departs_at,
               returns_at, distance_m, cost_millicents,
               CASE WHEN %(with_legs)s THEN legs ELSE '[]'::jsonb END
          FROM rounds
          JOIN vehicles ON vehicles.town_id = rounds.town_id AND vehicles.id = rounds.vehicle_id
         WHERE (%(round_id)s::bigint IS NULL OR rounds.id = %(round_id)s)
           AND (%(start)s::timestamptz IS NULL OR departs_at >= %(start)s)
           AND (%(end)s::timestamptz IS NULL OR departs_at < %(end)s)
           AND (%(vehicle_id)s::bigint IS NULL OR vehicle_id = %(vehicle_id)s)
           AND state = ANY(%(states)s)
         ORDER BY departs_at, rounds.id
        """,
        {
            "round_id": round_id,
            "start": start,
            "end": end,
            "vehicle_id": vehicle_id,
            "states": [state.value for state in states],
            "with_legs": with_legs,
        },
    ).fetchall()
    stops = _stops(conn, [row[0] for row in rows])
    return [_round(row, tuple(stops.get(row[0], ()))) for row in rows]


def _round(row: TupleRow, stops: tuple[Stop, ...]) -> Round:
    id_, plan_id, vehicle_id, vehicle, profile, state, departs_at, returns_at, *rest = row
    distance_m, cost_millicents, legs = rest
    return Round(
        id=id_,
        plan_id=plan_id,
        vehicle_id=vehicle_id,
        vehicle=vehicle,
        profile=profile,
        state=RoundState(state),
        departs_at=departs_at,
        returns_at=returns_at,
        distance_m=distance_m,
        cost_millicents=cost_millicents,
        legs=tuple(cast(list[Leg], legs)),
        stops=stops,
    )


def _stops(conn: Connection[TupleRow], round_ids: list[int]) -> dict[int, list[Stop]]:
    tasks = _tasks(conn, round_ids)
    stops: dict[int, list[Stop]] = {}
    for id_, round_id, kind, label, lon, lat, arrives_at, leaves_at in conn.execute(
        """
        SELECT id, round_id, kind, label, lon, lat, arrives_at, leaves_at
          FROM stops
         WHERE round_id = ANY(%(ids)s)
         ORDER BY round_id, position
        """,
        {"ids": round_ids},
    ):
        stops.setdefault(round_id, []).append(
            Stop(
                id=id_,
                kind=StopKind(kind),
                label=label,
                point=Point(lon, lat),
                arrives_at=arrives_at,
                leaves_at=leaves_at,
                tasks=tuple(tasks.get(id_, ())),
            )
        )
    return stops


def _tasks(conn: Connection[TupleRow], round_ids: list[int]) -> dict[int, list[Task]]:
    tasks: dict[int, list[Task]] = {}
    for row in conn.execute(
        """
        SELECT tasks.id, stop_id, delivery_id, kind, state, earliest_at, latest_at, planned_at,
               settled_at,
               (SELECT array_agg(order_id ORDER BY order_id)
                  FROM task_orders
                 WHERE task_orders.town_id = tasks.town_id
                   AND task_orders.task_id = tasks.id)
          FROM tasks
         WHERE round_id = ANY(%(ids)s)
         ORDER BY round_id, position
        """,
        {"ids": round_ids},
    ):
        id_, stop_id, delivery_id, kind, state, *moments, order_ids = row
        earliest_at, latest_at, planned_at, settled_at = moments
        tasks.setdefault(stop_id, []).append(
            Task(
                id=id_,
                stop_id=stop_id,
                delivery_id=delivery_id,
                kind=TaskKind(kind),
                state=TaskState(state),
                order_ids=tuple(order_ids),
                earliest_at=earliest_at,
                latest_at=latest_at,
                planned_at=planned_at,
                settled_at=settled_at,
            )
        )
    return tasks
