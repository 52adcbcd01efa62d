"""The courier's page of a stop: what changes hands there, settled in one gesture."""

from collections.abc import Sequence
from uuid import uuid4

from fastapi import APIRouter, Request, Response

import api.errors
import api.operations.rides
import api.operations.riding
import api.pages.courier_stop_view
import api.words
from api.couriers import BatchIn, BatchOut
from api.deps import Id, Now, Pool
from api.operations.rides import Verdict
from api.operations.riding import Report, Ride
from api.pages.courier import ROUND, ROUNDS, form_id, path_of, ride_of, tell, wording
from api.pages.courier_form import StopForm, answered, filled, fresh
from api.pages.forms import Fields
from api.pages.frame import language_of, page, seen
from api.visits import LoggedIn, Login
from data.rounds import Stop
from delivery.proofs import EventKind

router = APIRouter(include_in_schema=False)

STOP = ROUND + "/arrets/{stop_id}"


@router.get(STOP)
def show_stop(
    request: Request, login: LoggedIn, round_id: Id, stop_id: Id, pool: Pool, now: Now
) -> Response:
    """Show what changes hands at a stop."""
    ride = ride_of(pool, login, round_id, now)
    stop = ride.stop(stop_id)
    return _shown(request, pool, login, ride, stop, fresh(ride, stop))


@router.post(STOP)
def settle(
    request: Request,
    login: LoggedIn,
    round_id: Id,
    stop_id: Id,
    fields: Fields,
    pool: Pool,
    now: Now,
) -> Response:
    """Settle the ticked tasks of a stop at once; what is refused is asked again."""
    ride = ride_of(pool, login, round_id, now)
    stop = ride.stop(stop_id)
    words = wording(request, login)
    form = filled(stop, fields, ride, words)
    verdicts = (
        api.operations.riding.report(
            pool, login.town.id, ride, form.reports, form=form_id(fields), now=now
        )
        if form.reports
        else []
    )
    ride = ride_of(pool, login, round_id, now)
    stop = ride.stop(stop_id)
    form = answered(form, ride, stop, verdicts, words)
    if form.state.faults or form.state.message:
        return _shown(request, pool, login, ride, stop, form, status=_status(verdicts))
    is_left = any(task.id in ride.pending for task in stop.tasks)
    path = path_of(login, ride) + (f"/arrets/{stop.id}" if is_left else "")
    return seen(request, path, done="courier_done_stop")


@router.post(STOP + "/arrivee")
def arrive(
    request: Request,
    login: LoggedIn,
    round_id: Id,
    stop_id: Id,
    fields: Fields,
    pool: Pool,
    now: Now,
) -> Response:
    """Say that one stands at a stop."""
    ride = ride_of(pool, login, round_id, now)
    stop = ride.stop(stop_id)
    ahead = [task.id for task in stop.tasks if task.id in ride.pending]
    if ahead:
        tell(pool, login, ride, Report(kind=EventKind.ARRIVED, task_id=ahead[0]), fields, now)
    return seen(request, f"{path_of(login, ride)}/arrets/{stop.id}")


@router.post(ROUNDS + "/evenements")
def record_events(
    batch: BatchIn, request: Request, login: LoggedIn, pool: Pool, now: Now
) -> BatchOut:
    """Keep a batch of events of a phone that was out of reach, as the API does by key."""
    verdicts = api.operations.rides.record(
        pool, login.town.id, login.vehicle, [each.event() for each in batch.events], now=now
    )
    return BatchOut.of(verdicts, language_of(request))


def _status(verdicts: Sequence[Verdict]) -> int:
    """Return the status of the worst refusal; 422 where the form alone is unfit."""
    return max(
        (api.errors.status_of(each.refusal) for each in verdicts if each.refusal is not None),
        default=422,
    )


def _shown(
    request: Request,
    pool: Pool,
    login: Login,
    ride: Ride,
    stop: Stop,
    form: StopForm,
    *,
    status: int = 200,
) -> Response:
    goods = api.operations.riding.goods(pool, login.town.id, ride, stop)
    view = api.pages.courier_stop_view.view(ride, stop, goods, wording(request, login))
    return page(
        request,
        "courier/stop.html",
        status=status,
        stop=view,
        form=form.state,
        ticked=form.ticked,
        kept=form.kept,
        here=path_of(login, ride),
        form_id=uuid4(),
        is_over=ride.next.act.value == "rest",
    )
