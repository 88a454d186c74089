"""POST /v1/ocr, what is asked: the form of Mistral's OCR API (its "OCRRequest", SDK 3.7) becomes `Asked`.

What is not done here and would change the answer, annotations above all, is refused; fields nobody knows are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError, WithJsonSchema

from ..pixels.opening import LONGEST_NUMBER, Opening
from .body import invalid, parse
from .problems import RequestError
from .settings import Settings
from .sources import source_of

NAMELESS = "the document"
NO_FILES = "no files are kept here; send the document itself as document_url, a data URI: data:application/pdf;base64,..."
OTHERS = "mistral-ocr"  # how the models begin that clients of Mistral's API ask for
_RANGE = re.compile(rf"([0-9]{{1,{LONGEST_NUMBER}}})(?:-([0-9]{{1,{LONGEST_NUMBER}}}))?")

# Fields that would change the answer, each with the values that do not.
REFUSED: Mapping[str, Sequence[Any]] = {
    "document_annotation_format": ({"type": "text"},),
    "document_annotation_prompt": ("",),
    "bbox_annotation_format": ({"type": "text"},),
}


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Address(_Part):
    url: str


class DocumentURLChunk(_Part):
    """A PDF or a picture as a data URI in base64, or as an address where those are allowed."""

    type: Literal["document_url"] = "document_url"
    document_url: str
    document_name: str | None = Field(None, description="what it is called in errors")


class ImageURLChunk(_Part):
    """A picture as a data URI in base64, or as an address where those are allowed."""

    type: Literal["image_url"] = "image_url"
    image_url: Address | str


class FileChunk(_Part):
    """Refused: no files are kept here."""

    type: Literal["file"] = "file"
    file_id: str


TYPES = {"document_url": DocumentURLChunk, "image_url": ImageURLChunk, "file": FileChunk}


def _type(given: Any) -> str | None:
    """Which of `TYPES` a document is; where it does not say so, by what it has."""
    if not isinstance(given, dict):
        return None
    named = given.get("type")
    if named is None:
        named = next((name for name, kind in TYPES.items() if any(field in given for field in kind.model_fields if field != "type")), None)
    return named if isinstance(named, str) and named in TYPES else None


Document = Annotated[
    Annotated[DocumentURLChunk, Tag("document_url")] | Annotated[ImageURLChunk, Tag("image_url")] | Annotated[FileChunk, Tag("file")],
    Discriminator(
        _type,
        custom_error_type="document",
        custom_error_message='a document is {"type": "document_url", "document_url": "data:application/pdf;base64,..."} or of type "image_url"',
    ),
]
_PAGES = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 1}, {"type": "integer", "minimum": 0}, {"type": "null"}],
    "default": None,
}
Size = Annotated[int, Field(strict=True, ge=0)]


class OCRRequest(_Part):
    """A document and what is wanted of it."""

    model: str | None = Field(None, description="the model of this server; names that begin with mistral-ocr stand for it, too")
    document: Document
    pages: Annotated[Any, WithJsonSchema(_PAGES)] = Field(
        None, description='which pages, counted from 0: [0, 2] or "0,2-4"; they come in the order of the document. All unless given.'
    )
    include_image_base64: bool | None = Field(False, description="the pictures of charts, drawings and music, as data URIs")
    image_limit: Size | None = Field(None, description="most pictures of the whole document")
    image_min_size: Size | None = Field(None, description="least width and height of a picture, in pixels")
    table_format: Literal["markdown", "html"] | None = Field(None, description="put tables apart, into `tables`, in this form")
    extract_header: bool | None = Field(False, description="put running heads apart, into `header`")
    extract_footer: bool | None = Field(False, description="put running feet and page numbers apart, into `footer`")
    include_blocks: bool | None = Field(True, description="everything on a page with its place")
    confidence_scores_granularity: Literal["word", "page", "block"] | None = Field(
        None, description="how sure the model is: of pages, of blocks as well, or of words as well"
    )


@dataclass(frozen=True)
class Asked:
    """A request that was understood; `source` gives the bytes, fetching them if need be."""

    source: Callable[[], bytes]
    called: str
    opening: Opening
    request: OCRRequest


def understand(body: bytes, model: str, settings: Settings) -> Asked:
    """Raises RequestError, and TooLargeError for a body with too much in it."""
    whole = parse(body, REFUSED)
    try:
        request = OCRRequest.model_validate(whole)
    except ValidationError as cause:
        raise invalid(cause, whole) from cause
    if request.model not in (None, "", model) and not request.model.startswith(OTHERS):
        raise RequestError(f"there is no model {request.model[:200]!r} here; ask for {model!r}", "model", "model_not_found", 404)
    source, called = _source(request.document, settings)
    return Asked(source, called, Opening(_ranges(request.pages)), request)


def _source(document: DocumentURLChunk | ImageURLChunk | FileChunk, settings: Settings) -> tuple[Callable[[], bytes], str]:
    """What gives the bytes of a document, and its name."""
    if isinstance(document, FileChunk):
        raise RequestError(NO_FILES, "document.file_id", "unsupported_value")
    if isinstance(document, ImageURLChunk):
        whole = isinstance(document.image_url, str)
        address = document.image_url if whole else document.image_url.url
        return source_of(address, f"document.image_url{'' if whole else '.url'}", settings), NAMELESS
    name = "".join(letter for letter in document.document_name or "" if letter.isprintable())[:200]
    return source_of(document.document_url, "document.document_url", settings), name.strip() or NAMELESS


def _ranges(pages: Any) -> tuple[tuple[int, int | None], ...] | None:
    """Ranges as `Opening` has them, from 1, of pages that are counted from 0: a list of them, one, or "0,2-4"."""
    if pages is None:
        return None
    if isinstance(pages, str):
        parts = pages.replace(" ", "").split(",")
    else:
        parts = [str(index) if type(index) is int else "" for index in (pages if isinstance(pages, list) else [pages])]
    ranges = [_RANGE.fullmatch(part) for part in parts]
    if not ranges or not all(ends and int(ends[1]) <= int(ends[2] or ends[1]) for ends in ranges):
        said = f"{str(pages)[:80]!r} names no pages; write them as in [0, 2] or '0,2-4' (the first page is 0)"
        raise RequestError(said, "pages", "invalid_value")
    return tuple((int(ends[1]) + 1, int(ends[2] or ends[1]) + 1) for ends in ranges)
