"""This project's reader as a system: the task an item asks for, one page of it, and what exactly was measured."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

import pytest
from PIL import Image

from gotocr.errors import GotocrError, InputError, UsageError
from gotocr.evaluate.suite import Item
from gotocr.evaluate.systems import SYSTEMS
from gotocr.evaluate.systems.stamp import stamp
from gotocr.evaluate.systems.system import Choice
from gotocr.weights.nano_files import FOLDER


def item(image: Path, **more) -> Item:
    return Item("one", "page", image, "truth", **more)


@pytest.fixture
def system(scripted, model_folder):
    opened = SYSTEMS["gotocr"](Choice(model=str(model_folder), engine="scripted", max_tokens=64))
    yield opened
    opened.close()
    assert scripted.closed == 1


def test_it_is_loaded_when_opened_and_writes_what_the_reader_writes(system, scripted, picture, model_folder):
    assert len(scripted.opened) == 1
    assert system.read(item(picture), "format") == "# Hello\n\nwide world" and len(scripted.opened) == 1
    assert [word for word, _ in system.words] == ["Hello", "wide", "world"] and all(0 < sure <= 1 for _, sure in system.words)
    assert system.version.startswith(f"gotocr {version('gotocr')}, model {model_folder.name} (sha256 ")
    assert system.version.endswith("), engine scripted, device cpu")


def test_mode_and_box_and_most_tokens_are_asked_for(system, scripted, picture):
    for mode, notes in (("plain", {}), ("format", {}), ("plain", {"box": (0, 0, 100, 64)})):
        system.read(item(picture, notes=notes), mode)
    plain, formatted, boxed = scripted.jobs
    assert plain.prompt.ids[-1] != formatted.prompt.ids[-1] and {job.max_tokens for job in scripted.jobs} == {64}
    assert boxed.pixels.values.shape[-1] < plain.pixels.values.shape[-1]
    with pytest.raises(UsageError):
        system.read(item(picture, notes={"colour": "mauve"}), "plain")


def test_one_page_is_read_and_no_other(system, scripted, strokes, tmp_path):
    pages = [strokes((160, 64)), strokes((320, 64)), strokes((240, 64))]
    pages[0].save(tmp_path / "three.pdf", save_all=True, append_images=pages[1:], resolution=144)
    system.read(item(tmp_path / "three.pdf", page=1), "plain")
    assert [job.pixels.page_size for job in scripted.jobs] == [(320, 64)]
    with pytest.raises(InputError, match="no page 4"):
        system.read(item(tmp_path / "three.pdf", page=3), "plain")


def test_a_blank_picture_is_read_as_nothing(system, tmp_path):
    Image.new("RGB", (50, 50), "white").save(tmp_path / "blank.png")
    assert system.read(item(tmp_path / "blank.png"), "format") == ""


def test_weights_are_known_by_their_digest(tmp_path):
    file = next(FOLDER.glob("*.safetensors"))
    assert stamp(file) == hashlib.sha256(file.read_bytes()).hexdigest()[:12]
    (tmp_path / "model.safetensors").write_bytes(b"a")
    assert stamp(tmp_path) == hashlib.sha256(b"a").hexdigest()[:12]
    (tmp_path / "decoder.onnx").write_bytes(b"b")
    digests = [hashlib.sha256(value).hexdigest() for value in (b"b", b"a")]  # in the order of their names
    assert stamp(tmp_path) == hashlib.sha256("".join(digests).encode()).hexdigest()[:12]


@pytest.mark.parametrize("choice", [Choice(model="nonesuch"), Choice(engine="nonesuch")], ids=["model", "engine"])
def test_wrong_choices_are_told(choice):
    with pytest.raises(GotocrError, match="nonesuch"):
        SYSTEMS["gotocr"](choice)
