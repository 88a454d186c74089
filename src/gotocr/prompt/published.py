"""The published model's prompts and special tokens, as data; golden tests pin the ids they turn into.

Three spellings of one prompt are in use and all are kept, since nobody has published which the weights like best:
`github` is the training template and the first demo, `hub` is the code that comes with the weights on the Hub
(its system text carries the indentation of its source file), `transformers` is the Hugging Face processor
(a space stands before the query).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# How the published tokenizer cuts text before joining bytes.
QWEN_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

TURN = "<|im_start|>"
TURN_END = "<|im_end|>"
TEXT_END = "<|endoftext|>"
IMAGE_START = "<img>"
IMAGE_SLOT = "<imgpad>"
IMAGE_END = "</img>"

# In id order, following the ranks of qwen.tiktoken.
QWEN_SPECIALS = (
    TEXT_END,
    TURN,
    TURN_END,
    *(f"<|extra_{number}|>" for number in range(205)),
    *("<ref>", "</ref>", "<box>", "</box>", "<quad>", "</quad>"),
    IMAGE_START,
    IMAGE_END,
    IMAGE_SLOT,
)

STOPS = (TURN_END, TEXT_END)  # the model ends with the first; its config names only the second

# Image tokens per tile; box coordinates run from 0 to this across the page.
SLOTS_PER_TILE = 256
BOX_UNITS = 1000

MODE_WORDS: Mapping[str, str] = MappingProxyType({"plain": "", "format": " with format"})
LAYOUT_WORDS: Mapping[str, str] = MappingProxyType(
    {"page": "", "tiles": " upon the patch reference", "pages": " across multi pages"}
)


@dataclass(frozen=True)
class Style:
    """One published spelling: system text, what stands before the query, and how box and colour combine."""

    name: str
    system: str
    colour: str  # "{}" is the colour
    box: str  # "{}" is the box, written as a list
    query: str  # "{mode}" and "{layout}" are filled from the tables above
    colour_replaces_box: bool
    box_with_pages: bool  # whether a box is still written when several pages are read in one go


_ADVICE = "You should follow the instructions carefully and explain your answers in detail."

STYLES: Mapping[str, Style] = MappingProxyType(
    {
        style.name: style
        for style in (
            Style("github", f"system\n{_ADVICE}", "[{}] ", "{} ", "OCR{mode}{layout}: ", True, True),
            Style("hub", f"system\n{' ' * 8}{_ADVICE}", "[{}] ", "{} ", "OCR{mode}{layout}: ", True, True),
            Style("transformers", f"system\n{_ADVICE}", "[{}] ", "{}", " OCR{mode}{layout}: ", False, False),
        )
    }
)
DEFAULT_STYLE = "github"

# Our own small model: image slots, then one token that names the task; it writes until NANO_END.
NANO_SLOT = "<|image|>"
NANO_END = "<|end|>"
NANO_TASKS: Mapping[str, str] = MappingProxyType({"plain": "<|plain|>", "format": "<|format|>"})
