"""ALTO 4: the page as the XML of libraries and archives, with the boxes and confidences of its words, in pixels.

Text is a `TextBlock` of `TextLine`s and `String`s, anything else a `ComposedBlock` whose `TYPE` is its kind, around one; what is
not made of words stands there as its source, a line of it a `TextLine`. Tags say what of a text is a heading, a list or code. A
word parted at a line's end is two strings that both say the whole word. What has no box is written without one. Other spellings
of doubtful words are left out: the standard's `ALTERNATIVE` is not for what comes from recognition.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version

from ..schema import Block, Box, Leaf, Word
from .format import Format, blocks_of
from .lines import Line, lines_of, pixels
from .xml import content

HYPHENS = "-\u2010\u00ad"
TAGS = ("heading", "list", "paragraph", "lines", "code")  # the roles of text, and code
_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xsi:schemaLocation="http://www.loc.gov/standards/alto/ns-v4# http://www.loc.gov/standards/alto/v4/alto-4-4.xsd" \
SCHEMAVERSION="4.4">
<Description>
<MeasurementUnit>pixel</MeasurementUnit>
<sourceImageInformation>
<fileName>{source}</fileName>
</sourceImageInformation>
<Processing ID="reading">
<processingCategory>contentGeneration</processingCategory>
<processingStepDescription>optical character recognition</processingStepDescription>
<processingStepSettings>model: {model}</processingStepSettings>
<processingSoftware>
<softwareName>gotocr</softwareName>
<softwareVersion>{version}</softwareVersion>
</processingSoftware>
</Processing>
</Description>
<Tags>
{tags}
</Tags>
<Layout>
"""
_NO_PAGE = '<Page ID="page_0" PHYSICAL_IMG_NR="0"/>\n'  # a layout without any page is not valid


def parts(leaves: Iterable[Leaf], source: str, model: str) -> Iterator[bytes]:
    tags = "\n".join(f'<StructureTag ID="{name}" LABEL="{name}"/>' for name in TAGS)
    yield _HEAD.format(source=content(source), model=content(model), version=version("gotocr"), tags=tags).encode()
    number = -1
    for number, leaf in enumerate(leaves):  # noqa: B007  # asked for behind the loop
        yield "".join(_page(leaf)).encode()
    if number < 0:
        yield _NO_PAGE.encode()
    yield b"</Layout>\n</alto>\n"


def _page(leaf: Leaf) -> Iterator[str]:
    number, size = leaf.index + 1, f'WIDTH="{leaf.width}" HEIGHT="{leaf.height}"'
    sure = _share(leaf.confidence, "PC")
    yield f'<Page ID="page_{number}" PHYSICAL_IMG_NR="{number}" {size}{sure} PROCESSINGREFS="reading">\n'
    yield f'<PrintSpace HPOS="0" VPOS="0" {size}>\n'
    for place, block in enumerate(blocks_of(leaf), 1):
        yield from _block(block, f"{number}_{place}", leaf)
    yield "</PrintSpace>\n</Page>\n"


def _block(block: Block, name: str, leaf: Leaf) -> Iterator[str]:
    place = _place(block.box, leaf)
    plain = block.kind in ("text", "code")
    if not plain:
        yield f'<ComposedBlock ID="composed_{name}"{place} TYPE="{content(block.kind)}">\n'
    role = str(block.data.get("role")) if block.kind == "text" else block.kind
    tag = f' TAGREFS="{role}"' if role in TAGS else ""
    yield f'<TextBlock ID="block_{name}"{place}{tag}>\n'
    lines = lines_of(block) or _source(block)
    halves = _parted(lines) if block.kind == "text" else {}
    for number, line in enumerate(lines):
        yield from _line(line, f"{name}_{number + 1}", leaf, (halves.get(number - 1, ""), halves.get(number, "")))
    yield "</TextBlock>\n"
    if not plain:
        yield "</ComposedBlock>\n"


def _source(block: Block) -> list[Line]:
    """What a block says that is not made of words; if it is one line, it stands where the block does."""
    lines = [Line(tuple(map(Word, line.split()))) for line in block.text.splitlines() if line.strip()]
    return [Line(lines[0].words, block.box)] if len(lines) == 1 else lines


def _parted(lines: Sequence[Line]) -> dict[int, str]:
    """The numbers of the lines that end within a word, and that word: a hyphen, then a small letter on the next line."""
    found = {}
    for number, (line, after) in enumerate(zip(lines, lines[1:], strict=False)):
        first, second = line.words[-1].text, after.words[0].text
        if first[-1:] in HYPHENS and len(first) > 1 and first[-2].isalpha() and second[:1].islower():
            found[number] = first[:-1] + second
    return found


def _line(line: Line, name: str, leaf: Leaf, halves: tuple[str, str]) -> Iterator[str]:
    """A `TextLine`; `halves` are the words whose second part begins it and whose first part ends it, or ""."""
    yield f'<TextLine ID="line_{name}"{_place(line.box, leaf)}>\n'
    last = len(line.words) - 1
    for number, word in enumerate(line.words):
        if number:
            yield _space(line.words[number - 1], word, leaf)
        text, part = word.text, ""
        if number == last and halves[1]:
            text, part = text[:-1], f' SUBS_TYPE="HypPart1" SUBS_CONTENT="{content(halves[1])}"'
        elif number == 0 and halves[0]:
            part = f' SUBS_TYPE="HypPart2" SUBS_CONTENT="{content(halves[0])}"'
        where, sure = _place(word.box, leaf), _share(word.confidence, "WC")
        yield f'<String ID="string_{name}_{number + 1}"{where} CONTENT="{content(text)}"{part}{sure}/>\n'
    if halves[1]:
        yield f'<HYP CONTENT="{content(line.words[-1].text[-1])}"/>\n'
    yield "</TextLine>\n"


def _space(before: Word, after: Word, leaf: Leaf) -> str:
    one, other = pixels(before.box, leaf), pixels(after.box, leaf)
    if one and other and other[0] > one[2]:
        return f'<SP HPOS="{one[2]}" VPOS="{min(one[1], other[1])}" WIDTH="{other[0] - one[2]}"/>\n'
    return "<SP/>\n"


def _place(box: Box | None, leaf: Leaf) -> str:
    found = pixels(box, leaf)
    if not found:
        return ""
    left, top, right, bottom = found
    return f' HPOS="{left}" VPOS="{top}" WIDTH="{right - left}" HEIGHT="{bottom - top}"'


def _share(confidence: float | None, name: str) -> str:
    if confidence is None or not math.isfinite(confidence):
        return ""
    return f' {name}="{min(max(confidence, 0.0), 1.0):.4f}"'


FORMAT = Format("alto", ".alto.xml", "application/xml", parts, whole=True)
