"""What a source that cannot be opened says."""

from __future__ import annotations

import pytest

from gotocr.errors import InputError
from gotocr.pixels.source import open_source


def failure(source: object, error: type = InputError, **options: object) -> str:
    with pytest.raises(error) as caught:
        list(open_source(source, **options))
    line = str(caught.value)
    assert line and "\n" not in line and len(line) < 400
    return line
