"""Opening hours as OSM writes them, where they are simple enough to be sure."""

import re
from datetime import time

from delivery.shops import Opening

#: OpenStreetMap keeps no longer value; patterns take long over much longer ones.
LONGEST = 255

_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_RULE = re.compile(r"^(?P<days>[A-Z][a-z](?:[-,][A-Z][a-z])*)\s+(?P<hours>off|closed|[\d:,\s-]+)$")
_HOURS = re.compile(r"^(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$")


def openings(text: str) -> tuple[Opening, ...] | None:
    """Read hours such as "Tu-Sa 09:00-12:30,14:00-19:00; Su off"; None for anything harder.

    A later rule replaces an earlier one on its days. Public holidays ("PH off") are left out.
    """
    if len(text) > LONGEST:
        return None
    week: dict[int, list[Opening]] = {}
    for rule in re.split(r"\s*;\s*", text.strip().rstrip(";")):
        if re.fullmatch(r"(PH|SH)(,(PH|SH))*\s+(off|closed)", rule):
            continue
        match = _RULE.match(rule)
        days = _weekdays(match["days"]) if match else None
        if match is None or days is None:
            return None
        for day in days:
            stretches = [] if match["hours"] in ("off", "closed") else _of_day(day, match["hours"])
            if stretches is None:
                return None
            week[day] = stretches
    return tuple(opening for day in sorted(week) for opening in week[day])


def _weekdays(text: str) -> list[int] | None:
    days: list[int] = []
    for part in text.split(","):
        ends = part.split("-")
        if len(ends) > 2 or any(end not in _DAYS for end in ends):
            return None
        first, last = _DAYS.index(ends[0]), _DAYS.index(ends[-1])
        days += [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    return days


def _of_day(day: int, text: str) -> list[Opening] | None:
    found = []
    for part in text.split(","):
        match = _HOURS.match(part.strip())
        if match is None:
            return None
        opens_h, opens_m, closes_h, closes_m = (int(group) for group in match.groups())
        if closes_h > 23 or opens_h > 23 or (opens_h, opens_m) >= (closes_h, closes_m):
            return None
        if max(opens_m, closes_m) > 59:
            return None
        found.append(
            Opening(weekday=day, opens=time(opens_h, opens_m), closes=time(closes_h, closes_m))
        )
    return found
