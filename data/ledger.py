"""The ledger's rows: appended under the lock of the chain's head, never changed."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow, dict_row, kwargs_row

import data.envelope
from delivery.ledger import (
    GENESIS,
    Account,
    Entry,
    Fault,
    Kind,
    Link,
    Posting,
    balances,
    chain,
    digest,
)


def post(conn: Connection[TupleRow], entries: Iterable[Entry | None]) -> tuple[Entry, ...]:
    """Append entries to the chain and move the envelopes' counters; return what is kept.

    An entry whose key exists with the same content is not posted again; with other content it is
    a ValueError. Nones are skipped: a move of nothing leaves no trace.

    Raises EnvelopeSpent when the counters would overspend; the caller locks envelopes first.
    """
    asked = [entry for entry in entries if entry is not None]
    if not asked:
        return ()
    seq, head = lock_head(conn)
    known = {link.entry.key: link.entry for link in links(conn, keys=[each.key for each in asked])}
    for each in asked:
        if each.key in known and not each.repeats(known[each.key]):
            raise ValueError(f"ledger key {each.key} was posted with other content")
    fresh = chain(seq, head, [each for each in asked if each.key not in known])
    if fresh:
        _insert(conn, fresh)
        _move_head(conn, fresh[-1].seq, fresh[-1].sha256)
        data.envelope.move(conn, [link.entry for link in fresh])
    return tuple(known.get(each.key, each) for each in asked)


def lock_head(conn: Connection[TupleRow]) -> tuple[int, str]:
    """Lock the chain's end until the transaction ends, then read it: number and hash."""
    conn.execute(
        """
        INSERT INTO ledger_heads (seq, sha256)
             VALUES (0, %(genesis)s)
        ON CONFLICT ON CONSTRAINT head_pkey DO NOTHING
        """,
        {"genesis": GENESIS},
    )
    conn.execute("SELECT 1 FROM ledger_heads FOR UPDATE")
    row = conn.execute("SELECT seq, sha256 FROM ledger_heads").fetchone()
    assert row is not None
    return row[0], row[1]


def _move_head(conn: Connection[TupleRow], seq: int, sha256: str) -> None:
    conn.execute(
        "UPDATE ledger_heads SET seq = %(seq)s, sha256 = %(sha256)s",
        {"seq": seq, "sha256": sha256},
    )


def _insert(conn: Connection[TupleRow], fresh: Sequence[Link]) -> None:
    with conn.cursor() as cursor:
        cursor.executemany(
            """
            INSERT INTO ledger_entries (seq, key, kind, at, delivery_id, statement_id,
                                        previous_sha256, sha256)
                 VALUES (%(seq)s, %(key)s, %(kind)s, %(at)s, %(delivery_id)s, %(statement_id)s,
                         %(previous_sha256)s, %(sha256)s)
            """,
            [
                {
                    "seq": link.seq,
                    "key": link.entry.key,
                    "kind": link.entry.kind.value,
                    "at": link.entry.at,
                    "delivery_id": link.entry.delivery_id,
                    "statement_id": link.entry.statement_id,
                    "previous_sha256": link.previous_sha256,
                    "sha256": link.sha256,
                }
                for link in fresh
            ],
        )
        cursor.executemany(
            """
            INSERT INTO ledger_postings (seq, position, envelope_id, account, amount_cents)
                 VALUES (%(seq)s, %(position)s, %(envelope_id)s, %(account)s, %(amount_cents)s)
            """,
            [
                {
                    "seq": link.seq,
                    "position": position,
                    "envelope_id": posting.envelope_id,
                    "account": posting.account.value,
                    "amount_cents": posting.amount_cents,
                }
                for link in fresh
                for position, posting in enumerate(link.entry.postings)
            ],
        )


def _link(
    *,
    seq: int,
    key: str,
    kind: str,
    at: datetime,
    delivery_id: int | None,
    statement_id: int | None,
    previous_sha256: str,
    sha256: str,
    postings: list[tuple[int, str, int]],
) -> Link:
    return Link(
        seq=seq,
        previous_sha256=previous_sha256,
        sha256=sha256,
        entry=Entry(
            kind=Kind(kind),
            key=key,
            at=at,
            delivery_id=delivery_id,
            statement_id=statement_id,
            postings=tuple(
                Posting(envelope_id=envelope_id, account=Account(account), amount_cents=amount)
                for envelope_id, account, amount in postings
            ),
        ),
    )


def links(
    conn: Connection[TupleRow],
    *,
    keys: list[str] | None = None,
    until_sha256: str | None = None,
    delivery_id: int | None = None,
) -> list[Link]:
    """Return the chain in its order, narrowed to some keys, to a delivery, or up to this hash."""
    with conn.cursor(row_factory=kwargs_row(_link)) as cursor:
        return cursor.execute(
            """
              SELECT entry.seq, entry.key, entry.kind, entry.at, entry.delivery_id,
                     entry.statement_id, entry.previous_sha256, entry.sha256,
                     jsonb_agg(jsonb_build_array(posting.envelope_id, posting.account,
                                                 posting.amount_cents)
                               ORDER BY posting.position) AS postings
                FROM ledger_entries AS entry
                JOIN ledger_postings AS posting USING (town_id, seq)
               WHERE (%(keys)s::text[] IS NULL OR entry.key = ANY(%(keys)s))
                 AND (%(delivery_id)s::bigint IS NULL OR entry.delivery_id = %(delivery_id)s)
                 AND (%(sha256)s::text IS NULL
                      OR entry.seq <= (SELECT seq FROM ledger_entries WHERE sha256 = %(sha256)s))
               GROUP BY entry.town_id, entry.seq
               ORDER BY entry.seq
            """,
            {"keys": keys, "sha256": until_sha256, "delivery_id": delivery_id},
        ).fetchall()


def settled(conn: Connection[TupleRow], statement_id: int) -> dict[int, int]:
    """Return what each delivery of a statement holds as service fait, by delivery."""
    rows = conn.execute(
        """
          SELECT entry.delivery_id, sum(posting.amount_cents)::bigint
            FROM statement_lines AS line
            JOIN ledger_entries AS entry ON entry.town_id = line.town_id
                                        AND entry.delivery_id = line.delivery_id
            JOIN ledger_postings AS posting ON posting.town_id = entry.town_id
                                           AND posting.seq = entry.seq
           WHERE line.statement_id = %(statement_id)s
             AND posting.account = 'service_fait'
           GROUP BY entry.delivery_id
           ORDER BY entry.delivery_id
        """,
        {"statement_id": statement_id},
    ).fetchall()
    return dict(rows)


def votes(conn: Connection[TupleRow], envelope_id: int) -> int:
    """Count how often credits of an envelope were voted."""
    row = conn.execute(
        """
        SELECT count(*)
          FROM ledger_entries AS entry
         WHERE entry.kind = 'vote'
           AND EXISTS (SELECT 1
                         FROM ledger_postings AS posting
                        WHERE posting.seq = entry.seq
                          AND posting.envelope_id = %(envelope_id)s)
        """,
        {"envelope_id": envelope_id},
    ).fetchone()
    assert row is not None
    count: int = row[0]
    return count


def check(conn: Connection[TupleRow]) -> tuple[Fault, ...]:
    """Recompute the books under the head's lock: chain, balance, head, envelopes' counters.

    The first fault is the earliest in the chain; counters come last.
    """
    seq, head = lock_head(conn)
    faults: list[Fault] = []
    entries: list[Entry] = []
    at, previous = 0, GENESIS
    with conn.cursor(row_factory=dict_row) as cursor:
        for row in cursor.stream(_EVERY_ENTRY):
            at += 1
            if row["seq"] != at:
                faults.append(Fault(seq=at, what="missing"))
                at = row["seq"]
            try:
                link = _link(**row)
            except ValueError as error:
                faults.append(Fault(seq=at, what=str(error)))
            else:
                entries.append(link.entry)
                if (previous, digest(previous, at, link.entry)) != (
                    link.previous_sha256,
                    link.sha256,
                ):
                    faults.append(Fault(seq=at, what="hash"))
            previous = row["sha256"]
    if (at, previous) != (seq, head):
        faults.append(Fault(seq=seq, what="head"))
    return (*faults, *_counter_faults(conn, entries))


def _counter_faults(conn: Connection[TupleRow], entries: list[Entry]) -> list[Fault]:
    sums = balances(entries)
    faults = []
    for envelope in data.envelope.all_envelopes(conn):
        for what, expected, kept in (
            ("voted", -sums.get((envelope.id, Account.CREDITS), 0), envelope.voted_cents),
            ("engaged", sums.get((envelope.id, Account.ENGAGED), 0), envelope.engaged_cents),
            (
                "service_fait",
                sums.get((envelope.id, Account.SERVICE_FAIT), 0),
                envelope.service_fait_cents,
            ),
        ):
            if expected != kept:
                faults.append(
                    Fault(
                        seq=None,
                        what=f"envelope {envelope.id}: {what} is {kept}, postings say {expected}",
                    )
                )
    return faults


_EVERY_ENTRY = """
      SELECT entry.seq, entry.key, entry.kind, entry.at, entry.delivery_id, entry.statement_id,
             entry.previous_sha256, entry.sha256,
             coalesce(jsonb_agg(jsonb_build_array(posting.envelope_id, posting.account,
                                                  posting.amount_cents)
                                ORDER BY posting.position)
                      FILTER (WHERE posting.seq IS NOT NULL), '[]') AS postings
        FROM ledger_entries AS entry
   LEFT JOIN ledger_postings AS posting USING (town_id, seq)
       GROUP BY entry.town_id, entry.seq
       ORDER BY entry.seq
"""
