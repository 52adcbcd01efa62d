"""The administrator's first page: what the town has, and what it lacks for a day to run."""

from fastapi import APIRouter, Request, Response

import api.operations.readiness
from api.deps import Now, Pool
from api.pages.frame import page
from api.visits import LoggedIn
from delivery.accounts import Role

router = APIRouter(include_in_schema=False)


@router.get("/t/{slug}/admin")
def show_readiness(request: Request, login: LoggedIn, pool: Pool, now: Now) -> Response:
    """Show what there is, and what is missing."""
    found = api.operations.readiness.read(pool, login.town.id, now=now)
    return page(
        request,
        "admin/overview.html",
        found=found,
        roles_missing=[role.value for role in Role if role not in found.roles],
    )
