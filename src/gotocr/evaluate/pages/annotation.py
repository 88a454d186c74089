"""The true blocks of a page as OmniDocBench annotates it: which are compared, in which order, and which are only set aside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import normal, split

TEXTS = frozenset("text_block title code_txt code_txt_caption reference".split())
FORMULA, TABLE = "equation_isolated", "table"
IGNORED = frozenset(  # not compared; blocks of a reading that are clearly such are set aside
    "equation_caption figure_caption figure_footnote table_caption table_footnote code_algorithm code_algorithm_caption"
    " header footer page_footnote page_number".split()
)
KEYS = ("category_type", "order", "anno_id", "text", "latex", "html")


@dataclass(frozen=True)
class Block:
    """One annotated block: `source` as annotated, `normal` what is compared, `order` in which it is read (0 = not known)."""

    kind: str  # one of the benchmark's categories
    source: str
    normal: str
    order: float


def blocks(page: Mapping[str, Any]) -> list[Block]:
    """What counts of a page's annotation, in reading order, parts of one paragraph joined. Raises nothing on odd values."""
    found = sorted(map(_block, _whole(page)), key=lambda block: block.order)
    return [part for block in found for part in _lines(block) if part.normal]


def markdown(page: Mapping[str, Any]) -> str:
    """The page as a reading would have it that is right in everything compared, and has what is set aside as well."""
    found = sorted(map(_block, _whole(page)), key=lambda block: block.order)
    return "\n\n".join(_written(block) for block in found if block.source)


def _written(block: Block) -> str:
    return f"$$\n{normal.inner(block.source)}\n$$" if block.kind == FORMULA else block.source.strip()


def slim(page: Mapping[str, Any]) -> dict[str, Any]:
    """What of an annotation is compared, without places, lines and attributes."""
    entries = [
        {key: entry[key] for key in KEYS if key in entry}
        for entry in _list(page.get("layout_dets"))
        if isinstance(entry, Mapping)
    ]
    extra = page.get("extra")
    return {"layout_dets": entries, "extra": {"relation": _list(extra.get("relation") if isinstance(extra, Mapping) else None)}}


def _whole(page: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The entries of the layout; those that a column or a page's end parted as one, in their order."""
    entries = [entry for entry in _list(page.get("layout_dets")) if isinstance(entry, Mapping)]
    extra = page.get("extra")
    groups = _groups(_list(extra.get("relation") if isinstance(extra, Mapping) else None))
    parted: dict[int, list[Mapping[str, Any]]] = {}
    for entry in entries:
        group = groups.get(str(entry.get("anno_id")))
        if group is None:
            yield entry
        else:
            parted.setdefault(group, []).append(entry)
    for parts in parted.values():
        parts.sort(key=_order)
        yield {**parts[0], "text": "".join(_text(part, "text") for part in parts)} if len(parts) > 1 else parts[0]


def _groups(relations: Sequence[Any]) -> dict[str, int]:
    """Annotation ids to the number of the paragraph they are parts of."""
    groups: dict[str, int] = {}
    for number, relation in enumerate(relations):
        if isinstance(relation, Mapping) and relation.get("relation_type", relation.get("relation")) == "truncated":
            ends = str(relation.get("source_anno_id")), str(relation.get("target_anno_id"))
            old = {groups[end] for end in ends if end in groups}
            groups.update({name: number for name, group in groups.items() if group in old} | dict.fromkeys(ends, number))
    return groups


def _block(entry: Mapping[str, Any]) -> Block:
    kind = str(entry.get("category_type"))
    if kind == TABLE:
        source = _text(entry, "html") or _text(entry, "latex")
        return Block(kind, source, source, _order(entry))
    if kind == FORMULA:
        source = " ".join(_text(entry, "latex").split("\n"))
        return Block(kind, source, normal.formula(source), _order(entry))
    source = _text(entry, "text") if kind in TEXTS or kind in IGNORED else ""
    return Block(kind, source, normal.text(source), _order(entry))


def _lines(block: Block) -> Iterator[Block]:
    """The lines of a formula set as one column, each by itself; any other block as it is."""
    lines = split.rows(block.source) if block.kind == FORMULA else [block.source]
    if lines == [block.source]:
        yield block
    for number, line in enumerate(lines, 1) if lines != [block.source] else ():
        yield Block(block.kind, line, normal.formula(line), round(block.order + number / 10, 1))


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else []


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    return value if isinstance(value, str) else ""


def _order(entry: Mapping[str, Any]) -> float:
    value = entry.get("order")
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) and value == value else 0.0
