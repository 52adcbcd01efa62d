"""What was granted to each delivery, and the facts of a delivery that rules look at."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from psycopg import Connection
from psycopg.rows import TupleRow, kwargs_row
from psycopg.types.json import Jsonb

from delivery.orders import Fulfilment
from delivery.programmes import Claim, Decision, Reason
from delivery.statements import household


class SubsidyState(Enum):
    """What became of a grant."""

    #: Its money is engaged.
    PROMISED = "promised"
    #: The delivery came to nothing; its money went back.
    RELEASED = "released"
    #: The delivery is proven; its money is service fait.
    PROVEN = "proven"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A delivery as the rules see it; `every_shop_accepts` to pay what the town does not."""

    delivery_id: int
    claim: Claim
    household: str
    every_shop_accepts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Subsidy:
    """What a delivery was granted, under which programme and from which envelope."""

    delivery_id: int
    programme_id: int
    envelope_id: int
    state: SubsidyState
    attempt: int
    decision: Decision


def reasons_from_json(document: list[tuple[str, dict[str, int | str]]]) -> tuple[Reason, ...]:
    """Read reasons kept as `[[code, parameters], ...]`."""
    return tuple((code, parameters) for code, parameters in document)


def case(conn: Connection[TupleRow], delivery_id: int) -> Case:
    """Read a delivery's facts; orders that were refused or called off do not count."""

    def read(
        *, on: date, fulfilment: str, zone_code: str, household_key: str, every_shop_accepts: bool
    ) -> Case:
        return Case(
            delivery_id=delivery_id,
            claim=Claim(on=on, fulfilment=Fulfilment(fulfilment), zone_code=zone_code),
            household=household(household_key),
            every_shop_accepts=every_shop_accepts,
        )

    with conn.cursor(row_factory=kwargs_row(read)) as cursor:
        found = cursor.execute(
            """
              SELECT (slots.starts_at AT TIME ZONE towns.timezone)::date AS on,
                     deliveries.fulfilment,
                     deliveries.zone_code,
                     -- Everybody fetches at the one drive: there the recipient is the household.
                     CASE deliveries.fulfilment
                          WHEN 'drive' THEN 'recipient:' || deliveries.recipient_id
                          ELSE deliveries.place_key
                     END AS household_key,
                     coalesce(bool_and(shops.accepts_residual)
                              FILTER (WHERE orders.state NOT IN ('refused', 'cancelled')), false)
                         AS every_shop_accepts
                FROM deliveries
                JOIN towns ON towns.id = deliveries.town_id
                JOIN slots ON slots.id = deliveries.slot_id
           LEFT JOIN orders ON orders.delivery_id = deliveries.id
           LEFT JOIN shops ON shops.id = orders.shop_id
               WHERE deliveries.id = %(delivery_id)s
               GROUP BY deliveries.town_id, deliveries.id, slots.town_id, slots.id, towns.id
            """,
            {"delivery_id": delivery_id},
        ).fetchone()
    if found is None:
        raise ValueError(f"there is no delivery {delivery_id}")
    return found


def find(conn: Connection[TupleRow], delivery_id: int) -> Subsidy | None:
    """Find what a delivery was granted."""
    found = listed(conn, [delivery_id])
    return found[0] if found else None


def promised(conn: Connection[TupleRow], delivery_ids: list[int]) -> list[Subsidy]:
    """Return the grants of these deliveries whose money is still engaged."""
    return [each for each in listed(conn, delivery_ids) if each.state is SubsidyState.PROMISED]


def listed(conn: Connection[TupleRow], delivery_ids: list[int]) -> list[Subsidy]:
    """Return what these deliveries were granted, by number."""
    with conn.cursor(row_factory=kwargs_row(_subsidy)) as cursor:
        return cursor.execute(
            """
              SELECT delivery_id, programme_id, envelope_id, state, attempt, tariff_cents,
                     net_cents, most_cents, reasons
                FROM subsidies
               WHERE delivery_id = ANY(%(ids)s)
               ORDER BY delivery_id
            """,
            {"ids": delivery_ids},
        ).fetchall()


def _subsidy(
    *,
    state: str,
    tariff_cents: int,
    net_cents: int,
    most_cents: int,
    reasons: list[tuple[str, dict[str, int | str]]],
    **values: int,
) -> Subsidy:
    return Subsidy(
        state=SubsidyState(state),
        decision=Decision(
            tariff_cents=tariff_cents,
            net_cents=net_cents,
            most_cents=most_cents,
            reasons=reasons_from_json(reasons),
        ),
        **values,
    )


def used(conn: Connection[TupleRow], programme_id: int, household: str, month: date) -> int:
    """Count what a household was granted for a calendar month and has not given back."""
    row = conn.execute(
        """
        SELECT count(*)
          FROM subsidies
         WHERE programme_id = %(programme_id)s
           AND household = %(household)s
           AND month = %(month)s
           AND state <> 'released'
           AND net_cents > 0
        """,
        {"programme_id": programme_id, "household": household, "month": month},
    ).fetchone()
    assert row is not None
    count: int = row[0]
    return count


def save(conn: Connection[TupleRow], case: Case, subsidy: Subsidy, *, at: datetime) -> None:
    """Keep a grant, over one that was given back; tell the delivery what is held for it."""
    conn.execute(
        """
        INSERT INTO subsidies (delivery_id, programme_id, envelope_id, serves_on, month, household,
                               state, attempt, tariff_cents, net_cents, most_cents, reasons,
                               decided_at)
             VALUES (%(delivery_id)s, %(programme_id)s, %(envelope_id)s, %(serves_on)s, %(month)s,
                     %(household)s, %(state)s, %(attempt)s, %(tariff_cents)s, %(net_cents)s,
                     %(most_cents)s, %(reasons)s, %(at)s)
        ON CONFLICT ON CONSTRAINT subsidy_pkey DO UPDATE
           SET programme_id = excluded.programme_id,
               envelope_id  = excluded.envelope_id,
               serves_on    = excluded.serves_on,
               month        = excluded.month,
               household    = excluded.household,
               state        = excluded.state,
               attempt      = excluded.attempt,
               tariff_cents = excluded.tariff_cents,
               net_cents    = excluded.net_cents,
               most_cents   = excluded.most_cents,
               reasons      = excluded.reasons,
               decided_at   = excluded.decided_at
        """,
        {
            "delivery_id": case.delivery_id,
            "programme_id": subsidy.programme_id,
            "envelope_id": subsidy.envelope_id,
            "serves_on": case.claim.on,
            "month": case.claim.on.replace(day=1),
            "household": case.household,
            "state": subsidy.state.value,
            "attempt": subsidy.attempt,
            "tariff_cents": subsidy.decision.tariff_cents,
            "net_cents": subsidy.decision.net_cents,
            "most_cents": subsidy.decision.most_cents,
            "reasons": Jsonb(subsidy.decision.reasons),
            "at": at,
        },
    )
    hold(conn, case.delivery_id, subsidy.decision.most_cents)


def set_state(conn: Connection[TupleRow], delivery_ids: Iterable[int], state: SubsidyState) -> None:
    """Say what became of grants."""
    conn.execute(
        "UPDATE subsidies SET state = %(state)s WHERE delivery_id = ANY(%(ids)s)",
        {"state": state.value, "ids": list(delivery_ids)},
    )


def hold(conn: Connection[TupleRow], delivery_id: int, cents: int) -> None:
    """Tell a delivery what the envelope holds for it."""
    conn.execute(
        "UPDATE deliveries SET engaged_cents = %(cents)s WHERE id = %(id)s",
        {"id": delivery_id, "cents": cents},
    )
