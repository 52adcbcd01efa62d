"""The demo's living day: every role lands in the middle of work."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

import api.living_day
import data.database
import data.deliveries
import data.envelope
import data.orders
import data.rounds
import data.shops
import data.slots
from api.app import create_app
from api.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from api.demo_stage import SimulatedClock, Stage
from api.living_day import Living, living_day
from api.progress import Steps
from api.settings import Settings
from data.database import Database, Pool
from data.rounds import Round
from delivery.accounts import Role
from delivery.day import Day
from delivery.orders import Fulfilment, Order, OrderState
from delivery.pooling import Delivery, DeliveryState
from delivery.rounds import RoundState, TaskState
from tests import builders
from tests.demo_places import SEED, DemoTown, demo_town

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

#: A Tuesday of the year after the one whose credits are voted.
DAY = Day(date=date(2027, 1, 5), timezone=builders.PARIS)


@dataclass(frozen=True)
class Morning:
    """The day as it stands, and who may look at it."""

    pool: Pool
    town: DemoTown
    living: Living
    clock: SimulatedClock
    client: TestClient

    @property
    def now(self) -> datetime:
        return self.clock()

    def rounds(self) -> list[Round]:
        with data.database.scoped(self.pool, self.town.id) as conn:
            return data.rounds.between(conn, DAY.starts_at, DAY.ends_at)

    def orders(self) -> list[Order]:
        with data.database.scoped(self.pool, self.town.id) as conn:
            return [o for s in data.shops.listed(conn) for o in data.orders.of_shop(conn, s.id)]

    def deliveries(self, day: Day) -> list[Delivery]:
        with data.database.scoped(self.pool, self.town.id) as conn:
            return data.deliveries.listed(conn, slots_from=day.starts_at, slots_until=day.ends_at)


@pytest.fixture
def morning(pool: Pool, database: Database, test_home: Path) -> Iterator[Morning]:
    town = demo_town(pool, test_home, orders=0)
    clock = SimulatedClock(moment=DAY.starts_at - timedelta(days=2))
    settings = Settings(home=test_home, DATABASE_URL=database.application_url, demo=True)  # type: ignore[call-arg]
    app = create_app(settings, clock=clock)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        stage = Stage(
            pool=pool,
            town_id=town.id,
            day=DAY,
            client=client,
            clock=clock,
            streets=app.state.streets_of(town.id),
            steps=Steps(),
            seed=SEED,
        )
        living = api.living_day.play(stage, town.trade, town.places, orders=140, seconds=1)
        yield Morning(pool=pool, town=town, living=living, clock=clock, client=client)


def test_a_morning_leaves_every_role_in_the_middle_of_work(morning: Morning) -> None:
    assert morning.living.tally.refused == {}
    _rounds_ride_and_wait(morning)
    _orders_are_in_every_state(morning)
    _the_counter_is_lively(morning)
    _tomorrow_waits_for_a_plan(morning)
    _slots_of_the_afternoon_are_open(morning)
    _the_new_years_credits_are_voted(morning)
    _every_role_may_enter(morning)
    _the_clock_runs_on_when_told(morning)


def _rounds_ride_and_wait(morning: Morning) -> None:
    rounds = morning.rounds()
    assert {RoundState.STARTED, RoundState.PUBLISHED} <= {each.state for each in rounds}
    ridden = [each for each in rounds if each.vehicle_id == morning.living.vehicle.id]
    states = {task.state for each in ridden for task in each.tasks}
    assert {TaskState.TO_DO, TaskState.DONE} <= states


def _orders_are_in_every_state(morning: Morning) -> None:
    states = {order.state for order in morning.orders()}
    assert states >= {
        OrderState.ACCEPTED,
        OrderState.READY,
        OrderState.DROPPED_OFF,
        OrderState.AT_DRIVE,
        OrderState.HANDED_OVER,
        OrderState.FAILED,
    }
    assert states & {OrderState.COLLECTED, OrderState.DELIVERED}


def _the_counter_is_lively(morning: Morning) -> None:
    mine = [each for each in morning.orders() if each.shop_id == morning.living.shop.id]
    assert len({order.state for order in mine}) >= 3
    assert any(order.fulfilment is Fulfilment.COUNTER for order in mine)


def _tomorrow_waits_for_a_plan(morning: Morning) -> None:
    tomorrow = Day(date=DAY.date + timedelta(days=1), timezone=DAY.timezone)
    promised = morning.deliveries(tomorrow)
    assert {each.state for each in promised} == {DeliveryState.PROMISED}
    assert len(promised) > 5
    assert any(each.promised_at > DAY.at(api.living_day.time(8)) for each in promised)


def _slots_of_the_afternoon_are_open(morning: Morning) -> None:
    with data.database.scoped(morning.pool, morning.town.id) as conn:
        slots = data.slots.between(conn, DAY.starts_at, DAY.ends_at)
    assert any(slot.cutoff_at > morning.now and slot.left for slot in slots)


def _the_new_years_credits_are_voted(morning: Morning) -> None:
    with data.database.scoped(morning.pool, morning.town.id) as conn:
        years = {each.year: each for each in data.envelope.all_envelopes(conn)}
    assert years[2027].engaged_cents > 0
    assert years[2026].engaged_cents == 0


def _every_role_may_enter(morning: Morning) -> None:
    slug = morning.town.imported.town.slug
    assert set(DEMO_ACCOUNTS) == set(Role)
    for email in DEMO_ACCOUNTS.values():
        answer = morning.client.post(
            f"/t/{slug}/connexion",
            data={"email": email, "password": DEMO_PASSWORD},
            follow_redirects=False,
        )
        assert answer.status_code == 303, email


def _the_clock_runs_on_when_told(morning: Morning) -> None:
    stopped_at = DAY.at(api.living_day.STOPPED_AT)
    assert morning.clock() == morning.clock() == stopped_at
    morning.clock.run_on()
    assert stopped_at < morning.clock() < stopped_at + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("today", "day"),
    [
        (date(2026, 11, 24), date(2026, 11, 24)),
        (date(2026, 11, 28), date(2026, 11, 28)),
        (date(2026, 11, 22), date(2026, 11, 24)),
        (date(2026, 12, 1), date(2026, 12, 3)),
        (date(2027, 1, 1), date(2027, 1, 5)),
    ],
)
def test_the_day_is_today_or_the_next_one_that_trades_once_the_month_is_closed(
    today: date, day: date
) -> None:
    assert living_day(today) == day
