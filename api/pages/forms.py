"""Forms as browsers send them, checked by a model, shown again with what to mend."""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

import api.errors
import api.words
from delivery.errors import Refusal

#: A form of ours has some dozens of fields; more is nobody's.
MOST_FIELDS = 2_000
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True, slots=True)
class FormFields:
    """What a browser sent, trimmed, as text that can be kept, each name with all its values."""

    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, UploadFile] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """Return the last value of a name, empty where there is none."""
        values = self.texts.get(name)
        return values[-1] if values else ""

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a name."""
        return self.texts.get(name, ())

    def __contains__(self, name: str) -> bool:
        """Whether the name was sent at all."""
        return name in self.texts


async def _fields(request: Request) -> AsyncIterator[FormFields]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method == "GET" or kind not in FORM_TYPES:
        yield FormFields()
        return
    try:
        form = await request.form(max_fields=MOST_FIELDS)
    except ValueError as error:
        # Bytes that are no text of the alphabet they say they are in.
        raise HTTPException(400) from error
    try:
        yield _read(form)
    finally:
        await form.close()


def _read(form: FormData) -> FormFields:
    texts: dict[str, tuple[str, ...]] = {}
    files: dict[str, UploadFile] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            files[_kept(name)] = value
        else:
            texts[_kept(name)] = (*texts.get(_kept(name), ()), _kept(value).strip())
    return FormFields(texts=texts, files=files)


def _kept(text: str) -> str:
    """Return what PostgreSQL can keep of a text: no NUL, no half of a character."""
    return text.replace("\0", "").encode(errors="replace").decode()


#: What the request's form holds; empty for requests without one.
Fields = Annotated[FormFields, Depends(_fields)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormState[M: BaseModel]:
    """A form on its page: what was typed, what is unfit by field, and its value where all fits."""

    texts: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    value: M | None = None

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> "FormState[M]":
        """Return a fresh form with what it begins with."""
        return cls(texts=dict(texts))

    def text(self, name: str) -> str:
        """Return what stands in a field."""
        return self.texts.get(name, "")

    def fault(self, name: str) -> str:
        """Return what is wrong with a field, empty where nothing is."""
        return self.faults.get(name, "")

    def refused(
        self,
        refusal: Refusal,
        language: str,
        timezone: ZoneInfo | None = None,
        *,
        names: Mapping[str, str] | None = None,
    ) -> "FormState[M]":
        """Return the form with a refusal at its field, or over it where it has no such field.

        `names` says what a refusal's field is called on this form.
        """
        parameters = refusal.parameters
        if timezone is not None:
            parameters = api.words.local(parameters, timezone)
        sentence = api.words.text(refusal.code, parameters, language)
        name = (names or {}).get(refusal.field or "", refusal.field or "")
        if name in self.texts:
            return replace(self, faults={**self.faults, name: sentence}, value=None)
        return replace(self, message=sentence, value=None)


def read[M: BaseModel](
    model: type[M], fields: FormFields, language: str, *, lists: Iterable[str] = ()
) -> FormState[M]:
    """Check a form against its model; fields left empty count as not given.

    `lists` are names that may be sent several times. Nested faults are shown at their first part.
    """
    given: dict[str, object] = {
        name: fields.get(name) for name in fields.texts if fields.get(name) != ""
    }
    given |= {name: [each for each in fields.all(name) if each] for name in lists}
    given.pop("csrf", None)
    texts = {name: fields.get(name) for name in {*fields.texts, *model.model_fields}}
    try:
        return FormState(texts=texts, value=model.model_validate(given))
    except ValidationError as error:
        faults: dict[str, str] = {}
        for each in api.errors.faults(error, language):
            name = str(each["field"]).partition(".")[0]
            faults.setdefault(name, str(each["message"]))
        return FormState(texts=texts, faults=faults)
