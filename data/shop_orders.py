"""A shop's own orders as its counter reads them: the list, the search, who was served before."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow, class_row, kwargs_row

from delivery.orders import ENDED, Fulfilment, OrderState

#: Letters as French names have them, and what they are searched as.
ACCENTED = "àâäáãçéèêëíìîïñóòôöõúùûüýÿ"
PLAIN = "aaaaaceeeeiiiinooooouuuuyy"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopOrder:
    """An order on its shop's list.

    `pickup_at` is when a published round fetches it; `told_at` when something last became of it.
    """

    id: int
    reference: str
    recipient_name: str
    fulfilment: Fulfilment
    state: OrderState
    ready_at: datetime | None
    slot_starts_at: datetime | None
    slot_ends_at: datetime | None
    pickup_at: datetime | None
    failed_reason: str | None
    told_at: datetime
    parcels: int
    is_chilled: bool
    is_frozen: bool
    is_fragile: bool
    needs_age: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """A shop as its counter needs to know itself; `has_drive` says that its town has one."""

    id: int
    code: str
    name: str
    brings_parcels: bool
    has_drive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Regular:
    """Somebody the shop served before; `door` is the last one it had brought to, if any."""

    name: str
    door: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """What stands beside an order: its recipient's link, how and when it came in."""

    tracking_token: UUID
    channel: str
    received_at: datetime


def seller(conn: Connection[TupleRow], shop_id: int) -> Seller:
    """Return what a shop's counter needs to know of it; it must exist."""
    with conn.cursor(row_factory=class_row(Seller)) as cursor:
        found = cursor.execute(
            """
            SELECT id, code, name, brings_parcels,
                   EXISTS (SELECT 1 FROM hubs WHERE hubs.has_drive) AS has_drive
              FROM shops
             WHERE id = %(id)s
            """,
            {"id": shop_id},
        ).fetchone()
    assert found is not None
    return found


def current(
    conn: Connection[TupleRow],
    shop_id: int,
    *,
    ended_since: datetime,
    failed_since: datetime,
    received_since: datetime,
) -> list[ShopOrder]:
    """Return what the shop has to do with now: what has not ended, and what ended of late.

    What came in before `received_since` is looked at only while it has not ended.
    """
    rows = conn.execute(
        """
        SELECT id
          FROM orders
         WHERE shop_id = %(shop_id)s
           AND (state <> ALL(%(ended)s)
                OR (received_at >= %(received_since)s
                    AND EXISTS (SELECT 1
                                  FROM order_events
                                 WHERE order_events.order_id = orders.id
                                   AND at >= CASE orders.state
                                                  WHEN 'failed' THEN %(failed_since)s
                                                  ELSE %(ended_since)s
                                             END)))
         ORDER BY id
        """,
        {
            "shop_id": shop_id,
            "ended": sorted(state.value for state in ENDED),
            "ended_since": ended_since,
            "failed_since": failed_since,
            "received_since": received_since,
        },
    ).fetchall()
    return _listed(conn, [row[0] for row in rows])


def search(
    conn: Connection[TupleRow], shop_id: int, text: str, *, most: int, skip: int
) -> list[ShopOrder]:
    """Return the shop's orders by reference, recipient's name or phone number, newest first."""
    digits = "".join(letter for letter in text if letter.isdigit()).removeprefix("0")
    rows = conn.execute(
        """
        SELECT orders.id
          FROM orders
          JOIN recipients ON recipients.town_id = orders.town_id
                         AND recipients.id = orders.recipient_id
         WHERE orders.shop_id = %(shop_id)s
           AND (strpos(lower(orders.reference), %(text)s) > 0
                OR strpos(translate(lower(orders.recipient_name), %(accented)s, %(plain)s),
                          translate(%(text)s, %(accented)s, %(plain)s)) > 0
                OR (length(%(digits)s) >= 4 AND strpos(recipients.phone, %(digits)s) > 0))
         ORDER BY orders.id DESC
         LIMIT %(most)s
        OFFSET %(skip)s
        """,
        {
            "shop_id": shop_id,
            "text": text.lower(),
            "digits": digits,
            "accented": ACCENTED,
            "plain": PLAIN,
            "most": most,
            "skip": skip,
        },
    ).fetchall()
    ids = [row[0] for row in rows]
    return sorted(_listed(conn, ids), key=lambda order: -order.id)


def regular(conn: Connection[TupleRow], shop_id: int, recipient_key: str) -> Regular | None:
    """Return what the shop's own orders tell of a recipient, its latest order first.

    What other shops know of them is theirs.
    """
    with conn.cursor(row_factory=class_row(Regular)) as cursor:
        return cursor.execute(
            """
              SELECT orders.recipient_name AS name,
                     (SELECT concat_ws(', ',
                                       nullif(concat_ws(' ', nullif(addresses.number, ''),
                                                        addresses.street), ''),
                                       nullif(concat_ws(' ', nullif(addresses.postcode, ''),
                                                        nullif(addresses.city, '')), ''))
                        FROM orders AS brought
                        JOIN deliveries ON deliveries.town_id = brought.town_id
                                       AND deliveries.id = brought.delivery_id
                        JOIN addresses ON addresses.town_id = deliveries.town_id
                                      AND 'address:' || addresses.id = deliveries.place_key
                       WHERE brought.shop_id = orders.shop_id
                         AND brought.recipient_id = orders.recipient_id
                       ORDER BY brought.id DESC
                       LIMIT 1) AS door
                FROM orders
                JOIN recipients ON recipients.town_id = orders.town_id
                               AND recipients.id = orders.recipient_id
               WHERE orders.shop_id = %(shop_id)s
                 AND recipients.key = %(key)s
               ORDER BY orders.id DESC
               LIMIT 1
            """,
            {"shop_id": shop_id, "key": recipient_key},
        ).fetchone()


def papers(conn: Connection[TupleRow], order_id: int) -> Papers:
    """Return what stands beside an order; it must exist."""
    with conn.cursor(row_factory=class_row(Papers)) as cursor:
        found = cursor.execute(
            """
            SELECT tracking_token, channels.name AS channel, received_at
              FROM orders
              JOIN channels ON channels.town_id = orders.town_id
                           AND channels.id = orders.channel_id
             WHERE orders.id = %(id)s
            """,
            {"id": order_id},
        ).fetchone()
    assert found is not None
    return found


def lock_counter(conn: Connection[TupleRow], shop_id: int) -> None:
    """Let one transaction at a time write orders at the shop's counter; before any other lock."""
    conn.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(%(name)s || current_town(), 0))",
        {"name": f"counter:{shop_id}:"},
    )


def last_number(conn: Connection[TupleRow], channel_id: int, start: str) -> int:
    """Return the highest number the channel has used after `start`; 0 where there is none."""
    row = conn.execute(
        """
        SELECT coalesce(max(substr(reference, length(%(start)s) + 1)::bigint), 0)
          FROM orders
         WHERE channel_id = %(channel_id)s
           AND starts_with(reference, %(start)s)
           AND substr(reference, length(%(start)s) + 1) ~ '^[0-9]{1,9}$'
        """,
        {"channel_id": channel_id, "start": start},
    ).fetchone()
    assert row is not None
    return int(row[0])


def references(conn: Connection[TupleRow], channel_id: int, start: str) -> list[str]:
    """Return the channel's references that start so, in no order that matters."""
    rows = conn.execute(
        """
        SELECT reference
          FROM orders
         WHERE channel_id = %(channel_id)s
           AND starts_with(reference, %(start)s)
         ORDER BY id
        """,
        {"channel_id": channel_id, "start": start},
    ).fetchall()
    return [str(row[0]) for row in rows]


def _listed(conn: Connection[TupleRow], order_ids: list[int]) -> list[ShopOrder]:
    def read(*, fulfilment: str, state: str, **values: object) -> ShopOrder:
        return ShopOrder(
            fulfilment=Fulfilment(fulfilment),
            state=OrderState(state),
            **values,  # type: ignore[arg-type]
        )

    with conn.cursor(row_factory=kwargs_row(read)) as cursor:
        return cursor.execute(
            """
              SELECT orders.id, orders.reference, orders.recipient_name, orders.fulfilment,
                     orders.state, orders.ready_at, slots.starts_at AS slot_starts_at,
                     slots.ends_at AS slot_ends_at, fetched.pickup_at,
                     deliveries.failed_reason, told.told_at, load.parcels, load.is_chilled,
                     load.is_frozen, load.is_fragile, load.needs_age
                FROM orders
           LEFT JOIN deliveries ON deliveries.town_id = orders.town_id
                               AND deliveries.id = orders.delivery_id
           LEFT JOIN slots ON slots.town_id = deliveries.town_id
                          AND slots.id = deliveries.slot_id
          CROSS JOIN LATERAL (SELECT count(*) AS parcels,
                                     bool_or(temperature = 'chilled') AS is_chilled,
                                     bool_or(temperature = 'frozen') AS is_frozen,
                                     bool_or(fragile) AS is_fragile,
                                     bool_or(age_check) AS needs_age
                                FROM parcels
                               WHERE parcels.town_id = orders.town_id
                                 AND parcels.order_id = orders.id) AS load
          CROSS JOIN LATERAL (SELECT max(at) AS told_at
                                FROM order_events
                               WHERE order_events.town_id = orders.town_id
                                 AND order_events.order_id = orders.id) AS told
          CROSS JOIN LATERAL (SELECT min(tasks.planned_at) AS pickup_at
                                FROM tasks
                                JOIN rounds ON rounds.town_id = tasks.town_id
                                           AND rounds.id = tasks.round_id
                                JOIN task_orders ON task_orders.town_id = tasks.town_id
                                                AND task_orders.task_id = tasks.id
                                                AND task_orders.order_id = orders.id
                               WHERE tasks.town_id = orders.town_id
                                 AND tasks.delivery_id = orders.delivery_id
                                 AND tasks.kind = 'pickup'
                                 AND tasks.state = 'to_do'
                                 AND rounds.state <> 'draft') AS fetched
               WHERE orders.id = ANY(%(ids)s)
               ORDER BY orders.id
            """,
            {"ids": order_ids},
        ).fetchall()


def by_id(conn: Connection[TupleRow], order_id: int) -> ShopOrder | None:
    """Return one order as its list shows it, or None when the town has no such order."""
    found = _listed(conn, [order_id])
    return found[0] if found else None
