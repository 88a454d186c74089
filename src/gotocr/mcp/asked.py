"""What the tools are asked for, field by field: their schemas, as clients see them, come from here."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ..errors import UsageError
from ..formats import FORMATS
from ..schema import COLOURS, MODES, Task

USUAL, LEAST, MOST = 20_000, 500, 200_000  # characters of an answer


def _parted(value: object) -> object:
    """`"docx, html"` as a list."""
    return [name for name in value.replace(" ", "").split(",") if name] if isinstance(value, str) else value


def _joined(value: object) -> object:
    """`[0, 0, 100, 50]` as text."""
    return ",".join(map(str, value)) if isinstance(value, (list, tuple)) else value


Mode = Annotated[Literal[MODES], Field(description="format = Markdown with tables, formulas and so on; plain = the lines as printed")]
Format = Literal[tuple(FORMATS)]
Place = Annotated[str, BeforeValidator(_joined)]
_PATH = "the file: its path within the folders this server may read"
_PATH_OR_URL = _PATH + ", or an http(s) address"
_BOX = "left,top,right,bottom in pixels (40,60,400,300), shares of the page (0.0,0.0,1.0,0.5) or per cent (0%,0%,100%,50%)"


class Asked(BaseModel):
    """What all tools have in common: unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", str_max_length=4096)


class Source(Asked):
    path: str = Field(description=_PATH_OR_URL)
    password: str = Field("", description="of a locked PDF", repr=False)


class Reading(Source):
    mode: Mode = Task.mode
    min_confidence: float = Field(0.0, ge=0, le=1, description="words less sure than this, such as 0.6, are marked [word?]; 0 marks none")
    max_chars: int = Field(USUAL, ge=LEAST, le=MOST, description="most characters of text to give at once")


class ReadFile(Reading):
    pages: str = Field("", description="which pages, as 1-5,9 or 10-; the first is 1; empty = all")
    offset: int = Field(0, ge=0, description="characters of the first of these pages to leave out: to read on within a page")


class ReadRegion(Reading):
    page: int = Field(1, ge=1, description="which page; the first is 1")
    region: Place = Field("", description=f"the part to read: {_BOX}; empty = all of it")
    color: Literal[("", *COLOURS)] = Field("", description="read only what stands in a drawn frame of this colour")


class ShowPage(Source):
    page: int = Field(1, ge=1, description="which page; the first is 1")
    region: Place = Field("", description=f"only this part of it, and so larger: {_BOX}")


class ListFiles(Asked):
    path: str = Field("", description="a folder, to see the pictures and PDF files in it and in its folders, or a file, to see how many pages it has; empty = all folders")


class Convert(Source):
    to: Annotated[list[Format], BeforeValidator(_parted)] = Field(["markdown"], min_length=1, description="one or more formats")
    pages: str = Field("", description="which pages, as 1-5,9 or 10-; the first is 1; empty = all")
    mode: Mode = Task.mode
    min_confidence: float = ReadFile.model_fields["min_confidence"]
    max_chars: int = Field(USUAL, ge=LEAST, le=MOST, description="most characters to give at once, of text that is not written to files")


class ConvertToFiles(Convert):
    folder: str = Field("", description="write FOLDER/NAME/NAME.SUFFIX, a file for each format; empty = write nothing and give the text back")
    report: bool = Field(False, description="write NAME.report.html, too: every page beside what was read of it, for people to check")
    overwrite: bool = Field(False, description="whether files that are there already may be replaced")


def understood(model: type[Asked], given: dict[str, Any]) -> Asked:
    """Raises UsageError, in one line for all that is wrong."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, one['loc'])) or 'arguments'}: {one['msg']}" for one in error.errors(include_url=False, include_input=False)]
        raise UsageError("; ".join(" ".join(said.split())[:300] for said in wrong[:8])) from None


def schema(model: type[BaseModel]) -> dict[str, Any]:
    """A JSON schema without the names of our classes and fields as titles."""
    return _untitled(model.model_json_schema())


def _untitled(part: Any) -> Any:
    if isinstance(part, list):
        return [_untitled(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {name: _untitled(one) for name, one in part.items() if not (name == "title" and isinstance(one, str))}
