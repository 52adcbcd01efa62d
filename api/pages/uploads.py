"""Files that forms bring."""

from api.pages.forms import FormFields
from delivery.errors import Refusal

MOST_BYTES = 5_000_000


class FileMissing(Refusal):
    """The form came without its file."""

    code = "file_missing"


class FileTooLarge(Refusal):
    """The file is larger than any of its kind needs to be. Parameters: most_mb."""

    code = "file_too_large"


def upload(fields: FormFields, name: str) -> bytes:
    """Return the content of a form's file.

    Raises FileMissing, FileTooLarge.
    """
    found = fields.files.get(name)
    if found is None or not found.filename:
        raise FileMissing(field=name)
    content = found.file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise FileTooLarge(field=name, most_mb=MOST_BYTES // 1_000_000)
    return content
