"""An order's steps at a shop's counter: ready, dropped off, handed over, called off."""

from delivery.orders import OrderState
from delivery.pooling import DeliveryState
from delivery.proofs import MOST_ATTEMPTS
from tests.api.shop_counter import ORDERS, Counter, Door, fault, section
from tests.builders import AT_COUNTER, an_order
from tests.small_town import Town


def test_an_order_is_ready_and_the_banner_takes_it_back(counter: Counter, town: Town) -> None:
    (taken,) = town.take(an_order())
    page = counter.follow(counter.post(f"{ORDERS}/{taken.order_id}/prete"))
    assert town.order(taken.order_id).state is OrderState.READY
    assert "La commande est prête" in page and 'form="undo"' in page
    undo = counter.post(f"{ORDERS}/{taken.order_id}/retour", state="ready")
    page = counter.follow(undo)
    assert town.order(taken.order_id).state is OrderState.ACCEPTED
    assert 'form="undo"' not in page


def test_on_the_orders_own_page_too_the_banner_takes_it_back(counter: Counter, town: Town) -> None:
    (taken,) = town.take(an_order())
    page = counter.follow(counter.post(f"{ORDERS}/{taken.order_id}/prete", page="order"))
    assert "La commande est prête" in page and 'form="undo"' in page
    undo = counter.post(f"{ORDERS}/{taken.order_id}/retour", state="ready", page="order")
    assert town.order(taken.order_id).state is OrderState.ACCEPTED
    assert 'form="undo"' not in counter.follow(undo)


def test_a_shop_that_brings_its_parcels_drops_them_off_and_may_take_it_back(
    door: Door, town: Town
) -> None:
    (taken,) = town.take(an_order(shop="boulangerie"))
    counter = door("boulangerie")
    counter.post(f"{ORDERS}/{taken.order_id}/prete")
    assert "Déposée au hub" in section(counter.get().text, "waiting")
    page = counter.follow(counter.post(f"{ORDERS}/{taken.order_id}/depot"))
    assert town.order(taken.order_id).state is OrderState.DROPPED_OFF
    assert 'name="state" value="dropped_off"' in page
    counter.post(f"{ORDERS}/{taken.order_id}/retour", state="dropped_off")
    assert town.order(taken.order_id).state is OrderState.READY


def test_others_wait_for_the_courier(counter: Counter, town: Town) -> None:
    (taken,) = town.take(an_order())
    counter.post(f"{ORDERS}/{taken.order_id}/prete")
    assert "Déposée" not in section(counter.get().text, "waiting")


def test_a_counter_order_is_handed_over_by_its_code(counter: Counter, town: Town) -> None:
    (taken,) = town.take(an_order(**AT_COUNTER))
    counter.post(f"{ORDERS}/{taken.order_id}/prete")
    assert 'name="code"' in section(counter.get().text, "waiting")
    assert taken.code is not None
    spaced = f"{taken.code[:2]} {taken.code[2:]}"
    page = counter.follow(counter.post(f"{ORDERS}/{taken.order_id}/remettre", code=spaced))
    assert town.order(taken.order_id).state is OrderState.HANDED_OVER
    assert f'id="commande-{taken.order_id}"' in section(page, "done")


def test_a_wrong_code_and_too_many_of_them_are_told_in_words(counter: Counter, town: Town) -> None:
    (taken,) = town.take(an_order(**AT_COUNTER))
    path = f"{ORDERS}/{taken.order_id}/remettre"
    assert taken.code is not None
    wrong = f"{(int(taken.code) + 1) % 10_000:04d}"
    assert "quatre chiffres" in fault(counter.post(path, code="12").text, "code")
    for _ in range(MOST_ATTEMPTS):
        answer = counter.post(path, code=wrong)
        assert (answer.status_code, "code du destinataire" in fault(answer.text, "code")) == (
            422,
            True,
        )
    answer = counter.post(path, code=taken.code)
    assert answer.status_code == 429 and "15 minutes" in fault(answer.text, "code")
    assert town.order(taken.order_id).state is OrderState.ACCEPTED


def test_calling_off_is_asked_and_then_done(counter: Counter, town: Town) -> None:
    (taken,) = town.take(an_order())
    path = f"{ORDERS}/{taken.order_id}/annuler"
    assert "Anne Moreau : annuler la commande" in counter.get(path).text
    assert town.order(taken.order_id).state is OrderState.ACCEPTED
    assert "La commande est annulée" in counter.follow(counter.post(path))
    assert town.delivery(taken.delivery_id).state is DeliveryState.CANCELLED
    assert counter.get(path).status_code == 409
