"""The dispatcher's desk over HTTP: the board, its plans, and who is late."""

import re
from datetime import timedelta

import api.operations.plan_runs
import data.database
import data.plan_runs
from api.operations.plans import NoVehicle
from data.streets.engine import StreetProcesses
from delivery.accounts import Role
from delivery.plan_runs import PlanRunState
from delivery.pooling import DeliveryState
from delivery.proofs import EventKind
from delivery.rounds import TaskKind
from tests.api.dispatch_desk import BOARD, DESK, Dispatcher, hidden, plan_id, planned, report, ride
from tests.api.reading import plain
from tests.builders import DAY, an_order
from tests.small_town import Town


def test_a_day_without_a_plan_says_what_waits_and_offers_one(desk: Dispatcher) -> None:
    desk.town.take(an_order("A-1"), an_order("A-3", address="30 rue du Port"))
    page = plain(desk.open())
    assert "Journée du vendredi 20 novembre 2026" in page
    assert "2 livraisons attendent d’être planifiées" in page
    assert "Planifier" in page and "Publier" not in page
    assert "Aucune tournée ce jour-là" in page and "Vélo 1" in page
    nothing = plain(desk.open(f"{DESK}/2026-11-23"))
    assert "Rien à planifier" in nothing and "Temps de calcul" not in nothing


def test_the_desk_opens_on_today_or_the_newest_planned_day(
    desk: Dispatcher, town: Town, streets: StreetProcesses
) -> None:
    assert "jeudi 19 novembre" in plain(desk.open(DESK))
    planned(town, streets)
    assert "vendredi 20 novembre" in plain(desk.open(DESK))
    assert desk.open(f"{DESK}/2026-13-40").status_code == 404


def test_a_plan_is_asked_for_watched_and_found_on_the_board(
    desk: Dispatcher, town: Town, streets: StreetProcesses
) -> None:
    planned(town, streets)
    asked = desk.send(f"{BOARD}/planifier", seconds="30")
    path = asked.headers["location"]
    run_id = int(path.rpartition("/")[2])
    run = api.operations.plan_runs.find(town.pool, town.id, run_id)
    assert (run.seconds, run.asked_by, run.day) == (30, "Régie", DAY)
    waiting = desk.open(path)
    assert "En attente" in plain(waiting) and 'http-equiv="refresh"' in waiting.text
    assert 'hx-trigger="load delay:1s"' in waiting.text
    again = desk.send(f"{BOARD}/planifier", seconds="10")
    assert again.status_code == 409 and "demandé par Régie" in plain(again)
    with data.database.scoped(town.pool, town.id) as conn:
        data.plan_runs.save_state(conn, run_id, PlanRunState.RUNNING)
        data.plan_runs.tell(conn, run_id, share=0.43, cost_millicents=21_234_000, unserved=1)
    part = desk.open(f"{path}?dit=30", **{"HX-Request": "true"})
    assert "<html" not in part.text
    assert "Calcul en cours : 40" in plain(part).replace("\N{NO-BREAK SPACE}", " ")
    assert "Meilleur plan à 12,34" in plain(part) and "1 livraison sans tournée" in plain(part)
    same = desk.open(f"{path}?dit=40", **{"HX-Request": "true"})
    assert "Calcul en cours" not in plain(same), "what was said is not said again"
    assert "Calcul en cours" in plain(desk.open()), "the board shows it too"
    with data.database.scoped(town.pool, town.id) as conn:
        data.plan_runs.save_state(conn, run_id, PlanRunState.DONE, plan_id=plan_id(town))
    done = desk.open(path, **{"HX-Request": "true"})
    assert done.headers["hx-redirect"] == f"{BOARD}?fait=dispatch_planned"
    board = desk.follow(desk.open(path))
    assert "Le plan est prêt" in plain(board) and "attend d’être publié" in plain(board)


def test_a_plan_that_came_to_nothing_says_why(desk: Dispatcher, town: Town) -> None:
    town.take(an_order())
    path = desk.send(f"{BOARD}/planifier").headers["location"]
    run_id = int(path.rpartition("/")[2])
    with data.database.scoped(town.pool, town.id) as conn:
        refusal = NoVehicle(field="day", day=DAY)
        data.plan_runs.save_state(conn, run_id, PlanRunState.REFUSED, refusal=refusal)
    over = desk.open(path, **{"HX-Request": "true"})
    assert over.headers["hx-redirect"] == path
    for page in (desk.open(path), desk.open()):
        assert "Le calcul n’a pas donné de plan" in plain(page)
        assert "véhicule" in plain(page) and "http-equiv" not in page.text
    town.clock.moment += timedelta(hours=2)
    assert "n’a pas donné" not in plain(desk.open())
    assert desk.open(f"{DESK}/2026-11-23/calcul/{run_id}").status_code == 404


def test_only_the_plan_that_was_looked_at_is_published(
    desk: Dispatcher, town: Town, streets: StreetProcesses
) -> None:
    one, _ = planned(town, streets)
    board = desk.open()
    assert "1 tournée apparaît aussitôt" in plain(board)
    fields = hidden(board, "/publier")
    assert fields["plan_id"] == str(plan_id(town))
    town.plan(streets)
    late = desk.send(f"{BOARD}/publier", plan_id=fields["plan_id"])
    assert late.status_code == 409 and "planifiez" in plain(late).lower()
    assert town.delivery(one).state is DeliveryState.PROMISED
    done = desk.send(f"{BOARD}/publier", plan_id=plan_id(town))
    page = plain(desk.follow(done))
    assert (
        "Le plan est publié" in page and "Toutes les livraisons promises ont leur tournée" in page
    )
    assert town.delivery(one).state is DeliveryState.PLANNED
    assert desk.send(f"{BOARD}/publier", plan_id=plan_id(town)).status_code == 409
    assert desk.send(f"{BOARD}/publier", plan_id="x").status_code == 404


def test_each_round_has_its_bar_its_words_and_its_table(
    desk: Dispatcher, town: Town, streets: StreetProcesses
) -> None:
    one, two = planned(town, streets)
    page = desk.open()
    (round_,) = town.rounds()
    assert f"Tournée 1, {round_.vehicle}, " in plain(page)
    assert page.text.count('class="stop"') == len(round_.stops)
    places = [float(x) for x in re.findall(r'class="tick tick-to_do" x="([\d.]+)%"', page.text)]
    assert places == sorted(places) and 0 < places[0] < places[-1] < 100
    assert "Pas de tournée ce jour-là" in plain(page)
    for delivery_id in (one, two):
        assert f"/regulation/{DAY}/deplacer?livraison={delivery_id}" in page.text
    assert "style=" not in page.text


def test_who_is_late_and_who_will_be_comes_first(
    desk: Dispatcher, town: Town, streets: StreetProcesses
) -> None:
    round_ = ride(town, streets)
    assert "les tournées suivent leur plan" in plain(desk.open())
    doors = [task for task in round_.tasks if task.kind is TaskKind.DROPOFF]
    town.clock.moment = doors[0].latest_at - timedelta(seconds=20)
    page = plain(desk.open())
    assert "retard probable" in page and "créneau passé" not in page
    town.clock.moment = doors[0].latest_at + timedelta(minutes=3)
    assert "créneau passé" in plain(desk.open())
    absent = {"task_id": doors[0].id, "payload": {"reason": "absent"}}
    report(town, round_, EventKind.FAILED, town.clock(), **absent)
    note = {"task_id": doors[1].id, "payload": {"note": "remis à la gardienne"}}
    report(town, round_, EventKind.DELIVERED, town.clock() + timedelta(minutes=6), **note)
    page = plain(desk.open())
    assert "échec" in page and "Personne à la porte, à 17:03" in page
    assert "livrée en retard" in page and re.search(r"Livrée 9\smin après 17:00", page)


def test_a_round_that_does_not_leave_is_told(
    desk: Dispatcher, town: Town, streets: StreetProcesses
) -> None:
    planned(town, streets)
    town.publish()
    (round_,) = town.rounds()
    town.clock.moment = round_.departs_at + timedelta(minutes=4)
    assert "pas partie" not in plain(desk.open())
    town.clock.moment += timedelta(minutes=2)
    assert "pas partie" in plain(desk.open())


def test_the_desk_speaks_english_too(
    desk: Dispatcher, town: Town, streets: StreetProcesses
) -> None:
    one, _ = planned(town, streets)
    assert "waits to be published" in plain(desk.open(f"{BOARD}?lang=en"))
    assert "Nothing breaks" in plain(desk.open(f"{BOARD}/deplacer?livraison={one}&lang=en"))
    assert "Orders of this delivery" in plain(desk.open(f"{DESK}/livraisons/{one}?lang=en"))


def test_an_admin_may_and_nobody_else(desk: Dispatcher, town: Town) -> None:
    assert Dispatcher(desk.client, town, Role.ADMIN).open().status_code == 200
    for role in (Role.HUB, Role.MAIRIE):
        assert Dispatcher(desk.client, town, role).open().status_code == 403
    assert desk.client.get(BOARD, follow_redirects=False).status_code == 303
    foreign = desk.client.post(f"{BOARD}/planifier", data={}, headers=desk.headers)
    assert foreign.status_code == 403
