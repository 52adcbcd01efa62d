"""The administrator's partner shops: a list, one at a time, or a spreadsheet of them."""

from datetime import time
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from shapely import Point

import api.errors
import api.operations.imports
import api.operations.shops
import data.channels.shops_csv
from api.deps import Id, Pool, TownStreets
from api.pages import stretches
from api.pages.figures import Lat, Lon, Siret, degrees
from api.pages.forms import Fields, FormFields, FormState, read
from api.pages.frame import language_of, page, seen
from api.pages.uploads import upload
from api.visits import LoggedIn, Login
from delivery.errors import Refusal
from delivery.shops import NewShop, Opening, Shop

router = APIRouter(include_in_schema=False)

PATH = "/t/{slug}/admin/commerces"
#: Two stretches a day: before and after lunch.
HOURS = {
    weekday: tuple((f"opens_{weekday}_{turn}", f"closes_{weekday}_{turn}") for turn in (1, 2))
    for weekday in range(7)
}


class ShopForm(BaseModel):
    """A shop; its opening hours are read beside. Without a point it is where its address is."""

    code: Annotated[str, Field(max_length=60)]
    name: Annotated[str, Field(max_length=120)]
    trade: Annotated[str, Field(max_length=60)]
    siret: Siret
    address: Annotated[str, Field(max_length=200)]
    lon: Lon | None = None
    lat: Lat | None = None
    brings_parcels: bool = False
    accepts_residual: bool = False

    def shop(self, hours: tuple[Opening, ...]) -> NewShop:
        """Return the record of the trade."""
        return NewShop(
            code=self.code,
            name=self.name,
            trade=self.trade,
            siret=self.siret,
            point=Point(self.lon or 0, self.lat or 0),
            address=self.address,
            opening_hours=hours,
            brings_parcels=self.brings_parcels,
            accepts_residual=self.accepts_residual,
        )

    def is_at_door(self, before: Shop | None) -> bool:
        """Whether the shop is where its address is: no point, or a new address at the old one."""
        if self.lon is None or self.lat is None:
            return True
        if before is None or self.address == before.address:
            return False
        kept = degrees(before.point.x), degrees(before.point.y)
        return (degrees(self.lon), degrees(self.lat)) == kept


class FileForm(BaseModel):
    """A spreadsheet of shops."""

    file: str = ""


@router.get(PATH)
def show_shops(request: Request, login: LoggedIn, pool: Pool) -> Response:
    """List the shops, or those somebody looks for."""
    search = request.query_params.get("q", "")[:100]
    shops = api.operations.shops.listed(pool, login.town.id, search=search)
    return page(request, "admin/shops.html", shops=shops, search=search)


@router.get(f"{PATH}/nouveau")
def show_new(request: Request, login: LoggedIn) -> Response:
    """Ask for a new shop."""
    return _form_page(request, FormState.of(_texts(None)), None)


@router.get(f"{PATH}/import")
def show_import(request: Request, login: LoggedIn) -> Response:
    """Ask for a spreadsheet."""
    form: FormState[FileForm] = FormState.of({"file": ""})
    return _import_page(request, form)


@router.post(f"{PATH}/import")
def import_shops(request: Request, login: LoggedIn, fields: Fields, pool: Pool) -> Response:
    """Sign the spreadsheet's shops up, and say what is wrong cell by cell."""
    language = language_of(request)
    form: FormState[FileForm] = FormState.of({"file": ""})
    try:
        done = api.operations.shops.import_csv(pool, login.town.id, upload(fields, "file"))
    except Refusal as refusal:
        refused = form.refused(refusal, language, names={"": "file"})
        return _import_page(request, refused, status=api.errors.status_of(refusal))
    if not done.faults:
        return seen(request, _list(login), done="admin_shops_imported")
    sentences = [api.operations.imports.sentence(fault, language) for fault in done.faults]
    return _import_page(request, form, status=422, saved=done.shops, sentences=sentences)


@router.get(f"{PATH}/{{shop_id}}")
def show_shop(request: Request, login: LoggedIn, shop_id: Id, pool: Pool) -> Response:
    """Show a shop."""
    shop = api.operations.shops.find(pool, login.town.id, shop_id)
    return _form_page(request, FormState.of(_texts(shop)), shop)


@router.post(PATH)
def add_shop(
    request: Request, login: LoggedIn, fields: Fields, pool: Pool, streets_of: TownStreets
) -> Response:
    """Sign a shop up."""
    form, hours = _read(fields, language_of(request))
    status = 422
    try:
        if form.value is not None:
            api.operations.shops.add(
                pool,
                login.town.id,
                form.value.shop(hours),
                at_door=form.value.is_at_door(None),
                streets=streets_of(login.town.id),
            )
            return seen(request, _list(login), done="admin_shop_added")
    except Refusal as refusal:
        form = form.refused(refusal, language_of(request), names={"point": "lon"})
        status = api.errors.status_of(refusal)
    return _form_page(request, form, None, status=status)


@router.post(f"{PATH}/{{shop_id}}")
def change_shop(
    request: Request,
    login: LoggedIn,
    shop_id: Id,
    fields: Fields,
    pool: Pool,
    streets_of: TownStreets,
) -> Response:
    """Write what a shop is from now on."""
    before = api.operations.shops.find(pool, login.town.id, shop_id)
    form, hours = _read(fields, language_of(request))
    status = 422
    try:
        if form.value is not None:
            api.operations.shops.change(
                pool,
                login.town.id,
                shop_id,
                form.value.shop(hours),
                at_door=form.value.is_at_door(before),
                streets=streets_of(login.town.id),
            )
            return seen(request, _list(login), done="admin_saved")
    except Refusal as refusal:
        form = form.refused(refusal, language_of(request), names={"point": "lon"})
        status = api.errors.status_of(refusal)
    return _form_page(request, form, before, status=status)


@router.post(f"{PATH}/{{shop_id}}/partenaire")
def set_partner(
    request: Request, login: LoggedIn, shop_id: Id, fields: Fields, pool: Pool
) -> Response:
    """Let a shop leave, or come back."""
    is_partner = fields.get("is_partner") == "yes"
    api.operations.shops.set_partner(pool, login.town.id, shop_id, is_partner)
    done = "admin_shop_back" if is_partner else "admin_shop_left"
    return seen(request, f"{_list(login)}/{shop_id}", done=done)


def _list(login: Login) -> str:
    return f"/t/{login.town.slug}/admin/commerces"


def _read(fields: FormFields, language: str) -> tuple[FormState[ShopForm], tuple[Opening, ...]]:
    form = read(ShopForm, fields, language)
    hours: list[Opening] = []
    for weekday, rows in HOURS.items():
        found, faults = stretches.read(fields, rows, language)
        form = stretches.with_faults(form, faults)
        hours += [Opening(weekday=weekday, opens=opens, closes=closes) for opens, closes in found]
    return form, tuple(hours)


def _texts(shop: Shop | None) -> dict[str, str]:
    if shop is None:
        names = (*ShopForm.model_fields, *(n for rows in HOURS.values() for r in rows for n in r))
        return dict.fromkeys(names, "")
    said = {
        "code": shop.code,
        "name": shop.name,
        "trade": shop.trade,
        "siret": shop.siret,
        "address": shop.address,
        "lon": degrees(shop.point.x),
        "lat": degrees(shop.point.y),
        "brings_parcels": "yes" if shop.brings_parcels else "",
        "accepts_residual": "yes" if shop.accepts_residual else "",
    }
    for weekday, rows in HOURS.items():
        said |= stretches.texts(rows, _hours(shop, weekday))
    return said


def _hours(shop: Shop, weekday: int) -> list[tuple[time, time]]:
    mine = [each for each in shop.opening_hours if each.weekday == weekday]
    return [(each.opens, each.closes) for each in sorted(mine, key=lambda each: each.opens)]


def _form_page(
    request: Request, form: FormState[ShopForm], shop: Shop | None, *, status: int = 200
) -> Response:
    return page(request, "admin/shop.html", status=status, form=form, shop=shop, hours=HOURS)


def _import_page(
    request: Request,
    form: FormState[FileForm],
    *,
    status: int = 200,
    saved: int = 0,
    sentences: list[str] | None = None,
) -> Response:
    return page(
        request,
        "admin/shops_import.html",
        status=status,
        form=form,
        columns=data.channels.shops_csv.COLUMNS,
        saved=saved,
        sentences=sentences or [],
    )
