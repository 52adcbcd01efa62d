"""Our two cookies, the login and the language: out of reach of scripts and of plain HTTP."""

from datetime import datetime

from fastapi import Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.operations.logins import Opened

NAME = "colporteur"
LANGUAGE = "langue"
#: A language is remembered for a year.
REMEMBERED_S = 31_536_000
LOOPBACK = {"127.0.0.1", "localhost", "::1", "[::1]"}


def keep(request: Request, response: Response, opened: Opened, *, now: datetime) -> None:
    """Let the browser keep a login's token, for this town's pages alone.

    It is sent over HTTPS only, except to this very machine.
    """
    response.set_cookie(
        NAME,
        opened.token,
        max_age=int((opened.expires_at - now).total_seconds()),
        path=_path(request),
        secure=not _is_loopback(request),
        httponly=True,
        samesite="lax",
    )


def forget(request: Request, response: Response) -> None:
    """Take the token from the browser."""
    response.delete_cookie(
        NAME, path=_path(request), secure=not _is_loopback(request), httponly=True, samesite="lax"
    )


def keep_language(request: Request, response: Response, language: str) -> None:
    """Let the browser remember in which language its reader wants pages, those of every town."""
    response.set_cookie(
        LANGUAGE,
        language,
        max_age=REMEMBERED_S,
        secure=not _is_loopback(request),
        httponly=True,
        samesite="lax",
    )


def _path(request: Request) -> str:
    return f"/t/{request.path_params['slug']}"


def _is_loopback(request: Request) -> bool:
    return request.url.scheme == "http" and request.url.hostname in LOOPBACK


class FreshTokens:
    """Send along the cookie of a login whose token was changed while its request was answered."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand in front of the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add the cookie to what comes back."""

        async def sending(message: Message) -> None:
            fresh = scope.get("state", {}).get("fresh_cookie")
            if message["type"] == "http.response.start" and fresh is not None:
                headers = MutableHeaders(scope=message)
                if not any(each.startswith(f"{NAME}=") for each in headers.getlist("set-cookie")):
                    headers.append("set-cookie", fresh)
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)


def header(request: Request, opened: Opened, *, now: datetime) -> str:
    """Return the Set-Cookie header of a login."""
    response = Response()
    keep(request, response, opened, now=now)
    return response.headers["set-cookie"]
