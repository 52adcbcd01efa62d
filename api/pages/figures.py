"""Figures as people type them in forms: euros, degrees, a business's number."""

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError
from stdnum.fr import siret

import data.channels.cells


def _cents(text: object) -> int:
    try:
        return data.channels.cells.cents(str(text))
    except ValueError as error:
        raise PydanticCustomError("euros", "not an amount") from error


def _siret(text: str) -> str:
    if not siret.is_valid(text):
        raise PydanticCustomError("siret", "not a SIRET")
    return str(siret.compact(text))


def _dotted(text: object) -> str:
    return str(text).replace(",", ".").replace("\N{MINUS SIGN}", "-")


#: An amount typed in euros, kept in cents.
Cents = Annotated[int, BeforeValidator(_cents)]
#: Fourteen digits whose check digits are right.
Siret = Annotated[str, AfterValidator(_siret)]
Lon = Annotated[float, BeforeValidator(_dotted), Field(ge=-180, le=180)]
Lat = Annotated[float, BeforeValidator(_dotted), Field(ge=-90, le=90)]


def euros(cents: int, language: str) -> str:
    """Write cents as they stand in a field: 24,50."""
    text = f"{Decimal(cents) / 100:.2f}"
    return text.replace(".", ",") if language == "fr" else text


def degrees(value: float) -> str:
    """Write a coordinate as it stands in a field, to about a decimetre."""
    return f"{value:.6f}"
