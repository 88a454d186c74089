"""How alike two tables are as trees: TEDS, the similarity by tree edit distance of Zhong et al. (2020, section 5).

The distance is that of ordered trees by Zhang and Shasha (1989), computed a row of its tables at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .edits import shares
from .text import normalise

MOST_NODES = 3000  # a larger tree is like another only where both are equal


@dataclass(frozen=True)
class Tree:
    """An ordered tree in postorder: `leftmost[i]` is the number of the leftmost leaf under node i, `labels[i]` what it is."""

    labels: Sequence[object]
    leftmost: np.ndarray  # (n,)

    def __len__(self) -> int:
        return len(self.labels)


def tree_of(root: object, children: Sequence[tuple[object, Sequence[object]]]) -> Tree:
    """A tree of three levels: a root, its children, and theirs."""
    labels: list[object] = []
    leftmost: list[int] = []
    for label, leaves in children:
        first = len(labels)
        labels += [*leaves, label]
        leftmost += [*range(first, first + len(leaves)), first]
    return Tree([*labels, root], np.array([*leftmost, 0], np.int64))


def tree_distance(one: Tree, other: Tree, rename: np.ndarray) -> float:
    """Least cost of turning one tree into the other: 1 to put in or take out a node, `rename[i, j]` to change i into j."""
    distances = np.zeros((len(one), len(other)))  # between the subtrees under each two nodes
    leaves = [np.flatnonzero(tree.leftmost == np.arange(len(tree))) for tree in (one, other)]
    for node, first in enumerate(one.leftmost):  # a leaf becomes the node it is most like, all others are put in
        distances[node, leaves[1]] = rename[first : node + 1, leaves[1]].min(0) + node - first
    for node, first in enumerate(other.leftmost):
        distances[leaves[0], node] = rename[leaves[0], first : node + 1].min(1) + node - first
    keys = _key_roots(other)
    for i in _key_roots(one):
        for j in keys:
            _subtrees(one, other, rename, (i, j), distances)
    return float(distances[-1, -1])


def _key_roots(tree: Tree) -> list[int]:
    """The highest node over each leftmost leaf, in postorder, without those that are leaves themselves."""
    highest = {int(leaf): node for node, leaf in enumerate(tree.leftmost)}
    return sorted(node for leaf, node in highest.items() if node > leaf)


def _subtrees(one: Tree, other: Tree, rename: np.ndarray, keys: tuple[int, int], distances: np.ndarray) -> None:
    """Fill in the distances of the subtrees on the left paths below two key roots."""
    (i, j), first, start = keys, int(one.leftmost[keys[0]]), int(other.leftmost[keys[1]])
    lefts = other.leftmost[start : j + 1] - start
    whole = lefts == 0  # nothing stands left of the subtrees under these nodes
    places = np.arange(len(lefts) + 1, dtype=np.float64)
    forest = np.empty((i - first + 2, len(lefts) + 1))  # [r, c]: between the first r and the first c nodes
    forest[0] = places
    for at, row in enumerate(range(first, i + 1), 1):
        left = int(one.leftmost[row]) - first
        own = distances[row, start : j + 1]
        joined = forest[left, lefts] + own
        if left == 0:
            joined[whole] = forest[at - 1, :-1][whole] + rename[row, start : j + 1][whole]
        forest[at, 0] = at
        forest[at, 1:] = np.minimum(forest[at - 1, 1:] + 1, joined)
        forest[at] = np.minimum.accumulate(forest[at] - places) + places
        if left == 0:
            own[whole] = forest[at, 1:][whole]


Leaf = tuple[int, int, str]  # columns, rows and text of a cell


def teds(one: Sequence[Sequence[Leaf]], other: Sequence[Sequence[Leaf]], structure: bool = False) -> float:
    """Similarity of two tables given by their rows of (columns, rows, text): 1 - distance / nodes of the larger, 0 to 1.

    A changed text costs its normalised edit distance, a changed span 1; with `structure` texts do not matter. The table
    itself is no node that is counted, as in the authors' program; `thead` and `tbody` are no nodes, `th` is `td`.
    """
    tables = [
        [[(wide, high, "" if structure else normalise(text)) for wide, high, text in row] for row in table]
        for table in (one, other)
    ]
    most = max(sum(len(row) + 1 for row in table) for table in tables)
    if tables[0] == tables[1]:
        return 1.0
    if most > MOST_NODES:
        return 0.0
    trees = [tree_of("table", [("tr", row) for row in table]) for table in tables]
    return max(1.0 - tree_distance(*trees, _rename_costs(*trees)) / most, 0.0)


def _rename_costs(one: Tree, other: Tree) -> np.ndarray:
    """(n, m): 0 for equal tags, 1 for others and for other spans; between cells of equal spans, how far their texts are apart."""
    costs = np.ones((len(one), len(other)))
    texts: list[dict[str, int]] = [{}, {}]
    cells: list[list[tuple[int, int, int]]] = [[], []]  # node, text, span
    for tree, known, found in zip((one, other), texts, cells, strict=True):
        for node, label in enumerate(tree.labels):
            if isinstance(label, tuple):
                found.append((node, known.setdefault(label[2], len(known)), label[0] * 100_000 + label[1]))
    tags = [np.array([label if isinstance(label, str) else "" for label in tree.labels]) for tree in (one, other)]
    costs[(tags[0][:, None] == tags[1][None]) & (tags[0] != "")[:, None]] = 0.0
    if all(cells):
        apart = shares([*texts[0]], [*texts[1]])
        (rows, first, spans), (columns, second, others) = (np.array(found).T for found in cells)
        costs[np.ix_(rows, columns)] = np.where(spans[:, None] == others[None], apart[np.ix_(first, second)], 1.0)
    return costs
