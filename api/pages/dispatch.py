"""The dispatcher's desk: the board of a day, a plan asked for and watched, and its publication."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

import api.errors
import api.operations.dispatching
import api.operations.plan_runs
import api.operations.plans
import api.operations.publishing
import api.words
from api.deps import Id, Now, Pool
from api.operations.dispatching import Board
from api.operations.situations import Ride
from api.pages.day import day_to_show, map_facts, parsed
from api.pages.dispatch_board import view
from api.pages.dispatch_rides import parse_ride, write_ride
from api.pages.dispatch_words import DayHead, DispatchWords
from api.pages.forms import Fields, FormState, read
from api.pages.frame import PRIVATE, fragment, page, seen
from api.visits import LoggedIn, Login
from delivery.errors import NotFound, Refusal
from delivery.loading import UNSERVED_MILLICENTS
from delivery.plan_runs import PlanRun, PlanRunState

router = APIRouter(include_in_schema=False)

#: Seconds a plan may take, with the code of what that is good for.
PATIENCE = ((10, "quick"), (30, "good"), (120, "best"))
#: A run that came to nothing is told for so long.
FORGOTTEN = timedelta(hours=1)


class PlanForm(BaseModel):
    """How long to think."""

    seconds: Literal["10", "30", "120"] = "10"


class PublishForm(BaseModel):
    """The plan that was looked at."""

    plan_id: Annotated[int, Field(ge=1, le=2**63 - 1)]


@router.get("/t/{slug}/regulation")
def show_newest_board(request: Request, login: LoggedIn, pool: Pool, now: Now) -> Response:
    """Show today's board; the newest planned day's where today has no plan."""
    return _board(request, login, pool, day_to_show(pool, login, now), now)


@router.get("/t/{slug}/regulation/{day}")
def show_board(request: Request, login: LoggedIn, day: str, pool: Pool, now: Now) -> Response:
    """Show a day's board."""
    return _board(request, login, pool, parsed(day), now)


@router.post("/t/{slug}/regulation/{day}/planifier")
def plan(
    request: Request, login: LoggedIn, day: str, fields: Fields, pool: Pool, now: Now
) -> Response:
    """Have the day planned in the background, and lead to where one can watch."""
    asked = parsed(day)
    form = read(PlanForm, fields, "fr").value or PlanForm()
    try:
        run = api.operations.plan_runs.ask(
            pool,
            login.town.id,
            asked,
            asked_by=login.name,
            seconds=float(form.seconds),
            seed=0,
            now=now,
        )
    except Refusal as refusal:
        return _board(request, login, pool, asked, now, refusal=refusal)
    return seen(request, f"/t/{login.town.slug}/regulation/{asked}/calcul/{run.id}")


@router.get("/t/{slug}/regulation/{day}/calcul/{run_id}")
def show_run(request: Request, login: LoggedIn, day: str, run_id: Id, pool: Pool) -> Response:
    """Show how far a plan is; once there is one, lead to the board."""
    asked = parsed(day)
    run = api.operations.plan_runs.find(pool, login.town.id, run_id)
    if run.day != asked:
        raise NotFound(field="run_id")
    is_partial = request.headers.get("hx-request") == "true"
    board = f"/t/{login.town.slug}/regulation/{asked}"
    if run.state is PlanRunState.DONE:
        done = seen(request, board, done="dispatch_planned")
        if is_partial:
            return Response(headers={"HX-Redirect": done.headers["location"]})
        return done
    progress = _progress(run, DispatchWords.of(request, login))
    if not is_partial:
        return page(request, "dispatch/run.html", progress=progress, date=asked, told="")
    headers = {"Cache-Control": PRIVATE}
    if not run.is_open:
        headers["HX-Redirect"] = request.url.path
    told = request.query_params.get("dit", "")
    body = fragment(request, "dispatch/progress.html", progress=progress, told=told)
    return HTMLResponse(body, headers=headers)


@router.post("/t/{slug}/regulation/{day}/publier")
def publish(
    request: Request, login: LoggedIn, day: str, fields: Fields, pool: Pool, now: Now
) -> Response:
    """Show the plan that was looked at to the couriers."""
    asked = parsed(day)
    form = read(PublishForm, fields, "fr").value
    if form is None:
        raise NotFound(field="plan_id")
    try:
        api.operations.publishing.publish(pool, login.town.id, asked, now=now, plan_id=form.plan_id)
    except Refusal as refusal:
        return _board(request, login, pool, asked, now, refusal=refusal)
    return seen(request, f"/t/{login.town.slug}/regulation/{asked}", done="dispatch_published")


def _board(
    request: Request,
    login: Login,
    pool: Pool,
    day: date,
    now: datetime,
    *,
    refusal: Refusal | None = None,
) -> Response:
    words = DispatchWords.of(request, login)
    board = api.operations.dispatching.board(pool, login.town.id, day, now=now)
    shown = view(board, words, now=now)
    form: FormState[BaseModel] = FormState()
    if refusal is not None:
        form = form.refused(refusal, words.language, login.timezone)
    return page(
        request,
        "dispatch/board.html",
        status=api.errors.status_of(refusal) if refusal else 200,
        board=shown,
        day=shown.words,
        head=DayHead.of(day, words),
        date=day,
        form=form,
        words=words,
        progress=_progress(board.run, words) if _is_news(board, now) and board.run else None,
        told="",
        patience=[(str(seconds), words.text(f"patience_{code}")) for seconds, code in PATIENCE],
        facts=map_facts(request, login.town, board.sheet, shown.words),
        undo=_undo(request),
    )


def _is_news(board: Board, now: datetime) -> bool:
    """Tell whether the last run is not over, or came to nothing and no plan was made since."""
    run, plan = board.run, board.sheet.plan
    if run is None or run.state is PlanRunState.DONE:
        return False
    is_recent = now - run.asked_at < FORGOTTEN
    return run.is_open or (is_recent and (plan is None or plan.created_at <= run.asked_at))


def _undo(request: Request) -> tuple[int, str] | None:
    """Return the delivery that was just moved and where it was, as the address says."""
    delivery_id, back = (request.query_params.get(name, "") for name in ("deplacee", "retour"))
    if not delivery_id.isdecimal() or len(delivery_id) > 18:
        return None
    ride: Ride | None = parse_ride(back)
    return int(delivery_id), write_ride(ride)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressView:
    """How far a plan is: `said` is for ears too and changes ten times a run, `best` each second."""

    path: str
    percent: int
    tens: int
    is_open: bool
    said: str
    best: str
    reason: str


def _progress(run: PlanRun, words: DispatchWords) -> ProgressView:
    tens = int(run.share * 10) * 10
    is_waiting = run.state is PlanRunState.WAITING
    best = []
    if run.cost_millicents is not None and run.unserved is not None:
        cents = (run.cost_millicents - run.unserved * UNSERVED_MILLICENTS) // 1000
        best = [
            words.text("run_cost", cost=api.words.euros(cents, words.language)),
            words.count("run_unserved", run.unserved),
        ]
    return ProgressView(
        path=f"{run.day}/calcul/{run.id}",
        percent=round(run.share * 100),
        tens=tens,
        is_open=run.is_open,
        said=words.text("run_waiting") if is_waiting else words.text("run_running", percent=tens),
        best=", ".join(best),
        reason=api.operations.plan_runs.reason(run, words.language),
    )
