"""A dispatcher moves deliveries by hand, over real streets, with the referee's answer."""

from datetime import timedelta
from uuid import uuid4

import pytest

import api.operations.publishing as publishing
import api.operations.rides
import data.database
import data.plans
from api.operations.situations import FreeTrip
from data.streets.engine import StreetProcesses
from delivery.moving import MoveBreaks
from delivery.pooling import DeliveryState
from delivery.proofs import EventKind
from delivery.rounds import PlanOutdated, RoundState, TaskKind
from routing.fault import FaultCode
from tests import builders
from tests.api.moves_by_hand import (
    MORNING,
    at_home,
    doors,
    holding,
    latest,
    morning_and_afternoon,
    move,
    options,
    preview,
    three_doors,
)
from tests.builders import DAY, an_event, an_order
from tests.small_town import Town


def test_a_move_costs_what_the_preview_said_and_the_rounds_hold(
    town: Town, streets: StreetProcesses
) -> None:
    one, *_ = three_doors(town, streets)
    (before,) = town.rounds()
    shown = preview(town, streets, one, at_home(town))
    assert shown.is_feasible and shown.standing == ()
    assert shown.before.cost_millicents == before.cost_millicents
    assert shown.before.distance_m == before.distance_m
    assert shown.after.cost_millicents > shown.before.cost_millicents
    done = move(town, streets, one, at_home(town), seen=shown.seen)
    assert done.preview == shown
    rounds = town.rounds()
    assert [sorted(doors(each)) for each in rounds].count([one]) == 1
    assert sum(each.cost_millicents for each in rounds) == shown.after.cost_millicents
    assert sum(each.distance_m for each in rounds) == shown.after.distance_m
    assert latest(town).id == done.plan.id
    for round_ in rounds:
        assert len(round_.legs) == len(round_.stops) + 1
        assert all(t.earliest_at <= t.planned_at <= t.latest_at for t in round_.tasks)
    (door,) = [t for t in holding(town, one).tasks if t.kind is TaskKind.DROPOFF]
    assert door.planned_at == shown.after.arrives_at


def test_every_delivery_there_and_back_costs_what_it_cost(
    town: Town, streets: StreetProcesses
) -> None:
    """The bike has the same trip again, at the cheapest place: never dearer, and here the same."""
    deliveries = three_doors(town, streets)
    cost = latest(town).cost_millicents
    for delivery_id in deliveries:
        there = move(town, streets, delivery_id, at_home(town))
        assert latest(town).cost_millicents > cost
        back = move(town, streets, delivery_id, there.back)
        assert back.preview.is_feasible
        assert latest(town).cost_millicents == cost
        assert len(town.rounds()) == 1


def test_a_round_that_gave_its_last_delivery_is_gone_and_can_come_back(
    town: Town, streets: StreetProcesses
) -> None:
    one, *_ = three_doors(town, streets)
    (before,) = town.rounds()
    home = at_home(town)
    move(town, streets, one, home)
    alone = holding(town, one)
    back = move(town, streets, one, before.id)
    assert alone.id not in {each.id for each in town.rounds()}
    assert back.back == home
    move(town, streets, one, back.back)
    assert doors(holding(town, one)) == [one]


def test_an_unfit_move_is_shown_with_what_breaks_and_needs_consent(
    town: Town, streets: StreetProcesses
) -> None:
    early, afternoon = morning_and_afternoon(town, streets)
    shown = preview(town, streets, early, afternoon.id)
    assert not shown.is_feasible
    (breach,) = shown.breaches
    assert (breach.code, breach.delivery_id) == (FaultCode.TOO_LATE, early)
    assert breach.label == "12 rue du Port, 22999 Essai"
    assert breach.latest_at == MORNING + timedelta(hours=2)
    assert breach.excess > 90 * 60
    version = latest(town).version
    with pytest.raises(MoveBreaks):
        move(town, streets, early, afternoon.id)
    assert latest(town).version == version
    done = move(town, streets, early, afternoon.id, despite_faults=True)
    assert done.preview.breaches == shown.breaches
    assert early in doors(holding(town, early)) and len(town.rounds()) == 1
    assert latest(town).version == version + 1
    assert isinstance(done.back, FreeTrip)
    assert move(town, streets, early, done.back).preview.is_feasible


def test_a_draft_becomes_the_next_version_with_its_other_rounds(
    town: Town, streets: StreetProcesses
) -> None:
    one, *_ = three_doors(town, streets)
    (early,) = town.take(an_order("A-4", slot_starts_at=MORNING, shop="librairie"))
    town.plan(streets)
    seen = latest(town)
    assert early.delivery_id is not None
    untouched = holding(town, early.delivery_id)
    done = move(town, streets, one, at_home(town))
    assert done.plan.version == seen.version + 1
    assert holding(town, early.delivery_id).stops == untouched.stops
    assert town.count("plans") == 1
    with pytest.raises(PlanOutdated):
        publishing.publish(town.pool, town.id, DAY, now=town.clock(), plan_id=seen.id)
    publishing.publish(town.pool, town.id, DAY, now=town.clock(), plan_id=done.plan.id)
    assert town.delivery(one).state is DeliveryState.PLANNED


def test_published_rounds_that_have_not_left_are_rewritten_in_place(
    town: Town, streets: StreetProcesses
) -> None:
    one, two, three = three_doors(town, streets)
    town.publish()
    (before,) = town.rounds()
    done = move(town, streets, one, at_home(town))
    after = holding(town, two)
    assert (after.id, after.state) == (before.id, RoundState.PUBLISHED)
    known = {task.id for task in before.tasks if task.delivery_id in (two, three)}
    assert {task.id for task in after.tasks} == known
    assert holding(town, one).state is RoundState.PUBLISHED
    assert {town.delivery(each).state for each in (one, two)} == {DeliveryState.PLANNED}
    assert done.plan.version == 1 and done.plan.published_at is not None
    assert latest(town).cost_millicents > sum(r.cost_millicents for r in (before,))


def test_a_delivery_set_aside_is_promised_again_and_planned_with_the_next(
    town: Town, streets: StreetProcesses
) -> None:
    one, two, _ = three_doors(town, streets)
    aside = move(town, streets, two, None)
    assert aside.plan.version == 2
    with data.database.scoped(town.pool, town.id) as conn:
        (left_out,) = data.plans.unserved(conn, aside.plan.id)
    assert (left_out.delivery_id, left_out.reason) == (two, "set_aside")
    assert isinstance(aside.back, int)
    move(town, streets, two, aside.back)
    with data.database.scoped(town.pool, town.id) as conn:
        assert data.plans.unserved(conn, latest(town).id) == []
    town.publish()
    move(town, streets, one, None)
    assert town.delivery(one).state is DeliveryState.PROMISED
    latest(town)
    planned = town.plan(streets)
    assert [each.delivery_id for each in planned.unserved] == []
    assert doors(holding(town, one)) == [one]


def test_between_a_published_round_and_a_draft_the_delivery_changes_its_state(
    town: Town, streets: StreetProcesses
) -> None:
    one, two, _ = three_doors(town, streets)
    town.publish()
    (late,) = town.take(an_order("A-9", address="40 rue du Port"))
    town.plan(streets)
    assert late.delivery_id is not None
    draft, shown = holding(town, late.delivery_id), holding(town, one)
    assert draft.state is RoundState.DRAFT
    done = move(town, streets, one, draft.id)
    assert town.delivery(one).state is DeliveryState.PROMISED
    assert done.plan.version == 3
    back = move(town, streets, late.delivery_id, shown.id)
    assert town.delivery(late.delivery_id).state is DeliveryState.PLANNED
    assert set(doors(holding(town, two))) == {*doors(shown), late.delivery_id} - {one}
    publishing.publish(town.pool, town.id, DAY, now=town.clock(), plan_id=back.plan.id)
    assert town.delivery(one).state is DeliveryState.PLANNED


def test_every_way_out_of_a_round_has_its_price(town: Town, streets: StreetProcesses) -> None:
    early, afternoon = morning_and_afternoon(town, streets)
    found = options(town, streets, early)
    fits = {each.target: each.is_feasible for each in found.previews}
    assert fits[afternoon.id] is False and fits[None] is True
    homes = [each for each in fits if isinstance(each, FreeTrip)]
    mornings = {each for each in homes if each.starts == builders.a_bike().periods[0].starts}
    assert len(homes) == 2 and {fits[each] for each in mornings} == {True}
    for each in found.previews:
        assert each == preview(town, streets, early, each.target)


def test_one_that_came_after_the_plan_can_be_put_into_it(
    town: Town, streets: StreetProcesses
) -> None:
    one, *_ = three_doors(town, streets)
    (late,) = town.take(an_order("A-9", address="40 rue du Port"))
    assert late.delivery_id is not None
    shown = preview(town, streets, late.delivery_id, holding(town, one).id)
    assert shown.before.arrives_at is None and shown.after.arrives_at is not None
    done = move(town, streets, late.delivery_id, holding(town, one).id)
    assert done.back is None and late.delivery_id in doors(holding(town, one))
    latest(town)
    town.publish()


def test_a_day_without_a_plan_can_be_begun_by_hand(town: Town, streets: StreetProcesses) -> None:
    one, two = (
        each.delivery_id
        for each in town.take(an_order("A-1"), an_order("A-2", address="20 rue du Port"))
    )
    assert one is not None and two is not None
    free = options(town, streets, one).previews
    assert len(free) == 4 and {type(each.target) for each in free} == {FreeTrip}
    fits = next(each for each in free if each.is_feasible)
    done = move(town, streets, one, fits.target, seen=fits.seen)
    assert done.back is None and doors(holding(town, one)) == [one]
    move(town, streets, two, holding(town, one).id)
    plan = latest(town)
    publishing.publish(town.pool, town.id, DAY, now=town.clock(), plan_id=plan.id)
    assert town.delivery(two).state is DeliveryState.PLANNED


def test_during_the_day_no_round_leaves_in_the_past(town: Town, streets: StreetProcesses) -> None:
    one, *_ = three_doors(town, streets)
    (before,) = town.rounds()
    town.clock.moment = before.departs_at + timedelta(minutes=20)
    done = move(town, streets, one, at_home(town))
    assert holding(town, one).departs_at >= town.clock()
    assert done.preview.before.cost_millicents == before.cost_millicents


def test_phones_that_hold_the_former_round_still_report_on_it(
    town: Town, streets: StreetProcesses
) -> None:
    one, two, _ = three_doors(town, streets)
    town.publish()
    (before,) = town.rounds()
    pickup = next(task for task in before.tasks if task.delivery_id == two)
    move(town, streets, one, None)
    town.clock.moment = before.departs_at
    event = an_event(
        EventKind.PICKED_UP,
        uuid=uuid4(),
        round_id=before.id,
        task_id=pickup.id,
        device_at=town.clock(),
    )
    (verdict,) = api.operations.rides.record(
        town.pool, town.id, before.vehicle_id, [event], now=town.clock()
    )
    assert verdict.refusal is None
    assert town.delivery(two).state is DeliveryState.UNDER_WAY
