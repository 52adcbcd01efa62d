"""The administrator's keys of programs: made, shown once, listed, revoked."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

import api.errors
import api.operations.fleet
import api.operations.keys
import api.operations.shops
import api.words
from api.deps import Id, Now, Pool
from api.operations.keys import KeyWish
from api.pages.forms import Fields, FormState, read
from api.pages.frame import language_of, page, seen
from api.pages.stretches import with_faults
from api.visits import LoggedIn, Login
from delivery.errors import Refusal

router = APIRouter(include_in_schema=False)

PATH = "/t/{slug}/admin/cles"
#: What each role's key must name, and the field that does.
NEEDS = {"channel": "channel", "shop": "shop_id", "courier": "vehicle_id"}
FRESH = {"role": "channel", "label": "", "channel": "", "shop_id": "", "vehicle_id": ""}
RowId = Annotated[int | None, Field(ge=1, le=2**63 - 1)]


class KeyForm(BaseModel):
    """A key: for which role, and whose."""

    role: Literal["channel", "shop", "courier", "hub", "dispatcher"]
    label: Annotated[str, Field(max_length=120)]
    channel: Annotated[str, Field(max_length=60)] = ""
    shop_id: RowId = None
    vehicle_id: RowId = None

    def wish(self) -> KeyWish:
        """Return the key to make."""
        return KeyWish(
            role=self.role,
            label=self.label,
            channel=self.channel,
            shop_id=self.shop_id if self.role in {"channel", "shop"} else None,
            vehicle_id=self.vehicle_id,
        )


@router.get(PATH)
def show_keys(request: Request, login: LoggedIn, pool: Pool) -> Response:
    """List the keys, and ask for a new one."""
    return _page(request, login, pool, FormState.of(FRESH))


def _page(
    request: Request,
    login: Login,
    pool: Pool,
    form: FormState[KeyForm],
    *,
    status: int = 200,
    token: str = "",
) -> Response:
    keys = api.operations.keys.listed(pool, login.town.id)
    return page(
        request,
        "admin/keys.html",
        status=status,
        form=form,
        token=token,
        keys=[each for each in keys if each.key.revoked_at is None],
        revoked=[each for each in keys if each.key.revoked_at is not None],
        shops=[(s.id, s.name) for s in api.operations.shops.listed(pool, login.town.id)],
        vehicles=[(v.id, v.name) for v in api.operations.fleet.listed(pool, login.town.id)],
    )


@router.post(PATH)
def add_key(request: Request, login: LoggedIn, fields: Fields, pool: Pool, now: Now) -> Response:
    """Make a key and show it, this once."""
    language = language_of(request)
    form = read(KeyForm, fields, language)
    if form.value is not None:
        needed = NEEDS.get(form.value.role, "")
        if needed and not form.text(needed):
            said = api.words.text(f"admin_key_needs_{needed}", {}, language)
            form = with_faults(form, {needed: said})
    status = 422
    try:
        if form.value is not None:
            token = api.operations.keys.add(pool, login.town.id, form.value.wish(), now=now)
            return _page(request, login, pool, FormState.of(FRESH), token=token)
    except Refusal as refusal:
        form = form.refused(refusal, language)
        status = api.errors.status_of(refusal)
    return _page(request, login, pool, form, status=status)


@router.post(f"{PATH}/{{key_id}}/revoquer")
def revoke(request: Request, login: LoggedIn, key_id: Id, pool: Pool, now: Now) -> Response:
    """Let a key open nothing any more."""
    api.operations.keys.revoke(pool, login.town.id, key_id, now=now)
    return seen(request, f"/t/{login.town.slug}/admin/cles", done="admin_key_revoked")
