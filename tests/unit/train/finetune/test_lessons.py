"""Batches of a user's pictures: the same for the same number, as the reader shows them, drawn ones among them."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("skia")
pytest.importorskip("cv2")

from gotocr.model.config import NANO  # noqa: E402
from gotocr.prompt.tokenizer import Tokenizer  # noqa: E402
from gotocr.train.finetune.check import check, save  # noqa: E402
from gotocr.train.finetune.course import Course  # noqa: E402
from gotocr.train.finetune.lessons import TAUGHT, GotLessons, NanoLessons, canvas, is_drawn  # noqa: E402
from gotocr.train.finetune.recipes import recipe_of  # noqa: E402
from gotocr.train.targets import IGNORE  # noqa: E402
from gotocr.weights.config import read_config  # noqa: E402


def prepared(course: Course):
    """The recipe of a course whose lessons were checked and saved."""
    found = check(course)
    save(found.lessons, course.training / "lessons.jsonl")
    save(found.held, course.training / "held-out.jsonl")
    return recipe_of(course, found.sum), found


def equal(one, other) -> bool:
    return all(np.array_equal(column, vars(other)[name]) for name, column in vars(one).items())


@pytest.fixture(scope="module")
def nano(displays, tmp_path_factory):
    recipe, found = prepared(Course(data=str(displays), out=str(tmp_path_factory.mktemp("nano")), mix=0.25))
    return NanoLessons(recipe), found, recipe


def texts(lessons: NanoLessons, batch) -> list[str]:
    return [lessons.targets.tokenizer.decode(row[row != IGNORE].tolist()) for row in batch.labels]


def test_the_mix_is_spread_evenly():
    drawn = [is_drawn(number, 0.2) for number in range(1000)]
    assert sum(drawn) == 200 and all(sum(drawn[start : start + 5]) == 1 for start in range(995))
    assert not any(is_drawn(number, 0.0) for number in range(100))


def test_a_canvas_holds_the_picture():
    for size in ((5, 5), (40, 200), (57, 300), (200, 900)):
        height, width = canvas(size)
        assert height >= size[0] and width >= size[1] and not height % NANO.stride[0] and not width % NANO.stride[1]


def test_a_batch_is_of_users_pictures_or_of_drawn_ones(nano):
    lessons, found, recipe = nano
    own, learnt = lessons.kinds.index(TAUGHT), {lesson.text for lesson in found.lessons}
    for number in range(4):
        batch = lessons(number)
        assert equal(batch, lessons(number)) and equal(batch, NanoLessons(recipe)(number))
        if is_drawn(number, 0.25):
            assert own not in batch.kinds
        else:
            assert (batch.kinds == own).all() and not batch.located.any() and (batch.cells == -1).all() and (batch.first == -1).all()
            assert set(texts(lessons, batch)) <= learnt and batch.pixels[0].size // 3 * len(batch.ids) <= recipe.pixels


def test_each_lesson_comes_about_as_often(nano):
    lessons, found, recipe = nano
    counts, together = np.zeros(len(found.lessons)), set()
    for number in range(2000):
        chosen = lessons.choose(np.random.default_rng(number))
        assert len(set(chosen)) == len(chosen) and len(chosen) * lessons.sizes[chosen].max(0).prod() <= recipe.pixels
        counts[chosen] += 1
        together.add(tuple(sorted(chosen)))
    assert counts.min() > 0.4 * counts.mean() and counts.max() < 2 * counts.mean() and len(together) > 1000


def test_what_is_held_out_comes_as_it_is(nano):
    lessons, found, _ = nano
    held = lessons.held(100)
    assert sorted(text for batch in held for text in texts(lessons, batch)) == sorted(lesson.text for lesson in found.held)
    assert all(equal(one, other) for one, other in zip(held, lessons.held(100), strict=True))
    assert sum(len(batch.ids) for batch in lessons.held(2)) == 2
    for batch in held:
        assert not {*texts(lessons, batch)} & {lesson.text for lesson in found.lessons}


def test_wear_is_an_option(nano):
    lessons, _, recipe = nano
    clean, worn = (NanoLessons(replace(recipe, study={**recipe.study, "worn": share})) for share in (0.0, 1.0))
    number = next(number for number in range(9) if not is_drawn(number, 0.25))
    one, other = clean(number), worn(number)
    assert one.pixels.shape == other.pixels.shape and (one.pixels != other.pixels).any(axis=(1, 2, 3)).mean() > 0.7


def test_base_is_asked_as_its_reader_asks(tmp_path, strokes, small_base):
    strokes((300, 200)).save(tmp_path / "a.png")
    Image.open(tmp_path / "a.png").rotate(180).save(tmp_path / "b.png")
    lines = [{"image": "a.png", "text": "one", "region": [30, 20, 150, 100]}, {"image": "a.png", "text": "two", "colour": "red"}]
    lines += [{"image": "a.png", "text": "three", "mode": "format"}, {"image": "b.png", "text": "four"}]
    (tmp_path / "data.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    course = Course(data=str(tmp_path / "data.jsonl"), out=str(tmp_path / "out"), model=str(small_base), mix=0.0, length=1024, batch=2)
    recipe, found = prepared(course)
    config, tokenizer = read_config(small_base), Tokenizer.from_folder(small_base)
    lessons = GotLessons(recipe, config, str(small_base / "tokenizer.json"))
    spoken = {}
    for lesson in (*found.lessons, *found.held):
        pair = lessons.lesson(lesson, None)
        spoken[lesson.text] = tokenizer.decode(pair.ids)
        assert pair.tiles.shape == (1, 1024, 1024, 3) and pair.ids.count(config.image_id) == 256
        assert tokenizer.decode(pair.ids[pair.start : -1]) == lesson.text and pair.ids[-1] == tokenizer.id("<|im_end|>")
    assert "[100, 100, 500, 500] OCR:" in spoken["one"] and "[red] OCR:" in spoken["two"] and "OCR with format:" in spoken["three"]
    assert equal(lessons(3), GotLessons(recipe, config, str(small_base / "tokenizer.json"))(3))
    assert sum(len(batch.kinds) for batch in lessons.held(9)) == len(found.held)
