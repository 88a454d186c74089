"""What HTML pages are made of here: text that cannot act, styles and scripts that stand in the page, and a policy that allows no other."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from functools import lru_cache
from pathlib import Path

# Control characters, halves of surrogate pairs and non-characters, and the marks that turn the order of letters about.
_UNFIT = re.compile("[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_KANA, _HANGUL, _HAN = (re.compile(f"[{span}]") for span in ("\u3040-\u30ff", "\uac00-\ud7af", "\u4e00-\u9fff"))
SAMPLE = 20_000  # letters of a page that are looked at for its script


def fit(source: str) -> str:
    """HTML or text without characters that no page may hold, or that would show letters in another order; each becomes U+FFFD."""
    return _UNFIT.sub("\ufffd", source).replace("\r", "")


def escaped(source: object) -> str:
    """Any text as HTML, also within quotes."""
    return html.escape(fit(str(source)))


def name_of(source: str) -> str:
    """The last part of a path or address, which is what people call a document."""
    return source.rstrip("/\\").replace("\\", "/").rpartition("/")[2] or source or "document"


def script_of(text: str) -> str:
    """The language that a script tells of, for the fonts: ja, ko, zh; "" = not known."""
    part = text[:SAMPLE]
    return "ja" if _KANA.search(part) else "ko" if _HANGUL.search(part) else "zh" if _HAN.search(part) else ""


@lru_cache(maxsize=16)
def part(name: str) -> str:
    """A style or script of this package as it stands in a page."""
    return (Path(__file__).parent / name).read_text("utf-8").strip()


def policy(style: str, script: str = "") -> str:
    """What a browser may do with a page: its own style, its own script if any, and pictures that are in the page."""
    allowed = f"default-src 'none'; img-src data:; style-src {_digest(style)}; base-uri 'none'; form-action 'none'"
    return f"{allowed}; script-src {_digest(script)}" if script else allowed


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


def head(title: str, style: str, script: str = "", model: str = "") -> str:
    """Everything of a page up to its body."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy(style, script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="gotocr{escaped(f", model {model}" if model else "")}">
<title>{escaped(title)}</title>
<style>{style}</style>
</head>
"""
