"""The demo's summary, for people."""

from collections.abc import Iterator, Mapping
from datetime import date

from babel.numbers import format_decimal, format_percent

from api.words import euros, hours, text


def summary(figures: Mapping[str, object], language: str) -> str:
    """Write the figures of a demo day as aligned lines under a title."""
    day = date.fromisoformat(str(figures["day"]))
    title = text("summary_title", {"town": figures["town"], "day": day}, language)
    lines = list(_lines(figures, language))
    width = max(len(name) for name, _ in lines)
    return "\n".join(
        ["", title, "─" * len(title), *(f"{name:<{width}}  {value}" for name, value in lines)]
    )


def _lines(figures: Mapping[str, object], language: str) -> Iterator[tuple[str, str]]:
    def number(key: str) -> float:
        return float(str(figures[key]))

    def named(key: str, value: str) -> tuple[str, str]:
        return text(f"summary_{key}", {}, language), value

    for key in ("orders", "deliveries", "saved_drops", "unserved", "failed", "rounds"):
        yield named(key, str(figures[key]))
    yield named("km", format_decimal(number("km"), locale=language))
    yield named("hours", hours(round(number("hours") * 3600)))
    yield named("on_time_share", format_percent(number("on_time_share"), "#,##0.0 %", language))
    per_delivery = round(number("cost_cents") / max(1.0, number("deliveries")))
    yield named("cost", euros(per_delivery, language))
    statement = {
        "lines": figures["statement_lines"],
        "total": euros(int(number("statement_total_cents")), language),
    }
    yield named("statement", text("summary_statement_value", statement, language))
    spent, left = (
        euros(int(number(key)), language) for key in ("envelope_spent_cents", "envelope_left_cents")
    )
    yield named("envelope", f"{spent}, {left}")
    yield named("faults", str(figures["faults"]))
    yield named("seconds", f"{format_decimal(number('seconds'), locale=language)} s")
