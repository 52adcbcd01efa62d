"""One key for every spelling of a door, and another for every other door."""

import unicodedata
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.addresses import fold, split_town
from tests import builders

LECLERC = "12 bis avenue du Général Leclerc"


@pytest.mark.parametrize(
    "written",
    [
        "12 bis, Av. du Général-Leclerc",
        "12BIS AVENUE DU GENERAL LECLERC",
        "12 B av du gal Leclerc",
        "12b, ave. du Gal. Leclerc",
        "  12  bis   avenue   du général  leclerc  ",
        "12 bis avenue General Leclerc",
        unicodedata.normalize("NFD", LECLERC),
        unicodedata.normalize("NFC", LECLERC),
    ],
)
def test_every_spelling_of_a_door_is_the_same_door(written: str) -> None:
    assert fold(written) == fold(LECLERC)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3 place Saint-Sauveur", "3 pl. St Sauveur"),
        ("3 rue Sainte-Anne", "3, R. STE ANNE"),
        ("7 boulevard de l'Église", "7 bd de l’eglise"),
        ("7 boulevard de l'Église", "7 Bld L EGLISE"),
        ("1 ter chemin des Bœufs", "1T che. des boeufs"),
        ("1 quater chemin des Bœufs", "1QUATER ch. des Bœufs"),
        ("5 impasse d'Armor", "5 imp. d Armor"),
        ("9 rue du 11-Novembre 1918", "9 r du 11 novembre 1918"),
        ("4 route de Dinard", "4 rte de Dinard"),
        ("6 quai de la Rance", "6 q. de la Rance"),
        ("Le Pont Neuf", "le pont-neuf"),
    ],
)
def test_two_spellings_are_one_door(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 rue du Port", "12 bis rue du Port"),
        ("12 bis rue du Port", "12 ter rue du Port"),
        ("1 rue du 8 Mai", "18 rue du Mai"),
        ("1 rue du Port", "1 quai du Port"),
        ("1 place du Port", "1 place du Pont"),
        ("1 allée A", "1 allée B"),
        ("1 allée A", "1 allée D"),
        ("1 allée A", "1 allée L"),
        ("1 allée A", "1 allée"),
        ("rue du Port", "1 rue du Port"),
    ],
)
def test_two_doors_are_not_one(one: str, other: str) -> None:
    assert fold(one) != fold(other)


TYPES = {
    "rue": ["rue", "r.", "R", "Rue"],
    "avenue": ["avenue", "av.", "AVE", "Avenue"],
    "place": ["place", "pl", "Pl."],
    "chemin": ["chemin", "che.", "CHEM"],
}
NAMES = {
    "du Port": ["du Port", "DU PORT", "Port"],
    "de l'Église": ["de l'Église", "de l’eglise", "DE L EGLISE"],
    "du Général Leclerc": ["du Général Leclerc", "du gal Leclerc", "Gal. LECLERC"],
    "Saint-Malo": ["Saint-Malo", "St Malo", "ST-MALO"],
    "du 8 Mai 1945": ["du 8 Mai 1945", "du 8-mai-1945"],
    "A": ["A", "a"],
    "D": ["D", "d."],
    "Bis": ["Bis", "bis"],
}
SUFFIXES = {"": [""], "bis": [" bis", "bis", " B", "b"], "ter": [" ter", "TER", "t"]}


@dataclass(frozen=True)
class Door:
    number: int
    suffix: str
    type: str
    name: str


doors = st.builds(
    Door,
    number=st.integers(1, 30),
    suffix=st.sampled_from(list(SUFFIXES)),
    type=st.sampled_from(list(TYPES)),
    name=st.sampled_from(list(NAMES)),
)


@st.composite
def spellings(draw: st.DrawFn, door: Door) -> str:
    number = f"{door.number}{draw(st.sampled_from(SUFFIXES[door.suffix]))}"
    kind = draw(st.sampled_from(TYPES[door.type]))
    name = draw(st.sampled_from(NAMES[door.name]))
    comma = draw(st.sampled_from([" ", ", ", "  ", " , "]))
    return f"{number}{comma}{kind} {name}{draw(st.sampled_from(['', ' ', '.']))}"


@given(st.data(), doors, doors)
def test_two_spellings_have_one_key_just_when_they_are_of_one_door(
    data: st.DataObject, one: Door, other: Door
) -> None:
    keys = fold(data.draw(spellings(one))), fold(data.draw(spellings(other)))
    assert (keys[0] == keys[1]) == (one == other)


@given(st.text(max_size=60))
def test_any_text_can_be_folded_and_split(text: str) -> None:
    assert fold(text) == fold(f"  {text}\n")
    split_town(text)


@pytest.mark.parametrize(
    ("written", "door", "postcode"),
    [
        ("12 rue du Port, 22100 Dinan", "12 rue du Port", "22100"),
        ("12, rue du Port, 22100 Dinan", "12 rue du Port", "22100"),
        ("12 bis, rue du Port, 22100 Dinan", "12 bis rue du Port", "22100"),
        ("12B, rue du Port, Dinan", "12 bis rue du Port", None),
        ("Le Bourg, Dinan", "Le Bourg", None),
        ("12 rue du Port 22100 Dinan", "12 rue du Port", "22100"),
        ("12 rue du Port\n22100 Dinan", "12 rue du Port", "22100"),
        ("12 rue du Port, Dinan", "12 rue du Port", None),
        ("12, rue du Port, Dinan", "12 rue du Port", None),
        ("12 rue du Port", "12 rue du Port", None),
        ("12 rue du Port, 22100", "12 rue du Port", "22100"),
        ("", "", None),
    ],
)
def test_the_town_is_split_from_the_door(written: str, door: str, postcode: str | None) -> None:
    found, code = split_town(written)
    assert (fold(found), code) == (fold(door), postcode)


def test_a_door_is_labelled_as_on_an_envelope() -> None:
    assert builders.an_address().label == "12 rue du Port, 22999 Essai"
    assert builders.an_address(postcode="", city="").label == "12 rue du Port"
    place = replace(builders.an_address(street="Le Bourg"), number="")
    assert place.label == "Le Bourg, 22999 Essai"


def test_a_doors_key_is_what_its_label_folds_to() -> None:
    address = builders.an_address()
    assert address.key == fold(split_town(address.label)[0])
