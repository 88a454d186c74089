"""A name and a seed are a sample, on any paper and canvas; everything that can be drawn obeys."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("skia")
pytest.importorskip("cv2")

from gotocr.draw.supply import Supply  # noqa: E402
from gotocr.errors import UsageError  # noqa: E402
from gotocr.schema import AREA, Glyphs, Sample  # noqa: E402
from gotocr.synth.records import record  # noqa: E402
from gotocr.synth.samples import Studio, place  # noqa: E402
from gotocr.synth.sheet import sheet  # noqa: E402
from gotocr.synth.shards import write  # noqa: E402

SIZE = (96, 256)


@pytest.fixture(scope="module")
def studio() -> Studio:
    return Studio(Supply(), room=(640, 640))


def test_the_seed_is_the_sample(studio):
    (one,), (other,), (next_one,) = (studio.draw("line", seed) for seed in (5, 5, 6))
    assert one.image.tobytes() == other.image.tobytes() and one.plain == other.plain and one.seed == 5
    assert one.plain != next_one.plain
    assert np.array_equal(one.glyphs.boxes, other.glyphs.boxes)


def test_canvases_are_as_large_as_asked_and_glyphs_stand_on_them(studio):
    for seed in range(12):
        sample = studio.draw_on(("line", "paragraph", "word")[seed % 3], seed, SIZE)
        assert sample.image.shape == (*SIZE, 3) and sample.image.dtype == np.uint8 and sample.plain.strip()
        middle = (sample.glyphs.boxes[:, :2] + sample.glyphs.boxes[:, 2:]) / 2
        assert (middle >= -2).all() and (middle <= (SIZE[1] + 2, SIZE[0] + 2)).all()


def test_placing_moves_boxes_and_shrinks_what_is_too_large():
    image = np.full((50, 100, 3), 230, np.uint8)
    image[10:20, 30:60] = 0
    glyphs = Glyphs(AREA, np.array([[30, 10, 60, 20]], np.float32), np.array([-1], np.int32), np.array([0], np.int32))
    sample = Sample(image, "", "x", glyphs, "text")
    for seed in range(10):
        on = place(sample, (80, 160), np.random.default_rng(seed))
        left, top, right, bottom = on.glyphs.boxes[0].astype(int)
        assert (on.image[top:bottom, left:right] == 0).all() and (on.image == 0).all(2).sum() == 300 and on.image[0, 0, 0] == 230
    small = place(sample, (30, 40), np.random.default_rng(0))
    assert small.image.shape == (30, 40, 3) and small.glyphs.boxes[0, 2] - small.glyphs.boxes[0, 0] == pytest.approx(12, abs=0.5)


def test_worn_as_often_as_told():
    clean, worn = (Studio(Supply(), (200, 300), share) for share in (0.0, 1.0))
    differ = 0
    for seed in range(6):
        (one,), (other,) = clean.draw("line", seed), worn.draw("line", seed)
        assert one.plain == other.plain
        differ += one.image.tobytes() != other.image.tobytes()
    assert differ == 6


def test_shards_are_sources(studio, tmp_path):
    path = tmp_path / "lines.shard.zip"
    write(path, [studio.draw("line", seed)[0] for seed in range(3)])
    truths = {studio.draw(str(path), seed)[0].plain for seed in range(12)}
    assert 1 < len(truths) <= 3


def test_unknown_names_say_what_there_is(studio):
    with pytest.raises(UsageError, match="'xyz' can be drawn; choose from: .*line"):
        studio.draw("xyz", 0)


def test_records_have_the_form_of_evaluation_sets(studio):
    (line,) = studio.draw("line", 3)
    row = record("line", line, "line_3", "images/line/3.png")
    assert row["type"] == "text_line" and row["truth"] == line.plain and row["truth_format"] == "text"
    assert (row["height"], row["width"]) == line.image.shape[:2] and row["source"] == "gotocr make line --seed 3"
    (table,) = studio.draw("table", 3)
    row = record("table", table, "t", "t.png")
    assert row["type"] == "table" and row["truth_format"] == "html" and row["truth"].startswith("<table>")
    assert row["format"] == table.format


def test_a_sheet_shows_all(studio):
    samples = [studio.draw("line", seed)[0] for seed in range(5)]
    shown = sheet(samples, columns=2, width=300)
    assert shown.shape[1] == 2 * 308 + 8 and shown.dtype == np.uint8 and (shown < 128).any()
    assert np.array_equal(shown, sheet(samples, columns=2, width=300))
