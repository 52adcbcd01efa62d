"""Addresses as people write them: one key for every spelling of the same door."""

import re
import unicodedata
from dataclasses import dataclass

from shapely import Point

from delivery.errors import Refusal


class AddressUnknown(Refusal):
    """The town knows no such address. Parameters: address, suggestions (a list of labels)."""

    code = "address_unknown"


class AddressAmbiguous(Refusal):
    """Several doors go by this address. Parameters: address, suggestions (a list of labels)."""

    code = "address_ambiguous"


class AddressMissing(Refusal):
    """A home delivery came with neither an address nor a point."""

    code = "address_missing"


#: Abbreviations of street types on French envelopes (norme AFNOR XP Z 10-011, annexe).
ABBREVIATIONS = {
    "all": "allee",
    "av": "avenue",
    "ave": "avenue",
    "bd": "boulevard",
    "bld": "boulevard",
    "bvd": "boulevard",
    "boul": "boulevard",
    "ch": "chemin",
    "che": "chemin",
    "chem": "chemin",
    "crs": "cours",
    "fg": "faubourg",
    "fbg": "faubourg",
    "imp": "impasse",
    "pass": "passage",
    "pl": "place",
    "q": "quai",
    "qu": "quai",
    "r": "rue",
    "rte": "route",
    "sq": "square",
    "st": "saint",
    "ste": "sainte",
    "gal": "general",
    "dr": "docteur",
}

_SUFFIXES = {"bis": "b", "ter": "t", "quater": "q"}
_LITTLE_WORDS = {"de", "du", "des", "d", "la", "le", "les", "l", "et", "au", "aux", "a"}
#: A house number on its own, or a part without a word: the street stands after the comma.
_NUMBER = re.compile(r"\d+\s*(bis|ter|quater)|(?!.*[^\W\d_]{2}).*", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAddress:
    """A door of the town: number and street as signed there."""

    number: str
    street: str
    postcode: str
    city: str
    point: Point

    @property
    def label(self) -> str:
        """The address on one line, as on an envelope."""
        door = f"{self.number} {self.street}".strip()
        town = f"{self.postcode} {self.city}".strip()
        return f"{door}, {town}" if town else door

    @property
    def key(self) -> str:
        """What every spelling of this door folds to, without postcode and city."""
        return fold(f"{self.number} {self.street}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address(NewAddress):
    """A door the town has in its list."""

    id: int


def fold(text: str) -> str:
    """Fold accents, case, punctuation, abbreviations and little words away.

    >>> fold("12 bis, Av. du Général-Leclerc")
    '12b avenue general leclerc'
    >>> fold("12BIS avenue General Leclerc")
    '12b avenue general leclerc'
    """
    bare = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("ß", "ss"))
    bare = "".join(letter for letter in bare if not unicodedata.combining(letter))
    words = re.findall(r"\d+|[a-z]+|[^\W\d_]+", bare)
    return " ".join(_join_number([ABBREVIATIONS.get(word, word) for word in words]))


def _join_number(words: list[str]) -> list[str]:
    folded: list[str] = []
    last = len(words) - 1
    for position, word in enumerate(words):
        follows_number = bool(folded) and folded[-1].isdigit() and position == 1
        if follows_number and word in _SUFFIXES:
            folded[-1] += _SUFFIXES[word]
        elif follows_number and len(word) == 1 and len(words) > 2:
            folded[-1] += word
        elif word not in _LITTLE_WORDS or position == last:  # "allée A" is not "allée D"
            folded.append(word)
    return folded


def written_city(text: str) -> str | None:
    """Return the city that follows the postcode, or the last comma, if one is written.

    >>> written_city("3 rue Neuve, 22100 Lanvallay")
    'Lanvallay'
    >>> written_city("3 rue Neuve, Lanvallay")
    'Lanvallay'
    >>> written_city("3, rue Neuve") is None
    True
    """
    match = re.search(r"[\s,]+\d{5}\b(.*)$", text)
    if match:
        return match.group(1).strip(" ,") or None
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > 1 and _NUMBER.fullmatch(parts[0]):
        parts = parts[1:]
    return parts[-1] if len(parts) > 1 and parts[-1] else None


def in_city[A: NewAddress](found: list[A], city: str | None) -> list[A]:
    """Keep the doors of the city that was written; all where none is, or none of them is there."""
    if city is None:
        return found
    return [each for each in found if fold(each.city) == fold(city)] or found


def split_town(text: str) -> tuple[str, str | None]:
    """Split "12 rue du Port, 22100 Dinan" into the door and the postcode, if one is written.

    >>> split_town("12 rue du Port, 22100 Dinan")
    ('12 rue du Port', '22100')
    >>> split_town("12 bis, rue du Port, Dinan")
    ('12 bis rue du Port', None)
    """
    match = re.search(r"[\s,]+(\d{5})\b.*$", text)
    parts = [part.strip() for part in (text[: match.start()] if match else text).split(",")]
    if len(parts) > 1 and _NUMBER.fullmatch(parts[0]):
        parts[:2] = [f"{parts[0]} {parts[1]}"]
    return parts[0], match.group(1) if match else None
