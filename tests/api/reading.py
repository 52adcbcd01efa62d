"""What a person reads of a page."""

import re
from html import unescape
from typing import Any

from httpx import Response

from tests.api.client import TestClient

UNREAD = re.compile(r"<(title|script)\b.*?</\1>", re.DOTALL)


def plain(answer: Response) -> str:
    """Return the words of a page, one space between any two."""
    text = unescape(re.sub(r"<[^>]+>", " ", UNREAD.sub(" ", answer.text)))
    return re.sub(r"\s+", " ", text)


def read(client: TestClient, path: str, **options: Any) -> str:
    """Return the words of a page that is there."""
    answer = client.get(path, **options)
    assert answer.status_code == 200
    return plain(answer)
