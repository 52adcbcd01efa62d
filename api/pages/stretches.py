"""Stretches of the day as people type them: two hours a row, none where a row is left empty."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import time
from typing import Annotated

from pydantic import BaseModel, BeforeValidator
from pydantic_core import PydanticCustomError

import api.words
from api.pages.forms import FormFields, FormState

type Names = tuple[str, str]

#: As people write it: 9, 9h, 9h30, 9:30, 09:30, 0930.
CLOCK = re.compile(r"([01]?\d|2[0-3])\s*(?:(?:[:hH.]\s*)?([0-5]\d)(?::00)?|[hH:]?)")


def read(
    fields: FormFields, rows: Iterable[Names], language: str
) -> tuple[list[tuple[time, time]], dict[str, str]]:
    """Read the stretches of one day, in order; and what is wrong, by the name of its field."""
    found: list[tuple[time, time]] = []
    for starts_name, ends_name in rows:
        if not fields.get(starts_name) and not fields.get(ends_name):
            continue
        starts, ends = clock(fields.get(starts_name)), clock(fields.get(ends_name))
        if starts is None:
            return [], _fault(starts_name, "form_time", language)
        if ends is None:
            return [], _fault(ends_name, "form_time", language)
        if ends <= starts:
            return [], _fault(ends_name, "form_time_order", language)
        if found and starts < found[-1][1]:
            return [], _fault(starts_name, "form_time_overlap", language)
        found.append((starts, ends))
    return found, {}


def clock(text: str) -> time | None:
    """Read a time of day; None for anything else.

    >>> clock("9h30"), clock("14"), clock("0915")
    (datetime.time(9, 30), datetime.time(14, 0), datetime.time(9, 15))
    """
    match = CLOCK.fullmatch(text.strip())
    return None if match is None else time(int(match[1]), int(match[2] or 0))


def _typed(value: object) -> time:
    found = clock(str(value))
    if found is None:
        raise PydanticCustomError("time", "not a time of day")
    return found


#: A time of day as people type it.
Typed = Annotated[time, BeforeValidator(_typed)]


def _fault(name: str, code: str, language: str) -> dict[str, str]:
    return {name: api.words.text(code, {}, language)}


def texts(rows: Sequence[Names], stretches: Sequence[tuple[time, time]]) -> dict[str, str]:
    """Return what stands in the fields of these rows."""
    said = {name: "" for row in rows for name in row}
    for (starts_name, ends_name), (starts, ends) in zip(rows, stretches, strict=False):
        said |= {starts_name: f"{starts:%H:%M}", ends_name: f"{ends:%H:%M}"}
    return said


def with_faults[M: BaseModel](form: FormState[M], faults: Mapping[str, str]) -> FormState[M]:
    """Return a form with more faults; it has no value any more where there is one."""
    if not faults:
        return form
    return replace(form, faults={**form.faults, **faults}, value=None)
