"""A plan somebody asked for: it waits for a worker, runs, and ends in one of three ways."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from delivery.errors import Refusal


class PlanRunning(Refusal):
    """Somebody asked for this day's plan already, and it is not over. Parameters: day, asked_by."""

    code = "plan_running"


class PlanRunOver(Refusal):
    """The run has ended, or is not in a state that allows this. Parameters: state, step."""

    code = "plan_run_over"


class PlanRunFailed(Refusal):
    """The run ended without a plan, and not because the day forbids one. Parameters: reason
    (`stopped`, `silent`, `unheard`, `broken`)."""

    code = "plan_run_failed"


class PlanRunState(Enum):
    """Where a run stands."""

    #: No worker took it up yet.
    WAITING = "waiting"
    #: A worker plans.
    RUNNING = "running"
    #: Its plan is saved.
    DONE = "done"
    #: The day cannot be planned: no vehicle, no hub, or orders changed meanwhile.
    REFUSED = "refused"
    #: Its worker stopped, fell silent or broke, or none ever came.
    FAILED = "failed"


class PlanRunStep(Enum):
    """What can happen to a run."""

    #: A worker takes it up.
    START = "start"
    #: The plan is saved.
    FINISH = "finish"
    #: The day cannot be planned.
    REFUSE = "refuse"
    #: There will be no plan.
    FAIL = "fail"


_S, _T = PlanRunState, PlanRunStep

#: (state, step) -> next state. What is over stays as it is.
STEPS: dict[tuple[PlanRunState, PlanRunStep], PlanRunState] = {
    (_S.WAITING, _T.START): _S.RUNNING,
    (_S.WAITING, _T.REFUSE): _S.REFUSED,
    (_S.WAITING, _T.FAIL): _S.FAILED,
    (_S.RUNNING, _T.FINISH): _S.DONE,
    (_S.RUNNING, _T.REFUSE): _S.REFUSED,
    (_S.RUNNING, _T.FAIL): _S.FAILED,
}

#: One run a day may be in these.
OPEN = frozenset({_S.WAITING, _S.RUNNING})


def step(state: PlanRunState, taken: PlanRunStep) -> PlanRunState:
    """Return the state after the step.

    Raises PlanRunOver when the table has no such step.
    """
    try:
        return STEPS[state, taken]
    except KeyError:
        raise PlanRunOver(field="state", state=state.value, step=taken.value) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRun:
    """One run: who asked for what, how far it is, what became of it.

    `refusal` says why there is no plan: its code, parameters and field. `asked_at` is told by the
    application's clock, `told_at`, the last sign of life, by the database's.
    """

    id: int
    day: date
    asked_by: str
    seconds: float
    seed: int
    state: PlanRunState
    share: float
    cost_millicents: int | None
    unserved: int | None
    plan_id: int | None
    refusal: dict[str, object] | None
    asked_at: datetime
    told_at: datetime

    @property
    def is_open(self) -> bool:
        """Whether a plan may still come of it."""
        return self.state in OPEN
