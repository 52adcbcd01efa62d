"""What the operator sets, from the environment."""

from pathlib import Path

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

import data.database
from data.database import Database


class Settings(BaseSettings):
    """Read once at the start of a process; lower rooms get plain values."""

    model_config = SettingsConfigDict(env_prefix="COLPORTEUR_", frozen=True)

    #: Where the embedded server, street datasets and OpenStreetMap files are kept.
    home: Path = Path.home() / ".local" / "share" / "colporteur"
    #: A PostgreSQL of the operator's own, as the role `colporteur_app`; the embedded one without.
    database_url: str | None = Field(default=None, validation_alias=AliasChoices("DATABASE_URL"))
    #: The same server as the role that migrates.
    database_owner_url: str | None = Field(
        default=None, validation_alias=AliasChoices("DATABASE_OWNER_URL")
    )
    #: Whether the day's rounds may be looked at without a key: the demo only.
    open_day_page: bool = False
    #: Language of answers where the request names none we speak.
    language: str = "fr"

    def database(self) -> Database:
        """Return the database, starting the embedded server where none is named."""
        if self.database_url:
            return data.database.external(self.database_url, self.database_owner_url)
        self.home.mkdir(parents=True, exist_ok=True)
        return data.database.embedded(self.home)
