"""A delivery's proof: the code that is asked for, and what follows when it is given."""

from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow

import api.operations.subsidies
import data.deliveries
from delivery import proofs
from delivery.pooling import Delivery, DeliveryState, DeliveryStep
from delivery.pooling import step as delivery_step
from delivery.proofs import Outcome, TooManyAttempts


def require_patience(
    conn: Connection[TupleRow],
    *,
    now: datetime,
    delivery_id: int | None = None,
    order_id: int | None = None,
) -> None:
    """Raise TooManyAttempts where too many wrong codes were tried of late, by whomever."""
    wrong = data.deliveries.failed_attempts(
        conn, since=now - proofs.WAIT, delivery_id=delivery_id, order_id=order_id
    )
    if wrong >= proofs.MOST_ATTEMPTS:
        minutes = int(proofs.WAIT.total_seconds() // 60)
        raise TooManyAttempts(field="code", minutes=minutes)


def prove(conn: Connection[TupleRow], delivery: Delivery, outcome: Outcome) -> None:
    """Write a delivery's proof and move its money.

    Of several proofs the earliest stands, until the month is closed over one.
    """
    assert outcome.proof is not None and outcome.proof_sha256 is not None
    is_proven = delivery.proven_at is not None
    if delivery.proven_at is not None and (
        delivery.state is DeliveryState.CLOSED or delivery.proven_at < outcome.at
    ):
        return
    data.deliveries.save_proof(
        conn,
        delivery.id,
        state=DeliveryState.PROVEN
        if is_proven
        else delivery_step(delivery.state, DeliveryStep.PROVE),
        proven_at=outcome.at,
        proof_kind=outcome.proof.value,
        proof_sha256=outcome.proof_sha256,
    )
    if not is_proven:
        api.operations.subsidies.prove(conn, delivery_id=delivery.id, at=outcome.at)
