"""Pages that are read once: in one run and over runs, exactly what a fresh reading gives, and only where all is equal."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from types import SimpleNamespace

import pytest
from PIL import Image, ImageDraw, ImageFont

from gotocr.errors import EngineError
from gotocr.formats import FORMATS
from gotocr.reader import load
from gotocr.schema import Leaf, Page, Piece, Region, Task
from gotocr.sheets import recall
from gotocr.sheets.recall import Recall, identity


@pytest.fixture
def reader(scripted, model_folder):
    with load(model_folder, engine="scripted") as reader:
        yield reader


@pytest.fixture
def book(tmp_path, strokes):
    """Pages white, ivory, white, ivory, azure."""
    path = tmp_path / "book.tiff"
    frames = [strokes((64, 32), colour) for colour in ("white", "ivory", "white", "ivory", "azure")]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    return path


def test_without_a_memory_every_page_is_read(reader, scripted, book):
    scripted.texts = list("abcde")
    assert [leaf.text for leaf in reader.pages(book)] == list("abcde")


def test_equal_pages_are_read_once(reader, scripted, book):
    scripted.texts, reader = list("abc"), reader.remember()
    leaves = list(reader.pages(book))
    assert [leaf.text for leaf in leaves] == list("ababc") and [leaf.index for leaf in leaves] == list(range(5))
    assert len(scripted.jobs) == 3 and reader.memory.found == 2
    assert replace(leaves[2], index=0) == leaves[0]
    assert "".join(reader.stream(book)) == "a\n\nb\n\na\n\nb\n\nc" and len(scripted.jobs) == 3
    reader.remember()
    assert len(list(reader.pages(book))) == 5 and len(scripted.jobs) == 6, "a new one knows nothing"


def test_steps_come_as_ever(reader, book):
    steps = list(reader.remember().follow(book, Task()))
    pages = [place for place, step in enumerate(steps) if isinstance(step, Page)]
    for begin, end in zip(pages, [*pages[1:], len(steps)], strict=True):
        assert isinstance(steps[end - 1], Leaf) and all(isinstance(step, Piece) for step in steps[begin + 1 : end - 1])
        assert steps[end - 2].finish == "stop" and "".join(step.text for step in steps[begin + 1 : end - 1]) == "# Hello\n\nwide world"


def test_over_runs_no_model_is_loaded_for_what_is_known(scripted, model_folder, book, tmp_path):
    scripted.texts = list("abc")
    first = load(model_folder, engine="scripted").remember(tmp_path / "kept").read(book)
    assert len(scripted.opened) == 1
    assert load(model_folder, engine="scripted").remember(tmp_path / "kept").read(book) == first
    assert len(scripted.opened) == 1 and len(scripted.jobs) == 3


def test_known_pages_among_others(scripted, model_folder, book, tmp_path):
    scripted.texts = ["b", "a", "c"]
    load(model_folder, engine="scripted").remember(tmp_path / "kept").read(book, pages="2")
    leaves = load(model_folder, engine="scripted").remember(tmp_path / "kept").read(book).pages
    assert [leaf.text for leaf in leaves] == list("ababc") and len(scripted.jobs) == 3


@pytest.mark.parametrize("other", [{"mode": "plain"}, {"max_tokens": 99}, {"box": (0, 0, 60, 32)}, {"turn": 0}, {"reread": False}])
def test_another_task_is_another_reading(reader, scripted, picture, other):
    reader.remember().read(picture)
    reader.read(picture, **other), reader.read(picture, **other), reader.read(picture)
    assert len(scripted.jobs) == 2
    reader.read(picture, seconds=60.0)
    assert len(scripted.jobs) == 2, "what the clock did not cut off is the same without one"


def test_one_level_of_one_pixel_or_another_shape_is_another_page(reader, picture):
    reader.remember().read(picture)
    image = Image.open(picture)
    image.putpixel((319, 63), (255, 255, 254))
    for source in (image, image.transpose(Image.Transpose.ROTATE_90), image.convert("L").convert("RGB")):
        reader.read(source, turn=0)
    assert reader.memory.found == 0
    page = Page(image=image_array(image))
    name = Recall(reader.memory, "", Task()).name
    assert name(page) != name(replace(page, image=page.image.reshape(32, 640, 3))), "the same bytes in another shape"
    assert name(page) == name(replace(page, image=page.image[:, ::-1][:, ::-1], index=9, source="elsewhere"))


def image_array(image):
    import numpy as np

    return np.asarray(image)


def test_what_failed_or_was_cut_off_is_read_again(reader, scripted, picture):
    reader.remember()
    scripted.fault = (3, EngineError("out of memory"))
    with pytest.raises(EngineError):
        reader.read(picture)
    scripted.fault = None
    assert reader.read(picture, max_tokens=3).pages[0].truncated
    reader.read(picture, max_tokens=3)
    assert len(scripted.jobs) == 3 and reader.memory.found == 0
    reader.read(picture), reader.read(picture)
    assert len(scripted.jobs) == 4 and reader.memory.found == 1


def test_a_page_that_the_clock_had_a_say_in_is_not_kept(reader, scripted, picture, monkeypatch):
    reader.remember()
    reader.read(picture, seconds=1e-9), reader.read(picture, seconds=1e-9)
    assert reader.memory.found == 0
    now = [0.0]
    monkeypatch.setattr("gotocr.sheets.cap.monotonic", lambda: now[0])
    scripted.jobs.clear()
    for step in reader.follow(picture, Task(seconds=60)):
        if isinstance(step, Piece) and step.finish == "stop":
            now[0] = 100.0  # all is written, and nobody looks for what was passed over any more
    assert len(reader.read(picture).pages) == 1 and len(scripted.jobs) == 2 and reader.memory.found == 0


@pytest.mark.parametrize("folder", [None, "kept"])
def test_another_model_reads_itself(scripted, model_folder, picture, tmp_path, folder):
    other = shutil.copytree(model_folder, tmp_path / "other")
    (other / "model.safetensors").write_bytes(b"1")
    scripted.texts = ["one", "two"]
    one = load(model_folder, engine="scripted").remember(folder and tmp_path / folder)
    two = load(other, engine="scripted")
    two.memory = one.memory
    assert [reader.read(picture).pages[0].text for reader in (one, two, one, two)] == ["one", "two", "one", "two"]
    assert len(scripted.jobs) == 2 and one.memory.found == 2


def test_other_weights_in_the_same_place_read_themselves(scripted, model_folder, picture, tmp_path):
    folder = shutil.copytree(model_folder, tmp_path / "model")
    for content in (b"1", b"1", b"2", b"1"):
        (folder / "model.safetensors").write_bytes(content)
        load(folder, engine="scripted").remember(tmp_path / "kept").read(picture)
    assert len(scripted.jobs) == 2


def test_a_region_that_is_not_there_is_said_again(reader, strokes):
    leaves = []
    for _ in range(2):
        with pytest.raises(Exception) as caught:
            leaves += reader.remember().pages(strokes((64, 32)), regions=(Region((900, 900, 950, 950)),))
        assert "900" in str(caught.value)
    assert not leaves


def test_who_reads_is_the_model_the_code_and_how_it_is_run(tmp_path, model_folder, monkeypatch):
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        shutil.copytree(model_folder, folder)
        (folder / "model.safetensors").write_bytes(b"0" * 1000)
    assert identity(one, "onnx") == identity(other, "onnx") != identity(one, "torch")
    (other / "model.safetensors").write_bytes(b"0" * 999 + b"1")
    assert identity(one) != identity(other)
    assert identity(one / "model.safetensors") != identity(other / "model.safetensors")
    monkeypatch.setattr(recall, "WHOLE", 500)
    monkeypatch.setattr(recall, "PART", 10)
    large = identity(one)
    assert large == identity(one)
    os.utime(one / "model.safetensors", (5, 5))
    assert large != identity(one), "of a large file its time counts, too"
    before = identity(one)
    (one / "model.safetensors").write_bytes(b"0" * 995 + b"11111")
    os.utime(one / "model.safetensors", (5, 5))
    assert before != identity(one), "and its end"


def test_another_code_is_another_reader(tmp_path, model_folder, monkeypatch):
    house = tmp_path / "gotocr"
    for name in ("sheets/recall.py", "decode/loop.py", "cli/read.py"):
        (house / name).parent.mkdir(parents=True, exist_ok=True)
        (house / name).write_text("x = 1\n")
    monkeypatch.setattr(recall, "__file__", str(house / "sheets" / "recall.py"))
    before = identity(model_folder)
    (house / "cli" / "read.py").write_text("x = 2\n")
    assert identity(model_folder) == before, "a door has no say"
    (house / "decode" / "loop.py").write_text("x = 2\n")
    assert identity(model_folder) != before
    after = identity(model_folder)
    monkeypatch.setattr(recall, "version", lambda name: "0.0")
    assert identity(model_folder) != after, "other versions of what it uses, too"


def test_the_bundled_model_gives_what_a_fresh_reading_gives(tmp_path):
    """Real text, a table's worth of words with boxes and doubts: JSON to the byte, read, found near and found far."""
    frames = []
    for lines in (["The first line here", "stands above another"], ["Another page altogether"]):
        frames.append(Image.new("RGB", (420, 90), "white"))
        for number, line in enumerate(lines):
            ImageDraw.Draw(frames[-1]).text((8, 8 + 32 * number), line, "black", ImageFont.load_default(22))
    frames[0].save(tmp_path / "pages.tiff", save_all=True, append_images=[frames[1], frames[0]])

    def made(reader) -> bytes:
        return b"".join(FORMATS["json"].parts(reader.pages(tmp_path / "pages.tiff"), "pages", "nano"))

    with load("nano", quiet=True) as fresh:
        expected = made(fresh)
        assert made(fresh.remember(tmp_path / "kept")) == expected and fresh.memory.found == 1
        assert made(fresh) == expected and fresh.memory.found == 4
    with load("nano", quiet=True).remember(tmp_path / "kept") as later:
        assert made(later) == expected and later.memory.found == 3 and "engine" not in later.__dict__
    assert b"stands above" in expected


def test_what_is_plugged_in_has_a_say(model_folder, monkeypatch):
    """Another version of an engine from another package may read otherwise."""
    plug = SimpleNamespace(value="other:open_engine", dist=SimpleNamespace(version="1.0"))
    found = [identity(model_folder)]
    monkeypatch.setattr(recall, "entry_points", lambda group: [plug] if group == "gotocr.engines" else [])
    for version in ("1.0", "1.1"):
        plug.dist.version = version
        found.append(identity(model_folder))
    assert len(set(found)) == 3 and identity(model_folder) == found[-1]
