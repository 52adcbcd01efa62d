"""Keys of programs: made for a channel, a shop, a vehicle or a desk, listed, revoked."""

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow

import data.channels.registry
import data.database
import data.fleet
import data.keys
import data.shops
from data.channels.registry import Channel
from data.database import Pool
from data.keys import KeptKey, Key
from delivery.errors import NotFound, Refusal


class ChannelOfOthers(Refusal):
    """The channel is there already, and not for this shop alone. Parameters: channel."""

    code = "channel_of_others"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedKey:
    """A key and whose it is, in words; nothing for roles that are nobody's in particular."""

    key: KeptKey
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyWish:
    """A key to make. A channel is named, and made where it is new, for all shops or for one."""

    role: str
    label: str
    channel: str = ""
    shop_id: int | None = None
    vehicle_id: int | None = None


def listed(pool: Pool, town_id: int) -> list[NamedKey]:
    """Return the town's keys, those in force first, each with whose it is."""
    with data.database.scoped(pool, town_id) as conn:
        keys = data.keys.listed(conn)
        names = {
            "channel": {each.id: each.name for each in data.channels.registry.listed(conn)},
            "shop": {each.id: each.name for each in data.shops.listed(conn)},
            "courier": {each.id: each.name for each in data.fleet.listed(conn)},
        }
    return [
        NamedKey(key=key, subject=names.get(key.role, {}).get(key.subject_id or 0, ""))
        for key in keys
    ]


def add(pool: Pool, town_id: int, wish: KeyWish, *, now: datetime) -> str:
    """Make a key and return its token, which is not kept.

    Raises NotFound where the town has no such shop or vehicle, ChannelOfOthers.
    """
    with data.database.scoped(pool, town_id) as conn:
        key = Key(town_id=town_id, role=wish.role, subject_id=_subject(conn, wish))
        return data.keys.add(conn, key, label=wish.label, at=now)


def _subject(conn: Connection[TupleRow], wish: KeyWish) -> int | None:
    if wish.shop_id is not None and data.shops.by_id(conn, wish.shop_id) is None:
        raise NotFound(field="shop_id")
    match wish.role:
        case "channel":
            return _channel(conn, wish).id
        case "shop":
            return wish.shop_id
        case "courier":
            if data.fleet.by_id(conn, wish.vehicle_id or 0) is None:
                raise NotFound(field="vehicle_id")
            return wish.vehicle_id
        case _:
            return None


def _channel(conn: Connection[TupleRow], wish: KeyWish) -> Channel:
    channel = data.channels.registry.ensure(conn, wish.channel, shop_id=wish.shop_id)
    if wish.shop_id is not None and channel.shop_id != wish.shop_id:
        raise ChannelOfOthers(field="channel", channel=wish.channel)
    return channel


def revoke(pool: Pool, town_id: int, key_id: int, *, now: datetime) -> None:
    """Let a key open nothing any more.

    Raises NotFound where the town has no such key, or it was revoked.
    """
    with data.database.scoped(pool, town_id) as conn:
        if not data.keys.revoke(conn, key_id, at=now):
            raise NotFound(field="key_id")
