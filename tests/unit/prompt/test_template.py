"""Prompts as text: styles, layouts, boxes, colours; and nano's own prompt."""

from __future__ import annotations

import pytest
from tokenizers import Tokenizer as Library
from tokenizers import models

from gotocr.errors import GotocrError, UsageError, WeightsError
from gotocr.prompt import published, template
from gotocr.prompt.tokenizer import Tokenizer
from gotocr.schema import Region, Task

PAGE = (200, 400)
BOX = (20.0, 40.0, 100.0, 399.9)


def query(task: Task, style: str = "github", pages: int = 1) -> str:
    text = template.spell(task, PAGE, pages, style, pages)
    return text.rsplit("</img>\n", 1)[1].removesuffix("<|im_end|><|im_start|>assistant\n")


@pytest.mark.parametrize("style", ["github", "hub"])
def test_queries_of_the_training_template(style: str) -> None:
    assert query(Task("plain"), style) == "OCR: "
    assert query(Task("format"), style) == "OCR with format: "
    assert query(Task("plain", tiles=6), style) == "OCR upon the patch reference: "
    assert query(Task("format", tiles=6), style) == "OCR with format upon the patch reference: "
    assert query(Task("format"), style, pages=3) == "OCR with format across multi pages: "
    assert query(Task("plain", Region(box=BOX)), style) == "[100, 100, 500, 999] OCR: "
    assert query(Task("format", Region(box=BOX)), style) == "[100, 100, 500, 999] OCR with format: "
    assert query(Task("format", Region(colour="blue")), style) == "[blue] OCR with format: "
    assert query(Task("plain", Region(box=BOX, colour="red")), style) == "[red] OCR: "  # colour replaces the box


def test_queries_of_transformers() -> None:
    assert query(Task("plain"), "transformers") == " OCR: "
    assert query(Task("plain", Region(colour="red")), "transformers") == "[red]  OCR: "
    assert query(Task("plain", Region(box=BOX)), "transformers") == "[100, 100, 500, 999] OCR: "
    assert query(Task("plain", Region(BOX, "red")), "transformers") == "[red] [100, 100, 500, 999] OCR: "
    assert query(Task("format", Region(box=BOX)), "transformers", pages=2) == " OCR with format across multi pages: "


def test_frame_of_the_prompt() -> None:
    assert template.spell(Task("plain"), PAGE, 1) == (
        "<|im_start|>system\nYou should follow the instructions carefully and explain your answers in detail."
        "<|im_end|><|im_start|>user\n<img>" + "<imgpad>" * 256 + "</img>\nOCR: <|im_end|><|im_start|>assistant\n"
    )
    assert "system\n        You should" in template.spell(Task(), PAGE, 1, "hub")
    assert template.spell(Task(tiles=6), PAGE, 7).count("<imgpad>") == 7 * 256


def test_box_units_cut_off_and_clip() -> None:
    assert template.box_units((1, 1, 2, 2), (3, 3)) == [333, 333, 666, 666]
    assert template.box_units((-9, -9, 9999, 9999), PAGE) == [0, 0, 1000, 1000]


@pytest.mark.parametrize(
    "box", [(5, 5, 5, 9), (9, 5, 5, 9), (300, 0, 400, 10), (0, -10, 10, 0), (float("nan"), 0, 1, 1), (0, 0, 1, 1e999)]
)
def test_empty_boxes_are_refused(box: tuple) -> None:
    with pytest.raises(UsageError, match="holds nothing"):
        template.spell(Task(region=Region(box=box)), PAGE, 1)


@pytest.mark.parametrize(
    ("task", "style", "says"),
    [
        (Task("poem"), "github", "plain, format"),
        (Task(), "mine", "github, hub, transformers"),
        (Task(region=Region(colour="mauve")), "github", "red, green, blue"),
    ],
)
def test_wrong_names_tell_the_choices(task: Task, style: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        template.spell(task, PAGE, 1, style)


def test_no_picture_is_refused() -> None:
    with pytest.raises(UsageError):
        template.spell(Task(), PAGE, 0)


def test_published_specials_are_complete() -> None:
    assert len(published.QWEN_SPECIALS) == len(set(published.QWEN_SPECIALS)) == 217
    assert set(published.STOPS) < set(published.QWEN_SPECIALS)


def nano_tokenizer(*specials: str) -> Tokenizer:
    library = Library(models.BPE({"a": 0}, []))
    library.add_special_tokens(list(specials))
    return Tokenizer(library)


def test_nano_prompt() -> None:
    tokenizer = nano_tokenizer("<|end|>", "<|image|>", "<|plain|>", "<|format|>")
    prompt = template.nano_prompt(Task("plain"), 3, tokenizer)
    assert prompt.ids == (2, 2, 2, 3)
    assert (prompt.image_id, prompt.stop_ids) == (2, (1,))
    assert template.nano_prompt(Task("format"), 1, tokenizer).ids == (2, 4)
    with pytest.raises(UsageError):
        template.nano_prompt(Task("poem"), 1, tokenizer)


def test_nano_prompt_needs_its_own_tokenizer() -> None:
    with pytest.raises(WeightsError, match="does not belong") as error:
        template.nano_prompt(Task(), 1, nano_tokenizer("<|image|>"))
    assert isinstance(error.value, GotocrError)
