r"""A whole TeX document as a picture: `pdflatex` in a child process that can harm nothing, then PDFium.

Documents are untrusted: no program is started from TeX, no file outside the working folder is read or written but those of
the distribution, and time, memory and the size of files are limited. Errors of TeX are passed over as far as it can.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

SECONDS = 10  # of computing; twice as many of waiting
MEGABYTES = 1_500  # of memory
BLOCKS = 40_000  # of 512 bytes: the largest file
LONGEST = 60_000  # characters of a document
_COMMAND = (
    f"ulimit -t {SECONDS} && ulimit -v {MEGABYTES * 1000} && ulimit -f {BLOCKS} && "
    # tkz-euclide had the command \usetkzobj before 2020; pages bear no numbers
    r"exec pdflatex -no-shell-escape -interaction=nonstopmode "
    r"'\def\usetkzobj#1{}\AtBeginDocument{\pagestyle{empty}\thispagestyle{empty}}\input{page}'"
)
_SAFE = {"openin_any": "p", "openout_any": "p", "shell_escape": "f", "MKTEXPK": "0", "MKTEXTFM": "0", "TEXINPUTS": ".:"}


# A drawing as a page of its own size, whatever packages there are.
_WRAPPED = r"""\documentclass{article}
\usepackage{tikz}%s
\usetikzlibrary{calc,angles,quotes,arrows.meta,intersections,patterns,positioning,shapes,decorations.pathmorphing}
\begin{document}
\newsavebox\drawn\sbox\drawn{%s}
\pdfpagewidth=\dimexpr\wd\drawn+20pt\relax\pdfpageheight=\dimexpr\ht\drawn+\dp\drawn+20pt\relax
\hoffset=\dimexpr10pt-1in\relax\voffset=\hoffset
\shipout\vbox{\box\drawn}
\end{document}
"""


def wrapped(tikz: str) -> str:
    """A document of commands of TikZ, with or without `tikzpicture` around them; a whole document stays as it is."""
    if r"\documentclass" in tikz:
        return tikz if r"\end{document}" in tikz else tikz + "\n\\end{document}\n"
    whole = tikz if r"\begin{tikzpicture}" in tikz else f"\\begin{{tikzpicture}}\n{tikz}\n\\end{{tikzpicture}}"
    return _WRAPPED % (r"\usepackage{tkz-euclide}" if r"\tkz" in tikz else "", whole)


def can_typeset() -> bool:
    """Whether there is a `pdflatex` here, and a shell that can limit it."""
    return os.name == "posix" and bool(shutil.which("pdflatex") and shutil.which("sh"))


def typeset(document: str, side: int = 600) -> np.ndarray | None:
    """The first page, (H, W, 3) uint8 RGB with the longer side so many pixels; None for what cannot be typeset here."""
    if not can_typeset() or len(document) > LONGEST:
        return None
    with tempfile.TemporaryDirectory(prefix="gotocr-page-") as name:
        folder = Path(name)
        (folder / "page.tex").write_text(document, "utf-8", errors="replace")
        _run(folder)
        made = folder / "page.pdf"
        return _first_page(made.read_bytes(), side) if made.is_file() else None


def _run(folder: Path) -> None:
    around = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "TEXMFVAR": str(folder / "var"), **_SAFE}
    child = subprocess.Popen(
        ["sh", "-c", _COMMAND], cwd=folder, env=around, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        child.wait(2 * SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def _first_page(pdf: bytes, side: int) -> np.ndarray | None:
    import numpy as np
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(pdf) as opened:
            page = opened[0]
            longer = max(page.get_size())
            image = page.render(scale=side / longer if longer > 0 else 1.0).to_pil().convert("RGB")
            return np.array(image)
    except (pypdfium2.PdfiumError, IndexError, ValueError):
        return None
