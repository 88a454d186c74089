"""Pictures of molecules with their structures: CLEF, JPO, UOB, USPTO and others, as tables of SMILES or as mol files.

The sets are those of Rajan et al., "A review of optical chemical structure recognition tools" (J. Cheminf. 12:60, 2020),
github.com/Kohulan/OCSR_Review; the tables are as MolScribe (github.com/thomas0809/MolScribe) and DECIMER write them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from ...errors import MissingExtraError
from ..subjects import SUBJECTS
from ..suite import Item, Suite, Trouble

PICTURES = (".png", ".tif", ".tiff", ".jpg", ".jpeg", ".bmp", ".gif")
MOLS = (".mol", ".sdf", ".sd")
TABLES = (".csv", ".tsv")
NAMES = ("image_id", "image", "id", "filename", "file_name", "name")  # columns that name the picture
PATHS = ("file_path", "path")
SMILES = ("smiles",)
LONGEST = 1_000_000  # characters of a mol file


def load(folder: Path) -> Iterator[Item | Trouble]:
    """Every row of every table; where there is no table, every mol file and every picture without one.

    Raises MissingExtraError where mol files are to be read without RDKit.
    """
    pictures = _pictures(folder)
    tables = _tables(folder)
    if not tables:
        yield from _mols(folder, pictures)
        return
    named: set[Path] = set()
    for path in tables:
        for found in _rows(folder, path, pictures):
            named.update([found.image] if isinstance(found, Item) else [])
            yield found
    if left := sum(path not in named for found in pictures.values() for path in found):
        yield Trouble(str(folder), f"{left} pictures are of no item: no table names them with their SMILES; they are left out")


def _pictures(folder: Path) -> dict[str, list[Path]]:
    """The pictures of the folder by their names without endings."""
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in PICTURES:
            found.setdefault(path.stem, []).append(path)
    return found


def _tables(folder: Path) -> list[Path]:
    found = [path for ending in TABLES for path in (*folder.glob("*" + ending), *folder.glob("*/*" + ending))]
    return [path for path in sorted(found) if _columns(path) is not None]


def _columns(path: Path) -> tuple[str, str, str] | None:
    """The columns that name the picture, its path ("" = none) and the SMILES; None for another table."""
    try:
        with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
            head = next(csv.reader([file.readline(LONGEST)], delimiter=_delimiter(path)), [])
    except (OSError, csv.Error):
        return None
    known = {name.strip().lower(): name for name in head}
    name, where, smiles = (next((known[one] for one in of if one in known), "") for of in (NAMES, PATHS, SMILES))
    return (name, where, smiles) if smiles and (name or where) else None


def _delimiter(path: Path) -> str:
    return "\t" if path.suffix == ".tsv" else ","


def _rows(folder: Path, path: Path, pictures: Mapping[str, list[Path]]) -> Iterator[Item | Trouble]:
    columns, table = _columns(path), path.relative_to(folder).as_posix()
    if columns is None:
        return
    seen: set[str] = set()
    with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
        rows = csv.DictReader(file, delimiter=_delimiter(path))
        try:
            for number, row in enumerate(rows, 2):
                yield from _row(path, (f"{table}, line {number}", row, columns), pictures, seen)
        except csv.Error as cause:
            yield Trouble(table, f"cannot be read on ({cause}); the rest of it is left out")


Line = tuple[str, Mapping[str, str | None], tuple[str, str, str]]  # where it stands, its cells, the columns that matter


def _row(path: Path, line: Line, pictures: Mapping[str, list[Path]], seen: set[str]) -> Iterator[Item | Trouble]:
    where, row, (name, place, smiles) = line
    at = (row.get(place) or "").strip() if place else ""
    named = (row.get(name) or "").strip() if name else at
    key = Path(named).stem if Path(named).suffix.lower() in PICTURES else Path(named).name
    truth = (row.get(smiles) or "").strip()
    if not key or not truth:
        yield Trouble(where, f"{key or 'a row'} has no {'truth' if key else 'picture'}; it is left out")
        return
    if key in seen:
        yield Trouble(where, f"{key} came before; only the first one is read")
        return
    seen.add(key)
    found = pictures.get(Path(at).stem if at else key, pictures.get(key, []))
    image = _nearest(found, path.stem, at)
    item = Item(f"{path.stem}__{key}", "molecule", image or path.parent / f"{key}.png", truth, group=path.stem)
    yield item
    if image is None:
        yield Trouble(item.id, f"has no picture: nothing below the folder is named {key}; it counts as read empty")


def _nearest(found: list[Path], name: str, at: str = "") -> Path | None:
    """Of several pictures of one name the one whose path ends as it should, or that lies in a folder of the set's name."""
    wanted = [path for path in found if at and path.as_posix().endswith("/" + at.lstrip("./"))]
    own = [path for path in found if name.lower() in (part.lower() for part in path.parts)]
    return next(iter([*wanted, *own, *found]), None)


def _mols(folder: Path, pictures: Mapping[str, list[Path]]) -> Iterator[Item | Trouble]:
    used: set[Path] = set()
    seen: set[str] = set()
    for path in sorted(path for path in folder.rglob("*") if path.suffix.lower() in MOLS):
        group = path.parent.name.split("_")[0] if path.parent != folder else ""
        name = f"{group}__{path.stem}" if group else path.stem
        image = _nearest(pictures.get(path.stem, []), group or path.parent.name)
        used.update([image] if image else [])
        if name in seen:
            yield Trouble(path.relative_to(folder).as_posix(), f"{name} came before; only the first one is read")
            continue
        seen.add(name)
        truth = _smiles(path.read_text("utf-8", errors="replace")[:LONGEST])
        if truth is None:
            yield Trouble(name, f"has no truth: RDKit cannot read {path.relative_to(folder).as_posix()}; it is left out")
            continue
        yield Item(name, "molecule", image or path.with_suffix(".png"), truth, group=group)
        if image is None:
            yield Trouble(name, f"has no picture: nothing below the folder is named {path.stem}; it counts as read empty")
    for path in sorted(path for found in pictures.values() for path in found if path not in used):
        yield Trouble(path.relative_to(folder).as_posix(), "has no truth: there is no mol file of its name; it is left out")


def _smiles(block: str) -> str | None:
    """The canonical SMILES of the first molecule of a mol or SD file; None for what cannot be read."""
    try:
        from rdkit import Chem, rdBase
    except ImportError as cause:
        raise MissingExtraError("synth", "reading mol files", cause) from cause
    with rdBase.BlockLogs():
        try:
            made = Chem.MolFromMolBlock(block)
            return (Chem.MolToSmiles(made) or None) if made is not None else None
        except (RuntimeError, ValueError):
            return None


def _is_in(folder: Path) -> bool:
    if _tables(folder):
        return True
    return any(path.suffix.lower() in MOLS for path in folder.rglob("*"))


SUITE = Suite(
    name="molecules",
    title="Pictures of molecules (CLEF, JPO, UOB, USPTO and others)",
    data="""Either tables as of MolScribe (real.zip and synthetic.zip of huggingface.co/yujieq/MolScribe): NAME.csv with the
columns image_id (or file_path) and SMILES, pictures of these names in any folder below; or mol files, as in
github.com/Kohulan/OCSR_Review: assets/images/CLEF.tar.gz and assets/reference/CLEF_mol_ref.tar.gz unpacked in one folder,
CLEF_mol_ref/NAME.mol (or .sdf) for CLEF/NAME.png. Names of residues in mol files are taken as RDKit reads them.""",
    is_in=_is_in,
    load=load,
    subjects={"molecule": SUBJECTS["molecule"]},
)
