"""Parcels as a shop counts them: so many of each size, alike in how they are kept and carried.

On a form, group 2 of them is `small_2 medium_2 large_2 bulky_2 temperature_2 fragile_2 adult_2`.
"""

from collections.abc import Mapping, Sequence

from pydantic_core import PydanticCustomError

from delivery.orders import MOST_PARCELS
from delivery.parcels import Parcel, Size, Temperature, parcel

#: As many groups as a form may have: more is several orders.
MOST_GROUPS = 9


def read(given: Mapping[str, object]) -> tuple[Parcel, ...]:
    """Read the parcels of a form's fields.

    Raises PydanticCustomError, which forms put into words.
    """
    parcels = [
        each
        for group in range(1, MOST_GROUPS + 1)
        for size in Size
        for each in _alike(given, size, group)
    ]
    if not parcels:
        raise PydanticCustomError("shop_no_parcel", "no parcel")
    if len(parcels) > MOST_PARCELS:
        raise _too_many()
    return tuple(parcels)


def _alike(given: Mapping[str, object], size: Size, group: int) -> list[Parcel]:
    count = _count(str(given.get(f"{size.value}_{group}") or "0"))
    if not count:
        return []
    try:
        temperature = Temperature(given.get(f"temperature_{group}", Temperature.AMBIENT.value))
    except ValueError as error:
        raise PydanticCustomError("shop_temperature", "no temperature") from error
    one = parcel(
        size,
        temperature=temperature,
        fragile=given.get(f"fragile_{group}") == "yes",
        age_check=given.get(f"adult_{group}") == "yes",
    )
    return [one] * count


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4) or int(text) > MOST_PARCELS:
        raise _too_many()
    return int(text)


def _too_many() -> PydanticCustomError:
    return PydanticCustomError("shop_parcel_count", "0 to {most} parcels", {"most": MOST_PARCELS})


def written(parcels: Sequence[Parcel]) -> dict[str, str]:
    """Return the fields of parcels, and an empty group after them."""
    groups: dict[tuple[Temperature, bool, bool], dict[Size, int]] = {}
    for each in parcels:
        sizes = groups.setdefault((each.temperature, each.fragile, each.age_check), {})
        sizes[each.size] = sizes.get(each.size, 0) + 1
    texts: dict[str, str] = {}
    for number, ((temperature, fragile, adult), sizes) in enumerate(groups.items(), start=1):
        texts |= {f"{size.value}_{number}": str(count) for size, count in sizes.items()}
        texts[f"temperature_{number}"] = temperature.value
        texts[f"fragile_{number}"] = "yes" if fragile else ""
        texts[f"adult_{number}"] = "yes" if adult else ""
    if len(groups) < MOST_GROUPS:
        texts[f"temperature_{len(groups) + 1}"] = Temperature.CHILLED.value
    return texts


def groups(texts: Mapping[str, str]) -> list[int]:
    """Return the numbers of the groups a form shows."""
    return [number for number in range(1, MOST_GROUPS + 1) if f"temperature_{number}" in texts]
