"""The courier's pages without a script: one act after another, each told once and for good."""

import re
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from uuid import uuid4

import httpx
import pytest

import api.operations.orders
from data.rounds import Round, Stop
from data.streets.engine import StreetProcesses
from delivery.accounts import Role
from delivery.orders import Fulfilment, Recipient
from delivery.parcels import Size, Temperature
from delivery.pooling import DeliveryState
from delivery.rounds import RoundState, StopKind, TaskKind, TaskState
from delivery.slots import SlotKind
from tests import builders, logins
from tests.small_town import Town

ROUNDS = "/t/essai/tournees"
BASE = "http://127.0.0.1"
#: Minutes between two acts of the tests' courier.
PACE = timedelta(minutes=4)


def plain(text: str) -> str:
    """Return what a person reads of a page, on one line."""
    bare = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", text, flags=re.S)
    return " ".join(unescape(bare).split())


@dataclass
class Rider:
    """A courier at their phone: opens pages, sends the forms these show."""

    client: httpx.Client
    town: Town
    round_id: int

    @property
    def path(self) -> str:
        return f"{ROUNDS}/{self.round_id}"

    def round(self) -> Round:
        return next(each for each in self.town.rounds() if each.id == self.round_id)

    def stop(self, kind: StopKind, number: int = 0) -> Stop:
        return [each for each in self.round().stops if each.kind is kind][number]

    def read(self, path: str = "") -> str:
        answer = self.client.get(self.path + path)
        assert answer.status_code == 200
        return plain(answer.text)

    def send(self, path: str, *, follow: bool = True, **fields: object) -> httpx.Response:
        """Send the page's form as its page shows it, with what was filled in."""
        self.town.clock.moment += PACE
        csrf = logins.csrf(self.client, self.path)
        return self.client.post(
            self.path + path,
            data={"csrf": csrf, "form": str(uuid4()), **fields},
            headers={"sec-fetch-site": "same-origin"},
            follow_redirects=follow,
        )

    def settle(self, stop: Stop, **fields: object) -> httpx.Response:
        """Settle every open task of a stop."""
        ticked = [str(task.id) for task in stop.tasks if task.state is TaskState.TO_DO]
        return self.send(f"/arrets/{stop.id}", **{"pick": ticked, "outcome": "done", **fields})

    def codes(self, stop: Stop) -> dict[str, str]:
        return {
            f"code_{task.id}": self.town.delivery(task.delivery_id).code
            for task in stop.tasks
            if task.kind is TaskKind.DROPOFF
        }


@pytest.fixture
def rider(client: httpx.Client, town: Town, streets: StreetProcesses) -> Rider:
    """Two shops for one door and one order for the drive, published; its courier logged in."""
    town.take(
        builders.an_order(
            "A-1",
            note="digicode 12B",
            parcels=(
                builders.a_parcel(temperature=Temperature.CHILLED),
                builders.a_parcel(Size.LARGE, fragile=True, age_check=True),
            ),
        ),
        builders.an_order("A-2", shop="librairie"),
        builders.an_order(
            "A-3",
            recipient=Recipient(name="Paul Le Goff", phone="+33639980002"),
            fulfilment=Fulfilment.DRIVE,
            address=None,
            slot_starts_at=builders.a_slot(SlotKind.DRIVE, hour=15).starts_at,
        ),
    )
    return published(client, town, streets)


def published(client: httpx.Client, town: Town, streets: StreetProcesses) -> Rider:
    town.plan(streets, iterations=20)
    town.publish()
    first = town.rounds()[0]
    town.clock.moment = first.departs_at - timedelta(minutes=10)
    client.base_url = BASE
    client.cookies.update(enter(town, first.vehicle_id))
    return Rider(client=client, town=town, round_id=first.id)


def enter(town: Town, vehicle_id: int) -> dict[str, str]:
    return logins.cookie(town.pool, town.id, Role.COURIER, vehicle_id=vehicle_id, now=town.clock())


def test_the_day_opens_on_the_round_to_ride(rider: Rider) -> None:
    page = rider.client.get(ROUNDS)
    said = plain(page.text)
    assert "Tournées du vendredi 20 novembre 2026" in said
    assert "Vélo 1" in said and "Ouvrir la tournée" in said and "prête" in said
    assert f'href="{rider.path}"' in page.text
    assert page.headers["cache-control"] == "no-store"


def test_a_day_without_a_round_says_when_the_next_departs(rider: Rider) -> None:
    page = rider.client.get(ROUNDS, params={"jour": "2026-11-19"})
    said = plain(page.text)
    assert "Aucune tournée publiée" in said
    assert "La prochaine part vendredi 20 novembre" in said
    assert "jour=2026-11-20" in page.text


def test_a_vehicle_nothing_is_planned_for_is_told_so(rider: Rider) -> None:
    rider.town.clock.moment = rider.round().departs_at + timedelta(hours=1)
    page = rider.client.get(ROUNDS, params={"jour": "2026-11-21"})
    assert "Rien n’est encore prévu" in plain(page.text)


@pytest.mark.parametrize("day", ["hier", "2026-02-30", "20261120"])
def test_what_is_no_day_is_no_page(rider: Rider, day: str) -> None:
    assert rider.client.get(ROUNDS, params={"jour": day}).status_code == 404


def test_one_act_leads_to_the_next_until_the_round_is_over(rider: Rider) -> None:
    assert "Partir du hub" in rider.read()
    said = plain(rider.send("/depart").text)
    assert rider.round().state is RoundState.STARTED
    for stop in rider.round().stops:
        assert f"Aller à {stop.label}" in said
        assert re.search(r"\d+ min · \d+ m", said)
        opened = rider.send(f"/arrets/{stop.id}/arrivee")
        assert f"arrêt {1 + rider.round().stops.index(stop)} sur" in plain(opened.text)
        assert f"Vous êtes à {stop.label}" in rider.read()
        said = plain(rider.settle(stop, **rider.codes(stop)).text)
        assert "C’est enregistré" in said
    assert "Rentrer au hub, Halle" in said
    said = plain(rider.send("/retour").text)
    assert rider.round().state is RoundState.FINISHED
    assert "Tournée terminée" in said
    assert {task.state for task in rider.round().tasks} == {TaskState.DONE}
    states = [each.state for each in rider.town.deliveries()]
    assert states == [DeliveryState.PROVEN, DeliveryState.UNDER_WAY]
    assert rider.town.envelope().service_fait_cents > 0


def test_the_way_to_the_first_stop_is_said_before_leaving(rider: Rider) -> None:
    said = rider.read()
    assert f"Premier arrêt : {rider.round().stops[0].label}" in said
    assert "par rue" in said


def test_a_stop_says_what_is_needed_there(rider: Rider) -> None:
    shop = next(each for each in rider.round().stops if each.label == "La fromagerie")
    said = rider.read(f"/arrets/{shop.id}")
    for words in ("À prendre", "A. M.", "réf. A-1", "Frais", "Fragile"):
        assert words in said
    assert "2 colis (1 moyen, 1 grand)" in said
    for words in ("Anne Moreau", "06 39 98", "digicode", "Vérifier l’âge"):
        assert words not in said
    door = rider.client.get(f"{rider.path}/arrets/{rider.stop(StopKind.DOOR).id}")
    said = plain(door.text)
    for words in (
        "Anne Moreau",
        "digicode 12B",
        "Vérifier l’âge",
        "entre 15:00 et 17:00",
        "La librairie",
    ):
        assert words in said
    assert 'href="tel:+33639980001"' in door.text and "06 39 98 00 01" in said
    assert "geo:48.4" in door.text


def test_the_phone_and_the_notes_are_gone_once_the_round_is_over(rider: Rider) -> None:
    rider.send("/retour")
    page = rider.client.get(f"{rider.path}/arrets/{rider.stop(StopKind.DOOR).id}")
    assert "tel:" not in page.text and "digicode" not in page.text
    assert "Anne Moreau" not in page.text


def test_a_wrong_code_is_told_at_its_field_and_counted_once(rider: Rider) -> None:
    door = rider.stop(StopKind.DOOR)
    (field, code), *_ = rider.codes(door).items()
    wrong = f"{(int(code) + 1) % 10_000:04d}"
    answer = rider.settle(door, **{field: wrong})
    assert answer.status_code == 422
    assert f'id="e-{field}">Ce n&#39;est pas le code' in answer.text
    assert rider.town.count("events") == 0
    assert rider.town.count("code_attempts") == 1
    assert rider.settle(door, **{field: f" {code[:2]} {code[2:]} "}).status_code == 200
    assert rider.stop(StopKind.DOOR).tasks[0].state is TaskState.DONE


def test_what_is_no_code_is_not_counted_as_a_try(rider: Rider) -> None:
    door = rider.stop(StopKind.DOOR)
    answer = rider.settle(door, **dict.fromkeys(rider.codes(door), "12"))
    assert answer.status_code == 422 and "Le code a 4 chiffres" in answer.text
    assert rider.town.count("code_attempts") == 0


def test_after_too_many_wrong_codes_a_note_still_proves(rider: Rider) -> None:
    door = rider.stop(StopKind.DOOR)
    (field, code), *_ = rider.codes(door).items()
    wrong = [f"{(int(code) + step) % 10_000:04d}" for step in range(1, 7)]
    answers = [rider.settle(door, **{field: each}).status_code for each in wrong[:4]]
    rider.town.clock.moment -= 4 * PACE
    answers += [rider.settle(door, **{field: each}).status_code for each in wrong[4:]]
    assert answers == [422] * 5 + [429]
    assert rider.settle(door, note="remis à la gardienne").status_code == 200
    delivery = rider.town.delivery(door.tasks[0].delivery_id)
    assert (delivery.state, delivery.proof_kind) == (DeliveryState.PROVEN, "note")


@pytest.mark.parametrize("note", ["", "ok"])
def test_a_door_asks_for_a_code_or_a_note(rider: Rider, note: str) -> None:
    answer = rider.settle(rider.stop(StopKind.DOOR), note=note)
    assert answer.status_code == 422 and "il faut une preuve" in answer.text


def test_a_failure_has_a_reason_and_may_still_be_made_good(rider: Rider) -> None:
    door = rider.stop(StopKind.DOOR)
    answer = rider.settle(door, outcome="failed")
    assert answer.status_code == 422 and "Choisissez ce qui s’est passé" in answer.text
    rider.settle(door, outcome="failed", reason="absent")
    (task,) = rider.stop(StopKind.DOOR).tasks
    assert task.state is TaskState.FAILED
    assert rider.town.delivery(task.delivery_id).failed_reason == "absent"
    said = rider.read(f"/arrets/{door.id}")
    assert "échec à" in said and "personne à la porte" in said
    assert "Un échec n’est pas définitif" in said
    rider.settle(door, pick=str(task.id), **rider.codes(door))
    assert rider.stop(StopKind.DOOR).tasks[0].state is TaskState.DONE
    assert rider.town.delivery(task.delivery_id).state is DeliveryState.PROVEN


def test_a_form_nothing_is_ticked_on_reports_nothing(rider: Rider) -> None:
    answer = rider.settle(rider.stop(StopKind.SHOP), pick=[])
    assert answer.status_code == 422 and "Cochez au moins une ligne" in answer.text
    assert rider.town.count("events") == 0


def test_the_same_form_sent_twice_counts_once(rider: Rider) -> None:
    shop = rider.stop(StopKind.SHOP)
    form = str(uuid4())
    pick = [str(task.id) for task in shop.tasks]
    assert rider.settle(shop, form=form, pick=pick).status_code == 200
    told = rider.town.count("events")
    again = rider.settle(shop, form=form, pick=pick)
    assert again.status_code == 200 and "C’est enregistré" in again.text
    assert rider.town.count("events") == told


def test_another_answer_of_the_same_form_is_heard(rider: Rider) -> None:
    door = rider.stop(StopKind.DOOR)
    form = str(uuid4())
    rider.settle(door, form=form, outcome="failed", reason="absent")
    pick = [str(task.id) for task in door.tasks]
    rider.settle(door, form=form, pick=pick, note="remis au voisin")
    assert rider.stop(StopKind.DOOR).tasks[0].state is TaskState.DONE


def test_ten_parcels_at_one_door_are_one_gesture(
    client: httpx.Client, town: Town, streets: StreetProcesses
) -> None:
    neighbours = [
        Recipient(name=f"Voisin {letter}", phone=f"+3363998001{place}")
        for place, letter in enumerate("ABCDEFGHIJ")
    ]
    town.take(
        *(builders.an_order(f"A-{place}", recipient=each) for place, each in enumerate(neighbours))
    )
    rider = published(client, town, streets)
    shop, door = rider.round().stops
    assert "10 colis à prendre" in rider.read()
    rider.settle(shop)
    assert {task.state for task in rider.round().stops[0].tasks} == {TaskState.DONE}
    page = client.get(f"{rider.path}/arrets/{door.id}").text
    assert page.count('name="pick"') == 10 and page.count("checked>") >= 10
    codes = rider.codes(door)
    wrong, absent, later, *_ = door.tasks
    fields = codes | {
        f"code_{wrong.id}": f"{(int(codes[f'code_{wrong.id}']) + 1) % 10_000:04d}",
        f"reason_{absent.id}": "absent",
    }
    pick = [str(task.id) for task in door.tasks if task.id != later.id]
    answer = rider.settle(door, pick=pick, **fields)
    assert answer.status_code == 422
    assert "8 lignes sont enregistrées" in answer.text
    states = {task.id: task.state for task in rider.round().stops[1].tasks}
    assert states.pop(wrong.id) is TaskState.TO_DO
    assert states.pop(absent.id) is TaskState.FAILED
    assert states.pop(later.id) is TaskState.TO_DO
    assert set(states.values()) == {TaskState.DONE}
    assert f'id="e-code_{wrong.id}"' in answer.text
    rider.settle(rider.round().stops[1], note="laissé chez le gardien")
    states = {task.state for task in rider.round().stops[1].tasks}
    assert states == {TaskState.DONE, TaskState.FAILED}
    assert "Rentrer au hub" in rider.read()
    assert "À rapporter au hub" in rider.read()


def test_a_stop_half_settled_asks_for_the_rest(rider: Rider) -> None:
    several = max(rider.round().stops, key=lambda stop: len(stop.tasks))
    assert len(several.tasks) > 1
    answer = rider.settle(several, pick=str(several.tasks[0].id))
    assert answer.url.path == f"{rider.path}/arrets/{several.id}"
    assert "Déjà réglé" in answer.text
    assert f'value="{several.tasks[1].id}" checked' in answer.text
    assert f"Vous êtes à {several.label}" in rider.read()


def test_an_order_called_off_is_not_asked_for(rider: Rider) -> None:
    door = rider.stop(StopKind.DOOR)
    first, second = door.tasks[0].order_ids
    cancel = api.operations.orders.cancel
    cancel(rider.town.pool, rider.town.id, rider.town.channel.id, first, now=rider.town.clock())
    references = {order_id: rider.town.order(order_id).reference for order_id in (first, second)}
    said = rider.read(f"/arrets/{door.id}")
    assert f"réf. {references[second]}" in said and f"réf. {references[first]}" not in said
    cancel(rider.town.pool, rider.town.id, rider.town.channel.id, second, now=rider.town.clock())
    assert "sans objet" in rider.read()
    assert "Plus rien à faire" in rider.read(f"/arrets/{door.id}")


def test_what_its_shop_did_not_have_is_not_to_be_handed_over(rider: Rider) -> None:
    shops = [stop for stop in rider.round().stops if stop.kind is StopKind.SHOP]
    door = rider.stop(StopKind.DOOR)
    assert "pas encore pris" in rider.read(f"/arrets/{door.id}")
    library = next(stop for stop in shops if stop.label == "La librairie")
    rider.settle(library, outcome="failed", reason="shop_shut")
    said = rider.read(f"/arrets/{door.id}")
    assert "n’est pas à bord" in said
    for shop in shops:
        if shop is not library:
            rider.settle(shop, outcome="failed", reason="not_ready")
    said = rider.read(f"/arrets/{door.id}")
    assert "rien à remettre" in said and "Plus rien à faire" in said
    assert "Rentrer au hub" in rider.read()


def test_a_stop_skipped_on_the_way_is_found_by_the_streets(rider: Rider) -> None:
    rider.send("/depart")
    stops = rider.round().stops
    rider.settle(stops[1], **rider.codes(stops[1]))
    said = rider.read()
    assert f"Aller à {stops[0].label}" in said
    assert re.search(r"\d+ min · \d+ m", said)


def test_ending_early_is_asked_first_with_what_is_open_and_on_board(rider: Rider) -> None:
    rider.send("/depart")
    rider.settle(rider.round().stops[0])
    assert "Terminer la tournée maintenant" in rider.read()
    said = rider.read("/retour")
    count = len(rider.round().stops) - 1
    assert f"{count} arrêts restent ouverts" in said and "À rapporter au hub" in said
    rider.send("/retour")
    assert rider.round().state is RoundState.FINISHED
    assert "Tournée terminée" in rider.read("/retour")


def test_a_day_before_the_round_waits(rider: Rider) -> None:
    rider.town.clock.moment = rider.round().departs_at - timedelta(hours=5)
    said = rider.read()
    assert "La tournée n’a pas commencé" in said and "Départ prévu vendredi 20 novembre" in said
    answer = rider.send("/depart")
    assert answer.status_code == 422 and "bien antérieur" in answer.text
    assert rider.round().state is RoundState.PUBLISHED


def test_the_map_carries_the_turns_and_the_stops(rider: Rider) -> None:
    rider.send("/depart")
    said = rider.read("/carte")
    assert "Partez, rue" in said
    assert f"Arrivée : {rider.round().stops[0].label}" in said
    trace = rider.client.get(f"{rider.path}/trace.geojson")
    kinds = [each["properties"]["kind"] for each in trace.json()["features"]]
    assert kinds.count("stop") == len(rider.round().stops)
    assert kinds.count("next") == 1 and kinds.count("leg") >= 2
    assert trace.headers["content-type"] == "application/geo+json"


@pytest.fixture
def doors(rider: Rider) -> list[tuple[str, str]]:
    """Every route of a round, by method and path under it."""
    stop = rider.stop(StopKind.DOOR).id
    return [
        ("GET", ""),
        ("GET", "/carte"),
        ("GET", "/trace.geojson"),
        ("GET", "/retour"),
        ("GET", f"/arrets/{stop}"),
        ("POST", "/depart"),
        ("POST", "/retour"),
        ("POST", f"/arrets/{stop}"),
        ("POST", f"/arrets/{stop}/arrivee"),
    ]


def knock(rider: Rider, doors: list[tuple[str, str]], round_id: int) -> set[int]:
    csrf = logins.csrf(rider.client, ROUNDS)
    return {
        rider.client.request(
            method, f"{ROUNDS}/{round_id}{path}", data={"csrf": csrf} if method == "POST" else None
        ).status_code
        for method, path in doors
    }


def test_another_vehicles_round_does_not_exist(rider: Rider, doors: list[tuple[str, str]]) -> None:
    mine = rider.round().vehicle_id
    other = next(each for each in rider.town.vehicles if each != mine)
    rider.client.cookies.clear()
    rider.client.cookies.update(enter(rider.town, other))
    assert knock(rider, doors, rider.round_id) == {404}
    assert rider.town.count("events") == 0


def test_neither_does_a_round_that_never_was_nor_a_stop_of_another(
    rider: Rider, doors: list[tuple[str, str]]
) -> None:
    assert knock(rider, doors, 2**62) == {404}
    assert knock(rider, [("GET", "/arrets/4611686018427387904")], rider.round_id) == {404}


def test_a_draft_does_not_exist_for_its_courier(
    client: httpx.Client, town: Town, streets: StreetProcesses
) -> None:
    town.take(builders.an_order())
    town.plan(streets, iterations=20)
    draft = town.rounds()[0]
    client.base_url = BASE
    client.cookies.update(enter(town, draft.vehicle_id))
    rider = Rider(client=client, town=town, round_id=draft.id)
    assert knock(rider, [("GET", ""), ("POST", "/depart"), ("GET", "/carte")], draft.id) == {404}
    assert "Aucune tournée publiée" in plain(client.get(ROUNDS).text)


def test_other_roles_do_not_enter(rider: Rider) -> None:
    rider.client.cookies.clear()
    rider.client.cookies.update(
        logins.cookie(rider.town.pool, rider.town.id, Role.DISPATCHER, now=rider.town.clock())
    )
    assert rider.client.get(rider.path).status_code == 403


def test_a_form_of_another_site_is_not_believed(rider: Rider) -> None:
    answer = rider.client.post(f"{rider.path}/depart", data={"csrf": "wrong"})
    assert answer.status_code == 403
    assert rider.round().state is RoundState.PUBLISHED


def test_a_phone_that_was_out_of_reach_sends_its_events_by_the_login(rider: Rider) -> None:
    csrf = logins.csrf(rider.client, rider.path)
    event = {
        "uuid": str(uuid4()),
        "round_id": rider.round_id,
        "task_id": rider.stop(StopKind.SHOP).tasks[0].id,
        "seq": 1,
        "device_at": rider.town.clock().isoformat(),
        "monotonic_ms": 1,
        "kind": "picked_up",
    }
    body = {"events": [event, {**event, "uuid": str(uuid4()), "task_id": 2**62}]}
    path = f"{ROUNDS}/evenements"
    answer = rider.client.post(path, json=body, headers={"X-CSRF-Token": csrf})
    standings = [each["standing"] for each in answer.json()["verdicts"]]
    assert standings == ["accepted", "refused"]
    again = rider.client.post(path, json={"events": [event]}, headers={"X-CSRF-Token": csrf})
    assert again.json()["verdicts"][0]["standing"] == "repeated"
    assert rider.client.post(path, json=body).status_code == 403
