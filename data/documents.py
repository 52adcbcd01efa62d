"""The door to typst: what Colporteur prints. Words come in, written by whoever asks."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from functools import cache
from importlib.resources import files

import segno
import typst

#: A code is typed in groups of so many digits.
GROUP = 4
#: Modules left white around a QR, so that cameras find it (ISO/IEC 18004: four).
QUIET_MODULES = 4


class LabelForm(Enum):
    """What labels are printed on."""

    #: A sheet of eight, two by four.
    A4 = "a4"
    #: A label printer's page.
    PAGE_100X150 = "100x150"


class Mark(Enum):
    """What whoever carries a parcel must see at once; each has a shape of its own."""

    #: Keep between 0 and 4 degrees.
    CHILLED = "chilled"
    #: Keep below -18 degrees.
    FROZEN = "frozen"
    #: Carry with care.
    FRAGILE = "fragile"
    #: Ask for the recipient's age.
    ADULT = "adult"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A parcel's label, in words ready to be read.

    `banner` says in large letters where the parcel goes when it is no door; `address` is what its
    QR opens and `code` what is typed instead; `marks` are shapes and their words; `round` heads
    the space left for the round's name, `parcel` counts the order's parcels.
    """

    shop: str
    recipient: str
    place: tuple[str, ...]
    banner: str
    day: str
    hours: str
    parcel: str
    marks: tuple[tuple[Mark, str], ...]
    reference: str
    round: str
    address: str
    code: str


def labels(
    sheet: Sequence[Label], form: LabelForm, *, title: str = "", language: str = "fr"
) -> bytes:
    """Print labels in their order, as a PDF; a place of a sheet that none fills stays white."""
    return typst.compile(
        template(),
        format="pdf",
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"asked": asked(sheet, form, title=title, language=language)},
    )


def template() -> bytes:
    """Return the template of labels; all they say comes in as its input `asked`."""
    return (files("data") / "labels.typ").read_bytes()


def asked(sheet: Sequence[Label], form: LabelForm, *, title: str = "", language: str = "fr") -> str:
    """Return what the template is asked to print, as JSON."""
    return json.dumps(
        {
            "form": form.value,
            "title": title,
            "language": language,
            "labels": [_written(label) for label in sheet],
        }
    )


def qr(address: str) -> str:
    """Draw what a phone opens as an SVG of one path, its quiet zone around it."""
    code = segno.make(address, error="m", micro=False)
    return str(code.svg_inline(border=QUIET_MODULES, light="white", omitsize=True))


def grouped(code: str) -> str:
    """Write a code the way people type it.

    >>> grouped("A1B2C3D4E5F6")
    'A1B2 C3D4 E5F6'
    """
    return " ".join(code[place : place + GROUP] for place in range(0, len(code), GROUP))


def _written(label: Label) -> dict[str, object]:
    return {
        **asdict(label),
        "marks": [{"shape": mark.value, "words": words} for mark, words in label.marks],
        "qr": qr(label.address),
        "code": grouped(label.code),
    }


@cache
def _fonts() -> typst.Fonts:
    """Return the fonts that typst brings along: labels look the same on every machine."""
    return typst.Fonts(include_system_fonts=False)
