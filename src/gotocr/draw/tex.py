r"""Formulas set by LaTeX, hundreds a run: `latex` with the preview package, then `dvisvgm` for the outlines of the glyphs.

Needs a TeX distribution with `latex`, `dvisvgm`, amsmath, amssymb and preview; the other looks need their packages.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree

from ..errors import UsageError
from ..schema import AREA
from .setting import Press, Request, Setting
from .tex_names import letter_of

SECONDS = 600  # a run of LaTeX or dvisvgm at most
SIZE = 10 / 1.00375  # ten TeX points in those of SVG
BREAK_ON_ERROR = 2  # formulas of a run that stopped early are set again in halves, down to this many
# Looks by the packages that give them; those whose packages are not installed are passed over.
LOOKS: dict[str, str] = {
    "modern": "",
    "latin modern": "lmodern",
    "times": "mathptmx",
    "palatino": "mathpazo",
    "tx": "txfonts",
    "px": "pxfonts",
    "euler": "euler",
    "bookman": "bookman",
    "kerkis": "kmath",
    "sans": "sansmath",
    "newtx": "newtxmath",
    "newpx": "newpxmath",
    "fourier": "fourier",
    "kp": "kpfonts",
    "arev": "arev",
    "bright": "cmbright",
    "stix": "stix2",
    "libertine": "libertinust1math",
}
_CLASHING = r"\let\iint\relax\let\iiint\relax\let\iiiint\relax\let\idotsint\relax"  # defined by amsmath and old font packages
_OLD = frozenset(["txfonts", "pxfonts", "kmath"])
_HEAD = r"""\documentclass[10pt]{article}
\usepackage{amsmath}%s
\usepackage{amssymb,mathrsfs,cancel}
\usepackage[active,tightpage]{preview}
\DeclareMathOperator*{\argmax}{arg\,max}\DeclareMathOperator*{\argmin}{arg\,min}
\providecommand{\nexists}{\not\exists}\providecommand{\coloneqq}{:=}
\setlength\PreviewBorder{1pt}\allowdisplaybreaks\hbadness=10000\hfuzz=10000pt
\begin{document}%s
"""
_ERROR = re.compile(r"^[^\s:]*formulas\.tex:(\d+): ", re.MULTILINE)
TIPS = 4  # pieces of a brace that lies
_SVG = "{http://www.w3.org/2000/svg}"
_FONT_SIZE = re.compile(r"text\.(f\d+)\s*\{font-family:([^;]+);font-size:([\d.]+)px")


def installed() -> tuple[str, ...]:
    """The looks that can be set here; raises UsageError where there is no LaTeX at all."""
    return tuple(name for name, package in LOOKS.items() if not package or _has(package))


@lru_cache(maxsize=64)
def _has(package: str) -> bool:
    _require()
    found = subprocess.run(["kpsewhich", package + ".sty"], capture_output=True, text=True, check=False)
    return bool(found.stdout.strip())


def _require() -> None:
    missing = [tool for tool in ("latex", "dvisvgm", "kpsewhich") if not shutil.which(tool)]
    if missing:
        raise UsageError(
            f"drawing formulas with TeX needs {' and '.join(missing)}; install TeX Live with dvisvgm, or take another engine"
        )


def set_formulas(requests: Sequence[Request], look: str = "modern") -> list[Setting | None]:
    """Set formulas in one run; None for those LaTeX complains about. Raises UsageError without TeX or for an unknown look."""
    _require()
    if look not in LOOKS:
        raise UsageError(f"no look {look!r} for TeX; there are {', '.join(LOOKS)}")
    with tempfile.TemporaryDirectory(prefix="gotocr-tex-") as name:
        return _run(list(requests), look, Path(name))


def _run(requests: list[Request], look: str, folder: Path) -> list[Setting | None]:
    if not requests:
        return []
    head = _HEAD % _packages(LOOKS[look])
    body = [rf"\begin{{preview}}${_styled(request)}$\end{{preview}}" for request in requests]
    (folder / "formulas.tex").write_text(head + "\n".join(body) + "\n\\end{document}\n", "utf-8")
    for old in folder.glob("*.svg"):
        old.unlink()
    command = ["latex", "-interaction=nonstopmode", "-file-line-error", "-no-shell-escape", "formulas.tex"]
    made = subprocess.run(command, cwd=folder, capture_output=True, timeout=SECONDS, check=False)
    first = head.count("\n") + 1
    failed = {int(line) - first for line in _ERROR.findall(made.stdout.decode("latin-1"))}
    command = ["dvisvgm", "--page=1-", "--font-format=svg", "--bbox=preview", "--verbosity=0", "--output=%p.svg", "formulas.dvi"]
    subprocess.run(command, cwd=folder, capture_output=True, timeout=SECONDS, check=False)
    pages = {int(path.stem): path for path in folder.glob("*.svg")}
    if len(pages) != len(requests):
        return _halves(requests, look, folder)
    settings = (read_page(pages[number].read_text("utf-8")) for number in sorted(pages))
    return [None if index in failed else setting for index, setting in enumerate(settings)]


def _halves(requests: list[Request], look: str, folder: Path) -> list[Setting | None]:
    """After a run that lost pages: each half by itself, so that one bad formula costs only itself."""
    if len(requests) < BREAK_ON_ERROR:
        return [None] * len(requests)
    middle = len(requests) // 2
    return _run(requests[:middle], look, folder) + _run(requests[middle:], look, folder)


def _packages(package: str) -> tuple[str, str]:
    clash = _CLASHING if package in _OLD else ""
    use = rf"{clash}\usepackage{{{package}}}" if package else ""
    return use, r"\sansmath" if package == "sansmath" else ""


def _styled(request: Request) -> str:
    return (r"\displaystyle " if request.display else "") + request.latex.replace("\n", " ")


def read_page(svg: str) -> Setting:
    """One page of dvisvgm as a setting: its fonts are in the page, each glyph with its name."""
    root = ElementTree.fromstring(svg)
    glyphs: dict[tuple[str, str], tuple[str, str, str, float]] = {}
    for font in root.iter(_SVG + "font"):
        for glyph in font.iter(_SVG + "glyph"):
            name, mark, advance = (
                glyph.get("glyph-name", ""),
                glyph.get("unicode", ""),
                float(glyph.get("horiz-adv-x", "0")) / 1000,
            )
            glyphs[font.get("id", ""), mark] = name, letter_of(name, mark), glyph.get("d", ""), advance
    style = next((element.text or "" for element in root.iter(_SVG + "style")), "")
    fonts = {name: (family, float(size)) for name, family, size in _FONT_SIZE.findall(style)}
    press, pieces = Press(), _Pieces()
    page = next((group for group in root.iter(_SVG + "g") if group.get("id", "").startswith("page")), root)
    for element in page.iter():
        if element.tag == _SVG + "rect":
            x, y, width, height = (float(element.get(name, "0")) / SIZE for name in ("x", "y", "width", "height"))
            press.bar((x, y, x + width, y + height), AREA if pieces.bar() else "")
        elif element.tag == _SVG + "text":
            family, size = fonts.get(element.get("class", ""), ("", SIZE))
            scale, x, y = size / SIZE, 0.0, 0.0
            for letters, place in _runs(element):
                x, y = float(place.get("x", x)), float(place.get("y", y))
                for letter in letters:
                    name, shown, data, advance = glyphs.get((family, letter), ("", "", "", 0.0))
                    press.glyph(data, pieces.letter(name, shown, x), (scale / 1000, 0.0, 0.0, -scale / 1000, x / SIZE, y / SIZE))
                    x += advance * size
    return press.setting()


class _Pieces:
    """Knows which glyphs are more of the one before: bars piled up, the four tips of a brace and the rules between them."""

    def __init__(self) -> None:
        self._before, self._x, self._tips = "", 0.0, 0

    def bar(self) -> bool:
        """True for a rule that stands for itself."""
        return not 0 < self._tips < TIPS

    def letter(self, name: str, shown: str, x: float) -> str:
        if name.startswith("bracehtip"):
            self._tips = self._tips % TIPS + 1
            return shown if self._tips == 1 else ""
        self._tips = 0
        again = name.startswith("vextend") and name == self._before and abs(x - self._x) < 1e-3
        self._before, self._x = name, x
        return "" if again else shown


def _runs(text: ElementTree.Element) -> Iterator[tuple[str, ElementTree.Element]]:
    """The runs of letters of a text, each with what says where it starts; where that is not said, it goes on from the last."""
    for element in (text, *text):
        yield element.text or "", element
