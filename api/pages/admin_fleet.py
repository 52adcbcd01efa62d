"""The administrator's vehicles: what they hold and cost, when they ride, in service or not."""

from datetime import time
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

import api.errors
import api.operations.fleet
import api.words
from api.deps import Id, Pool
from api.pages import stretches
from api.pages.figures import Cents, euros
from api.pages.forms import Fields, FormFields, FormState, read
from api.pages.frame import language_of, page, seen
from api.visits import LoggedIn, Login
from delivery.errors import Refusal
from delivery.fleet import LONGEST_PERIOD, NewVehicle, Vehicle, WorkingPeriod

router = APIRouter(include_in_schema=False)

PATH = "/t/{slug}/admin/vehicules"
PERIODS = tuple((f"starts_{turn}", f"ends_{turn}") for turn in (1, 2, 3))
Litres = Annotated[int, Field(ge=0, le=100_000)]


class VehicleForm(BaseModel):
    """A vehicle; its working periods are read beside."""

    name: Annotated[str, Field(max_length=120)]
    profile: Literal["cargo_bike", "van"]
    weight_kg: Annotated[int, Field(ge=1, le=100_000)]
    volume_l: Annotated[int, Field(ge=1, le=100_000)]
    chilled_l: Litres = 0
    frozen_l: Litres = 0
    hour: Cents
    km: Cents
    use: Cents = 0

    def vehicle(self, periods: list[tuple[time, time]]) -> NewVehicle:
        """Return the record of the trade."""
        return NewVehicle(
            name=self.name,
            profile=self.profile,
            capacity=(self.weight_kg * 1000, self.volume_l, self.chilled_l, self.frozen_l),
            periods=tuple(WorkingPeriod(starts=starts, ends=ends) for starts, ends in periods),
            hour_cents=self.hour,
            km_cents=self.km,
            use_cents=self.use,
        )


@router.get(PATH)
def show_fleet(request: Request, login: LoggedIn, pool: Pool) -> Response:
    """List the vehicles."""
    vehicles = api.operations.fleet.listed(pool, login.town.id)
    return page(request, "admin/fleet.html", vehicles=vehicles)


@router.get(f"{PATH}/nouveau")
def show_new(request: Request, login: LoggedIn) -> Response:
    """Ask for a new vehicle."""
    names = (*VehicleForm.model_fields, *(name for row in PERIODS for name in row))
    texts = dict.fromkeys(names, "") | {"profile": "cargo_bike"}
    return _form_page(request, FormState.of(texts), None)


@router.get(f"{PATH}/{{vehicle_id}}")
def show_vehicle(request: Request, login: LoggedIn, vehicle_id: Id, pool: Pool) -> Response:
    """Show a vehicle."""
    vehicle = api.operations.fleet.find(pool, login.town.id, vehicle_id)
    return _form_page(request, FormState.of(_texts(vehicle, language_of(request))), vehicle)


@router.post(PATH)
def add_vehicle(request: Request, login: LoggedIn, fields: Fields, pool: Pool) -> Response:
    """Add a vehicle."""
    form, periods = _read(fields, language_of(request))
    status = 422
    try:
        if form.value is not None:
            api.operations.fleet.add(pool, login.town.id, form.value.vehicle(periods))
            return seen(request, _list(login), done="admin_vehicle_added")
    except Refusal as refusal:
        form = form.refused(refusal, language_of(request))
        status = api.errors.status_of(refusal)
    return _form_page(request, form, None, status=status)


@router.post(f"{PATH}/{{vehicle_id}}")
def change_vehicle(
    request: Request, login: LoggedIn, vehicle_id: Id, fields: Fields, pool: Pool
) -> Response:
    """Write what a vehicle is from now on."""
    before = api.operations.fleet.find(pool, login.town.id, vehicle_id)
    form, periods = _read(fields, language_of(request))
    status = 422
    try:
        if form.value is not None:
            wish = form.value.vehicle(periods)
            api.operations.fleet.change(pool, login.town.id, vehicle_id, wish)
            return seen(request, _list(login), done="admin_saved")
    except Refusal as refusal:
        form = form.refused(refusal, language_of(request))
        status = api.errors.status_of(refusal)
    return _form_page(request, form, before, status=status)


@router.post(f"{PATH}/{{vehicle_id}}/service")
def set_in_service(
    request: Request, login: LoggedIn, vehicle_id: Id, fields: Fields, pool: Pool
) -> Response:
    """Put a vehicle in service, or out of it."""
    in_service = fields.get("in_service") == "yes"
    api.operations.fleet.set_in_service(pool, login.town.id, vehicle_id, in_service)
    done = "admin_vehicle_back" if in_service else "admin_vehicle_out"
    return seen(request, f"{_list(login)}/{vehicle_id}", done=done)


def _list(login: Login) -> str:
    return f"/t/{login.town.slug}/admin/vehicules"


def _read(
    fields: FormFields, language: str
) -> tuple[FormState[VehicleForm], list[tuple[time, time]]]:
    form = read(VehicleForm, fields, language)
    periods, faults = stretches.read(fields, PERIODS, language)
    if not periods and not faults:
        faults = {PERIODS[0][0]: api.words.text("admin_period_missing", {}, language)}
    return stretches.with_faults(form, faults or _too_long(fields, language)), periods


def _too_long(fields: FormFields, language: str) -> dict[str, str]:
    """Name the first period that is longer than the law allows without a break."""
    for row in PERIODS:
        found, _ = stretches.read(fields, [row], language)
        for starts, ends in found:
            minutes = (ends.hour - starts.hour) * 60 + ends.minute - starts.minute
            if minutes * 60 > LONGEST_PERIOD.total_seconds():
                return {row[1]: api.words.text("admin_period_too_long", {}, language)}
    return {}


def _texts(vehicle: Vehicle, language: str) -> dict[str, str]:
    weight_g, volume_l, chilled_l, frozen_l = vehicle.capacity
    periods = [(each.starts, each.ends) for each in vehicle.periods]
    return {
        "name": vehicle.name,
        "profile": vehicle.profile,
        "weight_kg": str(weight_g // 1000),
        "volume_l": str(volume_l),
        "chilled_l": str(chilled_l),
        "frozen_l": str(frozen_l),
        "hour": euros(vehicle.hour_cents, language),
        "km": euros(vehicle.km_cents, language),
        "use": euros(vehicle.use_cents, language),
        **stretches.texts(PERIODS, periods),
    }


def _form_page(
    request: Request, form: FormState[VehicleForm], vehicle: Vehicle | None, *, status: int = 200
) -> Response:
    return page(
        request,
        "admin/vehicle.html",
        status=status,
        form=form,
        vehicle=vehicle,
        periods=PERIODS,
    )
