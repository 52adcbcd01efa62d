"""Secrets of an installation: from the environment, else made once and kept in the home folder."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from delivery.errors import Refusal

#: Names the variable that holds the key of the households' pseudonyms.
HOUSEHOLD_VARIABLE = "COLPORTEUR_HOUSEHOLD_SECRET"
#: As long as the digest it keys (RFC 2104, section 3).
LEAST_BYTES = 32


class SecretTooShort(Refusal):
    """A secret could be guessed, or is empty. Parameters: where, least."""

    code = "secret_too_short"


def household_secret(home: Path) -> bytes:
    """Return the key by which exported statements name households without saying who they are.

    Raises SecretTooShort.
    """
    given = os.environ.get(HOUSEHOLD_VARIABLE)
    if given is not None:
        return _long_enough(given.encode(), HOUSEHOLD_VARIABLE)
    path = home / "household.secret"
    if not path.exists():
        _make(path)
    return _long_enough(path.read_bytes(), str(path))


def _long_enough(secret: bytes, where: str) -> bytes:
    if len(secret.strip()) < LEAST_BYTES:
        raise SecretTooShort(where=where, least=LEAST_BYTES)
    return secret


def _make(path: Path) -> None:
    """Write the whole secret aside, then give it its name, unless another process was first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-") as file:
        file.write(secrets.token_hex(LEAST_BYTES).encode())
        file.flush()
        os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(file.name, path)
