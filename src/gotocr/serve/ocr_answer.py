"""POST /v1/ocr, what is answered: the form of Mistral's OCR API (its "OCRResponse", SDK 3.7), and what a page and a block say beyond it.

Mistral's clients pass over fields they do not know. Places are whole pixels of the page as it was drawn or sent, origin at the top
left; indices into `markdown` count characters (code points) from 0.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import TypeAdapter
from typing_extensions import NotRequired, TypedDict  # pydantic takes no other one before Python 3.12


class OCRConfidenceScore(TypedDict):
    """A word; `start_index` says where it begins in the page's Markdown, or in the table it stands in."""

    text: str
    confidence: float
    start_index: int


class OCRPageConfidenceScores(TypedDict):
    """The share of the page's words that is expected to be right, and the chance of the least sure one."""

    average_page_confidence_score: float
    minimum_page_confidence_score: float
    word_confidence_scores: NotRequired[list[OCRConfidenceScore]]  # missing, not null: Mistral's client for JavaScript takes no null


class OCRBlockConfidenceScores(TypedDict):
    """As of a page; how sure its type is, is not known."""

    average_content_confidence_score: float | None
    minimum_content_confidence_score: float | None
    block_type_confidence_score: None


class OCRImageObject(TypedDict):
    """A chart, a drawing, music or a picture: a part of the page; what was read in it stands below its place in the Markdown."""

    id: str
    top_left_x: int
    top_left_y: int
    bottom_right_x: int
    bottom_right_y: int
    image_base64: str | None
    image_annotation: None


class OCRTableObject(TypedDict):
    id: str
    content: str
    format: Literal["markdown", "html"]
    word_confidence_scores: list[OCRConfidenceScore] | None


class OCRPageDimensions(TypedDict):
    """Of the page in pixels; `dpi` is 144 for a page of a PDF, and 72 for a picture, whatever that says of itself."""

    dpi: int
    height: int
    width: int


class OCRWord(TypedDict):
    text: str
    box: list[float] | None
    confidence: float | None
    alternatives: NotRequired[list[list[Any]]]
    problems: NotRequired[list[str]]


class OCRBlock(TypedDict):
    """A part of a page, as Mistral knows it; from `kind` on, as gotocr does. Where its place is not known, the corners are all 0 and
    `box` is null."""

    type: Literal["text", "title", "list", "table", "equation", "code", "image", "caption", "header", "footer"]
    top_left_x: int
    top_left_y: int
    bottom_right_x: int
    bottom_right_y: int
    content: str
    image_id: NotRequired[str]
    table_id: NotRequired[str]
    confidence_scores: NotRequired[OCRBlockConfidenceScores]
    kind: str
    text: str
    box: list[float] | None
    confidence: float | None
    problems: list[str]
    warnings: list[str]
    agreement: float | None
    words: NotRequired[list[OCRWord]]


class OCRPageObject(TypedDict):
    """A page. One that could not be read says why in `error` and, for who does not look there, in a comment in its Markdown."""

    index: int
    markdown: str
    images: list[OCRImageObject]
    dimensions: OCRPageDimensions | None
    tables: list[OCRTableObject]
    hyperlinks: list[str]
    header: str | None
    footer: str | None
    confidence_scores: OCRPageConfidenceScores | None
    blocks: list[OCRBlock] | None
    error: str | None
    truncated: bool
    notes: list[str]
    warnings: list[str]


class OCRUsageInfo(TypedDict):
    """Pages that were read, and how large the document is."""

    pages_processed: int
    doc_size_bytes: int


class OCRResponse(TypedDict):
    pages: list[OCRPageObject]
    model: str
    usage_info: OCRUsageInfo
    document_annotation: None


def schema(template: str) -> dict[str, Any]:
    """The JSON schema of an answer; `template` says where its parts are to be found."""
    return TypeAdapter(OCRResponse).json_schema(ref_template=template)
