"""The day's deliveries over HTTP: found, told whole, called off, given another slot."""

import re
from datetime import timedelta
from typing import Any

from data.streets.engine import StreetProcesses
from delivery.orders import OrderState, Recipient
from delivery.proofs import EventKind
from delivery.rounds import TaskKind
from tests.api.dispatch_desk import BOARD, DESK, MORNING, Dispatcher, hidden, planned, report, ride
from tests.api.reading import plain
from tests.builders import AT_DRIVE, an_order
from tests.small_town import Town


def test_the_days_deliveries_are_narrowed_by_what_is_asked(
    desk: Dispatcher, town: Town, streets: StreetProcesses
) -> None:
    one, two = planned(town, streets)
    (brought,) = town.take(
        an_order(
            "D-1",
            shop="boulangerie",
            recipient=Recipient(name="Paul Hervé", phone="+33639980002"),
            **AT_DRIVE,
        )
    )
    path = f"{BOARD}/livraisons"
    every = desk.open(path)
    assert "3 livraisons" in plain(every) and "apportée par la boutique" in plain(every)
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
    assert "Aucune livraison ne correspond" in plain(desk.send(path, texte="personne"))


def test_a_delivery_tells_all_that_is_known_of_it(
    desk: Dispatcher, town: Town, streets: StreetProcesses
) -> None:
    one, _ = planned(town, streets)
    page = desk.open(f"{DESK}/livraisons/{one}")
    text = plain(page)
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
    text = plain(desk.open(f"{DESK}/livraisons/{door.delivery_id}"))
    assert "colis pris chez La" in text and "Personne à la porte" in text
    assert "Déplacer" not in text and "Changer de créneau" not in text


def test_the_dispatcher_cancels_an_order_and_changes_a_slot(
    desk: Dispatcher, town: Town, streets: StreetProcesses
) -> None:
    one, two = planned(town, streets)
    path = f"{DESK}/livraisons/{one}"
    order_id = int(hidden(desk.open(path), "/annuler")["commande"])
    assert "La commande est annulée" in plain(
        desk.follow(desk.send(f"{path}/annuler", commande=order_id))
    )
    assert town.order(order_id).state is OrderState.CANCELLED
    again = desk.send(f"{path}/annuler", commande=order_id)
    assert again.status_code == 409 and "n'est plus possible" in plain(again)
    other = desk.send(f"{DESK}/livraisons/{two}/annuler", commande=order_id)
    assert other.status_code == 404
    changed = desk.send(f"{path}/creneau", creneau=MORNING.isoformat())
    assert "Le créneau est changé" in plain(desk.follow(changed))
    assert town.delivery(one).slot_id != town.delivery(two).slot_id
    wrong = desk.send(f"{path}/creneau", creneau=(MORNING + timedelta(minutes=1)).isoformat())
    assert wrong.status_code == 422
    assert desk.send(f"{path}/creneau", creneau="demain").status_code == 404
