"""The town hall's desk: the envelope, the months' statements, a statement with its lines."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

import api.assets
import api.words
from api.deps import Id, Pool
from api.operations import statements
from api.operations.statements import StatementSheet
from api.pages.day import MAP_WORDS, streets_address
from api.pages.frame import language_of, page
from api.pages.mairie_filter import FilterForm, read_filter
from api.pages.mairie_words import Wording, month, percent
from api.visits import LoggedIn, Login
from delivery import review
from delivery.envelope import Envelope
from delivery.review import Filter, Totals
from delivery.statements import Line

router = APIRouter(include_in_schema=False)

PAGE_LINES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Which of some lines a page shows: the first and last, counted from one, and its pages."""

    first: int
    last: int
    count: int
    number: int
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeView:
    """An envelope with its bar: what is proven and what is promised, in hundredths of it."""

    envelope: Envelope
    proven: float
    promised: float
    share: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Some lines that have something in common, and how to see them alone."""

    name: str
    query: str
    totals: Totals


@router.get("/t/{slug}/mairie")
def show_overview(request: Request, login: LoggedIn, pool: Pool) -> Response:
    """Show the envelopes and the months' statements."""
    overview = statements.overview(pool, login.town.id)
    language = language_of(request)
    return page(
        request,
        "mairie/overview.html",
        envelopes=[_bar(each, language) for each in overview.envelopes],
        statements=overview.statements,
        programmes=overview.programmes,
        month=lambda first: month(first, language),
        part=lambda cents, voted: api.words.share(cents, max(voted, 1), language),
        whole=lambda count: api.words.whole(count, language),
    )


@router.get("/t/{slug}/mairie/etats/{statement_id}")
def show_statement(
    request: Request,
    login: LoggedIn,
    statement_id: Id,
    pool: Pool,
    number: Annotated[int, Query(alias="page", ge=1, le=10**6)] = 1,
    whole: Annotated[bool, Query(alias="toutes")] = False,
) -> Response:
    """Show a statement: totals, then its lines, narrowed and a hundred at a time."""
    sheet = statements.sheet(pool, login.town.id, statement_id)
    form = read_filter(request)
    asked = form.value or FilterForm()
    found = found_lines(sheet, asked.filter)
    stretch = _stretch(len(found), 1 if whole else number, len(found) if whole else PAGE_LINES)
    wording = wording_of(request, sheet)
    return page(
        request,
        "mairie/statement.html",
        status=422 if form.faults else 200,
        sheet=sheet,
        form=form,
        totals=review.totals(sheet.lines),
        filtered=review.totals(found) if asked.query else None,
        groups=_groups(sheet, wording),
        rows=[wording.row(line) for line in found[stretch.first - 1 : stretch.last]],
        stretch=stretch,
        filters=asked.query,
        here=f"/t/{login.town.slug}/mairie/etats/{statement_id}",
        month=month(sheet.statement.month, language_of(request)),
        whole=lambda count: api.words.whole(count, language_of(request)),
        share=percent(sheet.programme.town_share, language_of(request)),
        facts=_map_facts(request, login, sheet),
        **_choices(sheet, wording),
    )


def _bar(envelope: Envelope, language: str) -> EnvelopeView:
    voted = max(envelope.voted_cents, 1)
    spoken_for = envelope.engaged_cents + envelope.service_fait_cents
    return EnvelopeView(
        envelope=envelope,
        proven=round(100 * envelope.service_fait_cents / voted, 2),
        promised=round(100 * envelope.engaged_cents / voted, 2),
        share=api.words.share(spoken_for, voted, language),
    )


def wording_of(request: Request, sheet: StatementSheet) -> Wording:
    """Return how a statement is said to whoever asks."""
    return Wording(sheet.timezone, sheet.zones, language_of(request))


def found_lines(sheet: StatementSheet, asked: Filter) -> list[Line]:
    """Return the lines a filter lets through, in their order."""
    return [line for line in sheet.lines if asked.lets(line, sheet.timezone)]


def _stretch(count: int, number: int, size: int) -> Stretch:
    pages = max(1, -(-count // max(size, 1)))
    number = min(number, pages)
    first = (number - 1) * size + 1
    return Stretch(
        first=min(first, count) if count else 1,
        last=min(count, first + size - 1),
        count=count,
        number=number,
        pages=pages,
    )


def _groups(sheet: StatementSheet, wording: Wording) -> dict[str, list[Group]]:
    """Return the sums by zone, by way and by rule."""
    lines = sheet.lines
    return {
        "zone": [
            Group(name=wording.zone(code), query=FilterForm(zone=code).query, totals=totals)
            for code, totals in review.by(lines, review.zone).items()
        ],
        "mode": [
            Group(
                name=wording.text(f"mairie_mode_{mode.value}"),
                query=FilterForm(mode=mode).query,
                totals=totals,
            )
            for mode, totals in review.by(lines, review.fulfilment).items()
        ],
        "rule": [
            Group(name=wording.rule_name(code), query=FilterForm(motif=code).query, totals=totals)
            for code, totals in review.by(lines, review.rule).items()
        ],
    }


def _choices(sheet: StatementSheet, wording: Wording) -> dict[str, list[tuple[str, str]]]:
    """Return what each filter offers: what the statement's lines really have."""
    modes = {review.fulfilment(line).value for line in sheet.lines}
    proofs = {line.proven.proof_kind for line in sheet.lines}
    zones = {review.zone(line) for line in sheet.lines}
    rules = {review.rule(line) for line in sheet.lines}
    return {
        "zones": sorted(((code, wording.zone(code)) for code in zones), key=lambda each: each[1]),
        "modes": [(mode, wording.text(f"mairie_mode_{mode}")) for mode in sorted(modes)],
        "proofs": [(kind, wording.text(f"mairie_proof_{kind}")) for kind in sorted(proofs)],
        "rules": [(code, wording.rule_name(code)) for code in sorted(rules)],
    }


def _map_facts(request: Request, login: Login, sheet: StatementSheet) -> Mapping[str, object]:
    """Return what the map's script needs to know."""
    words = api.words.catalogue(language_of(request))
    base = f"/t/{login.town.slug}/mairie/etats/{sheet.statement.id}"
    return {
        "maplibre": api.assets.address("maplibre/maplibre-gl.mjs"),
        "rounds": f"{base}/zones.geojson",
        "streets": streets_address(request, login.town),
        "lines": base,
        "words": {
            **{name: words[f"page_map_{name}"] for name in MAP_WORDS},
            "title": words["mairie_map"],
            "nothing": words["mairie_map_nothing"],
            "upto": words["mairie_map_upto"],
        },
    }
