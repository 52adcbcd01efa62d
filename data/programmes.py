"""Programmes kept as versions; each is written once and never changed."""

from dataclasses import dataclass
from datetime import date

from psycopg import Connection
from psycopg.errors import ExclusionViolation
from psycopg.rows import TupleRow, kwargs_row
from psycopg.types.json import Jsonb

from delivery.programmes import (
    Programme,
    ProgrammeChanged,
    ProgrammeOverlaps,
    rules_from_json,
    rules_to_json,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptProgramme:
    """A programme under its number."""

    id: int
    rules: Programme


def _kept(*, id: int, rules: object) -> KeptProgramme:
    return KeptProgramme(id=id, rules=rules_from_json(rules))


def save_programme(conn: Connection[TupleRow], rules: Programme) -> int:
    """Keep a version of a programme and return its number; the same rules again change nothing.

    Raises ProgrammeChanged when the version exists with other rules, ProgrammeOverlaps when
    another programme is in force on some of its days.
    """
    kept = named(conn, rules.name, rules.version)
    if kept is not None:
        if kept.rules != rules:
            raise ProgrammeChanged(name=rules.name, version=rules.version)
        return kept.id
    try:
        with conn.transaction():
            return _insert(conn, rules)
    except ExclusionViolation as error:
        if error.diag.constraint_name == "programme_one_a_day":
            raise ProgrammeOverlaps(
                starts_on=rules.starts_on.isoformat(), ends_on=rules.ends_on.isoformat()
            ) from error
        raise


def _insert(conn: Connection[TupleRow], rules: Programme) -> int:
    row = conn.execute(
        """
        INSERT INTO programmes (name, operator, deliberation, version, starts_on, ends_on, rules)
             VALUES (%(name)s, %(operator)s, %(deliberation)s, %(version)s, %(starts_on)s,
                     %(ends_on)s, %(rules)s)
          RETURNING id
        """,
        {
            "name": rules.name,
            "operator": rules.operator,
            "deliberation": rules.deliberation,
            "version": rules.version,
            "starts_on": rules.starts_on,
            "ends_on": rules.ends_on,
            "rules": Jsonb(rules_to_json(rules)),
        },
    ).fetchone()
    assert row is not None
    number: int = row[0]
    return number


def named(conn: Connection[TupleRow], name: str, version: int) -> KeptProgramme | None:
    """Find one version of a programme."""
    with conn.cursor(row_factory=kwargs_row(_kept)) as cursor:
        return cursor.execute(
            """
            SELECT id, rules
              FROM programmes
             WHERE name = %(name)s
               AND version = %(version)s
            """,
            {"name": name, "version": version},
        ).fetchone()


def find(conn: Connection[TupleRow], programme_id: int) -> KeptProgramme:
    """Return the programme of this number, which must exist."""
    with conn.cursor(row_factory=kwargs_row(_kept)) as cursor:
        kept = cursor.execute(
            "SELECT id, rules FROM programmes WHERE id = %(id)s", {"id": programme_id}
        ).fetchone()
    assert kept is not None
    return kept


def in_force(conn: Connection[TupleRow], day: date) -> KeptProgramme | None:
    """Find the programme that pays on a day."""
    with conn.cursor(row_factory=kwargs_row(_kept)) as cursor:
        return cursor.execute(
            """
            SELECT id, rules
              FROM programmes
             WHERE %(day)s BETWEEN starts_on AND ends_on
             ORDER BY id
             LIMIT 1
            """,
            {"day": day},
        ).fetchone()


def begun(conn: Connection[TupleRow], day: date) -> list[KeptProgramme]:
    """Return every programme that had begun by a day, the latest first."""
    with conn.cursor(row_factory=kwargs_row(_kept)) as cursor:
        return cursor.execute(
            """
              SELECT id, rules
                FROM programmes
               WHERE starts_on <= %(day)s
               ORDER BY starts_on DESC, id DESC
            """,
            {"day": day},
        ).fetchall()
