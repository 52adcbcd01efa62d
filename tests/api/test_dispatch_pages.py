"""The dispatcher's desk over HTTP: the board, plans, moves by hand, deliveries, phone links."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

import api.operations.logins
import api.operations.plan_runs
import api.operations.rides
import data.database
import data.fleet
import data.moves
import data.orders
import data.plan_runs
import data.plans
import data.rounds
from api import cookies
from api.operations.plans import NoVehicle
from data.rounds import Round
from data.streets.engine import StreetProcesses
from delivery.accounts import Role
from delivery.orders import Fulfilment, OrderState, Recipient
from delivery.plan_runs import PlanRunState
from delivery.planning import Relaxation, Unserved
from delivery.pooling import DeliveryState
from delivery.proofs import EventKind
from delivery.rounds import TaskKind
from tests import builders, logins
from tests.builders import DAY, a_slot, an_event, an_order
from tests.small_town import Town

DESK = "/t/essai/regulation"
BOARD = f"{DESK}/{DAY}"
MORNING = a_slot(hour=9).starts_at


class Dispatcher:
    """Somebody at the dispatcher's desk."""

    def __init__(self, client: TestClient, town: Town, role: Role = Role.DISPATCHER) -> None:
        self.client, self.town, self.role = client, town, role

    def _kept(self) -> dict[str, str]:
        """Come in anew: a login does not last as long as these tests' days."""
        town, now = self.town, self.town.clock()
        return logins.cookie(town.pool, town.id, self.role, now=now, name="Régie")

    @property
    def headers(self) -> dict[str, str]:
        ((name, token),) = self._kept().items()
        return {"Cookie": f"{name}={token}"}

    def open(self, path: str = BOARD, **headers: str) -> Response:
        return self.client.get(path, headers=self.headers | headers, follow_redirects=False)

    def send(self, path: str, **fields: Any) -> Response:
        ((name, token),) = (kept := self._kept()).items()
        data = {**fields, "csrf": logins.csrf_of(kept)}
        headers = {"Cookie": f"{name}={token}"}
        return self.client.post(path, data=data, headers=headers, follow_redirects=False)

    def follow(self, answer: Response) -> Response:
        assert answer.status_code == 303, answer.text
        return self.open(answer.headers["location"])


@pytest.fixture
def desk(client: TestClient, town: Town) -> Iterator[Dispatcher]:
    client.base_url = client.base_url.copy_with(scheme="http", host="127.0.0.1")
    yield Dispatcher(client, town)


def said(answer: Response) -> str:
    """Return the words of a page, one space between any two."""
    bare = re.sub(r"<(script|title)\b.*?</\1>", "", answer.text, flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", bare)))


def hidden(answer: Response, form: str) -> dict[str, str]:
    """Return the hidden fields of the first form after some words."""
    page = answer.text[answer.text.index(form) :]
    page = page[: page.index("</form>")]
    return {
        name: unescape(value)
        for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)
    }


def planned(town: Town, streets: StreetProcesses) -> tuple[int, int]:
    """Plan two doors of the afternoon, with three orders; return their deliveries."""
    one, _, two = town.take(
        an_order("A-1", note="Sonnez deux fois"),
        an_order("A-2", shop="librairie"),
        an_order(
            "A-3", address="30 rue du Port", recipient=Recipient(name="Zoé Le Gall", phone=None)
        ),
    )
    town.plan(streets)
    assert one.delivery_id is not None and two.delivery_id is not None
    return one.delivery_id, two.delivery_id


def plan_id(town: Town) -> int:
    with data.database.scoped(town.pool, town.id) as conn:
        plan = data.plans.latest(conn, DAY)
    assert plan is not None
    return plan.id


def report(town: Town, round_: Round, kind: EventKind, at: datetime, **changes: Any) -> None:
    town.clock.moment = max(at, town.clock.moment)
    event = an_event(kind, round_id=round_.id, device_at=at, **{"task_id": None, **changes})
    (verdict,) = api.operations.rides.record(
        town.pool, town.id, round_.vehicle_id, [event], now=town.clock()
    )
    assert verdict.refusal is None, verdict.refusal


def test_a_day_without_a_plan_says_what_waits_and_offers_one(desk: Dispatcher) -> None:
    desk.town.take(an_order("A-1"), an_order("A-3", address="30 rue du Port"))
    page = said(desk.open())
    assert "Journée du vendredi 20 novembre 2026" in page
    assert "2 livraisons attendent d’être planifiées" in page
    assert "Planifier" in page and "Publier" not in page
    assert "Aucune tournée ce jour-là" in page and "Vélo 1" in page
    nothing = said(desk.open(f"{DESK}/2026-11-23"))
    assert "Rien à planifier" in nothing and "Temps de calcul" not in nothing


def test_the_desk_opens_on_today_or_the_newest_planned_day(
    desk: Dispatcher, town: Town, streets: StreetProcesses
) -> None:
    assert "jeudi 19 novembre" in said(desk.open(DESK))
    planned(town, streets)
    assert "vendredi 20 novembre" in said(desk.open(DESK))
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
    assert "En attente" in said(waiting) and 'http-equiv="refresh"' in waiting.text
    assert 'hx-trigger="load delay:1s"' in waiting.text
    again = desk.send(f"{BOARD}/planifier", seconds="10")
    assert again.status_code == 409 and "demandé par Régie" in said(again)
    with data.database.scoped(town.pool, town.id) as conn:
        data.plan_runs.save_state(conn, run_id, PlanRunState.RUNNING)
        data.plan_runs.tell(conn, run_id, share=0.43, cost_millicents=21_234_000, unserved=1)
    part = desk.open(f"{path}?dit=30", **{"HX-Request": "true"})
    assert "<html" not in part.text
    assert "Calcul en cours : 40" in said(part).replace("\N{NO-BREAK SPACE}", " ")
    assert "Meilleur plan à 12,34" in said(part) and "1 livraison sans tournée" in said(part)
    same = desk.open(f"{path}?dit=40", **{"HX-Request": "true"})
    assert "Calcul en cours" not in said(same), "what was said is not said again"
    assert "Calcul en cours" in said(desk.open()), "the board shows it too"
    with data.database.scoped(town.pool, town.id) as conn:
        data.plan_runs.save_state(conn, run_id, PlanRunState.DONE, plan_id=plan_id(town))
    done = desk.open(path, **{"HX-Request": "true"})
    assert done.headers["hx-redirect"] == f"{BOARD}?fait=dispatch_planned"
    board = desk.follow(desk.open(path))
    assert "Le plan est prêt" in said(board) and "attend d’être publié" in said(board)


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
        assert "Le calcul n’a pas donné de plan" in said(page)
        assert "véhicule" in said(page) and "http-equiv" not in page.text
    town.clock.moment += timedelta(hours=2)
    assert "n’a pas donné" not in said(desk.open())
    assert desk.open(f"{DESK}/2026-11-23/calcul/{run_id}").status_code == 404


def test_only_the_plan_that_was_looked_at_is_published(
    desk: Dispatcher, town: Town, streets: StreetProcesses
) -> None:
    one, _ = planned(town, streets)
    board = desk.open()
    assert "1 tournée apparaît aussitôt" in said(board)
    fields = hidden(board, "/publier")
    assert fields["plan_id"] == str(plan_id(town))
    town.plan(streets)
    late = desk.send(f"{BOARD}/publier", plan_id=fields["plan_id"])
    assert late.status_code == 409 and "planifiez" in said(late).lower()
    assert town.delivery(one).state is DeliveryState.PROMISED
    done = desk.send(f"{BOARD}/publier", plan_id=plan_id(town))
    page = said(desk.follow(done))
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
    assert f"Tournée 1, {round_.vehicle}, " in said(page)
    assert page.text.count('class="stop"') == len(round_.stops)
    places = [float(x) for x in re.findall(r'class="tick tick-to_do" x="([\d.]+)%"', page.text)]
    assert places == sorted(places) and 0 < places[0] < places[-1] < 100
    assert "Pas de tournée ce jour-là" in said(page)
    for delivery_id in (one, two):
        assert f"/regulation/{DAY}/deplacer?livraison={delivery_id}" in page.text
    assert "style=" not in page.text


def test_a_delivery_is_moved_and_moved_back(
    desk: Dispatcher, town: Town, streets: StreetProcesses
) -> None:
    one, two = planned(town, streets)
    (before,) = town.rounds()
    places = desk.open(f"{BOARD}/deplacer?livraison={one}")
    text = said(places)
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
    assert "12 rue du Port" in said(places)
    assert re.search(
        r"à la porte à 1\d:\d\d, \d+\smin après la fin du créneau \(12:00\)", said(places)
    )
    afternoon = next(
        each.id for each in town.rounds() if late.delivery_id in {t.delivery_id for t in each.tasks}
    )
    fields = {"livraison": early.delivery_id, "vers": f"t{afternoon}"}
    refused = desk.send(f"{BOARD}/deplacer", **fields)
    assert refused.status_code == 409 and "cochez que vous l’avez vu" in said(refused)
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
    assert stale.status_code == 409 and "La journée a changé" in said(stale)


def test_an_unserved_delivery_is_told_with_its_reason_and_can_be_assigned(
    desk: Dispatcher, town: Town, streets: StreetProcesses
) -> None:
    one, _ = planned(town, streets)
    desk.follow(desk.send(f"{BOARD}/deplacer", livraison=one, vers="aucune"))
    page = desk.open()
    assert "mise de côté par la régulation" in said(page)
    assert "1 livraison reste sans tournée" in said(page)
    assign = f"{BOARD}/deplacer?livraison={one}"
    assert "Affecter à une tournée" in said(page) and assign in page.text
    assert "Elle n’est dans aucune tournée" in said(desk.open(assign))


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
    page = said(desk.open())
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
    assert gone.status_code == 409 and "est déjà partie" in said(gone)
    assert desk.open(f"{BOARD}/deplacer?livraison=987654").status_code == 404
    assert desk.open(f"{BOARD}/deplacer").status_code == 404
    board = desk.open()
    assert "en cours" in said(board) and "deplacer?livraison" not in board.text


def ride(town: Town, streets: StreetProcesses) -> Round:
    """Publish, and let the courier take the parcels of the first stop."""
    planned(town, streets)
    town.publish()
    (round_,) = town.rounds()
    report(town, round_, EventKind.ROUND_STARTED, round_.departs_at)
    for task in round_.tasks:
        if task.kind is TaskKind.PICKUP:
            report(town, round_, EventKind.PICKED_UP, task.planned_at, task_id=task.id)
    return round_


def test_who_is_late_and_who_will_be_comes_first(
    desk: Dispatcher, town: Town, streets: StreetProcesses
) -> None:
    round_ = ride(town, streets)
    assert "les tournées suivent leur plan" in said(desk.open())
    doors = [task for task in round_.tasks if task.kind is TaskKind.DROPOFF]
    town.clock.moment = doors[0].latest_at - timedelta(seconds=20)
    page = said(desk.open())
    assert "retard probable" in page and "créneau passé" not in page
    town.clock.moment = doors[0].latest_at + timedelta(minutes=3)
    assert "créneau passé" in said(desk.open())
    absent = {"task_id": doors[0].id, "payload": {"reason": "absent"}}
    report(town, round_, EventKind.FAILED, town.clock(), **absent)
    note = {"task_id": doors[1].id, "payload": {"note": "remis à la gardienne"}}
    report(town, round_, EventKind.DELIVERED, town.clock() + timedelta(minutes=6), **note)
    page = said(desk.open())
    assert "échec" in page and "Personne à la porte, à 17:03" in page
    assert "livrée en retard" in page and re.search(r"Livrée 9\smin après 17:00", page)


def test_a_round_that_does_not_leave_is_told(
    desk: Dispatcher, town: Town, streets: StreetProcesses
) -> None:
    planned(town, streets)
    town.publish()
    (round_,) = town.rounds()
    town.clock.moment = round_.departs_at + timedelta(minutes=4)
    assert "pas partie" not in said(desk.open())
    town.clock.moment += timedelta(minutes=2)
    assert "pas partie" in said(desk.open())


def test_the_days_deliveries_are_narrowed_by_what_is_asked(
    desk: Dispatcher, town: Town, streets: StreetProcesses
) -> None:
    one, two = planned(town, streets)
    drive = {"fulfilment": Fulfilment.DRIVE, "address": None}
    (brought,) = town.take(
        an_order(
            "D-1",
            shop="boulangerie",
            recipient=Recipient(name="Paul Hervé", phone="+33639980002"),
            slot_starts_at=datetime(2026, 11, 20, 15, tzinfo=UTC),
            **drive,
        )
    )
    path = f"{BOARD}/livraisons"
    every = desk.open(path)
    assert "3 livraisons" in said(every) and "apportée par la boutique" in said(every)
    assert desk.open(f"{path}?tournee=sans").text.count('<th scope="row">') == 0
    shop = town.shops["librairie"]

    def found(**asked: Any) -> set[int]:
        answer = desk.send(path, **asked)
        return {int(i) for i in re.findall(r'regulation/livraisons/(\d+)"', answer.text)}

    assert found(texte="le gall") == {two}
    assert found(texte="MOREAU") == found(texte="A-2") == found(boutique=shop) == {one}
    assert found(texte="0639980001") == {one} and found(texte="zoe 30") == {two}
    assert found(texte="30 rue du port") == {two}
    assert found(remise="drive") == {brought.delivery_id}
    assert found(etat="promised") == {one, two, brought.delivery_id}
    assert found(etat="proven") == set()
    assert found(creneau="1400-home") == {one, two}
    assert found(tournee="avec", zone="ville") == {one, two, brought.delivery_id}
    assert "Aucune livraison ne correspond" in said(desk.send(path, texte="personne"))


def test_a_delivery_tells_all_that_is_known_of_it(
    desk: Dispatcher, town: Town, streets: StreetProcesses
) -> None:
    one, _ = planned(town, streets)
    page = desk.open(f"{DESK}/livraisons/{one}")
    text = said(page)
    for words in ("Anne Moreau", "+33639980001", "A-1", "A-2", "Sonnez deux fois", "Ville"):
        assert words in text
    assert "Commande A-1 acceptée" in text and "6,24" in text and "1, Vélo" in text
    token = re.search(r"/suivi/([0-9a-f-]{36})", page.text)
    assert token is not None
    assert desk.open(f"{DESK}/livraisons/987654").status_code == 404


def test_its_story_holds_what_its_courier_reported(
    desk: Dispatcher, town: Town, streets: StreetProcesses
) -> None:
    round_ = ride(town, streets)
    door = next(task for task in round_.tasks if task.kind is TaskKind.DROPOFF)
    absent = {"task_id": door.id, "payload": {"reason": "absent"}}
    report(town, round_, EventKind.FAILED, door.planned_at, **absent)
    text = said(desk.open(f"{DESK}/livraisons/{door.delivery_id}"))
    assert "colis pris chez La" in text and "Personne à la porte" in text
    assert "Déplacer" not in text and "Changer de créneau" not in text


def test_the_dispatcher_cancels_an_order_and_changes_a_slot(
    desk: Dispatcher, town: Town, streets: StreetProcesses
) -> None:
    one, two = planned(town, streets)
    path = f"{DESK}/livraisons/{one}"
    order_id = int(hidden(desk.open(path), "/annuler")["commande"])
    assert "La commande est annulée" in said(
        desk.follow(desk.send(f"{path}/annuler", commande=order_id))
    )
    assert town.order(order_id).state is OrderState.CANCELLED
    again = desk.send(f"{path}/annuler", commande=order_id)
    assert again.status_code == 409 and "n'est plus possible" in said(again)
    other = desk.send(f"{DESK}/livraisons/{two}/annuler", commande=order_id)
    assert other.status_code == 404
    changed = desk.send(f"{path}/creneau", creneau=MORNING.isoformat())
    assert "Le créneau est changé" in said(desk.follow(changed))
    assert town.delivery(one).slot_id != town.delivery(two).slot_id
    wrong = desk.send(f"{path}/creneau", creneau=(MORNING + timedelta(minutes=1)).isoformat())
    assert wrong.status_code == 422
    assert desk.send(f"{path}/creneau", creneau="demain").status_code == 404


def test_a_phone_is_let_in_for_the_day_by_a_link_and_its_square(
    desk: Dispatcher, town: Town
) -> None:
    vehicle = town.vehicles[0]
    page = desk.send(f"{DESK}/vehicules/{vehicle}/lien", jour=DAY.isoformat())
    assert page.status_code == 200 and page.headers["cache-control"] == "no-store"
    found = re.search(r"http://127\.0\.0\.1/t/essai/telephone/([\w-]+)", page.text)
    assert found is not None
    token = found[1]
    link = api.operations.logins.day_link(town.pool, town.id, token, now=builders.NOON)
    assert (link.vehicle_id, link.day) == (vehicle, DAY)
    assert "valable jusqu’au samedi 21 novembre 04:00" in said(page)
    assert "<svg" in page.text and "style=" not in page.text
    again = desk.send(f"{DESK}/vehicules/{vehicle}/lien", jour=DAY.isoformat())
    assert token not in again.text
    past = desk.send(f"{DESK}/vehicules/{vehicle}/lien", jour="2026-11-10")
    assert past.status_code == 409 and "Ce jour est passé" in said(past)
    assert desk.send(f"{DESK}/vehicules/987654/lien", jour=DAY.isoformat()).status_code == 404


def test_a_lost_phone_is_put_out_with_the_link_that_follows(
    desk: Dispatcher, town: Town, client: TestClient
) -> None:
    town.clock.moment = builders.NOON
    path = f"{DESK}/vehicules/{town.vehicles[0]}/lien"

    def phone() -> dict[str, str]:
        link = api.operations.logins.make_day_link(
            town.pool, town.id, town.vehicles[0], DAY, now=town.clock()
        )
        opened = api.operations.logins.begin_day(town.pool, town.id, link, now=town.clock())
        return {"Cookie": f"{cookies.NAME}={opened.token}"}

    def is_in(headers: dict[str, str]) -> bool:
        return client.get("/t/essai/compte", headers=headers, follow_redirects=False).is_success

    lost = phone()
    page = desk.send(path, jour=DAY.isoformat())
    assert is_in(lost)
    assert "les téléphones déjà entrés le restent" in said(page)
    page = desk.send(path, jour=DAY.isoformat(), dehors="yes")
    assert page.status_code == 200 and "/telephone/" in page.text
    assert "Les téléphones déjà entrés sont sortis" in said(page)
    assert not is_in(lost)
    assert is_in(phone())


def test_the_desk_speaks_english_too(
    desk: Dispatcher, town: Town, streets: StreetProcesses
) -> None:
    one, _ = planned(town, streets)
    assert "waits to be published" in said(desk.open(f"{BOARD}?lang=en"))
    assert "Nothing breaks" in said(desk.open(f"{BOARD}/deplacer?livraison={one}&lang=en"))
    assert "Orders of this delivery" in said(desk.open(f"{DESK}/livraisons/{one}?lang=en"))


def test_an_admin_may_and_nobody_else(desk: Dispatcher, town: Town) -> None:
    assert Dispatcher(desk.client, town, Role.ADMIN).open().status_code == 200
    for role in (Role.HUB, Role.MAIRIE):
        assert Dispatcher(desk.client, town, role).open().status_code == 403
    assert desk.client.get(BOARD, follow_redirects=False).status_code == 303
    foreign = desk.client.post(f"{BOARD}/planifier", data={}, headers=desk.headers)
    assert foreign.status_code == 403
