"""The administrator's page of the town: its name, its clocks, its hub, a file of settings."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, ValidationError
from shapely import Point

import api.errors
import api.operations.setup
import api.operations.town_profile
from api.deps import Now, Pool, TownStreets
from api.operations.town_profile import HubWish, Profile
from api.pages.figures import Lat, Lon, degrees
from api.pages.forms import Fields, FormState, read
from api.pages.frame import language_of, page, seen
from api.pages.uploads import upload
from api.setup_file import SetupIn
from api.visits import LoggedIn, Login
from delivery.errors import Refusal

router = APIRouter(include_in_schema=False)

PATH = "/t/{slug}/admin/ville"


class TownForm(BaseModel):
    """How the town is called, and by which clocks it lives."""

    name: Annotated[str, Field(max_length=120)]
    timezone: Annotated[str, Field(max_length=60)]


class HubForm(BaseModel):
    """Where rounds begin: at an address of the town, else at a point."""

    hub_name: Annotated[str, Field(max_length=120)]
    address: Annotated[str, Field(max_length=200)] = ""
    lon: Lon | None = None
    lat: Lat | None = None
    has_drive: bool = False
    setup_s: Annotated[int, Field(ge=0, le=3600)]

    def wish(self) -> HubWish:
        """Return the hub to set; an address counts before a point."""
        is_point = self.lon is not None and self.lat is not None
        return HubWish(
            name=self.hub_name,
            address=self.address,
            point=Point(self.lon, self.lat) if is_point else None,
            has_drive=self.has_drive,
            setup_s=self.setup_s,
        )


class FileForm(BaseModel):
    """A file of settings."""

    file: str = ""


@router.get(PATH)
def show_town(request: Request, login: LoggedIn, pool: Pool) -> Response:
    """Show the town's settings."""
    return _page(request, login, pool)


def _page(
    request: Request,
    login: Login,
    pool: Pool,
    *,
    status: int = 200,
    form: FormState[TownForm] | None = None,
    hub_form: FormState[HubForm] | None = None,
    file_form: FormState[FileForm] | None = None,
    file_faults: list[dict[str, object]] | None = None,
) -> Response:
    profile = api.operations.town_profile.read(pool, login.town.id)
    return page(
        request,
        "admin/town.html",
        status=status,
        profile=profile,
        form=form or _town_form(profile),
        hub_form=hub_form or _hub_form(profile),
        file_form=file_form or FormState.of({"file": ""}),
        file_faults=file_faults or [],
    )


def _town_form(profile: Profile) -> FormState[TownForm]:
    return FormState.of({"name": profile.town.name, "timezone": profile.town.timezone})


def _hub_form(profile: Profile) -> FormState[HubForm]:
    hub = profile.hub
    return FormState.of(
        {
            "hub_name": hub.name if hub else "",
            "address": "",
            "lon": degrees(hub.point.x) if hub else "",
            "lat": degrees(hub.point.y) if hub else "",
            "has_drive": "yes" if hub is None or hub.has_drive else "",
            "setup_s": str(hub.setup_s if hub else 60),
        }
    )


@router.post(PATH)
def change_town(request: Request, login: LoggedIn, fields: Fields, pool: Pool) -> Response:
    """Give the town its name and clocks."""
    form = read(TownForm, fields, language_of(request))
    status = 422
    try:
        if form.value is not None:
            api.operations.town_profile.change(
                pool, login.town.id, name=form.value.name, timezone=form.value.timezone
            )
            return seen(request, request.url.path, done="admin_saved")
    except Refusal as refusal:
        form = form.refused(refusal, language_of(request))
        status = api.errors.status_of(refusal)
    return _page(request, login, pool, status=status, form=form)


@router.post(f"{PATH}/hub")
def set_hub(
    request: Request, login: LoggedIn, fields: Fields, pool: Pool, streets_of: TownStreets
) -> Response:
    """Set the hub."""
    form = read(HubForm, fields, language_of(request))
    status = 422
    try:
        if form.value is not None:
            api.operations.town_profile.set_hub(
                pool, login.town.id, form.value.wish(), streets_of(login.town.id)
            )
            return seen(request, f"/t/{login.town.slug}/admin/ville", done="admin_saved")
    except Refusal as refusal:
        form = form.refused(refusal, language_of(request))
        status = api.errors.status_of(refusal)
    return _page(request, login, pool, status=status, hub_form=form)


@router.post(f"{PATH}/reglages")
def set_up(request: Request, login: LoggedIn, fields: Fields, pool: Pool, now: Now) -> Response:
    """Take a file of settings: zones, programme, credits and whatever else it holds."""
    language = language_of(request)
    form: FormState[FileForm] = FormState.of({"file": ""})
    faults: list[dict[str, object]] = []
    status = 422
    try:
        wish = SetupIn.model_validate_json(upload(fields, "file"))
        api.operations.setup.set_up(pool, login.town.id, wish, now=now)
        return seen(request, f"/t/{login.town.slug}/admin/ville", done="admin_set_up")
    except ValidationError as error:
        faults = api.errors.faults(error, language)
    except Refusal as refusal:
        form = form.refused(refusal, language, login.timezone)
        status = api.errors.status_of(refusal)
    return _page(request, login, pool, status=status, file_form=form, file_faults=faults)
