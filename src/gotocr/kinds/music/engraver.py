"""The engraver: verovio in a child process, because a note too odd for it ends the process it runs in."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from ...child import RefusedError, child
from ...errors import GotocrError, MissingExtraError, WorkerError

DRAWN = "gotocr.draw.engraving:drawn"


class EngravingError(GotocrError):
    """The engraver refused the notes, died of them or took too long; it has been started anew."""

    exit_code = 3
    http_status = 422


def engrave(notes: str, form: str = "mei", options: Mapping[str, object] | None = None, want: str = "svg") -> str:
    """The first page as SVG, or with `want` "mei" the notes as MEI. Raises EngravingError, MissingExtraError."""
    if find_spec("verovio") is None:
        raise MissingExtraError("formats", "engraving music")
    try:
        return child(DRAWN)(notes, form, dict(options or {}), want)
    except RefusedError as refused:
        raise EngravingError(f"the engraver cannot read these notes ({refused})") from refused
    except WorkerError as error:
        raise EngravingError("the engraver died of these notes, or took too long") from error
