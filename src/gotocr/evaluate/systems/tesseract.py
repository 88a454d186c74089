"""Tesseract: the program of that name on this machine, asked as its users ask it."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from ...errors import EngineError, MissingProgramError
from ..suite import Item
from .picture import Layout, layout_of, picture_of
from .system import Choice

# tesseract --help-psm: 3 = automatic, 6 = one block of text, 7 = one line, 8 = one word.
SEGMENTATION: Mapping[Layout, int] = {"word": 8, "line": 7, "page": 3, "block": 6}
PDF_DPI = 300.0  # the resolution its documentation asks for
TIMEOUT = 900.0  # seconds; whoever measures gives up earlier
# Its threads cost more than they give on most machines; who thinks otherwise sets the variable.
THREADS, ONE_THREAD = "OMP_THREAD_LIMIT", "1"
FALLBACK = "eng"
_LANGUAGES = {
    **{"en": "eng", "de": "deu", "fr": "fra", "it": "ita", "es": "spa", "pt": "por", "nl": "nld", "ca": "cat", "la": "lat"},
    **{"da": "dan", "sv": "swe", "no": "nor", "nb": "nor", "fi": "fin", "is": "isl", "pl": "pol", "cs": "ces", "sk": "slk"},
    **{"sl": "slv", "hr": "hrv", "hu": "hun", "ro": "ron", "bg": "bul", "el": "ell", "ru": "rus", "uk": "ukr", "tr": "tur"},
    **{"ar": "ara", "fa": "fas", "he": "heb", "hi": "hin", "th": "tha", "vi": "vie", "id": "ind", "ko": "kor", "ja": "jpn"},
    **{"zh": "chi_sim", "zh-cn": "chi_sim", "zh-hans": "chi_sim", "zh-tw": "chi_tra", "zh-hant": "chi_tra"},
}
_AS_THEY_ARE = ("PNG", "JPEG")


class Tesseract:
    """The program at `path`, started anew for every picture."""

    name = "tesseract"

    def __init__(self, path: str) -> None:
        self.path = path
        self.environment = {THREADS: ONE_THREAD, **os.environ}
        first = (self._run("--version").splitlines() or ["tesseract"])[0]
        listed = self._run("--list-langs").splitlines()[1:]
        self.languages = frozenset(name.strip() for name in listed) - {"", "osd"}
        known = ", ".join(sorted(self.languages)) or "none"
        limit = f"{THREADS}={self.environment[THREADS]}"
        self.version = f"{first.strip()}, languages {known} (what is in others is read as {FALLBACK}), {limit}"

    def read(self, item: Item, mode: str) -> str:
        """The text of the picture; Tesseract writes no Markdown, so both modes give the same."""
        how = ["--psm", str(SEGMENTATION[layout_of(item)]), "-l", self.language(item.language), "-c", "page_separator="]
        if not item.notes.get("box") and not item.notes.get("colour") and _is_plain(item.image):
            return self._run(str(item.image.resolve()), "stdout", *how).strip()
        if item.image.suffix.lower() == ".pdf":
            how += ["--dpi", f"{PDF_DPI:g}"]
        return self._run("stdin", "stdout", *how, given=_portable(item)).strip()

    def language(self, code: str) -> str:
        """Its own name of a language where that is installed, else English."""
        code = code.lower().replace("_", "-")
        for known in (code, code.split("-")[0]):
            name = _LANGUAGES.get(known, known)
            if name in self.languages:
                return name
        return FALLBACK

    def close(self) -> None:
        pass

    def _run(self, *arguments: str, given: bytes = b"") -> str:
        try:
            done = subprocess.run(
                [self.path, *arguments], input=given, capture_output=True, timeout=TIMEOUT, env=self.environment, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise EngineError(f"tesseract did not end within {TIMEOUT:g} seconds") from error
        except OSError as error:
            raise EngineError(f"tesseract at {self.path} cannot be started: {error.strerror or error}") from error
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise EngineError(f"tesseract ended with code {done.returncode}: {said[-1] if said else 'without a word'}")
        return done.stdout.decode("utf-8", "replace")


def _is_plain(path: Path) -> bool:
    """Whether a file is an upright picture of a kind that every reader takes as it is (and not a list of other files)."""
    from PIL import Image

    try:
        with Image.open(path, formats=_AS_THEY_ARE) as image:
            upright = image.getexif().get(0x0112, 1) == 1
            return upright and image.mode in ("1", "L", "RGB") and not image.has_transparency_data
    except Exception:  # whatever a decoder says of what is no picture; reading it properly gives the clear error
        return False


def _portable(item: Item) -> bytes:
    """The picture as PPM, which costs nothing to write."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(picture_of(item, "Tesseract", PDF_DPI)).save(file, "PPM")
    return file.getvalue()


def open_system(choice: Choice) -> Tesseract:
    """See `system.OpenSystem`. Raises MissingProgramError where there is no Tesseract, EngineError where it does not work."""
    path = shutil.which("tesseract")
    if path is None:
        raise MissingProgramError("Tesseract", "sudo apt-get install tesseract-ocr")
    found = Tesseract(path)
    if FALLBACK not in found.languages:
        raise MissingProgramError(f"Tesseract's language {FALLBACK}", f"sudo apt-get install tesseract-ocr-{FALLBACK}")
    return found
