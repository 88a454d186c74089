"""Zip packages (docx, xlsx) packed anew so that equal documents are equal bytes, whoever makes them and when."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from io import BytesIO

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold


def repacked(package: bytes, changed: Mapping[str, bytes | None]) -> bytes:
    """The files of `package` in their order, with those in `changed` in place of theirs (None = left out)."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(package)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = changed[name] if name in changed else old.read(name)
            if data is None:
                continue
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            new.writestr(info, data)
    return out.getvalue()
