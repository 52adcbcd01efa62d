"""Rows of logins: one a browser, known by the hash of a token that changes as it is used.

A town stands in the address of every page, so that a login is looked up within its town.
"""

from dataclasses import dataclass
from datetime import date, datetime

from psycopg import Connection
from psycopg.rows import TupleRow, class_row

from data.accounts import hashed


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLogin:
    """A login: of an account, or of a courier's phone that has a vehicle for a day.

    `is_current` is false where it was found by the token it had before.
    """

    id: int
    account_id: int | None
    name: str
    role: str
    shop_id: int | None
    vehicle_id: int | None
    csrf: str
    is_current: bool
    rotated_at: datetime
    seen_at: datetime
    expires_at: datetime


def add(
    conn: Connection[TupleRow],
    token: str,
    csrf: str,
    *,
    account_id: int | None = None,
    vehicle_id: int | None = None,
    at: datetime,
    expires_at: datetime,
) -> None:
    """Keep a new login; those that have run out are forgotten."""
    conn.execute("DELETE FROM logins WHERE expires_at <= %(at)s", {"at": at})
    conn.execute(
        """
        INSERT INTO logins (account_id, vehicle_id, token_sha256, csrf, started_at, rotated_at,
                            seen_at, expires_at)
             VALUES (%(account_id)s, %(vehicle_id)s, %(token)s, %(csrf)s, %(at)s, %(at)s, %(at)s,
                     %(expires_at)s)
        """,
        {
            "account_id": account_id,
            "vehicle_id": vehicle_id,
            "token": hashed(token),
            "csrf": csrf,
            "at": at,
            "expires_at": expires_at,
        },
    )


def find(
    conn: Connection[TupleRow], token: str, *, now: datetime, rotated_after: datetime
) -> KeptLogin | None:
    """Return the login of a token; one replaced since `rotated_after` is still taken.

    None where nobody has it, it has run out, or its account was closed.
    """
    with conn.cursor(row_factory=class_row(KeptLogin)) as cursor:
        return cursor.execute(
            """
               SELECT logins.id, logins.account_id,
                      coalesce(accounts.name, vehicles.name) AS name,
                      coalesce(accounts.role, 'courier') AS role,
                      accounts.shop_id,
                      coalesce(accounts.vehicle_id, logins.vehicle_id) AS vehicle_id,
                      logins.csrf, logins.token_sha256 = %(token)s AS is_current,
                      logins.rotated_at, logins.seen_at, logins.expires_at
                 FROM logins
            LEFT JOIN accounts ON accounts.town_id = logins.town_id
                              AND accounts.id = logins.account_id
            LEFT JOIN vehicles ON vehicles.town_id = logins.town_id
                              AND vehicles.id = logins.vehicle_id
                WHERE (logins.token_sha256 = %(token)s
                       OR logins.previous_sha256 = %(token)s
                          AND logins.rotated_at > %(rotated_after)s)
                  AND logins.expires_at > %(now)s
                  AND accounts.disabled_at IS NULL
            """,
            {"token": hashed(token), "now": now, "rotated_after": rotated_after},
        ).fetchone()


def rotate(
    conn: Connection[TupleRow],
    login_id: int,
    *,
    former: datetime,
    token: str,
    at: datetime,
    expires_at: datetime,
) -> bool:
    """Give a login a new token; false where another request just did."""
    done = conn.execute(
        """
        UPDATE logins
           SET previous_sha256 = token_sha256, token_sha256 = %(token)s, rotated_at = %(at)s,
               seen_at = %(at)s, expires_at = %(expires_at)s
         WHERE id = %(id)s
           AND rotated_at = %(former)s
        """,
        {
            "token": hashed(token),
            "at": at,
            "expires_at": expires_at,
            "id": login_id,
            "former": former,
        },
    )
    return done.rowcount == 1


def end(conn: Connection[TupleRow], token: str) -> None:
    """End the login of a token."""
    conn.execute(
        "DELETE FROM logins WHERE token_sha256 = %(token)s OR previous_sha256 = %(token)s",
        {"token": hashed(token)},
    )


def end_all(conn: Connection[TupleRow], account_id: int) -> None:
    """End every login of an account."""
    conn.execute("DELETE FROM logins WHERE account_id = %(id)s", {"id": account_id})


def end_phones(conn: Connection[TupleRow], vehicle_id: int) -> None:
    """End the logins of every phone that came in as the vehicle's courier by a day link."""
    conn.execute("DELETE FROM logins WHERE vehicle_id = %(id)s", {"id": vehicle_id})


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLink:
    """What a link makes of a phone: a vehicle's courier, within these moments."""

    vehicle_id: int
    vehicle: str
    day: date
    starts_at: datetime
    expires_at: datetime


def add_day_link(conn: Connection[TupleRow], token: str, link: DayLink, *, at: datetime) -> None:
    """Keep the hash of a day link; the vehicle's former links of that day end."""
    conn.execute(
        """
        UPDATE day_links
           SET revoked_at = %(at)s
         WHERE vehicle_id = %(vehicle_id)s
           AND day = %(day)s
           AND revoked_at IS NULL
        """,
        {"at": at, "vehicle_id": link.vehicle_id, "day": link.day},
    )
    conn.execute(
        """
        INSERT INTO day_links (token_sha256, vehicle_id, day, created_at, starts_at, expires_at)
             VALUES (%(token)s, %(vehicle_id)s, %(day)s, %(at)s, %(starts_at)s, %(expires_at)s)
        """,
        {
            "token": hashed(token),
            "vehicle_id": link.vehicle_id,
            "day": link.day,
            "at": at,
            "starts_at": link.starts_at,
            "expires_at": link.expires_at,
        },
    )


def day_link(conn: Connection[TupleRow], token: str, *, now: datetime) -> DayLink | None:
    """Return what a day link's token opens now, or None."""
    with conn.cursor(row_factory=class_row(DayLink)) as cursor:
        return cursor.execute(
            """
            SELECT vehicle_id, vehicles.name AS vehicle, day, starts_at, expires_at
              FROM day_links
              JOIN vehicles ON vehicles.town_id = day_links.town_id
                           AND vehicles.id = day_links.vehicle_id
             WHERE token_sha256 = %(token)s
               AND revoked_at IS NULL
               AND starts_at <= %(now)s
               AND expires_at > %(now)s
            """,
            {"token": hashed(token), "now": now},
        ).fetchone()
