"""What the referee finds: one record a breach."""

from dataclasses import dataclass
from enum import Enum


class FaultCode(Enum):
    """What a plan can get wrong."""

    #: A vehicle, delivery, shipment or task that does not exist.
    OUT_OF_RANGE = "out_of_range"
    #: A vehicle drives more than one round.
    VEHICLE_TWICE = "vehicle_twice"
    #: A round of a vehicle at home visits nothing.
    EMPTY_ROUND = "empty_round"
    #: A vehicle under way has no round to come back by.
    NO_WAY_BACK = "no_way_back"
    #: A task is visited more than once.
    TASK_TWICE = "task_twice"
    #: A shipment's tasks are spread over several rounds.
    SPLIT = "split"
    #: A shipment is served without one of its tasks.
    TASK_MISSING = "task_missing"
    #: A pickup is visited that was done before.
    ALREADY_DONE = "already_done"
    #: A shipment on board of one vehicle is visited by another.
    WRONG_VEHICLE = "wrong_vehicle"
    #: A delivery's option is served without one of its shipments.
    SHIPMENT_MISSING = "shipment_missing"
    #: Shipments of more than one option of a delivery are served.
    SECOND_OPTION = "second_option"
    #: A delivery is neither served nor listed as unserved.
    DELIVERY_MISSING = "delivery_missing"
    #: A delivery is served and listed as unserved.
    SERVED_AND_UNSERVED = "served_and_unserved"
    #: A delivery is listed as unserved more than once.
    UNSERVED_TWICE = "unserved_twice"
    #: A dropoff comes before a pickup of its shipment.
    DROPOFF_FIRST = "dropoff_first"
    #: More is on board than the vehicle holds.
    OVERLOADED = "overloaded"
    #: Service cannot start before its window closes.
    TOO_LATE = "too_late"
    #: The vehicle is back after its working period.
    WORKING_PERIOD = "working_period"
    #: Goods are on board longer than they may be, whatever the waiting.
    RIDE_TOO_LONG = "ride_too_long"
    #: The vehicle lacks a skill that a shipment asks for.
    SKILL_LACKING = "skill_lacking"
    #: The cost is not what the rounds and penalties cost.
    WRONG_COST = "wrong_cost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One breach: `round` is an index in `Solution.rounds`, `position` one in its visits."""

    code: FaultCode
    text: str
    round: int | None = None
    shipment: int | None = None
    position: int | None = None
    delivery: int | None = None
