"""Moves that cannot be: a courier has left, the day has changed, nothing is there to move."""

from datetime import timedelta

import pytest

import api.operations.moves as moves
import api.operations.orders
from api.operations.situations import FreeTrip, Ride
from data.streets.engine import StreetProcesses
from delivery.errors import NotFound, Refusal
from delivery.moving import PeriodOver
from delivery.rounds import PlanOutdated, RoundUnderWay, VehicleTwice
from routing.fault import FaultCode
from tests import builders
from tests.api.interrupted import Interrupted
from tests.api.moves_by_hand import (
    LOCAL,
    at_home,
    doors,
    holding,
    morning_and_afternoon,
    move,
    options,
    preview,
    start,
    three_doors,
)
from tests.builders import AT_DRIVE, DAY, an_order
from tests.small_town import Town


def test_a_round_that_has_left_is_its_couriers(town: Town, streets: StreetProcesses) -> None:
    one, two, _ = three_doors(town, streets)
    move(town, streets, one, at_home(town))
    town.publish()
    gone, other = holding(town, one), holding(town, two)
    start(town, gone)
    for delivery_id, to in ((one, other.id), (two, gone.id), (one, None)):
        with pytest.raises(RoundUnderWay) as refused:
            move(town, streets, delivery_id, to)
        assert refused.value.parameters == {"vehicle": gone.vehicle}
    found = options(town, streets, two)
    assert [each.id for each in found.gone] == [gone.id]
    assert gone.id not in {each.target for each in found.previews}


def test_a_change_while_the_way_is_looked_up_refuses_the_move(
    town: Town, streets: StreetProcesses
) -> None:
    one, two, three = three_doors(town, streets)
    home = at_home(town)

    def another_moves() -> None:
        move(town, streets, two, None)

    with pytest.raises(PlanOutdated):
        move(town, Interrupted(streets, another_moves), one, home)  # type: ignore[arg-type]
    assert sorted(doors(holding(town, one))) == sorted([one, three])

    def called_off() -> None:
        (order_id,) = {t.order_ids[0] for t in holding(town, three).tasks if t.delivery_id == three}
        api.operations.orders.cancel(
            town.pool, town.id, town.channel.id, order_id, now=town.clock()
        )

    with pytest.raises(PlanOutdated):
        move(town, Interrupted(streets, called_off), one, home)  # type: ignore[arg-type]


def test_a_courier_who_leaves_meanwhile_wins(town: Town, streets: StreetProcesses) -> None:
    one, *_ = three_doors(town, streets)
    town.publish()
    left = Interrupted(streets, lambda: start(town, holding(town, one)))
    with pytest.raises(RoundUnderWay):
        move(town, left, one, at_home(town))  # type: ignore[arg-type]


def test_a_move_that_was_agreed_on_another_state_of_things_is_refused(
    town: Town, streets: StreetProcesses
) -> None:
    one, two, _ = three_doors(town, streets)
    home = at_home(town)
    shown = preview(town, streets, one, home)
    move(town, streets, two, None)
    with pytest.raises(PlanOutdated):
        move(town, streets, one, home, seen=shown.seen)
    again = preview(town, streets, one, home)
    assert move(town, streets, one, home, seen=again.seen).preview == again


def test_what_is_not_of_this_day_or_town_cannot_be_moved(
    town: Town, streets: StreetProcesses
) -> None:
    one, *_ = three_doors(town, streets)
    (round_,) = town.rounds()
    absent: list[tuple[int, Ride | None]] = [
        (one, 10**9),
        (10**9, round_.id),
        (one, FreeTrip(vehicle_id=10**9, starts=at_home(town).starts)),
        (one, FreeTrip(vehicle_id=round_.vehicle_id, starts=at_home(town).starts)),
    ]
    for delivery_id, to in absent:
        with pytest.raises(NotFound):
            preview(town, streets, delivery_id, to)
    with pytest.raises(NotFound):
        moves.preview(
            town.pool,
            town.id,
            DAY + timedelta(days=1),
            one,
            to=round_.id,
            streets=streets,
            now=town.clock(),
        )
    move(town, streets, one, None)
    with pytest.raises(NotFound):
        move(town, streets, one, None)


def test_what_is_brought_to_the_drive_or_called_off_rides_nowhere(
    town: Town, streets: StreetProcesses
) -> None:
    three_doors(town, streets)
    brought, off = town.take(
        an_order("A-8", shop="boulangerie", **AT_DRIVE), an_order("A-9", address="40 rue du Port")
    )
    api.operations.orders.cancel(
        town.pool, town.id, town.channel.id, off.order_id, now=town.clock()
    )
    (round_,) = town.rounds()
    for taken, code in ((brought, "nothing_to_carry"), (off, "delivery_step_refused")):
        assert taken.delivery_id is not None
        with pytest.raises(Refusal) as refused:
            move(town, streets, taken.delivery_id, round_.id)
        assert refused.value.code == code


def test_nobody_is_sent_back_into_a_period_that_is_over(
    town: Town, streets: StreetProcesses
) -> None:
    early, afternoon = morning_and_afternoon(town, streets)
    morning = holding(town, early)
    town.clock.moment = LOCAL.at(builders.a_bike().periods[1].starts)
    with pytest.raises(PeriodOver):
        move(town, streets, doors(afternoon)[0], morning.id)
    found = options(town, streets, doors(afternoon)[0])
    assert morning.id not in {each.target for each in found.previews}
    rescued = preview(town, streets, early, afternoon.id)
    assert {each.code for each in rescued.breaches} == {FaultCode.TOO_LATE}


def test_a_vehicle_never_rides_two_rounds_at_once(town: Town, streets: StreetProcesses) -> None:
    """Forced into the morning, a delivery of the afternoon keeps the bike until its slot opens."""
    early, afternoon = morning_and_afternoon(town, streets)
    (late,) = doors(afternoon)
    (other,) = town.take(an_order("A-3", address="30 rue du Port", shop="librairie"))
    assert other.delivery_id is not None
    move(town, streets, other.delivery_id, afternoon.id)
    morning = holding(town, early)
    if morning.vehicle_id != afternoon.vehicle_id:
        starts = builders.a_bike().periods[1].starts
        mine = FreeTrip(vehicle_id=morning.vehicle_id, starts=starts)
        for delivery_id in (late, other.delivery_id):
            move(town, streets, delivery_id, mine)
            mine = holding(town, delivery_id).id  # type: ignore[assignment]
    with pytest.raises(VehicleTwice):
        move(town, streets, late, morning.id, despite_faults=True)
    move(town, streets, other.delivery_id, None)
    done = move(town, streets, late, morning.id, despite_faults=True)
    assert {each.code for each in done.preview.breaches} == {FaultCode.WORKING_PERIOD}
    assert len(town.rounds()) == 1
