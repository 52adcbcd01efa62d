"""Secrets of an installation: from the environment, else made once and kept in the home folder."""

import os
import secrets
from pathlib import Path

#: Names the variable that holds the key of the households' pseudonyms.
HOUSEHOLD_VARIABLE = "COLPORTEUR_HOUSEHOLD_SECRET"


def household_secret(home: Path) -> bytes:
    """Return the key by which exported statements name households without saying who they are."""
    given = os.environ.get(HOUSEHOLD_VARIABLE)
    if given:
        return given.encode()
    path = home / "household.secret"
    home.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_hex(32).encode())
    return path.read_bytes()
