"""A town's day as the delivery room poses it: so many deliveries, so many vehicles."""

from collections.abc import Iterator, Sequence
from datetime import time
from itertools import cycle, islice

import api.operations.travel
import data.demo.trade
from api.bench.consignments import DAY, OrderBook
from api.bench.town import BenchTown
from delivery import planning
from delivery.fleet import Vehicle, WorkingPeriod
from delivery.loading import Consignment, LoadingDay, ShopClosed
from delivery.planning import Trip
from routing.problem import Problem

TRADE_SEED = 1
#: Of a hundred deliveries so many in each of the demo's slots, in their order. In the demo's hours
#: and slots its three vehicles bring 152 a day; of 250 they left five to seven for want of room,
#: from 14:00 on. With a little less in those slots, and `PERIODS`, they can just bring all 250.
SHARES = (16, 11, 14, 15, 12, 12, 10, 10)
#: Two crews a vehicle with no pause between; they change once the morning's goods are brought.
PERIODS = (
    WorkingPeriod(starts=time(8), ends=time(13, 15)),
    WorkingPeriod(starts=time(13, 15), ends=time(19, 15)),
)


def posed_day(
    town: BenchTown,
    *,
    deliveries: int,
    vehicles: int,
    periods: Sequence[WorkingPeriod] = PERIODS,
) -> Problem:
    """Return a day of so many deliveries that need a ride, over the town's own streets.

    Vehicles are the demo's, two cargo bikes and a van in turn, each in all of the periods.
    """
    trade = data.demo.trade.trade(town.places, seed=TRADE_SEED)
    book = OrderBook.of(trade, town.places)
    shops = {shop.id: shop for shop in book.shops.values()}
    loading = LoadingDay(DAY, trade.hub, shops)
    to_ride = (each for each in book.consignments() if _rides(loading, each, periods))
    places_left = [-(-deliveries * share // 100) for share in SHARES]
    draft = planning.draft(
        islice(_with_a_place(to_ride, places_left), deliveries),
        list(_trips(vehicles, periods)),
        day=DAY,
        not_before=DAY.starts_at,
        hub=trade.hub,
        shops=shops,
    )
    return planning.posed(draft, api.operations.travel.tables(town.streets, draft))


def _rides(loading: LoadingDay, consignment: Consignment, periods: Sequence[WorkingPeriod]) -> bool:
    """Whether a crew can bring it: shops are open for it, and all of them during one period.

    What shops bring to the drive themselves needs no ride.
    """
    try:
        load = loading.load(consignment)
    except ShopClosed:
        return False
    spans = ((DAY.seconds(DAY.at(p.starts)), DAY.seconds(DAY.at(p.ends))) for p in periods)
    return load is not None and any(
        all(task.earliest_s < ends_s and task.latest_s > starts_s for task in load.shipment.tasks)
        for starts_s, ends_s in spans
    )


def _with_a_place(
    consignments: Iterator[Consignment], places_left: list[int]
) -> Iterator[Consignment]:
    """Yield what finds its slot open, as intake would take it."""
    for consignment in consignments:
        if places_left[consignment.slot.id - 1]:
            places_left[consignment.slot.id - 1] -= 1
            yield consignment


def _trips(vehicles: int, periods: Sequence[WorkingPeriod]) -> Iterator[Trip]:
    for number, model in enumerate(islice(cycle(data.demo.trade.VEHICLES), vehicles), start=1):
        vehicle = Vehicle(
            id=number,
            name=f"{model.name} {number}",
            profile=model.profile,
            capacity=model.capacity,
            periods=tuple(periods),
            hour_cents=model.hour_cents,
            km_cents=model.km_cents,
            use_cents=model.use_cents,
        )
        for period in vehicle.periods:
            yield Trip(vehicle=vehicle, period=period)
