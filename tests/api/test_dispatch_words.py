"""Whatever the desk may have to say has its sentence, in French and in English."""

import pytest

import api.words
from api.operations.situations import FreeTrip
from api.pages.dispatch_move_view import said
from api.pages.dispatch_rides import parse_ride, write_ride
from api.pages.dispatch_watch import ORDER
from api.pages.dispatch_words import DELIVERY_KINDS, ROUND_KINDS, DispatchWords
from delivery.breaches import Breach
from delivery.moving import SET_ASIDE
from delivery.orders import OrderStep
from delivery.parcels import DIMENSIONS
from delivery.planning import SHOP_CLOSED, UNREACHABLE
from delivery.pooling import DeliveryState
from delivery.proofs import EventKind, FailureReason, ProofKind
from delivery.rounds import RoundState, StopKind
from delivery.slots import SlotKind
from routing.fault import FaultCode
from routing.solution import RelaxationKind, UnservedReason
from tests.builders import NOON, PARIS, a_bike

TOLD = set(EventKind) - {EventKind.ROUND_STARTED, EventKind.ROUND_FINISHED}


@pytest.mark.parametrize("language", api.words.LANGUAGES)
def test_every_state_step_and_reason_has_words(language: str) -> None:
    codes = {
        *(f"round_{each.value}" for each in RoundState),
        *(f"story_{each.value}" for each in TOLD),
        *(f"story_{each.value}" for each in OrderStep),
        *(f"failed_{each.value}" for each in FailureReason),
        *(f"proof_{each.value}" for each in ProofKind),
        *(f"kind_{each.value}" for each in SlotKind),
        *(f"badge_{each}" for each in ORDER),
        *(f"mend_{each.value}" for each in RelaxationKind),
    }
    texts = api.words.catalogue(language)
    assert {f"dispatch_{code}" for code in codes} - texts.keys() == set()
    assert {f"state_{each.value}" for each in DeliveryState} <= texts.keys()
    assert (DELIVERY_KINDS.keys(), ROUND_KINDS.keys()) == (set(DeliveryState), set(RoundState))


def test_every_reason_to_leave_a_delivery_out_is_said_in_both_languages() -> None:
    reasons = {*(each.value for each in UnservedReason), SHOP_CLOSED, UNREACHABLE, SET_ASIDE}
    codes = [f"{where}_{reason}" for where in ("unserved", "page_unserved") for reason in reasons]
    french, english = (api.words.catalogue(language) for language in ("fr", "en"))
    assert set(codes) - french.keys() == set()
    assert [code for code in codes if english[code] == french[code]] == []


def a_breach(code: FaultCode, **changes: object) -> Breach:
    values: dict[str, object] = {
        "code": code,
        "vehicle": "Vélo 1",
        "excess": 61,
        "label": "12 rue du Port",
        "planned_at": NOON,
        "latest_at": NOON,
        **changes,
    }
    return Breach(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", api.words.LANGUAGES)
def test_every_breach_has_its_sentence_with_figures(language: str) -> None:
    words = DispatchWords(language=language, timezone=PARIS)
    breaches = [
        *(a_breach(FaultCode.TOO_LATE, kind=kind) for kind in StopKind),
        *(a_breach(FaultCode.OVERLOADED, dimension=each) for each in DIMENSIONS),
        a_breach(FaultCode.WORKING_PERIOD),
        a_breach(FaultCode.RIDE_TOO_LONG),
    ]
    sentences = said(breaches, words)
    assert len(set(sentences)) == len(breaches)
    assert all("–" not in each and "{" not in each for each in sentences)
    assert sum("13:00" in each for each in sentences) == len(StopKind) + 1


def test_a_minute_that_is_begun_is_missed() -> None:
    words = DispatchWords(language="fr", timezone=PARIS)
    (sentence,) = said([a_breach(FaultCode.TOO_LATE, kind=StopKind.DOOR)], words)
    assert sentence.replace("\N{NO-BREAK SPACE}", " ") == (
        "12 rue du Port : à la porte à 13:00, 2 min après la fin du créneau (13:00)."
    )


def test_one_stop_is_told_once_however_much_is_done_there() -> None:
    words = DispatchWords(language="fr", timezone=PARIS)
    three = [
        a_breach(FaultCode.TOO_LATE, kind=StopKind.HUB, delivery_id=each, excess=60 * each)
        for each in (1, 2, 3)
    ]
    (sentence,) = said(three, words)
    assert "3\N{NO-BREAK SPACE}min" in sentence and "2 autres livraisons" in sentence


def test_rides_are_read_as_they_are_written() -> None:
    free = FreeTrip(vehicle_id=3, starts=a_bike().periods[1].starts)
    for ride in (None, 12, free):
        assert parse_ride(write_ride(ride)) == ride
