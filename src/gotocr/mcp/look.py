"""list_files and show_page: what there is to read, and a page as a picture. Nothing is read here."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

from ..pixels.picture import SUFFIXES
from ..pixels.region import clip, cut, parse_region, resolve, size
from ..pixels.source import natural, open_source, page_count
from ..schema import Page
from .asked import ListFiles, ShowPage
from .calls import Call
from .given import given
from .told import FileFound, FilesFound, Told, line

MOST_FILES = 200
LONGEST_SIDE = 1400  # pixels of a picture that is shown; models take little more
LARGEST_FACTOR = 3.0  # by which a small part is made larger
QUALITY = 85
READABLE = SUFFIXES | {".pdf"}


def list_files(call: Call, asked: ListFiles) -> Told:
    places = call.places
    where = [places.folder(asked.path)] if asked.path.strip() else list(places.roots)
    if len(where) == 1 and not where[0].is_dir():
        path = places.file(asked.path, call.settings.max_bytes)
        count = page_count(path, limits=call.settings.limits)
        found = FileFound(path=places.shown(path), bytes=path.stat().st_size, pages=count)
        pages = "how many pages it has is not known" if count is None else f"{count} page{'s' * (count != 1)}"
        return Told(FilesFound(files=[found]), f"{line(found.path)}: {pages}, {found.bytes:,} bytes.")
    paths: dict[Path, None] = {}
    for folder in where:
        for path in places.inside(folder, READABLE):
            call.check()
            paths[path] = None
    ordered = sorted(paths, key=lambda path: natural(places.shown(path)))
    files = [FileFound(path=places.shown(path), bytes=path.stat().st_size) for path in ordered[:MOST_FILES]]
    result = FilesFound(folders=list(map(str, where)), files=files, more=len(ordered) > MOST_FILES)
    head = f"{len(ordered)} pictures and PDF files in {', '.join(result.folders)}"
    head += f"; the first {MOST_FILES}, ask for one folder to see others:" if result.more else ":" if files else "."
    return Told(result, "\n".join([head, *(f"{line(file.path)} ({file.bytes:,} bytes)" for file in files)]))


def show_page(call: Call, asked: ShowPage) -> Told:
    source = given(call, asked, str(asked.page))
    page = next(iter(open_source(source.source, limits=call.settings.limits, opening=source.opening)))
    assert isinstance(page, Page), "what is lost alone is raised"
    call.check()
    width, height = size(page)
    box = (0, 0, width, height)
    if asked.region.strip():
        box = clip(resolve(parse_region(asked.region), (width, height)).box, (width, height))
    image, _ = cut(page, box)
    of = f" of {source.count}" if source.count else ""
    part = "" if box == (0, 0, width, height) else f"; shown is the part {','.join(map(str, box))}"
    said = f"{line(source.name)}, page {asked.page}{of}: {width} x {height} pixels{part}."
    return Told(None, said, pictures=((picture(image), "image/jpeg"),))


def picture(image: np.ndarray) -> bytes:
    """(H, W, 3) uint8 as a JPEG of a size that models take."""
    height, width = image.shape[:2]
    factor = min(LONGEST_SIDE / max(height, width), LARGEST_FACTOR)
    made = Image.fromarray(np.ascontiguousarray(image))
    made = made.resize((max(1, round(width * factor)), max(1, round(height * factor))), Image.Resampling.LANCZOS)
    body = io.BytesIO()
    made.save(body, "JPEG", quality=QUALITY)
    return body.getvalue()
