"""The report is one file that needs nothing else, nests properly, shows everything, and lets nothing untrusted act."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gotocr.errors import OutputError
from gotocr.evaluate.report import items, markup, page, pictures, room, views, write_report

HOSTILE = (
    "<script>alert(1)</script>", "</script><script>alert(1)</script>", "</style><img src=x onerror=alert(1)>", "\"'><b onclick=x>",
    "' onload='x", "<!--", "]]>", "&lt;i&gt;", "\x00\x01\x1b", "\u202egnp.exe", "\ud800", "\u2028", "${x}`", "javascript:alert(1)",
    "<table><tr><td><script>alert(1)</script></td></tr></table>", "```html\n<script>alert(1)</script>\n```", r"\href{javascript:x}{y}",
    '{"title": "<script>alert(1)</script>", "series": {"<b>": {"</td>": 1}}}', "$$<img src=x onerror=alert(1)>$$",
)  # fmt: skip
VOID = {"meta", "img", "br", "input", "hr", "link"}


class Tree(HTMLParser):
    """Checks that tags nest, and keeps the text and the attributes of all elements."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []

    def handle_starttag(self, tag, attrs):
        assert len(dict(attrs)) == len(attrs), f"an attribute given twice: {tag} {attrs}"
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        assert "svg" in self.open, f"<{tag}/> outside of a drawing"
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data):
        self.texts.append((self.open[-1] if self.open else "", data))

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data!r}")

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        return [found for name, found in self.found if name == tag and all(found.get(k) == v for k, v in attributes.items())]

    @property
    def text(self) -> str:
        return "".join(text for tag, text in self.texts if tag not in ("style", "script"))

    @property
    def words(self) -> set[str]:
        return {word for tag, text in self.texts for word in text.split()}


def read(source: str) -> Tree:
    tree = Tree()
    tree.feed(source)
    tree.close()
    assert tree.open == []
    return tree


MEASURES = {
    "similarity": {
        "name": "1 - NED",
        "definition": "Edits over the longer text.",
        "source": "A paper",
        "higher": True,
        "share": True,
    },
    "edits": {"name": "error rate", "definition": "Edits over characters.", "source": "", "higher": False, "share": True},
}


def made(entries: list[dict], systems=("one", "two"), **more) -> dict:
    """A result of items given by `type`, `truth` and `texts` (of each system), as `evaluate.result` builds it."""
    types = list(dict.fromkeys(entry["type"] for entry in entries))
    rows, tables = [], []
    for place, entry in enumerate(entries):
        scores = entry.get("scores", [0.5] * len(systems))
        readings = {
            system: {
                "text": said,
                "seconds": 0.1 * (place + 1),
                "error": "",
                "scores": {"similarity": score, "edits": [1.0, 4.0]},
            }
            for system, said, score in zip(systems, entry["texts"], scores, strict=True)
        }
        row = {"id": f"i{place}", "language": "en", "group": "", "image": "a.png", "page": 0, "readings": readings}
        rows.append(row | {key: value for key, value in entry.items() if key not in ("texts", "scores")})
    for name in types:
        for number, system in enumerate(systems):
            figure = {"value": 0.9 - 0.4 * number, "low": 0.85 - 0.4 * number, "high": 0.95 - 0.4 * number, "count": 20}
            row = {"system": system, "type": name, "language": None, "group": None, "count": 20, "seconds_median": 0.2}
            tables.append(row | {"figures": {"similarity": figure, "edits": figure}, "against": {}})
    result = {
        "form": 1, "gotocr": "0.1.0", "date": "2026-11-22T22:40:00+00:00", "suite": "folder", "title": "Pictures", "folder": "here",
        "machine": {"processor": "A chip", "cores": 2, "memory_gb": 23, "system": "Linux", "python": "3.11"},
        "options": {"limit": None, "types": None},
        "systems": {name: {"version": f"{name} 1", "seconds": 12.3, "peak_bytes": 512_000_000, "failed": 0} for name in systems},
        "subjects": {name: {"mode": "plain" if name.startswith("text") else "format", "measures": MEASURES} for name in types},
        "tables": tables, "overall": {}, "items": rows, "troubles": [],
    }  # fmt: skip
    return result | more


@pytest.fixture
def folder(tmp_path) -> Path:
    where = tmp_path / "suite"
    where.mkdir()
    Image.new("RGB", (60, 20), "white").save(where / "a.png")
    return where


def written(result: dict, folder: Path) -> str:
    path = folder.parent / "report.html"
    write_report(result, folder, path)
    return path.read_text("utf-8")


SIMPLE = [
    {"type": "text_line", "truth": "Hello world", "texts": ["Hello world", "He11o world"], "scores": [1.0, 0.8]},
    {"type": "text_line", "truth": "bad", "texts": ["", "bed"], "scores": [0.0, 0.6], "language": "de", "group": "scans"},
    {
        "type": "table",
        "truth": "<table><tr><td>1</td><td>2</td></tr></table>",
        "texts": ["<table><tr><td>1</td></tr></table>", "1 2"],
    },
]


def test_the_page_nests_and_shows_everything(folder):
    source = written(made(SIMPLE, troubles=[{"where": "line 3", "what": "is not JSON"}], overall={"one": {"all": 61.2}}), folder)
    tree = read(source)
    for said in ("Pictures", "A chip", "2 cores", "one 1", "488\u202fMiB", "1 - NED", "A paper", "is not JSON", "61.2", "Nothing was read",
                 "The same as the truth", "90.0\u202f%", "85.0 to 95.0\u202f%", "2026-11-22 22:40 UTC"):  # fmt: skip
        assert said in tree.text, said
    assert len(tree.all("article")) == 3 and len(tree.all("img")) >= 3
    assert all(found["alt"] for found in tree.all("img"))
    assert all(found["src"].startswith("data:image/") for found in tree.all("img"))
    assert [found["scope"] for found in tree.all("th") if "scope" in found].count("rowgroup") >= 4
    assert source.count('<span class="best">best</span>') == 6, "of each type, at a glance and by both measures"
    assert '<span class="interval">45.0 to 55.0\u202f%</span> <span class="best">' in source, "the lower error is the better one"
    assert "hidden" in tree.all("form")[0], "filters that do nothing without the script are not shown without it"
    headings = [int(tag[1]) for tag, _ in tree.found if re.fullmatch(r"h[1-6]", tag)]
    assert headings[0] == 1 and all(deeper - one <= 1 for one, deeper in zip(headings, headings[1:], strict=False))
    names = [found["id"] for _, found in tree.found if "id" in found]
    assert len(names) == len(set(names))
    links = [found["href"] for found in tree.all("a")]
    assert all(link[0] == "#" and link[1:] in names for link in links)
    assert not re.search(r"https?://(?!www\.w3\.org/)", source), "nothing is fetched from elsewhere"


def test_items_come_worst_first_and_those_without_a_score_last():
    rows = made(
        [{"type": "text_line", "truth": "x", "texts": ["y"], "scores": [score]} for score in (0.5, None, 0.1, [3, 10], [0, 0])],
        systems=("one",),
    )["items"]  # fmt: skip
    assert [item["id"] for item in items.worst_first(rows, ["one"], MEASURES)] == ["i2", "i3", "i0", "i4", "i1"]
    lower = {"edits": MEASURES["edits"], **MEASURES}
    for row, edits in zip(rows, ([1, 4], [4, 4], [0, 9], None, [2, 0]), strict=True):
        row["readings"]["one"]["scores"] = {"edits": edits}
    assert [item["id"] for item in items.worst_first(rows, ["one"], lower)] == ["i4", "i1", "i0", "i2", "i3"]


@pytest.mark.parametrize("kind", ["text_line", "formatted_page", "formula", "table", "chart", "music", "molecule", "geometry"])
def test_nothing_untrusted_becomes_markup(folder, kind):
    entries = [{"type": kind, "truth": text, "texts": [text, HOSTILE[number - 1]]} for number, text in enumerate(HOSTILE)]
    for entry, text in zip(entries, HOSTILE, strict=True):
        entry |= {"id": text, "language": text, "group": text, "image": text}
    result = made(entries, title=HOSTILE[0], folder=HOSTILE[1], troubles=[{"where": text, "what": text} for text in HOSTILE])
    result["items"][0]["readings"]["one"]["error"] = HOSTILE[2]
    source = written(result, folder)
    tree = read(source)
    assert len(tree.all("script")) == 1 and len(tree.all("style")) == 1
    for tag, attributes in tree.found:
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        assert "javascript" not in str(attributes.get("href", "")) + str(attributes.get("src", ""))
    unseen = re.findall("[\x00-\x08\x0b-\x1f\x7f\u061c\u2028-\u202e\u2066-\u2069\ud800-\udfff]", source)
    assert not unseen, "what could not be seen is named"
    assert "U+202E" in tree.text and "U+0000" in tree.text and "U+D800" in tree.text
    assert "<script>alert(1)</script>" in tree.text, "and is shown as text"


def test_hostile_names_of_systems_types_and_measures(folder):
    name = "\"'><script>alert(1)</script>"
    measure = {"name": name, "definition": name, "source": name, "higher": True, "share": False}
    result = made(
        [{"type": name, "truth": "a", "texts": ["b", "c"]}],
        systems=(name, "two"),
        options={name: [name]},
        overall={name: {name: 1.0}},
    )
    result["subjects"][name]["measures"] = {"similarity": measure}
    tree = read(written(result, folder))
    assert len(tree.all("script")) == 1


def test_only_the_pages_own_script_may_run(folder):
    source = written(made(SIMPLE), folder)
    policy = read(source).all("meta", **{"http-equiv": "Content-Security-Policy"})[0]["content"]
    script = re.search("<script>(.*?)</script>", source, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["script-src"] == f"'sha256-{digest}'"
    assert (rules["default-src"], rules["img-src"], rules["base-uri"]) == ("'none'", "data:", "'none'")
    assert source.index("Content-Security-Policy") < source.index("<style>") < source.index("<script>")
    assert "</" not in script.replace("</script", "") and "\r" not in source


def test_differences_are_marked_by_more_than_colour(folder):
    marked = views.marked(
        [("equal", "a ", "a "), ("replace", "1", "l"), ("delete", "", " b\nc"), ("insert", "<", ""), ("insert", "\n", "")]
    )
    assert '<span class="other"><del>l</del><ins>1</ins></span>' in marked and "<ins>&lt;</ins>" in marked
    assert '<del> b<span class="end">↵</span>\nc</del>' in marked and 'class="blank"' in marked
    style = (Path(page.__file__).parent / "style.css").read_text("utf-8")
    assert "line-through" in style and "underline" in style and 'content: "+"' in style


def test_a_missing_picture_is_said(folder):
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nrubbish")
    Image.new("L", (10, 10)).save(folder.parent / "outside.png")
    for image, says in {"none.png": "no file none.png", "broken.png": "broken", "../outside.png": "outside",
                        str(folder.parent / "outside.png"): "outside", "x/../../outside.png": "outside", "-": "no file",
                        "http://localhost/a.png": "no file", "": "no file", "a\0.png": "outside", "n" * 5000: "no file"}.items():  # fmt: skip
        said = pictures.embed(image, 0, folder)
        assert isinstance(said, str) and says in said, (image, said)
        assert str(folder) not in said, "no path of this machine"
    assert "No picture: there is no file" in read(written(made([SIMPLE[0] | {"image": "none.png"}]), folder)).text
    assert "there is no page 4" in pictures.embed("a.png", 3, folder)


def test_pictures_are_made_small(folder):
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (450, 1000, 3), np.uint8)).save(folder / "noise.png")
    Image.new("RGB", (850, 1100), "white").save(
        folder / "pages.pdf", save_all=True, append_images=[Image.new("RGB", (250, 200), "red")]
    )
    noise, sheet, second = (pictures.embed(*what, folder) for what in (("noise.png", 0), ("pages.pdf", 0), ("pages.pdf", 1)))
    assert (noise.width, noise.height) == (800, 360) and noise.address.startswith("data:image/jpeg;base64,")
    assert sheet.address.startswith("data:image/png;base64,") and sheet.width <= 800
    assert (second.width > second.height) and len(sheet.address) < 20_000


def test_a_page_too_large_shows_the_worst_in_full_and_names_the_rest(folder, monkeypatch):
    entries = [
        {"type": f"text_{n % 2}", "truth": f"truth{n}", "texts": [f"read{n}", ""], "scores": [n / 40, 0.5]} for n in range(40)
    ]
    monkeypatch.setattr(room, "MOST_ITEMS", 10)
    source = written(made(entries), folder)
    tree = read(source)
    assert len(tree.all("article")) == 10
    assert all(f"truth{n}" in tree.text for n in range(10)) and "truth11" not in tree.text
    assert {f"i{n}" for n in range(40)} <= tree.words, "none is left out"
    assert "15 of 20 items in short" in tree.text
    monkeypatch.setattr(room, "MOST_ITEMS", 1000)
    monkeypatch.setattr(room, "MOST_BYTES", 40_000)
    tree = read(written(made(entries), folder))
    assert 2 <= len(tree.all("article")) < 40 and {f"i{n}" for n in range(40)} <= tree.words


@pytest.mark.parametrize(
    ("wanted", "given"),
    [([], []), ([5], [5]), ([50], [10]), ([1, 50], [1, 9]), ([50, 1, 50], [4, 1, 5]), ([3, 3, 3], [3, 3, 3]), ([0, 0], [0, 0])],
)
def test_room_is_shared_fairly(wanted, given):
    assert room.shares(wanted, 10) == given and sum(given) <= 10


def test_long_texts_are_cut_and_it_is_said(folder):
    entry = {"type": "text_page", "truth": "word " * 50_000, "texts": ["wurd " * 60_000, "\x00" * 30_000]}
    tree = read(written(made([entry]), folder))
    assert "Only the first 20,000 characters are shown and compared; 280,000 more" in tree.text


def test_tables_are_shown_side_by_side(folder):
    tree = read(written(made(SIMPLE[2:]), folder))
    assert len(tree.all("div", **{"class": "drawn"})) >= 2 and len(tree.all("td")) >= 3


def test_a_kind_that_fails_costs_a_drawing_and_no_more(monkeypatch):
    monkeypatch.setattr(views, "KINDS", {"table": None})
    assert views.drawn("<table>", "table") == "" and views.comparable("<table>", "table") == "<table>"


def test_one_system_is_never_the_best_and_few_items_name_none(folder):
    assert 'class="best"' not in written(
        made([entry | {"texts": entry["texts"][:1], "scores": [0.5]} for entry in SIMPLE], ("one",)), folder
    )
    few = made(SIMPLE)
    for row in few["tables"]:
        row["figures"] = {key: figure | {"count": 2} for key, figure in row["figures"].items()}
    assert 'class="best"' not in written(few, folder)


@pytest.mark.parametrize(
    "empty", [{"items": [], "tables": [], "subjects": {}}, {"items": [], "tables": [], "subjects": {}, "systems": {}}]
)
def test_a_result_without_items_is_a_page(folder, empty):
    read(written(made(SIMPLE) | empty, folder))


def test_figures_there_are_none_of(folder):
    result = made(SIMPLE)
    for row in result["tables"]:
        row |= {
            "figures": {"similarity": None, "edits": {"value": float("nan"), "low": None, "high": None, "count": 0}},
            "seconds_median": None,
        }
    del result["items"][0]["readings"]["two"]
    result["items"][1]["readings"]["one"] |= {"seconds": None, "scores": {}}
    assert "Was not asked" in read(written(result, folder)).text


def test_the_file_appears_whole_or_not_at_all(folder, monkeypatch):
    path = folder.parent / "out" / "report.html"
    write_report(made(SIMPLE), folder, path)
    before = path.read_bytes()
    monkeypatch.setattr(items, "whole", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_report(made(SIMPLE), folder, path)
    assert path.read_bytes() == before and [*path.parent.iterdir()] == [path]
    monkeypatch.undo()
    (folder / "file").touch()
    with pytest.raises(OutputError, match="cannot write"):
        write_report(made(SIMPLE), folder, folder / "file" / "report.html")


@pytest.mark.parametrize(
    ("shown", "said"),
    [(markup.number(0.98765), "98.8\u202f%"), (markup.number(None), "–"), (markup.number(float("nan")), "–"),
     (markup.number(0.1234, share=False), "0.123"), (markup.number(1234.5, share=False), "1234"), (markup.seconds(0.0123), "12\u202fms"),
     (markup.seconds(1.234), "1.23\u202fs"), (markup.seconds(150), "2.5\u202fmin"), (markup.seconds(7200), "2.0\u202fh"),
     (markup.size(3 << 30), "3.0\u202fGiB"), (markup.size(None), "–"), (markup.text("a\u202eb<"), 'a<b class="unseen">U+202E</b>b&lt;'),
     (markup.attribute("\x00\"'"), '"⟨U+0000⟩&quot;&#x27;"')],
)  # fmt: skip
def test_figures_and_texts_as_html(shown, said):
    assert shown == said


def colours() -> list[tuple[str, dict[str, str]]]:
    style = (Path(page.__file__).parent / "style.css").read_text("utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    found = [dict(re.findall(r"--([\w-]+): (#\w{6})", part)) for part in (light, dark)]
    return [("light", found[0]), ("dark", {**found[0], **found[1]})]


@pytest.mark.parametrize(("name", "colour"), colours(), ids=["light", "dark"])
def test_text_can_be_read_on_its_ground(name, colour):
    """WCAG 2.1, 1.4.3: a contrast of 4.5 between the luminances of text and ground."""

    def luminance(code: str) -> float:
        parts = [int(code[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    pairs = [(ink, ground) for ink in ("ink", "soft", "link", "bad", "good") for ground in ("paper", "sheet")]
    pairs += [("missing", "missing-ground"), ("extra", "extra-ground"), ("good", "good-ground"), ("ink", "room")]
    for ink, ground in pairs:
        one, other = sorted((luminance(colour[ink]), luminance(colour[ground])), reverse=True)
        assert (one + 0.05) / (other + 0.05) >= 4.5, (ink, ground)
