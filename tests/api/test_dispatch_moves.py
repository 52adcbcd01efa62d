"""The dispatcher moves deliveries by hand over HTTP: what it costs, breaks, and says."""

import re
from html import unescape

import pytest

import data.database
import data.fleet
import data.moves
import data.plans
from data.streets.engine import StreetProcesses
from delivery.planning import Relaxation, Unserved
from delivery.proofs import EventKind
from tests.api.dispatch_desk import BOARD, MORNING, Dispatcher, hidden, plan_id, planned, report
from tests.api.reading import plain
from tests.builders import an_order
from tests.small_town import Town


def test_a_delivery_is_moved_and_moved_back(
    desk: Dispatcher, town: Town, streets: StreetProcesses
) -> None:
    one, two = planned(town, streets)
    (before,) = town.rounds()
    places = desk.open(f"{BOARD}/deplacer?livraison={one}")
    text = plain(places)
    assert f"Déplacer la livraison n°\N{NO-BREAK SPACE}{one}" in text or f"n° {one}" in text
    assert "Sans rien casser" in text and "nouvelle tournée" in text and "Mettre de côté" in text
    moved = desk.send(f"{BOARD}/deplacer", **hidden(places, 'aria-labelledby="tient"'))
    board = desk.follow(moved)
    assert f"Livraison n°\N{NO-BREAK SPACE}{one} déplacée" in unescape(board.text)
    assert len(town.rounds()) == 2
    undo = hidden(board, "dispatch-undo")
    assert undo["vers"] == f"t{before.id}" and undo["livraison"] == str(one)
    desk.follow(desk.send(f"{BOARD}/deplacer", **undo))
    (after,) = town.rounds()
    assert (after.id, after.cost_millicents) == (before.id, before.cost_millicents)
    assert {task.delivery_id for task in after.tasks} == {one, two}


def test_what_breaks_is_said_and_moved_only_by_somebody_who_agrees(
    desk: Dispatcher, town: Town, streets: StreetProcesses
) -> None:
    early, late = town.take(
        an_order("A-1", slot_starts_at=MORNING), an_order("A-2", address="20 rue du Port")
    )
    town.plan(streets)
    places = desk.open(f"{BOARD}/deplacer?livraison={early.delivery_id}")
    assert "12 rue du Port" in plain(places)
    assert re.search(
        r"à la porte à 1\d:\d\d, \d+\smin après la fin du créneau \(12:00\)", plain(places)
    )
    afternoon = next(
        each.id for each in town.rounds() if late.delivery_id in {t.delivery_id for t in each.tasks}
    )
    fields = {"livraison": early.delivery_id, "vers": f"t{afternoon}"}
    refused = desk.send(f"{BOARD}/deplacer", **fields)
    assert refused.status_code == 409 and "cochez que vous l’avez vu" in plain(refused)
    assert len(town.rounds()) == 2
    desk.follow(desk.send(f"{BOARD}/deplacer", **fields, malgre="yes"))
    assert [each.id for each in town.rounds()] == [afternoon]


def test_a_move_agreed_on_a_former_state_is_shown_anew(
    desk: Dispatcher, town: Town, streets: StreetProcesses
) -> None:
    one, two = planned(town, streets)
    fields = hidden(desk.open(f"{BOARD}/deplacer?livraison={one}"), 'aria-labelledby="tient"')
    desk.follow(desk.send(f"{BOARD}/deplacer", livraison=two, vers="aucune"))
    stale = desk.send(f"{BOARD}/deplacer", **fields)
    assert stale.status_code == 409 and "La journée a changé" in plain(stale)


def test_an_unserved_delivery_is_told_with_its_reason_and_can_be_assigned(
    desk: Dispatcher, town: Town, streets: StreetProcesses
) -> None:
    one, _ = planned(town, streets)
    desk.follow(desk.send(f"{BOARD}/deplacer", livraison=one, vers="aucune"))
    page = desk.open()
    assert "mise de côté par la régulation" in plain(page)
    assert "1 livraison reste sans tournée" in plain(page)
    assign = f"{BOARD}/deplacer?livraison={one}"
    assert "Affecter à une tournée" in plain(page) and assign in page.text
    assert "Elle n’est dans aucune tournée" in plain(desk.open(assign))


def test_what_would_mend_an_unserved_delivery_is_told_with_its_price(
    desk: Dispatcher, town: Town, streets: StreetProcesses
) -> None:
    one, _ = planned(town, streets)
    desk.follow(desk.send(f"{BOARD}/deplacer", livraison=one, vers="aucune"))
    plan = plan_id(town)
    with data.database.scoped(town.pool, town.id) as conn:
        bike = next(each for each in data.fleet.listed(conn) if each.name == "Vélo 1")
        mend = Relaxation(kind="later", vehicle_id=bike.id, cost_millicents=420_400, seconds=900)
        left = Unserved(delivery_id=one, reason="no_room", relaxations=(mend,))
        data.moves.remove_unserved(conn, plan, one)
        data.plans.add_unserved(conn, plan, [left])
        assert data.plans.unserved(conn, plan) == [left]
    page = plain(desk.open())
    assert "possible en livrant 15 min plus tard, avec Vélo 1 (+ 4,20 €)" in page


@pytest.mark.parametrize("to", ["", "t", "v1@2560", "t" + "9" * 30, "ailleurs"])
def test_a_place_that_is_none_is_not_found(
    desk: Dispatcher, town: Town, streets: StreetProcesses, to: str
) -> None:
    one, _ = planned(town, streets)
    assert desk.send(f"{BOARD}/deplacer", livraison=one, vers=to).status_code == 404


def test_moves_that_cannot_be_say_why(
    desk: Dispatcher, town: Town, streets: StreetProcesses
) -> None:
    one, _ = planned(town, streets)
    town.publish()
    (round_,) = town.rounds()
    report(town, round_, EventKind.ROUND_STARTED, round_.departs_at)
    gone = desk.open(f"{BOARD}/deplacer?livraison={one}")
    assert gone.status_code == 409 and "est déjà partie" in plain(gone)
    assert desk.open(f"{BOARD}/deplacer?livraison=987654").status_code == 404
    assert desk.open(f"{BOARD}/deplacer").status_code == 404
    board = desk.open()
    assert "en cours" in plain(board) and "deplacer?livraison" not in board.text
