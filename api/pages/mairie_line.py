"""One line of a statement: the proof, the decision rule by rule, its movements in the ledger."""

from fastapi import APIRouter, Request, Response

from api.deps import Id, Pool
from api.operations import statements
from api.pages.frame import language_of, page
from api.pages.mairie_words import Wording, month, percent
from api.visits import LoggedIn

router = APIRouter(include_in_schema=False)


@router.get("/t/{slug}/mairie/etats/{statement_id}/lignes/{position}")
def show_line(
    request: Request, login: LoggedIn, statement_id: Id, position: Id, pool: Pool
) -> Response:
    """Show a line with all that stands behind it."""
    found = statements.line(pool, login.town.id, statement_id, position)
    wording = Wording(login.timezone, found.zones, language_of(request))
    return page(
        request,
        "mairie/line.html",
        statement=found.statement,
        programme=found.programme,
        line=found.line,
        row=wording.row(found.line),
        movements=[wording.movement(link) for link in found.links],
        rate=percent(found.programme.vat_rate, language_of(request)),
        month=month(found.statement.month, language_of(request)),
        here=f"/t/{login.town.slug}/mairie/etats/{statement_id}",
    )
