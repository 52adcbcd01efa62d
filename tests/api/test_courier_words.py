"""Turns, distances and times as a rider reads them."""

import pytest
from shapely import Point

import api.words
from api.pages.courier_words import Wording
from data.streets import engine
from routing.streets import Leg, Step
from tests.builders import PARIS

FRENCH, ENGLISH = Wording("fr", PARIS), Wording("en", PARIS)


def a_leg(*steps: tuple[str, str, int]) -> Leg:
    return Leg(
        distance_m=sum(metres for *_, metres in steps),
        duration_s=200,
        line=None,
        steps=tuple(
            Step(
                point=Point(-2, 48),
                manoeuvre=manoeuvre,
                street=street,
                distance_m=metres,
                duration_s=10,
            )
            for manoeuvre, street, metres in steps
        ),
    )


def test_a_way_is_told_turn_by_turn() -> None:
    way = FRENCH.way(
        a_leg(
            ("depart", "rue du Port", 118),
            ("turn-left", "rue des Forges", 43),
            ("roundabout-2", "", 1_240),
            ("arrive", "rue du Four", 0),
        )
    )
    assert [(turn.text, turn.street, turn.distance) for turn in way.turns] == [
        ("Partez", "rue du Port", "120\N{NO-BREAK SPACE}m"),
        ("Tournez à gauche", "rue des Forges", "40\N{NO-BREAK SPACE}m"),
        ("Au rond-point, prenez la sortie 2", "", "1,2\N{NO-BREAK SPACE}km"),
        ("Arrivée", "", ""),
    ]
    assert way.streets == "rue du Port, rue des Forges"
    assert (way.distance, way.duration) == ("1,4\N{NO-BREAK SPACE}km", "3\N{NO-BREAK SPACE}min")


def test_riding_on_along_one_street_is_said_once() -> None:
    way = FRENCH.way(
        a_leg(
            ("depart", "rue du Port", 100),
            ("straight", "rue du Port", 50),
            ("straight", "quai Neuf", 30),
            ("arrive", "quai Neuf", 0),
        )
    )
    assert [turn.text for turn in way.turns] == ["Partez", "Continuez tout droit", "Arrivée"]
    assert way.turns[0].distance == "150\N{NO-BREAK SPACE}m"


@pytest.mark.parametrize(
    ("metres", "said"), [(0, "0 m"), (3, "10 m"), (96, "100 m"), (994, "990 m"), (996, "1,0 km")]
)
def test_a_distance_is_rounded_to_what_a_rider_sees(metres: int, said: str) -> None:
    assert FRENCH.metres(metres) == said.replace(" ", "\N{NO-BREAK SPACE}")


@pytest.mark.parametrize("words", [FRENCH, ENGLISH])
def test_every_manoeuvre_of_the_streets_has_its_words(words: Wording) -> None:
    manoeuvres = [*engine._TURNS.values(), "depart", "arrive", "roundabout-3", "leave-roundabout"]
    way = words.way(a_leg(*((each, f"rue {n}", 20) for n, each in enumerate(manoeuvres))))
    assert all(turn.text for turn in way.turns)


def test_both_languages_say_the_same_things() -> None:
    french, english = (
        {code for code in api.words.catalogue(language) if code.startswith("courier_")}
        for language in api.words.LANGUAGES
    )
    assert french == english
