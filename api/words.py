"""The words people read: catalogues by code, French first, and how France writes figures."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, format_percent

LANGUAGES = ("fr", "en")


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return the texts of a language by code; one of LANGUAGES. Each door has a file of its own.

    What is not written in another language yet is said in French.
    """
    texts = {} if language == "fr" else dict(catalogue("fr"))
    folder = files("api.web") / "catalogues"
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if path.name == f"{language}.po" or path.name.endswith(f"_{language}.po"):
            with path.open("rb") as file:
                messages = read_po(file, locale=language)
            texts |= {str(each.id): str(each.string) for each in messages if each.id}
    return texts


def text(code: str, parameters: Mapping[str, object], language: str) -> str:
    """Return the sentence of a code with its parameters filled in.

    A sentence for `code_reason` is taken before the one for the code alone; states and steps are
    said in words. A parameter the sender did not give is written as a dash, never as a failure.
    """
    texts = catalogue(language)
    shown = {
        name: texts.get(f"{name}_{value}") or show(value, language)
        for name, value in parameters.items()
    }
    sentence = texts.get(f"{code}_{parameters.get('reason')}") or texts[code]
    return sentence.format_map(_Dashes(shown)).strip()


def counted(code: str, count: int, language: str) -> str:
    """Return a sentence about a count: `code_one` or `code_many`, as the language counts.

    French says *0 arrêt* and *1 arrêt*, English *0 stops* and *1 stop*.
    """
    is_one = count < 2 if language == "fr" else count == 1
    return text(
        f"{code}_{'one' if is_one else 'many'}", {"count": whole(count, language)}, language
    )


class _Dashes(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "–"


def show(value: object, language: str) -> str:
    """Write a parameter as a person of the language would."""
    match value:
        case datetime():
            return f"{format_date(value, 'EEEE d MMMM', locale=language)} {clock(value, language)}"
        case date():
            return format_date(value, "EEEE d MMMM y", locale=language)
        case list() | tuple():
            return " ; ".join(show(each, language) for each in value)
        case None:
            return "–"
        case _:
            return str(value)


def local(parameters: Mapping[str, object], timezone: ZoneInfo) -> dict[str, object]:
    """Return the parameters with their moments in the town's own time."""
    return {
        name: value.astimezone(timezone) if isinstance(value, datetime) else value
        for name, value in parameters.items()
    }


def clock(moment: datetime, language: str) -> str:
    """Write a time of day: 14:05."""
    return format_time(moment, "HH:mm", locale=language)


def hour(moment: datetime, language: str) -> str:
    """Write a time of day as people say it: 14 h, 14 h 05; in English 14:05."""
    if language != "fr":
        return clock(moment, language)
    gap = "\N{NO-BREAK SPACE}"
    return f"{moment.hour}{gap}h" + (f"{gap}{moment.minute:02d}" if moment.minute else "")


def weekday(date: date, language: str) -> str:
    """Write a day of these weeks: vendredi 20 novembre."""
    return format_date(date, "EEEE d MMMM", locale=language)


def short_day(date: date, language: str) -> str:
    """Write a day in little room: 20 nov."""
    return format_date(date, "d MMM", locale=language)


def moment(value: datetime, timezone: ZoneInfo, language: str = "fr") -> str:
    """Write a moment in the town's own time."""
    local = value.astimezone(timezone)
    return format_datetime(local, "EEEE d MMMM y HH:mm", locale=language)


def whole(count: int, language: str = "fr") -> str:
    """Write a whole number: 1 234."""
    return format_decimal(count, "#,##0", locale=language)


def share(part: int, whole: int, language: str = "fr") -> str:
    """Write a share in whole percent, never rounded up to all: 98 %."""
    return format_percent(part * 100 // whole / 100, locale=language)


@lru_cache(maxsize=4096)
def euros(cents: int, language: str = "fr") -> str:
    """Write cents as euros: 1 234,50 €. A page says the same amounts hundreds of times."""
    return format_currency(cents / 100, "EUR", locale=language)


def kilometres(distance_m: int, language: str = "fr") -> str:
    """Write metres as kilometres with one decimal."""
    return f"{format_decimal(distance_m / 1000, '#,##0.0', locale=language)}\N{NO-BREAK SPACE}km"


def hours(duration_s: int) -> str:
    """Write seconds as hours and minutes: 3 h 05."""
    gap = "\N{NO-BREAK SPACE}"
    return f"{duration_s // 3600}{gap}h{gap}{duration_s % 3600 // 60:02d}"


def lasting(time: timedelta, language: str = "fr") -> str:
    """Write how long something lasts, in whole units: 7 jours, 60 minutes."""
    return format_timedelta(time, threshold=1.01, locale=language)
