"""SVG files: drawings that stand alone, hold nothing but shapes and letters, and show ink to a renderer."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from gotocr.errors import MissingExtraError
from gotocr.formats import svg
from gotocr.formats.svg import FORMAT, standalone
from gotocr.kinds import KINDS
from gotocr.schema import Block, Leaf

for needed in svg.NEEDED:
    pytest.importorskip(needed)
NAMESPACE = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
NASTY = "<script>x</script>&quot; onload= currentColor"
SOURCES = {
    "molecule": "C[C@H](N)C(=O)O",
    "music": f"X:1\nT:{NASTY}\nL:1/4\nM:4/4\nK:D\nD F A d |]\nw:<b> & c d",
    "geometry": f"\\draw (0,0) -- (4,0) -- (4,3) -- cycle;\n\\fill[blue!30] (1,1) circle (0.5);\n\\node at (2,2) {{{NASTY}}};",
    "chart": '{"title": "%s", "type": "bar", "series": {"<a href=x>": {"p": 1, "q": 3}}}' % NASTY.replace('"', ""),
}


def drawings() -> dict[str, bytes]:
    blocks = [KINDS[kind].parse(source) for kind, source in SOURCES.items()]
    broken = [Block("molecule", "C("), Block("music", "?"), Block("geometry", "\\foo"), Block("chart", "{"), Block("text", "x")]
    return dict(FORMAT.files([Leaf(0, 99, 99, "", (*broken, *blocks))], "x", "nano"))


FILES = drawings()


def test_there_is_a_file_for_each_that_can_be_drawn():
    assert list(FILES) == [f"page-0001-{kind}-2.svg" for kind in SOURCES]


@pytest.mark.parametrize("name", FILES)
def test_a_file_stands_alone(name):
    root = ElementTree.fromstring(FILES[name])
    assert root.tag == f"{NAMESPACE}svg" and float(root.get("width")) > 0 and float(root.get("height")) > 0
    ids = {element.get("id") for element in root.iter()}
    for element in root.iter():
        assert element.tag.removeprefix(NAMESPACE) in "svg title g path line polyline polygon rect circle ellipse text tspan defs use".split()
        for key, value in element.items():
            assert not key.lower().startswith("on") and key != "style" and "currentColor" not in value and "url(" not in value
            assert not key.endswith("href") or (key == HREF and value[1:] in ids)
        if family := element.get("font-family"):
            assert family.split(",")[-1].strip(" \"'") in ("serif", "sans-serif")


def test_words_that_look_like_marks_stay_words():
    said = {kind: "".join(ElementTree.fromstring(FILES[f"page-0001-{kind}-2.svg"]).itertext()) for kind in ("music", "geometry", "chart")}
    assert "<b>" in said["music"] and "<a href=x>" in said["chart"]
    assert "<script>" in said["geometry"] and "currentColor" in said["geometry"]


@pytest.mark.parametrize("name", FILES)
def test_a_renderer_shows_ink(name):
    """Skia's own reader of SVG, on white and on the colour black, so that nothing depends on a page around it."""
    skia = pytest.importorskip("skia")
    if not hasattr(skia, "SVGDOM"):
        pytest.skip("this skia reads no SVG")
    root = ElementTree.fromstring(FILES[name])
    width, height = (int(float(root.get(side))) + 1 for side in ("width", "height"))
    dom = skia.SVGDOM.MakeFromStream(skia.MemoryStream(FILES[name], True))
    surface = skia.Surface(width, height)
    surface.getCanvas().clear(skia.ColorWHITE)
    dom.setContainerSize(skia.Size(width, height))
    dom.render(surface.getCanvas())
    dark = np.array(surface.makeImageSnapshot())[..., :3].min(axis=2) < 160
    assert 0.002 < dark.mean() < 0.5
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    assert np.ptp(rows) > 0.3 * height and np.ptp(columns) > 0.3 * width, "the drawing fills its frame"


def test_a_drawing_of_a_page_gets_colour_height_and_old_links():
    made = standalone('<svg viewBox="0 0 10 20" width="10" fill="currentColor"><use href="#a"/><text>fill="currentColor" href="x"</text></svg>')
    assert made.splitlines()[1] == (
        '<svg viewBox="0 0 10 20" width="10" fill="#000" height="20" xmlns:xlink="http://www.w3.org/1999/xlink">'
        '<use xlink:href="#a"/><text>fill="currentColor" href="x"</text></svg>'
    )


def test_without_the_libraries_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(svg, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"gotocr\[formats\]"):
        FORMAT.ready()
