"""What a server's model is asked, as data: published prompts for models like GOT, and a plain instruction of ours for any other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from ..kinds import KINDS
from ..prompt.published import LAYOUT_WORDS, MODE_WORDS

_GOT = re.compile(r"(?:^|[^a-z0-9])got(?:-?ocr.*)?(?:$|[^a-z0-9])")  # "stepfun-ai/GOT-OCR-2.0-hf", "got_ocr2", "got:latest"
_OURS = ("gotocr",)  # who owns a model, by the list of models of `gotocr serve`

# How a thing on a page is to be written, by its kind; what stands for the kind's fence is filled in.
_WRITTEN: Mapping[str, str] = MappingProxyType(
    {
        "formula": "formulas as LaTeX, within a line between single dollar signs, by themselves between double ones",
        "table": "tables as HTML (<table>, with colspan and rowspan where cells are joined)",
        "chart": 'charts as a block ```{info} with JSON: {{"type", "title", "x", "y", "series": {{name: {{label: number}}}}}}',
        "music": "sheet music as a block ```{info} in ABC notation",
        "molecule": "drawn molecules as a block ```{info}, one SMILES a line",
        "geometry": "geometric figures as a block ```{info} with TikZ commands",
        "code": "program code as a fenced block with the language's name",
    }
)
PLAIN = (
    "Write down all text in this picture exactly as it is printed, line by line, in reading order. Do not translate, correct, "
    "summarise, describe or explain anything, and add nothing of your own: no heading, no comment, no fence around it. Where "
    "something cannot be read, write [unreadable]. If there is no text, answer with nothing."
)
FORMAT = (
    "Write down everything in this picture of a page as Markdown, in reading order, exactly as it is printed: headings with #, "
    "lists, bold and italics as Markdown; {kinds}. Do not translate, correct, summarise, describe or explain anything, and add nothing of your own: "
    "no comment, no fence around the whole. Where something cannot be read, write [unreadable]. If there is nothing to read, answer with nothing."
)


def is_got(model: str, owner: str = "") -> bool:
    """Whether a model knows the published prompts, by its name and who is said to own it."""
    return owner in _OURS or _GOT.search(model.lower().replace("_", "-")) is not None


def prompt_of(mode: str, model: str, owner: str = "") -> str:
    """What a model is asked for a page in a mode of `schema.MODES`."""
    if is_got(model, owner):
        return f"OCR{MODE_WORDS[mode]}{LAYOUT_WORDS['page']}: "
    if mode == "plain":
        return PLAIN
    told = [said.format(info=KINDS[name].info) for name, said in _WRITTEN.items() if name in KINDS]
    return FORMAT.format(kinds="; ".join(told))
