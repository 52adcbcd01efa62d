"""What every text that comes in must be: PostgreSQL keeps no NUL."""

from pydantic_core import PydanticCustomError


def without_nul(value: object) -> object:
    """Return a request's content, however deep, where no text in it holds a NUL.

    Raises PydanticCustomError, which the catalogues put into words.
    """
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str() as text if "\0" in text:
                raise PydanticCustomError("nul", "text holds a NUL character")
            case dict() as values:
                waiting += [*values, *values.values()]
            case list() as values:
                waiting += values
    return value
