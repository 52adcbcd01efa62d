"""Read back what was printed: a PDF's pages and words, a PNG's dots; what our files need."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)endobj", re.DOTALL)
_FONT = re.compile(rb"/(f\d+) [\d.]+ Tf")
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


@dataclass(frozen=True)
class PdfPage:
    """A page: its size in millimetres and its words, a run of text a line."""

    width_mm: float
    height_mm: float
    text: str


def pdf_pages(file: bytes) -> list[PdfPage]:
    """Return the pages of a PDF in their order."""
    objects = {int(found[1]): found[2] for found in _OBJECT.finditer(file)}
    tree = next(each for each in objects.values() if re.search(rb"/Type\s*/Pages\b", each))
    kids = re.search(rb"/Kids\s*\[([^\]]*)\]", tree)
    assert kids is not None
    return [_page(objects, objects[int(id_)]) for id_ in re.findall(rb"(\d+) 0 R", kids[1])]


def _page(objects: dict[int, bytes], page: bytes) -> PdfPage:
    _, _, width, height = map(float, re.search(rb"/MediaBox\s*\[([^\]]*)\]", page)[1].split())  # type: ignore[index]
    fonts = {
        name: _letters(objects, int(id_))
        for name, id_ in re.findall(rb"/(f\d+) (\d+) 0 R", objects[_reference(page, b"Resources")])
    }
    parts = _FONT.split(_stream(objects[_reference(page, b"Contents")]))
    lines = []
    for font, shown in zip(parts[1::2], parts[2::2], strict=True):
        glyphs = b"".join(_strings(shown))
        pairs = zip(glyphs[::2], glyphs[1::2], strict=True)
        lines.append("".join(fonts[font][high * 256 + low] for high, low in pairs))
    return PdfPage(width * 25.4 / 72, height * 25.4 / 72, "\n".join(lines))


def _strings(shown: bytes) -> Iterator[bytes]:
    """Yield the bytes of the first text's strings; balanced brackets inside need no escape."""
    depth, at = 0, 0
    while depth or not shown[at:].startswith((b"TJ", b"Tj")):
        escape = re.match(rb"\\([0-7]{3}|.)", shown[at : at + 4], re.DOTALL)
        each = shown[at : at + 1]
        if escape is not None:
            said = escape[1]
            yield bytes([int(said, 8)]) if len(said) == 3 else _LETTERS.get(said, said)
        elif each == b"(":
            depth += 1
            if depth > 1:
                yield each
        elif each == b")":
            depth -= 1
            if depth > 0:
                yield each
        elif depth:
            yield each
        at += len(escape[0]) if escape is not None else 1


def _reference(dictionary: bytes, key: bytes) -> int:
    found = re.search(rb"/" + key + rb"\s*(\d+) 0 R", dictionary)
    assert found is not None
    return int(found[1])


def _letters(objects: dict[int, bytes], font: int) -> dict[int, str]:
    table = _stream(objects[_reference(objects[font], b"ToUnicode")])
    return {
        int(glyph, 16): bytes.fromhex(letters.decode()).decode("utf-16-be")
        for glyph, letters in re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>\n", table)
        if len(letters) >= 4
    }


def _stream(body: bytes) -> bytes:
    raw = body.partition(b"stream")[2].lstrip(b"\r\n").rpartition(b"endstream")[0]
    return zlib.decompressobj().decompress(raw) if b"FlateDecode" in body else raw


def png_dots(file: bytes) -> NDArray[np.uint8]:
    """Return a PNG's rows of grey values, 0 black to 255 white."""
    at, packed = 8, b""
    while at < len(file):
        length, kind = int.from_bytes(file[at : at + 4]), file[at + 4 : at + 8]
        body = file[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            width, height = int.from_bytes(body[:4]), int.from_bytes(body[4:8])
            depth = {2: 3, 6: 4}[body[9]]
        elif kind == b"IDAT":
            packed += body
        at += 12 + length
    raw = zlib.decompress(packed)
    rows, before = [], bytearray(width * depth)
    for row in range(height):
        start = row * (width * depth + 1)
        line = bytearray(raw[start + 1 : start + 1 + width * depth])
        _unfilter(raw[start], line, before, depth)
        rows.append(np.frombuffer(bytes(line), dtype=np.uint8).reshape(width, depth))
        before = line
    return np.stack(rows)[:, :, :3].min(axis=2)


def _unfilter(kind: int, line: bytearray, above: bytearray, depth: int) -> None:
    """Undo a row's filter in place (PNG specification, section 9)."""
    for place in range(len(line)):
        left = line[place - depth] if place >= depth else 0
        corner = above[place - depth] if place >= depth else 0
        up = above[place]
        if kind == 4:
            guess = left + up - corner
            near = min((abs(guess - each), rank) for rank, each in enumerate((left, up, corner)))
            added = (left, up, corner)[near[1]]
        else:
            added = (0, left, up, (left + up) // 2)[kind]
        line[place] = (line[place] + added) & 255
