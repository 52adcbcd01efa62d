"""The courier's saddle: the day's rounds, the next act of one, its map, its beginning and end."""

import json
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response

import api.assets
import api.day_page
import api.geojson
import api.operations.riding
import api.pages.courier_view
import api.words
from api.deps import Id, Now, Pool, TownStreets
from api.operations.riding import Report, Ride
from api.pages.courier_words import Wording
from api.pages.day import MAP_WORDS, parsed, streets_address
from api.pages.forms import Fields, FormFields
from api.pages.frame import language_of, page, seen
from api.visits import LoggedIn, Login
from delivery.proofs import EventKind
from routing.streets import Leg

router = APIRouter(include_in_schema=False)

ROUNDS = "/t/{slug}/tournees"
ROUND = ROUNDS + "/{round_id}"


@router.get(ROUNDS)
def show_rounds(
    request: Request, login: LoggedIn, pool: Pool, now: Now, jour: str = ""
) -> Response:
    """Show the vehicle's rounds of a day, today's without one named."""
    today = now.astimezone(login.timezone).date()
    day = parsed(jour) if jour else today
    found, next_at = api.operations.riding.rounds(pool, login.town.id, login.vehicle, day, now=now)
    cards = api.pages.courier_view.cards(found, wording(request, login))
    return page(
        request,
        "courier/rounds.html",
        cards=cards,
        next_card=next((each for each in cards if each.is_next), None),
        shown=day,
        is_today=day == today,
        before=_neighbour(day, -1),
        after=_neighbour(day, 1),
        next_at=next_at.astimezone(login.timezone) if next_at else None,
    )


def _neighbour(day: date, step: int) -> date | None:
    other = day + timedelta(days=step)
    return other if api.day_page.FIRST_DAY <= other <= api.day_page.LAST_DAY else None


@router.get(ROUND)
def show_round(
    request: Request,
    login: LoggedIn,
    round_id: Id,
    pool: Pool,
    streets: TownStreets,
    now: Now,
) -> Response:
    """Show what comes next on a round, then all its stops."""
    ride = ride_of(pool, login, round_id, now)
    way = api.operations.riding.way(ride, streets, login.town.id)
    return _shown(request, "courier/round.html", login, ride, way)


@router.get(ROUND + "/carte")
def show_map(
    request: Request,
    login: LoggedIn,
    round_id: Id,
    pool: Pool,
    streets: TownStreets,
    now: Now,
) -> Response:
    """Show the round on the town's streets, and the turns to the next stop."""
    ride = ride_of(pool, login, round_id, now)
    way = api.operations.riding.way(ride, streets, login.town.id)
    facts = _map_facts(request, login, ride)
    return _shown(request, "courier/map.html", login, ride, way, facts)


@router.get(ROUND + "/trace.geojson")
def read_trace(
    request: Request,
    login: LoggedIn,
    round_id: Id,
    pool: Pool,
    streets: TownStreets,
    now: Now,
) -> Response:
    """Send the round's legs and stops for its map, and the way to the next stop."""
    ride = ride_of(pool, login, round_id, now)
    way = api.operations.riding.way(ride, streets, login.town.id)
    trace = api.geojson.trace(ride.round, way.line if way else None)
    body = json.dumps(trace, ensure_ascii=False, separators=(",", ":"))
    found = api.assets.content(body.encode(), "application/geo+json")
    return api.assets.answer(request, found, cache="no-store")


@router.post(ROUND + "/depart")
def depart(
    request: Request, login: LoggedIn, round_id: Id, fields: Fields, pool: Pool, now: Now
) -> Response:
    """Begin a round."""
    ride = ride_of(pool, login, round_id, now)
    tell(pool, login, ride, Report(kind=EventKind.ROUND_STARTED), fields, now)
    return seen(request, path_of(login, ride))


@router.get(ROUND + "/retour")
def ask_return(request: Request, login: LoggedIn, round_id: Id, pool: Pool, now: Now) -> Response:
    """Ask before a round ends, with what is still open and on board."""
    ride = ride_of(pool, login, round_id, now)
    return _shown(request, "courier/finish.html", login, ride, None)


@router.post(ROUND + "/retour")
def finish(
    request: Request, login: LoggedIn, round_id: Id, fields: Fields, pool: Pool, now: Now
) -> Response:
    """End a round."""
    ride = ride_of(pool, login, round_id, now)
    tell(pool, login, ride, Report(kind=EventKind.ROUND_FINISHED), fields, now)
    return seen(request, path_of(login, ride), done="courier_done_round")


def ride_of(pool: Pool, login: Login, round_id: int, now: datetime) -> Ride:
    """Return a round of the courier's own vehicle.

    Raises NotFound.
    """
    return api.operations.riding.ride(pool, login.town.id, login.vehicle, round_id, now=now)


def tell(
    pool: Pool, login: Login, ride: Ride, report: Report, fields: FormFields, now: datetime
) -> None:
    """Keep one report.

    Raises what it is refused with.
    """
    (verdict,) = api.operations.riding.report(
        pool, login.town.id, ride, [report], form=form_id(fields), now=now
    )
    if verdict.refusal is not None:
        raise verdict.refusal


def form_id(fields: FormFields) -> UUID:
    """Return what a form is known by, so that it counts once however often it is sent."""
    try:
        return UUID(fields.get("form"))
    except ValueError:
        return uuid4()


def path_of(login: Login, ride: Ride) -> str:
    """Return the address of a round's page."""
    return f"/t/{login.town.slug}/tournees/{ride.round.id}"


def wording(request: Request, login: Login) -> Wording:
    """Return how to write for this courier."""
    return Wording(language_of(request), login.timezone)


def _shown(
    request: Request,
    template: str,
    login: Login,
    ride: Ride,
    way: Leg | None,
    facts: dict[str, object] | None = None,
) -> Response:
    view = api.pages.courier_view.view(ride, way, wording(request, login))
    return page(
        request,
        template,
        ride=view,
        here=path_of(login, ride),
        form_id=uuid4(),
        shown=ride.round.departs_at.astimezone(login.timezone).date(),
        facts=facts,
    )


def _map_facts(request: Request, login: Login, ride: Ride) -> dict[str, object]:
    """Return what the map's script needs to know, beside the page."""
    words = api.words.catalogue(language_of(request))
    return {
        "maplibre": api.assets.address("maplibre/maplibre-gl.mjs"),
        "rounds": f"{path_of(login, ride)}/trace.geojson",
        "streets": streets_address(request, login.town),
        "words": {name: words[f"page_map_{name}"] for name in MAP_WORDS}
        | {"title": words["courier_map_title"]},
    }
