"""Labels: the right pages, all that is said on them, and a square that a phone can read."""

import time
from dataclasses import replace

import numpy as np
import pytest
import segno
import typst
from numpy.typing import NDArray

import data.documents
from data.documents import GROUP, QUIET_MODULES, Label, LabelForm, Mark, grouped
from tests.papers import pdf_pages, png_dots

CODE = "A1B2C3D4E5F6"
LABEL = Label(
    shop="La fromagerie du Vieux Pont",
    recipient="Anne Moreau",
    place=("12 bis rue du Port", "22999 Essai"),
    banner="",
    day="vendredi 20 novembre",
    hours="14 h – 16 h",
    parcel="Colis 1/3",
    marks=((Mark.CHILLED, "Frais 0–4 °C"), (Mark.ADULT, "18 ans et plus")),
    reference="Commande A-1",
    round="Tournée",
    address=f"https://colporteur.example/t/essai/c/{CODE}",
    code=CODE,
)
#: Where a label's square lies on its page, in millimetres: left, top, side.
SQUARES = {LabelForm.A4: (66, 15.2, 33), LabelForm.PAGE_100X150: (5, 102, 43)}


def dots(labels: list[Label], form: LabelForm, dots_per_inch: int) -> NDArray[np.uint8]:
    """Draw the first page."""
    drawn = typst.compile(
        data.documents.template(),
        format="png",
        ppi=dots_per_inch,
        ignore_system_fonts=True,
        sys_inputs={"asked": data.documents.asked(labels, form)},
    )
    return png_dots(drawn[0] if isinstance(drawn, list) else drawn)


@pytest.mark.parametrize(
    ("form", "count", "pages", "size"),
    [
        (LabelForm.A4, 8, 1, (210, 297)),
        (LabelForm.A4, 9, 2, (210, 297)),
        (LabelForm.PAGE_100X150, 3, 3, (100, 150)),
    ],
)
def test_eight_labels_fill_a_sheet_and_one_a_page(
    form: LabelForm, count: int, pages: int, size: tuple[int, int]
) -> None:
    found = pdf_pages(data.documents.labels([LABEL] * count, form))
    assert [(round(page.width_mm), round(page.height_mm)) for page in found] == [size] * pages
    assert sum(page.text.count("Anne Moreau") for page in found) == count


@pytest.mark.parametrize("form", LabelForm)
def test_a_label_says_all_that_whoever_carries_it_needs(form: LabelForm) -> None:
    (page,) = pdf_pages(data.documents.labels([LABEL], form))
    for words in (
        LABEL.shop,
        "Anne Moreau",
        "12 bis rue du Port",
        "22999 Essai",
        "vendredi 20 novembre",
        "14 h – 16 h",
        "Colis 1/3",
        "Frais 0–4 °C",
        "18 ans et plus",
        "Commande A-1",
        "Tournée",
        "A1B2 C3D4 E5F6",
    ):
        assert words in " ".join(page.text.split()), words


@pytest.mark.parametrize("form", LabelForm)
def test_where_there_is_no_door_the_place_stands_in_large_letters(form: LabelForm) -> None:
    label = replace(LABEL, place=(), banner="COMPTOIR", day="", hours="", marks=())
    (page,) = pdf_pages(data.documents.labels([label], form))
    assert "COMPTOIR" in page.text and "rue" not in page.text


@pytest.mark.parametrize("form", LabelForm)
def test_the_square_says_the_address_and_no_name(form: LabelForm) -> None:
    """What is drawn is, module by module, the QR of the address, with its quiet zone."""
    dots_per_inch = 150
    picture = dots([LABEL], form, dots_per_inch)
    expected = np.array([list(row) for row in segno.make(LABEL.address, error="m").matrix])
    expected = np.pad(expected, QUIET_MODULES)
    left, top, side = SQUARES[form]
    centres = (np.arange(len(expected)) + 0.5) / len(expected) * side
    across = ((left + centres) / 25.4 * dots_per_inch).astype(int)
    down = ((top + centres) / 25.4 * dots_per_inch).astype(int)
    assert ((picture[np.ix_(down, across)] < 128) == (expected == 1)).all()
    assert "Moreau" not in LABEL.address


def test_the_square_is_drawn_in_lines_and_corrects_a_scratch() -> None:
    assert b"/Subtype/Image" not in data.documents.labels([LABEL], LabelForm.A4).replace(b" ", b"")
    assert segno.make(LABEL.address, error="m").error in {"M", "Q", "H"}
    drawn = data.documents.qr(LABEL.address)
    assert drawn.startswith("<svg") and "Moreau" not in drawn


@pytest.mark.parametrize("form", LabelForm)
@pytest.mark.parametrize(
    "name",
    [
        "#set text(red); $x^2$ *gras* _a_ @ref <étiquette>",
        '"); #panic("non") //',
        r"\u{41} \\ `raw` [a] {b} ~ --- '",
        "Łukasz Żółć, Иван Петров, Ελένη",
        "a\tb\nc\r\nd\u2028e",
        "\u202eטל\u200f عمر",
    ],
)
def test_a_name_is_printed_whatever_is_in_it(form: LabelForm, name: str) -> None:
    (page,) = pdf_pages(data.documents.labels([replace(LABEL, recipient=name)], form))
    assert "12 bis rue du Port" in page.text
    if name.isascii() and name.isprintable():
        assert "".join(name.split()) in "".join(page.text.split())


@pytest.mark.parametrize("form", LabelForm)
def test_what_is_too_long_is_cut_off_within_its_label(form: LabelForm) -> None:
    long = replace(
        LABEL,
        recipient="Nom " * 60,
        place=("x" * 300, "Ville " * 50),
        shop="Boutique " * 40,
        reference="R" * 200,
        marks=tuple((mark, mark.value * 3) for mark in Mark),
    )
    labels = [long, LABEL] if form is LabelForm.A4 else [long]
    assert len(pdf_pages(data.documents.labels(labels, form))) == 1
    alone = dots([LABEL] * len(labels), form, 60)
    beside = dots(labels, form, 60)
    if form is LabelForm.A4:
        half = alone.shape[1] // 2
        assert (alone[:, half:] == beside[:, half:]).all()


def test_codes_are_grouped_for_typing() -> None:
    assert grouped(CODE) == "A1B2 C3D4 E5F6"
    assert grouped("A1B2C") == "A1B2 C" and GROUP == 4


def test_a_hundred_and_twenty_labels_are_printed_at_once() -> None:
    sheet = [replace(LABEL, recipient=f"Nom {number}") for number in range(120)]
    began = time.perf_counter()
    pages = pdf_pages(data.documents.labels(sheet, LabelForm.A4))
    assert len(pages) == 15 and "Nom 119" in pages[-1].text
    assert time.perf_counter() - began < 10
