"""A delivery's money, within the caller's transaction: promised, given back, proven.

Every function locks the envelope before it reads anything that decides. Locks are taken in one
order: deliveries (by the caller), the envelope, the ledger's head.
"""

from dataclasses import replace
from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow

import data.envelope
import data.ledger
import data.programmes
import data.subsidies
from data.programmes import KeptProgramme
from data.subsidies import Case, Subsidy, SubsidyState
from delivery import envelope as moves
from delivery.envelope import Envelope, EnvelopeSpent
from delivery.programmes import (
    Decision,
    NotFunded,
    OutsideZone,
    decide,
    require_consent,
)


def vote(
    conn: Connection[TupleRow], programme_id: int, year: int, voted_cents: int, at: datetime
) -> Envelope:
    """Bring the credits of a programme's year to a total; the same total again changes nothing.

    Raises EnvelopeSpent when less is voted than already promised.
    """
    data.envelope.open_year(conn, programme_id, year)
    envelope = data.envelope.lock(conn, programme_id, year)
    assert envelope is not None
    times = data.ledger.votes(conn, envelope.id)
    data.ledger.post(conn, [moves.vote(envelope, voted_cents, times=times, at=at)])
    return data.envelope.find(conn, envelope.id)


def promise(conn: Connection[TupleRow], *, delivery_id: int, at: datetime) -> Decision:
    """Decide what the town pays for a delivery and reserve it; return the decision.

    A delivery that already is promised, to which an order was added, keeps its grant: only the
    shops' consent to the rest is asked again.

    Raises NotFunded, OutsideZone, ResidualRefused, EnvelopeSpent.
    """
    case, kept, envelope = _lock_case(conn, delivery_id)
    granted = data.subsidies.find(conn, delivery_id)
    if granted is not None and granted.state is not SubsidyState.RELEASED:
        require_consent(granted.decision, every_shop_accepts=case.every_shop_accepts)
        return granted.decision
    decision = _decide(conn, case, kept)
    require_consent(decision, every_shop_accepts=case.every_shop_accepts)
    _grant(conn, case, envelope, decision, granted, at=at)
    return decision


def withdraw(conn: Connection[TupleRow], *, delivery_id: int, at: datetime) -> None:
    """Give back what was reserved for a delivery that was called off; once is enough."""
    granted = _lock_granted(conn, delivery_id)
    if granted is None or granted.state is SubsidyState.RELEASED:
        return
    if granted.state is SubsidyState.PROVEN:
        raise ValueError(f"delivery {delivery_id} is proven and cannot be withdrawn")
    data.ledger.post(
        conn,
        [
            moves.release(
                granted.envelope_id,
                delivery_id,
                granted.decision.most_cents,
                attempt=granted.attempt,
                at=at,
            )
        ],
    )
    data.subsidies.set_state(conn, [delivery_id], SubsidyState.RELEASED)
    data.subsidies.hold(conn, delivery_id, 0)


def prove(conn: Connection[TupleRow], *, delivery_id: int, at: datetime) -> Decision | None:
    """Move a proven delivery's money to service fait; once is enough.

    Where the reservation was given back before the proof came, it is made anew; with the credits
    spent the delivery is granted nothing, and says so. None when no programme knows it.
    """
    granted = _lock_granted(conn, delivery_id)
    if granted is None or granted.state is SubsidyState.RELEASED:
        granted = _grant_late(conn, delivery_id, granted, at=at)
    if granted is None or granted.state is SubsidyState.PROVEN:
        return None if granted is None else granted.decision
    data.ledger.post(
        conn,
        [
            moves.prove(
                granted.envelope_id,
                delivery_id,
                granted.decision.most_cents,
                attempt=granted.attempt,
                at=at,
            )
        ],
    )
    data.subsidies.set_state(conn, [delivery_id], SubsidyState.PROVEN)
    return granted.decision


def _lock_case(
    conn: Connection[TupleRow], delivery_id: int
) -> tuple[Case, KeptProgramme, Envelope]:
    case = data.subsidies.case(conn, delivery_id)
    kept = data.programmes.in_force(conn, case.claim.on)
    if kept is None:
        raise NotFunded(on=case.claim.on.isoformat())
    envelope = data.envelope.lock(conn, kept.id, case.claim.on.year)
    if envelope is None:
        decision = decide(case.claim, kept.rules, 0)
        raise EnvelopeSpent(left_cents=0, needed_cents=decision.most_cents)
    return data.subsidies.case(conn, delivery_id), kept, envelope


def _lock_granted(conn: Connection[TupleRow], delivery_id: int) -> Subsidy | None:
    granted = data.subsidies.find(conn, delivery_id)
    if granted is None:
        return None
    data.envelope.lock_one(conn, granted.envelope_id)
    return data.subsidies.find(conn, delivery_id)


def _decide(conn: Connection[TupleRow], case: Case, kept: KeptProgramme) -> Decision:
    month = case.claim.on.replace(day=1)
    used = data.subsidies.used(conn, kept.id, case.household, month)
    return decide(case.claim, kept.rules, used)


def _grant(
    conn: Connection[TupleRow],
    case: Case,
    envelope: Envelope,
    decision: Decision,
    before: Subsidy | None,
    *,
    at: datetime,
) -> Subsidy:
    attempt = 1 if before is None else before.attempt + 1
    entry = moves.engage(envelope, case.delivery_id, decision.most_cents, attempt=attempt, at=at)
    data.ledger.post(conn, [entry])
    granted = Subsidy(
        delivery_id=case.delivery_id,
        programme_id=envelope.programme_id,
        envelope_id=envelope.id,
        state=SubsidyState.PROMISED,
        attempt=attempt,
        decision=decision,
    )
    data.subsidies.save(conn, case, granted, at=at)
    return granted


def _grant_late(
    conn: Connection[TupleRow], delivery_id: int, before: Subsidy | None, *, at: datetime
) -> Subsidy | None:
    try:
        case, kept, envelope = _lock_case(conn, delivery_id)
        decision = _decide(conn, case, kept)
    except (NotFunded, OutsideZone, EnvelopeSpent):
        return None
    try:
        return _grant(conn, case, envelope, decision, before, at=at)
    except EnvelopeSpent as spent:
        nothing = replace(
            decision,
            net_cents=0,
            most_cents=0,
            reasons=(decision.reasons[0], ("envelope_spent", _cents(spent))),
        )
        return _grant(conn, case, envelope, nothing, before, at=at)


def _cents(spent: EnvelopeSpent) -> dict[str, int | str]:
    return {name: int(str(value)) for name, value in spent.parameters.items()}
