"""The background worker: what each kind of job does, and how a worker lives among others.

Jobs that plan have a desk of their own, so that a letter never waits for a plan. A worker that
loses the database begins again; the jobs of one that was killed are taken up by another.
"""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

import procrastinate
import structlog
from procrastinate import JobContext
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from procrastinate.retry import BaseRetryStrategy, RetryDecision

import api.operations.letters
import api.operations.plan_runs
import data.jobs
from api.deps import Clock, StreetsOf
from api.settings import Settings
from data.database import ConnectionLost, Pool
from delivery.errors import NotFound

#: Queue -> how many of its jobs run side by side.
DESKS = {data.jobs.PLANNING: 1, data.jobs.DEFAULT: 4}
#: A worker gives a sign of life so often, and is dead without one for so long.
HEARTBEAT_S, DEAD_AFTER_S = 10.0, 30.0
#: A job tried so often whose worker died again is given up: it may be what killed it.
MOST_TRIES = 10
#: How long a worker that lost the database waits before it begins again.
PAUSE_S = 5.0
#: Finished jobs are kept so long, failed ones for somebody to look at.
KEPT = timedelta(days=1)
FAILED_KEPT = timedelta(days=30)
#: A plan whose run could not be read or written is tried again: its run fails where it had begun.
PLAN_WAITS_S = (1, 10, 60)
#: A letter the mail server did not take is tried again after so many seconds, then given up.
LETTER_WAITS_S = (10, 60, 300, 900, 1800)

log = structlog.get_logger()


class DeskLeft(Exception):
    """A desk was left without anybody asking for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What jobs work with: the application's own clock and streets. Jobs end early once
    `stopping` is set."""

    settings: Settings
    pool: Pool
    streets_of: StreetsOf
    clock: Clock
    stopping: threading.Event = field(default_factory=threading.Event)


class Waits(BaseRetryStrategy):
    """Try again after each of these seconds in turn, as long as it may help."""

    def __init__(self, seconds: tuple[int, ...], *after: type[Exception]) -> None:
        """Try again after failures of some kinds."""
        self._seconds, self._after = seconds, after

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Return when to try again, None for never."""
        if not isinstance(exception, self._after) or job.attempts >= len(self._seconds):
            return None
        return RetryDecision(retry_in={"seconds": self._seconds[job.attempts]})


def app(url: str, tools: Tools) -> procrastinate.App:
    """Return the application a worker of this database runs: every task, and when it is due."""
    jobs = data.jobs.app(url)

    @jobs.task(
        name="plan_day",
        queue=data.jobs.QUEUES["plan_day"],
        retry=Waits(PLAN_WAITS_S, ConnectionLost),
    )
    def plan_day(*, town_id: int, run_id: int) -> None:
        with api.operations.plan_runs.ended(tools.pool, town_id, run_id):
            api.operations.plan_runs.execute(
                tools.pool,
                town_id,
                run_id,
                tools.streets_of(town_id),
                clock=tools.clock,
                is_stopping=tools.stopping.is_set,
            )

    @jobs.task(
        name="send_account_link",
        queue=data.jobs.QUEUES["send_account_link"],
        retry=Waits(LETTER_WAITS_S, OSError, ConnectionLost),
        pass_context=True,
    )
    def send_account_link(context: JobContext, *, town_id: int, account_id: int, kind: str) -> None:
        try:
            api.operations.letters.send_account_link(
                tools.pool, tools.settings, town_id, account_id, kind, now=tools.clock()
            )
        except NotFound:
            log.info("letter_dropped", account_id=account_id, reason="account closed since")
        except OSError:
            if not _is_replaced(tools.pool, context.job):
                raise

    _add_upkeep(jobs)
    return jobs


def _is_replaced(pool: Pool, job: Job) -> bool:
    """Whether another job of the same lock waits: this one cannot go back into the queue."""
    with pool.connection() as conn:
        return data.jobs.waiting(conn, job.queueing_lock) is not None


def _add_upkeep(jobs: procrastinate.App) -> None:
    """Add what a worker does of its own accord. Neither has a lock, which a dead worker would keep;
    one of each waits at a time."""

    @jobs.periodic(cron="* * * * *")
    @jobs.task(
        name="retry_stalled",
        queue=data.jobs.QUEUES["retry_stalled"],
        queueing_lock="retry_stalled",
        pass_context=True,
    )
    async def retry_stalled(context: JobContext, timestamp: int) -> None:
        await take_up_stalled(context.app)

    @jobs.periodic(cron="17 * * * *")
    @jobs.task(
        name="forget_finished",
        queue=data.jobs.QUEUES["forget_finished"],
        queueing_lock="forget_finished",
        pass_context=True,
    )
    async def forget_finished(context: JobContext, timestamp: int) -> None:
        await forget_old(context.app)


async def take_up_stalled(jobs: procrastinate.App) -> None:
    """Put the jobs of dead workers back into their queues; give up those that keep killing."""
    manager = jobs.job_manager
    await manager.prune_stalled_workers(DEAD_AFTER_S)
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER_S):
        # Another worker may have been faster.
        with suppress(ConnectorException):
            if job.attempts >= MOST_TRIES or not await _is_back(manager, job):
                await manager.finish_job(job, Status.FAILED, delete_job=False)


async def _is_back(manager: JobManager, job: Job) -> bool:
    """Put a job back into its queue; False where one of its lock waits in its place."""
    try:
        await manager.retry_job(job)
    except UniqueViolation:
        return False
    return True


async def forget_old(jobs: procrastinate.App) -> None:
    """Delete the jobs that ended long ago."""
    await jobs.job_manager.delete_old_jobs(nb_hours=_hours(KEPT), include_cancelled=True)
    await jobs.job_manager.delete_old_jobs(
        nb_hours=_hours(FAILED_KEPT), include_failed=True, include_aborted=True
    )


def _hours(time: timedelta) -> int:
    return time // timedelta(hours=1)


async def work(url: str, tools: Tools) -> None:
    """Work until cancelled, whatever happens to a shift; jobs under way are waited for."""
    while True:
        try:
            await _shift(url, tools)
        except* Exception as errors:
            log.exception("worker_interrupted", exc_info=errors)
        await asyncio.sleep(PAUSE_S)


async def _shift(url: str, tools: Tools) -> None:
    """Keep every desk until one is left."""
    jobs = app(url, tools)
    try:
        await jobs.open_async()
        async with asyncio.TaskGroup() as desks:
            for queue, side_by_side in DESKS.items():
                desks.create_task(_keep_desk(jobs, queue, side_by_side))
    finally:
        # Also what was opened by half when the worker was told to stop.
        await jobs.close_async()


async def _keep_desk(jobs: procrastinate.App, queue: str, side_by_side: int) -> None:
    await jobs.run_worker_async(
        name=queue,
        queues=[queue],
        concurrency=side_by_side,
        install_signal_handlers=False,
        update_heartbeat_interval=HEARTBEAT_S,
        stalled_worker_timeout=DEAD_AFTER_S,
    )
    raise DeskLeft(queue)


@asynccontextmanager
async def working(url: str, tools: Tools) -> AsyncIterator[None]:
    """Have a worker beside whatever else this event loop does; it stops before its tools do."""
    task = asyncio.create_task(work(url, tools), name="colporteur worker")
    try:
        yield
    finally:
        tools.stopping.set()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def work_until_told(url: str, tools: Tools) -> None:
    """Work until SIGINT or SIGTERM."""
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    async with working(url, tools):
        await told.wait()
