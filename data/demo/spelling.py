"""How people write an address they know by heart."""

import random
import unicodedata

import delivery.addresses
from delivery.addresses import NewAddress

_SHORT = {
    "rue": "r.", "avenue": "av.", "boulevard": "bd", "chemin": "ch.", "impasse": "imp.",
    "route": "rte", "allée": "all.", "place": "pl.", "général": "Gal", "docteur": "Dr",
    "saint": "St", "sainte": "Ste",
}  # fmt: skip


def spelling(address: NewAddress, *, rng: random.Random) -> str:
    """Write the address in one of the ways people do; it folds to the address's own key."""
    number, street = address.number, address.street
    shortened = " ".join(_shortened(word) for word in street.split())
    ways = (
        address.label,
        address.label,
        f"{number} {street}",
        f"{number}, {street}, {address.city}",
        f"{number} {shortened}",
        f"{number}, {shortened}, {address.postcode} {address.city}",
        f"{number} {street}".upper(),
        _bare(f"{number} {street} {address.postcode} {address.city}"),
        f"{number.replace(' ', '')} {street.lower()}",
        f"{number} {street.replace('-', ' ')}",
    )
    written = rng.choice(ways)
    return written if folds_to(written, address) else address.label


def folds_to(written: str, address: NewAddress) -> bool:
    """Say whether the import will recognise the address as it is written."""
    return delivery.addresses.fold(delivery.addresses.split_town(written)[0]) == address.key


def _shortened(word: str) -> str:
    return "-".join(_SHORT.get(part.lower(), part) for part in word.split("-"))


def _bare(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
