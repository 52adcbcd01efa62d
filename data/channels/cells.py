"""What stands in a cell of a shop's spreadsheet: moments, amounts, parcels, in French words."""

import re
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from delivery.orders import MOST_PARCELS, Fulfilment
from delivery.parcels import Parcel, Size, Temperature, parcel
from delivery.phones import e164

MODES = {
    "domicile": Fulfilment.HOME,
    "drive": Fulfilment.DRIVE,
    "retrait": Fulfilment.COUNTER,
}
SIZES = {
    "petit": Size.SMALL,
    "moyen": Size.MEDIUM,
    "grand": Size.LARGE,
    "tres-grand": Size.BULKY,
}
#: What begins a formula, full width too; and what spreadsheets skip before one.
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
BLANKS = ("\t", "\r", "\n")
#: Years a moment may lie in: PostgreSQL and Python hold them in every time zone.
YEARS = range(1970, 2100)


class Unfit(ValueError):
    """A cell cannot be taken: the code of the sentence that says why, and its parameters."""

    def __init__(self, code: str, **parameters: object) -> None:
        """Keep what the words will need."""
        super().__init__(code)
        self.code = code
        self.parameters = parameters


def inert(text: str) -> str:
    """Write a cell so that no spreadsheet takes what somebody typed for a formula.

    >>> inert("=1+1"), inert("Centre")
    ("'=1+1", 'Centre')
    """
    return f"'{text}" if text.lstrip().startswith(FORMULA) or text[:1] in BLANKS else text


def phone(value: str) -> str | None:
    """Read a phone number in E.164; None for an empty cell."""
    try:
        return e164(value) if value else None
    except ValueError as error:
        raise Unfit("cell_phone") from error


def mode(value: str) -> Fulfilment:
    """Read how the order reaches its recipient."""
    if value.casefold() not in MODES:
        raise Unfit("cell_choice", choices=list(MODES))
    return MODES[value.casefold()]


def degrees(value: str, most: int) -> float | None:
    """Read a coordinate; None for an empty cell."""
    if not value:
        return None
    try:
        degrees = float(value.replace(",", "."))
    except ValueError as error:
        raise Unfit("cell_degrees", most=most) from error
    if not -most <= degrees <= most:
        raise Unfit("cell_degrees", most=most)
    return degrees


def moment(value: str, timezone: ZoneInfo) -> datetime | None:
    """Read a date and time, the town's where no zone is written; None for an empty cell."""
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise Unfit("cell_moment") from error
    if not re.match(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", value) or moment.year not in YEARS:
        raise Unfit("cell_moment")
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone)


def cents(value: str) -> int:
    """Read an amount in euros, up to ten thousand."""
    plain = re.sub(r"\s", "", value).replace(",", ".")
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,4})?", plain):
        raise Unfit("cell_euros")
    cents = Decimal(plain) * 100
    if cents != int(cents) or cents > 1_000_000:
        raise Unfit("cell_euros")
    return int(cents)


def parcels(value: str) -> tuple[Parcel, ...]:
    """Read parcels such as `moyen froid + petit x2`."""
    parcels = tuple(each for part in value.split("+") for each in _parcel(part))
    if len(parcels) > MOST_PARCELS:
        raise Unfit("cell_parcel_count", most=MOST_PARCELS)
    return parcels


def _parcel(text: str) -> list[Parcel]:
    words = text.casefold().split()
    if not words or words[0] not in SIZES:
        raise Unfit("cell_parcel", parcel=text.strip(), choices=list(SIZES))
    weight_g = None
    copies = 1
    flags = set()
    for word in words[1:]:
        if match := re.fullmatch(r"(\d+(?:[.,]\d+)?)kg", word):
            weight_g = int(Decimal(match.group(1).replace(",", ".")) * 1000)
        elif match := re.fullmatch(r"x(\d{1,2})", word):
            copies = int(match.group(1))
        elif word in {"froid", "surgele", "fragile", "age"}:
            flags.add(word)
        else:
            raise Unfit("cell_parcel_word", word=word)
    if not 1 <= copies <= MOST_PARCELS:
        raise Unfit("cell_parcel_count", most=MOST_PARCELS)
    temperature = Temperature.AMBIENT
    if flags & {"froid", "surgele"}:
        temperature = Temperature.FROZEN if "surgele" in flags else Temperature.CHILLED
    try:
        one = parcel(
            SIZES[words[0]],
            weight_g=weight_g,
            temperature=temperature,
            fragile="fragile" in flags,
            age_check="age" in flags,
        )
    except ValueError as error:
        raise Unfit("cell_parcel_weight") from error
    return [one] * copies
