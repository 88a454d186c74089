"""The picture of a page as it stands in a report: small, and as the data of an address."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

MOST = 1400  # pixels of the longer side
QUALITY = 72  # of a WebP
_TYPES = ((b"\xff\xd8", "jpeg"), (b"RIFF", "webp"), (b"\x89PNG", "png"))


def picture_of(image: np.ndarray, most: int = MOST) -> bytes:
    """A page (H, W, 3) uint8 as a WebP, a JPEG where this Pillow cannot write WebP, no side longer than `most` pixels."""
    from PIL import Image, features

    small = Image.fromarray(image)
    small.thumbnail((most, most), Image.Resampling.LANCZOS, reducing_gap=3.0)
    body = io.BytesIO()
    if features.check("webp"):
        small.save(body, "webp", quality=QUALITY, method=2)
    else:
        small.convert("RGB").save(body, "jpeg", quality=QUALITY + 6, optimize=True)
    return body.getvalue()


def address(picture: bytes | None) -> str | None:
    """A `data:` address of a JPEG, WebP or PNG; None for anything else."""
    picture = picture or b""
    kind = next((name for start, name in _TYPES if picture.startswith(start)), None)
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode('ascii')}" if kind else None
