"""Paragraphs broken into lines and put together again: nothing lost, nothing added but hyphens."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("skia")
pytest.importorskip("cv2")

from gotocr.draw.supply import Supply  # noqa: E402
from gotocr.draw.lettering import has_small_letters  # noqa: E402
from gotocr.kinds.text.faces import Family, cast  # noqa: E402
from gotocr.kinds.text.flow import Column, Flow, Setting  # noqa: E402
from gotocr.kinds.text.hyphens import points  # noqa: E402
from gotocr.kinds.text.letters import Run, break_rows, compose, tabbed  # noqa: E402
from gotocr.kinds.text.prose import Prose, tame, tongue  # noqa: E402
from gotocr.kinds.text.sheet import PARAGRAPH, Marks, Sheet  # noqa: E402

TEXT = "The official finding: fluffy, well-known international representatives reconsidered the affiliation of 1984."


@pytest.fixture(scope="module")
def family() -> Family:
    return next(family for family in cast(Supply()).body if has_small_letters(family.regular))


def flowed(runs, width=120.0, columns=1, setting=None, ligatures=False) -> tuple[Sheet, list[Column]]:
    sheet = Sheet()
    places = [Column(10 + number * (width + 20), 5, 10 + number * (width + 20) + width, 105) for number in range(columns)]
    Flow(sheet, places).add(compose(runs, ligatures), setting or Setting(18.0, hyphens=True))
    return sheet, places


def test_lines_are_joined_and_hyphens_taken_out_again(family):
    for width in (60, 75, 90, 120, 200, 900):
        for ligatures in (False, True):
            sheet, _ = flowed([Run(TEXT, family.style(14))], width, 9, ligatures=ligatures)
            assert "".join(sheet.format) == TEXT
            plain = "".join(sheet.plain)
            assert "".join(plain.split()).replace("-", "") == "".join(TEXT.split()).replace("-", "")
    assert any(
        line.endswith("-") and line.rstrip("-") not in ("well",)
        for line in "".join(flowed([Run(TEXT, family.style(14))], 70, 9)[0].plain).split("\n")
    )


def test_rows_fit_their_width_and_cover_the_text(family):
    letters = compose([Run(TEXT, family.style(14))])
    for width in (40.0, 90.0, 300.0):
        rows = break_rows(letters, lambda number, width=width: width, hyphens=True)
        assert rows[0].start == 0 and rows[-1].after == len(TEXT)
        for row, following in zip(rows, rows[1:], strict=False):
            assert following.start == row.after and row.after - row.stop in (0, 1)
            assert letters.ends[row.stop] - letters.ends[row.start] <= width + 1e-3 or row.stop == row.start + 1


def test_marks_stand_around_their_words_even_over_lines(family):
    bold = family.style(14, bold=True)
    runs = [
        Run("A note on ", family.style(14)),
        Run("the very bold", bold, "**"),
        Run(" words", family.style(14)),
        Run("1", bold, "^"),
        Run(".", bold),
    ]
    for width in (50, 80, 400):
        sheet, _ = flowed(runs, width, 5)
        assert "".join(sheet.format) == "A note on **the very bold** words[^1]."


def test_what_no_longer_fits_is_in_no_truth(family):
    sheet, _ = flowed([Run(TEXT * 3, family.style(14, bold=True), "**")], 90, 1)
    written, plain = "".join(sheet.format), "".join(sheet.plain)
    assert written.startswith("**") and written.endswith("**") and len(plain) < len(TEXT * 3)
    assert len(plain.split("\n")) == 5  # lines of 18 pixels in 100


def test_columns_are_read_one_after_the_other(family):
    sheet, places = flowed([Run(TEXT * 2, family.style(14))], 110, 3)
    sample = sheet.draw((120, 420), (255, 255, 255), np.random.default_rng(0))
    inside = [[place.left - 2 <= box[0] <= place.right + 12 for place in places].index(True) for box in sample.glyphs.boxes]
    assert inside == sorted(inside) and len(set(inside)) == 3


def test_justified_lines_end_at_the_margin(family):
    sheet, (place,) = flowed([Run(TEXT * 2, family.style(12))], 220, 1, Setting(18.0, "justify", hyphens=True))
    sample = sheet.draw((120, 260), (255, 255, 255), np.random.default_rng(0))
    ends = [at - 1 for at, letter in enumerate(sample.plain) if letter == "\n"]
    assert len(ends) > 2
    for at in ends:
        assert abs(sample.glyphs.boxes[at, 2] - place.right) < 2.5


def test_cells_stand_at_their_stops(family):
    line = tabbed([compose([Run(text, family.style(14))]) for text in ("Name", "Ada", "12")], [80.0, 160.0])
    assert line.text == "Name Ada 12" and line.ends[5] == pytest.approx(80) and line.ends[9] == pytest.approx(160)


def test_a_bullet_is_written_as_a_dash(family):
    line = tabbed([compose([Run("*", family.style(14), "-")]), compose([Run("an item", family.style(14))])], [20.0])
    sheet = Sheet()
    Flow(sheet, [Column(5, 5, 200, 60)]).add(line, Setting(18.0), Marks("   "))
    Flow(sheet, [Column(5, 65, 200, 100)]).add(compose([Run("end", family.style(14))]), Setting(18.0), PARAGRAPH)
    assert "".join(sheet.format) == "   - an item\n\nend" and "".join(sheet.plain) == "* an item\nend"


def test_letters_a_font_lacks_are_in_no_truth(family):
    assert compose([Run("a\u4e2db\u2603", family.style(14))]).text == "ab"


def test_hyphens_stand_between_syllables():
    assert points("representation") and all(2 <= at <= len("representation") - 3 for at in points("representation"))
    assert points("through") == () and points("1984") == () and points("NASA") == () and points("cat") == ()
    assert "ma-chine" in {"machine"[:at] + "-" + "machine"[at:] for at in points("machine")}


def test_nothing_drawn_needs_an_escape():
    assert tame("# Title $$x$$ <b>bold</b> **very** ``` \\[x\\]") == "Title x bold very x"
    assert tame("costs $5 and 3 * 4 < 13") == "costs $5 and 3 * 4 < 13"


def test_languages_are_told_apart():
    assert tongue("Der Hund und die Katze sind nicht auf dem Dach") == "de"
    assert tongue("the cat is on the roof and that was it") == "en"
    assert tongue("le chat est dans la rue pour une heure") == "fr" and tongue("xyz") == ""


def test_made_up_things_are_printable():
    prose = Prose(np.random.default_rng(5), Supply())
    for _ in range(300):
        for text in (prose.token(), prose.reference(), prose.title(), prose.paragraph(50, 200)):
            assert text and text == text.strip(" ") and text.isprintable()
