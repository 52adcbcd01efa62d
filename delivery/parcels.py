"""What is carried: size classes, and the vector of amounts rounds are loaded with."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

#: The order of every amount vector in Colporteur: a `Problem`'s dimensions.
DIMENSIONS = ("weight_g", "volume_l", "chilled_l", "frozen_l")

#: Heaviest parcel a courier lifts alone; the French labour code's 55 kg is a ceiling, not a habit
#: (article R4541-9 of the Code du travail). Thirty is what carriers take by hand.
HEAVIEST_G = 30_000
BULKIEST_L = 250


class Size(Enum):
    """What a shopkeeper sees at a glance, where nobody weighed the parcel."""

    #: An envelope, a book, a jar.
    SMALL = "small"
    #: A shoe box, a bag of bread and cheese.
    MEDIUM = "medium"
    #: A full shopping bag, a case of wine.
    LARGE = "large"
    #: A small appliance, a plant in its pot.
    BULKY = "bulky"


class Temperature(Enum):
    """How a parcel must be kept until it is handed over."""

    #: Minds nothing.
    AMBIENT = "ambient"
    #: Between 0 and 4 degrees: meat, fish, cheese.
    CHILLED = "chilled"
    #: Below -18 degrees.
    FROZEN = "frozen"


#: Weight and volume assumed for a size nobody measured (our own estimate, to be replaced by each
#: town's weighing).
ASSUMED = {
    Size.SMALL: (800, 3),
    Size.MEDIUM: (2_500, 10),
    Size.LARGE: (7_000, 30),
    Size.BULKY: (15_000, 90),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One physical thing of an order."""

    size: Size
    weight_g: int
    volume_l: int
    temperature: Temperature = Temperature.AMBIENT
    fragile: bool = False
    age_check: bool = False

    def __post_init__(self) -> None:
        """Refuse what no courier could lift or no bike could hold."""
        if not 0 < self.weight_g <= HEAVIEST_G:
            raise ValueError(f"weight_g must lie in 1..{HEAVIEST_G}, not {self.weight_g}")
        if not 0 < self.volume_l <= BULKIEST_L:
            raise ValueError(f"volume_l must lie in 1..{BULKIEST_L}, not {self.volume_l}")

    @property
    def amount(self) -> tuple[int, int, int, int]:
        """The parcel as a vector over `DIMENSIONS`; cold litres count in both columns."""
        return (
            self.weight_g,
            self.volume_l,
            self.volume_l if self.temperature is Temperature.CHILLED else 0,
            self.volume_l if self.temperature is Temperature.FROZEN else 0,
        )


def parcel(
    size: Size,
    *,
    weight_g: int | None = None,
    volume_l: int | None = None,
    temperature: Temperature = Temperature.AMBIENT,
    fragile: bool = False,
    age_check: bool = False,
) -> Parcel:
    """Make a parcel, assuming the weight and volume of its size where they are not given."""
    assumed_g, assumed_l = ASSUMED[size]
    return Parcel(
        size=size,
        weight_g=assumed_g if weight_g is None else weight_g,
        volume_l=assumed_l if volume_l is None else volume_l,
        temperature=temperature,
        fragile=fragile,
        age_check=age_check,
    )


def total(parcels: Iterable[Parcel]) -> tuple[int, ...]:
    """Sum the amounts of several parcels; zeros for none."""
    sums = [0] * len(DIMENSIONS)
    for each in parcels:
        for index, value in enumerate(each.amount):
            sums[index] += value
    return tuple(sums)
