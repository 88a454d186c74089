"""A row a page, and the file that the rows of a shard are: Parquet, or lines of JSON packed by Zstandard.

    id          32 hexadecimal digits of source, content and page: the same page of the same file has the same ones
    source      path or URL
    sha256      of the file's bytes; null where it could not be had
    page        its index in the source, from 0
    width, height  in pixels, of the picture that was read; 0 where there was none
    text        Markdown
    blocks      JSON: a list of blocks as `--to json` has them, with boxes, confidences, words
    confidence  0 to 1; null = not known
    coverage    share of the page's ink that lies under what was read
    truncated   the writing stopped at a cap
    notes, warnings  lists of lines: what was done to its picture, and what is doubtful about the reading
    error       why the page could not be read; null = it was

Times and machines are not in here, so that equal pages give equal bytes whoever reads them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from ..errors import InputError, MissingExtraError
from .packing import LEVEL, lines_of, zstandard
from .wanted import LINES, PARQUET

GROUP = 256  # rows of a row group
SUFFIXES = {PARQUET: ".parquet", LINES: ".jsonl.zst"}
COLUMNS = {
    "id": "string",
    "source": "string",
    "sha256": "string",
    "page": "int32",
    "width": "int32",
    "height": "int32",
    "text": "string",
    "blocks": "string",
    "confidence": "float64",
    "coverage": "float64",
    "truncated": "bool",
    "notes": "list<string>",
    "warnings": "list<string>",
    "error": "string",
}
_FAILED = {"width": 0, "height": 0, "text": "", "blocks": "[]", "confidence": None, "coverage": None, "truncated": False, "notes": [], "warnings": [], "error": None}
Row = Mapping[str, Any]


def row(source: str, content: str, sha256: str | None, page: int, read: Row) -> dict[str, Any]:
    """The row of a page, with what was `read` of it (see `reading`); `content` names the source's bytes."""
    whole = json.dumps([source, content, page]).encode()
    found = {"id": hashlib.sha256(whole).hexdigest()[:32], "source": source, "sha256": sha256, "page": page, **read}
    return {name: _text(found[name]) for name in COLUMNS}


def failed(why: str) -> dict[str, Any]:
    """What was read of a page that could not be."""
    return {**_FAILED, "error": why}


def _text(value: Any) -> Any:
    """No half characters: neither UTF-8 nor Arrow can hold them."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return [_text(one) for one in value] if isinstance(value, list) else value


def ready(kind: str) -> None:
    """Raises MissingExtraError where rows cannot be written so."""
    zstandard()
    if kind == PARQUET:
        _arrow()


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as cause:
        raise MissingExtraError("batch", "gotocr batch --to parquet", cause) from cause
    return pyarrow, pyarrow.parquet


def _schema(arrow: Any) -> Any:
    kinds = {"string": arrow.string(), "int32": arrow.int32(), "float64": arrow.float64(), "bool": arrow.bool_(), "list<string>": arrow.list_(arrow.string())}
    return arrow.schema([(name, kinds[kind]) for name, kind in COLUMNS.items()])


def write(path: Path, kind: str, rows: Iterable[Row]) -> None:
    """A file of rows; memory holds `GROUP` of them. Raises OSError."""
    with (_parquet if kind == PARQUET else _lines)(path) as take:
        left = iter(rows)
        while held := list(islice(left, GROUP)):
            take(held)


@contextmanager
def _parquet(path: Path) -> Iterator[Callable[[list[Row]], None]]:
    arrow, parquet = _arrow()
    schema = _schema(arrow)
    with parquet.ParquetWriter(path, schema, compression="zstd", compression_level=LEVEL, version="2.6", data_page_version="1.0") as writer:
        yield lambda rows: writer.write_table(arrow.Table.from_pylist(rows, schema), row_group_size=GROUP)


@contextmanager
def _lines(path: Path) -> Iterator[Callable[[list[Row]], None]]:
    with open(path, "wb") as file, zstandard().ZstdCompressor(level=LEVEL).stream_writer(file) as packed:

        def take(rows: list[Row]) -> None:
            for one in rows:
                packed.write(json.dumps(one, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")

        yield take


def read(path: str | Path, kind: str) -> Iterator[dict[str, Any]]:
    """The rows of a file. Raises InputError where it is damaged."""
    try:
        if kind == PARQUET:
            with _arrow()[1].ParquetFile(path) as file:
                for batch in file.iter_batches(GROUP):
                    yield from batch.to_pylist()
        else:
            yield from lines_of(Path(path).read_bytes())
    except (OSError, ValueError) as error:  # Arrow's errors are among these
        raise InputError(f"{path} is damaged ({str(error)[:200]}); gotocr batch OUT --check has the next run make it anew") from error
