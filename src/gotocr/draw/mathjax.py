"""Formulas set by MathJax 3 or 4 in node, hundreds a run; the script is mathjax.cjs beside this file.

`GOTOCR_NODE_MODULES` (or the argument) is a node_modules folder with mathjax-full (3) or mathjax (4).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ..errors import UsageError
from ..schema import AREA
from .setting import Press, Request, Setting
from .tex_names import fold

SECONDS = 600
SCRIPT = Path(__file__).with_suffix(".cjs")
PACKAGES = {3: "mathjax-full", 4: "mathjax"}
# Pieces that tall glyphs are put together from: the upper one is the glyph, the others are more of it.
_PIECES = {
    **dict.fromkeys("\u239c\u239d\u239f\u23a0\u23a2\u23a3\u23a5\u23a6\u23a8\u23a9\u23aa\u23ac\u23ad\u23b7\u23d0\u2502", "")
}
_BRACE = frozenset("\ue150\ue151\ue152\ue153\ue154")  # pieces of a brace that lies
_PIECES |= {"\u239b": "(", "\u239e": ")", "\u23a1": "[", "\u23a4": "]", "\u23a7": "{", "\u23ab": "}", "\u23af": AREA}


def set_formulas(requests: Sequence[Request], version: int = 3, modules: str | Path | None = None) -> list[Setting | None]:
    """Set formulas in one run; None for those MathJax cannot read or draws with strokes. Raises UsageError without it."""
    folder = Path(modules or os.environ.get("GOTOCR_NODE_MODULES", "node_modules"))
    if not shutil.which("node") or not (folder / PACKAGES[version]).is_dir():
        raise UsageError(
            f"drawing formulas with MathJax needs node and {PACKAGES[version]} in {folder}; "
            f"run `npm install {PACKAGES[version]}` and set GOTOCR_NODE_MODULES to its node_modules"
        )
    job = {"version": version, "formulas": [{"latex": request.latex, "display": request.display} for request in requests]}
    command = ["node", str(SCRIPT), str(folder)]
    made = subprocess.run(command, input=json.dumps(job), capture_output=True, text=True, timeout=SECONDS, check=False)
    if made.returncode:
        raise UsageError(f"MathJax did not run: {made.stderr.strip()[-300:]}; check the packages in {folder}")
    answer = json.loads(made.stdout)
    return [None if parts is None else _setting(parts, answer["paths"]) for parts in answer["formulas"]]


def _setting(parts: list[list], paths: list[str]) -> Setting:
    press, braces = Press(), 0
    for part in parts:
        if part[0] == "bar":
            x, y, width, height = (value / 1000 for value in part[1:])
            press.bar((x, y, x + width, y + height), AREA)
            continue
        code, number, *matrix, clip = part
        letter = chr(code)
        braces = braces + 1 if letter in _BRACE else 0
        letter = "\u23df" * (braces == 1) if braces else _PIECES[letter] if letter in _PIECES else fold(letter)
        edge = tuple(value / 1000 for value in (clip[0], clip[1], clip[0] + clip[2], clip[1] + clip[3])) if clip else None
        press.glyph(paths[number], letter, [value / 1000 for value in matrix], edge)
    return press.setting()
