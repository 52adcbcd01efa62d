"""The filters of a statement: read from the address, and written back into it."""

from datetime import date
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Request
from pydantic import BaseModel, Field

from api.deps import Date
from api.pages.forms import FormFields, FormState, read
from api.pages.frame import language_of
from delivery.orders import Fulfilment
from delivery.proofs import ProofKind
from delivery.review import Filter


class FilterForm(BaseModel):
    """What a clerk narrows lines by."""

    zone: Annotated[str, Field(max_length=100)] | None = None
    mode: Fulfilment | None = None
    preuve: ProofKind | None = None
    motif: Annotated[str, Field(max_length=100)] | None = None
    jour: Date | None = None
    livraison: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None
    nul: Literal["yes"] | None = None

    @property
    def filter(self) -> Filter:
        """The same in the words of the review."""
        return Filter(
            zone=self.zone,
            fulfilment=self.mode,
            proof=self.preuve,
            rule=self.motif,
            day=self.jour,
            delivery_id=self.livraison,
            unpaid=self.nul is not None,
        )

    @property
    def query(self) -> str:
        """What stands in an address for these filters, empty where none is set."""
        given = self.model_dump(exclude_none=True)
        return urlencode({name: _written(value) for name, value in given.items()})


def _written(value: object) -> str:
    if isinstance(value, Fulfilment | ProofKind):
        return str(value.value)
    return value.isoformat() if isinstance(value, date) else str(value)


def read_filter(request: Request) -> FormState[FilterForm]:
    """Read the filters of a request's address."""
    texts = {
        name: (value.replace("\0", "").strip(),) for name, value in request.query_params.items()
    }
    return read(FilterForm, FormFields(texts=texts), language_of(request))
