"""The demo's living day: played until mid-morning, so that every role lands in the middle of work.

Some rounds ride, others wait; orders are to prepare, ready, on their way, done or failed; slots of
the afternoon are open, and tomorrow's deliveries wait for a plan.
"""

import itertools
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from functools import partial

import api.demo_accounts
import api.demo_orders
import api.demo_stage
import api.operations.subsidies
import data.database
import data.deliveries
import data.demo.day
import data.demo.programme
import data.demo.slots
import data.fleet
import data.orders
import data.programmes
import data.rounds
import data.shops
import data.slots
from api.demo_stage import Stage
from api.simulate import Habits, Tally
from data.demo.day import DemoOrder
from data.demo.trade import TownPlaces, Trade
from delivery.day import Day
from delivery.fleet import Vehicle
from delivery.orders import Fulfilment
from delivery.rounds import RoundState, TaskKind, TaskState
from delivery.shops import NewShop, Shop

#: When the people stop and the clock runs on.
STOPPED_AT = time(10, 45)
PLANNING_SECONDS = 4.0
#: Monday most shops are shut, and Sunday nothing rides.
TRADING = frozenset({1, 2, 3, 4, 5})
#: The month before is closed on the first, in the morning; orders come in the day before.
FIRST_DAY = 3
#: Of the day's orders the next one and the one after have so many.
LATER_SHARES = (0.25, 0.1)
#: So many orders of the shop whose counter one looks at, in a day of 250.
COUNTER_SHARE = 0.07
#: So many parcels were just brought to the hub, and nobody has looked at them yet.
LEFT_WAITING = 4
#: So many orders for the late afternoon come in once the day's plan is out.
AFTER_THE_PLAN = 4
#: A morning's orders of one counter are drawn so often, and the most various taken.
DRAWS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Living:
    """A day in the middle of its work, and whose shop and vehicle the demo's accounts have."""

    day: Day
    shop: Shop
    vehicle: Vehicle
    tally: Tally


def living_day(today: date) -> date:
    """Return today, or the next day on which the town trades and the month before is closed."""
    return next(day for day in _trading_days(today) if day.day >= FIRST_DAY)


def _trading_days(first: date) -> Iterator[date]:
    """Return the days the town trades on, from `first` on."""
    return (
        day
        for day in (first + timedelta(days=ahead) for ahead in itertools.count())
        if day.weekday() in TRADING
    )


def play(
    stage: Stage,
    trade: Trade,
    places: TownPlaces,
    *,
    orders: int = 250,
    seconds: float = PLANNING_SECONDS,
) -> Living:
    """Live through the stage's day until mid-morning and let the demo's accounts in.

    The clock stands at the day's mid-morning afterwards; the caller lets it run on.
    """
    today, *later = itertools.islice(_trading_days(stage.day.date), 3)
    shop_code = _busy_counter(trade, today)
    with stage.steps.step("Une journée en cours : commandes") as update:
        stage.clock.set(stage.day.starts_at - timedelta(hours=14))
        _open_days(stage, [today, *later])
        orders_of_today = _todays(stage, trade, places, shop_code, orders)
        late = [each for each in orders_of_today if _can_wait(each, stage.day)]
        update(api.demo_orders.take(stage, [o for o in orders_of_today if o not in late]))
        stage.clock.set(stage.day.at(time(7, 30)))
        by_call = [each for each in late if each.channel not in api.demo_orders.BY_FILE]
        after = by_call[:AFTER_THE_PLAN]
        api.demo_orders.take(stage, [each for each in late if each not in after])
        ahead = [
            each
            for day, share in zip(later, LATER_SHARES, strict=True)
            for each in _orders(stage, trade, places, day, round(orders * share))
        ]
        by_file = [each for each in ahead if each.channel in api.demo_orders.BY_FILE]
        api.demo_orders.take(stage, by_file)
    api.demo_stage.plan(stage, seconds=seconds)
    tally = _live(stage, shop_code, [*(o for o in ahead if o not in by_file), *after])
    return _let_in(stage, shop_code, tally)


def _busy_counter(trade: Trade, day: date) -> str:
    """Choose the shop to look at: open in the morning and after lunch, with parcels fetched."""

    def fitness(shop: NewShop) -> tuple[bool, int, str]:
        hours = shop.hours(day)
        opens_early = bool(hours) and hours[0].opens <= time(9)
        return (
            opens_early and not shop.brings_parcels and shop.accepts_residual,
            len(hours),
            shop.code,
        )

    return max(trade.shops, key=fitness).code


def _open_days(stage: Stage, days: Sequence[date]) -> None:
    """Publish the days' slots, and vote the credits of a year that has none yet."""
    with data.database.scoped(stage.pool, stage.town_id) as conn:
        for day in days:
            slots = data.demo.slots.slots_of_day(day, str(stage.day.timezone))
            data.slots.publish(conn, slots)
            if data.programmes.in_force(conn, day) is None:
                rules = data.demo.programme.programme(day.year, version=2)
                programme_id = data.programmes.save_programme(conn, rules)
                voted = data.demo.programme.VOTED_CENTS
                api.operations.subsidies.vote(conn, programme_id, day.year, voted, stage.clock())


def _orders(
    stage: Stage, trade: Trade, places: TownPlaces, day: date, orders: int, *, turn: int = 0
) -> tuple[DemoOrder, ...]:
    return data.demo.day.orders_of_day(
        trade,
        places,
        day=day,
        timezone=str(stage.day.timezone),
        seed=stage.seed + turn,
        orders=orders,
    )


def _todays(
    stage: Stage, trade: Trade, places: TownPlaces, shop_code: str, orders: int
) -> list[DemoOrder]:
    """Return the day's orders, with more than its share for the shop one looks at."""
    day = stage.day.date
    shop = next(shop for shop in trade.shops if shop.code == shop_code)
    count = max(6, round(orders * COUNTER_SHARE))
    draws = (
        _orders(stage, replace(trade, shops=(shop,)), places, day, count, turn=turn)
        for turn in range(1, 1 + DRAWS)
    )
    own = max(draws, key=_variety)
    named = [
        DemoOrder(
            channel=api.demo_orders.BY_FILE[0],
            order=replace(each.order, reference=f"B-{day:%m%d}{number:02d}"),
        )
        for number, each in enumerate(own, start=1)
    ]
    return [*_orders(stage, trade, places, day, orders - len(named)), *named]


def _variety(orders: Sequence[DemoOrder]) -> int:
    """Count the ways and windows that orders differ in, two of each at most."""
    kinds = Counter((each.order.fulfilment, each.order.slot_starts_at) for each in orders)
    return sum(min(count, 2) for count in kinds.values())


def _can_wait(each: DemoOrder, day: Day) -> bool:
    """Whether an order comes in the same morning only: some of those for the late afternoon."""
    starts_at = each.order.slot_starts_at
    is_late = starts_at is not None and starts_at >= day.at(time(16))
    return is_late and random.Random(each.order.reference).random() < 0.4


def _live(stage: Stage, shop_code: str, coming: Sequence[DemoOrder]) -> Tally:
    """Let the morning pass; more orders come in meanwhile."""
    until = stage.day.at(STOPPED_AT)
    opening = stage.day.at(time(8))
    with (
        stage.steps.step("La matinée : boutiques, livreurs, drive") as update,
        api.demo_stage.people(stage, _habits(stage, shop_code)) as town,
    ):
        for number, each in enumerate(coming):
            moment = opening + (until - opening) * (number / len(coming))
            town.expect(moment, partial(api.demo_orders.send, stage, each))
        tally = town.live(
            stage.day.date.isoformat(),
            until=until,
            each=lambda moment: update(f"{moment.astimezone(stage.day.timezone):%H:%M}"),
        )
        update(tally.said)
    return tally


def _habits(stage: Stage, shop_code: str) -> Habits:
    """Let something go wrong at two early stops, one of them of the shop one looks at.

    Nobody is at the door; where none of the shop's doors is early enough, it mislaid a parcel.
    """
    day = stage.day
    with data.database.scoped(stage.pool, stage.town_id) as conn:
        bringing = {shop.id for shop in data.shops.listed(conn) if shop.brings_parcels}
        deliveries = data.deliveries.listed(conn, slots_from=day.starts_at, slots_until=day.ends_at)
        orders = data.orders.of_deliveries(conn, [delivery.id for delivery in deliveries])
        rounds = data.rounds.between(conn, day.starts_at, day.ends_at)
    homes = {each.id for each in deliveries if each.fulfilment is Fulfilment.HOME}
    soon = day.at(STOPPED_AT) - timedelta(minutes=12)
    early = sorted(
        (task.planned_at, task.delivery_id, task.kind is TaskKind.PICKUP)
        for round_ in rounds
        for task in round_.tasks
        if task.planned_at < soon
    )
    doors = [each for _, each, is_pickup in early if not is_pickup and each in homes]
    pickups = [each for _, each, is_pickup in early if is_pickup]

    def is_ours(delivery_id: int) -> bool:
        return all(order.shop_code == shop_code for order in orders[delivery_id])

    ours = [each for each in doors if is_ours(each)][:1]
    mislaid = [] if ours else [each for each in pickups if is_ours(each)][:1]
    brought = sorted(
        (order.ready_at, order.id)
        for of_delivery in orders.values()
        for order in of_delivery
        if order.shop_id in bringing and order.ready_at is not None and order.ready_at < soon
    )
    return Habits(
        away=frozenset([*ours, *(each for each in doors if not is_ours(each))][:2]),
        mislaid=frozenset(mislaid),
        left_waiting=frozenset(order_id for _, order_id in brought[-LEFT_WAITING:]),
    )


def _let_in(stage: Stage, shop_code: str, tally: Tally) -> Living:
    """Open the demo's accounts: on the busy counter, and on the vehicle with most ahead of it."""
    with data.database.scoped(stage.pool, stage.town_id) as conn:
        shop = next(each for each in data.shops.listed(conn) if each.code == shop_code)
        vehicles = {vehicle.id: vehicle for vehicle in data.fleet.listed(conn)}
        rounds = data.rounds.between(conn, stage.day.starts_at, stage.day.ends_at)
    busiest = max(
        rounds,
        key=lambda round_: (
            round_.state is RoundState.STARTED,
            sum(task.state is TaskState.TO_DO for task in round_.tasks),
        ),
    )
    vehicle = vehicles[busiest.vehicle_id]
    api.demo_accounts.let_in(
        stage.pool, stage.town_id, shop=shop, vehicle=vehicle, at=stage.clock()
    )
    return Living(day=stage.day, shop=shop, vehicle=vehicle, tally=tally)
