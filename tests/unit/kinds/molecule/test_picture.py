"""A drawn molecule is the molecule of its truth: proved by a mol block made of what was drawn, which RDKit reads by itself."""

from __future__ import annotations

import os

import numpy as np
import pytest

chem = pytest.importorskip("rdkit.Chem")
pytest.importorskip("skia")
pytest.importorskip("cv2")

from gotocr.draw.supply import Supply
from gotocr.errors import UsageError
from gotocr.kinds import KINDS
from gotocr.kinds.molecule.choose import choose
from gotocr.kinds.molecule.layout import Taste, lay_out
from gotocr.kinds.molecule.picture import OPENING

SEEDS = 40 * int(os.environ.get("GOTOCR_SEEDS", "1"))
KIND = KINDS["molecule"]
ROOM = (700, 800)


@pytest.fixture(scope="module")
def supply() -> Supply:
    return Supply()


def block_of(mol, layout) -> str:
    """A V2000 mol block of the joints and links that were drawn; kekulé bonds and elements from the molecule."""
    kekule = chem.Mol(mol)
    chem.Kekulize(kekule, clearAromaticFlags=True)
    orders = {frozenset((b.GetBeginAtomIdx(), b.GetEndAtomIdx())): int(b.GetBondTypeAsDouble()) for b in kekule.GetBonds()}
    lines = ["", "  test", "", f"{len(layout.joints):3d}{len(layout.links):3d}  0  0  0  0  0  0  0  0999 V2000"]
    atoms = list(mol.GetAtoms())
    extra = []
    for number, joint in enumerate(layout.joints):
        symbol = atoms[number].GetSymbol() if number < len(atoms) else "H"
        lines.append(f"{joint.at.real:10.4f}{-joint.at.imag:10.4f}{0:10.4f} {symbol:<3} 0  0  0  0  0  0  0  0  0  0  0  0")
        if number < len(atoms):
            if charge := atoms[number].GetFormalCharge():
                extra.append(f"M  CHG  1 {number + 1:3d} {charge:3d}")
            if isotope := atoms[number].GetIsotope():
                extra.append(f"M  ISO  1 {number + 1:3d} {isotope:3d}")
            if radicals := atoms[number].GetNumRadicalElectrons():
                extra.append(f"M  RAD  1 {number + 1:3d} {radicals + 1:3d}")
    for link in layout.links:
        order = orders.get(frozenset((link.first, link.second)), 1)
        stereo = {"wedge": 1, "hashed": 6}.get(link.kind, 0)
        lines.append(f"{link.first + 1:3d}{link.second + 1:3d}{order:3d}{stereo:3d}")
    return "\n".join([*lines, *extra, "M  END"])


def test_what_is_drawn_is_what_is_written(supply):
    compared = stereo = 0
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        mol = choose(rng, supply, 60)
        taste = Taste(
            angle=rng.uniform(0, 6), mirror=rng.random() < 0.5, coordgen=rng.random() < 0.3, hydrogens=rng.random(), groups=0.4
        )
        layout = lay_out(rng, mol, taste)
        if layout is None:
            continue
        read = chem.MolFromMolBlock(block_of(mol, layout))
        assert read is not None and chem.MolToSmiles(read) == layout.smiles, (seed, layout.smiles)
        compared += 1
        stereo += "@" in layout.smiles or "/" in layout.smiles
    assert compared > 0.8 * SEEDS and stereo > 0.05 * SEEDS


def test_the_skeleton_is_the_chosen_molecule_and_only_stereo_may_be_gained_or_lost(supply):
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        mol = choose(rng, supply, 60)
        layout = lay_out(rng, mol, Taste())
        if layout:
            bare = [chem.Mol(mol), chem.MolFromSmiles(layout.smiles)]
            for one in bare:
                chem.RemoveStereochemistry(one)
            assert chem.MolToSmiles(bare[0]) == chem.MolToSmiles(bare[1])
            full = chem.MolFromSmiles(layout.smiles)
            assert full.HasSubstructMatch(mol, useChirality=True), (seed, chem.MolToSmiles(mol), layout.smiles)


def test_samples_are_valid_and_their_boxes_cover_the_ink(supply):
    missed = total = 0
    for seed in range(SEEDS):
        em = None if seed % 3 else 16.0
        sample = KIND.sample(np.random.default_rng(seed), supply, ROOM, em)
        assert sample.image.shape[0] <= ROOM[0] and sample.image.shape[1] <= ROOM[1] and sample.plain == ""
        block = KIND.parse(sample.format)
        assert not block.problems and not KIND.check(block) and sample.format == f"{OPENING}{block.text}\n```"
        glyphs, height, width = sample.glyphs, *sample.image.shape[:2]
        assert len(glyphs.text) == len(glyphs.boxes) == len(glyphs.format) and (glyphs.plain == -1).all()
        noted = glyphs.format[glyphs.format >= 0]
        assert len(noted) and noted.min() >= len(OPENING) and noted.max() < len(OPENING) + len(block.text)
        assert (np.diff(glyphs.format) >= 0).all() or (glyphs.format == -1).any()
        letters = {n + len(OPENING) for n, letter in enumerate(block.text) if letter.isalpha()}
        assert letters <= set(noted.tolist()), (seed, block.text, sorted(letters - set(noted.tolist())))
        assert (glyphs.boxes >= 0).all() and (glyphs.boxes <= [width, height, width, height]).all()
        if em:
            paper = np.array(sample.image[0, 0], int)
            ink = np.abs(sample.image.astype(int) - paper).sum(2) > 60
            rows, columns = np.nonzero(ink.any(1))[0], np.nonzero(ink.any(0))[0]
            assert (
                (paper == 255).all() and rows[0] <= 3 and columns[0] <= 3 and height - rows[-1] <= 4 and width - columns[-1] <= 4
            )
        missed, total = missed + letters_missed(sample), total + 1
    assert missed <= 0.01 * total


def letters_missed(sample) -> bool:
    """Whether some letter's box holds no ink."""
    paper = np.array(sample.image[0, 0], int)
    ink = np.abs(sample.image.astype(int) - paper).sum(2) > 60
    for letter, (left, top, right, bottom) in zip(sample.glyphs.text, sample.glyphs.boxes, strict=True):
        if letter.isalnum() and not ink[max(0, int(top)) : int(bottom) + 1, max(0, int(left)) : int(right) + 1].any():
            return True
    return False


def test_the_same_seed_gives_the_same_bytes(supply):
    for seed in range(6):
        one, two = (KIND.sample(np.random.default_rng(seed), supply, ROOM) for _ in range(2))
        assert one.format == two.format and (one.image == two.image).all() and (one.glyphs.boxes == two.glyphs.boxes).all()


def test_a_room_too_small_is_an_error_to_mend(supply):
    with pytest.raises(UsageError, match="too small"):
        KIND.sample(np.random.default_rng(0), supply, (9, 9))


def test_the_bundled_molecules_are_canonical(supply):
    items = supply.items("smiles")
    assert len(items) > 300 and [text for text in items if chem.CanonSmiles(text) != text] == []
