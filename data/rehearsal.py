"""Work that is done to see what would happen, then undone."""

import time
from collections.abc import Callable

from psycopg import Connection
from psycopg.errors import DeadlockDetected, LockNotAvailable
from psycopg.rows import TupleRow

import data.database
from data.database import Pool
from delivery.errors import Refusal

#: A rehearsal waits less for a lock than PostgreSQL does before it looks for a deadlock (one
#: second), so that it is the one to give way to work that counts.
LOCK_TIMEOUT = "300ms"
ATTEMPTS = 10
PAUSE_S = 0.2


class TooBusy(Refusal):
    """Others are at work on the same rows: try again in a moment."""

    code = "too_busy"


def rehearsed[T](pool: Pool, town_id: int, work: Callable[[Connection[TupleRow]], T]) -> T:
    """Do work in a transaction that is undone; return what it returned.

    Raises TooBusy where others held what it needs, ten times in a row.
    """
    for _ in range(ATTEMPTS):
        try:
            with pool.connection() as conn, conn.transaction(force_rollback=True):
                data.database.scope(conn, town_id)
                conn.execute("SELECT set_config('lock_timeout', %s, true)", (LOCK_TIMEOUT,))
                return work(conn)
        except (LockNotAvailable, DeadlockDetected):
            time.sleep(PAUSE_S)
    raise TooBusy
