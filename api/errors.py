"""Refusals over HTTP: a status for each class, one form for every answer, words in two languages.

The form is `application/problem+json` (RFC 9457) with `code`, `field` and `faults` beside it.
"""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException

import api.words
import delivery.accounts
import delivery.addresses
import delivery.moving
import delivery.orders
import delivery.plan_runs
import delivery.pooling
import delivery.proofs
import delivery.rounds
import delivery.slots
from delivery.errors import NotFound, Refusal

#: Where no class of a refusal stands here, it is 422: understood, but it cannot be granted.
STATUS: dict[type[Refusal], int] = {
    NotFound: 404,
    delivery.accounts.LoginRefused: 401,
    delivery.accounts.LockedOut: 429,
    delivery.accounts.LinkSpent: 410,
    delivery.accounts.EmailTaken: 409,
    delivery.accounts.LastAdmin: 409,
    delivery.orders.AlreadyEntered: 409,
    delivery.orders.CourierKnows: 409,
    delivery.orders.ReferenceTaken: 409,
    delivery.orders.StepRefused: 409,
    delivery.pooling.DeliveryStepRefused: 409,
    delivery.slots.SlotFull: 409,
    delivery.slots.SlotClosed: 409,
    delivery.plan_runs.PlanRunning: 409,
    delivery.plan_runs.PlanRunOver: 409,
    delivery.rounds.PlanOutdated: 409,
    delivery.rounds.PlanPublished: 409,
    delivery.rounds.VehicleTwice: 409,
    delivery.rounds.RoundUnderWay: 409,
    delivery.moving.MoveBreaks: 409,
    delivery.moving.PeriodOver: 409,
    delivery.proofs.TooManyAttempts: 429,
}


#: What the framework itself refuses, before any operation is asked.
HTTP_CODES = {404: "not_found", 405: "method_unfit", 413: "body_too_large"}


class KeyMissing(Refusal):
    """The request carries no key, or one nobody knows."""

    code = "key_missing"


class KeyUnfit(Refusal):
    """The key opens another door. Parameters: role, needed."""

    code = "key_unfit"


class IdempotencyKeyMissing(Refusal):
    """An order came without the header that lets it be repeated safely."""

    code = "idempotency_key_missing"


class IdempotencyKeyReused(Refusal):
    """The key was used for another body before."""

    code = "idempotency_key_reused"


STATUS |= {KeyMissing: 401, KeyUnfit: 403, IdempotencyKeyMissing: 400, IdempotencyKeyReused: 422}


class FaultOut(BaseModel):
    """One field that is unfit."""

    field: str
    code: str
    message: str


class ProblemOut(BaseModel):
    """Why a request was refused (RFC 9457); the parameters of the code stand beside."""

    type: str
    title: str
    status: int
    code: str
    field: str | None = None
    faults: list[FaultOut] = []


#: What any call of the API may answer instead.
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemOut} for status in (400, 401, 403, 404, 409, 422)
}


def status_of(refusal: Refusal) -> int:
    """Return the HTTP status of a refusal."""
    for kind in type(refusal).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return 422


def problem(refusal: Refusal, language: str, *, timezone: ZoneInfo | None = None) -> dict[str, Any]:
    """Write a refusal as a problem a person and a program can both read.

    Moments are written in `timezone`, the town's, where it is known.
    """
    parameters = api.words.local(refusal.parameters, timezone) if timezone else refusal.parameters
    return {
        "type": f"urn:colporteur:{refusal.code}",
        "title": api.words.text(refusal.code, parameters, language),
        "status": status_of(refusal),
        "code": refusal.code,
        "field": refusal.field,
        **{
            name: _plain(value)
            for name, value in parameters.items()
            if name not in {"type", "title", "status", "code", "field"}
        },
    }


def language_of(request: Request) -> str:
    """Return the first language of the request we speak, else the town hall's."""
    for part in request.headers.get("accept-language", "").split(","):
        language = part.split(";")[0].strip()[:2].casefold()
        if language in api.words.LANGUAGES:
            return language
    default: str = request.app.state.settings.language
    return default


def install(app: FastAPI) -> None:
    """Answer refusals and unfit requests in the one form."""
    app.add_exception_handler(Refusal, refuse)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, refuse_http)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, refuse_form)  # type: ignore[arg-type]


def refuse(request: Request, refusal: Refusal) -> JSONResponse:
    """Answer a refusal."""
    return JSONResponse(
        problem(refusal, language_of(request)),
        status_code=status_of(refusal),
        media_type="application/problem+json",
    )


def refuse_http(request: Request, error: HTTPException) -> JSONResponse:
    """Answer what the framework refuses."""
    language = language_of(request)
    code = HTTP_CODES.get(error.status_code, "unfit_request")
    return JSONResponse(
        {
            "type": f"urn:colporteur:{code}",
            "title": api.words.text(code, {}, language),
            "status": error.status_code,
            "code": code,
            "field": None,
        },
        status_code=error.status_code,
        media_type="application/problem+json",
        headers=error.headers,
    )


def refuse_form(request: Request, error: RequestValidationError) -> JSONResponse:
    """Answer a request whose fields are unfit, each by name."""
    language = language_of(request)
    return JSONResponse(
        {
            "type": "urn:colporteur:unfit_request",
            "title": api.words.text("unfit_request", {}, language),
            "status": 422,
            "code": "unfit_request",
            "faults": faults(error, language),
        },
        status_code=422,
        media_type="application/problem+json",
    )


def _causes(errors: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out lists that are too short only because what they hold is unfit."""
    places = [tuple(each["loc"]) for each in errors]
    return [
        each
        for each, place in zip(errors, places, strict=True)
        if each["type"] != "too_short"
        or not any(other != place and other[: len(place)] == place for other in places)
    ]


def faults(
    error: RequestValidationError | ValidationError, language: str
) -> list[dict[str, object]]:
    """Name every field that is unfit, and how to mend it."""
    return [_fault(each, language) for each in _causes([dict(each) for each in error.errors()])]


def _fault(error: dict[str, Any], language: str) -> dict[str, object]:
    where: Sequence[object] = error["loc"]
    parts = where[1:] if where and where[0] in {"body", "query", "path", "header"} else where
    code = f"form_{error['type']}"
    parameters: dict[str, object] = error.get("ctx") or {}
    if error["type"] == "json_invalid":
        parts = ("body",)
    if error["type"] == "enum" and language == "fr":
        parameters = {"expected": str(parameters["expected"]).replace(" or ", " ou ")}
    if code not in api.words.catalogue(language):
        code, parameters = "form_unfit", {"reason": error["msg"]}
    return {
        "field": ".".join(str(part) for part in parts),
        "code": code,
        "message": api.words.text(code, parameters, language),
    }


def _plain(value: object) -> object:
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
