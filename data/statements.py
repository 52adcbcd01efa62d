"""Statements and their lines: written once, then only their states move."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from psycopg import Connection
from psycopg.rows import TupleRow, kwargs_row
from psycopg.types.json import Jsonb

from data.subsidies import reasons_from_json
from delivery.orders import Fulfilment
from delivery.programmes import Claim
from delivery.statements import (
    HouseholdMonth,
    Line,
    LineState,
    Proven,
    Statement,
    StatementState,
    number,
)

type ReasonsJson = list[tuple[str, dict[str, int | str]]]


def _statement(*, state: str, **values: object) -> Statement:
    return Statement(state=StatementState(state), **values)  # type: ignore[arg-type]


def add(
    conn: Connection[TupleRow],
    *,
    programme_id: int,
    month: date,
    lines: Sequence[Line],
    head_sha256: str,
    at: datetime,
) -> Statement:
    """Write a draft statement with its lines, numbered after the month's others."""
    row = conn.execute(
        """
        INSERT INTO statements (programme_id, number, month, state, net_cents, vat_cents,
                                residual_cents, head_sha256, closed_at)
             VALUES (%(programme_id)s, %(number)s, %(month)s, 'draft', %(net_cents)s,
                     %(vat_cents)s, %(residual_cents)s, %(head_sha256)s, %(at)s)
          RETURNING id
        """,
        {
            "programme_id": programme_id,
            "number": number(month, _count(conn, month) + 1),
            "month": month,
            "net_cents": sum(line.net_cents for line in lines),
            "vat_cents": sum(line.vat_cents for line in lines),
            "residual_cents": sum(line.residual_cents for line in lines),
            "head_sha256": head_sha256,
            "at": at,
        },
    ).fetchone()
    assert row is not None
    _add_lines(conn, row[0], lines)
    return find(conn, row[0])


def _count(conn: Connection[TupleRow], month: date) -> int:
    row = conn.execute(
        "SELECT count(*) FROM statements WHERE month = %(month)s", {"month": month}
    ).fetchone()
    assert row is not None
    return int(row[0])


def _add_lines(conn: Connection[TupleRow], statement_id: int, lines: Iterable[Line]) -> None:
    with conn.cursor() as cursor:
        cursor.executemany(
            """
            INSERT INTO statement_lines (statement_id, position, delivery_id, service_at,
                        fulfilment, zone_code, orders, parcels, household, tariff_cents, net_cents,
                        vat_cents, residual_cents, reasons, proof_kind, proof_sha256)
                 VALUES (%(statement_id)s, %(position)s, %(delivery_id)s, %(service_at)s,
                        %(fulfilment)s, %(zone_code)s, %(orders)s, %(parcels)s, %(household)s,
                        %(tariff_cents)s, %(net_cents)s, %(vat_cents)s, %(residual_cents)s,
                        %(reasons)s, %(proof_kind)s, %(proof_sha256)s)
            """,
            [
                {
                    "statement_id": statement_id,
                    "position": line.position,
                    "delivery_id": line.proven.delivery_id,
                    "service_at": line.proven.service_at,
                    "fulfilment": line.proven.claim.fulfilment.value,
                    "zone_code": line.proven.claim.zone_code,
                    "orders": line.proven.orders,
                    "parcels": line.proven.parcels,
                    "household": line.proven.household,
                    "tariff_cents": line.tariff_cents,
                    "net_cents": line.net_cents,
                    "vat_cents": line.vat_cents,
                    "residual_cents": line.residual_cents,
                    "reasons": Jsonb(line.reasons),
                    "proof_kind": line.proven.proof_kind,
                    "proof_sha256": line.proven.proof_sha256,
                }
                for line in lines
            ],
        )


def anchor(conn: Connection[TupleRow], statement_id: int, head_sha256: str) -> None:
    """Write the ledger's head, as it is once the close has posted, on the statement."""
    conn.execute(
        "UPDATE statements SET head_sha256 = %(head)s WHERE id = %(id)s",
        {"head": head_sha256, "id": statement_id},
    )


def listed(
    conn: Connection[TupleRow],
    *,
    statement_id: int | None = None,
    programme_id: int | None = None,
    month: date | None = None,
) -> list[Statement]:
    """Return statements, the latest month first, narrowed by number, programme and month."""
    with conn.cursor(row_factory=kwargs_row(_statement)) as cursor:
        return cursor.execute(
            """
              SELECT id, programme_id, number, month, state, net_cents, vat_cents, residual_cents,
                     head_sha256, closed_at,
                     (SELECT count(*)
                        FROM statement_lines
                       WHERE statement_id = statements.id) AS lines
                FROM statements
               WHERE (%(id)s::bigint IS NULL OR id = %(id)s)
                 AND (%(programme_id)s::bigint IS NULL OR programme_id = %(programme_id)s)
                 AND (%(month)s::date IS NULL OR month = %(month)s)
               ORDER BY month DESC, number, id
            """,
            {"id": statement_id, "programme_id": programme_id, "month": month},
        ).fetchall()


def find(conn: Connection[TupleRow], statement_id: int) -> Statement:
    """Return the statement of this number, which must exist."""
    (statement,) = listed(conn, statement_id=statement_id)
    return statement


def as_proven(
    *, serves_on: date, fulfilment: str, zone_code: str, withheld: ReasonsJson, **values: object
) -> Proven:
    """Make a proven delivery of a row."""
    return Proven(
        claim=Claim(on=serves_on, fulfilment=Fulfilment(fulfilment), zone_code=zone_code),
        withheld=reasons_from_json(withheld),
        **values,  # type: ignore[arg-type]
    )


def prior_usage(
    conn: Connection[TupleRow], programme_id: int, *, before: int | None, households: list[str]
) -> dict[HouseholdMonth, int]:
    """Count what households were granted on a programme's statements before one (None: on all)."""
    rows = conn.execute(
        """
          SELECT statement_lines.household, subsidies.month, count(*)
            FROM statement_lines
            JOIN statements ON statements.id = statement_lines.statement_id
            JOIN subsidies ON subsidies.delivery_id = statement_lines.delivery_id
           WHERE statements.programme_id = %(programme_id)s
             AND (%(before)s::bigint IS NULL OR statements.id < %(before)s)
             AND statement_lines.household = ANY(%(households)s)
             AND statement_lines.net_cents > 0
           GROUP BY statement_lines.household, subsidies.month
           ORDER BY statement_lines.household, subsidies.month
        """,
        {"programme_id": programme_id, "before": before, "households": households},
    ).fetchall()
    return {(household, month): count for household, month, count in rows}


def lines(
    conn: Connection[TupleRow], statement_id: int, *, position: int | None = None
) -> list[Line]:
    """Return a statement's lines in their order, or the one at a position."""
    with conn.cursor(row_factory=kwargs_row(_line)) as cursor:
        return cursor.execute(
            """
              SELECT line.position, line.delivery_id, line.service_at, line.fulfilment,
                     line.zone_code, line.orders, line.parcels, line.household, line.tariff_cents,
                     line.net_cents, line.vat_cents, line.reasons, line.proof_kind,
                     line.proof_sha256, line.state, subsidies.serves_on, subsidies.envelope_id,
                     subsidies.most_cents AS held_cents, subsidies.reasons AS withheld
                FROM statement_lines AS line
                JOIN subsidies ON subsidies.delivery_id = line.delivery_id
               WHERE line.statement_id = %(statement_id)s
                 AND (%(position)s::bigint IS NULL OR line.position = %(position)s)
               ORDER BY line.position
            """,
            {"statement_id": statement_id, "position": position},
        ).fetchall()


def _line(
    *,
    position: int,
    tariff_cents: int,
    net_cents: int,
    vat_cents: int,
    reasons: ReasonsJson,
    state: str,
    serves_on: date,
    fulfilment: str,
    zone_code: str,
    withheld: ReasonsJson,
    **values: object,
) -> Line:
    return Line(
        position=position,
        proven=as_proven(
            serves_on=serves_on,
            fulfilment=fulfilment,
            zone_code=zone_code,
            withheld=withheld,
            **values,
        ),
        tariff_cents=tariff_cents,
        net_cents=net_cents,
        vat_cents=vat_cents,
        reasons=reasons_from_json(reasons),
        state=LineState(state),
    )
