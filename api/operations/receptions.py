"""Orders come in at the hub's counter: scanned, typed, chosen among several, taken back."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from psycopg import Connection
from psycopg.rows import TupleRow

import data.database
import data.hub
import data.orders
import data.parcels
import data.shops
from api.operations.handovers import take_in
from data.database import Pool
from data.hub import Step
from data.parcels import Found
from delivery.errors import NotFound
from delivery.orders import (
    FetchedAtShop,
    Fulfilment,
    Order,
    OrderState,
    OrderStep,
    StepRefused,
    step,
)

#: Where an order lies once it was received.
HERE = frozenset({OrderState.AT_HUB, OrderState.AT_DRIVE})
#: Its shop has it, as far as anybody said.
AT_SHOP = frozenset({OrderState.ACCEPTED, OrderState.READY})
RECEPTIONS = frozenset({OrderStep.RECEIVE_AT_HUB, OrderStep.RECEIVE_AT_DRIVE})

#: What a scanner types: the address a label's QR holds.
_ADDRESS = re.compile(r"/c/([0-9A-Fa-f]{12})/?$")
_DIGITS = re.compile(r"[0-9A-F]{4,12}")
_WHOLE = 12


class Standing(Enum):
    """What became of something scanned or typed."""

    #: The order is received.
    RECEIVED = "received"
    #: It was received before.
    ALREADY = "already"
    #: Are all its parcels here? Scan the others, or say so.
    ASKED = "asked"
    #: Several orders go by that: choose.
    SEVERAL = "several"
    #: Nothing goes by that.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """The answer to something scanned or typed, with the orders it is about."""

    standing: Standing
    order_ids: tuple[int, ...] = ()
    code: str | None = None


def typed_code(typed: str) -> str | None:
    """Return the code, or its first digits, that somebody scanned or typed; None for other words.

    >>> typed_code("https://colporteur.example/t/essai/c/A1B2C3D4E5F6")
    'A1B2C3D4E5F6'
    >>> typed_code("a1b2 c3")
    'A1B2C3'
    >>> typed_code("A-12") is None
    True
    """
    address = _ADDRESS.search(typed.strip())
    bare = address[1] if address else re.sub(r"\s", "", typed)
    return bare.upper() if _DIGITS.fullmatch(bare.upper()) else None


def receive_typed(
    pool: Pool, town_id: int, typed: str, *, scanned: Iterable[str], now: datetime, actor: str
) -> Reception:
    """Receive the order of a parcel's code, of its first digits, or of an order's reference.

    `scanned` are whole codes scanned before: an order of several parcels is received once each
    was, and so is one that its shop did not report brought. Else the agent is asked.

    Raises FetchedAtShop, StepRefused.
    """
    with data.database.scoped(pool, town_id) as conn:
        found = _found(conn, typed)
        ids = tuple(dict.fromkeys(each.order_id for each in found))
        if len(ids) != 1:
            standing = Standing.SEVERAL if ids else Standing.UNKNOWN
            return Reception(standing=standing, order_ids=ids)
        order = _receivable(conn, ids[0])
        code = found[0].code if len(found) == 1 else None
        if order.state not in HERE and not _is_sure(conn, order, {*scanned, code or ""}):
            return Reception(standing=Standing.ASKED, order_ids=ids, code=code)
        return _receive(conn, order, now=now, actor=actor)


def receive_order(
    pool: Pool, town_id: int, order_id: int, *, now: datetime, actor: str
) -> Reception:
    """Receive an order all of whose parcels the agent has in front of them.

    Raises NotFound, FetchedAtShop, StepRefused.
    """
    with data.database.scoped(pool, town_id) as conn:
        order = _receivable(conn, order_id)
        return _receive(conn, order, now=now, actor=actor)


def _found(conn: Connection[TupleRow], typed: str) -> list[Found]:
    code = typed_code(typed)
    if code is not None and len(code) == _WHOLE:
        kept = data.parcels.find(conn, code)
        if kept is not None:
            return [Found(order_id=kept.order_id, code=code)]
    begun = data.parcels.beginning(conn, code) if code is not None else []
    return begun + data.parcels.referenced(conn, typed.strip())


def _receivable(conn: Connection[TupleRow], order_id: int) -> Order:
    """Lock an order that may be received, or was.

    Raises NotFound, FetchedAtShop, StepRefused.
    """
    data.orders.lock(conn, [order_id])
    order = data.orders.by_id(conn, order_id)
    if order is None:
        raise NotFound(field="order_id")
    if order.fulfilment is Fulfilment.COUNTER:
        names = data.shops.names(conn, [order.shop_id])
        raise FetchedAtShop(field="code", shop=names[order.shop_id])
    if order.state not in HERE:
        _check(order)
    return order


def _check(order: Order) -> None:
    state = OrderState.DROPPED_OFF if order.state in AT_SHOP else order.state
    is_for_drive = order.fulfilment is Fulfilment.DRIVE
    step(state, OrderStep.RECEIVE_AT_DRIVE if is_for_drive else OrderStep.RECEIVE_AT_HUB)


def _is_sure(conn: Connection[TupleRow], order: Order, scanned: set[str]) -> bool:
    parcels = data.parcels.of_orders(conn, [order.id])[order.id]
    if all(parcel.code in scanned for parcel in parcels):
        return True
    return len(parcels) == 1 and order.state not in AT_SHOP


def _receive(conn: Connection[TupleRow], order: Order, *, now: datetime, actor: str) -> Reception:
    if order.state in HERE:
        return Reception(standing=Standing.ALREADY, order_ids=(order.id,))
    if order.state in AT_SHOP:
        brought = step(order.state, OrderStep.DROP_OFF)
        data.orders.save_step(
            conn, order.id, step=OrderStep.DROP_OFF, state=brought, at=now, actor=actor
        )
        again = data.orders.by_id(conn, order.id)
        assert again is not None
        order = again
    take_in(conn, order, now=now, actor=actor)
    return Reception(standing=Standing.RECEIVED, order_ids=(order.id,))


def may_take_back(state: OrderState, steps: Sequence[Step]) -> bool:
    """Tell whether an order was brought by its shop, received, and nothing else since.

    `steps` are its last two, the newest first.
    """
    return (
        state in HERE
        and len(steps) == 2
        and steps[0].step in RECEPTIONS
        and steps[1].state is OrderState.DROPPED_OFF
    )


def take_back(pool: Pool, town_id: int, order_id: int, *, now: datetime, actor: str) -> None:
    """Undo a reception while nothing else happened; a second click changes nothing.

    What the agent alone said was brought is its shop's again.

    Raises NotFound, StepRefused.
    """
    with data.database.scoped(pool, town_id) as conn:
        data.orders.lock(conn, [order_id])
        order = data.orders.by_id(conn, order_id)
        if order is None:
            raise NotFound(field="order_id")
        steps = data.hub.last_steps(conn, [order_id], most=2).get(order_id, [])
        if order.state not in HERE and OrderStep.TAKE_BACK in {each.step for each in steps}:
            return
        if not may_take_back(order.state, steps):
            raise StepRefused(
                field="order_id", state=order.state.value, step=OrderStep.TAKE_BACK.value
            )
        was_told = steps[1].step is not OrderStep.DROP_OFF or steps[1].actor.startswith("shop:")
        undone = [OrderStep.TAKE_BACK] if was_told else [OrderStep.TAKE_BACK, OrderStep.REOPEN]
        state = order.state
        for taken in undone:
            state = step(state, taken)
            data.orders.save_step(conn, order_id, step=taken, state=state, at=now, actor=actor)
