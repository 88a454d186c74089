"""Pages that were read become those of Mistral's OCR API: Markdown with places of pictures and tables in it, and what stands where."""

from __future__ import annotations

import base64
import html
import io
import math
import re
from collections.abc import Iterable, Iterator

import numpy as np

from ..errors import TooLargeError
from ..formats.body import DRAWN
from ..formats.format import blocks_of
from ..formats.json import entry
from ..formats.markdown import escape, written
from ..kinds import KINDS
from ..kinds.flow import running
from ..schema import Block, Leaf, Word
from . import ocr_answer as answer
from .ocr_words import OCRRequest

QUALITY = 90  # of JPEGs
LONGEST = 65_500  # pixels of a side of a JPEG
REACH = 60  # letters behind a word within which the next one is looked for: marks stand between them
REACH_IN_TABLE = 400  # and between cells, rules
MOST_REACH = 4000  # with what was not found before it
TRIES = 20  # places within other words that are passed over
MOST_LINKS = 1000  # of a page
_ROLES = {"heading": "title", "list": "list", "caption": "caption"}  # of texts
_TYPES = {"table": "table", "formula": "equation"}
_TAG = re.compile(r"(?<!\\)</?[a-z][^<>]*>")
_LINK = re.compile(r"(?:https?://|mailto:)[^\s<>\"'`|\\^{}\[\]]+", re.IGNORECASE)
_OWN = ("kind", "text", "box", "confidence", "problems", "warnings", "agreement")


class Pages:
    """The pages of one document: `add` them as they are read, in order; `entries` when all were."""

    def __init__(self, asked: OCRRequest, dpi: int, most: int) -> None:
        self._asked, self._dpi, self._most = asked, dpi, most  # `most` bytes of pictures, in base64
        self._leaves: list[Leaf] = []
        self._pictures: list[dict[int, answer.OCRImageObject]] = []  # of each page, by the number of their blocks
        self._count = self._size = self._tables = 0

    def add(self, leaf: Leaf, image: np.ndarray | None) -> None:
        """`image` is the page, (H, W, 3) uint8. Raises TooLargeError where the pictures on all pages are more than an answer may hold."""
        self._leaves.append(leaf)
        blocks = enumerate(blocks_of(leaf) if leaf.error is None else ())
        pictures = {number: self._picture(block, leaf, image) for number, block in blocks if self._wants(block, leaf)}
        self._pictures.append(pictures)

    def entries(self) -> list[answer.OCRPageObject]:
        edges = running(self._leaves)
        return [self._entry(*page) for page in zip(self._leaves, self._pictures, edges, strict=True)]

    def _wants(self, block: Block, leaf: Leaf) -> bool:
        """Whether a block is one of the pictures to be handed out."""
        drawn = block.kind in DRAWN or block.data.get("role") == "figure"
        if not drawn or block.box is None or self._count >= (math.inf if self._asked.image_limit is None else self._asked.image_limit):
            return False
        left, top, right, bottom = corners(block, leaf)
        if min(right - left, bottom - top) < max(self._asked.image_min_size or 0, 1):
            return False
        self._count += 1
        return True

    def _picture(self, block: Block, leaf: Leaf, image: np.ndarray | None) -> answer.OCRImageObject:
        left, top, right, bottom = corners(block, leaf)
        data = None
        if self._asked.include_image_base64 and image is not None:
            data = _jpeg(image[top:bottom, left:right])
            self._size += len(data)
            if self._size > self._most:
                said = f"the pictures of these pages are more than {self._most:,} bytes; ask for fewer pages, or set image_limit"
                raise TooLargeError(said)
        return {
            "id": f"img-{self._count - 1}.jpeg",
            "top_left_x": left,
            "top_left_y": top,
            "bottom_right_x": right,
            "bottom_right_y": bottom,
            "image_base64": data,
            "image_annotation": None,
        }

    def _entry(self, leaf: Leaf, pictures: dict[int, answer.OCRImageObject], edges: tuple[int, int]) -> answer.OCRPageObject:
        asked, blocks = self._asked, blocks_of(leaf)
        sheet = _Sheet(asked.confidence_scores_granularity)
        tables: list[answer.OCRTableObject] = []
        last = len(blocks) - edges[1]
        for number, block in enumerate(blocks):
            edge = "header" if number < edges[0] else "footer" if number >= last else None
            apart = (edge == "header" and asked.extract_header) or (edge == "footer" and asked.extract_footer)
            more: dict[str, str] = {}
            content = part = written(block)
            if number in pictures:
                more["image_id"] = pictures[number]["id"]
                part = "\n\n".join(filter(None, [f"![{more['image_id']}]({more['image_id']})", content]))
            elif block.kind == "table" and asked.table_format:
                tables.append(self._table(block, content))
                more["table_id"], content = tables[-1]["id"], tables[-1]["content"]
                part = f"[{more['table_id']}]({more['table_id']})"
            sheet.put(block, part, edge if apart else None, known="table_id" not in more)
            sheet.blocks.append({"type": edge or _type(block, more), **_corners(corners(block, leaf)), "content": content, **more})
        for block, said in zip(blocks, sheet.blocks, strict=True):
            said.update(_about(block, asked.confidence_scores_granularity))
        return {
            "index": leaf.index,
            "markdown": sheet.markdown(_gap(leaf)),
            "images": list(pictures.values()),
            "dimensions": {"dpi": self._dpi, "height": leaf.height, "width": leaf.width} if leaf.width else None,
            "tables": tables,
            "hyperlinks": list(_links(blocks)),
            "header": "\n".join(sheet.edges["header"]) or None,
            "footer": "\n".join(sheet.edges["footer"]) or None,
            "confidence_scores": sheet.scores(leaf),
            "blocks": sheet.blocks if asked.include_blocks in (None, True) else None,
            "error": leaf.error,
            "truncated": leaf.truncated,
            "notes": list(leaf.notes),
            "warnings": list(leaf.warnings),
        }

    def _table(self, block: Block, markdown: str) -> answer.OCRTableObject:
        form = self._asked.table_format
        name = f"tbl-{self._tables}.{'html' if form == 'html' else 'md'}"
        self._tables += 1
        content = KINDS["table"].html(block) if form == "html" else markdown
        sure = list(scores(block, content)) if self._asked.confidence_scores_granularity == "word" else None
        return {"id": name, "content": content, "format": form, "word_confidence_scores": sure}


class _Sheet:
    """A page's Markdown while it is put together, and what is known of its words."""

    def __init__(self, granularity: str | None) -> None:
        self._granularity = granularity
        self.blocks: list[dict] = []
        self.edges: dict[str, list[str]] = {"header": [], "footer": []}
        self._parts: list[str] = []
        self._sure: list[answer.OCRConfidenceScore] = []
        self._length = 0

    def put(self, block: Block, part: str, edge: str | None, known: bool) -> None:
        """The Markdown of a block, on the page or at its `edge`; `known` says whether its words stand in it."""
        if edge is not None:
            self.edges[edge].append(part)
        elif part:
            if known and self._granularity == "word":
                at = self._length + 2 * bool(self._parts)
                self._sure += ({**sure, "start_index": at + sure["start_index"]} for sure in scores(block, part))
            self._length += 2 * bool(self._parts) + len(part)
            self._parts.append(part)

    def markdown(self, gap: str) -> str:
        return "\n\n".join(filter(None, [*self._parts, gap]))

    def scores(self, leaf: Leaf) -> answer.OCRPageConfidenceScores | None:
        if self._granularity is None or not _is_known(leaf.confidence):
            return None
        least = min((chance for block in blocks_of(leaf) for chance in _chances(block)), default=leaf.confidence)
        made = {"average_page_confidence_score": _rounded(leaf.confidence), "minimum_page_confidence_score": _rounded(least)}
        return made | ({"word_confidence_scores": self._sure} if self._granularity == "word" else {})


def corners(block: Block, leaf: Leaf) -> tuple[int, int, int, int]:
    """Left, top, right and bottom in whole pixels of the page, around all of the block; all 0 where its place is not known."""
    if block.box is None:
        return (0, 0, 0, 0)
    left, top, right, bottom = block.box
    wide, high = leaf.width, leaf.height
    ends = (math.floor(left), wide), (math.floor(top), high), (math.ceil(right), wide), (math.ceil(bottom), high)
    return tuple(min(max(value, 0), most) for value, most in ends)


def _corners(found: tuple[int, int, int, int]) -> dict[str, int]:
    return dict(zip(("top_left_x", "top_left_y", "bottom_right_x", "bottom_right_y"), found, strict=True))


def _type(block: Block, more: dict[str, str]) -> str:
    """What Mistral calls it; what is drawn, and not handed out as a picture, is what was written of it: code."""
    if "image_id" in more:
        return "image"
    return _ROLES.get(str(block.data.get("role")), "text") if block.kind == "text" else _TYPES.get(block.kind, "code")


def _about(block: Block, granularity: str | None) -> dict:
    """What gotocr says of a block, and how sure it is in Mistral's form where that was asked."""
    whole = entry(block)
    said = {name: whole[name] for name in _OWN}
    if granularity == "block":
        chances = list(_chances(block))
        said["confidence_scores"] = {
            "average_content_confidence_score": whole["confidence"],
            "minimum_content_confidence_score": _rounded(min(chances)) if chances else None,
            "block_type_confidence_score": None,
        }
    return said | ({"words": whole["words"]} if granularity == "word" else {})


def _chances(block: Block) -> Iterator[float]:
    """How sure its words are; of a block without any, how sure that is."""
    for chance in [word.confidence for word in block.words] or [block.confidence]:
        if _is_known(chance):
            yield chance


def _is_known(chance: float | None) -> bool:
    return chance is not None and not math.isnan(chance)


def _rounded(chance: float) -> float:
    return round(float(chance), 4)


def scores(block: Block, text: str) -> Iterator[answer.OCRConfidenceScore]:
    """The words of a block and where they stand in `text`, what was written of it; a block without words is one word."""
    words = [word for word in block.words if _is_known(word.confidence)]
    if not words and _is_known(block.confidence):
        words = [Word(block.text, confidence=block.confidence)] if block.text in text else [Word(text, confidence=block.confidence)]
    visible = _TAG.sub(lambda tag: " " * len(tag[0]), text) if block.kind == "table" else text
    usual = REACH_IN_TABLE if block.kind == "table" else REACH
    at, reach = 0, usual
    for word in words:
        place = _find(word.text, visible, at, reach) if word.text else None
        if place is None:
            reach = min(reach + len(word.text) + 1, MOST_REACH)
        else:
            yield {"text": word.text, "confidence": _rounded(word.confidence), "start_index": place[0]}
            at, reach = sum(place), usual


def _find(word: str, text: str, at: int, reach: int) -> tuple[int, int] | None:
    """Where the word stands next, and how long it is there, with its signs escaped perhaps; not within another word if that can be."""
    found = []
    for form in dict.fromkeys((word, escape(word), html.escape(word, quote=False))):
        start = first = text.find(form, at, at + reach + len(form))
        for _ in range(TRIES):
            if start < 0 or _is_whole(text, start, start + len(form)):
                break
            start = text.find(form, start + 1, at + reach + len(form))
        if first >= 0:
            found.append((start < 0, first if start < 0 else start, len(form)))
    return min(found)[1:] if found else None


def _is_whole(text: str, start: int, end: int) -> bool:
    before, behind = text[start - 1 : start], text[end : end + 1]
    return not (before.isalnum() and text[start].isalnum()) and not (behind.isalnum() and text[end - 1].isalnum())


def _links(blocks: Iterable[Block]) -> Iterator[str]:
    """Addresses that stand in the texts and tables, each once."""
    known: set[str] = set()
    for block in blocks:
        text = html.unescape(block.text) if block.kind == "table" else block.text if block.kind == "text" else ""
        for found in _LINK.finditer(text):
            address = _ended(found[0])
            if address not in known and len(known) < MOST_LINKS and not address.endswith((":", "://")):
                known.add(address)
                yield address


def _ended(address: str) -> str:
    """Without the stops of the sentence it stands in, and brackets that were opened before it."""
    surplus, end = address.count(")") - address.count("("), len(address)
    while end and (address[end - 1] in ".,;:!?*_" or (address[end - 1] == ")" and surplus > 0)):
        surplus -= address[end - 1] == ")"
        end -= 1
    return address[:end]


def _gap(leaf: Leaf) -> str:
    """What the Markdown says of a page that could not be read, or not to its end: nothing that is shown, and nothing that is missed."""
    if leaf.error is not None:
        shown = leaf.error.replace("--", "- -").replace(">", "&gt;")  # nothing that could end the comment
        return f"<!-- This page could not be read: {shown} -->"
    return "<!-- This page was not read to its end. -->" if leaf.truncated else ""


def _jpeg(image: np.ndarray) -> str:
    """A picture (H, W, 3) uint8 as a data URI."""
    from PIL import Image

    picture, body = Image.fromarray(np.ascontiguousarray(image)), io.BytesIO()
    picture.thumbnail((LONGEST, LONGEST))
    picture.save(body, "JPEG", quality=QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(body.getvalue()).decode()}"
