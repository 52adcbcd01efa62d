"""The files that pages need, sent under addresses that change with their content.

A file asked for by its versioned address may be kept by browsers for a year; asked for without, it
is checked each time. Packages from npm are served from where npm puts them.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from fastapi import Request, Response

#: What a page may load of each npm package; the map's own code asks for its worker by name.
PACKAGES = {
    "maplibre": (
        "node_modules/maplibre-gl/dist",
        {"maplibre-gl.mjs", "maplibre-gl-worker.mjs", "maplibre-gl-shared.mjs", "maplibre-gl.css"},
    ),
    "htmx": ("node_modules/htmx.org/dist", {"htmx.min.js"}),
}
LONGEST_NAME = 100
KEEP = "public, max-age=31536000, immutable"
#: The same, of what only those may read who are logged in.
KEEP_OURS = "private, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"

#: Not every system's table knows these.
_TYPES = {".mjs": "text/javascript", ".js": "text/javascript", ".geojson": "application/geo+json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What an answer carries, as it is and compressed."""

    body: bytes
    compressed: bytes
    media_type: str
    digest: str


def content(body: bytes, media_type: str) -> Content:
    """Compress a body and name it by its hash."""
    return Content(
        body=body,
        compressed=gzip.compress(body, 6, mtime=0),
        media_type=media_type,
        digest=hashlib.sha256(body).hexdigest()[:16],
    )


def address(name: str) -> str:
    """Return the versioned address of a static file: `/static/page.css?v=0a1b...`."""
    found = static(name)
    return f"/static/{name}" + (f"?v={found.digest}" if found else "")


def static(name: str) -> Content | None:
    """Return a static file by its name under /static/, or None when there is no such file."""
    if len(name) > LONGEST_NAME:
        return None
    package, _, inside = name.rpartition("/")
    if not package:
        return _packed(files("api.web") / "static" / inside)
    folder, allowed = PACKAGES.get(package, ("", set()))
    return _packed(files("api.web") / folder / inside) if inside in allowed else None


def kept(path: Path) -> Content | None:
    """Return a file of the home folder, read again when it has changed."""
    try:
        return _read(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


def _packed(path: Traversable) -> Content | None:
    return kept(path) if isinstance(path, Path) and path.is_file() else None


@lru_cache(maxsize=64)
def _read(path: Path, changed_ns: int) -> Content:
    """Read and compress a file; `changed_ns` is there to tell versions of it apart."""
    guessed = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
    return content(path.read_bytes(), guessed or "application/octet-stream")


def answer(
    request: Request, found: Content, *, status: int = 200, cache: str | None = None
) -> Response:
    """Send content the way the browser can take it, or say that its copy is still good."""
    if cache is None:
        cache = KEEP if "v" in request.query_params else ASK_AGAIN
    headers = {
        "ETag": f'"{found.digest}"',
        "Cache-Control": cache,
        "Vary": "Accept-Encoding, Accept-Language",
    }
    if status == 200 and headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(
            found.compressed,
            status,
            {**headers, "Content-Encoding": "gzip"},
            media_type=found.media_type,
        )
    return Response(found.body, status, headers, media_type=found.media_type)
