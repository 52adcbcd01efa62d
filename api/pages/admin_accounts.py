"""The administrator's accounts: who may enter, invited, changed, closed and opened again."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

import api.errors
import api.operations.accounts
import api.operations.fleet
import api.operations.password_links
import api.operations.shops
import api.words
from api.deps import Id, Now, Pool
from api.operations.password_links import INVITATION, RESET
from api.pages.forms import Fields, FormFields, FormState, read
from api.pages.frame import language_of, page, seen
from api.pages.stretches import with_faults
from api.settings import Settings
from api.visits import LoggedIn, Login
from delivery.accounts import Account, NewAccount, Role
from delivery.errors import Refusal

router = APIRouter(include_in_schema=False)

PATH = "/t/{slug}/admin/comptes"
#: What an account of a role must name, and the field that does.
NEEDS = {Role.SHOP: "shop_id", Role.COURIER: "vehicle_id"}
RowId = Annotated[int | None, Field(ge=1, le=2**63 - 1)]


class AccountForm(BaseModel):
    """Somebody to let in."""

    email: Annotated[str, Field(max_length=254)]
    name: Annotated[str, Field(max_length=120)]
    role: Role
    shop_id: RowId = None
    vehicle_id: RowId = None

    def account(self) -> NewAccount:
        """Return the record of the trade."""
        return NewAccount(
            email=self.email,
            name=self.name,
            role=self.role,
            shop_id=self.shop_id if self.role is Role.SHOP else None,
            vehicle_id=self.vehicle_id if self.role is Role.COURIER else None,
        )


@router.get(PATH)
def show_accounts(request: Request, login: LoggedIn, pool: Pool) -> Response:
    """List the accounts by role."""
    accounts = api.operations.accounts.listed(pool, login.town.id)
    by_role = {role: [each for each in accounts if each.role is role] for role in Role}
    return page(
        request,
        "admin/accounts.html",
        by_role={role: found for role, found in by_role.items() if found},
        shops={shop.id: shop.name for shop in api.operations.shops.listed(pool, login.town.id)},
        vehicles={v.id: v.name for v in api.operations.fleet.listed(pool, login.town.id)},
    )


@router.get(f"{PATH}/nouveau")
def show_new(request: Request, login: LoggedIn, pool: Pool) -> Response:
    """Ask whom to invite."""
    fresh = {"email": "", "name": "", "role": "shop", "shop_id": "", "vehicle_id": ""}
    return _form_page(request, login, pool, FormState.of(fresh), None)


@router.get(f"{PATH}/{{account_id}}")
def show_account(request: Request, login: LoggedIn, account_id: Id, pool: Pool) -> Response:
    """Show an account."""
    account = api.operations.accounts.find(pool, login.town.id, account_id)
    return _form_page(request, login, pool, FormState.of(_texts(account)), account)


@router.post(PATH)
def invite(request: Request, login: LoggedIn, fields: Fields, pool: Pool, now: Now) -> Response:
    """Invite somebody: a message goes to them, or a link is shown to hand on."""
    form = _read(fields, language_of(request))
    status = 422
    try:
        if form.value is not None:
            account_id = api.operations.accounts.invite(
                pool, login.town.id, form.value.account(), now=now
            )
            return _send(request, login, pool, account_id, INVITATION, now)
    except Refusal as refusal:
        form = form.refused(refusal, language_of(request))
        status = api.errors.status_of(refusal)
    return _form_page(request, login, pool, form, None, status=status)


@router.post(f"{PATH}/{{account_id}}")
def change_account(
    request: Request, login: LoggedIn, account_id: Id, fields: Fields, pool: Pool, now: Now
) -> Response:
    """Write what an account is from now on."""
    before = api.operations.accounts.find(pool, login.town.id, account_id)
    form = _read(fields, language_of(request))
    status = 422
    try:
        if form.value is not None:
            api.operations.accounts.change(
                pool, login.town.id, account_id, form.value.account(), now=now
            )
            return seen(request, _list(login), done="admin_saved")
    except Refusal as refusal:
        form = form.refused(refusal, language_of(request))
        status = api.errors.status_of(refusal)
    return _form_page(request, login, pool, form, before, status=status)


@router.post(f"{PATH}/{{account_id}}/lien")
def renew_link(request: Request, login: LoggedIn, account_id: Id, pool: Pool, now: Now) -> Response:
    """Invite again, or let somebody choose a new password: the link before opens nothing."""
    account = api.operations.accounts.find(pool, login.town.id, account_id)
    kind = RESET if account.has_password else INVITATION
    return _send(request, login, pool, account_id, kind, now)


@router.post(f"{PATH}/{{account_id}}/fermer")
def disable(request: Request, login: LoggedIn, account_id: Id, pool: Pool, now: Now) -> Response:
    """Close an account; its owner is out at once."""
    try:
        api.operations.accounts.disable(pool, login.town.id, account_id, now=now)
    except Refusal as refusal:
        account = api.operations.accounts.find(pool, login.town.id, account_id)
        form: FormState[AccountForm] = FormState.of(_texts(account))
        refused = form.refused(refusal, language_of(request), names={"role": ""})
        status = api.errors.status_of(refusal)
        return _form_page(request, login, pool, refused, account, status=status)
    return seen(request, f"{_list(login)}/{account_id}", done="admin_account_closed")


@router.post(f"{PATH}/{{account_id}}/ouvrir")
def enable(request: Request, login: LoggedIn, account_id: Id, pool: Pool) -> Response:
    """Open a closed account again."""
    api.operations.accounts.enable(pool, login.town.id, account_id)
    return seen(request, f"{_list(login)}/{account_id}", done="admin_account_opened")


def _send(
    request: Request, login: Login, pool: Pool, account_id: int, kind: str, now: datetime
) -> Response:
    """Have the link sent where mail is set up; show it otherwise, this once."""
    settings: Settings = request.app.state.settings
    if settings.mail_url is not None:
        api.operations.password_links.send_link(pool, login.town.id, account_id, kind)
        done = f"admin_{kind}_sent"
        return seen(request, f"{_list(login)}/{account_id}", done=done)
    token = api.operations.password_links.make_link(pool, login.town.id, account_id, kind, now=now)
    base = (settings.public_url or str(request.base_url)).rstrip("/")
    return page(
        request,
        "admin/link.html",
        account=api.operations.accounts.find(pool, login.town.id, account_id),
        kind=kind,
        link=f"{base}/t/{login.town.slug}/mot-de-passe/{token}",
    )


def _list(login: Login) -> str:
    return f"/t/{login.town.slug}/admin/comptes"


def _read(fields: FormFields, language: str) -> FormState[AccountForm]:
    form = read(AccountForm, fields, language)
    needed = NEEDS.get(form.value.role) if form.value is not None else None
    if needed is not None and not form.text(needed):
        said = api.words.text(f"admin_account_needs_{needed}", {}, language)
        return with_faults(form, {needed: said})
    return form


def _texts(account: Account) -> dict[str, str]:
    return {
        "email": account.email,
        "name": account.name,
        "role": account.role.value,
        "shop_id": str(account.shop_id or ""),
        "vehicle_id": str(account.vehicle_id or ""),
    }


def _form_page(
    request: Request,
    login: Login,
    pool: Pool,
    form: FormState[AccountForm],
    account: Account | None,
    *,
    status: int = 200,
) -> Response:
    settings: Settings = request.app.state.settings
    return page(
        request,
        "admin/account.html",
        status=status,
        form=form,
        account=account,
        roles=[role.value for role in Role],
        shops=[(s.id, s.name) for s in api.operations.shops.listed(pool, login.town.id)],
        vehicles=[(v.id, v.name) for v in api.operations.fleet.listed(pool, login.town.id)],
        by_mail=settings.mail_url is not None,
    )
