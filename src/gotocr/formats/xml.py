"""Text of a model made fit for XML: characters that XML 1.0 forbids are left out, marks are escaped; nothing is parsed here."""

from __future__ import annotations

import re
from html import escape

_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2


def allowed(text: str) -> str:
    """`text` without the characters that may stand nowhere in XML, not even escaped; lone surrogates are such."""
    return _FORBIDDEN.sub("", text)


def content(text: str) -> str:
    """As the content of an element, or of an attribute in quotes (line breaks within it are read as blanks)."""
    return escape(allowed(text))
