"""Coming in and going out: log in, choose a password, take a phone for the day."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

import api.cookies
import api.demo_accounts
import api.errors
import api.operations.logins
import api.operations.password_links
import api.operations.passwords
from api.deps import Now, Pool
from api.operations.logins import Opened
from api.pages import doors
from api.pages.forms import Fields, FormState, read
from api.pages.frame import language_of, page, seen
from api.settings import Settings
from api.visits import LoggedIn, Login, MaybeLogin, Visit
from delivery.accounts import Role
from delivery.errors import Refusal

router = APIRouter(include_in_schema=False)


class LoginForm(BaseModel):
    """Who somebody says they are."""

    email: Annotated[str, Field(max_length=254)]
    password: Annotated[str, Field(max_length=1000)]
    suite: Annotated[str, Field(max_length=2000)] = ""


class EmailForm(BaseModel):
    """Whose password was forgotten."""

    email: Annotated[str, Field(max_length=254)]


class PasswordForm(BaseModel):
    """A new password."""

    password: Annotated[str, Field(max_length=1000)]


class ChangeForm(PasswordForm):
    """A new password, and the one before."""

    former: Annotated[str, Field(max_length=1000)]


@router.get("/t/{slug}")
def lead_home(request: Request, visit: Visit, login: MaybeLogin) -> Response:
    """Lead everybody to where their role works, and whoever is not logged in to the door."""
    query = f"?{request.url.query}" if request.url.query else ""
    if login is None:
        return RedirectResponse(f"/t/{visit.town.slug}/connexion{query}", status_code=303)
    return RedirectResponse(doors.home(visit.town.slug, login.role), status_code=303)


@router.get("/t/{slug}/connexion")
def show_login(request: Request, visit: Visit, login: MaybeLogin) -> Response:
    """Show the door; who is in already is led on."""
    after = request.query_params.get("suite", "")
    if login is not None and "fait" not in request.query_params and not _is_demo(request):
        return RedirectResponse(_after(visit.town.slug, after, login.role), status_code=303)
    return _login_page(request, FormState.of({"email": "", "password": "", "suite": after}))


def _login_page(request: Request, form: FormState[LoginForm], *, status: int = 200) -> Response:
    is_demo = _is_demo(request)
    return page(
        request,
        "entry/login.html",
        status=status,
        form=form,
        demo=api.demo_accounts.DEMO_ACCOUNTS if is_demo else {},
        demo_password=api.demo_accounts.DEMO_PASSWORD if is_demo else "",
        is_plain=request.url.scheme == "http" and request.url.hostname not in api.cookies.LOOPBACK,
    )


def _is_demo(request: Request) -> bool:
    settings: Settings = request.app.state.settings
    return settings.demo


@router.post("/t/{slug}/connexion")
def log_in(request: Request, visit: Visit, fields: Fields, pool: Pool, now: Now) -> Response:
    """Open a login for whoever knows the password, and lead them where they wanted to go."""
    form = read(LoginForm, fields, language_of(request))
    if form.value is None:
        return _login_page(request, form, status=422)
    try:
        opened = api.operations.passwords.log_in(
            pool,
            visit.town.id,
            email=form.value.email,
            password=form.value.password,
            address=request.client.host if request.client else "",
            now=now,
        )
    except Refusal as refusal:
        refused = form.refused(refusal, language_of(request))
        return _login_page(request, refused, status=api.errors.status_of(refusal))
    _end_former(request, visit.town.id, pool)
    return _entered(request, opened, _after(visit.town.slug, form.value.suite, opened.role), now)


def _end_former(request: Request, town_id: int, pool: Pool) -> None:
    token = request.cookies.get(api.cookies.NAME)
    if token:
        api.operations.logins.log_out(pool, town_id, token)


def _after(slug: str, wanted: str, role: Role) -> str:
    """Lead to the page somebody asked for, within the town's own pages, else to their door."""
    is_ours = wanted.startswith(f"/t/{slug}/") and "\\" not in wanted
    is_fit = is_ours and "/connexion" not in wanted.partition("?")[0]
    return wanted if is_fit else doors.home(slug, role)


def _entered(request: Request, opened: Opened, path: str, now: Now) -> Response:
    response = RedirectResponse(path, status_code=303)
    api.cookies.keep(request, response, opened, now=now)
    return response


@router.post("/t/{slug}/deconnexion")
def log_out(request: Request, login: LoggedIn, pool: Pool) -> Response:
    """End the login."""
    _end_former(request, login.town.id, pool)
    response = seen(request, f"/t/{login.town.slug}/connexion", done="entry_logged_out")
    api.cookies.forget(request, response)
    return response


@router.get("/t/{slug}/mot-de-passe")
def show_forgotten(request: Request, visit: Visit) -> Response:
    """Ask whose password was forgotten."""
    form: FormState[EmailForm] = FormState.of({"email": ""})
    return page(request, "entry/forgotten.html", form=form, is_sent=False, by_mail=_mails(request))


@router.post("/t/{slug}/mot-de-passe")
def send_reset(request: Request, visit: Visit, fields: Fields, pool: Pool, now: Now) -> Response:
    """Have a link sent to the account's address; the answer never tells whether there is one."""
    form = read(EmailForm, fields, language_of(request))
    if form.value is not None and _mails(request):
        api.operations.password_links.ask_reset(pool, visit.town.id, form.value.email, now=now)
    return page(
        request,
        "entry/forgotten.html",
        status=200 if form.value else 422,
        form=form,
        is_sent=form.value is not None,
        by_mail=_mails(request),
    )


def _mails(request: Request) -> bool:
    settings: Settings = request.app.state.settings
    return settings.mail_url is not None


@router.get("/t/{slug}/mot-de-passe/{token}")
def show_choice(request: Request, visit: Visit, token: str, pool: Pool, now: Now) -> Response:
    """Ask for a password; the link is not used up by looking."""
    account = api.operations.password_links.link_owner(pool, visit.town.id, token, now=now)
    form: FormState[PasswordForm] = FormState.of({"password": ""})
    return page(request, "entry/password.html", form=form, account=account)


@router.post("/t/{slug}/mot-de-passe/{token}")
def choose_password(
    request: Request, visit: Visit, token: str, fields: Fields, pool: Pool, now: Now
) -> Response:
    """Set the password and let its owner in."""
    account = api.operations.password_links.link_owner(pool, visit.town.id, token, now=now)
    form = read(PasswordForm, fields, language_of(request))
    try:
        if form.value is not None:
            opened = api.operations.password_links.choose_password(
                pool, visit.town.id, token, form.value.password, now=now
            )
            return _entered(request, opened, doors.home(visit.town.slug, opened.role), now)
    except Refusal as refusal:
        form = form.refused(refusal, language_of(request))
    return page(request, "entry/password.html", status=422, form=form, account=account)


@router.get("/t/{slug}/telephone/{token}")
def show_phone(request: Request, visit: Visit, token: str, pool: Pool, now: Now) -> Response:
    """Ask whether this phone shall be the vehicle's courier; looking alone logs nobody in."""
    link = api.operations.logins.day_link(pool, visit.town.id, token, now=now)
    return page(request, "entry/phone.html", link=link, until=link.expires_at)


@router.post("/t/{slug}/telephone/{token}")
def begin_day(request: Request, visit: Visit, token: str, pool: Pool, now: Now) -> Response:
    """Log the phone in for the day."""
    opened = api.operations.logins.begin_day(pool, visit.town.id, token, now=now)
    _end_former(request, visit.town.id, pool)
    return _entered(request, opened, doors.home(visit.town.slug, opened.role), now)


@router.get("/t/{slug}/compte")
def show_account(request: Request, login: LoggedIn) -> Response:
    """Show who is logged in, and let them change their password."""
    form: FormState[ChangeForm] = FormState.of({"former": "", "password": ""})
    return page(request, "entry/account.html", form=form)


@router.post("/t/{slug}/compte")
def change_password(
    request: Request, login: LoggedIn, fields: Fields, pool: Pool, now: Now
) -> Response:
    """Change the password of whoever is logged in; their other logins end."""
    form = read(ChangeForm, fields, language_of(request))
    try:
        if form.value is not None and login.account_id is not None:
            return _changed(request, login, form.value, pool, now)
    except Refusal as refusal:
        form = form.refused(refusal, language_of(request))
    return page(request, "entry/account.html", status=422, form=form)


def _changed(request: Request, login: Login, wish: ChangeForm, pool: Pool, now: Now) -> Response:
    assert login.account_id is not None
    opened = api.operations.passwords.change_password(
        pool,
        login.town.id,
        login.account_id,
        former=wish.former,
        password=wish.password,
        address=request.client.host if request.client else "",
        now=now,
    )
    return _entered(request, opened, f"/t/{login.town.slug}/compte?fait=entry_changed", now)
