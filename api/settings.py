"""What the operator sets, from the environment."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import AliasChoices, BeforeValidator, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

import api.mail_server
import api.words
import data.database
from data.database import Database

#: What may be left out; set to nothing it is left out too.
type OrNone = Annotated[str | None, BeforeValidator(lambda value: value or None)]


class Settings(BaseSettings):
    """Read once at the start of a process; lower rooms get plain values."""

    model_config = SettingsConfigDict(
        env_prefix="COLPORTEUR_", frozen=True, hide_input_in_errors=True
    )

    #: Where the embedded server, street datasets and OpenStreetMap files are kept.
    home: Path = Path.home() / ".local" / "share" / "colporteur"
    #: A PostgreSQL of the operator's own, as the role `colporteur_app`; the embedded one without.
    database_url: str | None = Field(default=None, validation_alias=AliasChoices("DATABASE_URL"))
    #: The same server as the role that migrates.
    database_owner_url: str | None = Field(
        default=None, validation_alias=AliasChoices("DATABASE_OWNER_URL")
    )
    #: Whether the login page offers the demo's accounts: the demo alone.
    demo: bool = False
    #: Language of answers where the request names none we speak.
    language: str = "fr"
    #: The mail server: smtp://user:password@host:587, or smtps://; no letter is sent without.
    mail_url: OrNone = Field(default=None, repr=False)
    #: Whom letters come from.
    mail_from: OrNone = None
    #: The address people reach the pages at; links in letters are built on it alone.
    public_url: OrNone = None

    @model_validator(mode="after")
    def _can_write(self) -> Self:
        fault = api.mail_server.fault(self.mail_url, self.mail_from, self.public_url)
        if fault is not None:
            raise ValueError(api.words.text(*fault, self.language))
        return self

    def database(self) -> Database:
        """Return the database, starting the embedded server where none is named."""
        if self.database_url:
            return data.database.external(self.database_url, self.database_owner_url)
        self.home.mkdir(parents=True, exist_ok=True)
        return data.database.embedded(self.home)
