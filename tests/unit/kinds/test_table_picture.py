"""Drawn tables: equal seeds, truths that are grids, offsets that point at what is drawn, boxes that hold the ink."""

from __future__ import annotations

import html
import os
import re
from dataclasses import replace

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("skia")
pytest.importorskip("cv2")

from gotocr.draw.supply import Supply  # noqa: E402
from gotocr.errors import InputError  # noqa: E402
from gotocr.kinds.table import KIND, Cell, picture, rows  # noqa: E402
from gotocr.kinds.table.content import Content, Row, crop, tidy, visible  # noqa: E402
from gotocr.kinds.table.drawing import draw  # noqa: E402
from gotocr.kinds.table.styles import choose  # noqa: E402
from gotocr.kinds.table.truth import write  # noqa: E402
from gotocr.schema import AREA  # noqa: E402

SEEDS = 60 * int(os.environ.get("GOTOCR_SEEDS", 1))
ROOMS = [(1000, 1100), (400, 500), (1400, 700), (120, 300)]


@pytest.fixture(scope="module")
def supply():
    return Supply()


@pytest.fixture(scope="module")
def samples(supply):
    return [
        KIND.sample(np.random.default_rng(seed), supply, ROOMS[seed % 4], 14.0 if seed % 3 == 0 else None)
        for seed in range(SEEDS)
    ]


def test_equal_seeds_give_equal_bytes(supply, samples):
    for seed in range(0, 12):
        again = KIND.sample(np.random.default_rng(seed), supply, ROOMS[seed % 4], 14.0 if seed % 3 == 0 else None)
        assert (again.image == samples[seed].image).all() and again.format == samples[seed].format
        assert (again.glyphs.boxes == samples[seed].glyphs.boxes).all() and again.glyphs.text == samples[seed].glyphs.text


def test_pictures_fit_the_room(samples):
    for seed, sample in enumerate(samples):
        assert sample.image.dtype == np.uint8 and sample.image.shape[2] == 3
        assert sample.image.shape[0] <= ROOMS[seed % 4][0] and sample.image.shape[1] <= ROOMS[seed % 4][1]


def table_of(sample) -> str:
    (span,) = KIND.find(sample.format)
    return sample.format[span.start : span.end]


def test_truths_are_grids_and_say_the_same(samples):
    for sample in samples:
        source = table_of(sample)
        block = KIND.parse(source)
        assert not block.problems, source
        assert set(re.findall(r"<(/?\w+)", source)) <= {"table", "/table", "tr", "/tr", "td", "/td"}
        written = "\n".join("\t".join(cell.text for cell in row) for row in rows(block))
        plain = written if "$" in source else "\n" + sample.plain + "\n"
        assert ("\n" + written + "\n") in plain or "$" in source
        assert all(score(source, source) == 1.0 for score in KIND.scores.values())


def test_glyphs_stand_where_the_truth_says(samples):
    for sample in samples:
        glyphs, source = sample.glyphs, sample.format
        formulas = [range(start, source.index("$", start + 1) + 1) for start in _formula_starts(sample)]
        for letter, plain, at in zip(glyphs.text, glyphs.plain.tolist(), glyphs.format.tolist(), strict=True):
            if at < 0 or any(at in formula for formula in formulas):
                continue
            if letter == AREA:
                assert source.startswith(("<tr", "<td"), at) and (plain < 0 or sample.plain[plain] == "\t")
            else:
                assert html.unescape(source[at : at + 5])[0] == letter, (source, at)
                assert sample.plain[plain] == letter
        letters = "".join(letter for letter in re.sub(r"<[^<>]*>|\n", "", source) if letter) if not formulas else ""
        if letters:
            drawn = sum(letter != AREA and at >= 0 for letter, at in zip(glyphs.text, glyphs.format.tolist(), strict=True))
            assert drawn == len(html.unescape(letters)), "every character of the truth has its glyph"


def _formula_starts(sample) -> list[int]:
    found = zip(sample.glyphs.text, sample.glyphs.format.tolist(), strict=True)
    return [at for letter, at in found if letter == AREA and at >= 0 and sample.format[at] == "$"]


def test_every_row_and_cell_has_its_area_in_order(samples):
    for sample in samples:
        marks = [
            at for letter, at in zip(sample.glyphs.text, sample.glyphs.format.tolist(), strict=True) if letter == AREA and at >= 0
        ]
        marks = [at for at in marks if sample.format.startswith(("<tr", "<td"), at)]
        assert marks == [match.start() for match in re.finditer("<t[rd]", sample.format)]
        boxes = sample.glyphs.boxes
        assert (boxes[:, 2] >= boxes[:, 0]).all() and (boxes[:, 3] >= boxes[:, 1]).all()


def test_letters_have_ink_under_their_boxes(samples):
    for sample in samples:
        high, wide = sample.image.shape[:2]
        missed = count = 0
        for letter, box in zip(sample.glyphs.text, sample.glyphs.boxes, strict=True):
            if letter == AREA or letter.isspace():
                continue
            left, top, right, bottom = (int(value) for value in (*np.floor(box[:2]) - 1, *np.ceil(box[2:]) + 1))
            part = sample.image[max(top, 0) : min(bottom, high), max(left, 0) : min(right, wide)]
            count += 1
            missed += not part.size or int(np.ptp(part.reshape(-1, 3), 0).max()) < 5  # a pale dot at 6 pixels is hardly seen
        assert missed <= 0.01 * count + 1, (missed, count, sample.notes)


def test_boxes_hold_the_ink(supply):
    """Without rules and fills all ink is letters: 99% of it lies in their boxes."""
    for seed in range(max(SEEDS // 4, 1)):
        rng = np.random.default_rng(seed)
        content = replace(picture._content(rng, supply), caption="", notes=())
        text = "".join(cell.text for row in content.rows for cell in row.cells)
        look = choose(rng, supply, content, 20.0, text)
        look = replace(
            look, name="bare", frame="none", level="none", upright="none", head_rule=False, group_rules=False, double=False
        )
        look = replace(look, head_fill=None, head_ink=None, stub_fill=None, stripe=None, section_fill=None, total_fill=None)
        look = replace(look, margin=1.0, typed=False, leaders=False, dash=False)
        drawing = picture._fit(content, look, (4000, 4000), 20.0)
        if drawing is None or "\x02" in text:
            continue
        sample = draw(rng, drawing, None)
        ink = 255 - sample.image.min(2).astype(np.float64)
        held = np.zeros_like(ink, bool)
        for letter, box in zip(sample.glyphs.text, sample.glyphs.boxes, strict=True):
            if letter != AREA:
                left, top, right, bottom = (int(value) for value in (*np.floor(box[:2]), *np.ceil(box[2:])))
                held[top:bottom, left:right] = True
        assert ink[held].sum() >= 0.99 * ink.sum(), seed


def test_insets_are_cropped_to_their_ink(samples):
    for sample in samples[::3]:
        dark = sample.image.min(2) < 250
        assert dark[0].any() and dark[-1].any() and dark[:, 0].any() and dark[:, -1].any()


def test_a_tiny_room_and_a_lost_supply_still_give_a_table(supply):
    for room in ((9, 9), (30, 40), (16, 2000)):
        sample = KIND.sample(np.random.default_rng(1), supply, room, None)
        assert sample.image.shape[0] <= room[0] and sample.image.shape[1] <= room[1] and not KIND.parse(table_of(sample)).problems


def body(*lines: tuple[Cell, ...]) -> Content:
    return Content((Row((Cell("a"), Cell("b"), Cell("c")), "head"), *(Row(line) for line in lines)))


def cells_of(content: Content) -> list[list[tuple]]:
    return [[(cell.text, cell.columns, cell.rows) for cell in row.cells] for row in content.rows]


def test_spans_that_nobody_sees_are_not_written():
    grouped = body((Cell("x", 1, 2), Cell("1"), Cell("")), (Cell("2", 2),))
    assert visible(grouped, True, True, False) == grouped
    assert cells_of(visible(grouped, False, False, False))[1:] == [
        [("x", 1, 1), ("1", 1, 1), ("", 1, 1)],
        [("", 1, 1), ("2", 2, 1)],
    ]
    assert cells_of(visible(grouped, False, False, True))[1] == [("x", 1, 2), ("1", 1, 1), ("", 1, 1)]
    section = Content((*body().rows, Row((Cell("Short", 3),), "section")))
    assert cells_of(visible(section, True, False, False))[1] == [("Short", 1, 1), ("", 1, 1), ("", 1, 1)]
    assert (
        cells_of(visible(section, True, True, False))[1]
        == cells_of(visible(section, False, False, False, True))[1]
        == [("Short", 3, 1)]
    )


def test_headings_take_the_empty_height_of_their_column():
    two = Content(
        (
            Row((Cell("a"), Cell("b", 2)), "head"),
            Row((Cell(""), Cell("c"), Cell("d")), "head"),
            Row((Cell("1"), Cell("2"), Cell("3"))),
        )
    )
    assert cells_of(visible(two, False, False, False))[:2] == [[("a", 1, 2), ("b", 2, 1)], [("c", 1, 1), ("d", 1, 1)]]
    assert cells_of(visible(two, True, False, False)) == cells_of(two), "a rule parts them"


def test_crop_and_tidy_keep_the_grid():
    wide = body((Cell("x", 1, 2), Cell("1", 2)), (Cell("2"), Cell("3")))
    assert cells_of(crop(wide, 2, 2)) == [[("a", 1, 1), ("b", 1, 1)], [("x", 1, 1), ("1", 1, 1)]]
    empty = Content((Row((Cell("a"), Cell("b", 2)), "head"), Row((Cell("1"), Cell("2"), Cell("")))))
    assert cells_of(tidy(empty)) == [[("a", 1, 1), ("b", 1, 1)], [("1", 1, 1), ("2", 1, 1)]]


def test_truth_escapes_and_counts():
    content = Content((Row((Cell("a<b & c"), Cell("\x02x^2\x03 m"))),), caption="A & B", notes=("* n",))
    truth = write(content)
    assert truth.format == "A & B\n\n<table><tr><td>a&lt;b &amp; c</td><td>$x^2$ m</td></tr></table>\n\n* n"
    assert truth.plain == "A & B\na<b & c\tx^2 m\n* n"
    first, second = truth.cells[0]
    assert [truth.format[at] for at in first.format] == ["a", "&", "b", " ", "&", " ", "c"]
    assert second.text == AREA + " m" and truth.format[second.format[0]] == "$" and truth.plain[second.plain[0]] == "x"
    assert truth.rooms[0][1] == (truth.plain.index("\t"), truth.format.index("<td>$"))


def test_no_room_for_a_single_cell_is_said(supply):
    with pytest.raises(InputError, match="no table fits into 55 x 0"):
        KIND.sample(np.random.default_rng(0), supply, (55, 0), 9.0)
