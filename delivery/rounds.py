"""Rounds, their stops and tasks, and the steps these may take."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from shapely import Point

from delivery.errors import Refusal


class PlanOutdated(Refusal):
    """Orders changed while the plan was made: plan the day again. Parameters: day."""

    code = "plan_outdated"


class PlanUnknown(Refusal):
    """There is no plan to publish for the day. Parameters: day."""

    code = "plan_unknown"


class PlanPublished(Refusal):
    """The plan is published already. Parameters: day."""

    code = "plan_published"


class VehicleTwice(Refusal):
    """A vehicle would ride two rounds at once."""

    code = "vehicle_twice"


class RoundUnderWay(Refusal):
    """The round has left: its stops are its courier's now. Parameters: vehicle."""

    code = "round_under_way"


class RoundState(Enum):
    """Where a round stands."""

    #: Planned; nobody rides it.
    DRAFT = "draft"
    #: Its courier sees it.
    PUBLISHED = "published"
    #: The courier left.
    STARTED = "started"
    #: The courier is back.
    FINISHED = "finished"
    #: Every task of it is settled.
    CLOSED = "closed"


class TaskKind(Enum):
    """What is done at a stop."""

    #: Take parcels on board.
    PICKUP = "pickup"
    #: Hand them over, or leave them at the drive.
    DROPOFF = "dropoff"


class TaskState(Enum):
    """Where a task stands."""

    #: Ahead.
    TO_DO = "to_do"
    #: Done, and proven where a proof is asked for.
    DONE = "done"
    #: Tried in vain.
    FAILED = "failed"
    #: No longer needed.
    SKIPPED = "skipped"


class RoundStep(Enum):
    """What can happen to a round."""

    #: Show it to its courier.
    PUBLISH = "publish"
    #: The courier reports from it.
    START = "start"
    #: The courier is back.
    FINISH = "finish"


#: (state, step) -> next state. Word of the end may come before word of the beginning.
ROUND_STEPS = {
    (RoundState.DRAFT, RoundStep.PUBLISH): RoundState.PUBLISHED,
    (RoundState.PUBLISHED, RoundStep.START): RoundState.STARTED,
    (RoundState.PUBLISHED, RoundStep.FINISH): RoundState.FINISHED,
    (RoundState.STARTED, RoundStep.FINISH): RoundState.FINISHED,
}
#: What a task may become. What was done stands, whatever was reported before.
TASK_STEPS = {
    TaskState.TO_DO: frozenset({TaskState.DONE, TaskState.FAILED, TaskState.SKIPPED}),
    TaskState.FAILED: frozenset({TaskState.DONE, TaskState.FAILED}),
    TaskState.SKIPPED: frozenset({TaskState.DONE, TaskState.FAILED}),
    TaskState.DONE: frozenset({TaskState.DONE}),
}


def step(state: RoundState, taken: RoundStep) -> RoundState:
    """Return the round's state after the step; a step it is past changes nothing."""
    return ROUND_STEPS.get((state, taken), state)


class StopKind(Enum):
    """What kind of place a stop is."""

    #: A partner shop.
    SHOP = "shop"
    #: A recipient's door.
    DOOR = "door"
    #: The hub, with or without a drive.
    HUB = "hub"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTask:
    """One pickup or dropoff of a delivery; `order_ids` are the orders whose parcels change hands.

    Service may start within [earliest_at, latest_at] and is planned for `planned_at`.
    """

    kind: TaskKind
    delivery_id: int
    order_ids: tuple[int, ...]
    earliest_at: datetime
    latest_at: datetime
    planned_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStop:
    """One place of a round, with all that is done there: ten parcels for one door are one stop."""

    kind: StopKind
    label: str
    point: Point
    arrives_at: datetime
    leaves_at: datetime
    tasks: tuple[PlannedTask, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRound:
    """What one vehicle does in one working period. It begins and ends at the hub."""

    vehicle_id: int
    profile: str
    base: Point
    departs_at: datetime
    returns_at: datetime
    distance_m: int
    cost_millicents: int
    stops: tuple[PlannedStop, ...]

    @property
    def points(self) -> tuple[Point, ...]:
        """The places of the round in order, the hub first and last."""
        return (self.base, *(stop.point for stop in self.stops), self.base)
