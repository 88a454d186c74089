"""The reader over a scripted engine: every way in, every way out, lazily and one page at a time."""

from __future__ import annotations

import io
import threading
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

import gotocr
from gotocr.engines import ENGINES
from gotocr.errors import EngineError, InputError, UsageError
from gotocr.engines.looks import looks
from gotocr.engines.models import GOT_FAMILY, Setting
from gotocr.pixels.opening import Opening
from gotocr.reader import MODELS, choose, choose_task, load
from gotocr.schema import Leaf, Page, Piece, Region, Task


@pytest.fixture
def reader(scripted, model_folder):
    with load(model_folder, engine="scripted") as reader:
        yield reader


@pytest.fixture
def pages(tmp_path, strokes):
    path = tmp_path / "two.tiff"
    frames = [strokes((64, 32), colour) for colour in ("white", "lightgray")]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    return path


def test_a_picture_becomes_a_document(reader, picture):
    document = reader.read(picture)
    (leaf,) = document.pages
    assert (document.source, document.model) == (str(picture), reader.name)
    assert (leaf.index, leaf.width, leaf.height, leaf.truncated) == (0, 320, 64, False)
    assert leaf.text == "# Hello\n\nwide world"
    assert [(block.text, block.data["role"]) for block in leaf.blocks] == [("Hello", "heading"), ("wide world", "paragraph")]
    assert leaf.confidence > 0.9 and leaf.blocks[0].words[0].confidence > 0.9
    assert leaf.blocks[0].words[0].box == (16, 0, 56, 12), "the page is seen at its own size, the mark # has no word"


def test_every_kind_of_source_reads_the_same(reader, picture):
    data = picture.read_bytes()
    image = Image.open(io.BytesIO(data))
    sources = [picture, str(picture), data, io.BytesIO(data), image, np.asarray(image)]
    assert len({reader.read(source).pages[0].text for source in sources}) == 1


def test_pages_come_in_order_and_lazily(reader, scripted, pages):
    scripted.texts = ["one", "two"]
    leaves = reader.pages(pages)
    assert next(leaves).text == "one" and len(scripted.jobs) == 1
    assert next(leaves).text == "two"
    assert [leaf.index for leaf in reader.read(pages).pages] == [0, 1]


def test_how_a_source_is_opened_is_an_option_too(reader, scripted, pages):
    scripted.texts = ["two"]
    (leaf,) = reader.read(pages, pages="2", dpi="auto", password="x").pages
    assert leaf.index == 1 and len(scripted.jobs) == 1
    assert choose(None, {"pages": 3, "dpi": 200, "mode": "plain"}) == (Task("plain"), Opening(((3, 3),), 200))
    with pytest.raises(UsageError, match="names no pages"):
        reader.read(pages, pages="x")


def test_stream_is_the_same_text_in_pieces(reader, scripted, pages):
    scripted.texts = ["one", "two"]
    parts = list(reader.stream(pages))
    assert "".join(parts) == "one\n\ntwo" and len(parts) > 4


def test_follow_says_what_happens_in_order(reader, picture):
    steps = list(reader.follow(picture, Task()))
    assert isinstance(steps[0], Page) and isinstance(steps[-1], Leaf)
    assert all(isinstance(step, Piece) for step in steps[1:-1]) and steps[-2].finish == "stop"


def test_nothing_is_loaded_before_the_first_page(reader, scripted, picture):
    with pytest.raises(InputError):
        reader.read(picture.with_name("missing.png"))
    assert scripted.opened == []
    reader.read(picture), reader.read(picture)
    assert len(scripted.opened) == 1


def test_close_and_read_again(reader, scripted, picture):
    reader.read(picture)
    reader.close(), reader.close()
    assert scripted.closed == 1
    assert reader.read(picture).pages and len(scripted.opened) == 2


def test_the_device_reaches_the_engine(scripted, model_folder, picture):
    load(model_folder, engine="scripted", device="cuda:1").read(picture)
    assert scripted.opened == [(model_folder, "cuda:1")]


def test_the_task_reaches_the_job(reader, scripted, picture):
    document = reader.read(picture, "plain", box=(0, 0, 64, 32), max_tokens=3)
    job = scripted.jobs[0]
    assert job.max_tokens == 3 and job.pixels.values.shape[-1] <= 64 and job.pixels.page_size == (64, 32), "the part is a picture of its own"
    assert job.prompt.ids[-1] == scripted.tokenizer.id("<|plain|>")
    assert document.pages[0].truncated and document.pages[0].text == "# H"


def test_regions_are_read_in_their_order_and_placed_on_the_page(reader, scripted, picture):
    scripted.texts = ["right", "left"]
    boxes = [(160, 16, 320, 48), (0, 0, 64, 64)]
    (leaf,) = reader.read(picture, regions=tuple(Region(box) for box in boxes)).pages
    assert leaf.text == "right\n\nleft" and [block.text for block in leaf.blocks] == ["right", "left"]
    for block, (left, top, right, bottom) in zip(leaf.blocks, boxes, strict=True):
        assert left <= block.box[0] < block.box[2] <= right and top <= block.box[1] < block.box[3] <= bottom
    shares = reader.read(picture, regions=(Region((0.5, 0.25, 1.0, 0.75), relative=True),)).pages[0]
    assert shares.text == "right" and shares.blocks[0].box == leaf.blocks[0].box


def test_a_region_that_is_not_on_the_page_is_said(reader, picture, pages):
    with pytest.raises(UsageError, match="320 x 64"):
        reader.read(picture, box=(900, 900, 950, 950))
    with pytest.raises(InputError, match="no red frame"):
        reader.read(picture, colour="red")


def test_what_stands_in_a_frame_is_read_alone(reader, scripted, tmp_path, strokes):
    image = strokes((400, 200))
    ImageDraw.Draw(image).rectangle((150, 40, 350, 160), outline="red", width=3)
    leaf = reader.read(image, "plain", colour="red").pages[0]
    width, height = scripted.jobs[0].pixels.page_size
    assert 150 < width < 201 and 80 < height < 121 and leaf.blocks[0].box[0] >= 150


def test_a_page_on_its_side_is_turned_and_boxes_lie_on_the_page_as_it_came(reader, scripted, picture):
    turned = Image.open(picture).transpose(Image.Transpose.ROTATE_90)
    leaf = reader.read(turned, "plain", turn=90).pages[0]
    assert (leaf.width, leaf.height) == (64, 320) and leaf.notes == ("turned by 90 degrees",)
    upright = reader.read(picture, "plain").pages[0]
    (left, top, right, bottom) = upright.blocks[0].words[0].box
    assert leaf.blocks[0].words[0].box == (top, 320 - right, bottom, 320 - left)


def test_base_is_told_of_a_region_or_shown_it_alone():
    page = Page(np.full((100, 200, 3), 255, np.uint8))
    region = Region((50, 20, 150, 80))
    (told,) = looks(page, Task(regions=(region,)), told=True)
    assert told.part.page is page and told.task.region == region
    (shown,) = looks(page, Task(regions=(replace(region, crop=True),)), told=True)
    assert shown.part.page.image.shape == (60, 100, 3) and shown.task.region is None
    assert shown.part.back((0, 0, 10, 10)) == (50, 20, 60, 30)


def test_the_prompt_has_one_slot_for_each_cell_of_the_picture(reader, scripted, picture):
    reader.read(picture)
    job = scripted.jobs[0]
    height, width = job.pixels.values.shape[-2:]
    assert job.prompt.ids.count(job.prompt.image_id) * 16 * 32 == height * width


def test_threads_take_turns(reader, scripted, picture):
    texts = []
    threads = [threading.Thread(target=lambda: texts.append(reader.read(picture).pages[0].text)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert texts == [scripted.texts[0]] * 4


def test_reading_inside_a_stream_is_refused_not_a_deadlock(reader, picture):
    stream = reader.stream(picture)
    next(stream)
    with pytest.raises(UsageError, match="middle of a page"):
        reader.read(picture)
    stream.close()
    assert reader.read(picture).pages[0].text


def test_a_failing_page_leaves_the_reader_ready(reader, scripted, picture):
    scripted.fault = (3, EngineError("out of memory"))
    with pytest.raises(EngineError):
        reader.read(picture)
    scripted.fault = None
    assert reader.read(picture).pages[0].text


@pytest.mark.parametrize(
    ("task", "options", "expected"),
    [
        (None, {}, Task()),
        ("plain", {"max_tokens": 7}, Task("plain", max_tokens=7)),
        (Task("plain"), {"box": [1, 2, 3, 4]}, Task("plain", Region((1, 2, 3, 4)))),
        (None, {"colour": "red", "mode": "plain"}, Task("plain", Region(colour="red"))),
    ],
)
def test_a_task_can_be_given_in_several_ways(task, options, expected):
    assert choose_task(task, options) == expected


@pytest.mark.parametrize(
    ("task", "options", "says"),
    [
        ("poem", {}, "choose from: plain, format"),
        (None, {"tokens": 3}, "no option named 'tokens'"),
        (None, {"max_tokens": 0}, "at least 1"),
        (None, {"tiles": -1}, "at least 1"),
        (None, {"colour": "pink"}, "red, green, blue"),
    ],
)
def test_what_makes_no_sense_is_said_at_once(reader, task, options, says):
    for way in (reader.read, reader.stream, reader.pages):
        with pytest.raises(UsageError, match=says):
            way("missing.png", task, **options)


def test_unknown_models_and_engines_name_the_choices():
    with pytest.raises(UsageError, match=", ".join(MODELS)):
        load("nonesuch")
    with pytest.raises(UsageError, match="onnx, torch"):
        load("nano", engine="nonesuch")


def test_the_front_door_reads(scripted, model_folder, picture, monkeypatch):
    monkeypatch.setattr("gotocr.reader.load", lambda model: load(model, engine="scripted"))
    assert gotocr.read(picture, "plain", model=model_folder).pages[0].text == "# Hello\n\nwide world"
    assert scripted.closed == 1


def test_families_choose_their_own_engine(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "got_ocr2"}')
    assert {load(model).engine_name for model in (tmp_path, "nano", "base")} == {"onnx"}
    assert load("base", device="cuda").engine_name == "torch" and load("nano", device="cuda").engine_name == "onnx"


@pytest.mark.parametrize(("model", "engine", "precision", "says"), [
    ("base", None, "int2", "float32, int8, int4"), ("base", "torch", "int8", "onnx engine only"), ("nano", "torch", "int8", "onnx engine only"),
])  # fmt: skip
def test_a_precision_is_of_the_onnx_engine(model, engine, precision, says):
    with pytest.raises(UsageError, match=says):
        load(model, engine=engine, precision=precision)


def test_the_engine_is_told_the_precision(tmp_path, monkeypatch):
    told = []
    monkeypatch.setitem(ENGINES._loaded, "onnx", lambda *given, **named: told.append((given, named)))
    (tmp_path / "config.json").write_text('{"model_type": "got_ocr2"}')
    for precision in ("int4", None):
        assert load(tmp_path, precision=precision).engine is None  # the stand-in gives nothing
    assert told == [((tmp_path, "cpu"), {"precision": "int4"}), ((tmp_path, "cpu"), {})]


class Spelled:
    """A tokenizer that shows what it was given: the text is the only "id"."""

    def encode(self, text):
        return [text]

    def id(self, token):
        return token


@pytest.mark.parametrize(("tiles", "seen", "words"), [(1, 1, "OCR with format: "), (6, 7, "upon the patch reference: ")])
def test_the_published_family_sees_squares_and_asks_in_words(tiles, seen, words):
    page = Page(np.full((1414, 1000, 3), 255, np.uint8))
    page.image[200:260, 300:330] = 0  # a page with nothing on it is not read
    task = Task(tiles=tiles, region=Region((100, 141.4, 500, 707)))
    setting = Setting({}, Spelled(), None)
    ((pixels, _),) = GOT_FAMILY.view(page, task, setting)
    assert pixels.values.shape == (seen, 3, 1024, 1024) and pixels.page_size == (1000, 1414)
    (spelled,) = GOT_FAMILY.ask(task, pixels, setting).ids
    assert spelled.count("<imgpad>") == 256 * seen and words in spelled and "[100, 100, 500, 500] OCR" in spelled


def test_letters_of_all_sizes_are_brought_to_the_size_nano_reads(scripted, model_folder):
    widths = []
    for size in (8, 26, 120):
        picture = Image.new("RGB", (size * 20, size * 2), "white")
        ImageDraw.Draw(picture).text((size * 0.5, size * 0.4), "moon sumo rose nova", "black", ImageFont.load_default(size))
        with load(model_folder, engine="scripted") as reader:
            reader.read(picture)
        widths.append(scripted.jobs[-1].pixels.values.shape[-1] / (size * 20))
    assert widths[0] > 1.5 and 0.9 < widths[1] < 1.2 and widths[2] < 0.6
