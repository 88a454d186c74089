"""DOCX: a document of Word with its own headings, lists, tables and equations, that other programs open as well.

python-docx brings the package with its styles; the text is written by ourselves, in time that grows with its length.
Problems of blocks are comments. Formulas that are broken, music, molecules and figures that cannot be drawn stand as their
source, charts as tables. Pages of the source do not begin new pages, so that no paragraph is cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...errors import MissingExtraError
from ...kinds.flow import joined
from ...schema import Leaf
from ..format import Format


def ready() -> None:
    try:
        import docx  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("formats", "writing DOCX", error) from None


def parts(leaves: Iterable[Leaf], source: str, model: str) -> Iterator[bytes]:
    ready()
    from .body import Body
    from .template import packed

    body = Body()
    written = [piece for leaf in joined(leaves) for piece in body.page(leaf)]
    yield packed(written, body, source)


FORMAT = Format(
    "docx",
    ".docx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    parts,
    whole=True,
    binary=True,
    ready=ready,
)
